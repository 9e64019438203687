"""What in a crop is the thing, and what is ground, background or skin."""

import cv2
import numpy as np
from numpy.typing import NDArray

from shoppable.adapters.vision.contrast import as_lab, colour_words
from shoppable.adapters.vision.studio import ground_mask
from shoppable.model.arrays import Floats, Image

_RIM = 0.05
_CORE = 0.5
_LEAST_SHARE = 0.005
_LEAST_THING = 0.05
_REST = 0.3


def pixel_weights(image: Image) -> Floats:
    """How much each pixel of a crop has to do with the thing in it: (height, width) float32 in [0, 1].

    A studio's ground does not count. Elsewhere pixels count less towards the edge, and the less, the more their colour
    belongs to the rim of the crop rather than to its core. Skin does not count, unless little else is there.
    """
    ground = ground_mask(image)
    if ground is None:
        weights = _towards_the_middle(*image.shape[:2]) * _unlike_the_rim(image)
    else:
        weights = (~ground).astype(np.float32)
        if weights.mean() < _LEAST_THING:
            weights = np.ones_like(weights)
    return weights * not_skin(weights, image)


def skin_mask(image: Image) -> NDArray[np.bool_]:
    """Pixels that have the colour of skin, light or dark: bounds on chroma, which differs less than lightness.

    After Chai and Ngan, "Face Segmentation Using Skin-Color Map in Videophone Applications", IEEE Transactions on
    Circuits and Systems for Video Technology 9, 1999. Wood, sand and khaki are like it.

    Returns:
        (height, width) bool.
    """
    luma, red, blue = np.moveaxis(cv2.cvtColor(image, cv2.COLOR_RGB2YCrCb), 2, 0)
    return np.asarray((luma > 40) & (red > 137) & (red < 177) & (blue > 85) & (blue < 125), np.bool_)


def not_skin(thing: NDArray[np.bool_] | Floats, image: Image) -> NDArray[np.bool_]:
    """Where the picture does not look like skin; everywhere when little of the thing is left: some have that colour."""
    rest = ~skin_mask(image)
    return rest if (thing * rest).sum() > _REST * thing.sum() else np.ones_like(rest)


def _towards_the_middle(height: int, width: int) -> Floats:
    rows = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    columns = np.linspace(-1, 1, width, dtype=np.float32)[None]
    return np.asarray(np.exp(-1.5 * (rows**2 + columns**2) ** 2), np.float32)


def _unlike_the_rim(image: Image) -> Floats:
    """For each pixel the share of its colour that lies in the core of the crop, against the rim."""
    height, width = image.shape[:2]
    words = colour_words(as_lab(image))
    rows, columns = (np.abs(np.linspace(-1, 1, side)) for side in (height, width))
    outward = np.maximum(rows[:, None], columns[None])
    rim, core = outward >= 1 - 2 * _RIM, outward <= _CORE
    kinds = int(words.max()) + 1
    in_rim, in_core = (np.bincount(words[part], minlength=kinds) / max(part.sum(), 1) for part in (rim, core))
    share = (in_core + _LEAST_SHARE) / (in_core + in_rim + 2 * _LEAST_SHARE)
    return np.asarray(share[words], np.float32)
