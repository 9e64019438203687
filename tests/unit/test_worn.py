"""Of a person on white ground: the garment that is for sale."""

import numpy as np
import pytest
from PIL import Image as Pillow
from PIL import ImageDraw

from shoppable.adapters.vision.foreground import skin_mask
from shoppable.adapters.vision.worn import worn_box
from shoppable.model.arrays import Image
from shoppable.model.geometry import Box
from shoppable.model.seen import Kind
from shoppable.steps.pictures import open_picture
from tests.pictures import blank, garment
from tests.samples import samples

SHIRT = Box(x0=0.25, y0=0.25, x1=0.75, y1=0.55)
TROUSERS = Box(x0=0.3, y0=0.55, x1=0.7, y1=0.9)
LIGHT, DARK = (224, 172, 140), (120, 76, 56)


def person(*, skin: tuple[int, int, int] = LIGHT, trousers: tuple[int, int, int] = (40, 40, 45)) -> Image:
    """Head, shirt with bare arms, trousers, shoes."""
    picture = Pillow.new("RGB", (300, 600), "white")
    pen = ImageDraw.Draw(picture)

    def part(x0: float, y0: float, x1: float, y1: float, fill: tuple[int, int, int]) -> None:
        pen.rectangle((x0 * 300, y0 * 600, x1 * 300 - 1, y1 * 600 - 1), fill=fill)

    part(0.4, 0.05, 0.6, 0.25, skin)
    part(0.15, 0.27, 0.85, 0.4, skin)
    part(SHIRT.x0, SHIRT.y0, SHIRT.x1, SHIRT.y1, (40, 130, 70))
    part(TROUSERS.x0, TROUSERS.y0, TROUSERS.x1, TROUSERS.y1, trousers)
    part(0.3, 0.9, 0.7, 0.97, (150, 160, 210))
    return np.asarray(picture, np.uint8)


@pytest.mark.parametrize("skin", [LIGHT, DARK], ids=["light", "dark"])
def test_a_shirt_is_told_from_what_is_worn_with_it(skin: tuple[int, int, int]) -> None:
    found = worn_box(person(skin=skin), Kind.UPPER)
    assert found is not None
    assert found.iou(SHIRT) > 0.85


def test_trousers_are_shown_from_the_waist_down_and_told_from_shoes() -> None:
    waist_down = np.ascontiguousarray(person()[round(TROUSERS.y0 * 600) :])
    found = worn_box(waist_down, Kind.LOWER)
    assert found is not None
    assert found.iou(Box(x0=TROUSERS.x0, y0=0, x1=TROUSERS.x1, y1=0.35 / 0.45)) > 0.85


def test_where_colours_tell_nothing_apart_all_is_taken() -> None:
    picture, box = garment()
    for kind in (Kind.UPPER, Kind.LOWER, Kind.WHOLE):
        found = worn_box(picture, kind)
        assert found is not None
        assert found.iou(box) > 0.95


def test_a_garment_of_the_colour_of_skin_is_not_lost() -> None:
    picture, box = garment()
    red = (picture == (190, 30, 40)).all(axis=2)
    picture = np.where(red[..., None], np.asarray(LIGHT, np.uint8), picture).astype(np.uint8)
    found = worn_box(picture, Kind.UPPER)
    assert found is not None
    assert found.iou(box) > 0.9


@pytest.mark.parametrize("picture", [blank(255), blank(90)], ids=["only ground", "no studio"])
def test_nothing_worn_no_box(picture: Image) -> None:
    assert worn_box(picture, Kind.UPPER) is None


def test_skin_is_told_by_its_colour() -> None:
    for colour, skin in ((LIGHT, True), (DARK, True), ((40, 130, 70), False), ((60, 60, 200), False)):
        assert skin_mask(np.full((2, 2, 3), colour, np.uint8)).all() == skin


def test_a_real_shirt_is_found_on_its_model() -> None:
    picture = open_picture(samples("data", "luma", "images", "wj06-blue_main.jpg"), 1_000_000)
    found = worn_box(picture, Kind.UPPER)
    assert found is not None
    assert found.iou(Box(x0=0.2, y0=0.15, x1=0.9, y1=0.85)) > 0.7  # the jacket, measured by eye
