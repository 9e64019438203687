"""What a crop looks like without a net: colour and texture, each as a vector of unit length."""

import cv2
import numpy as np

from shoppable.adapters.vision.studio import ground_mask
from shoppable.model.arrays import Floats, Image

COLOUR_BINS = (8, 14, 14)
"""Bins over L in 0..100 and a, b in -56..56 of CIELAB: 1568 in all."""

TEXTURE_GRID, TEXTURE_ANGLES, TEXTURE_SCALES = 4, 12, 3
"""Cells a side, gradient directions and octaves of the texture vector: 4 * 4 * 12 * 3 = 576."""

_SIDE_PX = 96


def colour(image: Image) -> Floats:
    """Soft CIELAB histogram of what the crop is about.

    Background counts for nothing: a white studio ground is masked out; elsewhere pixels weigh less towards the edge.
    The histogram is smoothed across bins, so that a small change of light moves it a little only, and its square
    root is taken, so that the inner product of two is their Bhattacharyya coefficient.

    Returns:
        (1568,) float32 of unit length.
    """
    small = np.asarray(cv2.resize(image, (_SIDE_PX, _SIDE_PX), interpolation=cv2.INTER_AREA), np.uint8)
    lab = cv2.cvtColor(small.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    weights = pixel_weights(small)
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


def texture(image: Image) -> Floats:
    """Gradient directions in a grid of cells over three octaves, in the manner of HOG.

    Dalal and Triggs, "Histograms of Oriented Gradients for Human Detection", CVPR 2005; unsigned directions, square
    root of the normalised cells.

    Returns:
        (576,) float32 of unit length.
    """
    grey = cv2.cvtColor(cv2.resize(image, (_SIDE_PX, _SIDE_PX), interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY)
    parts = []
    for _ in range(TEXTURE_SCALES):
        plane = grey.astype(np.float32)
        gx, gy = cv2.Sobel(plane, cv2.CV_32F, 1, 0), cv2.Sobel(plane, cv2.CV_32F, 0, 1)
        strength = np.hypot(gx, gy)
        angle = (np.arctan2(gy, gx) % np.pi) * (TEXTURE_ANGLES / np.pi)
        side = plane.shape[0] // TEXTURE_GRID
        rows, columns = np.indices(plane.shape)
        cell = np.minimum(rows // side, TEXTURE_GRID - 1) * TEXTURE_GRID + np.minimum(columns // side, TEXTURE_GRID - 1)
        flat = cell * TEXTURE_ANGLES + np.minimum(angle.astype(np.int64), TEXTURE_ANGLES - 1)
        counts = np.bincount(flat.ravel(), strength.ravel(), minlength=TEXTURE_GRID**2 * TEXTURE_ANGLES)
        parts.append(unit(np.sqrt(counts.astype(np.float32))))
        grey = cv2.pyrDown(grey)
    return unit(np.concatenate(parts))


def pixel_weights(image: Image) -> Floats:
    """How much each pixel of a crop has to do with the thing in it: (height, width) float32 in [0, 1]."""
    ground = ground_mask(image)
    if ground is not None:
        thing = (~ground).astype(np.float32)
        return thing if thing.mean() > 0.05 else np.ones_like(thing)
    rows = np.linspace(-1, 1, image.shape[0], dtype=np.float32)[:, None]
    columns = np.linspace(-1, 1, image.shape[1], dtype=np.float32)[None]
    return np.asarray(np.exp(-1.5 * (rows**2 + columns**2) ** 2), np.float32)


def unit(vector: Floats) -> Floats:
    """The vector at unit length; a vector of zeros becomes an even one."""
    length = float(np.linalg.norm(vector))
    if length == 0:
        return np.full_like(vector, 1 / np.sqrt(vector.size))
    return np.asarray(vector / length, np.float32)


def _smoothed(cube: Floats, axis: int, width: float) -> Floats:
    """Gaussian along one axis, `width` bins wide (one standard deviation)."""
    offsets = np.arange(-2, 3)
    kernel = np.exp(-(offsets**2) / (2 * width**2))
    kernel /= kernel.sum()
    padded = np.pad(cube, [(2, 2) if each == axis else (0, 0) for each in range(3)])
    size = cube.shape[axis]
    shifted = (np.take(padded, range(2 + o, 2 + o + size), axis) * k for o, k in zip(offsets, kernel, strict=True))
    return np.asarray(sum(shifted), np.float32)
