"""What a feed changed in a catalog: the least work that brings the catalog up to it."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from shoppable.logic.categories import kind_of
from shoppable.model.catalog import FeedRow, Product
from shoppable.model.seen import Kind

T = TypeVar("T")


class Change(StrEnum):
    """How a product of the feed compares with the catalog's; `looks` and `added` ask for new vectors."""

    ADDED = "added"
    LOOKS = "looks"
    ROW = "row"
    NONE = "none"


@dataclass(frozen=True)
class Known:
    """What the catalog holds of a product, as far as a comparison needs it."""

    row_hash: str
    picture_ids: tuple[str, ...]
    kind: Kind
    item_group_id: str

    @classmethod
    def of(cls, product: Product) -> "Known":
        return cls(
            row_hash=product.row_hash,
            picture_ids=tuple(picture.picture_id for picture in product.pictures),
            kind=kind_of(product.row.category, product.row.title),
            item_group_id=product.item_group_id,
        )

    def measures_as(self, row: FeedRow) -> bool:
        """Whether score statistics stay what they are when this row takes the product's place."""
        return self.item_group_id == row.item_group_id


def hash_row(row: FeedRow) -> str:
    """SHA-256 of what the row says, wherever in the feed it stands."""
    return hashlib.sha256(row.model_dump_json(exclude={"line"}).encode()).hexdigest()


def change_of(known: Known | None, row: FeedRow, picture_ids: Sequence[str]) -> Change:
    """What there is to do for a row.

    A picture is looked at differently when the category says that the product is worn elsewhere, so that counts as a
    change of looks; so does another order of the pictures, as the first one is the main one.

    Args:
        known: The product in the catalog; None when it is not there.
        row: The product in the feed.
        picture_ids: Of the row's pictures that can be used, in its order.
    """
    if known is None:
        return Change.ADDED
    if tuple(picture_ids) != known.picture_ids or kind_of(row.category, row.title) is not known.kind:
        return Change.LOOKS
    return Change.NONE if hash_row(row) == known.row_hash else Change.ROW


def cut_evenly(items: Sequence[T], *, size: int, most: int) -> list[Sequence[T]]:
    """Batches of `size` items; larger ones where there would be more than `most` batches.

    >>> [len(batch) for batch in cut_evenly(range(10), size=4, most=100)]
    [4, 4, 2]
    >>> [len(batch) for batch in cut_evenly(range(10), size=4, most=2)]
    [5, 5]
    """
    size = max(size, -(-len(items) // most))
    return [items[start : start + size] for start in range(0, len(items), size)]
