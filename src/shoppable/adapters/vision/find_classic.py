"""Where to look, found without nets: windows that stand out from what surrounds them, drawn tight."""

from collections.abc import Sequence

import numpy as np

from shoppable.adapters.vision.contrast import Scene, Windows
from shoppable.adapters.vision.manifest import Looking
from shoppable.adapters.vision.no_product import why_no_product
from shoppable.adapters.vision.studio import foreground_box
from shoppable.adapters.vision.workers import Workers
from shoppable.adapters.vision.worn import worn_box
from shoppable.logic.linking import ious
from shoppable.model.arrays import Floats, Image
from shoppable.model.geometry import WHOLE, Box
from shoppable.model.seen import Kind, Region

_BEST = 600
_SPARE = 3
_APART = 0.4
_APART_WHEN_TIGHT = 0.6
_MOVES_PX = (4, 2, 1)
_ROUNDS = 3
_LEAST_SIDE_PX = 6


class ClassicLocalizer:
    """Goods that are shown differ in colour from what lies around them, have an edge, and seldom stand far aside."""

    def __init__(self, looking: Looking, workers: Workers) -> None:
        self._looking = looking
        self._workers = workers

    def in_pictures(self, pictures: Sequence[Image], kinds: Sequence[Kind]) -> list[Region]:
        """What is worn, or all that is not the studio's ground; the whole picture when it is no studio picture."""
        boxes = self._workers.map(lambda pair: _product_box(*pair), list(zip(pictures, kinds, strict=True)))
        return [
            Region(box=box or WHOLE, kind=kind, confidence=1 if box else 0)
            for box, kind in zip(boxes, kinds, strict=True)
        ]

    def in_frames(self, frames: Sequence[Image]) -> list[list[Region]]:
        """The windows that stand out most and overlap little, best first."""
        return self._workers.map(self._in_frame, frames)

    def why_no_product(self, picture: Image) -> str | None:
        """What a drawing of even colours shows; never anything for a photograph."""
        return why_no_product(picture)

    def _in_frame(self, frame: Image) -> list[Region]:
        scene = Scene(frame)
        windows = scene.windows()
        score = scene.score(windows)
        order = np.argsort(-score, kind="stable")[:_BEST]
        order = order[score[order] > 0]
        chosen = order[_apart(windows[order], _APART, _SPARE * self._looking.max_things)]
        tight, score = _tightened(scene, windows[chosen])
        order = np.argsort(-score, kind="stable")
        order = order[_apart(tight[order], _APART_WHEN_TIGHT, self._looking.max_things)]
        return [_region(scene, tight[index], float(score[index])) for index in order]


def _product_box(picture: Image, kind: Kind) -> Box | None:
    return worn_box(picture, kind) if kind in (Kind.UPPER, Kind.LOWER, Kind.WHOLE) else foreground_box(picture)


def _apart(windows: Windows, most: float, count: int) -> list[int]:
    """The first windows, at most `count`, of which no two overlap by more than `most` of their union."""
    boxes = windows.astype(np.float32)
    left = np.ones(len(boxes), np.bool_)
    kept: list[int] = []
    while left.any() and len(kept) < count:
        first = int(left.argmax())
        kept.append(first)
        left &= ious(boxes[first : first + 1], boxes)[0] <= most
        left[first] = False
    return kept


def _tightened(scene: Scene, windows: Windows) -> tuple[Windows, Floats]:
    """Each window after moving one side at a time to where it stands out more, by ever smaller moves; and its score."""
    windows, score = windows.copy(), scene.score(windows)
    for move in _MOVES_PX:
        for _ in range(_ROUNDS if len(windows) else 0):
            moved = _moves(scene, windows, move)
            scores = scene.score(moved.reshape(-1, 4)).reshape(len(windows), -1)
            best = scores.argmax(axis=1)
            reached = scores[np.arange(len(windows)), best]
            better = reached > score + 1e-4
            if not better.any():
                break
            windows[better] = moved[better, best[better]]
            score = np.where(better, reached, score)
    return windows, score


def _moves(scene: Scene, windows: Windows, move: int) -> Windows:
    """(n, 8, 4): every window with one of its four sides moved out or in; where that cannot be, as it was."""
    moved = np.repeat(windows[:, None], 8, axis=1)
    for side in range(4):
        moved[:, 2 * side, side] -= move
        moved[:, 2 * side + 1, side] += move
    moved = np.clip(moved, 0, [scene.width, scene.height, scene.width, scene.height])
    small = np.min(moved[..., 2:] - moved[..., :2], axis=2, keepdims=True) < _LEAST_SIDE_PX
    return np.where(small, windows[:, None], moved)


def _region(scene: Scene, window: Windows, score: float) -> Region:
    x0, y0, x1, y1 = (float(value) for value in window)
    box = Box.clipped(x0 / scene.width, y0 / scene.height, x1 / scene.width, y1 / scene.height)
    return Region(box=box, kind=Kind.THING, confidence=float(1 / (1 + np.exp(-score))))
