"""A pack small enough for tests, and honest: colours and coarse shape of what stands on white ground."""

from collections.abc import Sequence

import numpy as np
from PIL import Image as Pillow

from shoppable.model.arrays import Crop, Floats, Image
from shoppable.model.geometry import WHOLE, Box
from shoppable.model.seen import Kind, Region
from shoppable.model.space import Channel, Space

_SIDE = 8


def small_space(version: int = 1) -> Space:
    return Space(
        pack="small",
        version=version,
        channels=(Channel(name="colour", dimension=64, weight=2), Channel(name="shape", dimension=_SIDE * _SIDE)),
    )


class SmallLocalizer:
    """Finds what is not white."""

    def in_pictures(self, pictures: Sequence[Image], kinds: Sequence[Kind]) -> list[Region]:
        return [
            Region(box=_not_white(picture), kind=kind, confidence=1)
            for picture, kind in zip(pictures, kinds, strict=True)
        ]

    def in_frames(self, frames: Sequence[Image]) -> list[list[Region]]:
        return [[Region(box=_not_white(frame), kind=Kind.THING, confidence=1)] for frame in frames]


class SmallEmbedder:
    """A histogram of 4 x 4 x 4 colours beside an 8 x 8 picture in grey.

    Args:
        version: Of its space.
    """

    def __init__(self, version: int = 1) -> None:
        self.space = small_space(version)

    def embed(self, crops: Sequence[Crop]) -> Floats:
        return np.stack([np.concatenate([_colours(crop.image), _shape(crop.image)]) for crop in crops])


def _not_white(picture: Image) -> Box:
    darkest = np.minimum(np.minimum(picture[..., 0], picture[..., 1]), picture[..., 2])
    rows, columns = np.nonzero(darkest < 230)
    if not len(rows):
        return WHOLE
    height, width = picture.shape[:2]
    return Box.clipped(
        columns.min() / width, rows.min() / height, (columns.max() + 1) / width, (rows.max() + 1) / height
    )


def _colours(image: Image) -> Floats:
    bins = (image // 64).reshape(-1, 3) @ np.array([16, 4, 1])
    return _unit(np.sqrt(np.bincount(bins, minlength=64)))


def _shape(image: Image) -> Floats:
    grey = Pillow.fromarray(image).convert("L").resize((_SIDE, _SIDE), Pillow.Resampling.BOX)
    return _unit(255.5 - np.asarray(grey, np.float64).ravel())


def _unit(values: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> Floats:
    return np.asarray(values / np.linalg.norm(values), np.float32)
