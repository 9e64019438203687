"""Boxes: overlap, and staying in the picture."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from shoppable.model.geometry import WHOLE, Box

corner = st.floats(-0.5, 1.5)
boxes = st.builds(Box.clipped, corner, corner, corner, corner)


@given(a=boxes, b=boxes)
def test_overlap_is_fair(a: Box, b: Box) -> None:
    assert a.iou(b) == b.iou(a)
    assert 0 <= a.iou(b) <= 1 + 1e-9
    assert a.iou(b) <= max(a.inside(b), b.inside(a)) + 1e-9
    assert a.shared(b) <= min(a.area, b.area) + 1e-9
    if a.area > 1e-9:
        assert a.iou(a) == pytest.approx(1)
        assert a.inside(WHOLE) == pytest.approx(1)


@given(x0=corner, y0=corner, x1=corner, y1=corner)
def test_a_clipped_box_lies_in_the_picture(x0: float, y0: float, x1: float, y1: float) -> None:
    box = Box.clipped(x0, y0, x1, y1)
    assert 0 <= box.x0 <= box.x1 <= 1
    assert 0 <= box.y0 <= box.y1 <= 1
    if min(x1, 1) <= max(x0, 0) or min(y1, 1) <= max(y0, 0):
        assert box.area == 0


def test_boxes_that_touch_share_nothing() -> None:
    left, right = Box(x0=0, y0=0, x1=0.5, y1=1), Box(x0=0.5, y0=0, x1=1, y1=1)
    assert left.iou(right) == left.inside(right) == 0
    assert left.iou(WHOLE) == 0.5
    assert left.inside(WHOLE) == 1
    assert Box.clipped(2, 2, 3, 3).inside(WHOLE) == 0


@pytest.mark.parametrize("corners", [(0.5, 0, 0.4, 1), (0, 0.5, 1, 0.4), (-0.1, 0, 1, 1), (0, 0, 1, float("nan"))])
def test_a_box_is_in_order(corners: tuple[float, ...]) -> None:
    with pytest.raises(ValidationError):
        Box(**dict(zip(("x0", "y0", "x1", "y1"), corners, strict=True)))


@given(a=boxes, share=st.floats(0, 1))
def test_a_grown_box_holds_what_it_grew_from(a: Box, share: float) -> None:
    grown = a.grown(share)
    assert grown.x0 <= a.x0 <= a.x1 <= grown.x1
    assert grown.y0 <= a.y0 <= a.y1 <= grown.y1
    assert grown.width <= (1 + 2 * share) * a.width + 1e-9
    assert grown.height <= (1 + 2 * share) * a.height + 1e-9


def test_a_box_grows_on_every_side_as_far_as_the_picture_goes() -> None:
    grown = Box(x0=0.4, y0=0.1, x1=0.6, y1=0.9).grown(0.2)
    assert grown.x0 == pytest.approx(0.36)
    assert grown.x1 == pytest.approx(0.64)
    assert (grown.y0, grown.y1) == (0, 1)
    assert WHOLE.grown(0.5) == WHOLE


def test_a_box_seen_from_another_is_told_in_parts_of_it() -> None:
    outer = Box(x0=0.2, y0=0.2, x1=0.6, y1=1)
    inner = Box(x0=0.3, y0=0.4, x1=0.8, y1=0.6).seen_from(outer)
    assert (inner.x0, inner.y0, inner.x1, inner.y1) == pytest.approx((0.25, 0.25, 1, 0.5))
    assert outer.seen_from(outer) == WHOLE
    assert outer.seen_from(Box(x0=0.5, y0=0.5, x1=0.5, y1=0.9)) == WHOLE


@given(a=boxes, share=st.floats(0, 1))
def test_what_a_crop_shows_is_found_again_in_it(a: Box, share: float) -> None:
    if min(a.width, a.height) < 1e-6:
        return
    crop = a.grown(share)
    inner = a.seen_from(crop)
    back = [crop.x0 + inner.x0 * crop.width, crop.y0 + inner.y0 * crop.height]
    back += [crop.x0 + inner.x1 * crop.width, crop.y0 + inner.y1 * crop.height]
    assert back == pytest.approx([a.x0, a.y0, a.x1, a.y1], abs=1e-9)
