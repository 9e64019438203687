import type { Rect, Room } from "./dot-placement.ts";

interface Size {
  width: number;
  height: number;
}

// The height of Chromium's native controls; other browsers' are lower. On a small video they may take at most 40 %.
const CONTROLS_PX = 76;
const CONTROLS_SHARE = 0.4;

/**
 * Where the picture lies in the content box of its video: CSS `object-fit` and `object-position`, computed.
 *
 * `fit` and `position` are computed values; a picture of no size fills the box.
 */
export function pictureRect(content: Rect, natural: Size, fit: string, position: string): Rect {
  if (fit === "fill" || !(natural.width > 0 && natural.height > 0)) return { ...content };
  const contain = Math.min(content.width / natural.width, content.height / natural.height);
  const cover = Math.max(content.width / natural.width, content.height / natural.height);
  const scales: Record<string, number> = { cover, none: 1, "scale-down": Math.min(1, contain) };
  const scale = scales[fit] ?? contain;
  const width = natural.width * scale;
  const height = natural.height * scale;
  const [across = "50%", down = "50%"] = position.split(" ");
  return {
    x: content.x + offset(across, content.width - width),
    y: content.y + offset(down, content.height - height),
    width,
    height,
  };
}

/** Measure a video on its stage, in CSS pixels from the stage's corner. `natural` is the upright size of the film. */
export function measureRoom(video: HTMLVideoElement, stage: Element, natural: Size): Room {
  const style = getComputedStyle(video);
  const outer = video.getBoundingClientRect();
  const corner = stage.getBoundingClientRect();
  // A transform of the page scales rectangles on screen, but not the pixels that positions are given in.
  const zoom = outer.width / video.offsetWidth || 1;
  const px = (value: string) => Number.parseFloat(value) || 0;
  const view: Rect = {
    x: (outer.x - corner.x) / zoom + video.clientLeft + px(style.paddingLeft),
    y: (outer.y - corner.y) / zoom + video.clientTop + px(style.paddingTop),
    width: video.clientWidth - px(style.paddingLeft) - px(style.paddingRight),
    height: video.clientHeight - px(style.paddingTop) - px(style.paddingBottom),
  };
  const film = video.videoWidth > 0 ? { width: video.videoWidth, height: video.videoHeight } : natural;
  return {
    picture: pictureRect(view, film, style.objectFit, style.objectPosition),
    view,
    foot: video.controls ? Math.min(CONTROLS_PX, view.height * CONTROLS_SHARE) : 0,
  };
}

function offset(position: string, free: number): number {
  const value = Number.parseFloat(position);
  if (!Number.isFinite(value)) return free / 2;
  return position.endsWith("%") ? (free * value) / 100 : value;
}

/** Measures a video on its stage again whenever either changes size, and reports it. */
export class RoomWatcher {
  #video: HTMLVideoElement | null = null;
  #stage: Element | null = null;
  readonly #sizes = new ResizeObserver(() => this.measure());

  constructor(
    private readonly natural: () => Size,
    private readonly report: (room: Room) => void,
  ) {}

  /** Watch this video, and no other; null watches none. */
  watch(video: HTMLVideoElement | null, stage: Element): void {
    for (const name of ["loadedmetadata", "resize"]) {
      this.#video?.removeEventListener(name, this.measure);
      video?.addEventListener(name, this.measure);
    }
    this.#video = video;
    this.#stage = stage;
    this.#sizes.disconnect();
    if (!video) return;
    this.#sizes.observe(video);
    this.#sizes.observe(stage);
    this.measure();
  }

  readonly measure = () => {
    if (this.#video && this.#stage) this.report(measureRoom(this.#video, this.#stage, this.natural()));
  };
}
