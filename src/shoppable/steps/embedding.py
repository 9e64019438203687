"""Looking at the pictures of products: opened, kept, cut out and turned into looks."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Literal, TypeVar

import numpy as np

from shoppable.errors import InvalidInput, NotFound
from shoppable.feeds.flaw import Flaw
from shoppable.logic.categories import kind_of
from shoppable.model.arrays import Image, packed, unpacked
from shoppable.model.catalog import FeedRow, Picture, Product, RowProblem
from shoppable.model.geometry import WHOLE, Box
from shoppable.model.keys import look_blob, picture_blob
from shoppable.model.noun import Noun
from shoppable.model.seen import Kind
from shoppable.ports import Ports
from shoppable.steps.cutting import masked_crop, tightened
from shoppable.steps.lines import read_lines, write_lines
from shoppable.steps.pictures import OPEN_REMEDY, encode_picture, open_picture
from shoppable.steps.printing import keep_prints
from shoppable.steps.sources import Sources

_PICTURES_AT_ONCE = 24
_ROOM = 0.15
"""Around the product, so that augmented crops can be cut loosely."""
_MIN_CROP_PX = 8

T = TypeVar("T")


class Planned(Noun):
    """A product to be written; `known` says whether the catalog holds it already."""

    row: FeedRow
    row_hash: str
    known: bool


class Embedded(Noun):
    """What `embed_batch` gives: where its products and problems are, and how many there are."""

    products_key: str
    problems_key: str
    added: int
    changed: int
    pictures: int


def embed_batch(ports: Ports, pictures: str, rebuild: bool, batch: str) -> Embedded:
    """Opens, keeps and embeds the pictures of some products.

    A product whose main picture cannot be used is rejected; an additional picture is left out with a warning. A main
    picture that shows no product gives way to the next one that does. What this pack saw in a picture before, for
    whatever catalog, is used again, except in a rebuild.

    Args:
        ports: Uses blobs, records, localizer, segmenter, embedder, verifier and progress.
        pictures: Folder or zip with the pictures that the feed names by path.
        rebuild: Whether the catalog is made anew.
        batch: Blob key of the products, `Planned` one to a line.
    """
    plans = list(read_lines(ports, batch, Planned))
    looked = _Looked(ports, afresh=rebuild)
    look = _opening(ports, Sources(ports, Path(pictures)))
    problems: list[RowProblem] = []
    added = changed = 0
    for done, plan in enumerate(plans, 1):
        opened, found = each_picture(plan.row, look)
        if opened:
            looked.add(plan, dict(opened))
            added += not plan.known
            changed += plan.known
        elif plan.known:
            found[-1] = of_known(found[-1], rebuild=rebuild)
        problems += found
        ports.progress.at(done, len(plans), pictures=len(looked))
    return Embedded(
        products_key=write_lines(ports, "products.jsonl", looked.products),
        problems_key=write_lines(ports, "problems.jsonl", problems),
        added=added,
        changed=changed,
        pictures=len(looked),
    )


class NoProduct(Flaw):
    """The picture is sound, but shows no product: another one may stand in for it."""


def each_picture(row: FeedRow, look: Callable[[str], T | Flaw]) -> tuple[list[T], list[RowProblem]]:
    """What `look` makes of the row's pictures, the main one first, and the problems it had with others.

    When the main picture has a flaw, nothing is returned and the last problem rejects the row; an additional one is
    left out with a warning, and so is a main one without a product while another can stand in for it.
    """
    seen: list[T] = []
    flaws: list[tuple[str, Flaw]] = []
    main = row.image_links[0]
    for link in row.image_links:
        found = look(link)
        if not isinstance(found, Flaw):
            seen.append(found)
        elif link == main and not isinstance(found, NoProduct):
            return [], [_of_picture(row, main, found, "rejected")]
        else:
            flaws.append((link, found))
    if seen:
        return seen, [_of_picture(row, link, _left_out(flaw), "warning") for link, flaw in flaws]
    (_, why), *others = flaws
    told = [
        _of_picture(row, link, _left_out(flaw), "warning") for link, flaw in others if not isinstance(flaw, NoProduct)
    ]
    none_left = why._replace(problem=f"{why.problem}, and no other picture can be used") if others else why
    return [], [*told, _of_picture(row, main, none_left, "rejected")]


def _left_out(flaw: Flaw) -> Flaw:
    return flaw._replace(problem=f"{flaw.problem}; it was left out")


def _of_picture(row: FeedRow, link: str, flaw: Flaw, severity: Literal["rejected", "warning"]) -> RowProblem:
    return RowProblem(
        line=row.line,
        product_id=row.product_id,
        field="image_link" if link == row.image_links[0] else "additional_image_link",
        value=link[:200],
        problem=flaw.problem,
        remedy=flaw.remedy,
        severity=severity,
    )


def of_known(problem: RowProblem, *, rebuild: bool) -> RowProblem:
    """The problem of a row whose product the catalog holds, saying what became of that product."""
    fate = "removed, as a rebuild keeps nothing it cannot look at" if rebuild else "kept as it was"
    return problem.model_copy(update={"problem": f"{problem.problem}; the product was {fate}"})


def opened_or_flaw(ports: Ports, data: bytes) -> Image | Flaw:
    """The decoded picture, or why it is refused: it cannot be opened, or shows no product."""
    try:
        image = open_picture(data, ports.max_picture_px)
    except InvalidInput as error:
        return Flaw(str(error), OPEN_REMEDY)
    shown = ports.localizer.why_no_product(image)
    if shown is None:
        return image
    return NoProduct(f"the picture shows {shown}, no product", "send a picture of the product itself")


def _opening(ports: Ports, sources: Sources) -> Callable[[str], tuple[str, Image] | Flaw]:
    def look(link: str) -> tuple[str, Image] | Flaw:
        sent = sources.find(link)
        if isinstance(sent, Flaw):
            return sent
        image = opened_or_flaw(ports, sent.data())
        return image if isinstance(image, Flaw) else (sent.picture_id, image)

    return look


class _Looked:
    """Products as they are looked at, some pictures at a time; `afresh`: whatever was seen in them before."""

    def __init__(self, ports: Ports, *, afresh: bool) -> None:
        self._ports = ports
        self._afresh = afresh
        self._waiting: list[tuple[Planned, dict[str, Image]]] = []
        self._products: list[Product] = []
        self._count = 0

    def __len__(self) -> int:
        return self._count

    @property
    def products(self) -> Iterable[Product]:
        self._flush()
        return self._products

    def add(self, plan: Planned, opened: dict[str, Image]) -> None:
        self._waiting.append((plan, opened))
        self._count += len(opened)
        if sum(len(images) for _, images in self._waiting) >= _PICTURES_AT_ONCE:
            self._flush()

    def _flush(self) -> None:
        if not self._waiting:
            return
        shown: dict[tuple[str, Kind], Image] = {}
        for plan, opened in self._waiting:
            kind = kind_of(plan.row.category, plan.row.title)
            shown |= {(picture_id, kind): image for picture_id, image in opened.items()}
        boxes = {} if self._afresh else {each: box for each in shown if (box := self._seen_before(*each)) is not None}
        new = [each for each in shown if each not in boxes]
        if new:
            found = self._looked_at([shown[each] for each in new], [kind for _, kind in new], [id_ for id_, _ in new])
            boxes |= zip(new, found, strict=True)
        for plan, opened in self._waiting:
            kind = kind_of(plan.row.category, plan.row.title)
            pictures = tuple(self._kept(id_, image, boxes[id_, kind]) for id_, image in opened.items())
            self._products.append(Product(row=plan.row, row_hash=plan.row_hash, pictures=pictures))
        self._waiting = []

    def _seen_before(self, picture_id: str, kind: Kind) -> Box | None:
        """Where in a picture the product is, if this pack looked for one of this kind in it and its look is kept."""
        try:
            kept = unpacked(self._ports.blobs.get(self._look_key(picture_id, kind)))
        except NotFound:
            return None
        return Box.clipped(*kept["box"].tolist()) if "box" in kept else None

    def _look_key(self, picture_id: str, kind: Kind) -> str:
        return look_blob(self._ports.tenant, self._ports.embedder.space.name, picture_id, kind)

    def _looked_at(self, images: list[Image], kinds: list[Kind], picture_ids: list[str]) -> list[Box]:
        """Finds, cuts out, embeds and describes the product of each picture; returns where it is."""
        ports = self._ports
        regions = ports.localizer.in_pictures(images, kinds)
        masks = ports.segmenter.cut_out(images, regions)
        boxes = [tightened(mask, region.box) for mask, region in zip(masks, regions, strict=True)]
        whole = [WHOLE if _small(image, box) else box for image, box in zip(images, boxes, strict=True)]
        crops = [
            masked_crop(*each) for each in zip(images, masks, (box.grown(_ROOM) for box in whole), kinds, strict=True)
        ]
        looks, views = ports.embedder.embed_augmented(crops, [int(picture_id[:8], 16) for picture_id in picture_ids])
        printed = [number for number, kind in enumerate(kinds) if kind is Kind.THING]
        keep_prints(
            ports,
            [picture_ids[number] for number in printed],
            [images[number] for number in printed],
            [whole[number] for number in printed],
        )
        for picture_id, kind, box, look, augmented in zip(picture_ids, kinds, whole, looks, views, strict=True):
            kept = {
                "look": look.astype(np.float16),
                "augmented": augmented.astype(np.float16),
                "box": np.asarray([box.x0, box.y0, box.x1, box.y1]),
            }
            ports.blobs.put(self._look_key(picture_id, kind), packed(**kept))
        return whole

    def _kept(self, picture_id: str, image: Image, box: Box) -> Picture:
        key = picture_blob(self._ports.tenant, picture_id)
        try:
            self._ports.blobs.size(key)
        except NotFound:
            self._ports.blobs.put(key, encode_picture(image))
        height, width = image.shape[:2]
        return Picture(picture_id=picture_id, picture_key=key, width_px=width, height_px=height, box=box)


def _small(image: Image, box: Box) -> bool:
    """Whether a box holds next to nothing."""
    height, width = image.shape[:2]
    return bool(min(box.width * width, box.height * height) < _MIN_CROP_PX)
