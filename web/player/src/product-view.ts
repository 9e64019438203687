import { html, nothing, type TemplateResult } from "lit";
import type { CueProduct } from "../../contract/cue-sheet.ts";
import { priceOf } from "./money.ts";
import type { Offer } from "./offers.ts";
import { strings } from "./strings.ts";

/** The picture of a product on a white tile; the tile alone where there is none or it does not load. */
export function productPicture({ image }: CueProduct, part: string): TemplateResult {
  return html`<span class="picture" part=${part}>
    <svg viewBox="0 0 24 24" aria-hidden="true"><path d="M5 8h14l-1 12H6zM9 10V7a3 3 0 0 1 6 0v3" /></svg>
    ${image
      ? html`<img
          src=${image}
          alt=""
          loading="lazy"
          decoding="async"
          referrerpolicy="no-referrer"
          @load=${(event: Event) => ((event.target as HTMLElement).hidden = false)}
          @error=${(event: Event) => ((event.target as HTMLElement).hidden = true)}
        />`
      : nothing}
  </span>`;
}

/** The price; a higher price from before is struck through, and named to those who cannot see the line. */
export function productPrice(product: CueProduct, locale: string): TemplateResult {
  const price = priceOf(product, locale);
  if (!price) return html`<span class="price none" part="price">${strings.noPrice}</span>`;
  if (price.was === null) return html`<span class="price" part="price">${price.now}</span>`;
  return html`<span class="price" part="price"
    ><s><span class="heard">${strings.was} </span>${price.was}</s>
    <span class="sale"><span class="heard">${strings.now} </span>${price.now}</span></span
  >`;
}

/** The word "similar" where the product is not the very one in the picture; nothing where it is. */
export function tierLabel({ cue }: Offer): TemplateResult | typeof nothing {
  return cue.tier === "similar" ? html`<span class="tier" part="tier">${strings.similar}</span>` : nothing;
}
