"""Where a verified product really is: its catalog picture, laid over the boxes it was found in."""

from collections.abc import Sequence

import numpy as np

from shoppable.model.arrays import Agreement, Floats
from shoppable.model.geometry import Box
from shoppable.model.seen import BoxAt


def outline(agreements: Sequence[Agreement]) -> Floats | None:
    """The median place of a catalog picture in the crops it was found in.

    Args:
        agreements: One for each crop; those without inliers do not count.

    Returns:
        (4,) float32, xyxy in [0, 1] of the crop; it may reach beyond. None when no crop agreed.
    """
    boxes = [each.box for each in agreements if each.inliers]
    return np.median(np.stack(boxes), axis=0).astype(np.float32) if boxes else None


def laid_over(boxes: Sequence[BoxAt], place: Floats) -> tuple[BoxAt, ...]:
    """The boxes, each replaced by the part of it (or beyond it) that `place` names.

    >>> half = np.asarray([0.0, 0.0, 0.5, 1.0], np.float32)
    >>> laid_over([BoxAt(t_ms=0, x0=0.2, y0=0, x1=0.6, y1=1)], half)[0].x1
    0.4
    """
    moved = []
    for box in boxes:
        x0, y0, x1, y1 = (float(value) for value in place)
        inner = Box.clipped(
            box.x0 + x0 * box.width, box.y0 + y0 * box.height, box.x0 + x1 * box.width, box.y0 + y1 * box.height
        )
        corners = {name: round(value, 5) for name, value in inner.model_dump().items()}
        moved.append(BoxAt(t_ms=box.t_ms, **corners))
    return tuple(moved)
