"""Where to look, found by one net that also says what it sees: DETR, YOLOS, OWL."""

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from shoppable.adapters.vision.find_nets import suppressed
from shoppable.adapters.vision.manifest import Labels, NetInput
from shoppable.adapters.vision.nets import Net, letterbox_scale
from shoppable.adapters.vision.no_product import why_no_product
from shoppable.adapters.vision.runtimes import Tensor
from shoppable.adapters.vision.studio import foreground_box
from shoppable.adapters.vision.words import Tokenizer
from shoppable.errors import InvalidInput
from shoppable.model.arrays import Floats, Image
from shoppable.model.geometry import WHOLE, Box
from shoppable.model.seen import Kind, Region
from shoppable.model.taxonomy import Taxonomy

_OUTPUTS = ("logits", "pred_boxes")
_SPECK = 0.0005  # of the frame


class LabelLocalizer:
    """Boxes with a label; what the taxonomy does not list is passed over.

    Args:
        labels: How its results are read.
        net: Gives `logits` (1, boxes, classes) and `pred_boxes` (1, boxes, 4): centre and size, in [0, 1] of its input.
        taxonomy: From classes to kinds; what to ask for when the net is asked in words.
        tokenizer: Of the words; None when the net knows its classes.

    Raises:
        InvalidInput: The taxonomy lists none of the net's classes.
    """

    def __init__(self, labels: Labels, *, net: Net, taxonomy: Taxonomy, tokenizer: Tokenizer | None = None) -> None:
        self._labels = labels
        self._net = net
        self._tokenizer = tokenizer
        self._asked = [label.prompts[0] for label in taxonomy.label]
        known = [taxonomy.of_class(name) for name in labels.classes] or list(taxonomy.label)
        self._kinds = [None if label is None else label.kind for label in known]
        if not any(self._kinds):
            raise InvalidInput(f"the taxonomy lists none of the classes of net {labels.net}: add them to a label")

    def in_pictures(self, pictures: Sequence[Image], kinds: Sequence[Kind]) -> list[Region]:
        """The surest box of the product's kind, else everything that is not the studio's ground."""
        return [
            next((region for region in found if region.kind is kind), None) or _foreground(picture, kind)
            for picture, kind, found in zip(pictures, kinds, self._find(pictures), strict=True)
        ]

    def why_no_product(self, picture: Image) -> str | None:
        """See `no_product.why_no_product`."""
        return why_no_product(picture)

    def in_frames(self, frames: Sequence[Image]) -> list[list[Region]]:
        """Regions of every kind, most confident first."""
        return [regions[: self._labels.max_regions] for regions in self._find(frames)]

    def _find(self, images: Sequence[Image]) -> list[list[Region]]:
        outputs = self._net.each(images, words=self._words, outputs=_OUTPUTS)
        return [self._read(image, *found) for image, found in zip(images, outputs, strict=True)]

    @cached_property
    def _words(self) -> dict[str, Tensor]:
        return {} if self._tokenizer is None else self._tokenizer.words(self._asked)

    def _read(self, image: Image, logits: Floats, boxes: Floats) -> list[Region]:
        nothing = self._labels.scores == "softmax"
        shape = (1, logits.shape[1], len(self._kinds) + nothing)
        if logits.shape != shape or boxes.shape != (*shape[:2], 4):
            raise InvalidInput(
                f"net {self._labels.net} gave logits {logits.shape} and boxes {boxes.shape} where its pack has "
                f"{len(self._kinds)} classes: the pack names an unsuitable net"
            )
        scores = _softmax(logits[0])[:, :-1] if nothing else 1 / (1 + np.exp(-logits[0].astype(np.float64)))
        classes, best = scores.argmax(axis=1), scores.max(axis=1)
        found: dict[Kind, list[tuple[Box, float]]] = {}
        for row in np.flatnonzero(best >= self._labels.min_score):
            kind = self._kinds[classes[row]]
            box = box_in_picture(boxes[0, row], image, self._net.manifest.input)
            if kind is not None and box.area > _SPECK:
                found.setdefault(kind, []).append((box, min(float(best[row]), 1)))
        regions = [
            Region(box=each[index][0], kind=kind, confidence=each[index][1])
            for kind, each in found.items()
            for index in suppressed(
                [box for box, _ in each], np.asarray([score for _, score in each], np.float32), self._labels.max_overlap
            )
        ]
        return sorted(regions, key=lambda region: -region.confidence)


def box_in_picture(box: Floats, image: Image, wanted: NetInput) -> Box:
    """A (4,) box of centre and size in [0, 1] of a net's input, as a box of the picture that was prepared for it."""
    x, y, width, height = map(float, box)
    corners = np.asarray([[x - width / 2, y - height / 2], [x + width / 2, y + height / 2]])
    size = np.asarray([image.shape[1], image.shape[0]], np.float64)
    match wanted.fit:
        case "stretch":
            inside = corners
        case "letterbox":
            inside = corners * [wanted.width, wanted.height] / (letterbox_scale(image, wanted) * size)
        case "square":
            side = size.max()
            inside = (corners * side - (side - size) // 2) / size
    (x0, y0), (x1, y1) = inside.tolist()
    return Box.clipped(x0, y0, x1, y1)


def _softmax(logits: Floats) -> Floats:
    odds = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(odds / odds.sum(axis=1, keepdims=True), np.float32)


def _foreground(picture: Image, kind: Kind) -> Region:
    box = foreground_box(picture)
    return Region(box=box or WHOLE, kind=kind, confidence=0 if box is None else 1)
