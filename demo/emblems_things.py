"""Emblems of buildings, vessels, animals and food. Each is drawn around the origin, about one unit in radius."""

from __future__ import annotations

import math

from demo.ink import Colour, Pen, darker, lighter, mix, points, rgb, ring, star

INK = rgb("#2b2233")
CREAM = rgb("#fff4dc")


def lighthouse(pen: Pen, stripe: Colour, light: Colour) -> None:
    """A striped lighthouse on a rock, with beams."""
    pen.fill([(0, -0.72), (-1.05, -1.0), (-1.05, -0.62)], light, opacity=0.75)
    pen.fill([(0, -0.72), (1.05, -0.95), (1.05, -0.5)], light, opacity=0.75)
    pen.fill([(-0.24, 0.7), (-0.14, -0.5), (0.14, -0.5), (0.24, 0.7)], CREAM)
    for i in range(3):
        y0, y1 = -0.3 + 0.36 * i, -0.12 + 0.36 * i
        a, b = 0.14 + (y0 + 0.5) / 12, 0.14 + (y1 + 0.5) / 12
        pen.fill([(-a, y0), (a, y0), (b, y1), (-b, y1)], stripe)
    pen.fill([(0.05, -0.5), (0.14, -0.5), (0.24, 0.7), (0.08, 0.7)], INK, opacity=0.22)
    pen.box(-0.22, -0.57, 0.22, -0.48, INK)
    pen.box(-0.12, -0.82, 0.12, -0.57, light)
    for x in (-0.12, -0.04, 0.04, 0.12):
        pen.line([(x, -0.82), (x, -0.57)], 0.03, INK)
    pen.fill([(-0.19, -0.82), (0, -1.08), (0.19, -0.82)], stripe)
    pen.box(-0.05, 0.42, 0.06, 0.7, INK)
    pen.fill(points("-0.8,0.9 -0.55,0.62 -0.3,0.7 0.05,0.6 0.4,0.72 0.62,0.6 0.85,0.9"), rgb("#5b5266"))
    pen.fill([(-0.55, 0.62), (-0.3, 0.7), (-0.4, 0.9), (-0.66, 0.9)], rgb("#7d7489"))
    for i in range(5):
        pen.curl(-0.76 + 0.38 * i, 1.0, 0.19, 0.06, CREAM, math.pi, math.tau)


def boat(pen: Pen, hull: Colour, sail: Colour) -> None:
    """A sailing boat on two rows of waves."""
    pen.fill([(-0.06, 0.3), (-0.06, -0.95), (-0.75, 0.22)], sail)
    pen.fill([(0.04, 0.3), (0.04, -0.8), (0.62, 0.3)], lighter(sail, 0.35))
    for i in range(4):
        pen.line([(-0.1 - 0.14 * i, 0.2), (-0.06, -0.7 + 0.25 * i)], 0.025, darker(sail, 0.4))
    pen.box(-0.06, -1.0, 0.02, 0.42, INK)
    pen.fill([(0.02, -1.0), (0.3, -0.9), (0.02, -0.8)], rgb("#d9483b"))
    pen.fill([(-0.85, 0.36), (0.85, 0.36), (0.56, 0.74), (-0.56, 0.74)], hull)
    pen.box(-0.8, 0.42, 0.8, 0.48, CREAM)
    for x in (-0.4, -0.1, 0.2, 0.48):
        pen.disc(x, 0.58, 0.06, CREAM)
    for row in range(2):
        for i in range(6):
            pen.curl(
                -0.9 + 0.36 * i + 0.18 * row, 0.86 + 0.16 * row, 0.16, 0.05, lighter(hull, 0.4), 0.2, math.pi - 0.2
            )


def crown(pen: Pen, gold: Colour, jewel: Colour) -> None:
    """A crown with five points."""
    outline = points("-0.9,0.5 -1,-0.4 -0.5,0.05 -0.42,-0.72 0,-0.1 0.42,-0.72 0.5,0.05 1,-0.4 0.9,0.5")
    pen.fill(outline, gold, fade=darker(gold, 0.3))
    for x, y in ((-1.0, -0.45), (-0.42, -0.78), (0.42, -0.78), (1.0, -0.45)):
        pen.disc(x, y, 0.13, jewel)
    pen.box(-0.92, 0.36, 0.92, 0.72, jewel)
    for i in range(5):
        pen.at(-0.66 + 0.33 * i, 0.54, 0.14).fill(star(4, 1, 0.6), gold)


def crab(pen: Pen, body: Colour, light: Colour) -> None:
    """A cheerful crab."""
    for side in (-1, 1):
        for k in range(3):
            pen.stroke(
                [(side * 0.5, 0.1 + 0.16 * k), (side * 0.9, 0.05 + 0.2 * k), (side * 1.02, 0.35 + 0.2 * k)],
                0.11,
                darker(body, 0.2),
            )
        pen.stroke([(side * 0.45, -0.1), (side * 0.85, -0.3), (side * 0.75, -0.62)], 0.16, body)
        claw = pen.at(side * 0.72, -0.76, 0.36, side * -0.3)
        claw.fill(points("0,0.7 -0.7,0.1 -0.5,-0.9 -0.05,-0.15 0.45,-0.95 0.7,0.1"), body)
        pen.line([(side * 0.18, -0.3), (side * 0.2, -0.55)], 0.08, darker(body, 0.3))
        pen.disc(side * 0.2, -0.6, 0.13, light)
        pen.disc(side * 0.2, -0.6, 0.06, INK)
    pen.disc(0, 0.1, 0.66, body, tall=0.46)
    pen.stroke([(-0.26, 0.16), (0, 0.3), (0.26, 0.16)], 0.07, INK)
    for x, y in ((-0.38, -0.08), (0.4, -0.04), (-0.12, -0.18), (0.16, -0.14)):
        pen.disc(x, y, 0.07, light)


def whale(pen: Pen, body: Colour, belly: Colour) -> None:
    """A spouting whale."""
    pen.blob(
        points("-0.95,0.05 -0.7,-0.35 -0.15,-0.45 0.4,-0.2 0.75,0 0.98,-0.32 0.9,0.1 0.6,0.35 0,0.5 -0.65,0.42"), body
    )
    pen.blob(points("-0.93,0.12 -0.5,0.22 0.1,0.2 0.3,0.38 -0.1,0.48 -0.62,0.42"), belly)
    for i in range(6):
        pen.line([(-0.82 + 0.18 * i, 0.22), (-0.7 + 0.18 * i, 0.42)], 0.03, darker(body, 0.3))
    pen.fill([(0.98, -0.32), (0.68, -0.5), (0.8, -0.12)], body)
    pen.fill([(0.98, -0.32), (1.1, -0.6), (1.12, -0.2), (0.9, -0.05)], body)
    pen.disc(-0.62, 0.0, 0.07, CREAM)
    pen.disc(-0.62, 0.0, 0.035, INK)
    for angle in (-0.9, -0.35, 0.25, 0.8):
        pen.at(-0.25, -0.5, 0.5, angle).stroke([(0, 0), (0.05, -0.5), (0.25, -0.8)], 0.09, belly)


def bear(pen: Pen, fur: Colour, light: Colour) -> None:
    """The head of a bear."""
    for side in (-1, 1):
        pen.disc(side * 0.62, -0.62, 0.27, fur)
        pen.disc(side * 0.62, -0.6, 0.14, light)
    pen.fill([(0.9 * x, 0.88 * y) for x, y in star(26, 1.0, 0.9)], fur)
    pen.disc(0, 0.36, 0.46, light, tall=0.4)
    pen.blob(points("-0.2,0.08 0.2,0.08 0.12,0.26 0,0.32 -0.12,0.26"), INK)
    pen.line([(0, 0.3), (0, 0.5)], 0.05, INK)
    pen.stroke(points("-0.22,0.5 -0.08,0.58 0,0.5 0.08,0.58 0.22,0.5"), 0.05, INK)
    for side in (-1, 1):
        pen.disc(side * 0.36, -0.12, 0.09, INK)
        pen.disc(side * 0.36 - 0.03, -0.15, 0.03, CREAM)
        pen.line([(side * 0.5, -0.32), (side * 0.24, -0.28)], 0.06, darker(fur, 0.5))
        for k in range(3):
            pen.line([(side * 0.6, 0.1 + 0.14 * k), (side * 0.8, 0.02 + 0.17 * k)], 0.035, darker(fur, 0.4))


def parrot(pen: Pen, body: Colour, wing: Colour) -> None:
    """A parrot on a branch."""
    pen.fill([(0.1, 0.35), (0.42, 1.05), (0.16, 1.0), (-0.12, 0.5)], wing)
    pen.blob(points("-0.1,-0.9 0.28,-0.75 0.4,-0.2 0.3,0.4 -0.05,0.6 -0.3,0.2 -0.35,-0.5"), body)
    pen.fill([(0.1, -0.35), (0.46, 0.0), (0.42, 0.6), (0.05, 0.3)], wing)
    for i in range(4):
        pen.line([(0.14 + 0.03 * i, -0.15 + 0.16 * i), (0.4, 0.05 + 0.15 * i)], 0.04, lighter(wing, 0.5))
    pen.blob([(-0.2, -0.85), (-0.5, -0.7), (-0.5, -0.4), (-0.3, -0.52)], rgb("#f4c542"))
    pen.disc(-0.08, -0.62, 0.13, CREAM)
    pen.disc(-0.1, -0.62, 0.06, INK)
    pen.line([(-0.6, 0.6), (0.75, 0.5)], 0.1, rgb("#5a3d2b"))
    for x in (-0.12, 0.04):
        pen.line([(x, 0.5), (x, 0.64)], 0.07, rgb("#f4c542"))


def cup(pen: Pen, china: Colour, band: Colour) -> None:
    """A steaming cup on its saucer."""
    pen.disc(0, 0.78, 0.85, darker(china, 0.2), tall=0.16)
    pen.fill(points("-0.56,-0.1 0.56,-0.1 0.44,0.5 0.2,0.76 -0.2,0.76 -0.44,0.5"), china)
    pen.curl(0.6, 0.2, 0.22, 0.1, china, -1.5, 1.7)
    pen.fill([(-0.54, 0.08), (0.54, 0.08), (0.49, 0.32), (-0.49, 0.32)], band)
    for i in range(6):
        pen.at(-0.4 + 0.16 * i, 0.2).fill(star(4, 0.08, 0.03), CREAM)
    pen.disc(0, -0.1, 0.56, rgb("#6b3d24"), tall=0.1)
    for x in (-0.25, 0.0, 0.25):
        pen.stroke([(x, -0.25), (x + 0.1, -0.45), (x - 0.06, -0.65), (x + 0.08, -0.92)], 0.06, lighter(band, 0.5))


def cookie(pen: Pen, dough: Colour, chips: Colour) -> None:
    """A round biscuit with a scalloped rim and chips."""
    pen.fill([(x, y) for x, y in star(28, 1.0, 0.92)], darker(dough, 0.2))
    pen.disc(0, 0, 0.86, dough)
    for i in range(20):
        pen.disc(0.74 * math.cos(i * math.tau / 20), 0.74 * math.sin(i * math.tau / 20), 0.04, darker(dough, 0.35))
    for i in range(9):
        a, r = i * 2.4, 0.16 + 0.055 * i
        pen.at(r * math.cos(a), r * math.sin(a), 1, a).fill(
            [(-0.12, -0.06), (0.04, -0.1), (0.13, 0.03), (-0.02, 0.1)], chips
        )


def shell(pen: Pen, colour: Colour) -> None:
    """A pasta shell."""
    pen.blob(points("-0.9,0.1 -0.5,-0.45 0.2,-0.55 0.9,-0.1 0.6,0.4 0,0.55 -0.6,0.45"), darker(colour, 0.3))
    for i in range(8):
        t = -0.75 + 0.21 * i
        pen.stroke(
            [(t, 0.38 - abs(t) * 0.1), (t + 0.16, -0.05), (t * 0.75 + 0.08, -0.42)],
            0.12,
            mix(colour, CREAM, 0.3 * (i % 2)),
        )
    pen.stroke([(-0.85, 0.1), (-0.2, 0.12), (0.4, 0.05), (0.85, -0.1)], 0.09, darker(colour, 0.5))


def crane(pen: Pen, body: Colour, ink: Colour) -> None:
    """A crane in flight before a red sun."""
    pen.disc(0.1, -0.05, 0.82, rgb("#d9483b"))
    pen.blob(points("-0.5,0.15 -0.1,-0.08 0.4,0 0.6,0.2 0.1,0.28"), body)
    pen.fill([(-0.1, 0.05), (-0.75, -0.95), (0.0, -0.65), (0.35, 0.05)], body)
    pen.fill([(0.2, 0.05), (0.65, -0.9), (0.95, -0.45), (0.45, 0.1)], darker(body, 0.12))
    for i in range(5):
        pen.line([(-0.72 + 0.16 * i, -0.9 + 0.06 * i), (-0.42 + 0.13 * i, -0.5 + 0.05 * i)], 0.07, ink)
        pen.line([(0.64 + 0.07 * i, -0.85 + 0.1 * i), (0.5 + 0.04 * i, -0.5 + 0.09 * i)], 0.06, ink)
    pen.stroke([(-0.4, 0.12), (-0.75, 0.05), (-1.0, 0.25)], 0.12, body)
    pen.line([(-1.0, 0.25), (-1.25, 0.34)], 0.05, ink)
    pen.disc(-0.98, 0.2, 0.07, rgb("#d9483b"))
    pen.line([(0.55, 0.2), (1.15, 0.38)], 0.05, ink)
    pen.line([(0.55, 0.25), (1.1, 0.5)], 0.05, ink)


def rose(pen: Pen, petal: Colour, green: Colour) -> None:
    """A rose in full bloom with leaves, as embroiderers like it."""
    for turn in (-2.3, -0.9, 0.8, 2.2):
        pen.at(0, 0, 1.0, turn).fill([(0, -0.5), (-0.24, -0.8), (0, -1.15), (0.24, -0.8)], green)
        pen.at(0, 0, 1.0, turn).line([(0, -0.5), (0, -1.05)], 0.05, lighter(green, 0.5))
    for i, r in enumerate((0.78, 0.62, 0.46, 0.3, 0.16)):
        tone = lighter(petal, 0.32) if i % 2 else darker(petal, 0.12)
        pen.at(0, 0, 1, 0.5 * i).fill([(x * (1 + 0.1 * (k % 5 == 0)), y) for k, (x, y) in enumerate(ring(r))], tone)
        pen.at(0, 0, 1, 0.9 * i).curl(0, 0, r, 0.06, darker(petal, 0.45), 0.2, 3.6)


def medal(pen: Pen, gold: Colour, ribbon: Colour) -> None:
    """A round medal with a ribbon."""
    for side in (-1, 1):
        pen.fill([(side * 0.05, 0.3), (side * 0.6, 1.1), (side * 0.3, 1.02), (side * 0.1, 1.2)], ribbon)
    pen.fill(star(18, 0.82, 0.7), gold)
    pen.disc(0, 0, 0.58, lighter(gold, 0.35))
    pen.curl(0, 0, 0.5, 0.06, darker(gold, 0.35), 0, math.tau)
    pen.fill(star(5, 0.38, 0.16), darker(gold, 0.4))


def bean(pen: Pen, colour: Colour) -> None:
    """A coffee bean."""
    pen.disc(0, 0, 0.62, colour, tall=0.95)
    pen.stroke([(0.08, -0.9), (-0.2, -0.3), (0.2, 0.3), (-0.05, 0.9)], 0.14, lighter(colour, 0.4))


def cow(pen: Pen, spot: Colour) -> None:
    """The head of a friendly cow."""
    for side in (-1, 1):
        pen.fill([(side * 0.3, -0.7), (side * 0.62, -1.0), (side * 0.52, -0.6)], rgb("#d8c39a"))
        pen.blob([(side * 0.45, -0.5), (side * 1.0, -0.62), (side * 0.95, -0.3), (side * 0.5, -0.25)], spot)
    pen.blob(points("-0.5,-0.75 0.5,-0.75 0.56,-0.1 0.42,0.6 -0.42,0.6 -0.56,-0.1"), CREAM)
    pen.blob([(0.05, -0.75), (0.5, -0.72), (0.55, -0.15), (0.2, -0.1)], spot)
    pen.disc(0, 0.5, 0.56, rgb("#f0b6a6"), tall=0.36)
    for side in (-1, 1):
        pen.disc(side * 0.2, 0.45, 0.08, rgb("#b56a5f"))
        pen.disc(side * 0.26, -0.2, 0.1, INK)
        pen.disc(side * 0.26 - 0.03, -0.24, 0.035, CREAM)
    pen.stroke([(-0.2, 0.66), (0, 0.74), (0.2, 0.66)], 0.05, rgb("#b56a5f"))
