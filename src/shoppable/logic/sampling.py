"""Which frames of a video are looked at: distinct and sharp ones, more where the picture changes, none in black.

A sampler sees every frame as a coarse plane, once and in order, and answers at once, as what comes later is not decoded
yet. Looking at a frame costs as much as decoding ten.
"""

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:  # decoding processes, which ask a sampler, start without what models are made of
    from shoppable.model.arrays import Floats, Image
    from shoppable.model.sampling import Sampling

_ROWS, _COLUMNS = 9, 16
_MOST = _ROWS * _COLUMNS // 10
_RESTLESS = 0.25
"""A step from one frame to the next is restless that is this share of the difference of two pictures."""
_SHARP = 0.9
"""A frame is blurred that has less than this share of the detail of the frames before it."""


class Sampler:
    """Asked of each frame whether it is to be looked at.

    Another picture, after a cut, a fade or a dissolve, is due when it has come to rest, and once more soon after: what
    is seen only once is most often nothing. From then on, time and what has moved since the last sample add up to the
    next. A sample that is due waits a little for a frame that is not blurred. After a flash the picture is the one
    before it, so nothing is due. Other pictures may be looked at on credit; later samples pay for them.
    """

    def __init__(self, sampling: "Sampling") -> None:
        self._how = sampling
        self._sample: Floats | None = None
        self._sample_ms = 0
        self._again = False
        self._moved = 0.0
        self._before: Floats | None = None
        self._before_ms: int | None = None
        self._rests_since_ms: int | None = None
        self._changed_since_ms: int | None = None
        self._due_since_ms: int | None = None
        self._sharpest = 0.0
        self._saved = float(sampling.burst)

    def wants(self, t_ms: int, plane: "Image | None") -> bool:
        """Whether to look at the frame at `t_ms`, whose plane is (36, 64, 3) uint8 RGB. Times ascend.

        A frame without a plane lies outside of what is sampled: it is not wanted, and tells nothing.
        """
        if plane is None:
            return False
        cells, detail = cells_of(plane), detail_of(plane)
        self._pass(t_ms, cells, detail)
        if cells.max() < self._how.black:
            self._changed_since_ms = self._due_since_ms = None
            return False
        if not self._is_due(t_ms):
            self._due_since_ms = None
            return False
        if self._due_since_ms is None:
            self._due_since_ms = t_ms
        if detail < _SHARP * self._sharpest and t_ms - self._due_since_ms < self._how.patience_ms:
            return False
        self._again = self._changed_since_ms is not None
        self._sample, self._sample_ms, self._sharpest = cells, t_ms, 0.0
        self._changed_since_ms = self._due_since_ms = None
        self._saved -= 1
        return True

    def _pass(self, t_ms: int, cells: "Floats", detail: float) -> None:
        """Notes what a frame tells of those that follow."""
        how = self._how
        if self._before is not None and self._before_ms is not None:
            earned = (t_ms - self._before_ms) * how.per_minute / 60_000
            self._saved = min(self._saved + earned, float(how.burst))
            if apart(self._before, cells) >= _RESTLESS * how.changed:
                self._rests_since_ms, self._sharpest = t_ms, 0.0
        self._before, self._before_ms = cells, t_ms
        self._sharpest = max(self._sharpest, detail)
        self._moved = how.changed if self._sample is None else apart(self._sample, cells)
        if self._moved < how.changed:
            self._changed_since_ms = None
        elif self._changed_since_ms is None:
            self._changed_since_ms = t_ms

    def _is_due(self, t_ms: int) -> bool:
        how, waited_ms = self._how, t_ms - self._sample_ms
        if self._saved <= -how.burst:
            return False
        if self._changed_since_ms is not None:
            rests = self._rests_since_ms is None or t_ms - self._rests_since_ms >= how.settle_ms
            return rests or t_ms - self._changed_since_ms >= how.soonest_ms
        if waited_ms >= how.latest_ms:
            return True
        if waited_ms < how.soonest_ms:
            return False
        return self._again or (self._saved >= 1 and waited_ms / how.latest_ms + self._moved / how.moved >= 1)


def cells_of(plane: "Image") -> "Floats":
    """(9, 16, 3) float32 in [0, 1]: mean colours of a plane of (36, 64, 3) uint8."""
    bands = plane.reshape(_ROWS, 4, _COLUMNS * 12).sum(axis=1, dtype=np.uint16)
    return np.asarray(bands.reshape(_ROWS, _COLUMNS, 4, 3).sum(axis=2, dtype=np.uint16) / (16 * 255), np.float32)


def detail_of(plane: "Image") -> float:
    """Mean absolute gradient of a plane's green channel, in grey levels a pixel."""
    green = plane[..., 1].astype(np.int16)
    return float(np.abs(np.diff(green, axis=0)).mean() + np.abs(np.diff(green, axis=1)).mean())


def apart(one: "Floats", other: "Floats") -> float:
    """How far apart two pictures are: mean difference of the tenth of their cells that differ most, in [0, 1].

    A hand that moves before a still background counts as much as a camera that moves.
    """
    each = np.abs(one - other).mean(axis=2).ravel()
    return float(np.partition(each, -_MOST)[-_MOST:].mean())
