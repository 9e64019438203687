"""Looking closely: the best view of each appearance, cut out and embedded."""

from collections.abc import Sequence

import numpy as np

from shoppable.logic.choosing import worth_a_look
from shoppable.logic.placing import laid_over
from shoppable.model.arrays import Crop, Floats, packed
from shoppable.model.noun import Noun
from shoppable.model.seen import Appearance, Kind, Region
from shoppable.ports import Ports
from shoppable.steps.cutting import masked_crop, tightened
from shoppable.steps.learning import shown
from shoppable.steps.lines import read_lines, write_lines
from shoppable.steps.seeing import from_jpeg

_AT_ONCE = 16


class Evidence(Noun):
    """What `link` gives: appearances that nobody looked at yet."""

    appearances_key: str
    count: int


class Looks(Noun):
    """What `look` gives: the appearances with tighter boxes, and their looks.

    Attributes:
        appearances_key: Of all appearances.
        looks_key: Of `looks` (n, d) float16, and `of` (n,): which appearance each is of.
        count: Appearances that were looked at.
    """

    appearances_key: str
    looks_key: str
    count: int


def look(ports: Ports, catalog: str, evidence: Evidence) -> Looks:
    """Cuts the best view of each appearance out of its background, and embeds it.

    One is enough: a second view of each garment changed nothing on labelled videos, as an appearance looks alike from
    frame to frame. Some are not worth a look: they can show nothing of what the catalog sells, or come and go at once,
    or their place is looked at enough.
    """
    sold = {Kind(picture.kind) for picture in shown(ports, catalog)}
    appearances = list(read_lines(ports, evidence.appearances_key, Appearance))
    wanted = worth_a_look(appearances, sold)
    looks = [np.zeros((0, ports.embedder.space.dimension), np.float16)]
    for start in range(0, len(wanted), _AT_ONCE):
        some = wanted[start : start + _AT_ONCE]
        crops, places = _cut_out(ports, [appearances[number] for number in some])
        looks.append(ports.embedder.embed(crops).astype(np.float16))
        for number, place in zip(some, places, strict=True):
            if appearances[number].kind is not Kind.THING:
                boxes = laid_over(appearances[number].boxes, place)
                appearances[number] = appearances[number].model_copy(update={"boxes": boxes})
        ports.progress.at(min(start + _AT_ONCE, len(wanted)), len(wanted))
    looks_key = ports.scope.work_key("looks.npz")
    ports.blobs.put(looks_key, packed(looks=np.concatenate(looks), of=np.asarray(wanted, np.int64)))
    return Looks(
        appearances_key=write_lines(ports, "appearances.jsonl", appearances), looks_key=looks_key, count=len(wanted)
    )


def _cut_out(ports: Ports, appearances: Sequence[Appearance]) -> tuple[list[Crop], list[Floats]]:
    """Crops with masks of the best view of each appearance, and where in its box each thing is: (4,) xyxy."""
    pictures = [from_jpeg(ports.blobs.get(each.crop_keys[0])) for each in appearances]
    regions = [Region(box=each.view_boxes[0], kind=each.kind, confidence=1) for each in appearances]
    masks = ports.segmenter.cut_out(pictures, regions)
    crops, places = [], []
    for picture, mask, region in zip(pictures, masks, regions, strict=True):
        box = tightened(mask, region.box)
        crops.append(masked_crop(picture, mask, box, region.kind))
        place = box.seen_from(region.box)
        places.append(np.asarray([place.x0, place.y0, place.x1, place.y1], np.float32))
    return crops, places
