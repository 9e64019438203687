"""Stamps as files really have them: missing, repeated, in no order, reset."""

import logging
from collections.abc import Sequence
from fractions import Fraction

import av
import pytest

from shoppable.adapters.media.clock import Clock

CLOCK = Clock(unit_ms=Fraction(1), origin=0, frame_ms=Fraction(40))


def times(stamps: Sequence[int | None], clock: Clock = CLOCK) -> list[int]:
    frames = []
    for stamp in stamps:
        frame = av.VideoFrame(16, 16, "gray")
        frame.pts = stamp
        frames.append(frame)
    return [t_ms for t_ms, _ in clock.timed(frames, "clip.mp4")]


def test_sound_stamps_are_kept() -> None:
    assert times([0, 33, 67, 100]) == [0, 33, 67, 100]


def test_time_counts_from_the_origin_in_units_of_the_track() -> None:
    clock = Clock(unit_ms=Fraction(1000, 90_000), origin=90_000, frame_ms=Fraction(40))
    assert times([90_000, 93_003, 96_006], clock) == [0, 33, 67]
    assert clock.at(clock.tick(500)) == 500


def test_a_missing_stamp_is_one_usual_distance_on() -> None:
    assert times([0, None, 80, None, None, 200]) == [0, 40, 80, 120, 160, 200]


def test_frames_before_the_first_stamp_have_no_place() -> None:
    assert times([None, None, 80, 120]) == [80, 120]


def test_a_repeated_stamp_does_not_shift_those_that_follow() -> None:
    assert times([0, 40, 40, 80, 120]) == [0, 40, 41, 80, 120]


def test_stamps_in_no_order_still_grow() -> None:
    got = times([0, 80, 40, 120, 100, 160])
    assert got == sorted(set(got))
    assert got[-1] == 160


def test_frames_closer_than_a_millisecond_are_left_out() -> None:
    clock = Clock(unit_ms=Fraction(1, 4), origin=0, frame_ms=Fraction(1, 4))
    assert times(range(13), clock) == [0, 1, 2, 3]


def test_a_reset_ends_the_film(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        assert times([5000, 5040, 0, 40, 80]) == [5000, 5040]
    assert "clip.mp4: its clock falls back after 5040 ms" in caplog.text


def test_useless_stamps_are_replaced_by_counting() -> None:
    clock = Clock(unit_ms=Fraction(40), origin=0, frame_ms=Fraction(1000, 30), counted=True)
    assert times([3, 1, None, 2], clock) == [0, 33, 67, 100]
