import type { ReactiveController, ReactiveControllerHost } from "lit";
import type { CueSheet } from "../../contract/cue-sheet.ts";
import { fetchSheet, SheetError } from "./sheet.ts";

export type SheetStatus = "loading" | "ready" | "missing" | "failed";

/** How far below the viewport an element may be, and still load. */
const NEAR = "300px";

/**
 * Loads the cue sheet of an element: once it is near the viewport, and again when the address changes.
 *
 * A failure is a status and one warning on the console; it never throws.
 */
export class SheetLoader implements ReactiveController {
  sheet: CueSheet | null = null;
  status: SheetStatus = "loading";
  #url = "";
  #near = false;
  #request: AbortController | null = null;
  #observer: IntersectionObserver | null = null;

  constructor(
    private readonly host: ReactiveControllerHost & HTMLElement,
    private readonly onChange: () => void,
  ) {
    host.addController(this);
  }

  hostConnected(): void {
    this.#observer = new IntersectionObserver(
      (entries) => {
        if (!entries.some((entry) => entry.isIntersecting)) return;
        this.#observer?.disconnect();
        this.#near = true;
        void this.#load();
      },
      { rootMargin: NEAR },
    );
    this.#observer.observe(this.host);
  }

  hostDisconnected(): void {
    this.#observer?.disconnect();
    this.#request?.abort();
    this.#request = null;
    this.#near = false;
  }

  /** Use the sheet at this address from now on. */
  setUrl(url: string): void {
    if (url === this.#url) return;
    this.#url = url;
    this.#request?.abort();
    this.#request = null;
    this.#set(null, "loading");
    if (this.#near) void this.#load();
  }

  async #load(): Promise<void> {
    if (!this.#url || this.#request || this.sheet) return;
    const request = (this.#request = new AbortController());
    try {
      const sheet = await fetchSheet(this.#url, request.signal);
      if (!request.signal.aborted) this.#set(sheet, "ready");
    } catch (cause) {
      if (request.signal.aborted) return;
      console.warn(`<${this.host.localName}>`, cause instanceof Error ? cause.message : cause);
      this.#set(null, cause instanceof SheetError ? cause.reason : "failed");
    }
  }

  #set(sheet: CueSheet | null, status: SheetStatus): void {
    this.sheet = sheet;
    this.status = status;
    this.onChange();
    this.host.requestUpdate();
  }
}
