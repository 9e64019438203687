"""Where to look, found without nets: windows full of corners that stand out from what surrounds them."""

from collections.abc import Iterator, Sequence

import cv2
import numpy as np

from shoppable.adapters.vision.manifest import Looking
from shoppable.adapters.vision.studio import foreground_box
from shoppable.model.arrays import Floats, Image
from shoppable.model.geometry import WHOLE, Box
from shoppable.model.seen import Kind, Region

_WIDTH_PX = 256
_HEIGHTS = (0.2, 0.28, 0.4, 0.56, 0.8)
_ASPECTS = (0.5, 0.75, 1.1)
_STEPS = 6


class ClassicLocalizer:
    """Prints and labels are what local features can prove, and they are dense in corners: that is where it looks."""

    def __init__(self, looking: Looking) -> None:
        self._looking = looking

    def in_pictures(self, pictures: Sequence[Image], kinds: Sequence[Kind]) -> list[Region]:
        """Everything that is not the studio's ground; the whole picture when it is no studio picture."""
        boxes = [foreground_box(picture) for picture in pictures]
        return [
            Region(box=box or WHOLE, kind=kind, confidence=1 if box else 0)
            for box, kind in zip(boxes, kinds, strict=True)
        ]

    def in_frames(self, frames: Sequence[Image]) -> list[list[Region]]:
        """Windows whose corner density stands out most, best first."""
        return [self._in_frame(frame) for frame in frames]

    def _in_frame(self, frame: Image) -> list[Region]:
        height = max(16, round(frame.shape[0] * _WIDTH_PX / frame.shape[1]))
        small = cv2.resize(frame, (_WIDTH_PX, height), interpolation=cv2.INTER_AREA)
        grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
        corners = np.sqrt(np.maximum(cv2.cornerMinEigenVal(grey, blockSize=3, ksize=3), 0))
        total = cv2.integral(np.minimum(corners, np.quantile(corners, 0.98)))
        windows = np.asarray(list(_windows(_WIDTH_PX, height)), np.int64)
        if not len(windows):  # a strip, more than ten times as high as wide
            return []
        inside, area = _sums(total, windows), _areas(windows)
        around = _grown(windows, _WIDTH_PX, height)
        ring_area = np.maximum(_areas(around) - area, 1)
        ring = (_sums(total, around) - inside) / ring_area
        stands_out = inside / area - ring
        overall = float(total[-1, -1]) / (height * _WIDTH_PX) + 1e-9
        score = stands_out / overall * np.sqrt(area / area.max())
        return self._best(windows, score, height)

    def _best(
        self, windows: np.ndarray[tuple[int, int], np.dtype[np.int64]], score: Floats, height: int
    ) -> list[Region]:
        """The best windows that overlap little."""
        regions: list[Region] = []
        for index in np.argsort(-score, kind="stable")[:400]:
            if score[index] <= 0 or len(regions) == self._looking.max_things:
                break
            x0, y0, x1, y1 = windows[index]
            box = Box.clipped(x0 / _WIDTH_PX, y0 / height, x1 / _WIDTH_PX, y1 / height)
            if all(box.iou(other.box) < 0.4 for other in regions):
                confidence = float(1 - np.exp(-score[index]))
                regions.append(Region(box=box, kind=Kind.THING, confidence=confidence))
        return regions


def _windows(width: int, height: int) -> Iterator[tuple[int, int, int, int]]:
    """Windows of several sizes and shapes over the picture, xyxy in px."""
    for share in _HEIGHTS:
        for aspect in _ASPECTS:
            tall = round(share * height)
            wide = round(tall * aspect)
            step = max(2, min(tall, wide) // _STEPS)
            for top in range(0, height - tall + 1, step):
                for left in range(0, width - wide + 1, step):
                    yield left, top, left + wide, top + tall


def _sums(total: Floats, windows: np.ndarray[tuple[int, int], np.dtype[np.int64]]) -> Floats:
    x0, y0, x1, y1 = windows.T
    return np.asarray(total[y1, x1] - total[y0, x1] - total[y1, x0] + total[y0, x0], np.float32)


def _areas(windows: np.ndarray[tuple[int, int], np.dtype[np.int64]]) -> Floats:
    return np.asarray((windows[:, 2] - windows[:, 0]) * (windows[:, 3] - windows[:, 1]), np.float32)


def _grown(
    windows: np.ndarray[tuple[int, int], np.dtype[np.int64]], width: int, height: int
) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    """Each window with a quarter of its size around it, inside the picture."""
    margin = np.stack([windows[:, 2] - windows[:, 0], windows[:, 3] - windows[:, 1]], axis=1) // 4
    grown = windows.copy()
    grown[:, :2] = np.maximum(windows[:, :2] - margin, 0)
    grown[:, 2:] = np.minimum(windows[:, 2:] + margin, [width, height])
    return grown
