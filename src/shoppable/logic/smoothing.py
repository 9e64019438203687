"""Boxes of one thing over time: jitter of the localizer taken out, and filled in between the sampled frames."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from shoppable.model.arrays import Floats
from shoppable.model.time import Span

EVERY_MS = 200
"""Distance of the boxes that come out: five a second."""

_JITTER = 0.012
"""Standard deviation of a localizer's corner, in [0, 1] of the frame: about 15 px of 1280."""

_PUSH = 0.35
"""Standard deviation of a corner's acceleration, in frames a second squared."""


def smooth(times_ms: Sequence[int], boxes: Floats, span: Span) -> tuple[NDArray[np.int64], Floats]:
    """Where a thing is at its span's ends and at every fifth of a second between.

    A Kalman filter of constant velocity runs over each corner and a Rauch-Tung-Striebel smoother back again ("Maximum
    likelihood estimates of linear dynamic systems", AIAA Journal 3, 1965). Before the first and after the last
    sighting the box stays where it was.

    Args:
        times_ms: n times of sightings, ascending, at least one.
        boxes: (n, 4) float32, xyxy in [0, 1].
        span: When the thing is on screen.

    Returns:
        Times (m,) int64, and boxes (m, 4) float32, whose corners may lie a little outside [0, 1].
    """
    grid = np.arange(-(-span.start_ms // EVERY_MS) * EVERY_MS, span.end_ms, EVERY_MS)
    wanted = np.unique(np.concatenate([[span.start_ms], grid, [max(span.start_ms, span.end_ms - 1)]])).astype(np.int64)
    seconds = np.asarray(times_ms, np.float64) / 1000
    corners = _smoothed(seconds, np.asarray(boxes, np.float64)) if len(seconds) > 2 else np.asarray(boxes, np.float64)
    filled = np.stack([np.interp(wanted / 1000, seconds, corner) for corner in corners.T], axis=1)
    return wanted, np.asarray(filled, np.float32)


def _smoothed(seconds: NDArray[np.float64], seen: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, 4) corners at the sightings; all four are filtered at once, as their covariance is the same."""
    count = len(seconds)
    states, covariances = np.zeros((count, 2, 4)), np.zeros((count, 2, 2))
    ahead, ahead_covariances = np.zeros((count, 2, 4)), np.zeros((count, 2, 2))
    steps = np.zeros((count, 2, 2))
    state, covariance = np.stack([seen[0], np.zeros(4)]), np.diag([_JITTER**2, 1.0])
    for index in range(count):
        if index:
            gap = seconds[index] - seconds[index - 1]
            steps[index] = [[1, gap], [0, 1]]
            push = np.asarray([[gap**2 / 2], [gap]])
            state = steps[index] @ state
            covariance = steps[index] @ covariance @ steps[index].T + push @ push.T * _PUSH**2
        ahead[index], ahead_covariances[index] = state, covariance
        gain = covariance[:, :1] / (covariance[0, 0] + _JITTER**2)
        state = state + gain @ (seen[index : index + 1] - state[:1])
        covariance = covariance - gain @ covariance[:1]
        states[index], covariances[index] = state, covariance
    for index in range(count - 2, -1, -1):
        back = covariances[index] @ steps[index + 1].T @ np.linalg.inv(ahead_covariances[index + 1])
        states[index] += back @ (states[index + 1] - ahead[index + 1])
    return states[:, 0]
