"""Sightings of one thing in neighbouring frames become one track."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from shoppable.model.arrays import Floats, Sightings
from shoppable.model.time import Span
from shoppable.model.video import Shot

Indices = NDArray[np.int64]
Times = NDArray[np.int64]

_NEAR_END_MS = 600

_IMPAIRED = 0.5


def link(
    sightings: Sightings,
    shots: Sequence[Shot],
    samples_ms: Times,
    *,
    min_iou: float = 0.3,
    min_likeness: float = 0.8,
    max_missed: int = 2,
    min_sightings: int = 2,
) -> list[Indices]:
    """Joins sightings of one kind that overlap and look alike, never across a cut.

    Greedy: in each frame the pair of open track and sighting that overlaps most is joined first; a sighting that no
    track claims opens one.

    Args:
        sightings: Of the whole video.
        shots: Cover the video.
        samples_ms: (n,) ascending: when frames were looked at. They lie closer where more moves.
        min_iou: Least overlap with the track's last box, in [0, 1]. Higher splits fast movers.
        min_likeness: Least likeness of thumbnails to the track's last, in [0, 1]. Higher splits things that turn.
        max_missed: A track that was not seen in more samples than this is closed.
        min_sightings: Tracks of fewer sightings are dropped: what is seen once is most often nothing. What is seen in
            the only sample of its shot is kept.

    Returns:
        Tracks by start time, each the rows of its sightings by time.
    """
    closed: list[list[int]] = []
    order = np.searchsorted(samples_ms, sightings.times_ms)
    for shot in shots:
        first, last = np.searchsorted(sightings.times_ms, [shot.start_ms, shot.end_ms])
        tracks: list[list[int]] = []
        start, end = np.searchsorted(samples_ms, [shot.start_ms, shot.end_ms])
        for rows in frames_of_rows(sightings.times_ms, int(first), int(last)):
            open_ = [t for t in tracks if order[rows[0]] - order[t[-1]] <= max_missed + 1]
            taken = _assign(sightings, [t[-1] for t in open_], rows, min_iou, min_likeness)
            for row in rows:
                if row in taken:
                    open_[taken[row]].append(row)
                else:
                    tracks.append([row])
        closed.extend(track for track in tracks if len(track) >= min(min_sightings, int(end - start)))
    closed.sort(key=lambda track: (int(sightings.times_ms[track[0]]), track[0]))
    return [np.asarray(track, np.int64) for track in closed]


def span_of(times_ms: Sequence[int], shot: Shot, samples_ms: Times) -> Span:
    """How long a thing was on screen, given the samples it was seen in, of all that were taken.

    Between two samples nothing is known: it comes and goes in the middle between one in which it was seen and the next
    in which it was not. Where no sample of its shot lies beyond, or the shot ends within 600 ms, it is there to that
    end.
    """
    inside = samples_ms[slice(*np.searchsorted(samples_ms, [shot.start_ms, shot.end_ms]))]
    first, last = np.searchsorted(inside, [times_ms[0], times_ms[-1]])
    start, end = shot.start_ms, shot.end_ms
    if first > 0 and times_ms[0] - start > _NEAR_END_MS:
        start = (int(inside[first - 1]) + times_ms[0]) // 2
    if last + 1 < len(inside) and end - times_ms[-1] > _NEAR_END_MS:
        end = (times_ms[-1] + int(inside[last + 1]) + 1) // 2
    return Span(start_ms=start, end_ms=end)


def best_views(
    sightings: Sightings,
    track: Indices,
    shot: Shot,
    impaired: NDArray[np.bool_] | None = None,
    *,
    count: int = 3,
    edge_ms: int = 400,
) -> Indices:
    """The rows of a track that show it best: sharp, large, and away from the shot's ends, where fades are.

    Args:
        sightings: Of the whole video.
        track: Rows of one thing.
        shot: In which it is.
        impaired: (n, k) for each sighting of the video, what keeps it from showing its thing well; each such counts
            against it.
        count: Most rows returned, best first.
        edge_ms: Rows so close to an end of the shot come last.
    """
    times = sightings.times_ms[track]
    inner = (times >= shot.start_ms + edge_ms) & (times < shot.end_ms - edge_ms)
    boxes = sightings.boxes[track]
    area = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    quality = sightings.sharpness[track] * np.sqrt(area) * (0.5 + 0.5 * sightings.confidence[track])
    quality = np.where(inner, quality, quality * 0.1)
    if impaired is not None:
        quality = quality * _IMPAIRED ** impaired[track].sum(axis=1)
    return np.asarray(track[np.argsort(-quality, kind="stable")[:count]], np.int64)


def ious(a: Floats, b: Floats) -> Floats:
    """Intersection over union of every box of (n, 4) with every box of (m, 4): (n, m), in [0, 1]."""
    corners = np.minimum(a[:, None, 2:], b[None, :, 2:]) - np.maximum(a[:, None, :2], b[None, :, :2])
    shared = np.prod(np.maximum(corners, 0), axis=2)
    size_a, size_b = np.prod(a[:, 2:] - a[:, :2], axis=1), np.prod(b[:, 2:] - b[:, :2], axis=1)
    return np.asarray(shared / np.maximum(size_a[:, None] + size_b[None] - shared, 1e-12), np.float32)


def frames_of_rows(times_ms: NDArray[np.int64], first: int, last: int) -> list[list[int]]:
    """Rows `first` to `last` in groups of equal time."""
    if first == last:
        return []
    edges = np.flatnonzero(np.diff(times_ms[first:last])) + 1
    return [[int(row) + first for row in group] for group in np.split(np.arange(last - first), edges)]


def _assign(
    sightings: Sightings, lasts: list[int], rows: list[int], min_iou: float, min_likeness: float
) -> dict[int, int]:
    """Sighting row to the index of the open track it extends; the best overlap first, each side used once."""
    if not lasts:
        return {}
    overlap = ious(sightings.boxes[lasts], sightings.boxes[rows])
    apart = np.abs(sightings.thumbnails[lasts][:, None] - sightings.thumbnails[rows][None])
    likeness = 1 - apart.mean(axis=2)
    fits = (sightings.kinds[lasts][:, None] == sightings.kinds[rows][None]) & (overlap >= min_iou)
    fits &= likeness >= min_likeness  # (tracks, rows)
    taken: dict[int, int] = {}
    used: set[int] = set()
    for flat in np.argsort(-np.where(fits, overlap, -1), axis=None, kind="stable"):
        track, column = divmod(int(flat), len(rows))
        if not fits[track, column]:
            break
        if track not in used and rows[column] not in taken:
            taken[rows[column]] = track
            used.add(track)
    return taken
