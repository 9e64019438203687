/** Every event name of the player, and what each carries. */

/** Events for the page: they bubble and cross shadow roots. */
export const PlayerEvent = {
  /** The cue sheet is loaded and shown. */
  ready: "shoppable-ready",
  /** A product card was opened. */
  open: "shoppable-open",
  /** A product card was closed. */
  close: "shoppable-close",
  /** The viewer follows the link to the shop. `preventDefault()` keeps the link from opening. */
  clickOut: "shoppable-click-out",
} as const;

/** Requests that the parts make of the element; they never leave its shadow root. */
export const Request = {
  open: "request-open",
  close: "request-close",
  clickOut: "request-click-out",
  view: "request-view",
  dots: "request-dots",
} as const;

export interface ReadyDetail {
  video_id: string;
  version: number;
  product_count: number;
}

export interface ProductDetail {
  product_id: string;
  cue_id: string;
}

export interface ClickOutDetail extends ProductDetail {
  link: string;
}

export interface OpenRequest {
  cueId: string;
  from: "hotspot" | "tray";
}

/** Which list the tray shows: what is on screen now, or every product of the video. */
export type TrayView = "now" | "all";

declare global {
  interface HTMLElementEventMap {
    "shoppable-ready": CustomEvent<ReadyDetail>;
    "shoppable-open": CustomEvent<ProductDetail>;
    "shoppable-close": CustomEvent<ProductDetail>;
    "shoppable-click-out": CustomEvent<ClickOutDetail>;
  }
}

/** Tell the page. Returns false when the page called `preventDefault()`. */
export function tellPage(from: EventTarget, name: string, detail: unknown, cancelable = false): boolean {
  return from.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true, cancelable }));
}

/** Ask the element that holds this part. Returns false when the request was refused. */
export function ask(from: EventTarget, name: string, detail?: unknown): boolean {
  return from.dispatchEvent(new CustomEvent(name, { detail, cancelable: true }));
}
