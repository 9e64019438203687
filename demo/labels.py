"""Panels of packages: front, side, top, and the strip that wraps a can or a bottle.

They are drawn at `LABEL_PX_PER_UNIT` and used alike for the catalog picture and for the film.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from demo.ink import Canvas, Pixels, lighter
from demo.layouts import EMBLEMS, INK, LAYOUTS, Label
from demo.lettering import letter

LABEL_PX_PER_UNIT = 26.0


@lru_cache(maxsize=64)
def front(label: Label, width: float, height: float) -> Pixels:
    """Draw the front of a package, RGB; sizes in units."""
    canvas = Canvas(width, height, LABEL_PX_PER_UNIT, -width / 2, -height / 2, ground=label.colours[0], oversample=1)
    LAYOUTS[label.layout](canvas.pen, label, width, height)
    return canvas.picture()


@lru_cache(maxsize=64)
def side(label: Label, width: float, height: float) -> Pixels:
    """Draw the side of a box: facts, small print and a bar code."""
    ground, paper, first, second = label.colours
    canvas = Canvas(width, height, LABEL_PX_PER_UNIT, -width / 2, -height / 2, ground=ground, oversample=1)
    pen = canvas.pen
    pen.box(-0.42 * width, -0.28 * height, 0.42 * width, 0.2 * height, paper)
    letter(pen, label.brand, 0, -0.4 * height, 0.06 * height, paper, bold=0.07, width=0.8 * width)
    EMBLEMS[label.second](pen.at(0, -0.2 * height, 0.06 * height), label.colours)
    rng = np.random.default_rng(label.seed + 5)
    facts = ("Energy", "Fat", "Sugar", "Salt", "Fibre", "Protein", "Starch", "Iron")
    for i, k in enumerate(rng.permutation(len(facts))[:5]):
        unit = ("g", "mg", "kJ", "%")[int(rng.integers(4))]
        row = f"{facts[k]}  {rng.uniform(0.2, 60):.{int(rng.integers(3))}f} {unit}"
        y = -0.11 * height + i * 0.058 * height
        letter(pen, row, -0.38 * width, y, 0.024 * height, INK, align=0, width=min(0.74, 0.045 * len(row)) * width)
        pen.line([(-0.38 * width, y + 0.028 * height), (0.38 * width, y + 0.028 * height)], 0.06, first)
    pen.box(-0.36 * width, 0.27 * height, 0.36 * width, 0.42 * height, (255, 255, 255))
    x = -0.31 * width
    while x < 0.3 * width:
        thick = float(rng.choice((0.08, 0.14, 0.2))) * width / 6
        pen.box(x, 0.285 * height, x + thick, 0.385 * height, INK)
        x += thick + float(rng.choice((0.08, 0.16))) * width / 6
    letter(pen, f"4 0{label.seed}1974 270058", 0, 0.403 * height, 0.016 * height, INK)
    pen.line([(-0.45 * width, 0.45 * height), (0.45 * width, 0.45 * height)], 0.15, second)
    return canvas.picture()


@lru_cache(maxsize=64)
def top(label: Label, width: float, depth: float) -> Pixels:
    """Draw the lid of a box."""
    canvas = Canvas(
        width, depth, LABEL_PX_PER_UNIT, -width / 2, -depth / 2, ground=lighter(label.colours[0], 0.15), oversample=1
    )
    letter(canvas.pen, label.brand, 0, 0, 0.3 * depth, label.colours[1], bold=0.07, width=0.7 * width)
    for x in (-0.43, 0.43):
        EMBLEMS[label.second](canvas.pen.at(x * width, 0, 0.14 * depth), label.colours)
    return canvas.picture()


@lru_cache(maxsize=64)
def wrap(label: Label, radius: float, height: float) -> Pixels:
    """Draw the strip around a can or bottle; the middle of its front is in the middle of the strip."""
    round_ = math.tau * radius
    face = 2.15 * radius
    canvas = Canvas(round_, height, LABEL_PX_PER_UNIT, -round_ / 2, -height / 2, ground=label.colours[0], oversample=1)
    rest = (round_ - face) / 2
    for sign in (-1, 1):
        x = sign * (face / 2 + rest / 2)
        canvas.pen.paste(side(label, rest, height), x - rest / 2, -height / 2, x + rest / 2, height / 2)
    canvas.pen.paste(front(label, face, height), -face / 2, -height / 2, face / 2, height / 2)
    return canvas.picture()
