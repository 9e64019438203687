"""Barcodes and QR codes: two tones, straight edges, and bars or cells of many widths."""

import cv2
import numpy as np
from numpy.typing import NDArray

from shoppable.model.arrays import Image

Tone = NDArray[np.bool_]

_LEAST_CONTRAST = 110
_MAX_HALFTONE = 0.25
_LEAST_BARS = 16
_LEAST_CELLS = 8


def shows_code(image: Image) -> bool:
    """Whether the picture shows nothing but one code, with or without its number."""
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    low, high = (float(level) for level in np.percentile(grey[::4, ::4], (2, 98)))
    if high - low < _LEAST_CONTRAST:
        return False
    quarter = (high - low) / 4
    between = cv2.inRange(grey, low + quarter, high - quarter)
    dark = np.asarray(grey < (low + high) / 2, np.bool_)
    rows, columns = np.flatnonzero(dark.any(axis=1)), np.flatnonzero(dark.any(axis=0))
    inside = dark[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    bright_rim = not (dark[0].any() or dark[-1].any() or dark[:, 0].any() or dark[:, -1].any())
    if not bright_rim or min(inside.shape) < 3 * _LEAST_CELLS or between.mean() / 255 > _MAX_HALFTONE:
        return False
    return _has_bars(inside) or _has_bars(np.ascontiguousarray(inside.T)) or _has_cells(inside)


def _has_bars(dark: Tone) -> bool:
    """Upright bars: rows that are like the one below and change often, and hardly anything elsewhere."""
    height = len(dark)
    changes = (dark[:, 1:] != dark[:, :-1]).sum(axis=1)[:-1]
    kept = (dark[1:] == dark[:-1]).mean(axis=1)
    barred = np.flatnonzero((changes >= 2 * _LEAST_BARS) & (kept > 0.97))
    if len(barred) < max(8, 0.4 * height):
        return False
    others = np.ones(height, np.bool_)
    others[barred[0] : barred[-1] + 2] = False
    return bool(_unlike(_runs(dark[barred[len(barred) // 2]])) and dark[others].sum() < 0.15 * dark.sum())


def _has_cells(dark: Tone) -> bool:
    """A square of cells: as many changes down as across, each of which goes on for a while in a straight line."""
    height, width = dark.shape
    across, down = dark[:, 1:] != dark[:, :-1], dark[1:] != dark[:-1]
    if not 0.85 < width / height < 1.18 or not 0.3 < dark.mean() < 0.7:
        return False
    if min(across.sum() / height, down.sum() / width) < _LEAST_CELLS:
        return False
    straight = (across[1:] & across[:-1]).sum() + (down[:, 1:] & down[:, :-1]).sum()
    runs = np.concatenate([_runs(dark[row]) for row in range(0, height, max(1, height // 16))])
    return bool(straight > 0.6 * (across.sum() + down.sum()) and _unlike(runs))


def _runs(row: Tone) -> NDArray[np.int64]:
    """Lengths of the stretches of one tone."""
    return np.diff(np.flatnonzero(row[1:] != row[:-1]))


def _unlike(runs: NDArray[np.int64]) -> bool:
    """Whether lengths differ as those of a code do; those of a stripe or a check are alike."""
    return len(runs) > 4 and float(runs.std()) > 0.35 * float(runs.mean())
