"""Cans and bottles: turned bodies with a label around them, lit from the upper left, seen from a little above."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from demo import labels
from demo.ink import Colour, Floats, Matrix, Pixels, Sprite, darker, moved, rgb, scaled
from demo.layouts import Label

METAL = rgb("#d5d9dd")
DIP = 0.13  # how far the near half of a circle hangs down, as a share of its radius
Knots = tuple[tuple[float, float], ...]
# Radius, as a share of the widest, at heights from 0 (base) to 1 (top).
CAN: Knots = ((0.0, 0.86), (0.025, 0.95), (0.05, 1.0), (0.93, 1.0), (0.965, 0.93), (1.0, 0.9))
BOTTLE: Knots = (
    (0.0, 0.94),
    (0.02, 1.0),
    (0.6, 1.0),
    (0.66, 0.97),
    (0.72, 0.8),
    (0.79, 0.44),
    (0.85, 0.36),
    (1.0, 0.35),
)


@dataclass(frozen=True)
class TurnedBody:
    """A can or bottle at one size, ready to be spun.

    Attributes:
        strip: The label that is wrapped around.
        columns: Column of the strip seen at each pixel, px, for a body that is not spun.
        rows: Row of the strip seen at each pixel, px.
        light: Factor on the label at each pixel, thrice; 0 where there is none.
        bare: Premultiplied RGBA of all that is not label.
        to_units: From pixels of the finished picture to units.
    """

    strip: Pixels
    columns: Floats
    rows: Floats
    light: Floats
    bare: Pixels
    to_units: Matrix

    def spun(self, yaw: float) -> Sprite:
        """Draw it turned by `yaw` radians around its axis."""
        shift = np.float32(yaw / math.tau * self.strip.shape[1])
        paper = cv2.remap(self.strip, self.columns + shift, self.rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)
        lit = cv2.cvtColor(cv2.multiply(paper, self.light, dtype=cv2.CV_8U), cv2.COLOR_RGB2RGBA)
        lit[..., 3] = 0
        return Sprite(np.asarray(cv2.add(lit, self.bare), np.uint8), self.to_units)


def turn(
    shape: Literal["can", "bottle"], label: Label, width: float, height: float, glass: Colour, per_unit: float
) -> TurnedBody:
    """Make a can or bottle ready to be drawn.

    Args:
        shape: Which of the two.
        label: What is wrapped around it.
        width: Widest diameter, units.
        height: Units.
        glass: Colour of the glass; cans are of metal.
        per_unit: Pixels per unit of the finished picture.
    """
    knots, (low, high) = (CAN, (0.05, 0.93)) if shape == "can" else (BOTTLE, (0.07, 0.56))
    at, radii = zip(*knots, strict=True)
    r, fine = width / 2, 2 * per_unit
    columns, rows = 2 * round((width + 1) * per_unit), 2 * round((height + 3 * DIP * r + 1) * per_unit)
    left, top = -(columns / fine) / 2, -height - 1.6 * DIP * r - 0.3
    x = (left + (np.arange(columns, dtype=np.float32) + 0.5) / fine)[None, :]
    y = (top + (np.arange(rows, dtype=np.float32) + 0.5) / fine)[:, None]
    radius = np.asarray(r * np.interp(np.clip(-y / height, 0, 1), at, radii), np.float32)
    sine = np.clip(x / radius, -1, 1)
    near = np.sqrt(1 - sine * sine)
    level = y - DIP * (radius * near - r / 2)  # height on the body
    inside = (np.abs(x) <= radius) & (level <= 0) & (level >= -height)
    tall = (high - low) * height
    strip = labels.wrap(label, r, tall)
    shrink = min(1.0, 0.8 * fine / labels.LABEL_PX_PER_UNIT)
    if shrink < 0.9:
        strip = np.asarray(cv2.resize(strip, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA), np.uint8)
    labelled = inside & (level >= -high * height) & (level <= -low * height)
    shine = (
        0.5 + 0.52 * near + 0.26 * np.exp(-(((sine + 0.55) / 0.1) ** 2)) + 0.1 * np.exp(-(((sine - 0.7) / 0.06) ** 2))
    )
    bare = _bare(shape, label, glass, -level / height, sine) * shine[..., None]
    lid_y = y + height + 0.5 * DIP * r
    lid_r = r * radii[-1]
    lid = (x / lid_r) ** 2 + (lid_y / (DIP * lid_r)) ** 2
    tone: Colour = METAL if shape == "can" else label.colours[2]
    plate = (np.where(lid < 0.8, 0.84, 1.1) + 0.1 * x / lid_r)[..., None] * np.array(tone, np.float32)
    bare = np.where((lid <= 1)[..., None], plate, bare * (inside & ~labelled)[..., None])
    labelled &= lid > 1
    alpha = (inside | (lid <= 1)).astype(np.float32) * 255

    def half(fine_map: Floats) -> Floats:
        size = (fine_map.shape[1] // 2, fine_map.shape[0] // 2)
        return np.asarray(cv2.resize(fine_map, size, interpolation=cv2.INTER_AREA), np.float32)

    light = half(np.asarray(shine * labelled, np.float32))
    return TurnedBody(
        strip=strip,
        columns=half(np.asarray((np.arcsin(sine) / math.tau + 0.5) * strip.shape[1] + 0 * y - 0.5, np.float32)),
        rows=half(np.asarray((level + high * height) / tall * strip.shape[0] - 0.5, np.float32)),
        light=np.asarray(cv2.merge([light, light, light]), np.float32),
        bare=np.asarray(np.rint(half(np.asarray(np.dstack([bare.clip(0, 255), alpha]), np.float32))), np.uint8),
        to_units=moved(left, top) @ scaled(2 / fine),
    )


def _bare(shape: str, label: Label, glass: Colour, up: Floats, sine: Floats) -> NDArray[np.float32]:
    """Colour where no label is: metal of a can; content, glass, neck ring and cap of a bottle."""

    def tone(colour: Colour, light: Floats) -> Floats:
        return np.asarray(light[..., None] * np.array(colour, np.float32), np.float32)

    if shape == "can":
        return tone(METAL, np.asarray(0.9 + 0.1 * np.sin(up * 260), np.float32))
    flat = np.ones_like(up)
    rim = np.asarray(flat * (0.75 + 0.25 * np.abs(sine)), np.float32)
    colour = np.where((up < 0.74)[..., None], tone(darker(glass, 0.25), flat), tone(glass, rim))
    colour = np.where(((up > 0.8) & (up < 0.84))[..., None], tone(label.colours[3], flat), colour)
    cap = tone(label.colours[2], flat * np.asarray(0.86 + 0.14 * np.sin(sine * 60), np.float32))
    return np.asarray(np.where((up > 0.9)[..., None], cap, colour), np.float32)
