export interface Money {
  minor: number;
  currency: string;
}

export interface CueBox {
  t_ms: number;
  x0: number;
  y0: number;
  x1: number;
  y1: number;
}

export interface CueProduct {
  product_id: string;
  item_group_id: string | null;
  title: string;
  link: string;
  image: string | null;
  price: Money | null;
  sale_price: Money | null;
  availability: "in_stock" | "out_of_stock" | "preorder" | "backorder";
  brand: string | null;
  color: string | null;
  size: string | null;
}

export interface Cue {
  cue_id: string;
  product_id: string;
  tier: "exact" | "similar";
  score: number;
  start_ms: number;
  end_ms: number;
  boxes: CueBox[];
}

export interface CueSheet {
  format: "shoppable.cue-sheet/1";
  video_id: string;
  version: number;
  published_at: string;
  catalog: string;
  duration_ms: number;
  width: number;
  height: number;
  tiers: ("exact" | "similar")[];
  products: CueProduct[];
  cues: Cue[];
}
