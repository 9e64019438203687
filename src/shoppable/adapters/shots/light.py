"""Changes of light: fades through black and white are boundaries; flashes, strobes and lamps that go on are none."""

from collections.abc import Iterator

import numpy as np

from shoppable.adapters.shots.changes import Change, Series, Tuning, novelty
from shoppable.model.arrays import Floats
from shoppable.model.video import Transition

_FADE_MS = 1_000
# Next to black some cell must be as bright as this; levels this close to the darkest are as dark.
_LIT = 0.3
_SHADE = 0.004
# Brightness a millisecond: slower than this it is no fade.
_SLOPE = 1e-4
# A picture has come back when it differs by less than this part of what had changed; after a fade, of how dark it got.
_BACK, _BACK_FROM_BLACK = 0.35, 0.2
# Contrast over the cells below which there is no pattern to compare.
_FLAT = 0.03
_AGAIN = 0.25


def fades(series: Series, tuning: Tuning) -> Iterator[Change]:
    """Fades through black, and through white; see `_through_black`."""
    cells = series.looks[:, : series.luma]
    yield from _through_black(series, cells, tuning)
    yield from _through_black(series, 1 - cells, tuning)


def _through_black(series: Series, cells: Floats, tuning: Tuning) -> Iterator[Change]:
    """Stretches of black, at their darkest; between two pictures, they reach as far as it gets steadily darker.

    Black at an end of the film is placed at that end; black that lasts has a boundary at each of its own ends.
    """
    times = series.times
    light, brightest = cells.mean(axis=1), cells.max(axis=1)
    slope = np.diff(light) / np.diff(times)
    black = np.concatenate([[False], brightest <= tuning.black, [False]])
    edges = np.flatnonzero(np.diff(black.astype(np.int8)))
    for first, end in zip(edges[::2], edges[1::2], strict=True):
        last = end - 1
        before = slice(np.searchsorted(times, times[first] - _FADE_MS), first)
        after = slice(end, np.searchsorted(times, times[last] + _FADE_MS, side="right"))
        if any(side.start < side.stop and brightest[side].max() < _LIT for side in (before, after)):
            continue
        start = next((i for i in range(first, before.start, -1) if -slope[i - 1] < _SLOPE), before.start)
        stop = next((i for i in range(last, after.stop - 1) if slope[i] < _SLOPE), after.stop - 1)
        if times[last] - times[first] >= tuning.pause_ms:
            middle = (times[first] + times[last]) / 2
            yield Change(times[first], 1.0, times[start], middle, Transition.FADE)
            yield Change(times[min(end, len(times) - 1)], 1.0, middle, times[stop], Transition.FADE)
        elif times[stop] - times[start] >= tuning.min_shot_ms:
            darkest = first + np.flatnonzero(light[first:end] <= light[first:end].min() + _SHADE)
            middle = (times[darkest[0]] + times[darkest[-1]]) / 2
            where = times[0] if first == 0 else times[-1] if end == len(times) else middle
            yield Change(where, 1.0, times[start], times[stop], Transition.FADE)


def is_only_light(series: Series, change: Change, tuning: Tuning) -> bool:
    """Whether one picture in two lights lies on both sides: a flash that dies away, a strobe, lightning.

    The picture from before comes back soon after, or that from after was there shortly before, and what is between has
    the same pattern in other light, or, burnt out or black, none.
    """
    times, looks = series.times, series.looks
    before = max(int(np.searchsorted(times, change.start_ms)) - (change.start_ms == change.end_ms), 0)
    after = int(np.searchsorted(times, change.end_ms))
    first = next((frame for frame in range(before, -1, -1) if not _flat(series, frame)), before)
    last = next((frame for frame in range(after, len(times)) if not _flat(series, frame)), after)
    here = slice(np.searchsorted(times, change.end_ms), np.searchsorted(times, change.end_ms + tuning.light_ms))
    there = slice(np.searchsorted(times, change.start_ms - tuning.light_ms), first + 1)
    if times[last] - times[first] > tuning.light_ms:
        return False
    way = float(np.abs(looks[first : last + 1] - looks[first]).mean(axis=1).max())
    enough = _BACK_FROM_BLACK * way if change.how is Transition.FADE else _BACK * change.strength
    return _back_to(series, first, here, enough) or _back_to(series, last, there, enough)


def _flat(series: Series, frame: int) -> bool:
    return bool(series.looks[frame, : series.luma].std() <= _FLAT)


def _back_to(series: Series, frame: int, stretch: slice, enough: float) -> bool:
    """Whether a stretch has this frame's picture, and nothing else but it in another light."""
    looks = series.looks[stretch]
    if not len(looks):
        return False
    again = np.abs(looks - series.looks[frame]).mean(axis=1) <= enough
    if not again.any():
        return False
    cells, picture = looks[:, : series.luma], series.looks[frame : frame + 1, : series.luma]
    same = novelty(np.broadcast_to(picture, cells.shape), cells) <= _AGAIN
    return bool((same | again | (cells.std(axis=1) <= _FLAT)).all())
