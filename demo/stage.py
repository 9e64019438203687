"""The stage: cut-outs placed in the world, painted into a picture and measured exactly.

The world is measured in centimetres of the figures, x to the right, y down, the ground at y = 0. A camera is a 3x3
matrix from world units to pixels of the picture.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from demo.ink import Matrix, Pixels, Sprite, moved

SOLID = 128  # a pixel belongs to what covers it at least half


@dataclass(frozen=True)
class Placed:
    """A cut-out in the world.

    Attributes:
        sprite: The cut-out.
        matrix: 3x3 from the sprite's units to world units; may be a perspective.
        owner: The product it is a piece of; None when it is nothing the truth is about.
        near: Share of the camera's movement it follows: 1 in the plane of the figures, less behind it, more before it.
    """

    sprite: Sprite
    matrix: Matrix
    owner: str | None = None
    near: float = 1.0

    def under(self, matrix: Matrix) -> Placed:
        """The same cut-out, moved along by a matrix that is applied after its own."""
        return Placed(self.sprite, matrix @ self.matrix, self.owner, self.near)


@dataclass(frozen=True)
class Visible:
    """What is to be seen of a product: the tight box, xyxy in [0, 1] of the picture, and the visible share of it."""

    box: tuple[float, float, float, float]
    share: float


def _warp(sprite: Sprite, matrix: Matrix, width: int, height: int) -> tuple[Pixels, int, int] | None:
    """Draw a sprite where a picture of this size would show it: the patch, premultiplied RGBA, and its corner in px."""
    full = matrix @ sprite.to_units
    h, w = sprite.pixels.shape[:2]
    (a, b, c), (d, e, f), (g, i, j) = full.tolist()
    corners = ((0, 0), (w, 0), (w, h), (0, h))
    depths = [g * x + i * y + j for x, y in corners]
    if min(depths) <= 1e-6:
        return None
    across = [(a * x + b * y + c) / z for (x, y), z in zip(corners, depths, strict=True)]
    down = [(d * x + e * y + f) / z for (x, y), z in zip(corners, depths, strict=True)]
    x0, y0 = max(0, math.floor(min(across)) - 1), max(0, math.floor(min(down)) - 1)
    x1, y1 = min(width, math.ceil(max(across)) + 2), min(height, math.ceil(max(down)) + 2)
    if x1 <= x0 or y1 <= y0:
        return None
    # Pixel centres lie at whole numbers for OpenCV, at halves in our units.
    shift = moved(-x0 - 0.5, -y0 - 0.5) @ full @ moved(0.5, 0.5)
    size = (x1 - x0, y1 - y0)
    if abs(g) + abs(i) < 1e-12:
        patch = cv2.warpAffine(sprite.pixels, shift[:2], size, flags=cv2.INTER_LINEAR)
    else:
        patch = cv2.warpPerspective(sprite.pixels, shift, size, flags=cv2.INTER_LINEAR)
    return np.asarray(patch, np.uint8), x0, y0


def paint(picture: Pixels, layers: Sequence[Placed], camera: Matrix) -> None:
    """Paint cut-outs over an RGB picture, in order, in place."""
    height, width = picture.shape[:2]
    for layer in layers:
        warped = _warp(layer.sprite, camera @ layer.matrix, width, height)
        if warped is None:
            continue
        patch, x, y = warped
        target = picture[y : y + patch.shape[0], x : x + patch.shape[1]]
        colour = cv2.cvtColor(patch, cv2.COLOR_RGBA2RGB)
        behind = cv2.cvtColor(255 - patch[..., 3], cv2.COLOR_GRAY2RGB)
        cv2.add(colour, cv2.multiply(target, behind, scale=1 / 255), dst=target)


def measure(layers: Sequence[Placed], camera: Matrix, width: int, height: int) -> dict[str, Visible]:
    """Measure every product on stage after all that hides it, the picture's edge included.

    Args:
        layers: Cut-outs in painting order.
        camera: World units to pixels.
        width: Of the picture, px.
        height: Of the picture, px.

    Returns:
        By product, those of which at least one pixel is to be seen.
    """
    owners = sorted({layer.owner for layer in layers if layer.owner is not None})
    if not owners:
        return {}
    # A border of half a picture on each side counts what the picture's edge hides.
    mx, my = width // 2, height // 2
    wide, tall = width + 2 * mx, height + 2 * my
    labels = np.zeros((tall, wide), np.uint8)
    whole = {owner: np.zeros((tall, wide), bool) for owner in owners}
    for layer in layers:
        warped = _warp(layer.sprite, moved(mx, my) @ camera @ layer.matrix, wide, tall)
        if warped is None:
            continue
        patch, x, y = warped
        solid = patch[..., 3] >= SOLID
        part = np.s_[y : y + patch.shape[0], x : x + patch.shape[1]]
        labels[part][solid] = 0 if layer.owner is None else owners.index(layer.owner) + 1
        if layer.owner is not None:
            whole[layer.owner][part] |= solid
    inner = labels[my : my + height, mx : mx + width]
    seen: dict[str, Visible] = {}
    for number, owner in enumerate(owners, 1):
        mask = inner == number
        if mask.any():
            seen[owner] = Visible(_tight(mask), float(mask.sum() / max(1, whole[owner].sum())))
    return seen


def _tight(mask: NDArray[np.bool_]) -> tuple[float, float, float, float]:
    height, width = mask.shape
    columns, rows = np.flatnonzero(mask.any(0)), np.flatnonzero(mask.any(1))
    x0, x1, y0, y1 = int(columns[0]), int(columns[-1]) + 1, int(rows[0]), int(rows[-1]) + 1
    return x0 / width, y0 / height, x1 / width, y1 / height
