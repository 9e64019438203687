"""Which part of a studio picture is the garment, when a person wears it together with others."""

import cv2
import numpy as np
from numpy.typing import NDArray

from shoppable.adapters.vision.contrast import as_lab, colour_words
from shoppable.adapters.vision.foreground import not_skin
from shoppable.adapters.vision.studio import ground_mask
from shoppable.model.arrays import Image
from shoppable.model.geometry import Box
from shoppable.model.seen import Kind

_ROWS = 96
_STEP = 3
_LATEST_START = {Kind.UPPER: 36, Kind.LOWER: 20, Kind.WHOLE: 36}
_FIRST_END = {Kind.UPPER: 40, Kind.LOWER: 24, Kind.WHOLE: 70}
"""Of 96 rows from the top of what stands on the ground: shops show what is worn below from the waist down."""
_TELLING = 0.1
_SIDE_PART = 0.15


def worn_box(image: Image, kind: Kind) -> Box | None:
    """The tight box of the garment of this kind on a studio's ground, without skin, hair and other garments.

    Returns:
        None when it is no studio picture, or nothing stands on the ground.
    """
    ground = ground_mask(image)
    if ground is None or ground.all():
        return None
    thing = _of_the_span(image, ~ground, kind)
    thing = _largest(thing & not_skin(thing, image))
    rows, columns = np.flatnonzero(thing.any(axis=1)), np.flatnonzero(thing.any(axis=0))
    height, width = thing.shape
    return Box.clipped(columns[0] / width, rows[0] / height, (columns[-1] + 1) / width, (rows[-1] + 1) / height)


def _of_the_span(image: Image, thing: NDArray[np.bool_], kind: Kind) -> NDArray[np.bool_]:
    """The rows whose colours tell most apart from those of the rows above and below, skin not counted.

    How much is told is the mutual information of "inside" and colour; where it is next to nothing, all rows are taken.
    """
    rows, columns = np.flatnonzero(thing.any(axis=1)), np.flatnonzero(thing.any(axis=0))
    top, bottom, left, right = rows[0], rows[-1] + 1, columns[0], columns[-1] + 1
    size = (max(8, round((right - left) * _ROWS / (bottom - top))), _ROWS)
    small = np.asarray(cv2.resize(image[top:bottom, left:right], size, interpolation=cv2.INTER_AREA), np.uint8)
    inside = cv2.resize(thing[top:bottom, left:right].astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0
    words = colour_words(as_lab(small))
    counted = inside & not_skin(inside, small)
    kinds = int(words.max()) + 1
    flat = (np.arange(_ROWS)[:, None] * kinds + words)[counted]
    counts = np.bincount(flat, minlength=_ROWS * kinds).reshape(_ROWS, kinds)
    first, end = _most_telling(counts, _LATEST_START[kind], _FIRST_END[kind])
    span = np.zeros_like(thing)
    edges = [top + round(row * (bottom - top) / _ROWS) for row in (first, end)]
    span[edges[0] : edges[1]] = True
    return thing & span if (thing & span).any() else thing


def _most_telling(counts: NDArray[np.int64], latest_start: int, first_end: int) -> tuple[int, int]:
    """First row and end of the span: `counts` is (rows, colours)."""
    below = np.concatenate([np.zeros((1, counts.shape[1])), counts.cumsum(axis=0)])
    starts, ends = np.arange(0, latest_start + 1, _STEP), np.arange(first_end, _ROWS + 1, _STEP)
    inside = below[None, ends] - below[starts][:, None]
    share = inside.sum(axis=2) / max(below[-1].sum(), 1)
    told = _entropy(below[-1]) - share * _entropy(inside) - (1 - share) * _entropy(below[-1] - inside)
    start, end = np.unravel_index(int(told.argmax()), told.shape)
    return (int(starts[start]), int(ends[end])) if told[start, end] > _TELLING else (0, _ROWS)


def _entropy(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """In nats, over the last axis."""
    shares = counts / np.maximum(counts.sum(axis=-1, keepdims=True), 1e-9)
    return np.asarray(-(shares * np.log(shares + 1e-12)).sum(axis=-1), np.float64)


def _largest(thing: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The thing's large parts: hair and what hangs by a thread are left out."""
    opened = cv2.morphologyEx(thing.astype(np.uint8), cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(opened)
    if count < 2:
        return thing
    areas = stats[1:, cv2.CC_STAT_AREA]
    return np.isin(labels, 1 + np.flatnonzero(areas > _SIDE_PART * areas.max()))
