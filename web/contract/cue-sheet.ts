// Generated from src/shoppable/model/cue.py: edit that, then run `python -m web.contract.generate`.

export type Availability = "in_stock" | "out_of_stock" | "preorder" | "backorder";

/** A box at a moment. */
export interface CueBox {
  x0: number;
  y0: number;
  x1: number;
  y1: number;
  t_ms: number;
}

/** One product on screen over one stretch of time. */
export interface Cue {
  start_ms: number;
  end_ms: number;
  cue_id: string;
  product_id: string;
  tier: "exact" | "similar";
  score: number;
  /** By time; a player interpolates between them. */
  boxes: CueBox[];
}

/** A product as a viewer is shown it. */
export interface CueProduct {
  product_id: string;
  item_group_id: string;
  title: string;
  /** The shop's page, http or https; empty when the shop gave none. */
  link: string;
  /** URL of the picture, relative to the cue sheet's own. */
  image: string;
  price: Money | null;
  sale_price: Money | null;
  availability: Availability;
  brand: string | null;
  color: string | null;
  size: string | null;
}

/** An amount in integer minor units of an ISO 4217 currency: 52.00 USD is `minor=5200`, 900 JPY is `minor=900`. */
export interface Money {
  minor: number;
  currency: string;
}

/** One immutable version of what can be bought in a video. */
export interface CueSheet {
  format: "shoppable.cue-sheet/1";
  video_id: string;
  version: number;
  published_at: string;
  catalog: string;
  duration_ms: number;
  width: number;
  height: number;
  /** What the publishing policy let through. */
  tiers: ("exact" | "similar")[];
  products: CueProduct[];
  /** By start time. */
  cues: Cue[];
}
