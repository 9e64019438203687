/** A video as the API tells of it. */
export interface VideoResource {
  video_id: string;
  name: string;
  duration_ms: number;
  width: number;
  height: number;
  cue_sheet_version?: number | null;
  /** Addresses are relative to that of the video. */
  streams?: { hls: string; film: string } | null;
  stills?: { poster: string | null; thumbnails: string | null } | null;
}

/** The server's answer was an error. */
export class HttpError extends Error {
  constructor(readonly status: number) {
    super(`HTTP ${status}`);
  }
}

/** Get JSON from the API. @throws {HttpError} on an error status; a TypeError when there is no answer. */
export async function getJson<T>(path: string): Promise<T> {
  const response = await fetch(path, { headers: { accept: "application/json" } });
  if (!response.ok) throw new HttpError(response.status);
  return (await response.json()) as T;
}

export const videoPath = (videoId: string) => `/v1/videos/${encodeURIComponent(videoId)}`;

/** A length as players write it, begun seconds left out: "1:02:03", "12:40", "0:07". */
export function clockTime(durationMs: number): string {
  const seconds = Math.floor(durationMs / 1000);
  const two = (n: number) => String(n).padStart(2, "0");
  const minutes = Math.floor(seconds / 60) % 60;
  const hours = Math.floor(seconds / 3600);
  const tail = two(seconds % 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${tail}` : `${minutes}:${tail}`;
}

/** An element of the page that is known to be there. */
export function byId(id: string): HTMLElement {
  const element = document.getElementById(id);
  if (!element) throw new Error(`the page has no #${id}`);
  return element;
}
