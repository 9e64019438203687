"""Where to look, found by nets: persons, their joints, and things of any class."""

from collections.abc import Sequence
from functools import cache

import cv2
import numpy as np

from shoppable.adapters.vision.bodies import Body
from shoppable.adapters.vision.manifest import Looking
from shoppable.adapters.vision.nets import Net, letterbox_scale
from shoppable.adapters.vision.no_product import why_no_product
from shoppable.adapters.vision.studio import foreground_box
from shoppable.adapters.vision.workers import Workers
from shoppable.errors import InvalidInput
from shoppable.model.arrays import Floats, Image
from shoppable.model.geometry import Box
from shoppable.model.seen import Kind, Region

_LEAST_SIDE_PX = 360
_MAX_PERSONS = 4
_YOLOX_STRIDES = (8, 16, 32)
_YOLOX_COLUMNS = 85
_PERSON = 0


class NetLocalizer:
    """Persons (YOLOX), their joints (MoveNet) and class-agnostic boxes (TF-Hub mobile object localizer)."""

    def __init__(self, looking: Looking, workers: Workers, *, persons: Net, joints: Net, things: Net) -> None:
        self._looking = looking
        self._workers = workers
        self._persons = persons
        self._joints = joints
        self._things = things

    def in_pictures(self, pictures: Sequence[Image], kinds: Sequence[Kind]) -> list[Region]:
        """A garment's band on the person who wears it, else everything that is not the studio's ground."""
        return self._workers.map(lambda pair: self._in_picture(*pair), list(zip(pictures, kinds, strict=True)))

    def why_no_product(self, picture: Image) -> str | None:
        """What a drawing of even colours shows; never anything for a photograph."""
        return why_no_product(picture)

    def in_frames(self, frames: Sequence[Image]) -> list[list[Region]]:
        """Garment regions of each person, then things; each group most confident first."""
        return self._workers.map(self._in_frame, frames)

    def _in_frame(self, frame: Image) -> list[Region]:
        frame = halved(frame)
        regions = [region for body in self._bodies(frame) for region in body.garments()]
        return regions + self._find_things(frame)

    def _in_picture(self, picture: Image, kind: Kind) -> Region:
        ground = foreground_box(picture)
        if kind in (Kind.UPPER, Kind.LOWER, Kind.FEET, Kind.HEAD):
            bodies = self._bodies(picture)
            band = bodies[0].band(kind) if bodies else None
            if band is not None:
                around = ground or bodies[0].box
                box = Box.clipped(around.x0, max(band[0], around.y0), around.x1, min(band[1], around.y1))
                if box.area > 0:
                    return Region(box=box, kind=kind, confidence=bodies[0].confidence)
        if ground is not None:
            return Region(box=ground, kind=kind, confidence=1)
        things = [thing for thing in self._find_things(picture) if thing.box.area > 0.05]
        if things and kind is Kind.THING:
            return things[0].model_copy(update={"kind": kind})
        return Region(box=Box(x0=0, y0=0, x1=1, y1=1), kind=kind, confidence=0)

    def _bodies(self, image: Image) -> list[Body]:
        """Persons, the largest first."""
        outputs, wanted = self._persons.run_trimmed(image, _YOLOX_STRIDES[-1])
        size_px = (wanted.height, wanted.width)
        found = decode_yolox(_checked(self._persons, outputs, (1, _cells(size_px), _YOLOX_COLUMNS))[0][0], size_px)
        scores = found[:, 4] * found[:, 5 + _PERSON]
        kept = np.flatnonzero(scores >= self._looking.min_person)
        if not len(kept):
            return []
        scale = letterbox_scale(image, wanted)
        size = np.asarray([image.shape[1], image.shape[0]], np.float32) * scale
        corners = np.concatenate([found[kept, :2] - found[kept, 2:4] / 2, found[kept, :2] + found[kept, 2:4] / 2], 1)
        corners /= np.tile(size, 2)
        boxes = [Box.clipped(*map(float, corner)) for corner in corners]
        chosen = suppressed(boxes, scores[kept], 0.5)
        chosen.sort(key=lambda index: -boxes[index].area)
        return [
            Body(box=boxes[i], joints=self._find_joints(image, boxes[i]), confidence=float(scores[kept[i]]))
            for i in chosen[:_MAX_PERSONS]
            if boxes[i].area > 0.004
        ]

    def _find_joints(self, image: Image, box: Box) -> Floats:
        """(17, 3): x, y in [0, 1] of the picture, confidence. The net sees a square around the person."""
        height, width = image.shape[:2]
        side = max(box.width * width, box.height * height) * 1.15
        left = (box.x0 + box.x1) / 2 * width - side / 2
        top = (box.y0 + box.y1) / 2 * height - side / 2
        square = cut_square(image, left, top, side)
        y, x, confidence = _outputs(self._joints, square, (1, 1, 17, 3))[0][0, 0].T
        return np.stack([(left + x * side) / width, (top + y * side) / height, confidence], axis=1)

    def _find_things(self, image: Image) -> list[Region]:
        boxes, _, scores, _ = _outputs(self._things, image, (1, None, 4), (1, None), (1, None), (1,))
        kept = np.flatnonzero(scores[0] >= self._looking.min_thing)
        found = [Box.clipped(*map(float, boxes[0][i][[1, 0, 3, 2]])) for i in kept]
        chosen = suppressed(found, scores[0][kept], 0.6)
        return [
            Region(box=found[i], kind=Kind.THING, confidence=float(min(scores[0][kept[i]], 1)))
            for i in chosen
            if 0.003 < found[i].area < 0.9
        ][: self._looking.max_things]


def halved(frame: Image) -> Image:
    """The frame at half its size, again and again while that is above what nets look at: they lose nothing by it."""
    while min(frame.shape[:2]) >= 2 * _LEAST_SIDE_PX:
        half = (frame.shape[1] // 2, frame.shape[0] // 2)
        frame = np.asarray(cv2.resize(frame, half, interpolation=cv2.INTER_AREA), np.uint8)
    return frame


def decode_yolox(raw: Floats, size_px: tuple[int, int]) -> Floats:
    """YOLOX's (n, 85) grid offsets as centres and sizes in px of the net's input of (height, width).

    Ge et al., "YOLOX: Exceeding YOLO Series in 2021": centre = (offset + cell) * stride, size = exp(offset) * stride.
    """
    cell, step = _grid(size_px)
    decoded = raw.copy()
    decoded[:, :2] = (raw[:, :2] + cell) * step
    decoded[:, 2:4] = np.exp(np.minimum(raw[:, 2:4], 10)) * step
    return decoded


@cache
def _grid(size_px: tuple[int, int]) -> tuple[Floats, Floats]:
    """(n, 2) which cell each row of YOLOX's output is of, and (n, 1) the cell's side in px."""
    cells, strides = [], []
    for stride in _YOLOX_STRIDES:
        ys, xs = np.mgrid[: size_px[0] // stride, : size_px[1] // stride]
        cells.append(np.stack([xs, ys], axis=-1).reshape(-1, 2))
        strides.append(np.full((ys.size, 1), stride))
    return np.concatenate(cells).astype(np.float32), np.concatenate(strides).astype(np.float32)


def _cells(size_px: tuple[int, int]) -> int:
    return sum((size_px[0] // stride) * (size_px[1] // stride) for stride in _YOLOX_STRIDES)


def _outputs(net: Net, image: Image, *shapes: tuple[int | None, ...]) -> list[Floats]:
    """What a net gives of a picture. Errors as of `_checked`."""
    return _checked(net, net.run(image), *shapes)


def _checked(net: Net, found: list[Floats], *shapes: tuple[int | None, ...]) -> list[Floats]:
    """What a net gave; `InvalidInput` when it has other shapes than these (None: any length)."""
    gave = [each.shape for each in found]
    if len(gave) != len(shapes) or not all(map(_fits, gave, shapes)):
        raise InvalidInput(f"net {net.manifest.name} gave {gave}, not {list(shapes)}: the pack names an unsuitable net")
    return found


def _fits(shape: tuple[int, ...], wanted: tuple[int | None, ...]) -> bool:
    return len(shape) == len(wanted) and all(want in (None, got) for got, want in zip(shape, wanted, strict=True))


def suppressed(boxes: Sequence[Box], scores: Floats, max_iou: float) -> list[int]:
    """Non-maximum suppression: indices of the boxes to keep, best score first."""
    kept: list[int] = []
    for index in np.argsort(-scores, kind="stable"):
        if all(boxes[index].iou(boxes[other]) <= max_iou for other in kept):
            kept.append(int(index))
    return kept


def cut_square(image: Image, left: float, top: float, side: float) -> Image:
    """A square of the picture at 256 px; what lies outside the picture is its edge repeated."""
    move = np.asarray([[256 / side, 0, -left * 256 / side], [0, 256 / side, -top * 256 / side]], np.float64)
    warped = cv2.warpAffine(image, move, (256, 256), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(warped, np.uint8)
