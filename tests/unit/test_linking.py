"""Sightings become tracks: what is joined, what never is, and what a track then says."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoppable.logic.linking import best_views, ious, link, span_of
from shoppable.model.arrays import Sightings
from shoppable.model.geometry import Box
from shoppable.model.seen import Kind
from shoppable.model.time import Span
from shoppable.model.video import Shot

RED, BLUE = (1.0, 0.0), (0.0, 1.0)
ONE_SHOT = (Shot(index=0, start_ms=0, end_ms=100_000),)
STEP_MS = 400


@dataclass(frozen=True)
class Sight:
    """One sighting: when, where (left edge of a box of 0.2 x 0.4), what it looks like and what sort it is."""

    t_ms: int
    x: float
    look: tuple[float, float] = RED
    kind: Kind = Kind.THING
    sharpness: float = 1
    confidence: float = 1
    width: float = 0.2


def seen(sights: Sequence[Sight]) -> Sightings:
    return Sightings(
        times_ms=np.asarray([s.t_ms for s in sights], np.int64),
        boxes=np.asarray([(s.x, 0.3, s.x + s.width, 0.7) for s in sights], np.float32).reshape(-1, 4),
        kinds=np.asarray([str(s.kind) for s in sights], np.str_),
        confidence=np.asarray([s.confidence for s in sights], np.float32),
        sharpness=np.asarray([s.sharpness for s in sights], np.float32),
        thumbnails=np.asarray([s.look for s in sights], np.float32).reshape(-1, 2),
    )


def tracks(
    sights: Sequence[Sight], shots: Sequence[Shot] = ONE_SHOT, missed: Sequence[int] = (), **options: float
) -> list[list[int]]:
    """Tracks of what was seen; `missed` are the samples in which nothing was."""
    samples = np.unique([*(sight.t_ms for sight in sights), *missed]).astype(np.int64)
    return [track.tolist() for track in link(seen(sights), shots, samples, **options)]  # type: ignore[arg-type]  # by name


def still(count: int, x: float = 0.4, **said: object) -> list[Sight]:
    return [Sight(index * STEP_MS, x, **said) for index in range(count)]  # type: ignore[arg-type]  # by name


def test_what_stays_is_one_track() -> None:
    assert tracks(still(5)) == [[0, 1, 2, 3, 4]]


def test_nothing_seen_nothing_linked() -> None:
    assert tracks([]) == []
    assert tracks(still(3), shots=()) == []


def test_two_things_that_cross_stay_two() -> None:
    """In the middle each covers the other's last place better than its own."""
    there = [Sight(i * STEP_MS, 0.1 + 0.06 * i, RED) for i in range(11)]
    back = [Sight(i * STEP_MS, 0.7 - 0.06 * i, BLUE) for i in range(11)]
    mixed = [sight for pair in zip(there, back, strict=True) for sight in pair]
    assert tracks(mixed) == [list(range(0, 22, 2)), list(range(1, 22, 2))]


def test_the_best_overlap_is_joined_first() -> None:
    """Both sightings fit the track; the one that is listed later fits better."""
    sights = [*still(2), Sight(800, 0.48), Sight(800, 0.41), Sight(1200, 0.41)]
    assert tracks(sights) == [[0, 1, 3, 4]]


def test_a_track_takes_one_sighting_a_frame_and_leaves_the_other_to_open_its_own() -> None:
    sights = [Sight(0, 0.4), Sight(400, 0.4), Sight(400, 0.41), Sight(800, 0.41), Sight(800, 0.4)]
    assert tracks(sights) == [[0, 1, 4], [2, 3]]


@pytest.mark.parametrize("far_ms", [1, 1000])
@pytest.mark.parametrize(("missed", "joined"), [(0, True), (2, True), (3, False)])
def test_so_many_samples_may_be_missed_however_far_apart_they_lie(far_ms: int, missed: int, joined: bool) -> None:
    times = [index * far_ms for index in range(4 + missed)]
    sights = [Sight(t_ms, 0.4) for t_ms in (*times[:2], *times[-2:])]
    assert tracks(sights, missed=times) == ([[0, 1, 2, 3]] if joined else [[0, 1], [2, 3]])


@pytest.mark.parametrize(("moved", "joined"), [(0.10, True), (0.12, False)])
def test_a_jump_may_be_so_wide(moved: float, joined: bool) -> None:
    """Boxes 0.2 wide, moved by 0.1, share a third of their union; by 0.12, a quarter."""
    sights = [Sight(0, 0.4), Sight(400, 0.4), Sight(800, 0.4 + moved), Sight(1200, 0.4 + moved)]
    assert tracks(sights) == ([[0, 1, 2, 3]] if joined else [[0, 1], [2, 3]])


def test_a_cut_is_never_crossed() -> None:
    shots = (Shot(index=0, start_ms=0, end_ms=1000), Shot(index=1, start_ms=1000, end_ms=9000))
    assert tracks(still(6), shots) == [[0, 1, 2], [3, 4, 5]]


def test_what_is_seen_at_the_cut_itself_is_of_the_new_shot() -> None:
    shots = (Shot(index=0, start_ms=0, end_ms=800), Shot(index=1, start_ms=800, end_ms=9000))
    assert tracks(still(4), shots) == [[0, 1], [2, 3]]


@pytest.mark.parametrize(("blue", "joined"), [(0.39, True), (0.41, False)])
def test_only_what_looks_alike_is_joined(blue: float, joined: bool) -> None:
    """Of two values one differs by `blue`: thumbnails are apart by half of that, at most by a fifth."""
    other = (1.0, blue)
    sights = [*still(2), Sight(800, 0.4, other), Sight(1200, 0.4, other)]
    assert tracks(sights) == ([[0, 1, 2, 3]] if joined else [[0, 1], [2, 3]])


def test_how_alike_is_enough_can_be_told() -> None:
    sights = [*still(2), Sight(800, 0.4, BLUE), Sight(1200, 0.4, BLUE)]
    assert tracks(sights, min_likeness=0) == [[0, 1, 2, 3]]
    dimmer = [*still(2), Sight(800, 0.4, (0.8, 0.0)), Sight(1200, 0.4, (0.8, 0.0))]
    assert tracks(dimmer, min_likeness=0.85) == [[0, 1, 2, 3]]
    assert tracks(dimmer, min_likeness=0.95) == [[0, 1], [2, 3]]


def test_what_turns_slowly_is_followed() -> None:
    """Likeness is that with the last look, not with the first."""
    turning = [Sight(i * STEP_MS, 0.4, (1 - i / 6, i / 6)) for i in range(7)]
    assert tracks(turning) == [list(range(7))]
    assert tracks([turning[0], turning[6]]) == []


def test_kinds_are_not_mixed() -> None:
    sights = [s for i in range(3) for s in (Sight(i * 400, 0.4), Sight(i * 400, 0.4, kind=Kind.UPPER))]
    assert tracks(sights) == [[0, 2, 4], [1, 3, 5]]


def test_what_is_seen_once_is_dropped_or_not_as_told() -> None:
    sights = [Sight(0, 0.1), *(Sight(s.t_ms + 400, s.x) for s in still(2))]
    assert tracks(sights) == [[1, 2]]
    assert tracks(sights, min_sightings=1) == [[0], [1, 2]]
    assert tracks(sights, min_sightings=3) == []


def test_once_is_enough_in_the_only_sample_of_a_shot() -> None:
    shots = tuple(Shot(index=i, start_ms=i * 1000, end_ms=(i + 1) * 1000) for i in range(3))
    sights = [Sight(0, 0.4), Sight(1000, 0.4), Sight(2000, 0.4)]
    assert tracks(sights, shots, missed=[1500]) == [[0], [2]]


def test_tracks_come_by_start() -> None:
    late, early = [Sight(s.t_ms + 400, 0.1) for s in still(3)], still(3, x=0.7)
    sights = sorted([*late, *early], key=lambda s: s.t_ms)
    assert [sights[track[0]].t_ms for track in tracks(sights)] == [0, 400]


@st.composite
def some_sightings(draw: st.DrawFn) -> tuple[list[Sight], list[Shot]]:
    sight = st.builds(
        Sight,
        t_ms=st.integers(0, 15).map(lambda tick: tick * 200),
        x=st.sampled_from([0.1, 0.15, 0.2, 0.5, 0.55]),
        look=st.sampled_from([RED, BLUE, (0.8, 0.1), (0.6, 0.3)]),
        kind=st.sampled_from([Kind.THING, Kind.UPPER]),
    )
    sights = sorted(draw(st.lists(sight, max_size=25)), key=lambda each: each.t_ms)
    cuts = sorted(draw(st.sets(st.integers(1, 3000), max_size=3)))
    edges = [0, *cuts, 3200]
    return sights, [Shot(index=i, start_ms=edges[i], end_ms=edges[i + 1]) for i in range(len(edges) - 1)]


@given(some_sightings())
def test_every_track_is_sound(given_: tuple[list[Sight], list[Shot]]) -> None:
    sights, shots = given_
    sightings = seen(sights)
    samples = np.unique(sightings.times_ms)
    found = link(sightings, shots, samples, min_sightings=1)
    rows = [int(row) for track in found for row in track]
    assert sorted(rows) == list(range(len(sights)))  # each sighting is of exactly one track
    starts = [sights[track[0]].t_ms for track in found]
    assert starts == sorted(starts)
    overlap = ious(sightings.boxes, sightings.boxes)
    for track in found:
        times = sightings.times_ms[track]
        assert (np.diff(times) > 0).all()
        assert (np.diff(np.searchsorted(samples, times)) <= 3).all()
        assert len(set(sightings.kinds[track])) == 1
        assert sum(shot.holds(int(times[0])) and shot.holds(int(times[-1])) for shot in shots) == 1
        for before, after in pairwise(track):
            assert overlap[before, after] >= 0.3
            assert np.abs(sightings.thumbnails[before] - sightings.thumbnails[after]).mean() <= 0.2 + 1e-6
    kept = [track.tolist() for track in link(sightings, shots, samples, min_sightings=2)]
    alone = {shot.index for shot in shots if sum(shot.holds(int(t_ms)) for t_ms in samples) == 1}
    shot_of = [next(shot.index for shot in shots if shot.holds(sight.t_ms)) for sight in sights]
    assert kept == [track.tolist() for track in found if len(track) >= 2 or shot_of[track[0]] in alone]


@given(some_sightings())
def test_overlap_is_that_of_boxes(given_: tuple[list[Sight], list[Shot]]) -> None:
    sightings = seen(given_[0])
    boxes = [Box(x0=row[0], y0=row[1], x1=row[2], y1=row[3]) for row in sightings.boxes.tolist()]
    expected = np.asarray([[a.iou(b) for b in boxes] for a in boxes]).reshape(len(boxes), len(boxes))
    np.testing.assert_allclose(ious(sightings.boxes, sightings.boxes), expected, atol=1e-5)


SHOT = Shot(index=1, start_ms=1000, end_ms=9000)


@pytest.mark.parametrize(
    ("first", "last", "span"),
    [
        (4000, 6000, (3800, 6200)),  # half way to the samples it was not seen in
        (1000, 6000, (1000, 6200)),
        (1400, 6000, (1000, 6200)),  # near the start of the shot
        (2000, 6000, (1800, 6200)),
        (4000, 8400, (3800, 9000)),
        (4000, 8000, (3800, 8200)),
        (1000, 8800, (1000, 9000)),
        (4000, 4000, (3800, 4200)),
    ],
)
def test_how_long_a_thing_was_on_screen(first: int, last: int, span: tuple[int, int]) -> None:
    found = span_of([first, (first + last) // 2, last], SHOT, np.arange(0, 20_000, 400))
    assert found == Span(start_ms=span[0], end_ms=span[1])


def test_nothing_is_known_between_two_samples_however_far_apart_they_lie() -> None:
    assert span_of([4000], SHOT, np.asarray([1500, 4000, 7000])) == Span(start_ms=2750, end_ms=5500)
    assert span_of([4000], SHOT, np.asarray([900, 4000, 9000])) == Span(start_ms=1000, end_ms=9000)


@given(start=st.integers(0, 5000), length=st.integers(1, 5000), data=st.data())
def test_a_span_lies_in_its_shot_and_holds_what_was_seen(start: int, length: int, data: st.DataObject) -> None:
    shot = Shot(index=0, start_ms=start, end_ms=start + length)
    times = sorted(data.draw(st.sets(st.integers(start, start + length - 1), min_size=1, max_size=5)))
    missed = data.draw(st.sets(st.integers(0, 12_000), max_size=9))
    found = span_of(times, shot, np.asarray(sorted({*times, *missed})))
    assert shot.start_ms <= found.start_ms < found.end_ms <= shot.end_ms
    assert found.start_ms <= times[0]
    assert found.end_ms > times[-1]


def views(*sights: Sight, count: int = 3) -> list[int]:
    sightings = seen(sights)
    return [int(row) for row in best_views(sightings, np.arange(len(sights)), SHOT, count=count)]


def test_the_best_views_are_sharp_large_and_sure() -> None:
    assert views(Sight(4000, 0.4), Sight(4400, 0.4, sharpness=3), Sight(4800, 0.4, sharpness=2)) == [1, 2, 0]
    assert views(Sight(4000, 0.4), Sight(4400, 0.4, width=0.5), Sight(4800, 0.4, width=0.3)) == [1, 2, 0]
    assert views(Sight(4000, 0.4, confidence=0.5), Sight(4400, 0.4), Sight(4800, 0.4, confidence=0.2)) == [1, 0, 2]
    assert views(*[Sight(4000 + 400 * i, 0.4) for i in range(5)]) == [0, 1, 2]
    assert views(*[Sight(4000 + 400 * i, 0.4) for i in range(5)], count=1) == [0]
    assert views(Sight(4000, 0.4), count=3) == [0]


def test_size_counts_by_its_side() -> None:
    """Four times the area is worth twice the sharpness."""
    assert views(Sight(4000, 0.1, sharpness=2.1), Sight(4400, 0.1, width=0.8)) == [0, 1]
    assert views(Sight(4000, 0.1, sharpness=1.9), Sight(4400, 0.1, width=0.8)) == [1, 0]


@pytest.mark.parametrize("edge_ms", [1000, 1399, 8600, 8999])
def test_views_at_the_ends_of_a_shot_come_last(edge_ms: int) -> None:
    """Fades are there."""
    assert views(Sight(edge_ms, 0.4, sharpness=5), Sight(5000, 0.4)) == [1, 0]
    assert views(Sight(edge_ms, 0.4, sharpness=50), Sight(5000, 0.4)) == [0, 1]
    assert views(Sight(1400, 0.4, sharpness=5), Sight(8599, 0.4)) == [0, 1]


def test_views_are_rows_of_the_track() -> None:
    sightings = seen([Sight(4000, 0.4, sharpness=9), Sight(4400, 0.4), Sight(4800, 0.4, sharpness=2)])
    assert best_views(sightings, np.asarray([1, 2]), SHOT, count=2).tolist() == [2, 1]
