"""Where a verified product really is."""

import numpy as np
import pytest

from shoppable.logic.placing import laid_over, outline
from shoppable.model.arrays import NO_AGREEMENT, Agreement
from shoppable.model.seen import BoxAt


def agreement(*box: float, inliers: int = 30) -> Agreement:
    return Agreement(inliers=inliers, box=np.asarray(box, np.float32))


def test_the_outline_is_half_way_to_the_median_of_those_that_agree() -> None:
    found = outline([agreement(0.2, 0, 1, 1), NO_AGREEMENT, agreement(0.3, 0, 1, 0.9), agreement(-0.9, 0, 3, 1)])
    assert found is not None
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, [0.1, 0, 1, 1], atol=1e-6)


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
