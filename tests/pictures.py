"""Draws pictures for tests of what sees: prints full of corners, garments, studio pictures, scenes."""

import cv2
import numpy as np
from PIL import Image as Pillow
from PIL import ImageDraw

from shoppable.model.arrays import Floats, Image
from shoppable.model.geometry import Box


def a_print(seed: int, width: int = 240, height: int = 320) -> Image:
    """A printed label: overlapping shapes in strong colours, others for each seed."""
    rng = np.random.default_rng(seed)
    picture = Pillow.new("RGB", (width, height), _colour(rng))
    pen = ImageDraw.Draw(picture)
    for _ in range(90):
        x, y = int(rng.integers(0, width)), int(rng.integers(0, height))
        w, h = (int(side) for side in rng.integers(8, max(9, width // 4), 2))
        shape = (pen.rectangle, pen.ellipse)[int(rng.integers(2))]
        shape((x, y, x + w, y + h), fill=_colour(rng))
    return np.asarray(picture, np.uint8)


def blank(level: int, width: int = 240, height: int = 160) -> Image:
    return np.full((height, width, 3), level, np.uint8)


def laid_on(ground: Image, thing: Image, box: Box) -> Image:
    """The ground with a thing squeezed into a box of it."""
    height, width = ground.shape[:2]
    x0, y0, x1, y1 = round(box.x0 * width), round(box.y0 * height), round(box.x1 * width), round(box.y1 * height)
    picture = ground.copy()
    picture[y0:y1, x0:x1] = cv2.resize(thing, (x1 - x0, y1 - y0), interpolation=cv2.INTER_AREA)
    return picture


def garment(width: int = 300, height: int = 400) -> tuple[Image, Box]:
    """A red shirt on white, and where it is."""
    picture = Pillow.new("RGB", (width, height), "white")
    corners = [(0.3, 0.1), (0.7, 0.1), (0.9, 0.3), (0.8, 0.4), (0.7, 0.3), (0.7, 0.8), (0.3, 0.8), (0.3, 0.3)]
    corners += [(0.2, 0.4), (0.1, 0.3)]
    shirt = [(x * width, y * height) for x, y in corners]
    ImageDraw.Draw(picture).polygon(shirt, fill=(190, 30, 40), outline=(120, 10, 20))
    return np.asarray(picture, np.uint8), Box(x0=0.1, y0=0.1, x1=0.9, y1=0.8)


def warped(picture: Image, matrix: Floats, width: int, height: int, *, level: int = 128) -> Image:
    """The picture as a camera at another place sees it, on an even ground."""
    ground = (level, level, level)
    return np.asarray(cv2.warpPerspective(picture, matrix, (width, height), borderValue=ground), np.uint8)


def darker(picture: Image, factor: float = 0.85) -> Image:
    return np.asarray(picture * factor, np.uint8)


def _colour(rng: np.random.Generator) -> tuple[int, int, int]:
    red, green, blue = (int(level) for level in rng.integers(0, 256, 3))
    return red, green, blue
