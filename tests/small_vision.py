"""A pack small enough for tests, and honest: colours and coarse shape of what stands on white ground.

A catalog learns which directions of the shape tell its goods; colours it takes as they are.
"""

from collections.abc import Sequence

import numpy as np
from PIL import Image as Pillow

from shoppable.adapters.vision.no_product import why_no_product
from shoppable.model.arrays import Crop, Floats, Image, Mask
from shoppable.model.geometry import WHOLE, Box
from shoppable.model.seen import Kind, Region
from shoppable.model.space import Channel, Space

_SIDE = 8
_VIEWS = 3


def small_space(version: int = 1) -> Space:
    return Space(
        pack="small",
        version=version,
        channels=(
            Channel(name="colour", dimension=64, weight=2),
            Channel(name="shape", dimension=_SIDE * _SIDE, learned=True),
        ),
    )


class SmallLocalizer:
    """Finds what is not white."""

    def in_pictures(self, pictures: Sequence[Image], kinds: Sequence[Kind]) -> list[Region]:
        return [
            Region(box=_not_white(picture), kind=kind, confidence=1)
            for picture, kind in zip(pictures, kinds, strict=True)
        ]

    def why_no_product(self, picture: Image) -> str | None:
        return why_no_product(picture)

    def in_frames(self, frames: Sequence[Image]) -> list[list[Region]]:
        return [[Region(box=_not_white(frame), kind=Kind.THING, confidence=1)] for frame in frames]


class SmallSegmenter:
    """Cuts out what is not white."""

    def cut_out(self, pictures: Sequence[Image], regions: Sequence[Region]) -> list[Mask]:
        return [
            inked if (inked := _inked(picture, region.box)).any() else _middle(picture, region.box)
            for picture, region in zip(pictures, regions, strict=True)
        ]


class SmallEmbedder:
    """A histogram of 4 x 4 x 4 colours beside an 8 x 8 picture in grey, of what is in the mask.

    Args:
        version: Of its space.

    Attributes:
        embedded: Crops it was shown so far.
    """

    def __init__(self, version: int = 1) -> None:
        self.space = small_space(version)
        self.embedded = 0

    def embed(self, crops: Sequence[Crop]) -> Floats:
        self.embedded += len(crops)
        things = [_thing(crop) for crop in crops]
        return np.stack([np.concatenate([_colours(thing), _shape(thing)]) for thing in things])

    def embed_augmented(self, crops: Sequence[Crop], seeds: Sequence[int]) -> tuple[Floats, Floats]:
        """Cameras show the same thing from a little aside."""
        views = [
            np.stack([_shape(_aside(_thing(crop), draw)) for draw in np.random.default_rng(seed).spawn(_VIEWS)])
            for crop, seed in zip(crops, seeds, strict=True)
        ]
        return self.embed(crops), np.stack(views)


def _not_white(picture: Image) -> Box:
    rows, columns = np.nonzero(_inked(picture, WHOLE))
    if not len(rows):
        return WHOLE
    height, width = picture.shape[:2]
    return Box.clipped(
        columns.min() / width, rows.min() / height, (columns.max() + 1) / width, (rows.max() + 1) / height
    )


def _inked(picture: Image, box: Box) -> Mask:
    return np.asarray((picture.min(axis=2) < 230) & _filled(picture, box), np.bool_)


def _middle(picture: Image, box: Box) -> Mask:
    return _filled(picture, box.grown(-0.25))


def _filled(picture: Image, box: Box) -> Mask:
    height, width = picture.shape[:2]
    mask = np.zeros((height, width), np.bool_)
    rows = slice(int(box.y0 * height), max(int(box.y0 * height) + 1, round(box.y1 * height)))
    mask[rows, int(box.x0 * width) : max(int(box.x0 * width) + 1, round(box.x1 * width))] = True
    return mask


def _thing(crop: Crop) -> Image:
    """The box around the mask, white outside the mask."""
    if crop.mask is None:
        return crop.image
    rows, columns = np.flatnonzero(crop.mask.any(axis=1)), np.flatnonzero(crop.mask.any(axis=0))
    alone = np.where(crop.mask[..., None], crop.image, np.uint8(255))
    return alone[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _aside(thing: Image, draw: np.random.Generator) -> Image:
    return np.roll(thing, tuple(int(step) for step in draw.integers(-4, 5, 2)), (0, 1))


def _colours(image: Image) -> Floats:
    bins = (image // 64).reshape(-1, 3) @ np.array([16, 4, 1])
    return _unit(np.sqrt(np.bincount(bins, minlength=64)))


def _shape(image: Image) -> Floats:
    grey = Pillow.fromarray(image).convert("L").resize((_SIDE, _SIDE), Pillow.Resampling.BOX)
    return _unit(255.5 - np.asarray(grey, np.float64).ravel())


def _unit(values: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> Floats:
    return np.asarray(values / np.linalg.norm(values), np.float32)
