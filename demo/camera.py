"""The camera: what part of the world it shows, how it moves, and how light, colour and grain come out."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from demo.ink import Matrix, Pixels, moved, scaled, turned

GRAIN_MARGIN_PX = 64


@dataclass(frozen=True)
class View:
    """A part of the world: its middle and height in units, and the roll of the camera in radians."""

    x: float
    y: float
    height: float
    roll: float = 0.0


@dataclass(frozen=True)
class Move:
    """A way from one view to another, slow at both ends."""

    name: str
    start: View
    end: View

    def at(self, share: float) -> View:
        """The view after a share of the time; beyond [0, 1] the camera rests."""
        t = min(max(share, 0.0), 1.0)
        t = t * t * (3 - 2 * t) * 0.8 + t * 0.2
        a, b = self.start, self.end
        return View(
            a.x + (b.x - a.x) * t,
            a.y + (b.y - a.y) * t,
            a.height + (b.height - a.height) * t,
            a.roll + (b.roll - a.roll) * t,
        )

    @property
    def closest(self) -> float:
        """Height of the smallest view, units."""
        return min(self.start.height, self.end.height)

    def matrix(self, share: float, width: int, height: int, near: float = 1.0) -> Matrix:
        """World units to pixels.

        Args:
            share: Of the time of the move, in [0, 1].
            width: Of the picture, px.
            height: Of the picture, px.
            near: Share of the movement that things at this distance follow; below 1 for what is far.
        """
        view, rest = self.at(share), self.at(0.5)
        tall = rest.height + (view.height - rest.height) * near
        x, y = rest.x + (view.x - rest.x) * near, rest.y + (view.y - rest.y) * near
        return moved(width / 2, height / 2) @ turned(view.roll) @ scaled(height / tall) @ moved(-x, -y)


@dataclass(frozen=True)
class Light:
    """How a shot is exposed.

    Attributes:
        gain: Exposure at its beginning and its end.
        temp: Colour temperature: above 0 warmer, below cooler, about [-0.1, 0.1].
        noise: Standard deviation of the grain, in steps of 255.
        blur: Sigma of the softness of the lens, px of a picture 540 px high; 0 for none.
    """

    gain: tuple[float, float] = (1.0, 1.0)
    temp: float = 0.0
    noise: float = 0.0
    blur: float = 0.0

    def develop(self, picture: Pixels, share: float, grain: NDArray[np.int16] | None, frame: int) -> Pixels:
        """Expose a picture; `grain` is larger than the picture by `GRAIN_MARGIN_PX`, `frame` chooses a part of it."""
        height, width = picture.shape[:2]
        if self.blur > 0:
            picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), self.blur * height / 540), np.uint8)
        gain = self.gain[0] + (self.gain[1] - self.gain[0]) * min(max(share, 0.0), 1.0)
        if gain != 1.0 or self.temp != 0.0:
            tone = np.diag(np.array([1 + self.temp, 1.0, 1 - self.temp], np.float32) * np.float32(gain))
            picture = np.asarray(cv2.transform(picture, tone), np.uint8)
        if grain is not None and self.noise > 0:
            x, y = frame * 29 % GRAIN_MARGIN_PX, frame * 47 % GRAIN_MARGIN_PX
            picture = np.asarray(cv2.add(picture, grain[y : y + height, x : x + width], dtype=cv2.CV_8U), np.uint8)
        return picture

    def grain(self, width: int, height: int, seed: int) -> NDArray[np.int16] | None:
        """Make the grain of a shot; None when it has none."""
        if self.noise <= 0:
            return None
        size = (height + GRAIN_MARGIN_PX, width + GRAIN_MARGIN_PX, 1)
        mono = np.random.default_rng(seed).normal(0, self.noise, size).round().astype(np.int16)
        return np.repeat(mono, 3, axis=2)


DAYLIGHT = Light()
