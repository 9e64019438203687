import { html, LitElement, nothing, type PropertyValues, unsafeCSS } from "lit";
import { property, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { ask, type OpenRequest, Request, type TrayView } from "./events.ts";
import type { Offer } from "./offers.ts";
import { productPicture, productPrice, tierLabel } from "./product-view.ts";
import type { SheetStatus } from "./sheet-loader.ts";
import { strings } from "./strings.ts";
import shared from "./styles/shared.css?inline";
import styles from "./styles/product-tray.css?inline";

/**
 * The list of products beside the video: those on screen now, or all of them.
 *
 * While a viewer points at the list or has the focus in it, nothing is taken from it: what leaves the screen stays
 * until they go, and what comes is added at the end.
 */
export class ProductTray extends LitElement {
  static override styles = [unsafeCSS(shared), unsafeCSS(styles)];

  @property({ attribute: false }) offersNow: readonly Offer[] = [];
  @property({ attribute: false }) offersAll: readonly Offer[] = [];
  @property() view: TrayView = "now";
  @property() status: SheetStatus = "loading";
  @property({ type: Boolean }) dots = false;
  @property() openProductId = "";
  @property() locale = "";
  @state() private shown: readonly Offer[] = [];
  @state() private pointed = false;
  @state() private focused = false;

  /** Move the focus to a product, or to the head of the tray where it is not listed. */
  async focusProduct(productId: string): Promise<void> {
    await this.updateComplete;
    const items = [...this.renderRoot.querySelectorAll<HTMLElement>("[data-product]")];
    const item = items.find((candidate) => candidate.dataset["product"] === productId);
    (item ?? this.renderRoot.querySelector<HTMLElement>("[aria-pressed=true]"))?.focus();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    const held = (this.pointed || this.focused) && !changed.has("view");
    this.shown = this.view === "all" ? this.offersAll : held ? merge(this.shown, this.offersNow) : this.offersNow;
  }

  protected override render() {
    return html`<section part="tray" class="tray" aria-label=${strings.trayLabel}>
      <header>
        <h2 part="tray-title">${strings.trayTitle}</h2>
        ${this.#views()}
      </header>
      ${this.#list()} ${this.#options()}
    </section>`;
  }

  #views() {
    const button = (view: TrayView, label: string, count: number) =>
      html`<button
        type="button"
        part="view"
        aria-pressed=${this.view === view}
        @click=${() => ask(this, Request.view, view)}
      >
        ${label} <span class="count">${count}</span>
      </button>`;
    return html`<div class="views" role="group" aria-label=${strings.viewLabel} ?inert=${this.status !== "ready"}>
      ${button("now", strings.viewNow, this.offersNow.length)}${button("all", strings.viewAll, this.offersAll.length)}
    </div>`;
  }

  #list() {
    if (this.shown.length === 0) return html`<p class="line" part="message">${this.#message()}</p>`;
    return html`<ul
      role="list"
      @pointerenter=${() => (this.pointed = true)}
      @pointerleave=${() => (this.pointed = false)}
      @focusin=${() => (this.focused = true)}
      @focusout=${() => (this.focused = false)}
    >
      ${repeat(
        this.shown,
        ({ product }) => product.product_id,
        (offer) => html`<li>${this.#item(offer)}</li>`,
      )}
    </ul>`;
  }

  #item(offer: Offer) {
    const { product, cue } = offer;
    const { availability } = product;
    const request: OpenRequest = { cueId: cue.cue_id, from: "tray" };
    return html`<button
      type="button"
      class="item"
      part="item"
      data-product=${product.product_id}
      aria-haspopup="dialog"
      aria-expanded=${this.openProductId === product.product_id}
      @click=${() => ask(this, Request.open, request)}
    >
      ${productPicture(product, "item-picture")}
      <span class="words">
        <span class="title" part="item-title">${product.title}</span>
        ${productPrice(product, this.locale)} ${tierLabel(offer)}
        ${availability === "in_stock" ? nothing : html`<span class="stock">${strings.availability[availability]}</span>`}
      </span>
    </button>`;
  }

  #options() {
    return html`<label class="dots" part="dots-switch" ?inert=${this.status !== "ready"}>
      <input
        type="checkbox"
        role="switch"
        .checked=${this.dots}
        @change=${(event: Event) => ask(this, Request.dots, (event.target as HTMLInputElement).checked)}
      />
      <span>${strings.dotsWhilePlaying}</span>
    </label>`;
  }

  #message(): string {
    if (this.status !== "ready") return strings[this.status];
    return this.offersAll.length === 0 ? strings.empty : strings.nothingNow;
  }
}

function merge(shown: readonly Offer[], now: readonly Offer[]): readonly Offer[] {
  const current = new Map(now.map((offer) => [offer.product.product_id, offer]));
  const kept = shown.map((offer) => current.get(offer.product.product_id) ?? offer);
  const known = new Set(kept.map((offer) => offer.product.product_id));
  return [...kept, ...now.filter((offer) => !known.has(offer.product.product_id))];
}

if (!customElements.get("shoppable-product-tray")) customElements.define("shoppable-product-tray", ProductTray);

declare global {
  interface HTMLElementTagNameMap {
    "shoppable-product-tray": ProductTray;
  }
}
