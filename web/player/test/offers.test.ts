import { expect, test } from "vitest";
import { isBuyable, offersOf } from "../src/offers.ts";
import { strings } from "../src/strings.ts";
import { cue, product } from "./sheets.ts";

const products = new Map([product(), product({ product_id: "hat-1", title: "Hat" })].map((p) => [p.product_id, p]));

test("each product comes once, with its best cue, in the order of the cues", () => {
  const cues = [
    cue({ cue_id: "a", tier: "similar", score: 0.99 }),
    cue({ cue_id: "b", product_id: "hat-1" }),
    cue({ cue_id: "c", tier: "exact", score: 0.7 }),
    cue({ cue_id: "d", tier: "exact", score: 0.8 }),
    cue({ cue_id: "e", product_id: "unknown" }),
  ];
  expect(offersOf(cues, products).map((offer) => [offer.product.title, offer.cue.cue_id])).toEqual([
    ["Wool coat", "d"],
    ["Hat", "b"],
  ]);
});

test("what is sold out cannot be bought; what comes later can", () => {
  const offer = (availability: "out_of_stock" | "preorder") => ({ product: product({ availability }), cue: cue() });
  expect(isBuyable(offer("out_of_stock"))).toBe(false);
  expect(isBuyable(offer("preorder"))).toBe(true);
});

test("the announcement tells only of what can be bought", () => {
  expect(strings.paused(1, 1)).toBe("1 product on screen can be bought.");
  expect(strings.paused(3, 2)).toBe("3 products on screen, 2 of them can be bought.");
  expect(strings.paused(2, 0)).toBe("2 products on screen, out of stock.");
});
