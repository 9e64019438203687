import { byId, clockTime, getJson, videoPath, type VideoResource } from "./video-resource.ts";

/** Where in a video its still is taken from: late enough to be past a fade-in. */
const STILL_AT = 0.1;

async function list(): Promise<void> {
  const { videos } = await getJson<{ videos: VideoResource[] }>("/v1/videos");
  byId("videos").append(...videos.map(row));
  byId("message").textContent = videos.length === 0 ? "There are no videos yet. Add one with: shoppable analyze VIDEO --catalog NAME" : "";
}

function row(video: VideoResource): HTMLElement {
  const item = element("li", "video");
  const link = element("a", "");
  link.setAttribute("href", `/watch/${encodeURIComponent(video.video_id)}`);
  const ready = typeof video.cue_sheet_version === "number";
  const words = element("span", "words");
  words.append(
    element("span", "name", video.name),
    element("span", ready ? "state ready" : "state", ready ? "Ready to shop" : "Nothing published yet"),
  );
  link.append(still(video), words);
  item.append(link);
  return item;
}

/** A silent picture of the video, fetched when it comes into view: its poster, or else a moment of the film. */
function still(resource: VideoResource): HTMLElement {
  const frame = element("span", "still");
  if (resource.stills?.poster) {
    const picture = document.createElement("img");
    picture.loading = "lazy";
    picture.alt = "";
    picture.src = new URL(resource.stills.poster, new URL("/v1/videos", location.href)).href;
    frame.append(picture, element("span", "length", clockTime(resource.duration_ms)));
    return frame;
  }
  const video = document.createElement("video");
  video.muted = true;
  video.playsInline = true;
  video.tabIndex = -1;
  video.preload = "metadata";
  video.setAttribute("aria-hidden", "true");
  new IntersectionObserver((entries, observer) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    observer.disconnect();
    video.src = `${videoPath(resource.video_id)}/media#t=${((resource.duration_ms * STILL_AT) / 1000).toFixed(1)}`;
  }).observe(frame);
  frame.append(video, element("span", "length", clockTime(resource.duration_ms)));
  return frame;
}

function element(tag: string, className: string, text = ""): HTMLElement {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

list().catch(() => {
  byId("message").textContent = "The list of videos could not be loaded. Try again in a moment.";
});
