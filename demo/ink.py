"""Ink and canvas: antialiased shapes and gradients, drawn in the canvas's own units.

A `Canvas` holds premultiplied colour; a `Pen` is a canvas and a transform, so that an emblem is drawn once, in its own
small coordinates, and placed anywhere: `pen.at(x, y, scale=12, turn=0.3)`. Angles are radians, clockwise on screen.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

Colour = tuple[int, int, int]
Point = tuple[float, float]
Pixels = NDArray[np.uint8]
Floats = NDArray[np.float32]
Matrix = NDArray[np.float64]

SUBPIXEL_BITS = 4


def rgb(code: str) -> Colour:
    """Read a colour.

    >>> rgb("#ff8000")
    (255, 128, 0)
    """
    return int(code[1:3], 16), int(code[3:5], 16), int(code[5:7], 16)


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """Blend two colours; `share` in [0, 1] is the part of the second.

    >>> mix((0, 0, 0), (200, 100, 50), 0.5)
    (100, 50, 25)
    """
    r, g, b = (round(a + (c - a) * share) for a, c in zip(first, second, strict=True))
    return r, g, b


def darker(colour: Colour, share: float = 0.2) -> Colour:
    """Blend towards a warm black."""
    return mix(colour, (20, 14, 24), share)


def lighter(colour: Colour, share: float = 0.2) -> Colour:
    """Blend towards white."""
    return mix(colour, (255, 255, 255), share)


def moved(x: float = 0.0, y: float = 0.0) -> Matrix:
    """A 3x3 matrix that moves."""
    return np.array([[1.0, 0.0, x], [0.0, 1.0, y], [0.0, 0.0, 1.0]])


def scaled(x: float, y: float | None = None) -> Matrix:
    """A 3x3 matrix that scales, both ways alike unless `y` is given."""
    return np.diag([x, x if y is None else y, 1.0])


def turned(angle: float) -> Matrix:
    """A 3x3 matrix that turns by `angle` radians, clockwise on screen."""
    c, s = math.cos(angle), math.sin(angle)
    return np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])


def smooth(points: Sequence[Point], steps: int = 8, *, closed: bool = True) -> list[Point]:
    """Round a polygon or polyline off: a Catmull-Rom spline through its points."""
    p = np.asarray(points, np.float64)
    p = np.concatenate([p[-1:], p, p[:2]]) if closed else np.concatenate([p[:1], p, p[-1:]])
    t = (np.arange(steps) / steps)[:, None]
    a, b, c, d = (p[i : len(p) - 3 + i, None] for i in range(4))
    curve = 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
    flat = curve.reshape(-1, 2) if closed else np.concatenate([curve.reshape(-1, 2), p[-1:]])
    return [(x, y) for x, y in flat.tolist()]


def points(path: str) -> list[Point]:
    """Read a list of points.

    >>> points("0,0 1.5,-2")
    [(0.0, 0.0), (1.5, -2.0)]
    """
    pairs = (pair.split(",") for pair in path.split())
    return [(float(x), float(y)) for x, y in pairs]


def ring(radius: float, radius_y: float | None = None, *, start: float = 0.0, stop: float = math.tau) -> list[Point]:
    """Points on an ellipse around the origin, from angle `start` to `stop`."""
    tall = radius if radius_y is None else radius_y
    angles = np.linspace(start, stop, 40, endpoint=stop - start < math.tau - 1e-9)
    return [(radius * math.cos(a), tall * math.sin(a)) for a in angles]


def star(points: int, outer: float, inner: float, *, turn: float = -math.pi / 2) -> list[Point]:
    """The outline of a star around the origin."""
    radii = [outer, inner] * points
    return [
        (r * math.cos(turn + math.pi * i / points), r * math.sin(turn + math.pi * i / points))
        for i, r in enumerate(radii)
    ]


@dataclass(frozen=True)
class Sprite:
    """A cut-out: premultiplied RGBA pixels and the matrix from its pixels to the units it was drawn in."""

    pixels: Pixels
    to_units: Matrix


@dataclass
class Canvas:
    """A sheet of `width` x `height` units whose upper left corner is at (`left`, `top`).

    Attributes:
        per_unit: Pixels of the finished picture per unit.
        ground: Colour of the sheet, or None for a clear one.
        oversample: The sheet is drawn this many times larger and shrunk in the end.
    """

    width: float
    height: float
    per_unit: float
    left: float = 0.0
    top: float = 0.0
    ground: Colour | None = None
    oversample: int = 2
    ink: Pixels = field(init=False, repr=False)
    clip: Pixels | None = field(init=False, default=None, repr=False)

    def __post_init__(self) -> None:
        self.size_px = (max(1, round(self.width * self.per_unit)), max(1, round(self.height * self.per_unit)))
        w, h = self.size_px[0] * self.oversample, self.size_px[1] * self.oversample
        self.ink = np.zeros((h, w, 4), np.uint8)
        if self.ground is not None:
            self.ink[:] = (*self.ground, 255)

    @property
    def pen(self) -> Pen:
        """A pen that draws in the canvas's units."""
        fine = self.per_unit * self.oversample
        return Pen(self, scaled(fine) @ moved(-self.left, -self.top))

    def cover(self, mask: Pixels, x: int, y: int, colour: Colour | Pixels, opacity: float = 1.0) -> None:
        """Lay a colour, or a picture as large as the mask, over the sheet through a mask with its corner at (x, y)."""
        h, w = mask.shape
        if self.clip is not None:
            mask = np.asarray(cv2.multiply(mask, self.clip[y : y + h, x : x + w], scale=1 / 255), np.uint8)
        if opacity < 1:
            mask = np.asarray(cv2.convertScaleAbs(mask, alpha=opacity), np.uint8)
        share = cv2.merge([mask, mask, mask, mask])
        if isinstance(colour, tuple):
            above = cv2.multiply(share, np.array([*colour, 255], np.float64), scale=1 / 255)
        else:
            above = cv2.multiply(share, cv2.cvtColor(colour, cv2.COLOR_RGB2RGBA), scale=1 / 255)
        patch = self.ink[y : y + h, x : x + w]
        patch[:] = cv2.add(above, cv2.multiply(patch, cv2.bitwise_not(share), scale=1 / 255))

    def shade(self, light: Floats) -> None:
        """Multiply the colours by `light` (any size, stretched over the sheet; 1 leaves them as they are)."""
        h, w = self.ink.shape[:2]
        if light.shape != (h, w):
            light = np.asarray(cv2.resize(light, (w, h), interpolation=cv2.INTER_LINEAR), np.float32)
        full = cv2.merge([light, light, light, np.ones_like(light)])
        self.ink = np.asarray(cv2.multiply(self.ink, full, dtype=cv2.CV_8U), np.uint8)

    def thin(self, y0: float, y1: float) -> None:
        """Let the drawing fade out from height `y0` to `y1`, in units; colour and cover alike."""
        rows = self.top + (np.arange(self.ink.shape[0], dtype=np.float32) + 0.5) / (self.per_unit * self.oversample)
        left = ((y1 - rows) / (y1 - y0)).clip(0, 1)[:, None, None]
        self.ink = np.asarray(np.rint(self.ink * left), np.uint8)

    def rgba(self) -> Pixels:
        """The finished picture, premultiplied RGBA."""
        small = self.ink if self.oversample == 1 else cv2.resize(self.ink, self.size_px, interpolation=cv2.INTER_AREA)
        r, g, b, alpha = cv2.split(small)
        return np.asarray(cv2.merge([cv2.min(r, alpha), cv2.min(g, alpha), cv2.min(b, alpha), alpha]), np.uint8)

    def picture(self) -> Pixels:
        """The finished picture over white, RGB."""
        pixels = self.rgba()
        clear = cv2.cvtColor(cv2.bitwise_not(pixels[..., 3]), cv2.COLOR_GRAY2RGB)
        return np.asarray(cv2.add(cv2.cvtColor(pixels, cv2.COLOR_RGBA2RGB), clear), np.uint8)

    def sprite(self) -> Sprite:
        """The finished picture as a cut-out in the canvas's units, trimmed to what is drawn."""
        pixels = self.rgba()
        rows, columns = np.flatnonzero(pixels[..., 3].any(1)), np.flatnonzero(pixels[..., 3].any(0))
        x, y = (int(columns[0]), int(rows[0])) if rows.size else (0, 0)
        w, h = (int(columns[-1]) + 1 - x, int(rows[-1]) + 1 - y) if rows.size else (1, 1)
        unit = scaled(self.width / self.size_px[0], self.height / self.size_px[1])
        return Sprite(
            np.ascontiguousarray(pixels[y : y + h, x : x + w]), moved(self.left, self.top) @ unit @ moved(x, y)
        )


@dataclass(frozen=True)
class Pen:
    """Draws on a canvas through a transform (units of the drawing -> oversampled canvas pixels)."""

    canvas: Canvas
    matrix: Matrix

    def at(self, x: float, y: float, scale: float = 1.0, turn: float = 0.0, *, scale_y: float | None = None) -> Pen:
        """A pen whose origin is at (x, y), whose unit is `scale` and which is turned by `turn` radians."""
        return Pen(self.canvas, self.matrix @ moved(x, y) @ turned(turn) @ scaled(scale, scale_y))

    @property
    def zoom(self) -> float:
        """Canvas pixels per unit of this pen."""
        return math.sqrt(abs(float(np.linalg.det(self.matrix[:2, :2]))))

    def path(self, points: Iterable[Point]) -> Matrix:
        """Points of the drawing in canvas pixels, shape (n, 2)."""
        p = np.asarray(list(points), np.float64)
        return np.asarray(p @ self.matrix[:2, :2].T + self.matrix[:2, 2], np.float64)

    def _frame(self, path: Matrix, margin: float) -> tuple[int, int, int, int] | None:
        h, w = self.canvas.ink.shape[:2]
        x0, y0 = (max(0, math.floor(v - margin)) for v in path.min(0))
        x1, y1 = (min(e, math.ceil(v + margin) + 1) for v, e in zip(path.max(0), (w, h), strict=True))
        return (x0, y0, x1, y1) if x1 > x0 and y1 > y0 else None

    def fill(
        self, points: Iterable[Point], colour: Colour, *, fade: Colour | None = None, opacity: float = 1.0
    ) -> None:
        """Fill a polygon; with `fade`, the colour runs from `colour` at its top to `fade` at its bottom."""
        path = self.path(points)
        frame = self._frame(path, 1)
        if frame is None:
            return
        x0, y0, x1, y1 = frame
        mask = np.zeros((y1 - y0, x1 - x0), np.uint8)
        fixed = np.rint((path - (x0, y0)) * (1 << SUBPIXEL_BITS)).astype(np.int32)
        cv2.fillPoly(mask, [fixed], 255, cv2.LINE_AA, SUBPIXEL_BITS)
        if fade is None:
            self.canvas.cover(mask, x0, y0, colour, opacity)
            return
        low, high = path[:, 1].min(), path[:, 1].max()
        t = ((np.arange(y0, y1) - low) / max(1.0, high - low)).clip(0, 1)[:, None, None].astype(np.float32)
        tones = np.array(colour, np.float32) * (1 - t) + np.array(fade, np.float32) * t
        rows = np.broadcast_to(np.rint(tones), (*mask.shape, 3)).astype(np.uint8)
        self.canvas.cover(mask, x0, y0, rows, opacity)

    def blob(
        self, points: Sequence[Point], colour: Colour, *, fade: Colour | None = None, opacity: float = 1.0
    ) -> None:
        """Fill a smooth shape through the points."""
        self.fill(smooth(points), colour, fade=fade, opacity=opacity)

    def box(
        self,
        x0: float,
        y0: float,
        x1: float,
        y1: float,
        colour: Colour,
        *,
        fade: Colour | None = None,
        opacity: float = 1,
    ) -> None:
        """Fill a rectangle."""
        self.fill([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], colour, fade=fade, opacity=opacity)

    def disc(
        self, x: float, y: float, radius: float, colour: Colour, *, tall: float | None = None, opacity: float = 1.0,
        fade: Colour | None = None,
    ) -> None:  # fmt: skip
        """Fill a circle, or an ellipse that is `tall` high from its middle."""
        self.fill([(x + u, y + v) for u, v in ring(radius, tall)], colour, opacity=opacity, fade=fade)

    def line(
        self, points: Sequence[Point], width: float, colour: Colour, *, closed: bool = False, opacity: float = 1.0
    ) -> None:
        """Draw a polyline with round joints; `width` in units."""
        path = self.path(points)
        thick = max(1, round(width * self.zoom))
        frame = self._frame(path, thick + 1)
        if frame is None:
            return
        x0, y0, x1, y1 = frame
        mask = np.zeros((y1 - y0, x1 - x0), np.uint8)
        fixed = np.rint((path - (x0, y0)) * (1 << SUBPIXEL_BITS)).astype(np.int32)
        cv2.polylines(mask, [fixed], closed, 255, thick, cv2.LINE_AA, SUBPIXEL_BITS)
        self.canvas.cover(mask, x0, y0, colour, opacity)

    def stroke(self, points: Sequence[Point], width: float, colour: Colour, *, opacity: float = 1.0) -> None:
        """Draw a smooth open line through the points."""
        self.line(smooth(points, closed=False), width, colour, opacity=opacity)

    def curl(self, x: float, y: float, radius: float, width: float, colour: Colour, start: float, stop: float) -> None:
        """Draw an arc of a circle."""
        self.line([(x + u, y + v) for u, v in ring(radius, start=start, stop=stop)], width, colour)

    @contextmanager
    def inside(self, points: Iterable[Point]) -> Iterator[Pen]:
        """Keep what is drawn within a polygon."""
        before = self.canvas.clip
        mask = np.zeros(self.canvas.ink.shape[:2], np.uint8)
        fixed = np.rint(self.path(points) * (1 << SUBPIXEL_BITS)).astype(np.int32)
        cv2.fillPoly(mask, [fixed], 255, cv2.LINE_AA, SUBPIXEL_BITS)
        self.canvas.clip = mask if before is None else np.minimum(mask, before)
        try:
            yield self
        finally:
            self.canvas.clip = before

    def paste(self, picture: Pixels, x0: float, y0: float, x1: float, y1: float) -> None:
        """Lay an opaque RGB picture over a rectangle of the drawing."""
        h, w = picture.shape[:2]
        ch, cw = self.canvas.ink.shape[:2]
        frame = self._frame(self.path([(x0, y0), (x1, y0), (x1, y1), (x0, y1)]), 1)
        if frame is None:
            return
        left, top, right, low = frame
        to_canvas = moved(-left, -top) @ self.matrix @ moved(x0, y0) @ scaled((x1 - x0) / w, (y1 - y0) / h)
        grain = math.sqrt(abs(float(np.linalg.det(to_canvas[:2, :2]))))
        if grain < 0.6:
            picture = np.asarray(cv2.resize(picture, None, fx=2 * grain, fy=2 * grain, interpolation=cv2.INTER_AREA))
            to_canvas = to_canvas @ scaled(w / picture.shape[1], h / picture.shape[0])
        size = (min(cw, right) - left, min(ch, low) - top)
        colour = cv2.warpAffine(picture, to_canvas[:2], size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        full = np.full(picture.shape[:2], 255, np.uint8)
        mask = np.asarray(cv2.warpAffine(full, to_canvas[:2], size, flags=cv2.INTER_LINEAR), np.uint8)
        self.canvas.cover(mask, left, top, np.asarray(colour, np.uint8))
