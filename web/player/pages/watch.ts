import { byId, clockTime, getJson, HttpError, videoPath, type VideoResource } from "./video-resource.ts";

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
  video.src = `${path}/media`;
  player.setAttribute("cue-sheet", `${path}/cue-sheet`);
  // Only now is the shape of the film known: shown before, the page would jump.
  byId("film").hidden = false;
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
