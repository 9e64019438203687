import type { Cue, CueProduct } from "../../contract/cue-sheet.ts";

/** A product as the player shows it, with the cue that speaks for it. */
export interface Offer {
  product: CueProduct;
  cue: Cue;
}

export type ProductIndex = ReadonlyMap<string, CueProduct>;

/**
 * Each product of some cues once, in the order of the cues, with its best cue: an exact one before a similar one, then
 * the one with the higher score. Cues of products that the sheet does not hold are left out.
 */
export function offersOf(cues: readonly Cue[], products: ProductIndex): Offer[] {
  const offers = new Map<string, Offer>();
  for (const cue of cues) {
    const product = products.get(cue.product_id);
    if (!product) continue;
    const known = offers.get(cue.product_id);
    if (!known) offers.set(cue.product_id, { product, cue });
    else if (isBetter(cue, known.cue)) known.cue = cue;
  }
  return [...offers.values()];
}

/** Whether the shop will sell it, now or later. */
export function isBuyable({ product }: Offer): boolean {
  return product.availability !== "out_of_stock";
}

function isBetter(cue: Cue, than: Cue): boolean {
  if (cue.tier !== than.tier) return cue.tier === "exact";
  return cue.score > than.score;
}
