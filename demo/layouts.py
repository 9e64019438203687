"""What is printed on packages, and the three ways in which it is arranged.

A label is a value: a layout, words, colours and names of emblems. Its seed also chooses frames, jewels and rays, so
that labels of one layout do not share their ornaments.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from demo import emblems_nature as nature
from demo import emblems_things as things
from demo.ink import Colour, Pen, darker, lighter, mix, points, rgb, ring, smooth, star
from demo.lettering import letter, paragraph

Layout = Literal["crest", "bold", "scene"]
INK = rgb("#2b2233")

EMBLEMS: dict[str, Callable[[Pen, tuple[Colour, ...]], None]] = {
    "leaf": lambda pen, c: nature.sprig(pen, c[2], leaves=5, berry=c[3]),
    "cup": lambda pen, c: things.cup(pen, c[1], c[3]),
    "oat": lambda pen, c: nature.oat_ear(pen, c[3]),
    "cow": lambda pen, c: things.cow(pen, c[2]),
    "citrus": lambda pen, c: nature.citrus(pen, c[2], c[3]),
    "tomato": lambda pen, c: nature.tomato(pen, c[2]),
    "olive": lambda pen, c: nature.olive_branch(pen, c[2], darker(c[2], 0.5)),
    "berries": lambda pen, c: nature.berries(pen, c[2]),
    "mountain": lambda pen, c: nature.mountain(pen, c[2], c[1]),
    "bean": lambda pen, c: things.bean(pen, c[2]),
    "boat": lambda pen, c: things.boat(pen, c[2], c[1]),
    "cookie": lambda pen, c: things.cookie(pen, c[3], c[2]),
    "shell": lambda pen, c: things.shell(pen, c[3]),
    "crane": lambda pen, c: things.crane(pen, c[1], INK),
    "sun": lambda pen, c: nature.sun(pen, c[3]),
    "flower": lambda pen, c: nature.flower(pen, c[2], c[3], petals=7),
    "whale": lambda pen, c: things.whale(pen, c[2], c[1]),
    "medal": lambda pen, c: things.medal(pen, c[3], c[2]),
    "wave": lambda pen, c: nature.wave(pen, c[2], c[1]),
}


@dataclass(frozen=True)
class Label:
    """What a label says and shows.

    Attributes:
        layout: How it is arranged.
        brand: The large word.
        name: What it is.
        claim: One short line of praise.
        amount: Such as "400 g".
        colours: Ground, paper, first ink, second ink.
        emblem: Name of the large picture, of `EMBLEMS`.
        second: Name of the small pictures.
        small_print: Lines in small letters.
        seed: Decides where scattered pictures lie.
    """

    layout: Layout
    brand: str
    name: str
    claim: str
    amount: str
    colours: tuple[Colour, Colour, Colour, Colour]
    emblem: str
    second: str
    small_print: tuple[str, ...]
    seed: int = 1


def _frame(pen: Pen, w: float, h: float, inset: float, colour: Colour, dots: Colour, style: int) -> None:
    """An ornamental border; `style` chooses its corners, beads and lines, so that no two houses share one."""
    x, y = w / 2 - inset, h / 2 - inset
    pen.line([(-x, -y), (x, -y), (x, y), (-x, y)], (0.22, 0.12, 0.3)[style % 3], colour, closed=True)
    x, y = x - 0.4 - 0.1 * (style % 3), y - 0.4 - 0.1 * (style % 3)
    pen.line([(-x, -y), (x, -y), (x, y), (-x, y)], 0.1, colour, closed=True)
    for sx in (-1, 1):
        for sy in (-1, 1):
            corner = pen.at(sx * (x - 0.1), sy * (y - 0.1), 0.8 + 0.1 * (style % 4), math.atan2(sy, sx))
            corner.fill(star(3 + style % 6, 1, 0.3 + 0.08 * (style % 5)), colour)
            corner.disc(0, 0, 0.24 + 0.06 * (style % 3), dots)
    n = max(3, int(w / (1.1 + 0.23 * (style % 5))))
    bead = (
        star(4, 1, 1),
        ring(0.8),
        star(3, 1.2, 0.6),
        star(5, 1.2, 0.5),
        [(-1.2, -0.4), (1.2, -0.4), (1.2, 0.4), (-1.2, 0.4)],
    )[style % 5]
    for k in range(n):
        t = -x + 1.6 + (2 * x - 3.2) * k / (n - 1)
        for side in (-1, 1):
            pen.at(t, side * (y + 0.27), 0.24).fill(bead, dots)


def _banner(pen: Pen, w: float, h: float, label: Label) -> None:
    """The name on a band around the origin, with tails, round ends or a scalloped edge."""
    _, paper, colour, _ = label.colours
    style = label.seed // 2 % 3
    for side_ in (-1, 1):
        end = pen.at(side_ * w / 2, 0, side_ * h, scale_y=h)
        if style == 0:
            end.fill(points("0,-0.35 0.8,-0.35 0.4,0.15 0.8,0.65 0,0.65"), darker(colour, 0.35))
        elif style == 1:
            end.disc(0, 0, 0.5, colour)
            end.at(0.12, 0, 0.22).fill(star(5, 1, 0.4), paper)
    pen.box(-w / 2, -h / 2, w / 2, h / 2, colour)
    for side_ in (-1, 1):
        if style == 2:
            for k in range(13):
                pen.disc(-w / 2 + w * (k + 0.5) / 13, side_ * h * 0.5, w / 26, colour)
        else:
            pen.line([(-w / 2, side_ * h * 0.38), (w / 2, side_ * h * 0.38)], 0.08, paper)
    letter(pen, label.name, 0, 0, h * 0.44, paper, bold=0.05, width=w * 0.88)


def _medallion(pen: Pen, label: Label) -> None:
    """The middle of a crest, one unit in radius: claim and jewels around a field of one of four shapes."""
    ground, paper, _, second = label.colours
    style = label.seed
    field = (ring(1), ring(0.9, 1.06), star(8, 1.06, 0.98, turn=0.2), star(3, 1.08, 1.0))[style % 4]
    pen.fill([(1.32 * x, 1.32 * y) for x, y in field], second)
    pen.fill([(1.27 * x, 1.27 * y) for x, y in field], darker(ground, 0.35))
    claim = label.claim.upper()
    letter(pen, claim, 0, 0, 0.17, paper, bold=0.05, arc=-1.21, width=min(2.6, len(claim) * 0.17))
    count = 7 + style * 3 % 8
    for i in range(count):
        a = math.pi * (1.08 + 0.84 * i / (count - 1))
        jewel = star(3 + style % 5, 1, 0.35 + 0.11 * (style % 4), turn=a)
        pen.at(1.135 * math.cos(a), 1.135 * math.sin(a), 0.075).fill(jewel, second)
    pen.fill(field, paper)
    with pen.inside(field):
        for i in range(13 + style * 5 % 17):
            tone, angle = lighter(second, 0.55), math.tau * i / (13 + style * 5 % 17)
            if style // 4 % 3 == 0:
                pen.at(0, 0, 1, angle).fill(points("-0.03,-0.5 0.03,-0.5 0.11,-1.1 -0.11,-1.1"), tone)
            elif style // 4 % 3 == 1:
                pen.at(0.84 * math.cos(angle), 0.84 * math.sin(angle), 0.09).fill(star(4, 1, 0.4), tone)
            elif i % 3 == 0:
                pen.curl(0, 0, 0.62 + 0.06 * i / 3, 0.03, tone, 0, math.tau)


def _crest(pen: Pen, label: Label, w: float, h: float) -> None:
    ground, paper, first, second = label.colours
    pen.box(-w / 2, -h / 2, w / 2, h / 2, ground)
    rng = np.random.default_rng(label.seed)
    for x, y in nature.scatter(rng, 48, w, h, 2.1):
        EMBLEMS[label.second](
            pen.at(x, y, 0.62, float(rng.uniform(-0.7, 0.7))),
            (ground, mix(ground, paper, 0.4), mix(ground, first, 0.45), mix(ground, second, 0.5)),
        )
    _frame(pen, w, h, 0.03 * h, second, paper, label.seed)
    r = min(0.31 * w, 0.225 * h)
    cy = -0.06 * h
    _medallion(pen.at(0, cy, r), label)
    EMBLEMS[label.emblem](pen.at(0, cy, r * 0.72), label.colours)
    letter(pen, label.brand, 0, -h / 2 + 0.125 * h, 0.105 * h, darker(ground, 0.6), bold=0.12, width=0.76 * w)
    letter(pen, label.brand, 0, -h / 2 + 0.12 * h, 0.1 * h, paper, bold=0.07, width=0.74 * w)
    _banner(pen.at(0, 0.292 * h), 0.7 * w, 0.095 * h, label)
    paragraph(pen, label.small_print, 0, 0.365 * h, 0.019 * h, paper, leading=1.5)
    side_ = 1 if label.seed % 2 else -1
    seal = pen.at(side_ * 0.335 * w, 0.185 * h, 0.088 * w)
    seal.fill(star(6 + label.seed % 7, 1.05, 0.84), first)
    letter(seal, label.amount, 0, 0, 0.4, paper, bold=0.06, width=1.36)
    EMBLEMS[label.second](pen.at(-side_ * 0.335 * w, 0.18 * h, 0.08 * w), (ground, paper, lighter(first, 0.35), second))


def _bold(pen: Pen, label: Label, w: float, h: float) -> None:
    ground, paper, first, second = label.colours
    pen.box(-w / 2, -h / 2, w / 2, h / 2, paper)
    rays = 19 + label.seed * 3 % 11
    for i in range(rays):
        a, b = math.tau * i / rays, math.tau * (i + 0.5) / rays
        far = h
        pen.fill(
            [
                (0, 0.08 * h),
                (far * math.cos(a), 0.08 * h + far * math.sin(a)),
                (far * math.cos(b), 0.08 * h + far * math.sin(b)),
            ],
            mix(paper, ground, 0.35),
        )
    pen.fill([(-w / 2, -h / 2), (w / 2, -h / 2), (w / 2, -0.2 * h), (-w / 2, -0.1 * h)], ground)
    pen.fill([(-w / 2, 0.3 * h), (w / 2, 0.22 * h), (w / 2, h / 2), (-w / 2, h / 2)], first)
    gap = 0.75 + 0.12 * (label.seed % 5)
    for k in range(int(w / gap)):
        x = -w / 2 + gap * (k + 0.5)
        t = (x + w / 2) / w
        pen.at(x, -0.1 * h - 0.1 * h * t + 0.35, 0.3).fill(star(3 + label.seed % 4, 1, 0.55), second)
        pen.at(x, 0.3 * h - 0.08 * h * t - 0.35, 0.3).fill(ring(0.8), ground)
    tilt = pen.at(0, -0.32 * h, 1, -math.atan2(0.1 * h, w))
    letter(tilt, label.brand, 0.01 * w, 0.005 * h, 0.14 * h, darker(ground, 0.55), bold=0.13, width=0.84 * w)
    letter(tilt, label.brand, 0, -0.01 * h, 0.14 * h, paper, bold=0.09, width=0.82 * w)
    letter(tilt, label.claim, 0, 0.112 * h, 0.04 * h, second, bold=0.05, width=0.68 * w)
    rng = np.random.default_rng(label.seed)
    for x, y in nature.scatter(rng, 16, 0.95 * w, 0.36 * h, 0.15 * w):
        EMBLEMS[label.second](pen.at(x, 0.06 * h + y, 0.07 * w, float(rng.uniform(-0.8, 0.8))), label.colours)
    size = min(0.31 * w, 0.2 * h)
    pen.disc(0.03 * w, 0.07 * h, size * 1.16, paper)
    pen.curl(0.03 * w, 0.07 * h, size * 1.16, 0.16, ground, 0, math.tau)
    EMBLEMS[label.emblem](pen.at(0.03 * w, 0.07 * h, size), label.colours)
    low = pen.at(0, 0.335 * h, 1, -math.atan2(0.08 * h, w))
    letter(low, label.name, 0, 0, 0.058 * h, paper, bold=0.08, width=0.8 * w)
    paragraph(low, label.small_print, 0, 0.062 * h, 0.022 * h, lighter(second, 0.4), leading=1.4)
    badge = pen.at(0.34 * w, 0.17 * h, min(0.13 * w, 0.1 * h), 0.25)
    badge.fill(star(14, 1, 0.86), second)
    letter(badge, label.amount, 0, 0, 0.42, INK, bold=0.06, width=1.4)


def _scene(pen: Pen, label: Label, w: float, h: float) -> None:
    ground, paper, first, second = label.colours
    pen.box(-w / 2, -h / 2, w / 2, h / 2, ground, fade=darker(ground, 0.3))
    odd = label.seed % 2
    if odd:
        for k in range(9):
            y = (0.25 + 0.03 * k) * h
            zigzag = [(-w / 2 + w * i / 14, y + (0.012 * h if i % 2 else -0.012 * h)) for i in range(15)]
            pen.line(zigzag, 0.3, (mix(ground, paper, 0.6), second, darker(ground, 0.4))[k % 3])
    else:
        nature.scales(pen, -w / 2, 0.27 * h, w / 2, h / 2, 0.07 * w, darker(ground, 0.3), mix(ground, paper, 0.75))
    pen.disc(0, -0.02 * h, 0.4 * w, second)
    nature.sun(
        pen.at(0, -0.02 * h, 0.43 * w, 0.1 * label.seed), mix(second, paper, 0.25), rays=11 + label.seed * 3 % 13
    )
    rng = np.random.default_rng(label.seed)
    for i in range(3):
        tone = mix(first, ground, 0.22 * (2 - i))
        if odd:
            hill = pen.at((-0.32, 0.34, 0.02)[i] * w, (0.2, 0.22, 0.27)[i] * h, (0.34, 0.3, 0.3)[i] * w)
            hill.disc(0, 0, 1, tone, tall=0.72)
            for k in range(5):
                hill.stroke(
                    [(-0.8 + 0.36 * k, 0.1), (-0.55 + 0.3 * k, -0.3), (-0.2 + 0.16 * k, -0.6)], 0.04, lighter(tone, 0.3)
                )
            nature.pine(hill.at(0.3 - 0.35 * i, -0.75, 0.3), darker(first, 0.3))
        else:
            peak = pen.at((0.28, -0.3, 0.04)[i] * w, (0.12, 0.15, 0.2)[i] * h, (0.33, 0.27, 0.3)[i] * w)
            nature.mountain(peak, tone, paper)
    for x, y in nature.scatter(rng, 16, 0.9 * w, 0.1 * h, 0.09 * w):
        EMBLEMS[label.second](pen.at(x, 0.27 * h + y, 0.045 * w, float(rng.uniform(-1.5, 1.5))), label.colours)
    pen.disc(0, 0.02 * h, 0.235 * w, first)
    pen.disc(0, 0.02 * h, 0.215 * w, paper)
    pen.curl(0, 0.02 * h, 0.195 * w, 0.1, second, 0, math.tau)
    EMBLEMS[label.emblem](pen.at(0, 0.02 * h, 0.155 * w), label.colours)
    plate = smooth(
        [
            (-0.42 * w, -0.42 * h),
            (0, -0.455 * h),
            (0.42 * w, -0.42 * h),
            (0.42 * w, -0.27 * h),
            (0, -0.235 * h),
            (-0.42 * w, -0.27 * h),
        ]
    )
    pen.fill([(1.05 * x, y * 1.0) for x, y in plate], darker(first, 0.5))
    pen.fill(plate, paper)
    letter(pen, label.brand, 0, -0.365 * h, 0.085 * h, first, bold=0.1, width=0.68 * w)
    letter(pen, label.claim, 0, -0.29 * h, 0.032 * h, darker(first, 0.3), slant=0.2, width=0.6 * w)
    pen.box(-0.4 * w, 0.335 * h, 0.4 * w, 0.47 * h, paper)
    pen.line(
        [(-0.38 * w, 0.342 * h), (0.38 * w, 0.342 * h), (0.38 * w, 0.463 * h), (-0.38 * w, 0.463 * h)],
        0.1,
        first,
        closed=True,
    )
    letter(pen, label.name, 0, 0.37 * h, 0.034 * h, first, bold=0.05, width=0.68 * w)
    paragraph(pen, label.small_print[:2], 0, 0.404 * h, 0.017 * h, INK, leading=1.35)
    letter(pen, label.amount, 0, 0.449 * h, 0.018 * h, first, bold=0.06)
    for side_ in (-1, 1):
        EMBLEMS[label.second](
            pen.at(side_ * 0.37 * w, -0.18 * h, 0.075 * w, 0.4 * side_), (ground, paper, first, lighter(second, 0.3))
        )


LAYOUTS: dict[Layout, Callable[[Pen, Label, float, float], None]] = {"crest": _crest, "bold": _bold, "scene": _scene}
