import { describe, expect, test } from "vitest";
import { decimal, formatMoney, priceOf } from "../src/money.ts";
import { product } from "./sheets.ts";

const plain = (text: string | null) => text?.replace(/[\u00a0\u202f]/g, " ");

describe("decimal", () => {
  test.each([
    [1999, "USD", "19.99"],
    [5, "EUR", "0.05"],
    [0, "EUR", "0.00"],
    [1200, "JPY", "1200"],
    [1234, "KWD", "1.234"],
    [5, "BHD", "0.005"],
    [12345, "CLF", "1.2345"],
    [1299000, "HUF", "12990.00"],
    [9007199254740991, "USD", "90071992547409.91"],
  ])("%i minor %s is %s", (minor, currency, expected) => {
    expect(decimal({ minor, currency })).toBe(expected);
  });
});

describe("formatMoney", () => {
  test.each([
    [1999, "USD", "en-US", "$19.99"],
    [1999, "EUR", "de-DE", "19,99 €"],
    [1200, "JPY", "en-US", "¥1,200"],
    [1234, "KWD", "en-US", "KWD 1.234"],
    [1250, "IQD", "en-US", "IQD 1.250"],
    [9007199254740991, "USD", "en-US", "$90,071,992,547,409.91"],
  ])("%i minor %s in %s is %s", (minor, currency, locale, expected) => {
    expect(plain(formatMoney({ minor, currency }, locale))).toBe(expected);
  });

  test("a currency that people write without its minor digits has ISO 4217's amount", () => {
    expect(plain(formatMoney({ minor: 1299000, currency: "HUF" }, "en-US"))).toBe("HUF 12,990");
    expect(plain(formatMoney({ minor: 15000000, currency: "IDR" }, "en-US"))).toBe("IDR 150,000");
  });

  test("is never rounded", () => {
    expect(plain(formatMoney({ minor: 1299050, currency: "HUF" }, "en-US"))).toBe("HUF 12,990.50");
  });

  test("a code that is none gives no price", () => {
    expect(formatMoney({ minor: 100, currency: "dollars" }, "en-US")).toBeNull();
  });

  test("a language that is none falls back", () => {
    expect(formatMoney({ minor: 100, currency: "USD" }, "not_a_language")).toContain("1");
  });
});

describe("priceOf", () => {
  const eur = (minor: number) => ({ minor, currency: "EUR" });

  test("the price alone", () => {
    expect(priceOf(product({ price: eur(12900) }), "en-US")).toEqual({ now: "€129.00", was: null });
  });

  test("a sale price and what it was", () => {
    expect(priceOf(product({ price: eur(12900), sale_price: eur(9900) }), "en-US")).toEqual({
      now: "€99.00",
      was: "€129.00",
    });
  });

  test("no reduction is claimed where there is none", () => {
    expect(priceOf(product({ price: eur(9900), sale_price: eur(9900) }), "en-US")?.was).toBeNull();
    expect(priceOf(product({ price: null, sale_price: eur(9900) }), "en-US")).toEqual({ now: "€99.00", was: null });
    const dollars = { minor: 5000, currency: "USD" };
    expect(priceOf(product({ price: eur(9900), sale_price: dollars }), "en-US")?.was).toBeNull();
  });

  test("no price at all", () => {
    expect(priceOf(product({ price: null }), "en-US")).toBeNull();
  });
});
