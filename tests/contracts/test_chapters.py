"""What every adapter of `ports.ShotDetector` makes of shots: few chapters, where much changes."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest

from shoppable.adapters.shots.content import ContentShots
from shoppable.model.video import Chapter
from shoppable.ports import ShotDetector
from tests.contracts.test_shot_contents import BLACK, credits_at
from tests.contracts.test_shots import Strip, cut, fade, take

ADAPTERS: list[Callable[[], ShotDetector]] = [ContentShots]


@pytest.fixture(params=ADAPTERS, ids=["content"])
def detector(request: pytest.FixtureRequest) -> ShotDetector:
    adapter: Callable[[], ShotDetector] = request.param
    return adapter()


def place(colour: tuple[float, float, float], shots: int = 6, seed: int = 0) -> Strip:
    """Shots of five seconds each in light of one colour: other views of one place."""
    lit = np.asarray(colour) / max(colour)
    return cut(*(take(seed + number, 50) * lit for number in range(shots)))


SEA, SUNSET = (0.35, 0.6, 1.0), (1.0, 0.5, 0.2)


def chapters(detector: ShotDetector, strip: Strip, every_ms: int = 100) -> list[int]:
    """Start of every chapter but the first, in ms."""
    planes = np.clip(strip, 0, 255).astype(np.uint8)
    times = np.arange(len(planes), dtype=np.int64) * every_ms
    measures = np.stack([detector.measure(plane) for plane in planes])
    shots = detector.detect(times, measures, len(planes) * every_ms)
    found = detector.chapters(shots, times, measures)
    check_cover(found, len(planes) * every_ms)
    assert {each.start_ms for each in found} <= {shot.start_ms for shot in shots}
    return [each.start_ms for each in found[1:]]


def check_cover(found: tuple[Chapter, ...], duration_ms: int) -> None:
    assert (found[0].start_ms, found[-1].end_ms) == (0, duration_ms)
    assert all(before.end_ms == after.start_ms for before, after in pairwise(found))
    assert [each.index for each in found] == list(range(len(found)))


def test_views_of_one_place_are_one_chapter(detector: ShotDetector) -> None:
    assert chapters(detector, place(SEA, 12)) == []


def test_another_place_is_another_chapter(detector: ShotDetector) -> None:
    strip = cut(place(SEA), place(SUNSET, seed=6), place(SEA, seed=12))
    assert chapters(detector, strip) == [30_000, 60_000]


def test_black_in_between_parts_places_that_look_alike(detector: ShotDetector) -> None:
    black = fade(place((1, 1, 1)), place((0.8, 0.9, 1), seed=6), 5, 15)
    assert chapters(detector, black) == [pytest.approx(31_500, abs=200)]


def test_what_is_short_is_no_chapter(detector: ShotDetector) -> None:
    strip = cut(place(SEA), place(SUNSET, 2, seed=6), place(SEA, seed=12))
    found = chapters(detector, strip)
    assert all(later - start >= 15_000 for start, later in pairwise([0, *found, 70_000]))


def test_a_film_of_many_places_has_few_chapters(detector: ShotDetector) -> None:
    places = [place(SEA if number % 2 else SUNSET, 4, seed=4 * number) for number in range(40)]
    assert 4 <= len(chapters(detector, cut(*places))) <= 11


def test_credits_are_a_chapter_however_short(detector: ShotDetector) -> None:
    end = np.stack([credits_at(t_s, 24, BLACK) for t_s in np.arange(0, 5, 0.1)]).astype(float)
    assert chapters(detector, cut(place(SEA), end)) == [pytest.approx(30_000, abs=200)]


def test_one_shot_is_one_chapter(detector: ShotDetector) -> None:
    assert chapters(detector, take(1, 60)) == []
