"""Kitchen, studio and shelf, drawn in world units (centimetres; the figures stand at y = 0, up is negative)."""

from __future__ import annotations

import math

import numpy as np

from demo import emblems_nature as nature
from demo.ink import Colour, Pen, darker, lighter, mix, points, rgb

Random = np.random.Generator
COUNTER_Y = -84.0
SHELF_Y = -100.0
WOOD, IRON, PAPER = rgb("#b98555"), rgb("#3a3338"), rgb("#fff8e6")
CROCKERY = tuple(rgb(c) for c in ("#d9a13a", "#5a8f8a", "#c2674f", "#f0e6d2", "#7a6fa0"))
BOOKS = tuple(rgb(c) for c in ("#a8483b", "#3f5f8a", "#d9a13a", "#5a7a4f", "#6b4a6f"))
FRUIT = tuple(rgb(c) for c in ("#d9483b", "#8fae4a", "#f2b134", "#c9506a"))


def _planks(pen: Pen, x0: float, y0: float, x1: float, y1: float, tone: Colour, rng: Random) -> None:
    """A board with its grain."""
    pen.box(x0, y0, x1, y1, tone, fade=darker(tone, 0.15))
    for _ in range(int((x1 - x0) / 5)):
        x, y = float(rng.uniform(x0, x1)), float(rng.uniform(y0 + 0.3, y1 - 0.3))
        length = float(rng.uniform(6, 26))
        bend = y + float(rng.uniform(-0.4, 0.4))
        pen.stroke([(x, y), (x + length / 2, bend), (min(x1, x + length), y)], 0.3, darker(tone, 0.28), opacity=0.5)


def _plant(pen: Pen, rng: Random) -> None:
    """A plant in a pot of about one unit, standing on the origin."""
    for _ in range(9):
        tone = mix(rgb("#3f7d4a"), rgb("#8fb05a"), float(rng.uniform(0, 1)))
        nature.leaf(pen.at(0, -0.8, float(rng.uniform(0.8, 1.3)), float(rng.uniform(-1.1, 1.1))), tone)
    pen.fill(points("-0.55,-1 0.55,-1 0.42,0 -0.42,0"), rgb("#c2714a"))
    pen.box(-0.62, -1.12, 0.62, -0.84, rgb("#d4845a"))


def _crockery(pen: Pen, kind: int, tone: Colour, rng: Random) -> None:
    """A jar, a cup, plates or a plant, one unit to each side of the origin, standing on it."""
    if kind == 0:
        pen.box(-1, -2.2, 1, 0, lighter(tone, 0.35), fade=tone)
        pen.box(-0.8, -2.6, 0.8, -2.2, rgb("#8a5a3c"))
        pen.box(-0.6, -1.5, 0.6, -0.7, PAPER)
    elif kind == 1:
        pen.fill(points("-1,-1.4 1,-1.4 0.7,0 -0.7,0"), tone)
        pen.curl(1.05, -0.8, 0.45, 0.16, tone, -1.4, 1.4)
    elif kind == 2:
        for i in range(3):
            pen.disc(0, -0.2 - i * 0.3, 1.25, lighter(tone, 0.2 * i), tall=0.24)
    else:
        _plant(pen, rng)


def _kitchen_window(pen: Pen) -> None:
    """A window with curtains and a view of bushes."""
    pen.box(-64, -232, 34, -140, rgb("#f7f3ea"))
    pen.box(-59, -227, 29, -145, rgb("#9fd0e8"), fade=rgb("#f4efd9"))
    with pen.inside(points("-59,-227 29,-227 29,-145 -59,-145")):
        for x, r in ((-48, 20), (-20, 15), (12, 22)):
            pen.disc(x, -146, r, rgb("#7fae6f"), tall=r * 0.9)
    pen.box(-17, -227, -13, -145, rgb("#f7f3ea"))
    pen.box(-68, -142, 38, -138, rgb("#e4ddcf"))
    for side in (-1, 1):
        curtain = pen.at(-15 + side * 52, -150)
        curtain.fill([(-14, -90), (14, -90), (10 + side * 4, 0), (-10 + side * 4, 0)], rgb("#d9786a"))
        for k in range(4):
            curtain.line([(-9 + k * 6, -90), (-7 + k * 5 + side * 3, 0)], 0.8, rgb("#b85a4e"), opacity=0.7)


def _saucepan(pen: Pen) -> None:
    pen.box(-1, -1.1, 1, 0, rgb("#b5563f"), fade=rgb("#8f3f2c"))
    pen.box(-1.3, -0.9, 1.3, -0.72, IRON)
    pen.disc(0, -1.15, 1, rgb("#c46a50"), tall=0.18)
    pen.disc(0, -1.4, 0.14, IRON)


def kitchen(pen: Pen, rng: Random) -> None:
    """Tiled wall, window, open shelves with crockery, worktop with pans."""
    pen.box(-400, -320, 400, 90, rgb("#efe4d0"), fade=rgb("#e2d3ba"))
    for row in range(7):
        for k in range(58):
            tile = pen.at(-400 + k * 14 + (7 if row % 2 else 0), -160 + row * 9.5)
            tile.box(0.4, 0.4, 13.6, 9.1, mix(rgb("#a9c9c0"), rgb("#d9e8df"), float(rng.uniform(0, 1))))
    _kitchen_window(pen)
    for y in (-196.0, -166.0):
        for left, right in ((50.0, 210.0), (-230.0, -96.0)):
            _planks(pen, left, y, right, y + 4, WOOD, rng)
            x = left + 8
            while x < right - 8:
                size = float(rng.uniform(4.5, 7))
                tone = CROCKERY[int(rng.integers(len(CROCKERY)))]
                _crockery(pen.at(x, y, size), int(rng.integers(4)), tone, rng)
                x += 2.2 * size + float(rng.uniform(2, 7))
    _planks(pen, -400, -92, 400, -84, rgb("#c99a68"), rng)
    pen.box(-400, -84, 400, 90, rgb("#5f8f8a"), fade=rgb("#4a7672"))
    for k in range(14):
        door = pen.at(-390 + k * 58, -80)
        door.line(points("0,0 54,0 54,100 0,100"), 0.9, rgb("#3f6663"), closed=True)
        door.disc(47, 20, 1.6, rgb("#e0c48a"))
    _saucepan(pen.at(-120, -92, 15))
    _saucepan(pen.at(96, -92, 13))
    pen.disc(150, -96, 12, rgb("#e8d9b8"), tall=6)
    for i in range(4):
        pen.disc(143 + i * 5, -101 - (i % 2) * 3, 4.2, FRUIT[i % 3])


def kitchen_counter(pen: Pen, rng: Random) -> None:
    """The worktop before the figures, with a cloth and lemons."""
    _planks(pen, -400, COUNTER_Y - 3, 400, COUNTER_Y + 5, rgb("#d3a674"), rng)
    pen.box(-400, COUNTER_Y + 5, 400, 120, rgb("#8a5f3f"), fade=rgb("#6d4830"))
    for k in range(18):
        pen.line([(-400 + k * 46, COUNTER_Y + 5), (-400 + k * 46, 90)], 0.8, rgb("#5a3a26"))
    cloth = pen.at(-41, COUNTER_Y)
    cloth.fill(points("-17,-2 17,-2 15,16 10,13 1,17 -9,13 -15,16"), rgb("#f3ead8"))
    for i in range(3):
        cloth.line([(-16, 2 + i * 3), (16, 2 + i * 3)], 0.9, rgb("#c2564a"))
    for x in (-80, -71):
        pen.disc(x, COUNTER_Y - 6, 4.6, rgb("#f2c53d"), tall=3.9)
        pen.disc(x - 1.4, COUNTER_Y - 7.4, 1.2, rgb("#fbe9a0"), tall=0.8)


def _studio_lamp(pen: Pen, side: int) -> None:
    """A lamp on a tripod, leaning to the middle; its feet on y = 0."""
    dark, frame = rgb("#2f2b33"), rgb("#d9c8a6")
    pen.line([(0, -6), (-side * 4, -150)], 2.2, dark)
    for foot in (-16, 0, 16):
        pen.line([(0, -26), (foot, 6)], 1.8, dark)
    lamp = pen.at(-side * 6, -168, 1, side * 0.3)
    lamp.box(-24, -30, 24, 30, dark)
    lamp.box(-21, -27, 21, 27, PAPER, fade=rgb("#f0e0c0"))
    lamp.line(points("-21,0 21,0"), 0.6, frame)
    lamp.line(points("0,-27 0,27"), 0.6, frame)


def studio(pen: Pen, rng: Random) -> None:
    """Paper backdrop with a pool of light, lamps, a plant and a box."""
    pen.box(-400, -320, 400, 90, rgb("#d9a48a"))
    for i in range(14):
        r = 250 - i * 15
        pen.disc(0, -140, r, mix(rgb("#d39a80"), rgb("#f6dcc4"), i / 13), tall=r * 0.86, opacity=0.55)
    pen.box(-400, -14, 400, 90, rgb("#c08468"), fade=rgb("#a86e54"))
    pen.disc(0, 2, 190, rgb("#d9a084"), tall=26, opacity=0.7)
    for _ in range(300):
        x, y = float(rng.uniform(-400, 400)), float(rng.uniform(-320, 0))
        tone = lighter(rgb("#e2b498"), float(rng.uniform(0, 0.5)))
        pen.disc(x, y, float(rng.uniform(0.4, 1.4)), tone, opacity=0.25)
    for side in (-1, 1):
        _studio_lamp(pen.at(side * 128, 0), side)
    _plant(pen.at(-78, -4, 26), rng)
    pen.box(70, -46, 100, 0, rgb("#8a5f48"), fade=rgb("#6b4635"))
    pen.fill(points("70,-46 76,-52 106,-52 100,-46"), rgb("#b98a6a"))
    pen.fill(points("100,-46 106,-52 106,-6 100,0"), rgb("#5a3a2c"))


def _books(pen: Pen, rng: Random) -> float:
    """Four books that stand on the origin; returns how wide they are."""
    x = 0.0
    for _ in range(4):
        w, h = float(rng.uniform(2.5, 4.5)), float(rng.uniform(17, 24))
        tone = BOOKS[int(rng.integers(len(BOOKS)))]
        pen.box(x, -h, x + w, 0, tone)
        pen.box(x, -h * 0.8, x + w, -h * 0.7, lighter(tone, 0.5))
        x += w + 0.3
    return x


def _basket(pen: Pen) -> None:
    """A basket of fruit from x = 0 to 22, standing on y = 0."""
    pen.fill(points("0,-13 22,-13 19,0 3,0"), rgb("#c9a06a"))
    for i in range(5):
        pen.line([(1, -11.5 + i * 2.4), (21, -11.5 + i * 2.4)], 0.6, rgb("#94703f"))
    for i, tone in enumerate(FRUIT):
        pen.disc(4 + i * 4.6, -14, 3.2, tone)


def shelf(pen: Pen, rng: Random) -> None:
    """A shop shelf of three boards before a panelled wall, with baskets and books on the upper one."""
    pen.box(-400, -320, 400, 90, rgb("#7d9a94"), fade=rgb("#5f7d78"))
    for k in range(46):
        pen.line([(-400 + k * 18, -320), (-400 + k * 18, 90)], 0.7, rgb("#557069"))
        pen.line([(-399 + k * 18, -320), (-399 + k * 18, 90)], 0.5, rgb("#90aba4"))
    for y in (SHELF_Y - 48, SHELF_Y, SHELF_Y + 48):
        pen.box(-400, y + 5, 400, y + 13, rgb("#3f5a55"), opacity=0.45)
        _planks(pen, -400, y - 1.5, 400, y + 5, rgb("#c99462"), rng)
        for k in range(7):
            pen.at(-300 + k * 100, y).fill(points("0,5 3,5 3,16 0,11"), IRON)
    x = -200.0
    while x < 200:
        place = pen.at(x, SHELF_Y - 49.5)
        if int(rng.integers(3)):
            x += _books(place, rng)
        else:
            _basket(place)
            x += 24
        x += float(rng.uniform(6, 16))
    for k in range(9):
        tag = pen.at(-180 + k * 42, SHELF_Y)
        tag.box(0, 0.2, 15, 4.2, PAPER)
        tag.line(points("2,1.6 9,1.6"), 0.5, IRON)
        tag.line([(2, 2.9), (2 + 9 * abs(math.sin(k + 1)), 2.9)], 0.5, rgb("#c2452d"))
