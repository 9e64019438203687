"""What every family of feeds is taken apart into: items, whose fields bear our names and are text as it was written."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from shoppable.feeds.flaw import Flaw

FIELDS = (
    "id",
    "title",
    "description",
    "link",
    "image_link",
    "additional_image_link",
    "price",
    "sale_price",
    "sale_price_effective_date",
    "availability",
    "brand",
    "gtin",
    "mpn",
    "condition",
    "google_product_category",
    "product_type",
    "item_group_id",
    "color",
    "size",
    "gender",
    "age_group",
)
"""All that is read of an item; what else a feed says is passed over."""

NEEDED = ("id", "title", "image_link", "price")

MAX_FIELD_CHARS = 131_072
MAX_PICTURES = 100
"""Additional pictures a reader hands on; a product keeps far fewer."""


class Item(NamedTuple):
    """One product, or one variant of one, still unchecked.

    Attributes:
        line: Of the feed on which it starts, from 1.
        fields: Text by name out of `FIELDS`; a name that is missing was empty.
        pictures: Additional ones: each a link, or several parted by commas.
    """

    line: int
    fields: dict[str, str]
    pictures: Sequence[str] = ()


class Broken(NamedTuple):
    """A place where the feed cannot be read as it should.

    Attributes:
        line: Of the feed, from 1.
        flaw: What is wrong and what to do.
        field: Where in the item, as the feed names it; None when no single one is meant.
        product_id: Of the item, when it could be read.
        value: What stands there.
        severity: Whether an item is lost by it.
    """

    line: int
    flaw: Flaw
    field: str | None = None
    product_id: str | None = None
    value: str | None = None
    severity: Literal["rejected", "warning"] = "rejected"
