import { describe, expect, test } from "vitest";
import { placeDots, type Room } from "../src/dot-placement.ts";
import { pictureRect } from "../src/picture.ts";

const SIZE = 44;
const content = { x: 0, y: 0, width: 800, height: 400 };
const room = (over: Partial<Room> = {}): Room => ({ picture: content, view: content, foot: 0, ...over });
const box = (x: number, y: number) => ({ x0: x - 0.05, y0: y - 0.05, x1: x + 0.05, y1: y + 0.05 });

describe("pictureRect", () => {
  const film = { width: 100, height: 100 };

  test.each([
    ["contain", "50% 50%", { x: 200, y: 0, width: 400, height: 400 }],
    ["contain", "0% 50%", { x: 0, y: 0, width: 400, height: 400 }],
    ["contain", "10px 0px", { x: 10, y: 0, width: 400, height: 400 }],
    ["cover", "50% 50%", { x: 0, y: -200, width: 800, height: 800 }],
    ["fill", "50% 50%", content],
    ["none", "100% 100%", { x: 700, y: 300, width: 100, height: 100 }],
    ["scale-down", "50% 50%", { x: 350, y: 150, width: 100, height: 100 }],
  ])("object-fit %s at %s", (fit, position, expected) => {
    expect(pictureRect(content, film, fit, position)).toEqual(expected);
  });

  test("a film of no size fills the box", () => {
    expect(pictureRect(content, { width: 0, height: 0 }, "contain", "50% 50%")).toEqual(content);
  });
});

describe("placeDots", () => {
  test("a dot sits in the middle of its box, inside a letterbox", () => {
    const picture = { x: 200, y: 0, width: 400, height: 400 };
    const [dot] = placeDots([box(0.5, 0.25)], room({ picture }), SIZE);
    expect(dot?.x).toBeCloseTo(400);
    expect(dot?.y).toBeCloseTo(100);
  });

  test("stays whole inside the view, and off the controls at its foot", () => {
    const [dot] = placeDots([box(0.99, 0.99)], room({ foot: 76 }), SIZE);
    expect(dot).toEqual({ x: 776, y: 302, anchor: { x: 776, y: expect.closeTo(388) as number } });
  });

  test("a box that is cut off has no dot, one that is cut in part has it in what is left", () => {
    const picture = { x: 0, y: -200, width: 800, height: 800 };
    const [gone, part] = placeDots([box(0.5, 0.1), { x0: 0.4, y0: 0, x1: 0.6, y1: 0.5 }], room({ picture }), SIZE);
    expect(gone).toBeNull();
    expect(part).toMatchObject({ x: 400, y: 100 });
  });

  test("dots that would overlap part, even on one point", () => {
    const dots = placeDots([box(0.5, 0.5), box(0.5, 0.5), box(0.51, 0.5), null], room(), SIZE);
    expect(dots[3]).toBeNull();
    const placed = dots.filter((dot) => dot !== null);
    for (const [i, a] of placed.entries()) {
      for (const b of placed.slice(i + 1)) expect(Math.hypot(a.x - b.x, a.y - b.y)).toBeGreaterThan(SIZE - 2);
    }
  });

  test("a view too small for a dot still holds it", () => {
    const view = { x: 0, y: 0, width: 20, height: 20 };
    const [dot] = placeDots([box(0.5, 0.5)], { picture: view, view, foot: 8 }, SIZE);
    expect(dot && Number.isFinite(dot.x) && Number.isFinite(dot.y)).toBe(true);
  });
});
