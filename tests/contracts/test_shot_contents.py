"""What every adapter of `ports.ShotDetector` says of shots: black, still, credits or moving, on drawn films."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from shoppable.adapters.shots.content import ContentShots
from shoppable.model.video import Content, Shot, Transition
from shoppable.ports import ShotDetector
from tests.contracts.test_shots import Plane, Strip, cut, dissolve, fade, take

ADAPTERS: list[Callable[[], ShotDetector]] = [ContentShots]
WIDTH, HEIGHT = 1280, 720
BLACK, BLUE, WHITE = (0, 0, 0), (20, 30, 90), (250, 250, 250)


@pytest.fixture(params=ADAPTERS, ids=["content"])
def detector(request: pytest.FixtureRequest) -> ShotDetector:
    adapter: Callable[[], ShotDetector] = request.param
    return adapter()


def squeezed(picture: Image.Image) -> Plane:
    return np.asarray(cv2.resize(np.asarray(picture), (64, 36), interpolation=cv2.INTER_AREA), np.uint8)


def credits_at(t_s: float, size_px: int, ground: tuple[int, int, int]) -> Plane:
    """Two columns of names that roll upwards, 90 px a second."""
    picture = Image.new("RGB", (WIDTH, HEIGHT), ground)
    pen, font, chance = ImageDraw.Draw(picture), ImageFont.load_default(size=size_px), np.random.default_rng(size_px)
    ink = (10, 10, 10) if ground == WHITE else (235, 235, 235)
    for line in range(120):
        left, right = ("".join(map(chr, 97 + chance.integers(0, 26, chance.integers(5, 16)))) for _ in range(2))
        top = HEIGHT - 90 * t_s + line * 1.5 * size_px
        if -size_px < top < HEIGHT and line % 7 != 6:
            pen.text((WIDTH / 2 - 20, top), left, fill=ink, font=font, anchor="ra")
            pen.text((WIDTH / 2 + 20, top), right, fill=ink, font=font)
    return squeezed(picture)


def rolling(size_px: int, ground: tuple[int, int, int]) -> Strip:
    return np.stack([credits_at(t_s, size_px, ground) for t_s in np.arange(0, 8, 0.04)]).astype(float)


def still(plane: Plane, frames: int = 100) -> Strip:
    return np.repeat(plane[None].astype(float), frames, axis=0)


def goods(number: int, *, side_px: int) -> Plane:
    """A tray of goods on white, each of a shape and colour of its own, with a label."""
    picture, chance = Image.new("RGB", (WIDTH, HEIGHT), (255, 255, 255)), np.random.default_rng(number)
    pen = ImageDraw.Draw(picture)
    for place in range(number):
        left = 60 + place % 5 * 240 if number > 1 else (WIDTH - side_px) // 2
        top = 20 + place // 5 * 235
        right, bottom = left + side_px * chance.uniform(0.5, 1), top + side_px * chance.uniform(0.7, 1)
        pen.rounded_rectangle((left, top, right, bottom), 20, fill=tuple(int(v) for v in chance.integers(20, 200, 3)))
        pen.rectangle((left + 20, top + side_px // 3, right - 20, top + side_px // 2), fill=(240, 240, 220))
    return squeezed(picture)


def shots_of(detector: ShotDetector, strip: Strip) -> tuple[Shot, ...]:
    noise = np.random.default_rng(7).normal(0, 1, strip.shape)
    planes = np.clip(strip + noise, 0, 255).astype(np.uint8)
    measures = np.stack([detector.measure(plane) for plane in planes])
    return detector.detect(np.arange(len(planes), dtype=np.int64) * 40, measures, len(planes) * 40)


def contents(detector: ShotDetector, strip: Strip) -> list[Content]:
    return [shot.content for shot in shots_of(detector, strip)]


BODY = cut(*(take(seed, 75) for seed in range(4)))


def test_a_picture_that_moves_and_one_that_does_not(detector: ShotDetector) -> None:
    strip = cut(take(1, 75), take(2, 75, pan_px_s=0), take(3, 75, pan_px_s=1))
    assert contents(detector, strip) == [Content.MOVING, Content.STILL, Content.MOVING]


def test_a_still_in_which_something_small_moves_is_none(detector: ShotDetector) -> None:
    strip = take(2, 100, pan_px_s=0)
    for frame in range(100):
        strip[frame, 20:24, 10 + frame // 5 : 14 + frame // 5] = 30
    assert contents(detector, strip) == [Content.MOVING]


def test_a_still_that_is_faded_in_and_out_stays_one(detector: ShotDetector) -> None:
    strip = fade(fade(take(1, 75), take(2, 100, pan_px_s=0), 8, 2), take(3, 75), 8, 2)
    assert contents(detector, strip) == [Content.MOVING, Content.STILL, Content.MOVING]


def test_black_between_two_scenes_and_at_the_end(detector: ShotDetector) -> None:
    strip = cut(fade(take(1, 75), take(2, 75), 8, 40), np.zeros((50, 36, 64, 3)))
    assert contents(detector, strip) == [Content.MOVING, Content.BLACK, Content.MOVING, Content.BLACK]


def test_a_dark_scene_is_not_black(detector: ShotDetector) -> None:
    night = take(2, 75) * 0.3
    assert contents(detector, cut(take(1, 75), night)) == [Content.MOVING, Content.MOVING]


@pytest.mark.parametrize("ground", [BLACK, BLUE, WHITE], ids=["black", "blue", "white"])
@pytest.mark.parametrize("size_px", [16, 24, 40])
def test_credits_that_roll_or_stand(detector: ShotDetector, size_px: int, ground: tuple[int, int, int]) -> None:
    assert contents(detector, cut(BODY, rolling(size_px, ground)))[4:] == [Content.CREDITS]
    assert contents(detector, cut(BODY, still(credits_at(7, size_px, ground))))[4:] == [Content.CREDITS]


def test_names_at_the_beginning_are_no_credits(detector: ShotDetector) -> None:
    assert Content.CREDITS not in contents(detector, cut(rolling(24, BLACK), BODY))


@pytest.mark.parametrize(("count", "side_px"), [(1, 600), (5, 200), (15, 200)])
def test_goods_on_white_at_the_end_are_no_credits(detector: ShotDetector, count: int, side_px: int) -> None:
    assert contents(detector, cut(BODY, still(goods(count, side_px=side_px))))[4:] == [Content.STILL]


def test_how_a_shot_begins(detector: ShotDetector) -> None:
    strip = fade(dissolve(cut(take(1, 60), take(2, 60)), take(3, 75), 15), take(4, 60), 12, 4)
    begins = [shot.begins_by for shot in shots_of(detector, strip)]
    assert begins == [Transition.CUT, Transition.CUT, Transition.DISSOLVE, Transition.FADE]
