"""Patterns and finishing of garments: the outlines of the pieces, and what is sewn onto them."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import pairwise

from demo.ink import Canvas, Colour, Pen, Point, Sprite, darker, lighter, points, rgb, ring, smooth

HEM = {"tee": 62.0, "jumper": 61.0, "hoodie": 63.0, "shirt": 64.0, "jacket": 60.0}
Creases = tuple[tuple[Point, Point], ...]
BODY_CREASES: Creases = (
    ((-17, 19), (-7, 30)), ((17, 19), (7, 30)), ((-18, 38), (-4, 46)), ((18, 40), (5, 47)),
    ((-16, 54), (-3, 51)), ((16, 56), (4, 50)), ((-6, 8), (-3, 22)), ((8, 9), (5, 24)),
)  # fmt: skip
SLEEVE_CREASES: Creases = (((-6, 4), (4, 9)), ((6, 12), (-3, 17)), ((-5, 20), (4, 24)))
CUFF_CREASES: Creases = (((-6, 1), (4, 4)), ((5, 8), (-4, 12)), ((-5, 15), (4, 18)))
SKIRT_CREASES: Creases = tuple(((x * 0.5, 5.0), (x, 49.0)) for x in (-24, -18, -12, -6, 0, 6, 12, 18, 24))
HIP_CREASES: Creases = (((-14, 20), (-3, 16)), ((14, 20), (3, 16)))
LEG_CREASES: Creases = (((-7, 5), (3, 10)), ((0, 8), (1, 36)), ((7, 30), (-3, 35)))


def _both(right: list[Point]) -> list[Point]:
    """Complete a shape from its right half, given from top to bottom."""
    return right + [(-x, y) for x, y in right[::-1]]


@dataclass(frozen=True)
class Pattern:
    """A piece of a garment.

    Attributes:
        outline: What is cut out.
        bulk: What is padded; it runs past the outline where the piece goes on into another one.
        creases: Lines near which the cloth folds.
        thin: Heights between which it fades out, so that it goes over into the piece below without a seam.
    """

    outline: list[Point]
    bulk: list[Point]
    creases: Creases
    thin: tuple[float, float] | None = None


def _limb(top: float, low: float, length: float, *, upper: bool, lower: bool, creases: Creases) -> Pattern:
    """A tapering piece from a joint down; `upper` and `lower` tell which end is a joint."""
    head = ring(top, start=math.pi, stop=math.tau) if upper else [(-top, 0.0), (top, 0.0)]
    if lower:
        foot = [(x, y + length) for x, y in ring(low, start=0.0, stop=math.pi)]
    else:
        foot = [(low, length), (0.0, length + 0.9), (-low, length)]
    y0, y1 = (-2 * top if upper else 0.0), (length + 2 * low if lower else length)
    end = [(low, y1), (-low, y1)] if lower else foot
    return Pattern(
        [*head, *foot], [(-top, y0), (top, y0), (top, 0.0), (low, length), *end, (-low, length), (-top, 0.0)], creases
    )


def body(cut: str) -> Pattern:
    """The body of a top."""
    hem = HEM[cut]
    wide = {"tee": 0.0, "jumper": 0.6, "hoodie": 1.4, "shirt": 0.3, "jacket": 1.2}[cut]
    depth = {"tee": 7.0, "jumper": 5.0, "hoodie": 9.0, "shirt": 9.0, "jacket": 4.5}[cut]
    neck = [(8.4 * math.sin(a), -2.5 + (depth + 2.5) * math.cos(a)) for a in (0.0, 0.4, 0.8, 1.2, 1.5)]
    side = [(13.5, -0.6), (18.8, 1.8), (20.6 + wide, 6.5), (20.0 + wide, 12), (18.8 + wide, 19), (18.0 + wide, 32)]
    low = {
        "tee": [(18.4, 46), (19.0, hem - 2), (18.6, hem), (9.0, hem + 0.7)],
        "shirt": [(18.6, 46), (19.0, hem - 9), (17.0, hem - 3), (9.0, hem + 1.2)],
    }.get(
        cut, [(18.4 + wide, 46), (18.6 + wide, hem - 7), (16.6 + wide, hem - 1.5), (15 + wide, hem), (8.0, hem + 0.6)]
    )
    outline = smooth(_both([*neck, *side, *low]), 5)
    return Pattern(outline, outline, BODY_CREASES)


def sleeve(cut: str) -> Pattern:
    """A short sleeve, or the upper half of a long one; the shoulder is at the origin."""
    if cut == "tee":
        return _limb(8.6, 9.3, 20.5, upper=True, lower=False, creases=SLEEVE_CREASES)
    thick = {"hoodie": 8.2, "jacket": 8.0}.get(cut, 7.6)
    return _limb(thick, thick * 0.9, 27, upper=True, lower=True, creases=SLEEVE_CREASES)


def cuff(cut: str) -> Pattern:
    """The lower half of a long sleeve; the elbow is at the origin."""
    thick = {"hoodie": 8.2, "jacket": 8.0}.get(cut, 7.6)
    return _limb(thick * 0.9, 5.4, 23.5, upper=True, lower=False, creases=CUFF_CREASES)


def hips() -> Pattern:
    """The upper part of trousers and shorts."""
    half = points("0,0.4 16.6,0 17.2,5 18.4,13 18.3,20 13,24 6,23.5 1,20")
    bulk = points("16.6,0 17.2,5 18.4,13 18.3,60 -18.3,60 -18.4,13 -17.2,5 -16.6,0")
    return Pattern(smooth(_both(half), 4), bulk, HIP_CREASES, thin=(14.0, 23.0))


def thigh(cut: str) -> Pattern:
    """A leg down to the knee, or to the hem of shorts; the hip joint is at the origin."""
    if cut == "shorts":
        return _limb(9.7, 10.6, 31, upper=True, lower=False, creases=LEG_CREASES)
    leg = _limb(9.7, 7.9, 41, upper=True, lower=True, creases=LEG_CREASES)
    return replace(leg, thin=(40.0, 48.5))


def shin() -> Pattern:
    """A trouser leg from the knee down; the knee is at the origin."""
    return _limb(7.9, 6.9, 37.5, upper=True, lower=False, creases=LEG_CREASES)


def skirt() -> Pattern:
    """A flared skirt with a wavy hem."""
    hem = [(27.5 - i * 55 / 40, 50 + 0.8 * math.sin(i * 0.98) - 0.004 * (27.5 - i * 55 / 40) ** 2) for i in range(41)]
    top = points("-17,0 -8,0.6 0,0.8 8,0.6 17,0 19.2,9 22.4,26")
    outline = [*top, *hem, (-22.4, 26.0), (-19.2, 9.0)]
    return Pattern(outline, outline, SKIRT_CREASES)


def _stitches(pen: Pen, seam: list[Point], colour: Colour) -> None:
    for (x0, y0), (x1, y1) in pairwise(seam):
        n = max(1, round(math.hypot(x1 - x0, y1 - y0) / 1.3))
        for k in range(n):
            a, b = k / n, (k + 0.55) / n
            pen.line([(x0 + (x1 - x0) * a, y0 + (y1 - y0) * a), (x0 + (x1 - x0) * b, y0 + (y1 - y0) * b)], 0.22, colour)


def _ribs(pen: Pen, x0: float, y0: float, x1: float, y1: float, colour: Colour, stripes: Colour | None = None) -> None:
    pen.box(x0, y0, x1, y1, colour)
    if stripes is not None:
        third = (y1 - y0) / 5
        pen.box(x0, y0 + third, x1, y0 + 2 * third, stripes)
        pen.box(x0, y0 + 3 * third, x1, y0 + 4 * third, stripes)
    for i in range(int((x1 - x0) / 1.1)):
        pen.line([(x0 + 0.5 + i * 1.1, y0), (x0 + 0.5 + i * 1.1, y1)], 0.18, darker(colour, 0.3), opacity=0.6)


def _neckline(pen: Pen, depth: float, width: float, colour: Colour) -> None:
    curve = [
        (8.4 * math.sin(a), -2.5 + (depth + 2.5) * math.cos(a)) for a in (-1.6, -1.2, -0.8, -0.4, 0, 0.4, 0.8, 1.2, 1.6)
    ]
    pen.stroke(curve, 2 * width, colour)
    pen.stroke([(x * 1.0, y + width * 1.05) for x, y in curve], 0.25, darker(colour, 0.35))


def dress_body(pen: Pen, cut: str, cloth: Colour, trim: Colour) -> None:
    """Finish the body of a top: collar, placket, pockets, bands."""
    hem, seam = HEM[cut], darker(cloth, 0.35)
    for side in (-1, 1):
        pen.stroke([(side * 17.6, 1.2), (side * 15.8, 10), (side * 18.4, 19.5)], 0.3, seam, opacity=0.8)
    if cut == "tee":
        _neckline(pen, 7.0, 1.6, trim)
        _stitches(pen, [(-19, hem - 2.2), (0, hem - 1.2), (19, hem - 2.2)], seam)
    elif cut == "jumper":
        _neckline(pen, 5.0, 2.3, trim)
        _ribs(pen, -22, hem - 5.5, 22, hem + 2, trim)
    elif cut == "hoodie":
        _hoodie_front(pen, hem, cloth, trim, seam)
    elif cut == "shirt":
        _shirt_front(pen, hem, cloth, trim, seam)
    else:
        _ribs(pen, -24, hem - 6, 24, hem + 2, cloth, trim)
        pen.box(-1.8, 0, 1.8, hem - 6, darker(cloth, 0.12))
        pen.line([(-1.8, 0), (-1.8, hem - 6)], 0.25, seam)
        for i in range(6):
            pen.disc(0, 9.5 + i * 8.6, 1.05, trim)
            pen.disc(-0.25, 9.2 + i * 8.6, 0.4, lighter(trim, 0.6))
        for side in (-1, 1):
            pen.line([(side * 13, 44), (side * 9, 51)], 1.5, trim)
        _neckline(pen, 4.5, 2.4, cloth)
        _neckline(pen, 5.5, 0.4, trim)


def _hoodie_front(pen: Pen, hem: float, cloth: Colour, trim: Colour, seam: Colour) -> None:
    _ribs(pen, -24, hem - 6, 24, hem + 2, darker(cloth, 0.1))
    pocket: list[Point] = points("-8.5,47.2 8.5,47.2 13.5,53 13.5,58.4 -13.5,58.4 -13.5,53")
    pen.fill(pocket, darker(cloth, 0.07))
    pen.line(pocket, 0.3, seam, closed=True)
    _stitches(pen, [(-8, 48.2), (8, 48.2)], lighter(cloth, 0.25))
    for side in (-1, 1):
        hood: list[Point] = [
            (side * 13, -6),
            (side * 12.4, 1.4),
            (side * 7.2, 6.6),
            (side * 0.4, 10.4),
            (side * 1.6, 6),
            (side * 6.5, 0),
        ]
        pen.blob(hood, darker(cloth, 0.12))
        pen.stroke([(side * 12.4, 1.4), (side * 7.2, 6.6), (side * 0.4, 10.4)], 0.35, seam)
        pen.disc(side * 3.6, 8.2, 0.6, lighter(trim, 0.3))
        pen.stroke([(side * 3.6, 8.4), (side * 4.6, 13), (side * 4.0, 19 + side)], 0.75, trim)
        pen.box(side * 4.0 - 0.45, 19 + side, side * 4.0 + 0.45, 21.4 + side, darker(trim, 0.4))


def _shirt_front(pen: Pen, hem: float, cloth: Colour, trim: Colour, seam: Colour) -> None:
    pen.box(-2.0, 5, 2.0, hem + 2, lighter(cloth, 0.12), opacity=0.55)
    for x in (-2.0, 2.0):
        pen.line([(x, 5), (x, hem + 2)], 0.22, seam)
    for i in range(6):
        y = 13 + i * 8.8
        pen.disc(0, y, 0.85, trim)
        pen.disc(0, y, 0.5, darker(trim, 0.25))
    for side in (-1, 1):
        flap: list[Point] = [(side * 0.4, 8.6), (side * 8.6, -3.0), (side * 12.2, -0.6), (side * 8.8, 9.4)]
        pen.fill([(x + 0.3, y + 0.9) for x, y in flap], (20, 10, 20), opacity=0.25)
        pen.fill(flap, lighter(cloth, 0.1))
        pen.line(flap, 0.3, seam, closed=True)
        _stitches(pen, [(side * 1.6, 8.0), (side * 8.4, 8.2)], seam)
    _stitches(pen, [(-18, hem - 7.5), (-9, hem - 0.8), (9, hem - 0.8), (18, hem - 7.5)], seam)


def dress_sleeve(pen: Pen, cut: str, cloth: Colour, trim: Colour) -> None:
    """Finish a sleeve."""
    if cut == "tee":
        pen.line([(-9.5, 19.2), (10.5, 18.8)], 0.3, darker(cloth, 0.4))
        pen.line([(-9.5, 20.9), (10.5, 20.5)], 1.2, trim, opacity=0.55)


def dress_cuff(pen: Pen, cut: str, cloth: Colour, trim: Colour) -> None:
    """Finish the end of a long sleeve."""
    if cut == "jacket":
        _ribs(pen, -8, 19, 8, 25, cloth, trim)
    elif cut == "shirt":
        pen.box(-8, 18.5, 8, 25, lighter(cloth, 0.1), opacity=0.7)
        pen.line([(-8, 18.5), (8, 18.5)], 0.3, darker(cloth, 0.4))
        pen.disc(3, 21.3, 0.7, trim)
    else:
        _ribs(pen, -8, 19.5, 8, 25, trim if cut == "jumper" else darker(cloth, 0.1))


def dress_hips(pen: Pen, cloth: Colour, trim: Colour) -> None:
    """Finish the upper part of trousers: waistband, loops, fly, pockets."""
    seam = darker(cloth, 0.4)
    pen.box(-20, -1, 20, 4.0, cloth)
    pen.line([(-20, 4.0), (20, 4.0)], 0.3, seam)
    _stitches(pen, [(-17, 0.9), (17, 0.9)], seam)
    for x in (-11, -4.5, 4.5, 11):
        pen.box(x - 0.7, -0.5, x + 0.7, 4.6, darker(cloth, 0.14))
    pen.disc(0, 2.1, 1.0, trim)
    pen.stroke([(0, 4), (0, 14), (-2.6, 18)], 0.3, seam)
    _stitches(pen, [(1.8, 4.4), (1.8, 13), (0, 17.4)], seam)
    for side in (-1, 1):
        pen.stroke([(side * 10.5, 4), (side * 13, 9.5), (side * 18.2, 11.5)], 0.35, seam)


def dress_thigh(pen: Pen, cut: str, cloth: Colour) -> None:
    """Finish a leg above the knee."""
    if cut == "shorts":
        _stitches(pen, [(-10.6, 29), (0, 30.2), (10.8, 29)], darker(cloth, 0.45))
    else:
        pen.line([(0.4, 4), (0.6, 42)], 0.25, lighter(cloth, 0.2), opacity=0.6)


def dress_shin(pen: Pen, cloth: Colour) -> None:
    """Finish a trouser leg below the knee."""
    pen.line([(0.6, -6), (0.4, 37)], 0.25, lighter(cloth, 0.2), opacity=0.6)
    pen.line([(-8, 34.6), (8, 34.6)], 0.3, darker(cloth, 0.35))


def dress_skirt(pen: Pen, cloth: Colour, trim: Colour) -> None:
    """Finish a skirt: waistband, bow, pleats, ribbon along the hem."""
    pen.box(-19, -1, 19, 3.6, trim)
    pen.line([(-19, 3.6), (19, 3.6)], 0.3, darker(trim, 0.4))
    for x in (-20, -13.5, -7, 0, 7, 13.5, 20):
        pen.line([(x * 0.62, 4), (x * 1.18, 52)], 0.3, darker(cloth, 0.4), opacity=0.6)
    pen.stroke([(27 - i * 54 / 22, 46.6 - 0.004 * (27 - i * 54 / 22) ** 2) for i in range(23)], 0.9, trim)


def inner_collar(cut: str, cloth: Colour, trim: Colour, per_unit: float) -> Sprite:
    """What lies behind the neck: the inside of the collar with its label, or the hood."""
    canvas = Canvas(36, 30, per_unit, -18, -18)
    pen = canvas.pen
    if cut == "hoodie":
        pen.blob(points("-12.8,3 -13.6,-6 -9,-13.5 0,-15.6 9,-13.5 13.6,-6 12.8,3 0,6"), darker(cloth, 0.16))
        pen.blob(points("-9.4,2 -9.8,-5 -6,-10.5 0,-12 6,-10.5 9.8,-5 9.4,2 0,8"), darker(cloth, 0.5))
        pen.stroke(points("-9.8,-5 -6,-10.6 0,-12.1 6,-10.6 9.8,-5"), 0.5, lighter(cloth, 0.1))
    else:
        rise = {"shirt": -5.2, "jacket": -4.6}.get(cut, -3.6)
        pen.blob(
            [(-9.0, -2.0), (-5.0, rise), (0, rise - 0.4), (5.0, rise), (9.0, -2.0), (7, 5), (0, 9.5), (-7, 5)],
            darker(cloth, 0.45),
        )
        pen.stroke(
            [(-8.8, -2.0), (-5.0, rise), (0, rise - 0.4), (5.0, rise), (8.8, -2.0)],
            1.4,
            trim if cut != "shirt" else lighter(cloth, 0.1),
        )
        pen.box(-2.2, rise + 1.0, 2.2, rise + 3.4, rgb("#f7f2e6"))
        pen.line([(-1.4, rise + 1.9), (1.4, rise + 1.9)], 0.3, darker(cloth, 0.4))
    return canvas.sprite()
