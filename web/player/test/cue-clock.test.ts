import { describe, expect, test } from "vitest";
import { activeCues, boxAt } from "../src/cue-clock.ts";
import { cue } from "./sheets.ts";

describe("activeCues", () => {
  const long = cue({ cue_id: "long", start_ms: 0, end_ms: 9000 });
  const early = cue({ cue_id: "early", start_ms: 1000, end_ms: 2000 });
  const late = cue({ cue_id: "late", start_ms: 2000, end_ms: 4000 });
  const cues = [long, early, late];
  const idsAt = (tMs: number) => activeCues(cues, tMs).map((active) => active.cue_id);

  test("a cue holds from its start up to, and without, its end", () => {
    expect(idsAt(999)).toEqual(["long"]);
    expect(idsAt(1000)).toEqual(["long", "early"]);
    expect(idsAt(1999)).toEqual(["long", "early"]);
    expect(idsAt(2000)).toEqual(["long", "late"]);
    expect(idsAt(9000)).toEqual([]);
  });

  test("cues that start together are all found", () => {
    const twins = [cue({ cue_id: "a" }), cue({ cue_id: "b" }), cue({ cue_id: "c" })];
    expect(activeCues(twins, 1000)).toEqual(twins);
  });

  test("an empty sheet has none", () => {
    expect(activeCues([], 0)).toEqual([]);
  });
});

describe("boxAt", () => {
  const moving = cue({
    boxes: [
      { t_ms: 1000, x0: 0, y0: 0.1, x1: 0.2, y1: 0.3 },
      { t_ms: 2000, x0: 0.4, y0: 0.1, x1: 0.6, y1: 0.5 },
      { t_ms: 2200, x0: 0.4, y0: 0.3, x1: 0.6, y1: 0.7 },
    ],
  });
  const round = (tMs: number) => {
    const box = boxAt(moving, tMs);
    return box && [box.x0, box.y0, box.x1, box.y1].map((side) => Number(side.toFixed(6)));
  };

  test("lies on the line between the samples around it", () => {
    expect(round(1000)).toEqual([0, 0.1, 0.2, 0.3]);
    expect(round(1500)).toEqual([0.2, 0.1, 0.4, 0.4]);
    expect(round(2000)).toEqual([0.4, 0.1, 0.6, 0.5]);
    expect(round(2150)).toEqual([0.4, 0.25, 0.6, 0.65]);
  });

  test("stands still before the first and after the last sample", () => {
    expect(round(0)).toEqual([0, 0.1, 0.2, 0.3]);
    expect(round(9999)).toEqual([0.4, 0.3, 0.6, 0.7]);
  });

  test("two samples of one moment: the later one holds", () => {
    const jump = cue({
      boxes: [
        { t_ms: 1000, x0: 0, y0: 0, x1: 0.1, y1: 0.1 },
        { t_ms: 1000, x0: 0.5, y0: 0, x1: 0.6, y1: 0.1 },
      ],
    });
    expect(boxAt(jump, 1000)?.x0).toBe(0.5);
  });

  test("a cue without boxes is nowhere", () => {
    expect(boxAt(cue(), 1500)).toBeNull();
  });
});
