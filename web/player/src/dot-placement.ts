import type { Box } from "./cue-clock.ts";

export interface Point {
  x: number;
  y: number;
}

/** In CSS pixels. */
export interface Rect extends Point {
  width: number;
  height: number;
}

/** The middle of a dot, and the point of the picture it stands for. */
export interface Dot extends Point {
  anchor: Point;
}

export interface Room {
  /** Where the whole picture lies; parts of it may be cut off by the view. */
  picture: Rect;
  /** The part of the stage that shows video. Dots stay inside. */
  view: Rect;
  /** Height kept free at the foot of the view, for the video's own controls. */
  foot: number;
}

const ROUNDS = 12;

/**
 * Where the middle of each dot goes, in CSS pixels; null for a box that is out of view.
 *
 * A dot sits in the middle of what can be seen of its box, stays whole inside the view and above its foot, and leaves
 * its neighbours room: no two are nearer than `size` as long as the view is big enough for all. Its anchor stays in the
 * middle, wherever the dot had to go.
 */
export function placeDots(boxes: readonly (Box | null)[], room: Room, size: number): (Dot | null)[] {
  const inner = shrink(room, size / 2);
  const dots = boxes.map((box) => {
    const anchor = box && visibleMiddle(box, room);
    return anchor && { ...clamp(anchor, inner), anchor };
  });
  const placed = dots.filter((dot) => dot !== null);
  for (let round = 0; round < ROUNDS; round++) {
    if (!pushApart(placed, inner, size)) break;
  }
  return dots;
}

function visibleMiddle(box: Box, { picture, view }: Room): Point | null {
  const left = Math.max(picture.x + box.x0 * picture.width, view.x);
  const right = Math.min(picture.x + box.x1 * picture.width, view.x + view.width);
  const top = Math.max(picture.y + box.y0 * picture.height, view.y);
  const bottom = Math.min(picture.y + box.y1 * picture.height, view.y + view.height);
  return left < right && top < bottom ? { x: (left + right) / 2, y: (top + bottom) / 2 } : null;
}

/** Move each pair that is too near apart by half of what is missing. Returns whether anything moved. */
function pushApart(dots: Point[], inner: Rect, size: number): boolean {
  let moved = false;
  dots.forEach((a, i) => {
    for (const b of dots.slice(i + 1)) {
      const distance = Math.hypot(b.x - a.x, b.y - a.y);
      if (distance >= size - 0.5) continue;
      // Dots on one point part sideways, the later one to the right.
      const [dx, dy] = distance < 0.01 ? [1, 0] : [(b.x - a.x) / distance, (b.y - a.y) / distance];
      const step = (size - distance) / 2;
      Object.assign(a, clamp({ x: a.x - dx * step, y: a.y - dy * step }, inner));
      Object.assign(b, clamp({ x: b.x + dx * step, y: b.y + dy * step }, inner));
      moved = true;
    }
  });
  return moved;
}

function shrink({ view, foot }: Room, by: number): Rect {
  return {
    x: view.x + by,
    y: view.y + by,
    width: Math.max(0, view.width - 2 * by),
    height: Math.max(0, view.height - foot - 2 * by),
  };
}

function clamp(point: Point, rect: Rect): Point {
  return {
    x: Math.min(Math.max(point.x, rect.x), rect.x + rect.width),
    y: Math.min(Math.max(point.y, rect.y), rect.y + rect.height),
  };
}
