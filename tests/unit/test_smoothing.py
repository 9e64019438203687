"""Boxes over time: jitter goes, movement stays, and there are enough of them to follow."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoppable.logic.smoothing import EVERY_MS, smooth
from shoppable.model.arrays import Floats
from shoppable.model.time import Span

SIZE = np.asarray([0.0, 0.0, 0.2, 0.4])
SAMPLED = list(range(0, 4001, 400))
AROUND = Span(start_ms=0, end_ms=4001)


def at(*lefts: float) -> Floats:
    """Boxes of one size with these left edges."""
    return np.asarray(SIZE + np.asarray([(left, 0.3, left, 0.3) for left in lefts]), np.float32)


def jittery(lefts: Floats, sd: float = 0.012) -> Floats:
    noise = np.random.default_rng(7).normal(0, sd, (len(lefts), 4))
    return np.asarray(at(*lefts) + noise, np.float32)


def off(found: Floats, meant: Floats) -> float:
    """Root mean square distance of corners."""
    return float(np.sqrt(np.mean((found - meant) ** 2)))


def test_a_still_box_stays() -> None:
    times, boxes = smooth(SAMPLED, at(*[0.4] * 11), AROUND)
    assert times.dtype == np.int64
    assert boxes.dtype == np.float32
    np.testing.assert_allclose(boxes, at(*[0.4] * len(times)), atol=1e-5)


@pytest.mark.parametrize("speed", [0.02, 0.1, -0.3])
def test_what_moves_evenly_is_where_it_is(speed: float) -> None:
    """Also between the samples; the ends, where the speed is not known yet, are off by less than a pixel."""
    start = 0.4 if speed > 0 else 1.4
    times, boxes = smooth(SAMPLED, at(*(start + speed * t / 1000 for t in SAMPLED)), AROUND)
    meant = at(*(start + speed * t / 1000 for t in times))
    np.testing.assert_allclose(boxes[times <= 4000], meant[times <= 4000], atol=5e-4)


def test_what_moves_evenly_is_found_again_after_a_gap() -> None:
    sampled = [0, 400, 800, 1200, 2400, 2800, 3200]
    times, boxes = smooth(sampled, at(*(0.1 * t / 1000 for t in sampled)), Span(start_ms=0, end_ms=3201))
    np.testing.assert_allclose(boxes, at(*(0.1 * t / 1000 for t in times)), atol=5e-4)


@pytest.mark.parametrize("speed", [0.0, 0.1])
def test_jitter_is_taken_out(speed: float) -> None:
    sampled = list(range(0, 20_001, 400))
    meant = np.asarray([0.1 + speed * t / 1000 for t in sampled], np.float32)
    noisy = jittery(meant)
    times, boxes = smooth(sampled, noisy, Span(start_ms=0, end_ms=20_001))
    smoothed = boxes[np.isin(times, sampled)]
    assert off(smoothed, at(*meant)) < 0.75 * off(noisy, at(*meant))
    shake = np.abs(np.diff(noisy, n=2, axis=0)).mean()
    assert np.abs(np.diff(smoothed, n=2, axis=0)).mean() < shake / 2


def test_what_turns_back_is_still_followed() -> None:
    """A thing that swings to and fro within four seconds is not flattened to its middle."""
    sampled = list(range(0, 8001, 400))
    swinging = [0.4 + 0.1 * float(np.sin(t / 1000 * np.pi / 2)) for t in sampled]
    times, boxes = smooth(sampled, at(*swinging), Span(start_ms=0, end_ms=8001))
    inner = boxes[np.isin(times, sampled)]
    assert np.abs(inner[:, 0] - np.asarray(swinging)).max() < 0.02


def test_each_corner_is_smoothed_by_itself() -> None:
    still, moving = at(*[0.4] * 11), at(*(0.1 + 0.05 * i for i in range(11)))
    mixed = np.concatenate([still[:, :2], moving[:, 2:]], axis=1)
    _, boxes = smooth(SAMPLED, mixed, AROUND)
    np.testing.assert_allclose(boxes[:, :2], smooth(SAMPLED, still, AROUND)[1][:, :2], atol=1e-6)
    np.testing.assert_allclose(boxes[:, 2:], smooth(SAMPLED, moving, AROUND)[1][:, 2:], atol=1e-6)


def test_the_grid_is_that_of_the_video_and_the_spans_ends_are_on_it() -> None:
    times, _ = smooth([400, 800], at(0.4, 0.4), Span(start_ms=333, end_ms=1050))
    assert times.tolist() == [333, 400, 600, 800, 1000, 1049]
    times, _ = smooth([400, 800], at(0.4, 0.4), Span(start_ms=400, end_ms=1000))
    assert times.tolist() == [400, 600, 800, 999]


def test_before_the_first_and_after_the_last_sighting_the_box_stays() -> None:
    times, boxes = smooth([400, 800, 1200], at(0.2, 0.3, 0.4), Span(start_ms=0, end_ms=1601))
    before, after = boxes[times <= 400], boxes[times >= 1200]
    assert (before == before[0]).all()
    assert (after == after[0]).all()
    assert len(before) == len(after) == 3


def test_what_was_seen_once_stays_where_it_was() -> None:
    times, boxes = smooth([400], at(0.25), Span(start_ms=200, end_ms=600))
    assert times.tolist() == [200, 400, 599]
    np.testing.assert_array_equal(boxes, at(0.25, 0.25, 0.25))


def test_of_two_sightings_both_are_believed() -> None:
    times, boxes = smooth([0, 400], at(0.2, 0.4), Span(start_ms=0, end_ms=401))
    assert times.tolist() == [0, 200, 400]
    np.testing.assert_allclose(boxes, at(0.2, 0.3, 0.4), atol=1e-6)


@given(
    times=st.lists(st.integers(0, 50), min_size=1, max_size=20, unique=True).map(sorted),
    lefts=st.lists(st.floats(0, 0.8), min_size=20, max_size=20),
    margins=st.tuples(st.integers(0, 700), st.integers(1, 700)),
)
def test_there_are_five_a_second_within_the_span_near_what_was_seen(
    times: list[int], lefts: list[float], margins: tuple[int, int]
) -> None:
    sampled = [1000 + 400 * t for t in times]
    span = Span(start_ms=sampled[0] - margins[0], end_ms=sampled[-1] + margins[1])
    seen = at(*lefts[: len(sampled)])
    found, boxes = smooth(sampled, seen, span)
    assert len(found) == len(boxes)
    assert found[0] == span.start_ms
    assert found[-1] == span.end_ms - 1
    gaps = np.diff(found)
    assert (gaps > 0).all()
    assert (gaps <= EVERY_MS).all()
    assert EVERY_MS <= 200
    assert np.isfinite(boxes).all()
    assert boxes.min() > seen.min() - 0.5
    assert boxes.max() < seen.max() + 0.5
