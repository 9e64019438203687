"""Street and park, drawn in world units (centimetres; the figures stand at y = 0, up is negative)."""

from __future__ import annotations

import math

import numpy as np

from demo import emblems_nature as nature
from demo.ink import Colour, Pen, darker, lighter, mix, points, rgb
from demo.lettering import letter

Random = np.random.Generator
FACADES = tuple(rgb(c) for c in ("#e8c9a0", "#c98b72", "#9db7b0", "#e3d9c6", "#b8a0a8", "#d9b26a", "#a9bcc9"))
SHUTTERS = tuple(rgb(c) for c in ("#3f6f6a", "#7a3b3b", "#44598a", "#6b7a3f"))
AWNINGS = tuple(rgb(c) for c in ("#c2452d", "#d99a3d", "#2d5a8a", "#2f6f5e"))
LOAVES = tuple(rgb(c) for c in ("#c98b72", "#7f9f6a", "#d9b26a"))
BLOOMS = tuple(rgb(c) for c in ("#fff4dc", "#e8607a", "#f6d04d"))
SHOPS = ("BAKERY", "BOOKS", "FLORIST", "CAFE", "CYCLES", "RECORDS", "TAILOR")
WHITE, IRON, STONE = rgb("#f4efe4"), rgb("#2f3a3a"), rgb("#9f968b")


def _cloud(pen: Pen) -> None:
    for u, v, r in ((0.0, 0.0, 1.0), (-1.1, 0.3, 0.7), (1.2, 0.25, 0.75), (0.5, -0.35, 0.8), (-0.5, -0.25, 0.7)):
        pen.disc(u, v, r, (255, 255, 255), tall=0.55 * r, opacity=0.75)


def _window(pen: Pen, w: float, h: float, shutters: Colour, rng: Random) -> None:
    """A window around the origin with shutters, a sill and perhaps flowers."""
    glass = mix(rgb("#7f9fb0"), rgb("#f6dca0"), float(rng.uniform(0, 0.6)))
    for left in (-0.9 * w, 0.5 * w):
        pen.box(left, -h / 2, left + 0.4 * w, h / 2, shutters)
        for i in range(8):
            v = -h / 2 + h * (i + 0.5) / 8
            pen.line([(left + 0.6, v), (left + 0.4 * w - 0.6, v)], 0.4, darker(shutters, 0.3))
    pen.box(-w / 2 - 1, -h / 2 - 1, w / 2 + 1, h / 2 + 1, WHITE)
    pen.box(-w / 2, -h / 2, w / 2, h / 2, glass, fade=lighter(glass, 0.3))
    pen.box(-0.5, -h / 2, 0.5, h / 2, WHITE)
    pen.box(-w / 2, -h * 0.12, w / 2, -h * 0.06, WHITE)
    pen.box(-w * 0.7, h / 2 + 1, w * 0.7, h / 2 + 3, darker(WHITE, 0.2))
    if rng.random() < 0.6:
        pen.box(-w * 0.5, h / 2 - 3, w * 0.5, h / 2 + 1.5, rgb("#8a5a3c"))
        for i in range(7):
            pen.disc((i - 3) * w * 0.14, h / 2 - 4.5, 2.2, (BLOOMS[1], rgb("#4d8a45"), rgb("#d9483b"))[i % 3])


def _shop(pen: Pen, w: float, name: str, awning: Colour) -> None:
    """The ground floor of a house: window, door, awning, sign; its foot on y = 0 from x = 0."""
    pen.box(4, -60, w - 4, 0, rgb("#4a3a34"))
    pen.box(7, -46, w * 0.62, -10, rgb("#f0d9a6"), fade=rgb("#b98f5a"))
    for k, tone in enumerate(LOAVES):
        pen.disc(14 + k * w * 0.16, -16 - 3 * (k % 2), 6, tone, tall=8)
    pen.box(w * 0.68, -48, w - 8, 0, darker(awning, 0.3))
    pen.box(w * 0.71, -44, w - 11, -22, rgb("#9db7c4"))
    pen.disc(w * 0.72, -18, 1.2, rgb("#e9c46a"))
    for k in range(8):
        a, b = 2 + k * (w - 4) / 8, 2 + (k + 1) * (w - 4) / 8
        tone = awning if k % 2 else rgb("#f6efe0")
        pen.fill([(a + 2, -68), (b + 2, -68), (b, -52), ((a + b) / 2, -48.5), (a, -52)], tone)
    pen.box(6, -80, w - 6, -69, darker(awning, 0.45))
    letter(pen, name, w / 2, -74.5, 6, rgb("#f6e7c8"), bold=0.05, spacing=0.15)


def _house(pen: Pen, w: float, tall: float, number: int, rng: Random) -> None:
    """A house of two floors above a shop; its foot on y = 0 from x = 0."""
    wall = FACADES[number % len(FACADES)]
    pen.box(0, -tall, w, 0, wall, fade=darker(wall, 0.12))
    pen.fill([(-3, -tall), (w + 3, -tall), (w - 6, -tall - 16), (6, -tall - 16)], rgb("#a8543f"))
    pen.box(-1, -tall, w + 1, -tall + 4, lighter(wall, 0.4))
    for _ in range(26):
        u, v = float(rng.uniform(2, w - 8)), -float(rng.uniform(66, tall))
        pen.box(u, v, u + 6, v + 2.4, darker(wall, 0.12), opacity=0.5)
    for row in range(2):
        for share in (0.29, 0.71):
            _window(pen.at(w * share, -tall + 30 + row * 46), w * 0.19, 28, SHUTTERS[number % 4], rng)
    _shop(pen, w, SHOPS[number % len(SHOPS)], AWNINGS[number % 4])


def _bicycle(pen: Pen, tone: Colour) -> None:
    """A bicycle with a basket of flowers; its wheels touch y = 0."""
    dark, steel = rgb("#2b2a30"), rgb("#8d8a90")
    for x in (-30, 30):
        pen.curl(x, -18, 18, 2.0, dark, 0, math.tau)
        for k in range(10):
            a = k * math.pi / 5
            pen.line([(x, -18), (x + 17 * math.cos(a), -18 + 17 * math.sin(a))], 0.35, steel)
    pen.line(points("-30,-18 -6,-18 -14,-50 -14,-46 -30,-18"), 2.4, tone)
    pen.line(points("-14,-46 22,-48 23,-44 -6,-18"), 2.4, tone)
    pen.line(points("30,-18 20,-58"), 2.4, tone)
    pen.blob(points("-24,-53 -6,-52 -8,-49 -18,-48"), dark)
    pen.stroke(points("20,-58 28,-62 14,-64"), 1.8, dark)
    pen.disc(-6, -18, 5, steel)
    pen.fill(points("24,-58 50,-58 46,-40 28,-40"), rgb("#b98a52"))
    for k in range(4):
        pen.line([(25 + k, -55 + 4 * k), (49 - k, -55 + 4 * k)], 0.7, rgb("#7f5c33"))
    for k, bloom in enumerate(BLOOMS):
        nature.flower(pen.at(29 + 8 * k, -62, 4.6), bloom, rgb("#f2b134"))


def _street_lamp(pen: Pen) -> None:
    pen.box(-1.6, -184, 1.6, 0, IRON)
    pen.box(-4, -8, 4, 2, IRON)
    pen.fill(points("-6,-198 6,-198 4,-184 -4,-184"), rgb("#f7e2a4"))
    pen.fill(points("-8,-198 8,-198 0,-207"), IRON)


def street(pen: Pen, rng: Random) -> None:
    """Old houses with shops, pavement and road."""
    pen.box(-400, -320, 400, -60, rgb("#a9cfe0"), fade=rgb("#f3e6cf"))
    for i in range(5):
        _cloud(pen.at(-220 + i * 105, -262 + 16 * (i % 2), 16))
    x = -330.0
    for i in range(9):
        w = float(rng.uniform(62, 84))
        _house(pen.at(x, -24), w, float(rng.uniform(166, 216)), i, rng)
        x += w
    pen.box(-400, -26, 400, 14, rgb("#c9c0b4"), fade=rgb("#b3a99d"))
    for i in range(40):
        pen.line([(-400 + i * 20, -26), (-410 + i * 20.6, 14)], 0.6, STONE)
    for y in (-14, 0):
        pen.line([(-400, y), (400, y)], 0.6, STONE)
    pen.box(-400, 14, 400, 19, rgb("#8d867f"))
    pen.box(-400, 19, 400, 90, rgb("#6d6a70"), fade=rgb("#5c5960"))
    _bicycle(pen.at(-112, -8), rgb("#c2452d"))
    _bicycle(pen.at(178, -8), rgb("#2f6f8a"))
    _street_lamp(pen.at(-150, -6))
    _street_lamp(pen.at(135, -6))


def _tree(pen: Pen, tone: Colour, rng: Random) -> None:
    """A round tree of one unit, standing on the origin."""
    pen.fill(points("-0.09,0 0.09,0 0.05,-1 -0.05,-1"), rgb("#6b4a35"))
    for _ in range(26):
        a, r = float(rng.uniform(0, math.tau)), float(rng.uniform(0, 0.52))
        high = math.sin(a) < 0
        shade = mix(tone, rgb("#f2e28a") if high else rgb("#141a18"), float(rng.uniform(0, 0.25)))
        pen.disc(r * math.cos(a), -1.2 + 0.85 * r * math.sin(a), float(rng.uniform(0.16, 0.26)), shade, opacity=0.9)


def _bench(pen: Pen) -> None:
    for i in range(4):
        pen.box(0, -34 + i * 5, 62, -31 + i * 5, rgb("#a86f45"))
    for leg in (4, 56):
        pen.box(leg, -36, leg + 3, 0, rgb("#4a3a34"))


def _lawn(pen: Pen, rng: Random) -> None:
    """Grass with a pond, a path, tufts and flowers."""
    pen.box(-400, -62, 400, 90, rgb("#8dbb62"), fade=rgb("#5f9a4c"))
    pen.disc(120, -40, 95, rgb("#8fc0cf"), tall=11)
    for i in range(8):
        pen.line([(60 + i * 17, -44 + (i % 3) * 3), (72 + i * 17, -44 + (i % 3) * 3)], 0.6, rgb("#d6ecf0"))
    pen.fill(points("-60,-62 -40,-62 60,90 -120,90"), rgb("#e2d2ac"), fade=rgb("#cdb98c"))

    def on_path(x: float, y: float) -> bool:
        down = (y + 62) / 152
        return abs(x + 50 - 20 * down) < 14 + 80 * down

    for _ in range(420):
        x, y = float(rng.uniform(-400, 400)), float(rng.uniform(-56, 60))
        tone = mix(rgb("#4f8a3f"), rgb("#b5d27a"), float(rng.uniform(0, 1)))
        if not on_path(x, y):
            pen.line([(x, y), (x + float(rng.uniform(-1.4, 1.4)), y - float(rng.uniform(2, 5)))], 0.6, tone)
    for x, y in nature.scatter(rng, 70, 760, 90, 8):
        if not on_path(x, y + 5):
            nature.flower(pen.at(x, y + 5, 1.9), BLOOMS[int(rng.integers(3))], rgb("#f2b134"))


def park(pen: Pen, rng: Random) -> None:
    """Lawn, path, trees, a pond and far hills."""
    pen.box(-400, -320, 400, -60, rgb("#8fc4e0"), fade=rgb("#f6ecd2"))
    for i in range(6):
        _cloud(pen.at(-250 + i * 98, -236 - 20 * (i % 2), 19))
    for k, hill in enumerate((rgb("#a9c6b4"), rgb("#8fb58f"))):
        ridge = [(-400 + 40 * i, 14 * k - 102 - 22 * math.sin(i * 0.9 + k)) for i in range(21)]
        pen.fill([*ridge, (400, 0), (-400, 0)], hill)
    for i in range(26):
        tone = mix(mix(rgb("#4f8a55"), rgb("#8fae5a"), float(rng.uniform(0, 1))), rgb("#b9d0c0"), 0.25)
        _tree(pen.at(-390 + i * 31 + float(rng.uniform(-8, 8)), -52, float(rng.uniform(34, 52))), tone, rng)
    _lawn(pen, rng)
    for x, size in ((-175, 96), (205, 104), (-300, 88), (330, 92)):
        _tree(pen.at(x, -26, size), rgb("#4d8a4a"), rng)
    _bench(pen.at(60, 0))
    _bench(pen.at(-230, 0))
