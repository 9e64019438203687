"""Emblems of plants, fruit and scenery. Each is drawn around the origin of its pen, about one unit in radius."""

from __future__ import annotations

import math

import numpy as np

from demo.ink import Colour, Pen, darker, lighter, mix, points, rgb, ring, star

INK = rgb("#2b2233")
CREAM = rgb("#fff4dc")
FINE_PX = 14.0  # finer detail is left out where a unit is shorter than this


def leaf(pen: Pen, colour: Colour) -> None:
    """A pointed leaf from the origin to (0, -1); tiny ones have no veins."""
    left = points("0,0 -0.3,-0.28 -0.33,-0.55 -0.18,-0.82 0,-1")
    right = [(-x, y) for x, y in left[::-1]]
    pen.fill(left + right, colour)
    pen.fill([*left, (0.0, -0.5)], darker(colour, 0.18))
    if pen.zoom > FINE_PX:
        pen.line([(0, 0.12), (0, -0.9)], 0.05, lighter(colour, 0.45))
        for y in (-0.25, -0.45, -0.65):
            pen.line([(0, y), (-0.2, y - 0.14)], 0.03, lighter(colour, 0.35))
            pen.line([(0, y), (0.2, y - 0.14)], 0.03, lighter(colour, 0.35))


def sprig(pen: Pen, colour: Colour, *, leaves: int = 4, berry: Colour | None = None) -> None:
    """A twig from (0, 1) to (0, -1) with leaves on both sides, and berries if a colour is given."""
    pen.stroke([(0, 1), (0.08, 0.3), (-0.05, -0.3), (0, -0.8)], 0.06, darker(colour, 0.3))
    for i in range(leaves):
        y = 0.75 - 1.5 * i / leaves
        for side in (-1, 1):
            leaf(pen.at(0, y, 0.62 - 0.07 * i, side * (1.0 - 0.12 * i)), mix(colour, CREAM, 0.08 * (i % 3)))
            if berry is not None:
                pen.disc(side * 0.32, y - 0.02, 0.11, berry)
                pen.disc(side * 0.32 - 0.03, y - 0.06, 0.035, lighter(berry, 0.6))
    leaf(pen.at(0, -0.6, 0.5), colour)


def flower(pen: Pen, petal: Colour, heart: Colour, *, petals: int = 5, pointed: bool = False) -> None:
    """A blossom seen from above."""
    for i in range(petals):
        p = pen.at(0, 0, 1, math.tau * i / petals)
        if pointed:
            p.blob(points("-0.1,-0.1 -0.26,-0.6 0,-1 0.26,-0.6 0.1,-0.1"), petal)
        else:
            p.blob(points("-0.12,-0.1 -0.42,-0.62 -0.16,-0.98 0.16,-0.94 0.42,-0.62 0.12,-0.1"), petal)
        p.line([(0, -0.2), (0, -0.72)], 0.06, darker(petal, 0.25))
        p.line([(0, -0.2), (-0.16, -0.6)], 0.035, darker(petal, 0.2))
        p.line([(0, -0.2), (0.16, -0.6)], 0.035, darker(petal, 0.2))
    pen.disc(0, 0, 0.26, heart)
    for i in range(7):
        pen.disc(0.15 * math.cos(i * 0.9), 0.15 * math.sin(i * 0.9), 0.04, darker(heart, 0.45))


def hibiscus(pen: Pen, petal: Colour, heart: Colour) -> None:
    """A large tropical blossom with a long stamen."""
    flower(pen, petal, darker(petal, 0.35))
    pen.stroke([(0, 0), (0.2, -0.25), (0.3, -0.62)], 0.1, heart)
    for i in range(5):
        pen.disc(0.3 + 0.09 * math.cos(i * 1.25), -0.66 + 0.09 * math.sin(i * 1.25), 0.05, lighter(heart, 0.4))


def tulip(pen: Pen, petal: Colour, stem: Colour) -> None:
    """A tulip on its stem, from (0, 1) up to (0, -1)."""
    pen.stroke([(0, 1), (0.04, 0.4), (0, -0.2)], 0.07, stem)
    leaf(pen.at(0, 0.9, 0.8, -0.5), stem)
    leaf(pen.at(0, 0.9, 0.7, 0.55), stem)
    pen.fill(points("-0.36,-0.8 -0.16,-0.55 0,-0.95 0.16,-0.55 0.36,-0.8 0.3,-0.3 0,-0.12 -0.3,-0.3"), petal)
    pen.fill([(0, -0.95), (0.14, -0.5), (0, -0.14), (-0.14, -0.5)], lighter(petal, 0.3))


def pine(pen: Pen, colour: Colour) -> None:
    """A fir tree standing on (0, 1)."""
    pen.box(-0.07, 0.7, 0.07, 1.0, rgb("#5a3d2b"))
    for y, w in ((0.75, 0.62), (0.3, 0.5), (-0.12, 0.38), (-0.5, 0.26)):
        pen.fill([(-w, y), (0, y - 0.62), (w, y), (w * 0.4, y - 0.06), (0, y + 0.04), (-w * 0.4, y - 0.06)], colour)
        pen.fill([(0, y - 0.62), (w, y), (w * 0.4, y - 0.06), (0, y)], darker(colour, 0.25))


def palm(pen: Pen, frond: Colour, trunk: Colour) -> None:
    """A palm tree standing on (0, 1)."""
    pen.fill(points("-0.08,1 0.1,1 0.14,0.3 0.3,-0.42 0.2,-0.44 0,0.25"), trunk)
    for i in range(7):
        y = 0.9 - i * 0.19
        x = 0.02 + max(0.0, 0.4 - y) * 0.19
        pen.line([(x - 0.08, y), (x + 0.1, y - 0.05)], 0.035, darker(trunk, 0.4))
    for i, angle in enumerate((-1.9, -1.25, -0.55, 0.15, 0.75, 1.35, 2.0)):
        p = pen.at(0.25, -0.45, 0.66 + 0.06 * (i % 2), angle)
        p.fill(points("0,0 -0.16,-0.3 -0.17,-0.65 0.02,-1 0.1,-0.7 0.1,-0.3"), mix(frond, CREAM, 0.1 * (i % 2)))
        for k in range(4):
            p.line([(0, -0.2 - 0.2 * k), (-0.16, -0.3 - 0.2 * k)], 0.03, darker(frond, 0.35))
    pen.disc(0.2, -0.36, 0.08, rgb("#6d4326"))
    pen.disc(0.34, -0.37, 0.07, rgb("#54321c"))


def mountain(pen: Pen, rock: Colour, snow: Colour) -> None:
    """A peak with a snow cap; its foot runs from (-1, 0.6) to (1, 0.6)."""
    pen.fill(points("-1,0.6 -0.35,-0.3 -0.22,-0.22 0.05,-0.85 0.3,-0.4 0.42,-0.5 1,0.6"), rock)
    pen.fill(points("0.05,-0.85 0.3,-0.4 0.42,-0.5 1,0.6 0.35,0.6 0.18,0.1 0.24,-0.2"), darker(rock, 0.3))
    pen.fill(points("0.05,-0.85 -0.16,-0.36 -0.04,-0.44 0.03,-0.22 0.12,-0.42 0.22,-0.26 0.3,-0.4"), snow)
    pen.fill(points("-0.35,-0.3 -0.58,0.02 -0.45,-0.04 -0.38,0.1 -0.26,-0.06"), snow)
    for x, y in ((-0.62, 0.35), (-0.2, 0.2), (-0.1, 0.42), (0.5, 0.25), (0.66, 0.42), (-0.42, 0.48)):
        pen.line([(x, y), (x + 0.09, y + 0.13)], 0.035, lighter(rock, 0.3))


def sun(pen: Pen, colour: Colour, *, rays: int = 16) -> None:
    """A sun with pointed rays."""
    pen.fill(star(rays, 1.0, 0.68), colour)
    pen.disc(0, 0, 0.56, lighter(colour, 0.35))
    pen.disc(0, 0, 0.46, colour)


def wave(pen: Pen, colour: Colour, foam: Colour) -> None:
    """A breaking wave with a curl of foam."""
    pen.blob(
        points("-1,0.6 -0.75,0.05 -0.3,-0.55 0.25,-0.7 0.72,-0.38 0.62,0 0.36,-0.2 0.1,-0.12 0.12,0.3 1,0.6"), colour
    )
    for i in range(5):
        pen.curl(0.28, -0.12, 0.34 + 0.11 * i, 0.045, foam, 2.3 - 0.1 * i, 4.9 - 0.18 * i)
    for i in range(6):
        pen.disc(0.2 + 0.1 * i, -0.72 + 0.05 * i * i * 0.6, 0.05 + 0.012 * (i % 3), foam)


def citrus(pen: Pen, peel: Colour, flesh: Colour) -> None:
    """A round slice of a citrus fruit."""
    pen.disc(0, 0, 1, peel)
    pen.disc(0, 0, 0.88, CREAM)
    for i in range(9):
        p = pen.at(0, 0, 1, math.tau * i / 9)
        p.blob(points("0,-0.1 -0.2,-0.6 -0.14,-0.78 0.14,-0.78 0.2,-0.6"), flesh)
        p.line([(0.02, -0.3), (0.06, -0.6)], 0.04, lighter(flesh, 0.55))
        p.line([(-0.06, -0.5), (-0.08, -0.66)], 0.03, darker(flesh, 0.2))


def tomato(pen: Pen, colour: Colour) -> None:
    """A tomato with its green star."""
    pen.disc(0, 0.08, 0.9, colour, tall=0.8, fade=darker(colour, 0.4))
    pen.blob(points("-0.6,-0.2 -0.45,-0.45 -0.15,-0.5 -0.45,-0.25 -0.55,0.05"), lighter(colour, 0.6), opacity=0.7)
    pen.at(0.05, -0.55).fill(star(6, 0.48, 0.14, turn=0.3), rgb("#3f7d36"))
    pen.stroke([(0.05, -0.55), (0.1, -0.78), (0.22, -0.92)], 0.09, rgb("#2f6230"))


def berries(pen: Pen, colour: Colour) -> None:
    """A hanging bunch of berries under two leaves."""
    leaf(pen.at(0, -0.6, 0.75, -1.1), rgb("#4d8a45"))
    leaf(pen.at(0, -0.6, 0.75, 1.15), rgb("#3f7a3f"))
    pen.stroke([(0, -1), (0.03, -0.5), (0, 0.3)], 0.05, rgb("#47703a"))
    rows = ((-0.45, 3), (-0.18, 4), (0.1, 3), (0.36, 2), (0.62, 1))
    for y, n in rows:
        for i in range(n):
            x = (i - (n - 1) / 2) * 0.31
            pen.disc(x, y, 0.18, darker(colour, 0.12 * ((i + n) % 3)))
            pen.disc(x - 0.06, y - 0.06, 0.05, lighter(colour, 0.65))
            pen.disc(x + 0.02, y + 0.12, 0.035, INK)


def oat_ear(pen: Pen, colour: Colour) -> None:
    """An ear of oats on a bent stalk, from (0, 1) to the top."""
    pen.stroke([(0, 1), (-0.05, 0.3), (0.05, -0.4), (0.25, -0.9)], 0.05, darker(colour, 0.3))
    for i in range(6):
        y = -0.85 + i * 0.23
        x = 0.2 - i * 0.05
        for side in (-1, 1):
            grain = pen.at(x, y, 0.36, side * (0.75 + 0.08 * i))
            grain.blob([(0, 0), (-0.24, -0.42), (0, -0.95), (0.24, -0.42)], mix(colour, CREAM, 0.15 * (i % 2)))
            grain.line([(0, -0.1), (0, -1.4)], 0.05, darker(colour, 0.35))


def olive_branch(pen: Pen, colour: Colour, olive: Colour) -> None:
    """A branch of the olive tree, lying from (-1, 0.2) to (1, -0.2)."""
    pen.stroke([(-1, 0.2), (-0.3, -0.05), (0.3, 0.05), (1, -0.2)], 0.05, darker(colour, 0.4))
    for i in range(8):
        x = -0.85 + i * 0.24
        leaf(pen.at(x, 0.12 - 0.03 * i, 0.5, 0.55 if i % 2 else 2.4), mix(colour, CREAM, 0.1 * (i % 3)))
    for x, y in ((-0.45, 0.28), (0.1, 0.3), (0.5, 0.18), (-0.1, -0.25)):
        pen.disc(x, y, 0.12, olive, tall=0.16)
        pen.disc(x - 0.03, y - 0.05, 0.03, lighter(olive, 0.6))


def scales(pen: Pen, x0: float, y0: float, x1: float, y1: float, size: float, dark: Colour, light: Colour) -> None:
    """Rows of overlapping wave arcs (seigaiha) over a rectangle; every seventh scale carries a dot."""
    with pen.inside([(x0, y0), (x1, y0), (x1, y1), (x0, y1)]):
        rows = math.ceil((y1 - y0) / (size * 0.5)) + 2
        columns = math.ceil((x1 - x0) / (size * 2)) + 2
        for row in range(rows):
            for column in range(columns):
                p = pen.at(x0 + column * 2 * size - (size if row % 2 else 0), y0 + row * size * 0.5, size)
                for i, r in enumerate((1.0, 0.74, 0.48, 0.22)):
                    p.fill(ring(r), dark if i % 2 else light)
                if (row * 3 + column) % 7 == 0:
                    p.disc(0, -0.4, 0.2, rgb("#d9483b"))


def scatter(rng: np.random.Generator, count: int, width: float, height: float, gap: float) -> list[tuple[float, float]]:
    """Up to `count` random places in a rectangle around the origin, no two nearer than `gap`."""
    places: list[tuple[float, float]] = []
    for _ in range(count * 12):
        x, y = float(rng.uniform(-width / 2, width / 2)), float(rng.uniform(-height / 2, height / 2))
        if all((x - u) ** 2 + (y - v) ** 2 >= gap * gap for u, v in places):
            places.append((x, y))
            if len(places) == count:
                break
    return places
