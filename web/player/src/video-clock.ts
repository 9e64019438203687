/** What a video is doing. */
export interface Playhead {
  tMs: number;
  paused: boolean;
  seeking: boolean;
  /** It has shown a frame of its own: before that there may be a poster. */
  started: boolean;
  ended: boolean;
}

export const STILL: Playhead = { tMs: 0, paused: true, seeking: false, started: false, ended: false };

const EVENTS = ["play", "pause", "seeking", "seeked", "timeupdate", "ended", "loadeddata", "emptied"];

/**
 * Watches one video at a time and reports its playhead: at every change, and at every frame while it plays.
 *
 * Frames come from requestVideoFrameCallback, or from requestAnimationFrame where that is missing.
 */
export class VideoClock {
  #video: HTMLVideoElement | null = null;
  #listening = new AbortController();
  #started = false;
  #frame = 0;

  constructor(private readonly report: (playhead: Playhead) => void) {}

  /** Watch this video, and no other; null watches none. */
  watch(video: HTMLVideoElement | null): void {
    if (video === this.#video) return;
    this.#listening.abort();
    this.#cancelFrame();
    this.#video = video;
    if (!video) return;
    this.#started = !video.paused || video.currentTime > 0;
    this.#listening = new AbortController();
    for (const name of EVENTS) {
      video.addEventListener(name, this.#onEvent, { signal: this.#listening.signal });
    }
    this.#askFrame();
    this.#tell();
  }

  readonly #onEvent = ({ type }: Event) => {
    if (type === "play" || type === "seeking") this.#started = true;
    if (type === "emptied") this.#started = false;
    if (type === "play") this.#askFrame();
    this.#tell();
  };

  readonly #onFrame = () => {
    this.#frame = 0;
    this.#tell();
    this.#askFrame();
  };

  #tell(): void {
    const video = this.#video;
    if (!video) return;
    this.report({
      tMs: Math.round(video.currentTime * 1000),
      paused: video.paused,
      seeking: video.seeking,
      started: this.#started,
      ended: video.ended,
    });
  }

  #askFrame(): void {
    const video = this.#video;
    if (!video || this.#frame) return;
    if ("requestVideoFrameCallback" in video) this.#frame = video.requestVideoFrameCallback(this.#onFrame);
    else if (!(video as HTMLVideoElement).paused) this.#frame = requestAnimationFrame(this.#onFrame);
  }

  #cancelFrame(): void {
    const video = this.#video;
    if (video && "requestVideoFrameCallback" in video) video.cancelVideoFrameCallback(this.#frame);
    else cancelAnimationFrame(this.#frame);
    this.#frame = 0;
  }
}
