"""A catalog picture as cameras might see it."""

import cv2
import numpy as np
import pytest

from shoppable.adapters.vision.augment import VIEWS, augmented, tight
from shoppable.model.arrays import Floats, Image, Mask
from shoppable.model.geometry import Box
from tests.pictures import a_print, blank, garment, laid_on

GREEN = (20, 190, 40)
HALF = Box(x0=0.25, y0=0.25, x1=0.75, y1=0.75)


def green_thing() -> tuple[Image, Mask]:
    """A green square on white, and where it is."""
    picture = laid_on(blank(255, 200, 200), np.full((10, 10, 3), GREEN, np.uint8), HALF)
    return picture, np.asarray((picture == GREEN).all(axis=2), np.bool_)


def greenness(image: Image) -> Floats:
    """By how much green exceeds the other colours, as a share of the lightness."""
    levels = image.astype(np.float32)
    return np.asarray((levels[..., 1] - levels[..., [0, 2]].max(axis=2)) / (levels.max(axis=2) + 1), np.float32)


def frame(views: list[Image]) -> Floats:
    """Mean colour in each corner of each view: (views, 4, 3)."""
    corners = [(slice(0, 3), slice(0, 3)), (slice(0, 3), slice(-3, None))]
    corners += [(slice(-3, None), slice(0, 3)), (slice(-3, None), slice(-3, None))]
    return np.asarray([[view[corner].mean(axis=(0, 1)) for corner in corners] for view in views], np.float32)


def same(some: list[Image], others: list[Image]) -> bool:
    return all(np.array_equal(a, b) for a, b in zip(some, others, strict=True))


def test_the_same_seed_gives_the_same_views_and_another_others() -> None:
    picture, mask = green_thing()
    views = augmented(picture, mask, 7)
    assert len(views) == VIEWS
    assert all(view.dtype == np.uint8 and view.ndim == 3 and view.flags.c_contiguous for view in views)
    assert same(views, augmented(picture, mask, 7))
    others = augmented(picture, mask, 8)
    assert not any(np.array_equal(a, b) for a in views for b in others)
    assert not any(np.array_equal(views[0], view) for view in views[1:])


def test_picture_and_mask_are_left_as_they_were() -> None:
    picture, mask = green_thing()
    before, covered = picture.copy(), mask.copy()
    picture.setflags(write=False)
    mask.setflags(write=False)
    augmented(picture, mask, 1)
    np.testing.assert_array_equal(picture, before)
    np.testing.assert_array_equal(mask, covered)


@pytest.mark.parametrize("seed", range(5))
def test_the_thing_is_still_there(seed: int) -> None:
    """A green thing is green in all light, and fills most of its view: the box moves by a tenth at most."""
    for view in augmented(*green_thing(), seed):
        height, width = view.shape[:2]
        middle = view[height // 4 : -height // 4, width // 4 : -width // 4]
        assert greenness(middle).min() > 0.4
        assert (greenness(view) > 0.3).mean() > 0.6


def test_some_views_are_mirrored_and_none_stands_on_its_head() -> None:
    """A thing darker at the left, and far darker below."""
    picture = blank(230, 200, 200)
    picture[:, :100] -= 60
    picture[100:] -= 150
    mirrored = 0
    for view in (view for seed in range(6) for view in augmented(picture, np.ones((200, 200), np.bool_), seed)):
        grey = cv2.cvtColor(view, cv2.COLOR_RGB2GRAY).astype(np.float32)
        upper, lower = np.array_split(grey, 2)
        left, right = np.array_split(upper, 2, axis=1)
        assert upper.mean() > lower.mean() + 30
        mirrored += bool(left.mean() > right.mean())
    assert 4 < mirrored < 20  # of 24


def test_backgrounds_are_of_all_colours() -> None:
    """The white ground of the shop is nowhere to be seen, and no two views stand before the same."""
    picture, box = garment()
    mask = np.asarray((picture < 230).any(axis=2), np.bool_)
    assert box.x0 < 0.2  # the shirt leaves the corners of its box free
    seen = np.concatenate([frame(augmented(picture, mask, seed)) for seed in range(6)]).mean(axis=1)
    assert (seen.std(axis=0) > 20).all()
    assert (seen.min(axis=1) < 235).all()


def test_what_is_not_the_thing_does_not_get_into_the_views() -> None:
    """Two pictures of one thing on other grounds give the same views."""
    picture, mask = green_thing()
    elsewhere = np.where(mask[..., None], picture, np.asarray([90, 40, 200], np.uint8)).astype(np.uint8)
    for one, other in zip(augmented(picture, mask, 4), augmented(elsewhere, mask, 4), strict=True):
        assert one.shape == other.shape
        apart = np.abs(one.astype(np.int16) - other)
        assert np.quantile(apart, 0.8) == 0
        assert apart.mean() < 4  # the seam alone, where the pixels of both mix


@pytest.mark.parametrize(
    ("rows", "columns"),
    [
        (slice(50, 51), slice(70, 71)),
        (slice(0, 1), slice(0, 100)),
        (slice(0, 90), slice(99, 100)),
        (slice(80, 90), slice(90, 100)),
        (slice(0, 90), slice(0, 100)),
        (slice(0, 0), slice(0, 0)),
    ],
    ids=["a pixel", "a line at the top", "a line at the right", "a corner", "all", "nothing"],
)
def test_any_mask_gives_views(rows: slice, columns: slice) -> None:
    picture, mask = a_print(1, 100, 90), np.zeros((90, 100), np.bool_)
    mask[rows, columns] = True
    for view in (view for seed in range(5) for view in augmented(picture, mask, seed)):
        assert min(view.shape[:2]) >= 8
        assert view.shape[2] == 3
        assert max(view.shape[:2]) <= 420


@pytest.mark.parametrize(("width", "height"), [(1, 1), (3, 2), (1, 300), (2000, 8)])
def test_any_picture_gives_views(width: int, height: int) -> None:
    for view in augmented(blank(90, width, height), np.ones((height, width), np.bool_), 1):
        assert view.size > 0
        assert view.dtype == np.uint8


def test_the_box_around_a_mask_is_tight() -> None:
    mask = np.zeros((20, 30), np.bool_)
    assert tight(mask) == (0, 0, 30, 20)
    mask[4, 7] = mask[15, 29] = True
    assert tight(mask) == (7, 4, 30, 16)
