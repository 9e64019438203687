import { describe, expect, test } from "vitest";
import { fetchSheet, readSheet, webUrl } from "../src/sheet.ts";
import { cue, product, sheet } from "./sheets.ts";

const BASE = "https://cdn.example/v1/videos/v1/cue-sheets/3.json";

describe("readSheet", () => {
  test("pictures and links become absolute", () => {
    const [only] = readSheet(sheet({ products: [product({ link: "/coat" })] }), BASE).products;
    expect(only?.image).toBe("https://cdn.example/v1/videos/v1/cue-sheets/images/coat.jpg");
    expect(only?.link).toBe("https://cdn.example/coat");
  });

  test.each(["javascript:alert(1)", "data:text/html,x", " javascript:alert(1)", "ftp://shop.example/coat", ""])(
    "the link %j is not kept",
    (link) => {
      expect(readSheet(sheet({ products: [product({ link, image: link })] }), BASE).products[0]).toMatchObject({
        link: "",
        image: "",
      });
    },
  );

  test("cues and boxes come in order of time", () => {
    const box = (t_ms: number) => ({ t_ms, x0: 0, y0: 0, x1: 1, y1: 1 });
    const cues = [cue({ cue_id: "b", start_ms: 5 }), cue({ cue_id: "a", start_ms: 1, boxes: [box(9), box(2)] })];
    const read = readSheet(sheet({ cues }), BASE).cues;
    expect(read.map(({ cue_id }) => cue_id)).toEqual(["a", "b"]);
    expect(read[0]?.boxes.map(({ t_ms }) => t_ms)).toEqual([2, 9]);
  });

  test("a tier it cannot label is left out", () => {
    const cues = [cue({ cue_id: "a", tier: "perhaps" as "exact" }), cue({ cue_id: "b" })];
    expect(readSheet(sheet({ cues }), BASE).cues.map(({ cue_id }) => cue_id)).toEqual(["b"]);
  });

  test("fields that may be absent count as null", () => {
    const { sale_price: _, ...rest } = product();
    expect(readSheet({ ...sheet(), products: [rest] }, BASE).products[0]?.sale_price).toBeNull();
  });

  test.each<[string, unknown, string]>([
    ["no object", [], "the sheet"],
    ["another format", { ...sheet(), format: "shoppable.cue-sheet/2" }, "format"],
    ["no products", { ...sheet(), products: undefined }, "products"],
    ["a product without a title", sheet({ products: [product({ title: "" })] }), "products[0].title"],
    ["half a cent", sheet({ products: [product({ price: { minor: 0.5, currency: "EUR" } })] }), "products[0].price.minor"],
    ["a cue without a start", sheet({ cues: [cue({ start_ms: Number.NaN })] }), "cues[0].start_ms"],
    ["a box that is none", { ...sheet(), cues: [{ ...cue(), boxes: [1] }] }, "cues[0].boxes[0]"],
  ])("refuses %s, naming the field", (_, data, field) => {
    expect(() => readSheet(data, BASE)).toThrow(field);
  });
});

describe("webUrl", () => {
  test("keeps http and https", () => {
    expect(webUrl("http://shop.example/a b", BASE)).toBe("http://shop.example/a%20b");
    expect(webUrl("//shop.example/a", BASE)).toBe("https://shop.example/a");
    expect(webUrl(null, BASE)).toBeNull();
    expect(webUrl("https://", BASE)).toBeNull();
  });
});

describe("fetchSheet", () => {
  const answer = (body: BodyInit, status = 200): typeof fetch => async () =>
    Object.defineProperty(new Response(body, { status }), "url", { value: BASE });

  test("reads links from where it was redirected to", async () => {
    const read = await fetchSheet("/v1/videos/v1/cue-sheet", undefined, answer(JSON.stringify(sheet())));
    expect(read.products[0]?.image).toContain("https://cdn.example/v1/videos/v1/cue-sheets/");
  });

  test.each<[string, typeof fetch, string]>([
    ["404", answer("", 404), "missing"],
    ["500", answer("", 500), "failed"],
    ["no JSON", answer("<html>"), "failed"],
    ["no sheet", answer("{}"), "failed"],
    ["no network", () => Promise.reject(new TypeError("offline")), "failed"],
  ])("%s is told by its reason", async (_, get, reason) => {
    await expect(fetchSheet("/sheet", undefined, get)).rejects.toMatchObject({ name: "SheetError", reason });
  });
});
