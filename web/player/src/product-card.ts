import { html, LitElement, nothing, unsafeCSS } from "lit";
import { property } from "lit/decorators.js";
import { ask, Request } from "./events.ts";
import type { Offer } from "./offers.ts";
import { productPicture, productPrice, tierLabel } from "./product-view.ts";
import { strings } from "./strings.ts";
import shared from "./styles/shared.css?inline";
import styles from "./styles/product-card.css?inline";

/** One product, in a dialog that leaves the page usable. */
export class ProductCard extends LitElement {
  static override styles = [unsafeCSS(shared), unsafeCSS(styles)];

  @property({ attribute: false }) offer: Offer | null = null;
  @property() locale = "";

  /** Move the focus into the card, to its title. */
  async focusTitle(): Promise<void> {
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>("h2")?.focus();
  }

  protected override render() {
    if (!this.offer) return nothing;
    const { product } = this.offer;
    return html`<div class="card" part="card" role="dialog" aria-labelledby="title">
      <button type="button" class="close" part="close" aria-label=${strings.closeCard} @click=${() => ask(this, Request.close)}>
        <svg viewBox="0 0 24 24" aria-hidden="true"><path d="M6 6l12 12M18 6L6 18" /></svg>
      </button>
      <div class="scroll">
        ${productPicture(product, "card-picture")}
        <div class="words">
          ${tierLabel(this.offer)}
          <h2 id="title" part="card-title" tabindex="-1">${product.title}</h2>
          ${productPrice(product, this.locale)}
          <dl>
            ${fact(strings.brand, product.brand)} ${fact(strings.color, product.color)}
            ${fact(strings.size, product.size)} ${fact(strings.stock, strings.availability[product.availability])}
          </dl>
        </div>
      </div>
      ${product.link ? this.#link(product.link) : nothing}
    </div>`;
  }

  #link(link: string) {
    return html`<a
      part="link"
      href=${link}
      target="_blank"
      rel="noopener noreferrer"
      @click=${this.#leave}
      @auxclick=${this.#leave}
      >${strings.viewInShop}<span class="heard"> ${strings.newTab}</span>
      <svg viewBox="0 0 24 24" aria-hidden="true"><path d="M8 16L17 7M9 7h8v8" /></svg>
    </a>`;
  }

  // Of the other buttons only the middle one opens the link.
  readonly #leave = (event: MouseEvent) => {
    if (event.type === "auxclick" && event.button !== 1) return;
    if (!ask(this, Request.clickOut)) event.preventDefault();
  };
}

function fact(name: string, value: string | null | undefined) {
  return value ? html`<div><dt>${name}</dt><dd>${value}</dd></div>` : nothing;
}

if (!customElements.get("shoppable-product-card")) customElements.define("shoppable-product-card", ProductCard);

declare global {
  interface HTMLElementTagNameMap {
    "shoppable-product-card": ProductCard;
  }
}
