"""Meta's catalogs: https://developers.facebook.com/documentation/ads-commerce/catalog/reference.

Google's attributes with other words beside them, and values that hold others: flattened, as in the column
`image[0].url`, or as JSON in a cell.
"""

import json
import re
from collections.abc import Iterator
from io import BufferedReader

from shoppable.feeds.columns import google_field, mapped, plain_name, table_items
from shoppable.feeds.item import MAX_FIELD_CHARS, Broken, Item
from shoppable.feeds.mapping import FeedOptions
from shoppable.feeds.markup import read_markup
from shoppable.feeds.table import Table

ONLY_HERE = frozenset(
    {"fb_product_category", "quantity_to_sell_on_facebook", "image[0].url", "retailer_id", "commerce_tax_category"}
)
"""Columns by which a table shows that it is of this family."""

_WORDS = {
    "retailer_id": "id",
    "name": "title",
    "url": "link",
    "image_url": "image_link",
    "additional_image_urls": "additional_image_link",
    "additional_image_links": "additional_image_link",
    "image": "image_link",
    "fb_product_category": "product_type",
    "retailer_product_group_id": "item_group_id",
}
_IMAGE = re.compile(r"image\[([0-9]{1,3})\]\.url")


def meta_table(source: BufferedReader, name: str, options: FeedOptions) -> Iterator[Item | Broken]:
    """A CSV or TSV; lines that begin with `#` above the header are passed over."""
    field_of = mapped(options.columns, meta_field)
    return _opened(table_items(Table(source, name), name, field_of, options.constants))


def meta_xml(source: BufferedReader, name: str, options: FeedOptions) -> Iterator[Item | Broken]:
    """RSS 2.0 or Atom with Google's prefix, or none."""
    return _opened(read_markup(source, name, mapped(options.columns, meta_field)))


def meta_field(column: str) -> str | None:
    """Our name for one of Meta's columns.

    >>> meta_field("image[0].url"), meta_field("image[1].url")
    ('image_link', 'additional_image_link')
    """
    name = plain_name(column)
    if found := _IMAGE.fullmatch(name):
        return "additional_image_link" if int(found[1]) else "image_link"
    return google_field(column) or _WORDS.get(name)


def _opened(items: Iterator[Item | Broken]) -> Iterator[Item | Broken]:
    """Items whose pictures are links, where the feed wrote them as JSON: `[{"url": "…", "tag": ["…"]}]`."""
    for item in items:
        if isinstance(item, Item):
            pictures = [link for cell in item.pictures for link in _links(cell) or [cell]]
            if main := _links(item.fields.get("image_link", "")):
                item.fields["image_link"] = main[0]
                pictures = [*main[1:], *pictures]
            yield item._replace(pictures=pictures)
        else:
            yield item


def _links(cell: str) -> list[str]:
    """The links in a cell of JSON; none where it is no such cell."""
    if not cell.lstrip().startswith(("[", "{")) or len(cell) > MAX_FIELD_CHARS:
        return []
    try:
        said = json.loads(cell)
    except (ValueError, RecursionError):
        return []
    each = said if isinstance(said, list) else [said]
    links = [one.get("url") if isinstance(one, dict) else one for one in each]
    return [link for link in links if isinstance(link, str) and link.strip()]
