"""Pictures that show no product are told from those that do; a good picture must never be lost."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from demo.catalog import write_catalog
from shoppable.adapters.vision.no_product import why_no_product
from shoppable.model.arrays import Image
from shoppable.steps.pictures import open_picture
from tests.cards import KINDS, draw
from tests.flat_goods import flat_goods
from tests.pictures import a_print, blank, garment, laid_on
from tests.samples import samples

EACH = 25
REASONS = {
    "size chart": "a chart or text",
    "text card": "a chart or text",
    "wordmark": "a logo or a few words",
    "emblem": "a logo or a few words",
    "placeholder": "a logo or a few words",
    "barcode": "a barcode or QR code",
    "QR code": "a barcode or QR code",
    "one colour": "one colour",
}


def test_nine_of_ten_cards_are_spotted() -> None:
    spotted = {kind: sum(why_no_product(draw(kind, seed)) is not None for seed in range(EACH)) for kind in KINDS}
    assert sum(spotted.values()) >= 0.9 * EACH * len(KINDS), spotted
    assert min(spotted.values()) >= 0.8 * EACH, spotted


@pytest.mark.parametrize("kind", KINDS)
def test_the_reason_says_what_is_shown(kind: str) -> None:
    told = [why_no_product(draw(kind, seed)) for seed in range(EACH)]
    assert told.count(REASONS[kind]) >= 0.7 * EACH, told


@pytest.mark.parametrize("catalog", ["luma", "grocery"])
def test_no_picture_of_a_real_catalog_is_refused(catalog: str) -> None:
    files = sorted(samples("data", catalog, "images").iterdir())
    assert len(files) > 80
    assert _refused((file.name, open_picture(file, 50_000_000)) for file in files) == {}


def test_no_part_of_a_person_or_package_is_taken_for_letters() -> None:
    """Parts may be of one colour; whatever else is seen in them is no card."""
    files = [file for name in ("luma", "grocery") for file in sorted(samples("data", name, "images").iterdir())[::5]]
    parts = {f"{file.name} {place}": part for file in files for place, part in _parts(open_picture(file, 50_000_000))}
    assert {name: told for name, told in _refused(parts.items()).items() if told != "one colour"} == {}


def test_no_drawn_good_of_the_demo_is_refused(tmp_path: Path) -> None:
    write_catalog(tmp_path, seed=7)
    pictures = {file.name: open_picture(file, 50_000_000) for file in (tmp_path / "images").iterdir()}
    assert len(pictures) > 30
    assert _refused(pictures.items()) == {}


def test_no_good_without_a_shade_is_refused() -> None:
    prints = {f"print {seed}": a_print(seed) for seed in range(20)}
    assert _refused([*flat_goods().items(), *prints.items(), ("garment", garment()[0])]) == {}


@pytest.mark.parametrize("level", [0, 128, 255])
@pytest.mark.parametrize("size", [(16, 16), (16, 900), (1024, 1024)])
def test_a_blank_of_any_size_is_one_colour(level: int, size: tuple[int, int]) -> None:
    assert why_no_product(blank(level, *size)) == "one colour"


def test_a_small_thing_on_an_even_ground_is_not_one_colour() -> None:
    dot = cv2.circle(blank(255, 1000, 1000), (500, 500), 30, (200, 205, 210), -1)
    assert why_no_product(np.asarray(dot, np.uint8)) is None


def test_a_plain_cloth_from_near_is_not_one_colour() -> None:
    threads = np.random.default_rng(0).normal(30, 7, (600, 600, 1)).clip(0, 255)
    assert why_no_product(np.repeat(threads, 3, axis=2).astype(np.uint8)) is None


def test_a_photograph_beside_text_is_a_product() -> None:
    """The picture of a chart with a product on it keeps the product."""
    card = cv2.resize(draw("text card", 0), (800, 800), interpolation=cv2.INTER_AREA)
    assert why_no_product(np.asarray(card, np.uint8)) == "a chart or text"
    person = open_picture(samples("data", "luma", "images", "wj06-blue_main.jpg"), 50_000_000)
    box = garment()[1].model_copy(update={"x0": 0.55, "x1": 0.95, "y0": 0.2, "y1": 0.9})
    assert why_no_product(laid_on(np.asarray(card, np.uint8), person, box)) is None


@pytest.mark.parametrize("shape", [(1, 1), (1, 900), (900, 1), (8, 8), (64, 480), (63, 2000)])
def test_odd_shapes_are_no_cards(shape: tuple[int, int]) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (*shape, 3)).astype(np.uint8)
    assert why_no_product(noise) in ({"one colour"} if shape == (1, 1) else {None})


def test_the_picture_is_left_as_it_was() -> None:
    picture = draw("size chart", 1)
    before = picture.copy()
    picture.setflags(write=False)
    why_no_product(picture)
    np.testing.assert_array_equal(picture, before)


def _refused(pictures: Iterable[tuple[str, Image]]) -> dict[str, str]:
    told = {name: why_no_product(picture) for name, picture in pictures}
    return {name: why for name, why in told.items() if why is not None}


def _parts(picture: Image) -> Iterator[tuple[str, Image]]:
    """Nine overlapping parts of half the height and width."""
    height, width = picture.shape[:2]
    for row in range(3):
        for column in range(3):
            y, x = row * height // 4, column * width // 4
            yield f"part {row}{column}", np.ascontiguousarray(picture[y : y + height // 2, x : x + width // 2])
