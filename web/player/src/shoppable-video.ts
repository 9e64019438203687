import { html, LitElement, nothing, type PropertyValues, unsafeCSS } from "lit";
import { property, query, state } from "lit/decorators.js";
import type { Cue } from "../../contract/cue-sheet.ts";
import { activeCues } from "./cue-clock.ts";
import type { Room } from "./dot-placement.ts";
import { type OpenRequest, PlayerEvent, type ReadyDetail, tellPage, type TrayView } from "./events.ts";
import type { HotspotLayer } from "./hotspot-layer.ts";
import "./hotspot-layer.ts";
import { isBuyable, type Offer, offersOf, type ProductIndex } from "./offers.ts";
import { RoomWatcher } from "./picture.ts";
import type { ProductCard } from "./product-card.ts";
import "./product-card.ts";
import type { ProductTray } from "./product-tray.ts";
import "./product-tray.ts";
import { SheetLoader } from "./sheet-loader.ts";
import { strings } from "./strings.ts";
import shared from "./styles/shared.css?inline";
import styles from "./styles/shoppable-video.css?inline";
import { type Playhead, STILL, VideoClock } from "./video-clock.ts";

/** The shortest time between two announcements. */
const ANNOUNCE_MS = 3000;
const NO_PRODUCTS: ProductIndex = new Map();
const NO_SPOTS: readonly Offer[] = [];

interface OpenCard extends Offer {
  from: OpenRequest["from"];
}

/**
 * Makes the page's own video shoppable: what is on screen is listed beside it, and dots show it in the picture when the
 * viewer pauses. Nothing covers the video unasked.
 *
 * State lives here and goes down to the parts as properties; the parts ask for changes with request events.
 *
 * @slot - The `<video>`, or an element that holds it.
 *
 * @attr {string} cue-sheet - Address of the published cue sheet. Loaded when the element comes near the viewport.
 * @attr {boolean} show-dots - Show the dots while the video plays, too. The viewer's switch sets it.
 *
 * @fires shoppable-ready - The cue sheet is shown. `{video_id, version, product_count}`
 * @fires shoppable-open - A product card was opened. `{product_id, cue_id}`
 * @fires shoppable-close - It was closed. `{product_id, cue_id}`
 * @fires shoppable-click-out - The viewer follows the link to the shop; cancelable. `{product_id, cue_id, link}`
 *
 * @csspart base - All of it. `stage` holds the video, `side` the tray and the card.
 * @csspart tray - The list. Also `tray-title`, `view`, `item`, `item-picture`, `item-title`, `dots-switch`, `message`.
 * @csspart card - The product card. Also `card-picture`, `card-title`, `link`, `close`.
 * @csspart hotspot - A dot's button. Also `hotspot-dot`, `hotspot-label`.
 * @csspart price - A price, and `tier` the words "Similar item", in each of the three.
 *
 * @cssprop --shoppable-surface - Background of tray and card.
 * @cssprop --shoppable-text - Text, and the button to the shop.
 * @cssprop --shoppable-muted - Lesser text.
 * @cssprop --shoppable-line - Borders.
 * @cssprop --shoppable-sale - A reduced price.
 * @cssprop --shoppable-focus - The focus ring.
 * @cssprop --shoppable-radius - Corners.
 * @cssprop --shoppable-side - Width of the tray beside the video.
 */
export class ShoppableVideo extends LitElement {
  static override styles = [unsafeCSS(shared), unsafeCSS(styles)];

  @property({ attribute: "cue-sheet" }) cueSheet = "";
  @property({ attribute: "show-dots", type: Boolean, reflect: true }) showDots = false;

  @state() private playhead: Playhead = STILL;
  @state() private active: readonly Cue[] = [];
  @state() private view: TrayView = "now";
  @state() private card: OpenCard | null = null;
  @state() private room: Room | null = null;
  @state() private announcement = "";

  @query(".stage") private stage!: HTMLElement;
  @query("slot") private slotted!: HTMLSlotElement;
  @query("shoppable-hotspot-layer") private layer!: HotspotLayer;
  @query("shoppable-product-tray") private tray!: ProductTray;
  @query("shoppable-product-card") private cardPart!: ProductCard | null;

  #video: HTMLVideoElement | null = null;
  #products = NO_PRODUCTS;
  #spots: readonly Offer[] = [];
  #offersNow: readonly Offer[] = [];
  #offersAll: readonly Offer[] = [];
  #announcedAt = -Infinity;
  readonly #loader = new SheetLoader(this, () => this.#useSheet());
  readonly #clock = new VideoClock((playhead) => this.#follow(playhead));
  readonly #rooms = new RoomWatcher(
    () => this.#loader.sheet ?? { width: 0, height: 0 },
    (room) => (this.room = room),
  );

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener("keydown", this.#onKey);
    if (this.hasUpdated) this.#findVideo();
  }

  override disconnectedCallback(): void {
    document.removeEventListener("keydown", this.#onKey);
    this.#useVideo(null);
    super.disconnectedCallback();
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has("cueSheet")) this.#loader.setUrl(this.cueSheet);
    if (!changed.has("active")) return;
    this.#offersNow = offersOf(this.active, this.#products);
    this.#spots = this.active.flatMap((cue) => {
      const product = this.#products.get(cue.product_id);
      return product ? [{ product, cue }] : [];
    });
  }

  protected override render() {
    const locale = this.#locale();
    const { started, paused, seeking, tMs } = this.playhead;
    const dots = started && (paused || this.showDots);
    const { card } = this;
    return html`<div class="base" part="base">
        <div class="stage" part="stage">
          <slot @slotchange=${this.#findVideo}></slot>
          <shoppable-hotspot-layer
            exportparts="hotspot, hotspot-dot, hotspot-label, price, tier"
            class=${seeking ? "seeking" : ""}
            .spots=${dots ? this.#spots : NO_SPOTS}
            .room=${this.room}
            .tMs=${dots ? tMs : 0}
            .openCueId=${card?.cue.cue_id ?? ""}
            .locale=${locale}
            @request-open=${this.#onOpen}
          ></shoppable-hotspot-layer>
        </div>
        <div class="side" part="side">
          <div class="panel">
            <shoppable-product-tray
              exportparts="tray, tray-title, view, item, item-picture, item-title, dots-switch, message, price, tier"
              ?inert=${card !== null}
              .offersNow=${this.#offersNow}
              .offersAll=${this.#offersAll}
              .view=${this.view}
              .status=${this.#loader.status}
              .dots=${this.showDots}
              .openProductId=${card?.product.product_id ?? ""}
              .locale=${locale}
              @request-open=${this.#onOpen}
              @request-view=${(event: CustomEvent<TrayView>) => (this.view = event.detail)}
              @request-dots=${(event: CustomEvent<boolean>) => (this.showDots = event.detail)}
            ></shoppable-product-tray>
            ${card
              ? html`<shoppable-product-card
                  exportparts="card, card-picture, card-title, link, close, price, tier"
                  .offer=${card}
                  .locale=${locale}
                  @request-close=${this.#close}
                  @request-click-out=${this.#onClickOut}
                ></shoppable-product-card>`
              : nothing}
          </div>
        </div>
      </div>
      <div class="heard" role="status" aria-live="polite">${this.announcement}</div>`;
  }

  #useSheet(): void {
    const { sheet } = this.#loader;
    this.#products = new Map(sheet?.products.map((product) => [product.product_id, product]));
    this.#offersAll = sheet ? offersOf(sheet.cues, this.#products) : [];
    this.active = sheet ? activeCues(sheet.cues, this.playhead.tMs) : [];
    this.card = null;
    this.#rooms.measure();
    if (!sheet) return;
    const detail: ReadyDetail = {
      video_id: sheet.video_id,
      version: sheet.version,
      product_count: this.#offersAll.length,
    };
    void this.updateComplete.then(() => tellPage(this, PlayerEvent.ready, detail));
  }

  readonly #findVideo = () => {
    const slotted = this.slotted.assignedElements({ flatten: true });
    const videos = slotted.map((element) => (element.matches("video") ? element : element.querySelector("video")));
    this.#useVideo((videos.find(Boolean) as HTMLVideoElement | undefined) ?? null);
  };

  #useVideo(video: HTMLVideoElement | null): void {
    this.#video = video;
    this.#clock.watch(video);
    this.#rooms.watch(video, this.stage);
  }

  #follow(playhead: Playhead): void {
    const { sheet } = this.#loader;
    const active = sheet ? activeCues(sheet.cues, playhead.tMs) : [];
    if (active.length !== this.active.length || active.some((cue, i) => cue !== this.active[i])) this.active = active;
    if (playhead.paused && !this.playhead.paused && !playhead.ended && !this.card) this.#announce();
    if (!playhead.paused && this.playhead.paused) this.announcement = "";
    this.playhead = playhead;
  }

  #announce(): void {
    const offers = offersOf(this.active, this.#products);
    if (offers.length === 0 || performance.now() - this.#announcedAt < ANNOUNCE_MS) return;
    this.#announcedAt = performance.now();
    this.announcement = strings.paused(offers.length, offers.filter(isBuyable).length);
  }

  readonly #onOpen = ({ detail: { cueId, from } }: CustomEvent<OpenRequest>) => {
    const cue = this.#loader.sheet?.cues.find((candidate) => candidate.cue_id === cueId);
    const product = cue && this.#products.get(cue.product_id);
    if (!product) return;
    if (this.card?.cue === cue) return void this.#close();
    if (this.card) this.#tell(PlayerEvent.close, this.card);
    this.card = { product, cue, from };
    this.#video?.pause();
    this.#tell(PlayerEvent.open, this.card);
    void this.updateComplete.then(() => this.cardPart?.focusTitle());
  };

  readonly #close = async () => {
    const { card } = this;
    if (!card) return;
    const hadFocus = this.shadowRoot?.activeElement === this.cardPart;
    this.card = null;
    this.#tell(PlayerEvent.close, card);
    await this.updateComplete;
    if (!hadFocus) return;
    await this.layer.updateComplete;
    if (card.from === "hotspot" && this.layer.focusCue(card.cue.cue_id)) return;
    await this.tray.focusProduct(card.product.product_id);
  };

  readonly #onClickOut = (event: Event) => {
    if (this.card && !this.#tell(PlayerEvent.clickOut, this.card, { link: this.card.product.link })) event.preventDefault();
  };

  #tell(name: string, { product, cue }: Offer, more: object = {}): boolean {
    const detail = { product_id: product.product_id, cue_id: cue.cue_id, ...more };
    return tellPage(this, name, detail, name === PlayerEvent.clickOut);
  }

  // Esc closes the card from anywhere in the element, and from a page where nothing has the focus.
  readonly #onKey = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || event.defaultPrevented || !this.card) return;
    if (event.composedPath().includes(this) || event.target === document.body) void this.#close();
  };

  #locale(): string {
    return this.closest<HTMLElement>("[lang]")?.lang || navigator.language;
  }
}

if (!customElements.get("shoppable-video")) customElements.define("shoppable-video", ShoppableVideo);

declare global {
  interface HTMLElementTagNameMap {
    "shoppable-video": ShoppableVideo;
  }
}
