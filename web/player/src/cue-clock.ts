import type { Cue, CueBox } from "../../contract/cue-sheet.ts";

/** A box in [0, 1] of the upright frame. */
export type Box = Pick<CueBox, "x0" | "y0" | "x1" | "y1">;

/**
 * The cues that are on screen at a moment, in the order of the sheet.
 *
 * `cues` are sorted by `start_ms`; a cue holds from `start_ms` up to, and without, `end_ms`.
 */
export function activeCues(cues: readonly Cue[], tMs: number): Cue[] {
  return cues.slice(0, upperBound(cues, (cue) => cue.start_ms, tMs)).filter((cue) => tMs < cue.end_ms);
}

/**
 * Where a cue's product is at a moment: on the straight line between the two nearest samples, and still before the
 * first and after the last. Null for a cue without boxes. Boxes are sorted by `t_ms`.
 */
export function boxAt(cue: Cue, tMs: number): Box | null {
  const boxes: readonly CueBox[] = cue.boxes;
  const next = upperBound(boxes, (box) => box.t_ms, tMs);
  const before = boxes[next - 1];
  const after = boxes[next];
  if (!before || !after) return before ?? after ?? null;
  const part = (tMs - before.t_ms) / (after.t_ms - before.t_ms);
  const mix = (a: number, b: number) => a + (b - a) * part;
  return {
    x0: mix(before.x0, after.x0),
    y0: mix(before.y0, after.y0),
    x1: mix(before.x1, after.x1),
    y1: mix(before.y1, after.y1),
  };
}

/** How many items of a sorted list have a key of at most `limit`. */
function upperBound<T>(items: readonly T[], key: (item: T) => number, limit: number): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (key(items[middle]!) <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
