"""Windows that stand out, and the colours of a picture by number."""

import numpy as np
import pytest

from shoppable.adapters.vision.contrast import Scene, as_lab, colour_words
from shoppable.model.arrays import Image
from shoppable.model.geometry import Box
from tests.pictures import a_print, blank, laid_on

PLACE = Box(x0=0.4, y0=0.25, x1=0.6, y1=0.75)


def even(red: int, green: int, blue: int, width: int = 64, height: int = 36) -> Image:
    return np.full((height, width, 3), (red, green, blue), np.uint8)


def window(scene: Scene, box: Box) -> list[int]:
    across, down = (box.x0, box.x1), (box.y0, box.y1)
    x0, x1 = (round(x * scene.width) for x in across)
    y0, y1 = (round(y * scene.height) for y in down)
    return [x0, y0, x1, y1]


def test_windows_lie_in_the_picture_and_reach_all_its_edges() -> None:
    scene = Scene(blank(90, 1280, 720))
    windows = scene.windows()
    assert (scene.width, scene.height) == (128, 72)
    assert (windows[:, :2] >= 0).all()
    assert (windows[:, :2] < windows[:, 2:]).all()
    assert tuple(windows.max(axis=0)[2:]) == (128, 72)
    assert tuple(windows.min(axis=0)[:2]) == (0, 0)


@pytest.mark.parametrize(("width", "height"), [(720, 1280), (1000, 250), (250, 1000), (40, 40)])
def test_pictures_of_any_shape_have_windows(width: int, height: int) -> None:
    scene = Scene(a_print(1, width, height))
    windows = scene.windows()
    assert len(windows) > 100
    assert (windows[:, 2] <= scene.width).all()
    assert (windows[:, 3] <= scene.height).all()
    assert np.isfinite(scene.score(windows)).all()


@pytest.mark.parametrize(("width", "height"), [(300, 9), (9, 300), (1, 1), (5000, 60), (40, 720)])
def test_what_is_too_narrow_has_no_windows(width: int, height: int) -> None:
    scene = Scene(blank(90, width, height))
    assert scene.windows().shape == (0, 4)
    assert scene.score(scene.windows()).shape == (0,)


@pytest.mark.parametrize("thing", [a_print(1), even(200, 30, 30)], ids=["print", "plain"])
def test_a_window_around_a_thing_beats_others(thing: Image) -> None:
    scene = Scene(laid_on(even(90, 120, 160, 640, 360), thing, PLACE))
    beside = Box(x0=0.7, y0=0.25, x1=0.9, y1=0.75)
    half = Box(x0=0.5, y0=0.25, x1=0.7, y1=0.75)
    wide = Box(x0=0.3, y0=0.1, x1=0.7, y1=0.9)
    scores = scene.score(np.asarray([window(scene, box) for box in (PLACE, half, wide, beside)]))
    assert scores.argmax() == 0
    assert scores[0] > 0 > scores[3]


def test_a_blank_picture_has_nothing_that_stands_out() -> None:
    scene = Scene(blank(114, 320, 180))
    assert scene.score(scene.windows()).max() < 0


def test_frequent_colours_come_first() -> None:
    picture = even(200, 30, 30)
    picture[:, 40:] = (30, 30, 200)
    picture[:, 60:] = (240, 240, 240)
    words = colour_words(as_lab(picture))
    assert [int(words[0, x]) for x in (0, 50, 63)] == [0, 1, 2]
    assert len(np.unique(words)) == 3


def test_rare_colours_share_the_last_number() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3)).astype(np.uint8)
    assert colour_words(as_lab(noise)).max() == 23
