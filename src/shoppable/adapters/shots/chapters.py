"""Chapters: neighbouring shots that belong together, told apart by black between them or another look."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from shoppable.model.arrays import Floats
from shoppable.model.video import Chapter, Content, Shot, Transition

_LEAST_MS = 15_000
_WINDOW_MS = 15_000
_MOST = 12
# What a fade adds to a change of look, and how much there must be in all; both in [0, 1].
_FADE = 0.25
_ENOUGH = 0.35
_EVERY_MS = 400
_BINS = 8
# Colour differences of pictures hardly ever lie further from grey.
_COLOURFUL = 0.25


def chapters(
    shots: Sequence[Shot], times_ms: NDArray[np.int64], brightness: Floats, colours: Floats
) -> tuple[Chapter, ...]:
    """Chapters that cover the video; the strongest changes are taken first, as long as there is room.

    A change is strong when the look of what comes differs from that of what was, over a quarter of a
    minute on either side, and when a fade or black lies between. Credits are a chapter wherever they begin.

    Args:
        shots: Of the whole video, at least one.
        times_ms: (n,) of all frames, ascending.
        brightness: (n, k) float32: of each frame's cells, in [0, 1].
        colours: (n, m) float32: colour differences of its cells, about 0.
    """
    duration_ms = shots[-1].end_ms
    least_ms = max(_LEAST_MS, duration_ms // (2 * _MOST))
    looks = [_look(brightness[frames], colours[frames]) for frames in (_frames(times_ms, shot) for shot in shots)]
    strengths = {
        now.start_ms: _strength(shots, looks, now.index) for now in shots[1:] if now.content is not Content.BLACK
    }
    starts = [0]
    for start_ms in sorted(strengths, key=lambda each: (-strengths[each], each)):
        near = min(abs(start_ms - other) for other in (*starts, duration_ms))
        if strengths[start_ms] >= 1 or (strengths[start_ms] >= _ENOUGH and near >= least_ms and len(starts) < _MOST):
            starts.append(start_ms)
    edges = pairwise([*sorted(starts), duration_ms])
    return tuple(Chapter(index=index, start_ms=start, end_ms=end) for index, (start, end) in enumerate(edges))


def _strength(shots: Sequence[Shot], looks: Sequence[Floats], index: int) -> float:
    """How much changes where a shot begins, in [0, 1]: 1 where credits do."""
    before, now = shots[index - 1], shots[index]
    if now.content is Content.CREDITS and before.content is not Content.CREDITS:
        return 1.0
    faded = now.begins_by is Transition.FADE or before.content is Content.BLACK
    was = _mean(zip(reversed(shots[:index]), reversed(looks[:index]), strict=True), _WINDOW_MS)
    comes = _mean(zip(shots[index:], looks[index:], strict=True), _WINDOW_MS)
    return min(float(np.abs(was - comes).sum()) / 6 + _FADE * faded, 0.99)


def _mean(parts: Iterable[tuple[Shot, Floats]], within_ms: int) -> Floats:
    """The look of the first so many ms, each shot as much as it lasts; black has none."""
    total = np.zeros(3 * _BINS, np.float32)
    left_ms = within_ms
    for shot, look in parts:
        shared_ms = min(shot.duration_ms, left_ms)
        total += shared_ms * look * (shot.content is not Content.BLACK)
        left_ms -= shared_ms
        if left_ms <= 0:
            break
    return np.asarray(3 * total / max(float(total.sum()), 1e-6), np.float32)


def _frames(times_ms: NDArray[np.int64], shot: Shot) -> NDArray[np.intp]:
    """Some frames of a shot: one in 400 ms."""
    return np.unique(
        np.minimum(np.searchsorted(times_ms, range(shot.start_ms, shot.end_ms, _EVERY_MS)), len(times_ms) - 1)
    )


def _look(brightness: Floats, colours: Floats) -> Floats:
    """(24,) float32: how often each brightness and each colour occurs, wherever it is; three times shares of 1."""
    wide = (colours.reshape(len(colours), -1, 2) / (2 * _COLOURFUL) + 0.5).reshape(-1, 2)
    return np.concatenate([_shares(brightness.ravel()), _shares(wide[:, 0]), _shares(wide[:, 1])])


def _shares(values: Floats) -> Floats:
    """(8,) float32 shares of values in equal steps of [0, 1]; each counts in the two steps that it lies between."""
    place = np.clip(values, 0, 1) * (_BINS - 1)
    low = np.minimum(place.astype(np.intp), _BINS - 2)
    part = place - low
    counts = np.bincount(low, 1 - part, _BINS) + np.bincount(low + 1, part, _BINS)
    return np.asarray(counts / max(len(values), 1), np.float32)
