"""Looking at the pictures of products: opened, kept, boxed and turned into vectors."""

import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

import numpy as np

from shoppable.errors import InvalidInput
from shoppable.feeds.flaw import Flaw
from shoppable.logic.categories import kind_of
from shoppable.model.arrays import Crop, Floats, Image, packed
from shoppable.model.catalog import FeedRow, Picture, Product, RowProblem
from shoppable.model.geometry import WHOLE, Box
from shoppable.model.keys import picture_blob
from shoppable.model.noun import Noun
from shoppable.model.seen import Kind
from shoppable.ports import Ports
from shoppable.steps.lines import read_lines, write_lines
from shoppable.steps.pictures import OPEN_REMEDY, encode_picture, fetch_picture, open_picture
from shoppable.steps.seeing import cut

_PICTURES_AT_ONCE = 24
_MARGIN = 0.04
_MIN_CROP_PX = 8

T = TypeVar("T")


class Planned(Noun):
    """A product to be written; `known` says whether the catalog holds it already."""

    row: FeedRow
    row_hash: str
    known: bool


class Embedded(Noun):
    """What `embed_batch` gives: where its products, vectors and problems are, and how many there are."""

    products_key: str
    vectors_key: str
    problems_key: str
    added: int
    changed: int
    pictures: int


def embed_batch(ports: Ports, feed: str, rebuild: bool, batch: str) -> Embedded:
    """Opens, keeps and embeds the pictures of some products.

    A product whose main picture cannot be used is rejected; an additional picture is left out with a warning.

    Args:
        ports: Uses blobs, localizer, embedder and progress.
        feed: Path of the feed; pictures lie in its folder.
        rebuild: Whether the catalog is made anew.
        batch: Blob key of the products, `Planned` one to a line.
    """
    plans = list(read_lines(ports, batch, Planned))
    looked = _Looked(ports)
    problems: list[RowProblem] = []
    added = changed = 0
    for done, plan in enumerate(plans, 1):
        opened, found = each_picture(plan.row, _opening(ports, Path(feed).parent))
        if opened:
            looked.add(plan, dict(opened))
            added += not plan.known
            changed += plan.known
        elif plan.known:
            found[-1] = of_known(found[-1], rebuild=rebuild)
        problems += found
        ports.progress.at(done, len(plans), pictures=len(looked))
    vectors_key = ports.scope.work_key("vectors.npz")
    ports.blobs.put(vectors_key, looked.packed())
    return Embedded(
        products_key=write_lines(ports, "products.jsonl", looked.products),
        vectors_key=vectors_key,
        problems_key=write_lines(ports, "problems.jsonl", problems),
        added=added,
        changed=changed,
        pictures=len(looked),
    )


def each_picture(row: FeedRow, look: Callable[[str], T | Flaw]) -> tuple[list[T], list[RowProblem]]:
    """What `look` makes of the row's pictures, the main one first, and the problems it had with others.

    When the main picture has a flaw, nothing is returned and the last problem rejects the row; an additional one is
    left out with a warning.
    """
    seen: list[T] = []
    problems: list[RowProblem] = []
    for link in row.image_links:
        found = look(link)
        if not isinstance(found, Flaw):
            seen.append(found)
            continue
        main = link == row.image_links[0]
        problems.append(
            RowProblem(
                line=row.line,
                product_id=row.product_id,
                field="image_link" if main else "additional_image_link",
                value=link[:200],
                problem=found.problem if main else f"{found.problem}; it was left out",
                remedy=found.remedy,
                severity="rejected" if main else "warning",
            )
        )
        if main:
            break
    return seen, problems


def of_known(problem: RowProblem, *, rebuild: bool) -> RowProblem:
    """The problem of a row whose product the catalog holds, saying what became of that product."""
    fate = "removed, as a rebuild keeps nothing it cannot look at" if rebuild else "kept as it was"
    return problem.model_copy(update={"problem": f"{problem.problem}; the product was {fate}"})


def picture_id_of(data: bytes) -> str:
    """SHA-256 of the file as the shop sent it."""
    return hashlib.sha256(data).hexdigest()


def opened_or_flaw(data: bytes, max_px: int) -> Image | Flaw:
    """The decoded picture, or why it is refused."""
    try:
        return open_picture(data, max_px)
    except InvalidInput as error:
        return Flaw(str(error), OPEN_REMEDY)


def _opening(ports: Ports, folder: Path) -> Callable[[str], tuple[str, Image] | Flaw]:
    def look(link: str) -> tuple[str, Image] | Flaw:
        data = fetch_picture(folder, link)
        if isinstance(data, Flaw):
            return data
        image = opened_or_flaw(data, ports.max_picture_px)
        return image if isinstance(image, Flaw) else (picture_id_of(data), image)

    return look


class _Looked:
    """Products as they are looked at, some pictures at a time."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._waiting: list[tuple[Planned, dict[str, Image]]] = []
        self._products: list[Product] = []
        self._vectors: list[Floats] = []
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

    def packed(self) -> bytes:
        self._flush()
        names = [(product.product_id, picture.picture_id) for product in self._products for picture in product.pictures]
        empty = np.zeros((0, self._ports.embedder.space.dimension), np.float32)
        return packed(
            product_ids=np.asarray([product_id for product_id, _ in names], np.str_),
            picture_ids=np.asarray([picture_id for _, picture_id in names], np.str_),
            vectors=np.concatenate([empty, *self._vectors]),
        )

    def _flush(self) -> None:
        if not self._waiting:
            return
        kinds: list[Kind] = []
        images: list[Image] = []
        for plan, opened in self._waiting:
            kinds += [kind_of(plan.row.category, plan.row.title)] * len(opened)
            images += opened.values()
        regions = self._ports.localizer.in_pictures(images, kinds)
        crops = [Crop(_crop(image, region.box), region.kind) for image, region in zip(images, regions, strict=True)]
        self._vectors.append(self._ports.embedder.embed(crops))
        boxes = iter(regions)
        for plan, opened in self._waiting:
            pictures = tuple(self._kept(picture_id, image, next(boxes).box) for picture_id, image in opened.items())
            self._products.append(Product(row=plan.row, row_hash=plan.row_hash, pictures=pictures))
        self._waiting = []

    def _kept(self, picture_id: str, image: Image, box: Box) -> Picture:
        key = picture_blob(self._ports.tenant, picture_id)
        self._ports.blobs.put(key, encode_picture(image))
        height, width = image.shape[:2]
        return Picture(picture_id=picture_id, picture_key=key, width_px=width, height_px=height, box=box)


def _crop(image: Image, box: Box) -> Image:
    """The product with a little of its surroundings; the whole picture when the box holds next to nothing."""
    x, y = _MARGIN * box.width, _MARGIN * box.height
    crop = cut(image, Box.clipped(box.x0 - x, box.y0 - y, box.x1 + x, box.y1 + y))
    return crop if min(crop.shape[:2]) >= _MIN_CROP_PX else cut(image, WHOLE)
