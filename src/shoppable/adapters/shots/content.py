"""`ShotDetector` by what frames show: cuts, dissolves and fades through black, from a coarse look at every frame."""

from bisect import bisect
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from shoppable.adapters.shots.changes import Change, Series, Tuning, cuts, dissolves, rank
from shoppable.adapters.shots.chapters import chapters
from shoppable.adapters.shots.contents import contents, ground_and_text
from shoppable.adapters.shots.light import fades, is_only_light
from shoppable.errors import InvalidInput
from shoppable.model.arrays import Floats, Image, check_image
from shoppable.model.video import Chapter, Shot, Transition

_ROWS, _COLUMNS = 6, 16
_LUMA = _ROWS * _COLUMNS
_LOOK = _LUMA + 2 * (_ROWS // 2) * (_COLUMNS // 4)
_SIZE = _LOOK + 4
# ITU-R BT.601, full range, for values of 0 to 255 in and about 1 out.
_TO_YCC = np.array([[0.299, 0.587, 0.114], [-0.169, -0.331, 0.5], [0.5, -0.419, -0.081]], np.float32).T / 255


class ContentShots:
    """Finds shot boundaries without a net: a few numbers a frame, and arithmetic over all of them at the end."""

    def __init__(self, tuning: Tuning | None = None) -> None:
        """Args:
        tuning: What counts as a change of camera.
        """
        self._tuning = tuning or Tuning()

    def measure(self, plane: Image) -> Floats:
        """(124,) float32: the look, and what tells text on a plain ground (`contents.ground_and_text`).

        The look is the mean brightness of 16 x 6 cells, then two colour differences of 4 x 3 cells, row by row.
        """
        height, width = check_image(plane).shape[:2]
        if height % _ROWS or width % _COLUMNS:
            raise InvalidInput(f"a plane must be a multiple of {_COLUMNS} x {_ROWS} px, not {width} x {height}")
        tall, wide = height // _ROWS, width // _COLUMNS
        # Rows first: sums over long runs are several times faster than one mean over both axes.
        bands = plane.reshape(_ROWS, tall, width * 3).sum(axis=1, dtype=np.uint32)
        cells = bands.reshape(_ROWS, _COLUMNS, wide, 3).sum(axis=2)
        ycc = (cells / (tall * wide)).astype(np.float32) @ _TO_YCC
        colours = ycc[..., 1:].reshape(_ROWS // 2, 2, _COLUMNS // 4, 4, 2).mean(axis=(1, 3))
        return np.concatenate([ycc[..., 0].ravel(), colours.ravel(), ground_and_text(plane, ycc[..., 0])]).astype(
            np.float32
        )

    def detect(self, times_ms: NDArray[np.int64], measures: Floats, duration_ms: int) -> tuple[Shot, ...]:
        """Shots that cover 0 to `duration_ms`; see `ports.ShotDetector`.

        A cut lies at the first frame of the new shot, a dissolve's boundary in its middle, that of a fade through
        black where it is darkest. Flashes are no boundaries, and no shot is shorter than 300 ms unless the video is.

        Raises:
            InvalidInput: Times and measures disagree, or times do not ascend.
        """
        if len(times_ms) != len(measures) or np.any(np.diff(times_ms) <= 0):
            raise InvalidInput(f"{len(times_ms)} times, {len(measures)} measures: one for each, and times must ascend")
        if len(times_ms) and measures.shape[1] != _SIZE:
            raise InvalidInput(f"measures must be of this detector, {_SIZE} numbers each, not {measures.shape[1]}")
        found = self._boundaries(times_ms, measures, duration_ms) if len(times_ms) > 1 else []
        edges = [0, *(round(each.t_ms) for each in found), duration_ms]
        spans = list(pairwise(edges))
        looks, marks = np.split(measures, [_LOOK], axis=1)
        cells, colours = looks[:, :_LUMA], looks[:, _LUMA:].reshape(len(looks), (_LOOK - _LUMA) // 2, 2)
        what = contents(times_ms, cells, colours, marks, spans, self._tuning.black)
        return tuple(
            Shot(index=index, start_ms=start, end_ms=end, begins_by=begins_by, content=content)
            for index, ((start, end), begins_by, content) in enumerate(
                zip(spans, [Transition.CUT, *(each.how for each in found)], what, strict=True)
            )
        )

    def chapters(self, shots: Sequence[Shot], times_ms: NDArray[np.int64], measures: Floats) -> tuple[Chapter, ...]:
        """Chapters by fades, black and the look of shots; see `ports.ShotDetector`."""
        return chapters(shots, times_ms, measures[:, :_LUMA], measures[:, _LUMA:_LOOK])

    def _boundaries(self, times_ms: NDArray[np.int64], measures: Floats, duration_ms: int) -> list[Change]:
        tuning = self._tuning
        series = Series(times_ms.astype(np.float64), measures[:, :_LOOK], _LUMA)
        steady = series.without_flashes(tuning.flash_ms)
        dark = [change for change in fades(series, tuning) if not is_only_light(series, change, tuning)]
        others = [
            change
            for change in (*cuts(steady, tuning), *dissolves(steady, tuning))
            if not any(fade.start_ms <= change.t_ms <= fade.end_ms for fade in dark)
            and not is_only_light(series, change, tuning)
        ]
        return _spaced([*dark, *others], duration_ms, tuning.min_shot_ms)


def _spaced(changes: list[Change], duration_ms: int, min_shot_ms: float) -> list[Change]:
    """The changes in order, the stronger one of any two that are too close; none close to the ends."""
    kept: list[Change] = []
    for change in sorted(changes, key=rank):
        place = bisect(kept, change.t_ms, key=_when)
        before = kept[place - 1].t_ms if place else 0
        after = kept[place].t_ms if place < len(kept) else duration_ms
        if min(change.t_ms - before, after - change.t_ms) >= min_shot_ms:
            kept.insert(place, change)
    return kept


def _when(change: Change) -> float:
    return change.t_ms
