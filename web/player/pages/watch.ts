import { byId, clockTime, getJson, HttpError, videoPath, type VideoResource } from "./video-resource.ts";

/** Built beside this script, and loaded only where it is needed. */
const HLS = "/player/hls.js";

/** Fill the watch page for the video whose id ends the address: /watch/{video_id}. */
async function show(videoId: string): Promise<void> {
  const path = videoPath(videoId);
  const resource = await getJson<VideoResource>(path);
  const video = document.querySelector("video");
  const player = document.querySelector("shoppable-video");
  if (!video || !player) throw new Error("the page has no player");
  document.title = `${resource.name} – shoppable`;
  byId("name").textContent = resource.name;
  const shoppable = resource.cue_sheet_version !== null;
  byId("facts").textContent = clockTime(resource.duration_ms) + (shoppable ? " · Pause to see what can be bought." : "");
  video.width = resource.width;
  video.height = resource.height;
  video.setAttribute("aria-label", resource.name);
  const here = new URL(path, location.href);
  if (resource.stills?.poster) video.poster = new URL(resource.stills.poster, here).href;
  await setSource(video, resource, here);
  player.setAttribute("cue-sheet", `${path}/cue-sheet`);
  // Only now is the shape of the film known: shown before, the page would jump.
  byId("film").hidden = false;
}

/** Plays the streams where there are any: natively, or by hls.js; else the file as it came. */
async function setSource(video: HTMLVideoElement, resource: VideoResource, here: URL): Promise<void> {
  const file = `${here.href}/media`;
  if (!resource.streams) {
    video.src = file;
    return;
  }
  const hls = new URL(resource.streams.hls, here).href;
  if (video.canPlayType("application/vnd.apple.mpegurl")) {
    video.src = hls;
    return;
  }
  const { attach } = (await import(/* @vite-ignore */ HLS)) as typeof import("./hls.ts");
  if (!attach(video, hls)) video.src = new URL(resource.streams.film, here).href;
}

function explain(cause: unknown): void {
  const missing = cause instanceof HttpError && cause.status === 404;
  const title = missing ? "This video is not here" : "This video cannot be shown now";
  document.title = `${title} – shoppable`;
  byId("problem-title").textContent = title;
  byId("problem-text").textContent = missing
    ? "It may have been removed, or the address has a slip in it."
    : "The server did not answer as it should. Try again in a moment.";
  byId("problem").hidden = false;
}

/** The id in the address, or "" where there is none or it is not well-formed. */
function videoIdOf(pathname: string): string {
  try {
    return decodeURIComponent(/^\/watch\/([^/]+)\/?$/.exec(pathname)?.[1] ?? "");
  } catch {
    return "";
  }
}

const videoId = videoIdOf(location.pathname);
if (videoId) show(videoId).catch(explain);
else explain(new HttpError(404));
