"""Places as finished plates: the drawn background, out of focus, and what stands before the figures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from demo.ink import Canvas, Matrix, Pen, Pixels, Sprite, moved, scaled
from demo.places_indoors import kitchen, kitchen_counter, shelf, studio
from demo.places_outdoors import park, street

AREA = (-240.0, -232.0, 480.0, 272.0)  # left, top, width, height in units
FAR = 0.72  # share of the camera's movement that the background follows

PLACES: dict[str, Callable[[Pen, np.random.Generator], None]] = {
    "street": street, "park": park, "kitchen": kitchen, "studio": studio, "shelf": shelf,
}  # fmt: skip
FRONTS: dict[str, Callable[[Pen, np.random.Generator], None]] = {"kitchen": kitchen_counter}
SOFTNESS = {"street": 0.55, "park": 0.6, "kitchen": 0.6, "studio": 0.9, "shelf": 0.12}  # sigma of the blur, units


@dataclass(frozen=True)
class Plate:
    """A background: its picture, RGB, the matrix from its pixels to the world, what stands in front, if anything.

    What is out of focus is drawn `coarse` times smaller.
    """

    picture: Pixels
    to_units: Matrix
    front: Sprite | None
    coarse: int

    def fill(self, camera: Matrix, width: int, height: int) -> Pixels:
        """Show the background in a new picture; beyond its rim the last pixels go on."""
        shift = moved(-0.5, -0.5) @ scaled(1 / self.coarse) @ camera @ self.to_units @ moved(0.5, 0.5)
        size = (width // self.coarse, height // self.coarse)
        shown = cv2.warpAffine(self.picture, shift[:2], size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        if self.coarse > 1:
            shown = cv2.resize(shown, (width, height), interpolation=cv2.INTER_LINEAR)
        return np.asarray(shown, np.uint8)


@lru_cache(maxsize=8)
def plate(name: str, per_unit: float, seed: int) -> Plate:
    """Draw a place at `per_unit` pixels per unit."""
    left, top, width, height = AREA
    coarse = 1 if SOFTNESS[name] < 0.3 else 2
    canvas = Canvas(width, height, per_unit / coarse, left, top, ground=(0, 0, 0), oversample=1)
    PLACES[name](canvas.pen, np.random.default_rng([seed, len(name)]))
    soft = cv2.GaussianBlur(canvas.picture(), (0, 0), SOFTNESS[name] * per_unit / coarse)
    to_units = moved(left, top) @ scaled(width / canvas.size_px[0], height / canvas.size_px[1])
    front = None
    if name in FRONTS:
        sheet = Canvas(width, 110, per_unit * 1.3, left, -100, oversample=1)
        FRONTS[name](sheet.pen, np.random.default_rng([seed, 99]))
        front = sheet.sprite()
    return Plate(np.asarray(soft, np.uint8), to_units, front, coarse)
