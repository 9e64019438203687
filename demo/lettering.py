"""Lettering with Pillow's built-in face: straight, fitted to a width, spaced, slanted, bold, or on an arc."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from demo.ink import Colour, Pen, Pixels, moved, scaled, turned

CAP_HEIGHT = 0.72  # of the size of the built-in face
SIZES_PX = (16, 32, 64, 128, 256)


@dataclass(frozen=True)
class Glyph:
    """One letter as a mask; `pad` px of border around it, the baseline `rise` px below the top."""

    mask: Pixels
    advance: float
    pad: int
    rise: int


@lru_cache(maxsize=4096)
def _glyph(letter: str, size_px: int, bold_px: int) -> Glyph:
    font = ImageFont.load_default(size=size_px)
    pad = bold_px + 2
    advance = float(font.getlength(letter)) + 1.7 * bold_px
    rise = size_px + pad
    image = Image.new("L", (math.ceil(advance) + 2 * pad, math.ceil(size_px * 1.35) + 2 * pad), 0)
    draw = ImageDraw.Draw(image)
    draw.text((pad + 0.85 * bold_px, rise), letter, fill=255, font=font, anchor="ls", stroke_width=bold_px)
    return Glyph(np.asarray(image, np.uint8), advance, pad, rise)


def letter(
    pen: Pen,
    words: str,
    x: float,
    y: float,
    size: float,
    colour: Colour,
    *,
    width: float | None = None,
    bold: float = 0.0,
    spacing: float = 0.0,
    slant: float = 0.0,
    arc: float | None = None,
    align: float = 0.5,
    opacity: float = 1.0,
) -> None:
    """Draw one line of words.

    Args:
        pen: Where to draw; all lengths are in its units.
        words: The line.
        x: Where the line is anchored; on an arc, the middle of its circle.
        y: The middle of the capitals; on an arc, the middle of its circle.
        size: Height of the capitals.
        colour: Of the letters.
        width: The line is squeezed or stretched to this length.
        bold: Thickness added on each side, as a share of the size, in [0, 0.15].
        spacing: Air between letters, as a share of the size.
        slant: Lean to the right, as a share of the height.
        arc: Radius of a circle on which the baseline runs: positive over the top, negative under the bottom.
        align: Which part of the line is at `x`: 0 its beginning, 0.5 its middle, 1 its end.
        opacity: In [0, 1].
    """
    em = size / CAP_HEIGHT
    wanted = em * pen.zoom
    size_px = next((s for s in SIZES_PX if s >= wanted), SIZES_PX[-1])
    glyphs = [_glyph(c, size_px, round(bold * size_px)) for c in words]
    unit = em / size_px
    gap = spacing * size
    natural = sum(g.advance for g in glyphs) * unit + gap * (len(glyphs) - 1)
    squeeze = 1.0 if width is None else width / max(natural, 1e-6)
    total = natural * squeeze
    run = -total * align
    for glyph in glyphs:
        step = glyph.advance * unit * squeeze
        if arc is None:
            place = moved(x + run, y + size / 2)
        else:
            angle = (run + step / 2) / abs(arc)
            if arc > 0:
                place = moved(x, y) @ turned(angle) @ moved(-step / 2, -arc)
            else:
                place = moved(x, y) @ turned(-angle) @ moved(-step / 2, -arc)
        lean = np.array([[1.0, -slant, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
        shape = place @ lean @ scaled(unit * squeeze, unit) @ moved(-glyph.pad, -glyph.rise)
        _stamp(Pen(pen.canvas, pen.matrix @ shape), glyph.mask, colour, opacity)
        run += step + gap * squeeze


def paragraph(
    pen: Pen, lines: tuple[str, ...], x: float, y: float, size: float, colour: Colour, *, leading: float = 1.7,
    align: float = 0.5, bold: float = 0.0,
) -> None:  # fmt: skip
    """Draw several lines below each other, the first at `y`; `leading` is their distance in heights."""
    for i, line in enumerate(lines):
        letter(pen, line, x, y + i * size * leading, size, colour, align=align, bold=bold)


def _stamp(pen: Pen, mask: Pixels, colour: Colour, opacity: float) -> None:
    """Cover the canvas through a mask that is placed by the pen's matrix (mask pixels -> canvas pixels)."""
    h, w = mask.shape
    corners = pen.path([(0, 0), (w, 0), (w, h), (0, h)])
    ch, cw = pen.canvas.ink.shape[:2]
    x0, y0 = max(0, math.floor(corners[:, 0].min())), max(0, math.floor(corners[:, 1].min()))
    x1, y1 = min(cw, math.ceil(corners[:, 0].max()) + 1), min(ch, math.ceil(corners[:, 1].max()) + 1)
    if x1 <= x0 or y1 <= y0:
        return
    shift = (moved(-x0, -y0) @ pen.matrix)[:2]
    placed = cv2.warpAffine(mask, shift, (x1 - x0, y1 - y0), flags=cv2.INTER_LINEAR)
    pen.canvas.cover(np.asarray(placed, np.uint8), x0, y0, colour, opacity)
