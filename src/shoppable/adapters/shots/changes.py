"""Where the picture changes for good: cuts, dissolves and fades in a series of coarse looks at a film.

A look is linear in the picture, so that a dissolve from A to B passes through mixtures (1 - a)·A + a·B of the looks of
its ends, all cells in step. What else moves in a picture - camera, people, captions - does not: that tells them apart.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from shoppable.model.arrays import Floats
from shoppable.model.video import Transition

Index = NDArray[np.intp]

_AROUND_MS = 500


@dataclass(frozen=True)
class Tuning:
    """What counts as a change of camera. Levels are of 0 to 1, differences are means over the cells of a look.

    Attributes:
        flash_ms: What lasts shorter is not seen at all.
        min_shot_ms: Of two boundaries closer than this the stronger one stays.
        cut: Least difference of two neighbouring frames for a cut.
        cut_ratio: Least ratio of that difference to those around it.
        dissolve: Least difference of the two ends of a dissolve.
        dissolve_ratio: Least ratio of that difference to that just before or after, the smaller, over the same time.
        dissolve_ms: Lengths of dissolve that are tried.
        residual: How far a frame inside a dissolve may be from a mixture of its ends, in parts of their difference.
        novelty: Least share of an end's contrast that is not the other end, brighter or darker.
        cut_spread: Least evenness of a cut over the cells: 1 when all change alike, 1/n when one of n does.
        dissolve_spread: The same for a dissolve.
        black: Brightness that no cell of a black frame exceeds; no cell of a white one is as far from white.
        pause_ms: Black or white that lasts as long is a shot of its own.
        light_ms: A picture that comes back within so long, after nothing but other light, never went away.
    """

    flash_ms: float = 150
    min_shot_ms: float = 300
    cut: float = 0.04
    cut_ratio: float = 3.0
    dissolve: float = 0.07
    dissolve_ratio: float = 2.5
    dissolve_ms: tuple[float, ...] = (250, 350, 500, 700, 1000, 1400, 2000)
    residual: float = 0.25
    novelty: float = 0.5
    cut_spread: float = 0.25
    dissolve_spread: float = 0.4
    black: float = 0.12
    pause_ms: float = 1000
    light_ms: float = 700


class Change(NamedTuple):
    """A boundary: when, and how much changed there; `start_ms` and `end_ms` are those of the whole transition."""

    t_ms: float
    strength: float
    start_ms: float
    end_ms: float
    how: Transition = Transition.CUT


@dataclass(frozen=True)
class Series:
    """Looks at the frames of a film.

    Attributes:
        times: (n,) float64, ms, ascending.
        looks: (n, d) float32; the first `luma` columns are the brightness of cells, the others their colours.
        luma: How many columns are brightness.
    """

    times: NDArray[np.float64]
    looks: Floats
    luma: int

    def index(self, offset_ms: float) -> Index:
        """(n,) For each frame, the first one that is not before its time plus `offset_ms`; the last at the end."""
        found = np.searchsorted(self.times, self.times + offset_ms - 1e-6)
        return np.minimum(found, len(self.times) - 1)

    @cached_property
    def steps(self) -> NDArray[np.float64]:
        """(n,) How far each look is from the one before; 0 for the first."""
        steps = np.zeros(len(self.times))
        steps[1:] = np.abs(np.diff(self.looks, axis=0)).mean(axis=1)
        return steps

    def without_flashes(self, flash_ms: float) -> "Series":
        """The series without what lasts shorter than `flash_ms`; cuts and dissolves stay where they are.

        Each value becomes the median of itself and of those `flash_ms` before and after.
        """
        before, after = self.looks[self.index(-flash_ms)], self.looks[self.index(flash_ms)]
        low, high = np.minimum(before, after), np.maximum(before, after)
        return Series(self.times, np.clip(self.looks, low, high), self.luma)


def cuts(series: Series, tuning: Tuning) -> Iterator[Change]:
    """Frames that differ from the one before by far more than frames around them do, and stay so."""
    looks, times, steps = series.looks, series.times, series.steps
    found = (steps >= tuning.cut) & (steps >= tuning.cut_ratio * _around(series))
    for i in np.flatnonzero(found):
        start = min(int(np.searchsorted(times, times[i] - tuning.flash_ms)), i - 1)
        end = max(int(np.searchsorted(times, times[i] + tuning.flash_ms)), i + 1)
        change = np.abs(np.median(looks[i:end], axis=0) - np.median(looks[start:i], axis=0))
        if change.mean() >= tuning.cut and _spread(change[None])[0] >= tuning.cut_spread:
            yield Change(times[i], float(change.mean()), times[i], times[i])


def dissolves(series: Series, tuning: Tuning) -> Iterator[Change]:
    """Middles of stretches whose frames are mixtures of their two ends; the strongest of those that overlap.

    No single step may make up more than half of one: that is a cut.
    """
    found = sorted((change for ms in tuning.dissolve_ms for change in _dissolves(series, ms, tuning)), key=rank)
    taken = np.zeros(len(series.times), np.bool_)
    for change in found:
        if not taken[np.searchsorted(series.times, change.t_ms)]:
            taken[slice(*np.searchsorted(series.times, (change.start_ms, change.end_ms)))] = True
            yield change._replace(t_ms=_middle(series, change))


def rank(change: Change) -> tuple[float, float]:
    """Sort key: the strongest first, of equals the earliest."""
    return -change.strength, change.t_ms


def _around(series: Series) -> NDArray[np.float64]:
    """(n,) Mean step of the frames near each one, itself and its neighbours left out; 0 when there are none."""
    frames = np.arange(len(series.times))
    total = np.concatenate([[0.0], np.cumsum(series.steps)])
    start, end = series.index(-_AROUND_MS), np.searchsorted(series.times, series.times + _AROUND_MS, side="right")
    inner, outer = np.maximum(frames - 1, start), np.minimum(frames + 2, end)
    count = (end - start) - (outer - inner)
    summed = total[end] - total[start] - (total[outer] - total[inner])
    return np.asarray(np.maximum(summed, 0) / np.maximum(count, 1), np.float64)


def _dissolves(series: Series, length_ms: float, tuning: Tuning) -> Iterator[Change]:
    looks, times = series.looks, series.times
    first, last = series.index(-length_ms / 2), series.index(length_ms / 2)
    # The ends cannot be farther apart than the way between them: most frames need no closer look.
    way = np.cumsum(series.steps)
    inside = (times - times[0] >= length_ms / 2) & (times[-1] - times >= length_ms / 2)
    frames = np.flatnonzero(inside & (way[last] - way[first] >= tuning.dissolve))
    start, end = looks[first[frames]], looks[last[frames]]
    strength = np.abs(end - start).mean(axis=1)
    usual = np.minimum(_apart(series, start, -1.5 * length_ms, frames), _apart(series, end, 1.5 * length_ms, frames))
    change = end - start
    squared = np.maximum((change**2).sum(axis=1), 1e-9)
    good = (
        (strength >= tuning.dissolve)
        & (strength >= tuning.dissolve_ratio * np.where(np.isinf(usual), 0, usual))
        & (_spread(change) >= tuning.dissolve_spread)
    )
    good &= novelty(start[:, : series.luma], end[:, : series.luma]) >= tuning.novelty
    # A quarter, half and three quarters of the way in time must be about as far in the picture.
    for part, low, high in ((-0.25, -0.2, 0.45), (0.0, 0.35, 0.65), (0.25, 0.55, 1.2)):
        progress = looks[series.index(part * length_ms)[frames]] - start
        share = (progress * change).sum(axis=1) / squared
        residual = np.sqrt(((progress - share[:, None] * change) ** 2).sum(axis=1) / squared)
        good &= (share >= low) & (share <= high) & (residual <= tuning.residual)
    for i, strong in zip(frames[good], strength[good], strict=True):
        if series.steps[first[i] + 1 : last[i] + 1].max() <= strong / 2:
            ends = times[i] - length_ms / 2, times[i] + length_ms / 2
            yield Change(times[i], float(strong), *ends, Transition.DISSOLVE)


def _apart(series: Series, looks: Floats, offset_ms: float, frames: Index) -> NDArray[np.float64]:
    """How far looks are from those `offset_ms` from `frames`; infinitely far beyond the film's ends."""
    wanted = series.times[frames] + offset_ms
    there = np.abs(series.looks[series.index(offset_ms)[frames]] - looks).mean(axis=1)
    return np.where((wanted < series.times[0]) | (wanted > series.times[-1]), np.inf, there)


def _middle(series: Series, change: Change) -> float:
    """When the picture is half way from one end of a dissolve to the other."""
    start, end = np.searchsorted(series.times, (change.start_ms, change.end_ms))
    inside = series.looks[start : end + 1]
    whole = inside[-1] - inside[0]
    share = (inside - inside[0]) @ whole / max(float(whole @ whole), 1e-9)
    return float(series.times[start + np.abs(share - 0.5).argmin()])


def _spread(change: Floats) -> Floats:
    """(n,) How evenly each row's change lies over the cells: squared mean over mean square, in (0, 1]."""
    square = np.maximum((change**2).mean(axis=1), 1e-12)
    return np.asarray(np.abs(change).mean(axis=1) ** 2 / square, np.float32)


def novelty(start: Floats, end: Floats) -> Floats:
    """(n,) 1 - r² of the brightness of both ends: what no change of light explains."""
    a, b = start - start.mean(axis=1, keepdims=True), end - end.mean(axis=1, keepdims=True)
    both = np.maximum((a * b).sum(axis=1), 0)
    return np.asarray(1 - both**2 / np.maximum((a**2).sum(axis=1) * (b**2).sum(axis=1), 1e-9), np.float32)
