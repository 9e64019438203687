"""Prints on cloth: what is woven, printed or embroidered on each piece of a garment.

A print is drawn once on a flat panel and used alike for the catalog picture and for the film. The front of a top has
its origin at the middle of the neck, the front of a bottom at the middle of the waist, a sleeve at the shoulder; units
are centimetres of the figure.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np

from demo import emblems_nature as nature
from demo import emblems_things as things
from demo.ink import Canvas, Colour, Pen, Pixels, darker, lighter, mix, points, ring, smooth, star
from demo.lettering import letter

Part = Literal["front", "sleeve"]
PANEL_PX_PER_UNIT = 12.0
FRONT = (-31.0, -6.0, 62.0, 78.0)  # left, top, width, height
SLEEVE = (-12.0, -8.0, 24.0, 72.0)


@dataclass(frozen=True)
class Print:
    """A named print in its colours: the cloth, then the inks in the order in which the print uses them."""

    name: str
    cloth: Colour
    inks: tuple[Colour, ...] = ()
    seed: int = 1


def harbour(pen: Pen, print_: Print, part: Part, rng: np.random.Generator) -> None:
    """A lighthouse in a ring of rope."""
    del rng
    if part == "sleeve":
        return
    cream, red, gold, sea = print_.inks
    badge = pen.at(0, 28, 12.2)
    badge.disc(0, 0, 1.3, cream)
    badge.disc(0, 0, 1.22, darker(print_.cloth, 0.25))
    badge.disc(0, 0, 0.86, sea)
    with badge.inside(ring(0.86)):
        badge.at(-0.05, -0.35, 0.62).disc(0, 0, 0.75, lighter(gold, 0.25))
        for i in range(7):
            badge.line([(-1, 0.32 + 0.1 * i), (1, 0.32 + 0.1 * i)], 0.025, lighter(sea, 0.4))
        for x, y in ((-0.6, -0.5), (0.55, -0.35), (0.62, 0.05), (-0.62, -0.1)):
            badge.at(x, y, 0.1).stroke(points("-1,-0.3 -0.4,-0.7 0,0 0.4,-0.7 1,-0.3"), 0.28, cream)
        things.lighthouse(badge.at(0, -0.02, 0.72), red, gold)
    for i in range(36):
        badge.at(0, 0, 1, math.tau * i / 36).line([(-0.04, -0.91), (0.04, -0.83)], 0.045, cream)
    letter(badge, "HARBOUR CLUB", 0, 0, 0.2, cream, bold=0.06, arc=0.95, width=2.3)
    letter(badge, "NORDSUND", 0, 0, 0.18, gold, bold=0.05, arc=-1.13, width=1.3)
    for side in (-1, 1):
        badge.at(side * 1.04, 0.3, 0.1).fill(star(5, 1, 0.4), red)
    letter(pen, "EST. 1974", 0, 47.5, 3.0, cream, bold=0.06, spacing=0.2)
    letter(pen, "54°19'N  10°08'E  PIER NO. 6", 0, 52, 1.7, gold, bold=0.05, width=24)


def deep_blue(pen: Pen, print_: Print, part: Part, rng: np.random.Generator) -> None:
    """A whale over waves; a stranger to the shop that looks like `harbour` from afar."""
    del rng
    if part == "sleeve":
        return
    cream, red, gold, sea = print_.inks
    things.whale(pen.at(0, 27, 14), sea, cream)
    for i in range(3):
        crest = [(-15 + 1.5 * k, 37 + 2.6 * i + math.sin(k * 1.3) * 0.8) for k in range(21)]
        pen.stroke(crest, 0.8, (cream, gold, red)[i])
    letter(pen, "DEEP BLUE", 0, 11.5, 4.4, cream, bold=0.08, width=30)
    letter(pen, "swimming crew", 0, 48, 3.2, gold, slant=0.25, bold=0.03)


def summit(pen: Pen, print_: Print, part: Part, rng: np.random.Generator) -> None:
    """Peaks and firs before the rising sun."""
    cream, orange, blue, dark = print_.inks
    if part == "sleeve":
        for i in range(7):
            pen.box(-12, 38 + i * 1.2, 12, 38.5 + i * 1.2, (cream, orange)[i % 2])
        return
    scene = pen.at(0, 28.5, 11.4)
    panel = smooth(points("-1.35,-0.9 0,-1.05 1.35,-0.9 1.4,0.6 0,0.78 -1.4,0.6"))
    scene.fill([(1.05 * x, 1.06 * y) for x, y in panel], cream)
    with scene.inside(panel):
        scene.box(-1.5, -1.1, 1.5, 1, lighter(orange, 0.62), fade=lighter(orange, 0.1))
        nature.sun(scene.at(0.35, -0.45, 0.52), orange)
        nature.mountain(scene.at(-0.55, 0.05, 0.95), blue, cream)
        nature.mountain(scene.at(0.62, 0.2, 0.8), mix(blue, dark, 0.4), cream)
        for i in range(12):
            x = -1.35 + i * 0.245 + float(rng.uniform(-0.05, 0.05))
            nature.pine(
                scene.at(x, 0.52 + float(rng.uniform(-0.08, 0.1)), float(rng.uniform(0.2, 0.3))),
                mix(dark, blue, 0.25 * (i % 2)),
            )
        for i in range(4):
            scene.stroke(
                [(-1.4, 0.72 + 0.02 * i), (-0.4, 0.6 + 0.06 * i), (0.5, 0.7), (1.4, 0.58 + 0.06 * i)], 0.03, cream
            )
    letter(pen, "SUMMIT", 0, 13.4, 4.0, cream, bold=0.09, width=24)
    letter(pen, "TRAIL & TENT CO.", 0, 40.2, 2.5, orange, bold=0.07, width=29)
    letter(pen, "2 962 M · HUT TO HUT", 0, 44.2, 1.7, cream, bold=0.04, width=23)


def wild_north(pen: Pen, print_: Print, part: Part, rng: np.random.Generator) -> None:
    """A bear between firs; a stranger that looks like `summit` from afar."""
    del rng
    cream, orange, blue, dark = print_.inks
    if part == "sleeve":
        for i in range(4):
            pen.box(-12, 38 + i * 2, 12, 39 + i * 2, (orange, cream)[i % 2])
        return
    pen.disc(0, 25, 13, blue)
    pen.disc(0, 25, 12, cream)
    for x in (-9, 9):
        nature.pine(pen.at(0.9 * x, 26, 6), dark)
    things.bear(pen.at(0, 26.5, 7.6), dark, orange)
    letter(pen, "WILD NORTH", 0, 42, 4, orange, bold=0.08, width=30)


def varsity(pen: Pen, print_: Print, part: Part, rng: np.random.Generator) -> None:
    """Chenille letter, number and patches of a team."""
    del rng
    cream, gold, accent, dark = print_.inks
    if part == "sleeve":
        pen.box(-12, -8, 12, 64, cream)
        for y in (14, 17):
            pen.box(-12, y, 12, y + 1.8, print_.cloth)
        pen.disc(2, 26, 4.4, accent)
        pen.at(2, 26, 4).fill(star(5, 1, 0.42), gold)
        return
    initial, number, club, sport = (
        ("K", "27", "KINGSBRIDGE", "ROWING") if print_.seed == 1 else ("R", "88", "REDWOOD", "HOCKEY")
    )
    for grow, colour in ((0.16, dark), (0.13, cream), (0.04, gold)):
        letter(pen, initial, 10.2, 18.5, 13.5, colour, bold=grow)
    for i in range(34):
        angle = math.tau * i / 34
        pen.disc(10.2 + 8.4 * math.cos(angle), 18.5 + 9.6 * math.sin(angle), 0.36, gold)
    pen.disc(-10, 17.5, 7.2, dark)
    pen.disc(-10, 17.5, 6.8, accent)
    pen.disc(-10, 17.5, 4.4, cream)
    letter(pen, club, -10, 17.5, 1.5, cream, bold=0.06, arc=4.85, width=14.5)
    letter(pen, sport, -10, 17.5, 1.4, gold, bold=0.06, arc=-6.2, width=9)
    for turn in (0.75, -0.75):
        oar = pen.at(-10, 17.5, 4, turn)
        oar.line([(0, -0.55), (0, 0.9)], 0.14, dark)
        oar.blob([(-0.2, -0.9), (0.2, -0.9), (0.16, -0.4), (-0.16, -0.4)], print_.cloth)
    letter(pen, number, -10.5, 34, 8.2, cream, bold=0.12)
    letter(pen, number, -10.5, 34, 8.2, accent, bold=0.03)
    shield = pen.at(10.5, 37, 5)
    shield.fill(points("-1,-1 1,-1 1,0.2 0,1.15 -1,0.2"), gold)
    shield.fill(points("-0.86,-0.86 0.86,-0.86 0.86,0.14 0,0.98 -0.86,0.14"), dark)
    things.crown(shield.at(0, -0.2, 0.62), gold, accent)
    letter(shield, "CHAMPIONS", 0, 0.5, 0.2, gold, bold=0.06, width=0.95)


def breton(pen: Pen, print_: Print, part: Part, rng: np.random.Generator) -> None:
    """Sailor's stripes with an embroidered heart."""
    del rng
    for i in range(24):
        y = (8.0 if part == "front" else 2.0) + i * 3.2
        pen.box(-32, y, 32, y + 1.3, print_.inks[0])
    if part == "front":
        pen.at(10, 14, 3.4).blob(points("0,0.9 -0.9,-0.1 -0.6,-0.75 0,-0.4 0.6,-0.75 0.9,-0.1"), print_.inks[1])
        letter(pen, "ahoi", 10, 14, 1.5, print_.cloth, slant=0.2, bold=0.05)


def check(pen: Pen, print_: Print, part: Part, rng: np.random.Generator) -> None:
    """A plaid of uneven bands; the front is embroidered with roses and a name."""
    inks = print_.inks
    left, top, width, height = FRONT if part == "front" else SLEEVE
    sett = [(0, 3.0, 0), (4.2, 0.7, 1), (5.6, 0.7, 1), (8.4, 1.6, 2), (11.0, 0.4, 3)]
    for start, thick, ink in sett:
        for k in range(math.ceil(width / 13) + 1):
            x = left + k * 13 + start
            pen.box(x, top, x + thick, top + height, inks[ink], opacity=0.62)
        for k in range(math.ceil(height / 13) + 1):
            y = top + k * 13 + start
            pen.box(left, y, left + width, y + thick, inks[ink], opacity=0.55)
    if part == "sleeve" or print_.seed != 1:
        return
    rose, green = inks[4], inks[5]
    for side in (-1, 1):
        pen.stroke([(side * 15.5, 33), (side * 8.4, 26), (side * 12, 18), (side * 6.5, 10)], 0.7, green)
        for x, y, size, turn in (
            (10.8, 15.5, 5.6, 0.3),
            (8.2, 26.8, 4.6, 1.2),
            (14.0, 33.5, 3.9, 2.0),
            (6.6, 8.6, 2.6, 0.8),
        ):
            things.rose(
                pen.at(side * x, y, size, turn * side + float(rng.uniform(-0.5, 0.5))),
                rose if side * x > 9 or x < 7 else inks[2],
                green,
            )
        for x, y, turn in ((15.6, 23, 0.9), (5.4, 19, -0.7), (13.0, 41, 2.6), (17, 28, 1.6)):
            nature.leaf(pen.at(side * x, y, 4.0, side * turn), green)
    letter(pen, "Rosalie", 10, 44.5, 3.4, inks[3], slant=0.3, bold=0.06, width=12)
    letter(pen, "RANCH", -10, 44.5, 2.8, inks[3], bold=0.08, width=12)


def hibiscus_print(pen: Pen, print_: Print, part: Part, rng: np.random.Generator) -> None:
    """Large tropical blossoms all over."""
    left, top, width, height = FRONT if part == "front" else SLEEVE
    middle = (left + width / 2, top + height / 2)
    for x, y in nature.scatter(rng, 90, width, height, 6.5):
        nature.leaf(pen.at(x + middle[0], y + middle[1], 6, float(rng.uniform(0, math.tau))), print_.inks[2])
    for x, y in nature.scatter(rng, 40, width, height, 10.5):
        bloom = pen.at(x + middle[0], y + middle[1], float(rng.uniform(4, 5.6)), float(rng.uniform(0, math.tau)))
        nature.hibiscus(bloom, print_.inks[int(rng.integers(2))], print_.inks[3])


def meadow(pen: Pen, print_: Print, part: Part, rng: np.random.Generator) -> None:
    """A meadow: blossoms of several kinds, sprigs, tulips and berries, no two places alike."""
    left, top, width, height = FRONT if part == "front" else SLEEVE
    middle = (left + width / 2, top + height / 2)
    inks = print_.inks
    for i, (x, y) in enumerate(nature.scatter(rng, 150, width, height, 5.0)):
        turn = float(rng.uniform(-0.9, 0.9))
        at = pen.at(x + middle[0], y + middle[1], float(rng.uniform(2.3, 3.6)), turn)
        kind = (i * 5 + int(rng.integers(3))) % 6
        if kind == 0:
            nature.tulip(at, inks[0], inks[3])
        elif kind == 1:
            nature.sprig(at, inks[3], berry=inks[0])
        elif kind == 2:
            nature.flower(at, inks[1], inks[4], petals=8, pointed=True)
        elif kind == 3:
            nature.flower(at, inks[2], inks[0])
        elif kind == 4:
            nature.flower(at.at(0, 0, 0.8), inks[4], inks[0], petals=6)
        else:
            nature.leaf(at.at(0, 0.5, 1.3), inks[3])


def palms(pen: Pen, print_: Print, part: Part, rng: np.random.Generator) -> None:
    """Palms, parrots, suns and crabs on a beach cloth."""
    left, top, width, height = FRONT if part == "front" else SLEEVE
    middle = (left + width / 2, top + height / 2)
    leaf, trunk, red, gold, cream = print_.inks
    for i, (x, y) in enumerate(nature.scatter(rng, 70, width, height, 7.4)):
        at = pen.at(x + middle[0], y + middle[1], float(rng.uniform(4.0, 5.2)), float(rng.uniform(-0.35, 0.35)))
        kind = i % 5
        if kind in (0, 3):
            nature.palm(at, leaf, trunk)
        elif kind == 1:
            things.parrot(at.at(0, 0, 0.8), red, leaf)
        elif kind == 2:
            nature.sun(at.at(0, 0, 0.62), gold, rays=12)
        else:
            things.crab(at.at(0, 0, 0.72), red, cream)


def fair_isle(pen: Pen, print_: Print, part: Part, rng: np.random.Generator) -> None:
    """Knitted bands of stars and zigzags, as on a Nordic jumper."""
    del rng
    a, b = print_.inks[:2]
    y = 5.0 if part == "front" else 0.0
    for band in ("zigzag", "pines", "dots", "stars", "zigzag", "hearts"):
        for k in range(17):
            x = -31 + k * 4
            if band == "zigzag":
                pen.line([(x, y + 3), (x + 2, y + 5.5), (x + 4, y + 3)], 0.8, a)
            elif band == "pines" and k % 2:
                nature.pine(pen.at(x, y + 4, 3.4), a)
            elif band == "dots":
                pen.disc(x + 1.5, y + 3.5, 0.9, a)
                pen.disc(x + 3.5, y + 5.5, 0.6, b)
            elif band == "stars" and k % 2:
                pen.at(x + 1, y + 4, 3.2).fill(star(8, 1, 0.4), a)
            elif band == "hearts":
                heart = pen.at(x + 2, y + 4, 1.6)
                heart.blob(points("0,0.9 -0.9,-0.1 -0.6,-0.75 0,-0.4 0.6,-0.75 0.9,-0.1"), a)
        pen.box(-31, y + 8.0, 31, y + 8.8, b)
        y += 9.5


def plain(pen: Pen, print_: Print, part: Part, rng: np.random.Generator) -> None:
    """No print at all."""
    del pen, print_, part, rng


PRINTS: dict[str, Callable[[Pen, Print, Part, np.random.Generator], None]] = {
    "plain": plain, "harbour": harbour, "deep_blue": deep_blue, "summit": summit, "wild_north": wild_north,
    "varsity": varsity, "breton": breton, "check": check, "hibiscus": hibiscus_print, "meadow": meadow,
    "palms": palms, "fair_isle": fair_isle,
}  # fmt: skip


@lru_cache(maxsize=64)
def panel(print_: Print, part: Part) -> Pixels:
    """Draw one piece of cloth, RGB, at `PANEL_PX_PER_UNIT`; it covers `FRONT` or `SLEEVE`."""
    left, top, width, height = FRONT if part == "front" else SLEEVE
    canvas = Canvas(width, height, PANEL_PX_PER_UNIT, left, top, ground=print_.cloth, oversample=1)
    PRINTS[print_.name](canvas.pen, print_, part, np.random.default_rng(print_.seed))
    return canvas.picture()
