"""What a crop looks like without a net: colour, layout and texture, each as a vector of unit length."""

import cv2
import numpy as np

from shoppable.adapters.vision.contrast import as_lab
from shoppable.adapters.vision.foreground import pixel_weights
from shoppable.model.arrays import Floats, Image, Mask

COLOUR_BINS = (8, 14, 14)
"""Bins over L in 0..100 and a, b in -56..56 of CIELAB: 1568 in all."""

LAYOUT_GRIDS = (2, 4)
"""Cells a side of the layout vector: 1 + 3 + 3 + 3 * (4 + 16) = 67."""

TEXTURE_SCALES = 3
"""Octaves of the texture vector: 256 * 3 = 768."""

_SIDE_PX = 96
_LAYOUT_SCALE = (1 / 60, 1 / 30, 1 / 30)
_LEAST_OF_A_CELL_PX = 8
_NEIGHBOURS = ((0, 0), (0, 1), (0, 2), (1, 2), (2, 2), (2, 1), (2, 0), (1, 0))
_LIGHTER = 2  # grey levels: less is noise


def colour(image: Image, mask: Mask | None = None) -> Floats:
    """Soft CIELAB histogram of what the crop is about.

    Pixels of the mask count; where there is none, pixels count by `pixel_weights`. The histogram is smoothed across
    bins, so that a small change of light moves it a little only, and its square root is taken, so that the inner
    product of two is their Bhattacharyya coefficient.

    Returns:
        (1568,) float32 of unit length.
    """
    small = _small(image)
    lab = as_lab(small)
    weights = _weights(small, mask)
    depth, across, down = COLOUR_BINS
    bins = np.stack(
        [
            np.clip(lab[..., 0] / 100 * depth, 0, depth - 1e-3),
            np.clip((lab[..., 1] + 56) / 112 * across, 0, across - 1e-3),
            np.clip((lab[..., 2] + 56) / 112 * down, 0, down - 1e-3),
        ],
        axis=-1,
    ).astype(np.int64)
    flat = (bins[..., 0] * across + bins[..., 1]) * down + bins[..., 2]
    histogram = np.bincount(flat.ravel(), weights.ravel(), minlength=depth * across * down)
    cube = histogram.reshape(COLOUR_BINS).astype(np.float32)
    for axis, width in enumerate((1.0, 0.8, 0.8)):
        cube = _smoothed(cube, axis, width)
    return unit(np.sqrt(np.maximum(cube, 0)).ravel())


def layout(image: Image, mask: Mask | None = None) -> Floats:
    """Where which colour lies: mean and spread of CIELAB, and by how much halves and quarters of the sides differ.

    Returns:
        (67,) float32 of unit length: a constant, mean (3), spread (3), then each cell of a 2 x 2 and of a 4 x 4 grid
        less the mean. Cells that hold little of the thing are drawn to the mean.
    """
    small = _small(image)
    weights = _weights(small, mask)[..., None]
    lab = as_lab(small) * np.asarray(_LAYOUT_SCALE, np.float32)
    total = float(weights.sum()) + 1e-6
    mean = (lab * weights).sum(axis=(0, 1)) / total
    spread = np.sqrt((np.square(lab - mean) * weights).sum(axis=(0, 1)) / total)
    parts = [np.ones(1), 2 * mean, 2 * spread]
    for grid in LAYOUT_GRIDS:
        cells = (grid, _SIDE_PX // grid, grid, _SIDE_PX // grid, -1)
        share = weights.reshape(cells).sum(axis=(1, 3))
        sums = ((lab - mean) * weights).reshape(cells).sum(axis=(1, 3))
        parts.append((sums / (share + _LEAST_OF_A_CELL_PX) / grid).ravel())
    return unit(np.concatenate(parts).astype(np.float32))


def texture(image: Image, mask: Mask | None = None) -> Floats:
    """How often each pattern of lighter and darker neighbours occurs, over three octaves.

    Ojala, Pietikäinen and Mäenpää, "Multiresolution Gray-Scale and Rotation Invariant Texture Classification with Local
    Binary Patterns", PAMI 2002; here all 256 patterns of the eight neighbours, so that directions are told apart.

    Returns:
        (768,) float32 of unit length.
    """
    small = _small(image)
    grey, weights = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), _weights(small, mask)
    parts = []
    for _ in range(TEXTURE_SCALES):
        plane = grey.astype(np.int16)
        middle = plane[1:-1, 1:-1]
        height, width = middle.shape
        pattern = np.zeros(middle.shape, np.int64)
        for bit, (down, right) in enumerate(_NEIGHBOURS):
            neighbour = plane[down : down + height, right : right + width]
            pattern |= (neighbour > middle + _LIGHTER).astype(np.int64) << bit
        counts = np.bincount(pattern.ravel(), weights[1:-1, 1:-1].ravel(), minlength=256)
        parts.append(unit(np.sqrt(counts).astype(np.float32)))
        grey, weights = cv2.pyrDown(grey), np.asarray(cv2.pyrDown(weights), np.float32)
    return unit(np.concatenate(parts))


def unit(vector: Floats) -> Floats:
    """The vector at unit length; a vector of zeros becomes an even one."""
    length = float(np.linalg.norm(vector))
    if length == 0:
        return np.full_like(vector, 1 / np.sqrt(vector.size))
    return np.asarray(vector / length, np.float32)


def _weights(small: Image, mask: Mask | None) -> Floats:
    """How much each pixel of the small picture counts, given the mask of the large one."""
    if mask is None:
        return pixel_weights(small)
    share = cv2.resize(mask.astype(np.float32), (_SIDE_PX, _SIDE_PX), interpolation=cv2.INTER_AREA)
    return np.asarray(np.where(share > 0.5, share, 0) if (share > 0.5).any() else np.ones_like(share), np.float32)


def _small(image: Image) -> Image:
    return np.asarray(cv2.resize(image, (_SIDE_PX, _SIDE_PX), interpolation=cv2.INTER_AREA), np.uint8)


def _smoothed(cube: Floats, axis: int, width: float) -> Floats:
    """Gaussian along one axis, `width` bins wide (one standard deviation)."""
    offsets = np.arange(-2, 3)
    kernel = np.exp(-(offsets**2) / (2 * width**2))
    kernel /= kernel.sum()
    padded = np.pad(cube, [(2, 2) if each == axis else (0, 0) for each in range(3)])
    size = cube.shape[axis]
    shifted = (np.take(padded, range(2 + o, 2 + o + size), axis) * k for o, k in zip(offsets, kernel, strict=True))
    return np.asarray(sum(shifted), np.float32)
