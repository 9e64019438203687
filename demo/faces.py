"""Heads: face, features and hair of a figure, as cut-outs around the middle of the head. Units: centimetres."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from demo.ink import Canvas, Colour, Pen, Sprite, darker, lighter, mix, points, rgb

Hair = Literal["bob", "bun", "short", "curly", "tail", "beanie"]
EYE = rgb("#33241f")
LIPS, SHOES, ACCENT = rgb("#b5524a"), rgb("#3a3342"), rgb("#d9483b")


@dataclass(frozen=True)
class Look:
    """Who somebody is: colours and hair."""

    skin: Colour
    hair: Colour
    style: Hair
    lips: Colour = LIPS
    shoes: Colour = SHOES
    glasses: bool = False
    beard: bool = False
    accent: Colour = ACCENT


def _sheet(per_unit: float) -> Canvas:
    return Canvas(48, 60, per_unit, -24, -26)


def behind_head(look: Look, per_unit: float) -> Sprite:
    """Hair that hangs behind the neck."""
    canvas = _sheet(per_unit)
    pen, tone = canvas.pen, darker(look.hair, 0.25)
    if look.style == "bob":
        pen.blob(points("-13,-8 -15.2,4 -14.6,15 -8,18 0,17 8,18 14.6,15 15.2,4 13,-8 0,-16"), tone)
        for i in range(9):
            pen.stroke([(-12 + 3 * i, 2), (-12.5 + 3.1 * i, 16)], 0.35, darker(tone, 0.25))
    elif look.style == "tail":
        pen.blob(points("6,-12 15,-12 19,0 18,14 14,24 11.5,14 11,0"), tone)
        for i in range(4):
            pen.stroke([(10 + 2 * i, -9), (13.5 + i, 4), (13 + 0.6 * i, 18)], 0.35, darker(tone, 0.25))
    elif look.style == "curly":
        for i in range(18):
            a = math.pi * (0.86 + 1.28 * i / 17)
            pen.disc(13.2 * math.cos(a), -2 + 14.2 * math.sin(a), 5.0, darker(look.hair, 0.12 * (i % 3)))
    elif look.style == "bun":
        pen.disc(0, -18.5, 5.6, look.hair, fade=tone)
        pen.curl(0, -18.5, 3.6, 0.4, darker(look.hair, 0.35), 0.4, 4.6)
        pen.curl(0, -18.5, 2.0, 0.4, darker(look.hair, 0.35), 2.0, 5.8)
    return canvas.sprite()


def head(look: Look, per_unit: float) -> Sprite:
    """Skull, ears and hair that frames the face, without eyes and mouth."""
    canvas = _sheet(per_unit)
    pen, skin = canvas.pen, look.skin
    for side in (-1, 1):
        pen.disc(side * 11.4, 1.5, 2.7, mix(skin, look.lips, 0.18), tall=3.5)
        pen.disc(side * 11.5, 1.6, 1.4, mix(skin, look.lips, 0.4), tall=2.1)
    face = points(
        "0,-13.5 7.5,-11.5 11.4,-4 11,4 8.2,10.2 3.6,13.6 0,14.2 -3.6,13.6 -8.2,10.2 -11,4 -11.4,-4 -7.5,-11.5"
    )
    pen.blob(face, lighter(skin, 0.08), fade=mix(skin, look.lips, 0.12))
    pen.blob(points("11.2,-4 11,4 8.2,10.2 3.6,13.6 7,6.5 9,-1"), darker(skin, 0.3), opacity=0.22)
    if look.beard:
        jaw = points(
            "-11.2,1.5 -8.6,4.6 -4,4.6 0,4 4,4.6 8.6,4.6 11.2,1.5 10.6,8.5 6.4,14.2 0,16.4 -6.4,14.2 -10.6,8.5"
        )
        pen.blob(jaw, look.hair, fade=darker(look.hair, 0.25))
    _hair(pen, look)
    return canvas.sprite()


def _strands(pen: Pen, colour: Colour, count: int, top: float, low: float, bend: float) -> None:
    for i in range(count):
        x = -9.0 + 18.0 * i / (count - 1)
        pen.stroke([(x * 0.45, top), (x * 0.85, (top + low) / 2 - 1), (x * 1.05 + bend, low)], 0.3, colour, opacity=0.7)


def _hair(pen: Pen, look: Look) -> None:
    hair, dark, light = look.hair, darker(look.hair, 0.25), lighter(look.hair, 0.22)
    if look.style == "bob":
        pen.blob(
            points(
                "0,-16.4 8.5,-14.5 13.4,-7 14.4,3 12.8,10 11.4,2 9.4,-5.4 2,-6.6 -6,-6 -10.4,-3 -11.6,3 "
                "-12.8,10 -14.4,3 -13.4,-7 -8.5,-14.5"
            ),
            hair,
            fade=dark,
        )
        _strands(pen, dark, 9, -15.5, -7.0, 0.8)
    elif look.style in ("tail", "bun"):
        pen.blob(
            points(
                "0,-16 8,-14.2 12.6,-7 12.8,1 11,-2.2 8.6,-7.4 1,-9.6 -6.5,-8.2 -10.8,-2.2 -12.8,1 -12.6,-7 -8,-14.2"
            ),
            hair,
            fade=dark,
        )
        _strands(pen, dark, 8, -15.4, -9.4, -0.6)
        if look.style == "tail":
            pen.disc(10.2, -11.0, 1.7, look.accent)
    elif look.style == "curly":
        for i in range(13):
            a = math.pi * (1.02 + 0.96 * i / 12)
            pen.disc(10.2 * math.cos(a), -4.5 + 9.6 * math.sin(a), 3.7, mix(hair, dark, 0.4 * (i % 3)))
            pen.curl(10.2 * math.cos(a), -4.5 + 9.6 * math.sin(a), 2.0, 0.4, light, 3.0 + i, 5.4 + i)
    elif look.style == "beanie":
        pen.blob(points("-11.6,-5 -12.2,1.5 -10.4,-1 10.4,-1 12.2,1.5 11.6,-5"), hair)
        knit = look.accent
        pen.blob(
            points("-12.8,-5.6 -12.2,-12 -6.5,-18 0,-19.2 6.5,-18 12.2,-12 12.8,-5.6 0,-6.6"),
            knit,
            fade=darker(knit, 0.2),
        )
        pen.fill(
            points("-13.4,-9.2 -7,-10.6 0,-11 7,-10.6 13.4,-9.2 13.2,-3.6 7,-5.2 0,-5.6 -7,-5.2 -13.2,-3.6"),
            darker(knit, 0.15),
        )
        for i in range(15):
            x = -12.2 + 24.4 * i / 14
            pen.line(
                [(x, -9.6 - 0.09 * (12 - abs(x))), (x, -4.4 - 0.09 * (12 - abs(x)))],
                0.35,
                darker(knit, 0.4),
                opacity=0.7,
            )
        pen.disc(0, -20.4, 3.0, lighter(knit, 0.55))
    else:
        pen.blob(
            points(
                "0,-16.2 6,-16.6 11.2,-12 12.6,-5 11.6,0 10.4,-5 7.5,-8.6 2,-8 -3,-9.4 -7.5,-7.4 -10.6,-4 "
                "-11.6,0 -12.6,-5 -10.5,-12.8 -5,-16"
            ),
            hair,
            fade=dark,
        )
        _strands(pen, light, 7, -15.8, -10.4, 1.8)


def features(look: Look, per_unit: float, *, blink: bool) -> Sprite:
    """Eyes, brows, nose, mouth and cheeks: what moves sideways when the head turns."""
    canvas = _sheet(per_unit)
    pen, brow = canvas.pen, darker(look.hair, 0.3)
    for side in (-1, 1):
        x = side * 4.5
        pen.disc(side * 6.8, 5.6, 2.4, mix(look.skin, look.lips, 0.6), tall=1.7, opacity=0.4)
        if blink:
            pen.stroke([(x - 1.7, 0.7), (x, 1.4), (x + 1.7, 0.7)], 0.5, EYE)
        else:
            pen.disc(x, 0.6, 1.95, (255, 252, 246), tall=1.75)
            pen.disc(x, 0.65, 1.25, EYE, tall=1.55)
            pen.disc(x - 0.42, 0.1, 0.42, (255, 255, 255))
            pen.stroke([(x - 2.1, 0.2), (x - 0.9, -1.2), (x + 0.9, -1.2), (x + 2.1, 0.2)], 0.5, EYE)
        pen.stroke([(x - side * 2.0, -3.0), (x, -3.9), (x + side * 2.3, -2.7)], 0.75, brow)
        if look.glasses:
            pen.line(
                [(x + 3.3 * math.cos(a / 10), 0.6 + 2.9 * math.sin(a / 10)) for a in range(64)], 0.5, rgb("#3a2f3a")
            )
            pen.line([(side * 7.6, 0.2), (side * 11.0, -0.6)], 0.45, rgb("#3a2f3a"))
    if look.glasses:
        pen.stroke([(-1.4, 0.2), (0, -0.5), (1.4, 0.2)], 0.45, rgb("#3a2f3a"))
    pen.stroke([(0.2, 1.8), (1.2, 4.4), (-0.5, 4.9)], 0.55, darker(look.skin, 0.35))
    if look.beard:
        pen.blob(points("-4.6,6.6 0,5.6 4.6,6.6 2.6,8 0,7.2 -2.6,8"), darker(look.hair, 0.12))
    smile = points("-3.6,7.7 -1.8,8.3 0,8.45 1.8,8.3 3.6,7.7 2.7,9.7 1.1,10.9 -1.1,10.9 -2.7,9.7")
    pen.fill(smile, darker(look.lips, 0.3))
    with pen.inside(smile):
        pen.box(-4, 7, 4, 9.4, (255, 252, 246))
        pen.disc(0, 11.0, 1.7, lighter(look.lips, 0.15), tall=0.9)
    pen.stroke(points("-3.7,7.6 -1.8,8.25 0,8.4 1.8,8.25 3.7,7.6"), 0.35, look.lips)
    return canvas.sprite()
