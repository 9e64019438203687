"""What a shot is, whatever is in it: black, a still, credits, or a moving picture."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from shoppable.model.arrays import Floats, Image
from shoppable.model.video import Content

# Grey levels of 255 by which a pixel of a plane is not the ground's.
_APART = 12
_BITS = 3
# Difference of brightness of cells that are plain, but for some text.
_EVEN = 0.06
# Share of a plane that is plain where credits may stand, and that letters take at least.
_PLAIN = 0.5
_LETTERED = 0.03
# A line of text is rough across and down: as steep, from pixel to pixel, as it is far from its ground.
_ROUGH_ACROSS, _ROUGH_DOWN = 0.4, 0.6
# Letters are of one ink: colours hardly differ from place to place.
_ONE_INK = 0.012
# Credits are within the last part of a film.
_NEAR_END = 0.6
_MOST = 0.6
_NEARLY_ALL = 0.9
# Brightest pixel of black: text on it is brighter.
_GLOW = 0.2
# Nothing moves when no cell's brightness changes by more than this, and all hardly on average: noise and the coder.
_STIR, _STIR_MEAN = 0.008, 0.002
_EDGE_MS = 400
_LEAST_MS = 1500


def ground_and_text(plane: Image, cells: Floats) -> Floats:
    """(4,) float32: share of the plainest ground, how rough the rest is across and down, brightest pixel in [0, 1].

    Letters are smaller than a plane's pixels: a line of them is a smear that changes from pixel to pixel and ends
    within two rows, while a thing on a plain ground is much the same all over. Roughness is the sum of steps between
    neighbours over the sum of how far pixels are from the ground. All but the last are 0 where little is plain.

    Args:
        plane: (36, 64, 3) uint8 RGB.
        cells: Mean brightness of its cells, in [0, 1].
    """
    peak = int(plane.max()) / 255
    # Most pictures have no plain ground: no quarter of their cells is equally bright.
    ordered = np.sort(cells, axis=None)
    part = len(ordered) // 4
    if float((ordered[part:] - ordered[:-part]).min()) > _EVEN:
        return np.asarray([0, 0, 0, peak], np.float32)
    green = plane[..., 1]
    level, share = _ground(green)
    wide = green.astype(np.int16)
    off = np.abs(wide - level)
    others = max(float(off[off > _APART].sum()), 1.0)
    across, down = float(np.abs(np.diff(wide, axis=1)).sum()), float(np.abs(np.diff(wide, axis=0)).sum())
    return np.asarray([share, across / others, down / others, peak], np.float32)


def contents(
    times_ms: NDArray[np.int64],
    cells: Floats,
    colours: Floats,
    marks: Floats,
    spans: Sequence[tuple[int, int]],
    black: float,
) -> list[Content]:
    """What each shot is.

    Args:
        times_ms: (n,) of all frames, ascending.
        cells: (n, k) float32: brightness of each frame's cells.
        colours: (n, m, 2) float32: colour differences of coarser cells.
        marks: (n, 4) float32: of `ground_and_text`.
        spans: Start and end of each shot in ms.
        black: Brightness that no cell of a black frame exceeds.
    """
    dark = (cells.max(axis=1, initial=0) <= black) & (marks[:, 3] <= _GLOW)
    plain, across, down = marks[:, 0], marks[:, 1], marks[:, 2]
    text = (plain >= _PLAIN) & (plain <= 1 - _LETTERED) & (across >= _ROUGH_ACROSS) & (down >= _ROUGH_DOWN)
    text &= colours.std(axis=1).max(axis=1, initial=0) <= _ONE_INK
    found = []
    for start, end in spans:
        frames = slice(*np.searchsorted(times_ms, (start, end)))
        edge = min(_EDGE_MS, (end - start) // 4)
        inner = slice(*np.searchsorted(times_ms, (start + edge, end - edge)))
        if frames.start == frames.stop:
            found.append(Content.MOVING)
        elif _share(dark[frames]) >= _NEARLY_ALL:
            found.append(Content.BLACK)
        elif start >= _NEAR_END * spans[-1][1] and end - start >= _LEAST_MS and _share(text[inner]) >= _MOST:
            found.append(Content.CREDITS)
        else:
            found.append(Content.STILL if _is_still(cells[inner]) else Content.MOVING)
    return found


def _ground(levels: NDArray[np.uint8]) -> tuple[int, float]:
    """The commonest grey level, and the share of pixels that are as grey as it, or nearly."""
    counts = np.bincount((levels >> _BITS).ravel(), minlength=256 >> _BITS)
    pairs = counts[:-1] + counts[1:]
    best = int(pairs.argmax())
    return (best + 1) << _BITS, float(pairs[best]) / levels.size


def _share(which: NDArray[np.bool_]) -> float:
    return float(which.mean()) if len(which) else 0.0


def _is_still(cells: Floats) -> bool:
    """Whether nothing moves: not one cell's brightness changes, but for one frame in ten."""
    if len(cells) < 2:
        return False
    low, high = np.quantile(cells, (0.05, 0.95), axis=0)
    change = high - low
    return bool(change.max() <= _STIR and change.mean() <= _STIR_MEAN)
