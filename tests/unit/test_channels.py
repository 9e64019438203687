"""Colour, layout, texture, and what of a studio picture is ground."""

import numpy as np
import pytest

from shoppable.adapters.vision.channels import COLOUR_BINS, colour, layout, texture, unit
from shoppable.adapters.vision.foreground import pixel_weights
from shoppable.adapters.vision.studio import foreground_box, ground_mask
from shoppable.model.arrays import Image
from shoppable.model.geometry import Box
from tests.pictures import a_print, blank, darker, garment, laid_on

MIDDLE = Box(x0=0.25, y0=0.2, x1=0.75, y1=0.8)


def even(red: int, green: int, blue: int, side: int = 60) -> Image:
    return np.full((side, side, 3), (red, green, blue), np.uint8)


def stripes(*, upright: bool) -> Image:
    wave = np.tile(np.repeat(np.asarray([40, 210], np.uint8), 8), 6)
    plane = np.broadcast_to(wave if upright else wave[:, None], (96, 96))
    return np.repeat(plane[..., None], 3, axis=2)


@pytest.mark.parametrize(("look", "length"), [(colour, 1568), (layout, 67), (texture, 768)])
@pytest.mark.parametrize(
    "image", [a_print(1), blank(0), blank(255), blank(128, 1, 1), garment()[0], a_print(2, 7, 500)], ids=str
)
def test_vectors_have_unit_length_whatever_is_shown(look: type, length: int, image: Image) -> None:
    vector = look(image)
    assert vector.shape == (length,)
    assert vector.dtype == np.float32
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)


def test_colours_far_apart_have_nothing_in_common() -> None:
    red, blue, dark_red = colour(even(200, 20, 20)), colour(even(20, 20, 200)), colour(even(180, 18, 18))
    assert red @ blue == pytest.approx(0, abs=1e-3)
    assert red @ dark_red > 0.7
    assert red @ red == pytest.approx(1, abs=1e-5)


def test_colours_are_compared_by_bhattacharyya() -> None:
    """The inner product is the sum of roots of products of shares, here of shares by weight."""
    both = even(200, 20, 20, 96)
    both[:, 32:] = (20, 20, 200)
    weights = pixel_weights(both)
    share = float(weights[:, :32].sum() / weights.sum())
    assert 0.1 < share < 0.3
    assert colour(both) @ colour(even(200, 20, 20)) == pytest.approx(np.sqrt(share), abs=0.02)


def test_colour_lies_in_the_bin_of_its_lab_values() -> None:
    """Middle grey: L is 53.6, a and b are 0."""
    bins = np.unravel_index(int(colour(even(128, 128, 128)).argmax()), COLOUR_BINS)
    assert tuple(map(int, bins)) == (int(53.6 / 100 * 8), 7, 7)


def test_a_studio_ground_counts_for_nothing() -> None:
    thing = even(30, 90, 40)
    on_white = laid_on(blank(255, 120, 160), thing, MIDDLE)
    assert colour(on_white) @ colour(thing) > 0.97
    assert colour(on_white) @ colour(blank(255)) < 0.1


def test_outdoors_the_middle_counts_most() -> None:
    ground, thing = even(60, 60, 200, 120), even(20, 150, 60)
    scene = laid_on(ground, thing, MIDDLE)
    assert ground_mask(scene) is None
    share = (colour(scene) @ colour(thing)) ** 2
    assert share > 0.3 + 0.4  # the thing fills 0.3 of the scene
    assert share + (colour(scene) @ colour(ground)) ** 2 == pytest.approx(1, abs=0.05)
    weights = pixel_weights(scene)
    assert weights.shape == scene.shape[:2]
    assert weights[60, 60] == weights.max() > 0.9
    assert weights[0, 0] == weights.min() < 0.01


def test_the_colour_of_the_rim_counts_little_wherever_it_shows() -> None:
    """Sky between two sleeves is sky."""
    scene = laid_on(even(60, 60, 200, 120), even(20, 150, 60), MIDDLE)
    scene[50:70, 50:70] = (60, 60, 200)
    weights = pixel_weights(scene)
    assert weights[60, 60] < 0.4 * weights[60, 40]


def test_skin_does_not_count_unless_it_is_nearly_all() -> None:
    skin, shirt = even(224, 172, 140, 120), even(40, 130, 70)
    dressed = laid_on(even(90, 90, 120, 120), skin, Box(x0=0.3, y0=0.1, x1=0.7, y1=0.9))
    dressed = laid_on(dressed, shirt, Box(x0=0.3, y0=0.3, x1=0.7, y1=0.9))
    weights = pixel_weights(dressed)
    assert weights[60, 60] > 0.8
    assert weights[24, 60] == 0
    assert (pixel_weights(skin) > 0).all()


def test_nothing_but_ground_counts_as_it_is() -> None:
    assert (pixel_weights(blank(255)) == 1).all()


def test_texture_tells_directions_apart_and_not_light() -> None:
    upright, level = texture(stripes(upright=True)), texture(stripes(upright=False))
    assert upright @ level < 0.85  # even parts are alike
    assert upright @ texture(darker(stripes(upright=True), 0.6)) > 0.99
    assert texture(blank(20)) @ texture(blank(220)) == pytest.approx(1, abs=1e-5)


def test_texture_is_fine_first_and_coarse_last() -> None:
    """Pencil lines upright over broad bands that lie: lines fill the first octave, bands the last."""
    lines, bands = blank(60, 96, 96), stripes(upright=False) // 2
    lines[:, np.arange(96) // 2 % 2 == 0] += 100
    both = bands.copy()
    both[:, np.arange(96) // 2 % 2 == 0] += 100
    fine, coarse = (
        [float(a @ b) * 3 for a, b in zip(texture(both).reshape(3, 256), texture(other).reshape(3, 256), strict=True)]
        for other in (lines, bands)
    )
    assert fine[0] > 0.8 > coarse[0]
    assert coarse[2] > fine[2]


def test_texture_of_nothing_is_the_pattern_without_a_lighter_neighbour() -> None:
    octaves = texture(blank(128)).reshape(3, 256)
    np.testing.assert_allclose(octaves[:, 0], 1 / np.sqrt(3), atol=1e-5)
    assert not octaves[:, 1:].any()


def test_layout_knows_what_lies_where() -> None:
    green, blue = even(40, 160, 70, 96), even(60, 60, 190, 96)
    upper, lower = green.copy(), blue.copy()
    upper[48:], lower[48:] = blue[48:], green[48:]
    assert layout(upper) @ layout(lower) < 0.6
    assert layout(upper) @ layout(np.roll(upper, 6, axis=0)) > 0.85
    assert layout(green) @ layout(darker(green, 0.9)) > 0.99
    np.testing.assert_allclose(layout(green)[4:], 0, atol=1e-5)  # no spread, and no cell differs


def test_unit_of_nothing_is_even() -> None:
    np.testing.assert_allclose(unit(np.zeros(4, np.float32)), [0.5] * 4)
    np.testing.assert_allclose(unit(np.asarray([3, 4], np.float32)), [0.6, 0.8])


def test_ground_is_the_white_that_touches_the_border() -> None:
    picture = laid_on(blank(255, 100, 100), blank(40), Box(x0=0.2, y0=0.2, x1=0.8, y1=0.8))
    picture[45:55, 45:55] = 255  # a white button is no ground
    ground = ground_mask(picture)
    assert ground is not None
    expected = np.ones((100, 100), bool)
    expected[20:80, 20:80] = False
    np.testing.assert_array_equal(ground, expected)


@pytest.mark.parametrize(("white_sides", "studio"), [(1, False), (2, True)])
def test_a_third_of_the_border_makes_a_studio(white_sides: int, studio: bool) -> None:
    picture = blank(90, 100, 100)
    picture[:10] = 255
    if white_sides > 1:
        picture[:, :10] = 255
    assert (ground_mask(picture) is not None) is studio


@pytest.mark.parametrize(("level", "studio"), [(239, True), (238, False), (255, True)])
def test_only_white_is_a_studio(level: int, studio: bool) -> None:
    assert (ground_mask(blank(level)) is not None) is studio


def test_the_foreground_is_boxed_tightly() -> None:
    picture, box = garment()
    found = foreground_box(picture)
    assert found is not None
    assert found.iou(box) > 0.97


def test_specks_are_left_out_and_parts_belong_together() -> None:
    picture = laid_on(blank(255, 200, 100), blank(60), Box(x0=0.1, y0=0.2, x1=0.3, y1=0.6))
    picture = laid_on(picture, blank(60), Box(x0=0.6, y0=0.4, x1=0.8, y1=0.9))  # shoes come in pairs
    picture[3:6, 190:193] = 0
    assert foreground_box(picture) == Box(x0=0.1, y0=0.2, x1=0.8, y1=0.9)


@pytest.mark.parametrize("level", [255, 90])
def test_no_thing_no_foreground(level: int) -> None:
    assert foreground_box(blank(level)) is None
