import type { Cue, CueProduct, CueSheet } from "../../contract/cue-sheet.ts";

/** A product, with what a test cares about. */
export function product(over: Partial<CueProduct> = {}): CueProduct {
  return {
    product_id: "coat-1",
    item_group_id: "coat",
    title: "Wool coat",
    link: "https://shop.example/coat",
    image: "images/coat.jpg",
    price: { minor: 12900, currency: "EUR" },
    sale_price: null,
    availability: "in_stock",
    brand: "Nord",
    color: "camel",
    size: null,
    ...over,
  };
}

/** A cue, with what a test cares about. */
export function cue(over: Partial<Cue> = {}): Cue {
  return {
    cue_id: "c1",
    product_id: "coat-1",
    tier: "exact",
    score: 0.9,
    start_ms: 1000,
    end_ms: 3000,
    boxes: [],
    ...over,
  };
}

/** A sheet, with what a test cares about. */
export function sheet(over: Partial<CueSheet> = {}): CueSheet {
  return {
    format: "shoppable.cue-sheet/1",
    video_id: "v1",
    version: 3,
    published_at: "2026-11-23T10:00:00Z",
    catalog: "spring",
    duration_ms: 10_000,
    width: 1280,
    height: 720,
    tiers: ["exact", "similar"],
    products: [product()],
    cues: [cue()],
    ...over,
  };
}
