import type { Cue, CueBox, CueProduct, CueSheet, Money } from "../../contract/cue-sheet.ts";

export const FORMAT = "shoppable.cue-sheet/1";

/** Why there is no cue sheet: `missing` when the server has none, `failed` for everything else. */
export class SheetError extends Error {
  constructor(
    readonly reason: "missing" | "failed",
    message: string,
  ) {
    super(message);
    this.name = "SheetError";
  }
}

/**
 * Load a cue sheet and check it. The address may redirect to a versioned one; links in the sheet are read from there.
 *
 * @throws {SheetError} There is none, it cannot be reached, or it is not a cue sheet.
 */
export async function fetchSheet(url: string, signal?: AbortSignal, get: typeof fetch = fetch): Promise<CueSheet> {
  let response: Response;
  try {
    response = await get(url, { signal: signal ?? null, headers: { accept: "application/json" } });
  } catch (cause) {
    throw new SheetError("failed", `cue sheet ${url}: ${String(cause)}`);
  }
  if (!response.ok) {
    throw new SheetError(response.status === 404 ? "missing" : "failed", `cue sheet ${url}: HTTP ${response.status}`);
  }
  const data: unknown = await response.json().catch((cause: unknown) => {
    throw new SheetError("failed", `cue sheet ${url}: not JSON: ${String(cause)}`);
  });
  try {
    return readSheet(data, response.url);
  } catch (cause) {
    throw new SheetError("failed", `cue sheet ${url}: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}

/**
 * Check a parsed cue sheet and make it ready to use: pictures and links absolute, and empty where they are neither
 * http nor https; cues and boxes in order of time; cues left out whose tier this player does not know, because it
 * could not label them honestly.
 *
 * @throws {TypeError} It is not a cue sheet of this format; the message names the field.
 */
export function readSheet(data: unknown, base: string): CueSheet {
  const sheet = record(data, "the sheet");
  if (sheet["format"] !== FORMAT) throw new TypeError(`format is ${JSON.stringify(sheet["format"])}, not "${FORMAT}"`);
  const products = list(sheet["products"], "products").map((item, i) => readProduct(item, `products[${i}]`, base));
  const cues = list(sheet["cues"], "cues").map((item, i) => readCue(item, `cues[${i}]`));
  return {
    ...(sheet as unknown as CueSheet),
    width: number(sheet["width"], "width"),
    height: number(sheet["height"], "height"),
    products,
    cues: cues
      .filter((cue) => cue.tier === "exact" || cue.tier === "similar")
      .sort((a, b) => a.start_ms - b.start_ms),
  };
}

/** An address made absolute, or null unless it is http or https. */
export function webUrl(value: unknown, base: string): string | null {
  if (typeof value !== "string" || value === "") return null;
  const url = URL.canParse(value, base) ? new URL(value, base) : null;
  return url?.protocol === "http:" || url?.protocol === "https:" ? url.href : null;
}

function readProduct(item: unknown, at: string, base: string): CueProduct {
  const product = record(item, at);
  return {
    ...(product as unknown as CueProduct),
    product_id: text(product["product_id"], `${at}.product_id`),
    title: text(product["title"], `${at}.title`),
    link: webUrl(product["link"], base) ?? "",
    image: webUrl(product["image"], base) ?? "",
    price: money(product["price"], `${at}.price`),
    sale_price: money(product["sale_price"], `${at}.sale_price`),
  };
}

function readCue(item: unknown, at: string): Cue {
  const cue = record(item, at);
  const boxes = list(cue["boxes"], `${at}.boxes`).map((box, i) => readBox(box, `${at}.boxes[${i}]`));
  return {
    ...(cue as unknown as Cue),
    cue_id: text(cue["cue_id"], `${at}.cue_id`),
    product_id: text(cue["product_id"], `${at}.product_id`),
    score: number(cue["score"], `${at}.score`),
    start_ms: number(cue["start_ms"], `${at}.start_ms`),
    end_ms: number(cue["end_ms"], `${at}.end_ms`),
    boxes: boxes.sort((a, b) => a.t_ms - b.t_ms),
  };
}

function readBox(item: unknown, at: string): CueBox {
  const box = record(item, at);
  const side = (name: string) => number(box[name], `${at}.${name}`);
  return { t_ms: side("t_ms"), x0: side("x0"), y0: side("y0"), x1: side("x1"), y1: side("y1") };
}

function money(value: unknown, at: string): Money | null {
  if (value === null || value === undefined) return null;
  const { minor, currency } = record(value, at);
  if (!Number.isSafeInteger(minor) || (minor as number) < 0) throw new TypeError(`${at}.minor is no amount`);
  return { minor: minor as number, currency: text(currency, `${at}.currency`) };
}

function record(value: unknown, at: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new TypeError(`${at} is no object`);
  return value as Record<string, unknown>;
}

function list(value: unknown, at: string): unknown[] {
  if (!Array.isArray(value)) throw new TypeError(`${at} is no list`);
  return value;
}

function text(value: unknown, at: string): string {
  if (typeof value !== "string" || value === "") throw new TypeError(`${at} is no text`);
  return value;
}

function number(value: unknown, at: string): number {
  if (typeof value !== "number" || !Number.isFinite(value)) throw new TypeError(`${at} is no number`);
  return value;
}
