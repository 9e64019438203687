/** hls.js, for browsers that do not play HLS themselves. The full build: the light one plays no separate sound. */
import Hls from "hls.js";

/** Plays a master playlist in a video element; false where the browser has no way to. */
export function attach(video: HTMLVideoElement, url: string): boolean {
  if (!Hls.isSupported()) return false;
  // A worker would come from a blob, which the content security policy rightly forbids.
  const hls = new Hls({ enableWorker: false });
  hls.loadSource(url);
  hls.attachMedia(video);
  return true;
}
