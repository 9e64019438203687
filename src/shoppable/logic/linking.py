"""Sightings of one thing in neighbouring frames become one track."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from shoppable.model.arrays import Floats, Sightings
from shoppable.model.time import Span
from shoppable.model.video import Shot

Indices = NDArray[np.int64]

_IMPAIRED = 0.5


def link(
    sightings: Sightings,
    shots: Sequence[Shot],
    *,
    min_iou: float = 0.3,
    min_likeness: float = 0.8,
    max_gap_ms: int = 1300,
    min_sightings: int = 2,
) -> list[Indices]:
    """Joins sightings of one kind that overlap and look alike, never across a cut.

    Greedy: in each frame the pair of open track and sighting that overlaps most is joined first; a sighting that no
    track claims opens one.

    Args:
        sightings: Of the whole video.
        shots: Cover the video.
        min_iou: Least overlap with the track's last box, in [0, 1]. Higher splits fast movers.
        min_likeness: Least likeness of thumbnails to the track's last, in [0, 1]. Higher splits things that turn.
        max_gap_ms: A track unseen for longer is closed.
        min_sightings: Tracks of fewer sightings are dropped: what is seen once is most often nothing.

    Returns:
        Tracks by start time, each the rows of its sightings by time.
    """
    closed: list[list[int]] = []
    for shot in shots:
        first, last = np.searchsorted(sightings.times_ms, [shot.start_ms, shot.end_ms])
        tracks: list[list[int]] = []
        for rows in frames_of_rows(sightings.times_ms, int(first), int(last)):
            now = int(sightings.times_ms[rows[0]])
            open_ = [t for t in tracks if now - int(sightings.times_ms[t[-1]]) <= max_gap_ms]
            taken = _assign(sightings, [t[-1] for t in open_], rows, min_iou, min_likeness)
            for row in rows:
                if row in taken:
                    open_[taken[row]].append(row)
                else:
                    tracks.append([row])
        closed.extend(track for track in tracks if len(track) >= min_sightings)
    closed.sort(key=lambda track: (int(sightings.times_ms[track[0]]), track[0]))
    return [np.asarray(track, np.int64) for track in closed]


def span_of(times_ms: Sequence[int], shot: Shot, every_ms: int) -> Span:
    """How long a thing was on screen, given the frames it was seen in.

    Between two samples nothing is known: half a sample is added at each end, and an end within one and a half samples
    of the shot's is the shot's.
    """
    reach = round(1.5 * every_ms)
    start, end = times_ms[0], times_ms[-1]
    start = shot.start_ms if start - shot.start_ms <= reach else start - every_ms // 2
    end = shot.end_ms if shot.end_ms - end <= reach else end + every_ms // 2
    return Span(start_ms=start, end_ms=max(end, start + 1))


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
