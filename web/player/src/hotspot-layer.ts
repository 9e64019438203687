import { html, LitElement, unsafeCSS } from "lit";
import { property, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { boxAt } from "./cue-clock.ts";
import { type Dot, placeDots, type Room } from "./dot-placement.ts";
import { ask, type OpenRequest, Request } from "./events.ts";
import type { Offer } from "./offers.ts";
import { productPrice, tierLabel } from "./product-view.ts";
import { strings } from "./strings.ts";
import shared from "./styles/shared.css?inline";
import styles from "./styles/hotspot-layer.css?inline";

/** The side of a dot's target, in CSS pixels. The style sheet has it too. */
export const TARGET_PX = 44;

/** A dot that had to go farther than this from the middle of its box gets a line to it. */
const LEAD_PX = 18;

/**
 * Dots over the video, one for each cue, that follow the boxes. The layer itself lets every pointer through.
 *
 * Pointing at a dot, or focusing it, shows where it leads; Esc hides that again.
 */
export class HotspotLayer extends LitElement {
  static override styles = [unsafeCSS(shared), unsafeCSS(styles)];

  /** One entry per cue on screen. */
  @property({ attribute: false }) spots: readonly Offer[] = [];
  @property({ attribute: false }) room: Room | null = null;
  @property({ type: Number }) tMs = 0;
  @property() openCueId = "";
  @property() locale = "";
  @state() private labelsOff = false;
  #lostFocus = false;

  /** Move the focus to a cue's dot. Returns false when there is none. */
  focusCue(cueId: string): boolean {
    const dot = this.#dots().find((candidate) => candidate.dataset["cue"] === cueId);
    dot?.focus();
    return dot !== undefined;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener("keydown", this.#onKey, true);
  }

  override disconnectedCallback(): void {
    document.removeEventListener("keydown", this.#onKey, true);
    super.disconnectedCallback();
  }

  protected override willUpdate(): void {
    const focused = (this.shadowRoot?.activeElement as HTMLElement | null)?.dataset["cue"];
    this.#lostFocus = focused !== undefined && !this.spots.some(({ cue }) => cue.cue_id === focused);
  }

  protected override render() {
    return html`<div
      class="layer"
      role="group"
      tabindex="-1"
      aria-label=${strings.hotspotsLabel}
      @pointerover=${this.#showLabels}
      @focusin=${this.#showLabels}
    >
      ${repeat(
        this.spots,
        ({ cue }) => cue.cue_id,
        (offer, i) => this.#hotspot(offer, i),
      )}
    </div>`;
  }

  protected override updated(): void {
    const points = this.room
      ? placeDots(this.spots.map(({ cue }) => boxAt(cue, this.tMs)), this.room, TARGET_PX)
      : [];
    this.#dots().forEach((dot, i) => this.#place(dot, points[i] ?? null));
    // A dot that ends takes the focus with it; keep it here, so that Tab goes on from the same place.
    if (this.#lostFocus) this.renderRoot.querySelector<HTMLElement>(".layer")?.focus({ preventScroll: true });
  }

  #hotspot(offer: Offer, i: number) {
    const { product, cue } = offer;
    const request: OpenRequest = { cueId: cue.cue_id, from: "hotspot" };
    return html`<button
      type="button"
      class="hotspot"
      part="hotspot"
      data-cue=${cue.cue_id}
      data-tier=${cue.tier}
      aria-labelledby="title-${i}"
      aria-describedby="more-${i}"
      aria-haspopup="dialog"
      aria-expanded=${this.openCueId === cue.cue_id}
      @click=${() => ask(this, Request.open, request)}
    >
      <span class="lead"></span>
      <span class="dot" part="hotspot-dot"></span>
      <span class="label" part="hotspot-label" ?hidden=${this.labelsOff}>
        <span class="title" id="title-${i}">${product.title}</span>
        <span class="more" id="more-${i}">${productPrice(product, this.locale)} ${tierLabel(offer)}</span>
      </span>
    </button>`;
  }

  #place(dot: HTMLElement, point: Dot | null): void {
    dot.hidden = !point;
    if (!point || !this.room) return;
    const { view } = this.room;
    const right = point.x - view.x < view.width / 2;
    const space = right ? view.x + view.width - point.x : point.x - view.x;
    const [dx, dy] = [point.anchor.x - point.x, point.anchor.y - point.y];
    dot.dataset["side"] = right ? "right" : "left";
    dot.toggleAttribute("data-lead", Math.hypot(dx, dy) > LEAD_PX);
    dot.style.setProperty("--lead", `${Math.hypot(dx, dy).toFixed(1)}px`);
    dot.style.setProperty("--turn", `${Math.atan2(dy, dx).toFixed(3)}rad`);
    dot.style.setProperty("--x", `${point.x.toFixed(1)}px`);
    dot.style.setProperty("--y", `${point.y.toFixed(1)}px`);
    dot.style.setProperty("--space", `${Math.floor(space)}px`);
  }

  #dots(): HTMLElement[] {
    return [...this.renderRoot.querySelectorAll<HTMLElement>("[data-cue]")];
  }

  readonly #showLabels = () => {
    this.labelsOff = false;
  };

  readonly #onKey = ({ key }: KeyboardEvent) => {
    if (key === "Escape") this.labelsOff = true;
  };
}

if (!customElements.get("shoppable-hotspot-layer")) customElements.define("shoppable-hotspot-layer", HotspotLayer);

declare global {
  interface HTMLElementTagNameMap {
    "shoppable-hotspot-layer": HotspotLayer;
  }
}
