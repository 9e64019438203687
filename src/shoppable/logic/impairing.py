"""What keeps a region from showing well what is in it: small, cut off, blurred, covered."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from shoppable.logic.linking import Indices, frames_of_rows
from shoppable.model.arrays import Floats, Sightings
from shoppable.model.seen import Impairment, Kind

_SMALL_PX = 48
_EDGE = 0.006
_BLURRED = 0.4
_COVERED = 0.3
_NEARER = 0.02

ORDER = tuple(Impairment)
"""Columns of what `impairments` gives."""


def impairments(sightings: Sightings, width_px: int, height_px: int) -> NDArray[np.bool_]:
    """(n, 4) which sightings are small, cut off, blurred, covered; from their boxes and sharpness alone.

    Small: the shorter side is less than 48 px of the video. Cut off: an edge of the box is one of the frame. Blurred:
    the sharpness is less than 0.4 of the median of its kind in this film, so that a soft film is not blurred all over.
    Covered: a person who stands nearer, whose feet are lower in the picture, hides three tenths of it.
    """
    boxes = sightings.boxes
    sides = (boxes[:, 2:] - boxes[:, :2]) * np.asarray([width_px, height_px], np.float32)
    small = sides.min(axis=1, initial=np.inf) < _SMALL_PX
    cut_off = (boxes[:, :2] <= _EDGE).any(axis=1) | (boxes[:, 2:] >= 1 - _EDGE).any(axis=1)
    blurred = np.zeros(len(sightings), np.bool_)
    for kind in set(sightings.kinds):
        same = sightings.kinds == kind
        blurred[same] = sightings.sharpness[same] < _BLURRED * np.median(sightings.sharpness[same])
    return np.stack([small, cut_off, blurred, _covered(sightings)], axis=1)


def shares(impaired: NDArray[np.bool_], track: Indices) -> dict[Impairment, float]:
    """In which part of a track's sightings each impairment is, in (0, 1]; those that are in none are left out."""
    means = impaired[track].mean(axis=0)
    return {each: round(float(share), 2) for each, share in zip(ORDER, means, strict=True) if share > 0}


def always(impaired: Mapping[Impairment, float]) -> list[Impairment]:
    """What impairs every view."""
    return [each for each in ORDER if impaired.get(each, 0) >= 1]


def _covered(sightings: Sightings) -> NDArray[np.bool_]:
    covered = np.zeros(len(sightings), np.bool_)
    for rows in frames_of_rows(sightings.times_ms, 0, len(sightings)):
        kinds = sightings.kinds[rows]
        persons = sightings.boxes[rows][kinds == str(Kind.WHOLE)]
        worn = np.asarray(rows)[kinds != str(Kind.THING)]
        if len(persons) < 2 or not len(worn):
            continue
        inside = _inside(sightings.boxes[worn], persons)  # (worn, persons)
        own = inside.argmax(axis=1)
        nearer = persons[None, :, 3] > persons[own, 3][:, None] + _NEARER
        covered[worn] = (nearer & (inside >= _COVERED)).any(axis=1)
    return covered


def _inside(inner: Floats, outer: Floats) -> Floats:
    """(n, m) share of each of n boxes that lies in each of m."""
    corners = np.minimum(inner[:, None, 2:], outer[None, :, 2:]) - np.maximum(inner[:, None, :2], outer[None, :, :2])
    shared = np.prod(np.maximum(corners, 0), axis=2)
    return np.asarray(shared / np.maximum(np.prod(inner[:, 2:] - inner[:, :2], axis=1), 1e-12)[:, None], np.float32)
