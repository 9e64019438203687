"""A picture taken apart as if it were drawn: even colours, calm places of one colour, and the ink that lies on them."""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from shoppable.model.arrays import Image

Plane = NDArray[np.uint8]
"""(height, width) uint8: a mask of 0 and 1, or the number of a colour for each pixel."""

NO_COLOUR = 255

_MAX_COLOURS = 6
_LEAST_SHARE = 0.002
_SAME_COLOUR = 12
"""Levels by which a pixel may differ from its colour in each channel: what grain and JPEG do."""
_LEAST_CONTRAST = 26
_CALM_PX = ((11, 31), (21, 21))
"""Height and width of rectangles that fit into a calm place: a bar, or anything broader than a stroke of a letter."""


@dataclass(frozen=True, repr=False)
class Drawn:
    """A picture as a drawing.

    Attributes:
        colours: (n, 3) uint8 RGB, those that cover most first; at most 6.
        labels: Which of the colours each pixel has; `NO_COLOUR` where none.
        calm: The same where a bar or a broad shape of one colour is; `NO_COLOUR` elsewhere.
        ink: Mask of pixels that stand out from the calm place next to them.
        crisp: How sharply ink ends, in [0, 1]: the fall of its contrast within two pixels of its rim, the median.
    """

    colours: Plane
    labels: Plane
    calm: Plane
    ink: Plane
    crisp: float


def even_colours(image: Image) -> tuple[Plane, Plane]:
    """The commonest colours of a picture, and which of them each pixel has, as `Drawn` keeps them."""
    labels = np.full(image.shape[:2], NO_COLOUR, np.uint8)
    left = np.ones(labels.shape, np.uint8)
    colours: list[NDArray[np.float64]] = []
    for number in range(_MAX_COLOURS):
        counts = cv2.calcHist([image], [0, 1, 2], left, [32, 32, 32], [0, 256] * 3)
        cell = np.asarray(np.unravel_index(int(counts.argmax()), counts.shape))
        if counts[tuple(cell)] < _LEAST_SHARE * labels.size:
            break
        near = _within(image, cell * 8.0 + 3.5, 4) & left
        centre = np.asarray(cv2.mean(image, near)[:3])
        same = (_within(image, centre, _SAME_COLOUR) & left) > 0
        labels[same] = number
        left[same] = 0
        colours.append(centre)
    return np.rint(colours).astype(np.uint8).reshape(-1, 3), labels


def shaded(labels: Plane) -> float:
    """Share of the picture that lies in the midst of other colours than its even ones, in [0, 1]."""
    other = (labels == NO_COLOUR).astype(np.uint8)
    return float(cv2.erode(other, np.ones((5, 5), np.uint8), borderValue=0).mean())


def smooth(image: Image, labels: Plane) -> float:
    """Share of the picture where one even colour runs into another without a step: shades of a thing, in [0, 1]."""
    total = 0
    for a, b, la, lb in (
        (image[:, 1:], image[:, :-1], labels[:, 1:], labels[:, :-1]),
        (image[1:], image[:-1], labels[1:], labels[:-1]),
    ):
        step = _difference(a, b)
        total += int(((la != lb) & (la != NO_COLOUR) & (lb != NO_COLOUR) & (step <= 8)).sum())
    return total / labels.size


def as_drawn(image: Image, colours: Plane, labels: Plane) -> Drawn | None:
    """The picture taken apart; None when it has no calm place."""
    calm = _calm(labels, len(colours))
    restless = (calm == NO_COLOUR).astype(np.uint8)
    if restless.all():
        return None
    _, nearest = cv2.distanceTransformWithLabels(restless, cv2.DIST_L2, 3, labelType=cv2.DIST_LABEL_PIXEL)
    owner = np.zeros(int(nearest.max()) + 1, np.uint8)
    quiet = restless == 0
    owner[nearest[quiet]] = calm[quiet]
    under = owner[nearest]
    table = np.zeros((1, NO_COLOUR + 1, 3), np.uint8)
    table[0, : len(colours)] = colours
    apart = _difference(image, np.asarray(cv2.LUT(cv2.merge([under] * 3), table), np.uint8))
    square = np.ones((5, 5), np.uint8)
    rim = cv2.dilate(under, square) != cv2.erode(under, square)
    ink = ((apart > _LEAST_CONTRAST) & (restless > 0) & ~rim).astype(np.uint8)
    edge = (ink & (1 - cv2.erode(ink, np.ones((3, 3), np.uint8)))) > 0
    highest = cv2.dilate(apart, square)[edge].astype(np.float32)
    lowest = cv2.erode(apart, square)[edge].astype(np.float32)
    crisp = float(np.median((highest - lowest) / highest)) if edge.any() else 0.0
    return Drawn(colours, labels, calm, ink, crisp)


def _calm(labels: Plane, colours: int) -> Plane:
    calm = np.full(labels.shape, NO_COLOUR, np.uint8)
    for number in range(colours):
        mask = (labels == number).astype(np.uint8)
        broad = np.zeros_like(mask)
        for size in _CALM_PX:
            if min(labels.shape) >= max(size):
                broad |= cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones(size, np.uint8), borderValue=0)
        calm[(cv2.dilate(broad, np.ones((9, 9), np.uint8)) & mask) > 0] = number
    return calm


def _within(image: Image, centre: NDArray[Any], reach: float) -> Plane:
    low, high = (tuple(float(level) for level in np.clip(centre + step, 0, 255)) for step in (-reach, reach))
    return np.asarray(cv2.inRange(image, low, high), np.uint8)


def _difference(one: Image, other: Image) -> Plane:
    """The largest difference of the three channels."""
    red, green, blue = cv2.split(cv2.absdiff(one, other))
    return np.asarray(cv2.max(cv2.max(red, green), blue), np.uint8)
