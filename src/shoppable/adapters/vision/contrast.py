"""How much windows of a picture stand out from what surrounds them, judged for thousands of windows at once."""

import cv2
import numpy as np
from numpy.typing import NDArray

from shoppable.model.arrays import Floats, Image

Windows = NDArray[np.int64]
"""(n, 4) xyxy in px of the small picture that a `Scene` works on."""

_CELLS = 128 * 72
_LEAST_SIDE_PX = 16
_WORDS = 24
_WORD_SIZE = (25.0, 14.0, 14.0)
_LIGHTNESS = 0.7  # its weight beside the two colours: shade says less than colour
_HEIGHTS = (0.18, 0.26, 0.38, 0.55, 0.78, 0.97)
_ASPECTS = (0.38, 0.6, 0.95)
_STEP = 0.25
_RING = 0.25
_WEIGHTS = np.asarray([0.45, 5.5, 1.7, 1.4, 1.3, -0.14, -3.6], np.float32)
"""Of what `Scene._measures` measures, in its order: logistic regression on labelled windows of goods and of nothing."""
_BIAS = 0.7


class Scene:
    """A picture made small, summed up so that any window of it costs a few additions.

    What is summed: CIELAB, corner strength, edge strength, and how many pixels bear each of the picture's own most
    frequent colours. Windows are compared with the ring around them in colour, as in Alexe, Deselaers and Ferrari,
    "Measuring the Objectness of Image Windows", PAMI 2012; sums are those of Viola and Jones, CVPR 2001.

    Attributes:
        width: Of the small picture in px.
        height: Of the small picture in px.
    """

    def __init__(self, frame: Image) -> None:
        scale = min(1.0, float(np.sqrt(_CELLS / (frame.shape[0] * frame.shape[1]))))
        self.width, self.height = (max(1, round(side * scale)) for side in frame.shape[1::-1])
        shrunk = cv2.resize(frame, (self.width, self.height), interpolation=cv2.INTER_AREA)
        small = np.asarray(cv2.GaussianBlur(shrunk, (0, 0), 0.8), np.uint8)
        lab = as_lab(small)
        words = colour_words(lab)
        lab = lab * np.asarray([_LIGHTNESS, 1, 1], np.float32)
        edges = (np.abs(cv2.Sobel(lab, cv2.CV_32F, 1, 0)) + np.abs(cv2.Sobel(lab, cv2.CV_32F, 0, 1))).max(axis=2)
        grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
        corners = np.sqrt(np.maximum(cv2.cornerMinEigenVal(grey, blockSize=3, ksize=3), 0))
        corners = np.minimum(corners, np.quantile(corners, 0.98))
        sums = np.zeros((self.height + 1, self.width + 1, 5 + int(words.max()) + 1), np.float32)
        inner = sums[1:, 1:]
        inner[..., :3] = lab
        inner[..., 3] = corners / (corners.mean() + 1e-6)
        inner[..., 4] = edges / (edges.mean() + 1e-6)
        np.put_along_axis(inner[..., 5:], words[..., None], 1, axis=2)
        np.cumsum(sums, axis=0, out=sums)
        np.cumsum(sums, axis=1, out=sums)
        self._sums, self._edges = sums, np.ascontiguousarray(sums[..., 4:5])

    def windows(self) -> Windows:
        """Windows of several sizes and shapes all over the picture; none in one that is too narrow."""
        if min(self.width, self.height) < _LEAST_SIDE_PX:
            return np.zeros((0, 4), np.int64)
        parts = [np.zeros((0, 4), np.int64)]
        for share in _HEIGHTS:
            for aspect in _ASPECTS:
                tall = round(share * self.height)
                wide = round(tall * aspect)
                if wide <= self.width:
                    top, left = np.meshgrid(_places(self.height, tall), _places(self.width, wide), indexing="ij")
                    parts.append(np.stack([left, top, left + wide, top + tall], axis=-1).reshape(-1, 4))
        return np.concatenate(parts).astype(np.int64)

    def score(self, windows: Windows) -> Floats:
        """(n,) log-odds that a window holds goods rather than nothing, as if both were equally frequent."""
        return np.asarray(self._measures(windows) @ _WEIGHTS + _BIAS, np.float32)

    def _measures(self, windows: Windows) -> Floats:
        """(n, 7): contrast of mean colour, contrast of colours, corners, edges along the border, size, its square, and
        distance from the middle."""
        area = _areas(windows)
        sides = windows[:, 2:] - windows[:, :2]
        around = self._grown(windows, np.maximum(np.round(sides * _RING).astype(np.int64), 1))
        inside = _total(self._sums, windows)
        ring = (_total(self._sums, around) - inside) / np.maximum(_areas(around) - area, 1)[:, None]
        inside /= area[:, None]
        colour = np.linalg.norm(inside[:, :3] - ring[:, :3], axis=1)
        colours = 1 - np.minimum(inside[:, 5:], ring[:, 5:]).sum(axis=1)
        outer, inner = self._grown(windows, 1), windows + np.asarray([1, 1, -1, -1])
        band = _total(self._edges, outer) - _total(self._edges, inner)
        border = band[:, 0] / np.maximum(_areas(outer) - _areas(inner), 1)
        size = np.log(area / (self.width * self.height))
        aside = np.abs((windows[:, 0] + windows[:, 2]) / (2 * self.width) - 0.5)
        measures = (np.log1p(colour), colours, np.log(inside[:, 3] + 0.1), np.log(border + 0.1), size, size**2, aside)
        return np.stack(measures, axis=1).astype(np.float32)

    def _grown(self, windows: Windows, margin: Windows | int) -> Windows:
        """Each window with a margin around it, inside the picture."""
        grown = windows.copy()
        grown[:, :2] = np.maximum(windows[:, :2] - margin, 0)
        grown[:, 2:] = np.minimum(windows[:, 2:] + margin, [self.width, self.height])
        return grown


def as_lab(image: Image) -> Floats:
    """(height, width, 3) CIELAB of an RGB picture, L in 0..100."""
    return np.asarray(cv2.cvtColor(image.astype(np.float32) / 255, cv2.COLOR_RGB2LAB), np.float32)


def colour_words(lab: Floats) -> NDArray[np.int64]:
    """The colours of a picture, numbered by how frequent they are in it; all rare ones share the last number.

    Args:
        lab: (height, width, 3) CIELAB, L in 0..100.

    Returns:
        (height, width) numbers from 0, at most 23.
    """
    cells = np.floor(lab / np.asarray(_WORD_SIZE, np.float32)).astype(np.int64)
    cells -= cells.min(axis=(0, 1))
    keys = (cells[..., 0] * 32 + cells[..., 1]) * 32 + cells[..., 2]
    _, found, counts = np.unique(keys, return_inverse=True, return_counts=True)
    rank = np.empty(len(counts), np.int64)
    rank[np.argsort(-counts, kind="stable")] = np.minimum(np.arange(len(counts)), _WORDS - 1)
    return rank[found].reshape(keys.shape)


def _places(whole: int, part: int) -> NDArray[np.int64]:
    """Where parts of that length begin: every quarter of it, and at the far end."""
    last = whole - part
    return np.unique(np.append(np.arange(0, last + 1, max(1, round(part * _STEP))), last)).astype(np.int64)


def _total(sums: Floats, windows: Windows) -> Floats:
    """(n, channels): what the windows hold, from sums over all that lies above and to the left."""
    flat, row = sums.reshape(-1, sums.shape[2]), sums.shape[1]
    x0, y0, x1, y1 = windows.T
    far, right, below, near = (flat.take(y * row + x, axis=0) for x, y in ((x1, y1), (x1, y0), (x0, y1), (x0, y0)))
    return np.asarray(far - right - below + near, np.float32)


def _areas(windows: Windows) -> Floats:
    return np.asarray((windows[:, 2] - windows[:, 0]) * (windows[:, 3] - windows[:, 1]), np.float32)
