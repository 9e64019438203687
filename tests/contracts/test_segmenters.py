"""What every `Segmenter` promises. A new adapter is a new name in PACKS."""

import numpy as np
import pytest

from shoppable.adapters.vision.segment import GrabSegmenter
from shoppable.model.arrays import Image, Mask
from shoppable.model.geometry import WHOLE, Box
from shoppable.model.seen import Kind, Region
from shoppable.ports import Segmenter
from tests.pictures import a_print, blank, garment, laid_on
from tests.tiny_nets import open_eyes

PACKS = ("classic", "tiny", "lite")

SHELF = Box(x0=0.3, y0=0.25, x1=0.5, y1=0.75)
PICTURES: dict[str, Image] = {
    "print": laid_on(blank(150, 320, 180), a_print(1), SHELF),
    "garment": garment()[0],
    "black": blank(0),
    "grey": blank(114, 90, 70),
    "white": blank(255),
    "noise": np.random.default_rng(0).integers(0, 256, (48, 64, 3)).astype(np.uint8),
    "a dot": blank(90, 1, 1),
    "8 px": a_print(2, 8, 8),
    "a line across": a_print(3, 300, 1),
    "a line down": a_print(4, 2, 300),
}
BOXES: dict[str, Box] = {
    "whole": WHOLE,
    "middle": Box(x0=0.25, y0=0.25, x1=0.75, y1=0.75),
    "to the right edge": Box(x0=0.6, y0=0.1, x1=1, y1=0.6),
    "to the top left corner": Box(x0=0, y0=0, x1=0.4, y1=0.5),
    "thin": Box(x0=0.51, y0=0.2, x1=0.515, y1=0.9),
    "a speck at the last corner": Box(x0=0.999, y0=0.999, x1=1, y1=1),
    "nothing": Box(x0=1, y0=0.5, x1=1, y1=0.5),
}


@pytest.fixture(scope="module", params=PACKS)
def segmenter(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Segmenter:
    made = open_eyes(request.param, tmp_path_factory.mktemp("segmenter")).segmenter
    assert isinstance(made, GrabSegmenter)
    return made


def regions(kind: Kind) -> list[tuple[Image, Region]]:
    return [
        (picture, Region(box=box, kind=kind, confidence=1)) for picture in PICTURES.values() for box in BOXES.values()
    ]


def outside(picture: Image, box: Box) -> Mask:
    """Pixels no part of which is in the box; a box is at least the pixel it lies on."""
    height, width = picture.shape[:2]
    mask = np.ones((height, width), np.bool_)
    x0, y0 = min(int(box.x0 * width), width - 1), min(int(box.y0 * height), height - 1)
    mask[y0 : max(y0 + 1, int(np.ceil(box.y1 * height))), x0 : max(x0 + 1, int(np.ceil(box.x1 * width)))] = False
    return mask


@pytest.mark.parametrize("kind", [Kind.THING, Kind.UPPER, Kind.HEAD])
def test_a_mask_is_as_large_as_its_picture_empty_outside_the_box_and_never_inside(
    segmenter: Segmenter, kind: Kind
) -> None:
    asked = regions(kind)
    masks = segmenter.cut_out([picture for picture, _ in asked], [region for _, region in asked])
    assert len(masks) == len(asked)
    for (picture, region), mask in zip(asked, masks, strict=True):
        assert mask.dtype == np.bool_
        assert mask.shape == picture.shape[:2]
        assert mask.any(), (picture.shape, region)
        assert not mask[outside(picture, region.box)].any(), (picture.shape, region)


def test_nothing_asked_nothing_cut(segmenter: Segmenter) -> None:
    assert segmenter.cut_out([], []) == []


def test_masks_stand_in_the_order_of_pictures_and_again_are_the_same(segmenter: Segmenter) -> None:
    asked = regions(Kind.UPPER)[:20]
    together = segmenter.cut_out(*map(list, zip(*asked, strict=True)))
    for (picture, region), mask in zip(asked, together, strict=True):
        [alone] = segmenter.cut_out([picture], [region])
        np.testing.assert_array_equal(mask, alone)


def test_pictures_are_left_as_they_were(segmenter: Segmenter) -> None:
    for picture, region in regions(Kind.UPPER)[:10]:
        given = picture.copy()
        given.setflags(write=False)
        segmenter.cut_out([given], [region])
        np.testing.assert_array_equal(given, picture)


def test_what_stands_on_white_is_cut_out(segmenter: Segmenter) -> None:
    picture, box = garment()
    truth = (picture < 200).any(axis=2)
    [mask] = segmenter.cut_out([picture], [Region(box=box, kind=Kind.THING, confidence=1)])
    assert (mask & truth).sum() > 0.95 * (mask | truth).sum()
