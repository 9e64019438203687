"""Studio pictures: a thing on white ground."""

import cv2
import numpy as np
from numpy.typing import NDArray

from shoppable.model.arrays import Image
from shoppable.model.geometry import Box


def ground_mask(image: Image, *, white: int = 238) -> NDArray[np.bool_] | None:
    """The white ground of a studio picture: pixels lighter than `white` in every colour that touch the border.

    Returns:
        (height, width) bool, or None when less than a third of the border is white (no studio picture).
    """
    light = (image.min(axis=2) > white).astype(np.uint8)
    border = np.concatenate([light[0], light[-1], light[:, 0], light[:, -1]])
    if border.mean() < 1 / 3:
        return None
    framed = np.pad(light, 1, constant_values=1)
    cv2.floodFill(framed, None, (0, 0), 2)
    return np.asarray(framed[1:-1, 1:-1] == 2, np.bool_)


def foreground_box(image: Image) -> Box | None:
    """The tight box of what stands on a studio's ground; specks are left out. None when it is no studio picture."""
    ground = ground_mask(image)
    if ground is None:
        return None
    count, _, stats, _ = cv2.connectedComponentsWithStats((~ground).astype(np.uint8), connectivity=8)
    height, width = ground.shape
    parts = [stats[i] for i in range(1, count) if stats[i, cv2.CC_STAT_AREA] > 0.002 * height * width]
    if not parts:
        return None
    left = min(int(p[cv2.CC_STAT_LEFT]) for p in parts)
    top = min(int(p[cv2.CC_STAT_TOP]) for p in parts)
    right = max(int(p[cv2.CC_STAT_LEFT] + p[cv2.CC_STAT_WIDTH]) for p in parts)
    bottom = max(int(p[cv2.CC_STAT_TOP] + p[cv2.CC_STAT_HEIGHT]) for p in parts)
    return Box.clipped(left / width, top / height, right / width, bottom / height)
