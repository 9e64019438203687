"""Where a thing really is in the boxes it was found in."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from shoppable.model.arrays import NO_AGREEMENT, Agreement, Floats
from shoppable.model.geometry import Box
from shoppable.model.seen import BoxAt

_TRUSTED_INLIERS = 24
"""With so many, what a print says counts as much as the crop's own edges."""


def outline(agreements: Sequence[Agreement], *, alone: bool = True) -> Floats | None:
    """Where in its crops a product is: between the crop's own edges and the median of what its print says.

    A localizer's box tends to be too wide, and the part of a print that agrees too narrow. The more features agree, the
    more of the print they cover, and the more it counts.

    Args:
        agreements: One for each crop; those without inliers do not count.
        alone: Whether the crop shows nothing else. Otherwise its edges say nothing, and what the print says counts.

    Returns:
        (4,) float32, xyxy in [0, 1] of the crop; it may reach beyond. None when no crop agreed.
    """
    found = [each for each in agreements if each.inliers]
    if not found:
        return None
    said = np.median(np.stack([each.box for each in found]), axis=0)
    inliers = float(np.median([each.inliers for each in found]))
    trust = inliers / (inliers + _TRUSTED_INLIERS) if alone else 1.0
    return np.asarray(trust * said + (1 - trust) * NO_AGREEMENT.box, np.float32)


def boxes_at(times_ms: Sequence[int] | NDArray[np.int64], boxes: Floats) -> tuple[BoxAt, ...]:
    """Boxes (n, 4) at n times, as far as they lie in the frame."""
    found = []
    for t_ms, corners in zip(times_ms, boxes, strict=True):
        box = Box.clipped(*(round(float(corner), 5) for corner in corners))
        found.append(BoxAt(t_ms=int(t_ms), **box.model_dump()))
    return tuple(found)


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
