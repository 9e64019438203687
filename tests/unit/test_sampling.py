"""Which frames are looked at, on planes drawn for the purpose, 25 a second."""

from collections.abc import Callable, Iterable, Sequence

import cv2
import numpy as np
import pytest

from shoppable.logic.sampling import Sampler, apart, cells_of, detail_of
from shoppable.model.arrays import Image
from shoppable.model.sampling import Sampling

USUAL = Sampling()
FRAME_MS = 40
WIDE = 64 * 8


def scene(seed: int) -> Image:
    """A wide picture of coloured patches, some of them small: (36, 512, 3)."""
    chance = np.random.default_rng(seed)
    rough = cv2.resize(chance.integers(30, 256, (6, 64, 3)).astype(np.uint8), (WIDE, 36), interpolation=cv2.INTER_CUBIC)
    return np.asarray(np.clip(rough + chance.normal(0, 12, (36, WIDE, 3)), 0, 255), np.uint8)


def still(seed: int, seconds: float) -> list[Image]:
    return [scene(seed)[:, :64]] * round(seconds * 25)


def pan(seed: int, seconds: float, cells_a_second: float) -> list[Image]:
    """A camera that turns to the right by so many columns of 64 a second."""
    wide = scene(seed)
    shifts = np.arange(round(seconds * 25)) * cells_a_second / 25
    moves = [np.asarray([[1, 0, -shift], [0, 1, 0]], np.float64) for shift in shifts]
    return [
        np.asarray(cv2.warpAffine(wide, move, (WIDE, 36), borderMode=cv2.BORDER_WRAP), np.uint8)[:, :64]
        for move in moves
    ]


def black(seconds: float) -> list[Image]:
    return [np.full((36, 64, 3), 16, np.uint8)] * round(seconds * 25)


def mixed(one: Image, other: Image, frames: int) -> list[Image]:
    shares = (np.arange(frames) + 1) / (frames + 1)
    return [np.asarray(one * (1 - share) + other * share, np.uint8) for share in shares]


def wanted(planes: Iterable[Image], sampling: Sampling = USUAL) -> list[int]:
    """Times of the frames that are looked at."""
    sampler = Sampler(sampling)
    return [index * FRAME_MS for index, plane in enumerate(planes) if sampler.wants(index * FRAME_MS, plane)]


def test_of_a_still_there_are_two_samples_and_then_one_in_a_while() -> None:
    assert wanted(still(1, 12)) == [0, 520, 3520, 6520, 9520]


def test_nothing_is_looked_at_in_black() -> None:
    assert wanted(black(20)) == []
    assert wanted([*black(2), *still(1, 1)]) == [2160, 2680]
    times = wanted([*still(1, 1), *black(5), *still(2, 1)])
    assert [t_ms for t_ms in times if 1000 <= t_ms < 6000] == []
    assert len([t_ms for t_ms in times if t_ms >= 6000]) == 2


@pytest.mark.parametrize("level", [0, 255])
@pytest.mark.parametrize("frames", [1, 2, 3])
def test_a_flash_is_not_looked_at_and_nothing_because_of_it(level: int, frames: int) -> None:
    flash = [np.full((36, 64, 3), level, np.uint8)] * frames
    planes = still(1, 6)
    planes[40 : 40 + frames] = flash
    assert wanted(planes) == wanted(still(1, 6))


def test_after_a_cut_the_new_picture_is_looked_at_twice() -> None:
    for length in (0.8, 1.0, 2.0, 3.0):
        times = wanted([*still(1, 3), *still(2, length), *still(3, 2)])
        inside = [t_ms - 3000 for t_ms in times if 3000 <= t_ms < 3000 + 1000 * length]
        assert inside[:2] == [160, 680]


def test_of_a_short_shot_there_is_at_least_one_sample() -> None:
    planes = [plane for seed in range(30) for plane in still(seed, 0.4)]
    times = wanted(planes, USUAL.model_copy(update={"per_minute": 1_000}))
    assert {t_ms // 400 for t_ms in times} == set(range(30))


def test_the_faster_a_camera_turns_the_more_is_looked_at() -> None:
    counts = [len(wanted(pan(1, 12, speed))) for speed in (0, 0.5, 2, 8)]
    assert counts == sorted(set(counts))


@pytest.mark.parametrize("speed", [0.5, 2, 4, 8, 16])
def test_samples_are_never_closer_than_the_soonest_nor_farther_than_the_latest(speed: float) -> None:
    gaps = np.diff(wanted(pan(3, 12, speed)))
    assert gaps.min() >= min(USUAL.soonest_ms, USUAL.settle_ms)
    assert gaps.max() <= USUAL.latest_ms + USUAL.patience_ms + FRAME_MS


def test_a_hand_that_moves_is_seen_before_a_still_ground() -> None:
    planes = []
    for index, ground in enumerate(still(1, 6)):
        plane = ground.copy()
        at = 4 + int(index / 150 * 44)
        plane[8:28, at : at + 12] = (230, 40, 40)
        planes.append(plane)
    assert len(wanted(planes)) >= 2 * len(wanted(still(1, 6)))


@pytest.mark.parametrize("frames", [10, 20, 23, 37, 60])
def test_every_picture_that_stays_is_looked_at_soon(frames: int) -> None:
    """At most this long after it came, or as soon as it has rested."""
    soon_ms = USUAL.soonest_ms + USUAL.patience_ms + FRAME_MS
    times = np.asarray(wanted([plane for seed in range(12) for plane in still(seed, frames / 25)]))
    for start in range(0, 12 * frames * FRAME_MS, frames * FRAME_MS):
        assert ((times >= start) & (times <= start + soon_ms)).any()


def strobe(seconds: float) -> list[Image]:
    """Another picture every fifth of a second."""
    return [scene(index // 5)[:, :64] for index in range(round(seconds * 25))]


@pytest.mark.parametrize("per_minute", [10, 60])
@pytest.mark.parametrize("film", [strobe, lambda seconds: pan(1, seconds, 20)], ids=["strobe", "pan"])
def test_the_budget_holds(film: Callable[[float], list[Image]], per_minute: int) -> None:
    how = USUAL.model_copy(update={"per_minute": per_minute, "burst": 5})
    times = np.asarray(wanted(film(120), how))
    assert len(times) <= 2 * per_minute + 2 * how.burst + 1
    assert len(times[times > 60_000]) >= per_minute // 2
    for start in range(0, 120_000, 10_000):
        inside = ((times >= start) & (times < start + 10_000)).sum()
        assert inside <= per_minute / 6 + 2 * how.burst + 1


def test_a_picture_that_never_rests_is_looked_at_all_the_same() -> None:
    chance = np.random.default_rng(1)
    noise: Sequence[Image] = [chance.integers(0, 256, (36, 64, 3)).astype(np.uint8) // 4 * 4 for _ in range(250)]
    coarse = [np.asarray(np.kron(each[::12, ::16], np.ones((12, 16, 1))), np.uint8) for each in noise]
    gaps = np.diff([0, *wanted(coarse)])
    assert gaps.max() <= USUAL.soonest_ms + USUAL.patience_ms + FRAME_MS


def test_a_dissolve_ends_with_two_looks_at_the_new_picture() -> None:
    one, other = still(1, 2), still(2, 3)
    times = wanted([*one, *mixed(one[0], other[0], 15), *other])
    assert len([t_ms for t_ms in times if 2500 <= t_ms < 4600]) >= 2  # almost nothing is left of the old one


def test_a_sharp_frame_is_waited_for_but_not_long() -> None:
    how = USUAL.model_copy(update={"settle_ms": 0, "soonest_ms": 400, "latest_ms": 400, "patience_ms": 120})
    planes = still(1, 2)
    blurred = np.asarray(cv2.GaussianBlur(planes[0], (0, 0), 1.2), np.uint8)
    assert detail_of(blurred) < 0.8 * detail_of(planes[0])
    assert apart(cells_of(blurred), cells_of(planes[0])) < how.changed
    assert wanted(planes, how)[:2] == [0, 400]
    planes[10:12] = [blurred] * 2
    assert wanted(planes, how)[:2] == [0, 480]
    planes[10:30] = [blurred] * 20
    assert wanted(planes, how)[:2] == [0, 520]


def test_how_far_apart_pictures_are() -> None:
    white, grey = np.full((36, 64, 3), 255, np.uint8), np.full((36, 64, 3), 51, np.uint8)
    assert apart(cells_of(white), cells_of(grey)) == pytest.approx(0.8, abs=1e-6)
    assert apart(cells_of(white), cells_of(white)) == 0
    spot = white.copy()
    spot[:8, :28] = 0  # 14 of 144 cells
    assert apart(cells_of(spot), cells_of(white)) == pytest.approx(1, abs=1e-6)


def test_frames_before_the_span_tell_nothing() -> None:
    sampler = Sampler(USUAL)
    assert not sampler.wants(0, None)
    assert sampler.wants(FRAME_MS, still(1, 1)[0])


def test_a_sampling_is_json() -> None:
    assert Sampling.model_validate_json(USUAL.model_dump_json()) == USUAL
