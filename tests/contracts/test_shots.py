"""What every adapter of `ports.ShotDetector` promises, on films drawn as planes."""

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from shoppable.adapters.media.libav import LibavMedia
from shoppable.adapters.shots.content import ContentShots
from shoppable.errors import InvalidInput
from shoppable.model.sampling import Sampling
from shoppable.model.time import Span
from shoppable.model.video import Shot
from shoppable.ports import ShotDetector
from tests.films import Film, draw

Plane = NDArray[np.uint8]
Strip = NDArray[np.float64]
RATES = [24, 25, 30, 50]


ADAPTERS: list[Callable[[], ShotDetector]] = [ContentShots]


@pytest.fixture(params=ADAPTERS, ids=["content"])
def detector(request: pytest.FixtureRequest) -> ShotDetector:
    adapter: Callable[[], ShotDetector] = request.param
    return adapter()


def landscape(seed: int) -> Plane:
    """A picture of 256 x 72 px with soft and hard shapes, as a camera would pan over."""
    chance = np.random.default_rng(seed)
    soft = cv2.resize(chance.uniform(20, 235, (6, 20, 3)), (256, 72), interpolation=cv2.INTER_CUBIC)
    picture = np.clip(soft, 0, 255)
    for _ in range(12):
        corner, size = chance.integers(0, (240, 60)), chance.integers((6, 6), (50, 30))
        picture[corner[1] : corner[1] + size[1], corner[0] : corner[0] + size[0]] = chance.integers(0, 255, 3)
    return picture.astype(np.uint8)


def take(seed: int, frames: int, *, rate: float = 25, pan_px_s: float = 2.5, start_px: float = 90) -> Strip:
    """One camera's planes, (frames, 36, 64, 3): it pans by `pan_px_s` of a plane's 64 px a second."""
    picture = landscape(seed).astype(np.float64)
    planes = []
    for frame in range(frames):
        shift = np.array([[1, 0, -(start_px + pan_px_s * frame / rate)], [0, 1, -18]], np.float64)
        planes.append(cv2.warpAffine(picture, shift, (64, 36), borderMode=cv2.BORDER_REFLECT))
    return np.stack(planes)


def cut(*takes: Strip) -> Strip:
    return np.concatenate(takes)


def dissolve(first: Strip, second: Strip, frames: int) -> Strip:
    share = ((np.arange(frames) + 1) / (frames + 1))[:, None, None, None]
    return cut(first[:-frames], (1 - share) * first[-frames:] + share * second[:frames], second[frames:])


def fade(first: Strip, second: Strip, frames: int, hold: int) -> Strip:
    light = (np.arange(frames, 0, -1) / (frames + 1))[:, None, None, None]
    black = np.zeros((hold, *first.shape[1:]))
    return cut(first[:-frames], first[-frames:] * light, black, second[:frames] * light[::-1], second[frames:])


def through_white(first: Strip, second: Strip, frames: int, hold: int) -> Strip:
    return 255 - fade(255 - first, 255 - second, frames, hold)


def strobe(strip: Strip, light: float, period: int, bright: int) -> Strip:
    """Frames 40 to 100 are, `bright` of each `period`, as they are; the others are burnt out, or dark, by `light`."""
    lit = strip.copy()
    for frame in range(40, 100):
        if (frame - 40) % period >= bright:
            lit[frame] = (1 - light) * strip[frame] + light * 255 if light > 0 else (1 + light) * strip[frame]
    return lit


def found(detector: ShotDetector, strip: Strip, rate: float = 25) -> list[int]:
    """Start of every shot but the first; each film gets some sensor noise."""
    noise = np.random.default_rng(7).normal(0, 1, strip.shape)
    planes = np.clip(strip + noise, 0, 255).astype(np.uint8)
    times = np.round(np.arange(len(planes)) * 1000 / rate).astype(np.int64)
    return starts(detector, planes, times, round(len(planes) * 1000 / rate))


def starts(detector: ShotDetector, planes: Iterable[Plane], times: NDArray[np.int64], duration_ms: int) -> list[int]:
    measures = np.stack([detector.measure(plane) for plane in planes])
    shots = detector.detect(times, measures, duration_ms)
    check_cover(shots, duration_ms)
    return [shot.start_ms for shot in shots[1:]]


def check_cover(shots: Sequence[Shot], duration_ms: int) -> None:
    assert shots[0].start_ms == 0
    assert shots[-1].end_ms == duration_ms
    assert all(before.end_ms == after.start_ms for before, after in pairwise(shots))
    assert [shot.index for shot in shots] == list(range(len(shots)))


class TestMeasure:
    def test_is_small_and_of_one_size(self, detector: ShotDetector) -> None:
        measures = [detector.measure(plane.astype(np.uint8)) for plane in take(1, 3)]
        assert {measure.shape for measure in measures} == {measures[0].shape}
        assert measures[0].dtype == np.float32
        assert measures[0].ndim == 1
        assert measures[0].size <= 128

    def test_differs_where_colours_differ(self, detector: ShotDetector) -> None:
        red, green = np.zeros((36, 64, 3), np.uint8), np.zeros((36, 64, 3), np.uint8)
        red[..., 0], green[..., 1] = 150, 76
        assert np.abs(detector.measure(red) - detector.measure(green)).max() > 0.1


class TestBoundaries:
    @pytest.mark.parametrize("rate", RATES)
    def test_a_cut_lies_at_the_first_new_frame(self, detector: ShotDetector, rate: int) -> None:
        lengths = [2 * rate, rate, 3 * rate, 2 * rate]
        strip = cut(*(take(seed, length, rate=rate) for seed, length in enumerate(lengths)))
        due = [round(first * 1000 / rate) for first in np.cumsum(lengths)[:-1]]
        assert found(detector, strip, rate) == due

    def test_a_cut_blurred_over_one_frame_is_one_boundary(self, detector: ShotDetector) -> None:
        assert found(detector, dissolve(take(1, 60), take(2, 60), 1)) == [pytest.approx(59 * 40, abs=40)]

    @pytest.mark.parametrize("rate", RATES)
    @pytest.mark.parametrize("length_ms", [300, 500, 800, 1200, 1800])
    def test_a_dissolve_is_one_boundary_in_its_middle(self, detector: ShotDetector, rate: int, length_ms: int) -> None:
        frames = round(length_ms * rate / 1000)
        strip = dissolve(take(1, 3 * rate, rate=rate), take(2, 3 * rate, rate=rate), frames)
        assert found(detector, strip, rate) == [pytest.approx(3000 - length_ms / 2, abs=100)]

    @pytest.mark.parametrize("rate", RATES)
    @pytest.mark.parametrize(("length_ms", "hold_ms"), [(300, 0), (300, 200), (500, 0), (800, 600)])
    def test_a_fade_through_black_is_one_boundary_where_it_is_darkest(
        self, detector: ShotDetector, rate: int, length_ms: int, hold_ms: int
    ) -> None:
        frames, hold = round(length_ms * rate / 1000), round(hold_ms * rate / 1000)
        strip = fade(take(3, 3 * rate, rate=rate), take(4, 3 * rate, rate=rate), frames, hold)
        assert found(detector, strip, rate) == [pytest.approx(3000 + hold * 500 / rate, abs=60)]

    @pytest.mark.parametrize("rate", RATES)
    @pytest.mark.parametrize(("length_ms", "hold_ms"), [(300, 0), (300, 200), (500, 0), (800, 600)])
    def test_a_fade_through_white_is_one_boundary_where_it_is_whitest(
        self, detector: ShotDetector, rate: int, length_ms: int, hold_ms: int
    ) -> None:
        frames, hold = round(length_ms * rate / 1000), round(hold_ms * rate / 1000)
        strip = through_white(take(3, 3 * rate, rate=rate), take(4, 3 * rate, rate=rate), frames, hold)
        assert found(detector, strip, rate) == [pytest.approx(3000 + hold * 500 / rate, abs=60)]

    @pytest.mark.parametrize("hold_ms", [1200, 3000])
    @pytest.mark.parametrize("join", [fade, through_white])
    def test_black_or_white_that_lasts_is_a_shot_of_its_own(
        self, detector: ShotDetector, join: Callable[[Strip, Strip, int, int], Strip], hold_ms: int
    ) -> None:
        strip = join(take(3, 75), take(4, 75), 8, hold_ms // 40)
        assert found(detector, strip) == [pytest.approx(3000, abs=100), pytest.approx(3000 + hold_ms, abs=100)]

    def test_a_fade_out_and_in_again_of_one_scene_is_a_boundary(self, detector: ShotDetector) -> None:
        assert found(detector, fade(take(3, 75), take(3, 75), 15, 10)) == [pytest.approx(3200, abs=80)]

    @pytest.mark.parametrize("seed", range(4))
    @pytest.mark.parametrize(("frames", "pan_px_s"), [(8, 12), (12, 6), (45, 2.5)])
    def test_a_dissolve_while_both_cameras_pan(
        self, detector: ShotDetector, seed: int, frames: int, pan_px_s: float
    ) -> None:
        first = take(seed, 75, pan_px_s=pan_px_s, start_px=40)
        second = take(seed + 10, 75, pan_px_s=-pan_px_s, start_px=120)
        assert found(detector, dissolve(first, second, frames)) == [pytest.approx((75 - frames / 2) * 40, abs=200)]

    def test_a_white_flash_over_a_cut_hides_it_not(self, detector: ShotDetector) -> None:
        strip = cut(take(1, 60), take(2, 60))
        strip[58:61] = 255
        assert found(detector, strip) == [pytest.approx(60 * 40, abs=120)]

    def test_a_cut_soon_after_a_fade_is_found(self, detector: ShotDetector) -> None:
        # The picture goes on getting lighter, ever so slowly, up to the cut.
        second = take(4, 25) * np.linspace(0.8, 0.82, 25)[:, None, None, None]
        strip = cut(fade(take(3, 75), second, 10, 0), take(5, 60))
        assert found(detector, strip) == [pytest.approx(75 * 40, abs=60), (75 + 25) * 40]

    def test_all_kinds_in_one_film(self, detector: ShotDetector) -> None:
        strip = cut(take(1, 60), take(2, 60))
        strip = dissolve(strip, take(3, 75), 15)
        strip = fade(strip, take(4, 75), 12, 4)
        strip = cut(strip, take(5, 50))
        assert found(detector, strip) == [
            2400,
            pytest.approx((105 + 7.5) * 40, abs=100),
            pytest.approx((180 + 2) * 40, abs=80),
            (180 + 4 + 75) * 40,
        ]

    def test_of_two_boundaries_too_close_one_stays(self, detector: ShotDetector) -> None:
        assert len(found(detector, cut(take(1, 50), take(2, 5), take(3, 50)))) == 1

    def test_a_film_faded_in_and_out_has_no_extra_shots(self, detector: ShotDetector) -> None:
        black = np.zeros((15, 36, 64, 3))
        strip = fade(cut(black, take(1, 60)), cut(take(2, 60), black), 12, 0)
        assert found(detector, strip) == [pytest.approx(75 * 40, abs=80)]


class TestNoBoundaries:
    def test_a_still(self, detector: ShotDetector) -> None:
        assert found(detector, take(1, 150, pan_px_s=0)) == []

    @pytest.mark.parametrize("seed", range(4))
    def test_a_fast_pan(self, detector: ShotDetector, seed: int) -> None:
        strip = cut(take(seed, 50, pan_px_s=0), take(seed, 25, pan_px_s=75), take(seed, 50, pan_px_s=0, start_px=165))
        assert found(detector, strip) == []

    @pytest.mark.parametrize("pan_px_s", [3, 6, 12])
    @pytest.mark.parametrize("seed", range(4))
    def test_a_slow_pan(self, detector: ShotDetector, seed: int, pan_px_s: float) -> None:
        assert found(detector, take(seed, 200, pan_px_s=pan_px_s, start_px=40)) == []

    @pytest.mark.parametrize("frames", [1, 2, 3])
    def test_a_flash(self, detector: ShotDetector, frames: int) -> None:
        strip = take(1, 100)
        strip[40 : 40 + frames] = 0.2 * strip[40 : 40 + frames] + 0.8 * 255
        strip[70 : 70 + frames] = 255
        assert found(detector, strip) == []

    @pytest.mark.parametrize("frames", [1, 2, 3])
    def test_a_flash_that_dies_away(self, detector: ShotDetector, frames: int) -> None:
        strip = take(1, 100)
        for frame in range(12):
            light = 0.9 * np.exp(-max(0, frame - frames) / 2)
            strip[40 + frame] = (1 - light) * strip[40 + frame] + light * 255
        assert found(detector, strip) == []

    @pytest.mark.parametrize("light", [0.8, 1.0, -0.9])
    @pytest.mark.parametrize(("period", "bright"), [(2, 1), (3, 2), (4, 2), (6, 3), (8, 5), (12, 9), (12, 3)])
    def test_a_strobe(self, detector: ShotDetector, light: float, period: int, bright: int) -> None:
        for seed in range(3):
            assert found(detector, strobe(take(seed, 150), light, period, bright)) == []

    def test_a_dropped_frame(self, detector: ShotDetector) -> None:
        strip = take(1, 100)
        strip[50] = 0
        assert found(detector, strip) == []

    @pytest.mark.parametrize("frames", [5, 12, 50])
    def test_a_change_of_light(self, detector: ShotDetector, frames: int) -> None:
        light = np.interp(np.arange(120), [40, 40 + frames], [1.0, 0.6])
        assert found(detector, take(1, 120) * light[:, None, None, None]) == []

    def test_somebody_walks_through_the_picture(self, detector: ShotDetector) -> None:
        strip = take(1, 120, pan_px_s=0)
        for frame in range(120):
            left = frame - 20
            strip[frame, 4:, max(0, left) : max(0, left + 16)] = (40, 30, 60)
        assert found(detector, strip) == []

    @pytest.mark.parametrize("frames", [1, 8])
    def test_a_caption_comes_and_goes(self, detector: ShotDetector, frames: int) -> None:
        strip = take(1, 150)
        opacity = np.interp(np.arange(150), [40, 40 + frames, 100, 100 + frames], [0, 1, 1, 0])[:, None, None, None]
        strip[:, 28:34, 4:44] = (1 - opacity) * strip[:, 28:34, 4:44] + opacity * np.array([250, 250, 250])
        assert found(detector, strip) == []

    def test_a_dark_scene_is_not_black(self, detector: ShotDetector) -> None:
        flicker = 0.13 + 0.05 * np.sin(np.arange(120) / 8)
        assert found(detector, take(1, 120) * flicker[:, None, None, None]) == []


class TestTimes:
    def test_a_variable_rate(self, detector: ShotDetector) -> None:
        planes = cut(take(1, 60), take(2, 60)).astype(np.uint8)
        gaps = np.tile([20, 60, 33, 47], 30)
        times = np.cumsum(gaps) - gaps[0]
        assert starts(detector, planes, times, int(times[-1]) + 40) == [int(times[60])]

    def test_a_slide_show(self, detector: ShotDetector) -> None:
        planes = [landscape(seed)[18:54, 90:154] for seed in range(5)]
        times = np.arange(5, dtype=np.int64) * 4000
        assert starts(detector, planes, times, 20_000) == [4000, 8000, 12_000, 16_000]

    @pytest.mark.parametrize("frames", [0, 1, 2])
    def test_hardly_any_frames_are_one_shot(self, detector: ShotDetector, frames: int) -> None:
        planes = take(1, max(frames, 1)).astype(np.uint8)
        measures = np.stack([detector.measure(plane) for plane in planes])[:frames]
        shots = detector.detect(np.arange(frames, dtype=np.int64) * 40, measures, 80)
        assert [(shot.start_ms, shot.end_ms) for shot in shots] == [(0, 80)]

    def test_times_and_measures_that_disagree_are_refused(self, detector: ShotDetector) -> None:
        measures = np.stack([detector.measure(plane) for plane in take(1, 4).astype(np.uint8)])
        for times in ([0, 40, 80], [0, 80, 40, 120]):
            with pytest.raises(InvalidInput):
                detector.detect(np.asarray(times, np.int64), measures, 160)


def test_shots_of_an_encoded_film_do_not_depend_on_how_it_was_cut_into_spans(
    detector: ShotDetector, tmp_path: Path
) -> None:
    strip = fade(dissolve(cut(take(1, 60), take(2, 60)), take(3, 75), 15), take(4, 60), 12, 4)
    big = [cv2.resize(plane.clip(0, 255).astype(np.uint8), (192, 108)) for plane in strip]
    path = draw(tmp_path / "film.mp4", Film(frames=len(big), rate=Fraction(25)), big.__getitem__)
    media = LibavMedia(1)
    duration_ms = media.probe(path).duration_ms
    results = []
    for step in (duration_ms, 1700):
        glances = [
            glance
            for start in range(0, duration_ms, step)
            for glance in media.scan(
                path, Span(start_ms=start, end_ms=min(start + step, duration_ms)), sampling=Sampling()
            )
        ]
        times = np.asarray([glance.t_ms for glance in glances], np.int64)
        results.append(starts(detector, [glance.plane for glance in glances], times, duration_ms))
    assert results[0] == results[1]
    assert results[0] == [2400, pytest.approx(112.5 * 40, abs=100), pytest.approx(182 * 40, abs=80)]
