"""Where a verified product really is."""

import numpy as np
import pytest

from shoppable.logic.placing import boxes_at, laid_over, outline
from shoppable.model.arrays import NO_AGREEMENT, Agreement
from shoppable.model.seen import BoxAt


def agreement(*box: float, inliers: int = 30) -> Agreement:
    return Agreement(inliers=inliers, box=np.asarray(box, np.float32))


def test_the_outline_is_half_way_to_the_median_of_those_that_agree() -> None:
    three = [agreement(*box, inliers=24) for box in ((0.2, 0, 1, 1), (0.3, 0, 1, 0.9), (-0.9, 0, 3, 1))]
    found = outline([three[0], NO_AGREEMENT, *three[1:]])
    assert found is not None
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, [0.1, 0, 1, 1], atol=1e-6)


@pytest.mark.parametrize(("inliers", "left"), [(8, 0.1), (24, 0.2), (72, 0.3)])
def test_the_more_of_a_print_agrees_the_more_it_counts(inliers: int, left: float) -> None:
    found = outline([agreement(0.4, 0, 1, 1, inliers=inliers)])
    assert found is not None
    np.testing.assert_allclose(found, [left, 0, 1, 1], atol=1e-6)


def test_beside_other_goods_the_print_alone_says_where() -> None:
    found = outline([agreement(0.4, 0, 0.8, 1, inliers=8)], alone=False)
    assert found is not None
    np.testing.assert_allclose(found, [0.4, 0, 0.8, 1], atol=1e-6)


@pytest.mark.parametrize("agreements", [[], [NO_AGREEMENT], [NO_AGREEMENT, NO_AGREEMENT]])
def test_without_agreement_there_is_no_outline(agreements: list[Agreement]) -> None:
    assert outline(agreements) is None


def test_boxes_become_what_the_outline_names_of_them() -> None:
    boxes = [BoxAt(t_ms=0, x0=0.2, y0=0.2, x1=0.6, y1=1), BoxAt(t_ms=400, x0=0.5, y0=0, x1=0.9, y1=0.4)]
    found = laid_over(boxes, np.asarray([0.25, 0.5, 1.125, 1.0], np.float32))
    assert found == (
        BoxAt(t_ms=0, x0=0.3, y0=0.6, x1=0.65, y1=1),
        BoxAt(t_ms=400, x0=0.6, y0=0.2, x1=0.95, y1=0.4),
    )


def test_what_reaches_beyond_the_frame_is_clipped() -> None:
    found = laid_over([BoxAt(t_ms=0, x0=0.1, y0=0.6, x1=0.9, y1=1)], np.asarray([-1, -0.5, 2, 2], np.float32))
    assert found == (BoxAt(t_ms=0, x0=0, y0=0.4, x1=1, y1=1),)


def test_the_whole_outline_changes_nothing() -> None:
    boxes = (BoxAt(t_ms=0, x0=0.12345, y0=0.2, x1=0.54321, y1=0.9),)
    assert laid_over(boxes, np.asarray([0, 0, 1, 1], np.float32)) == boxes
    assert laid_over((), np.asarray([0, 0, 1, 1], np.float32)) == ()


def test_boxes_stand_at_their_times_as_far_as_they_lie_in_the_frame() -> None:
    corners = np.asarray([[0.1, 0.2, 0.3, 0.4], [-0.02, 0.5, 0.123456789, 1.3]], np.float32)
    assert boxes_at([200, 433], corners) == (
        BoxAt(t_ms=200, x0=0.1, y0=0.2, x1=0.3, y1=0.4),
        BoxAt(t_ms=433, x0=0, y0=0.5, x1=0.12346, y1=1),
    )
    assert boxes_at(np.asarray([200, 433], np.int64), corners) == boxes_at([200, 433], corners)
    assert boxes_at([], np.zeros((0, 4), np.float32)) == ()


def test_a_box_that_left_the_frame_is_empty_and_not_swapped() -> None:
    found = boxes_at([0, 200], np.asarray([[1.1, 0.2, 1.4, 0.4], [0.5, 0.5, 0.4, 0.9]], np.float32))
    assert [box.area for box in found] == [0, 0]


def test_times_and_boxes_come_in_pairs() -> None:
    with pytest.raises(ValueError, match="shorter"):
        boxes_at([0, 200], np.zeros((1, 4), np.float32))
