"""The formats that are read, how they are told apart, and the one way into all of them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from io import BufferedReader, BytesIO
from types import MappingProxyType
from typing import BinaryIO, NamedTuple

from shoppable.errors import InvalidInput
from shoppable.feeds.checking import check
from shoppable.feeds.columns import plain_name
from shoppable.feeds.decoding import Decoder
from shoppable.feeds.google import google_table, google_xml
from shoppable.feeds.item import Broken, Item
from shoppable.feeds.mapping import FeedOptions
from shoppable.feeds.meta import ONLY_HERE, meta_table, meta_xml
from shoppable.feeds.packing import HEAD_BYTES, unpacked
from shoppable.feeds.shopify import is_shopify, shopify_csv, shopify_json
from shoppable.feeds.table import COMMENT, Table
from shoppable.model.catalog import FeedRow, RowProblem


@dataclass(frozen=True)
class Format:
    """One way to write a feed.

    Attributes:
        summary: What it is, for people.
        read: Its items, from the source at its start, the feed's name and the options; what no row has to tell
            it raises at once.
    """

    summary: str
    read: Callable[[BufferedReader, str, FeedOptions], Iterator[Item | Broken]]


FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        "google-table": Format("Google Merchant, CSV or TSV", google_table),
        "google-xml": Format("Google Merchant, RSS 2.0 or Atom", google_xml),
        "meta-table": Format("Meta (Facebook) catalog, CSV or TSV", meta_table),
        "meta-xml": Format("Meta (Facebook) catalog, RSS 2.0 or Atom", meta_xml),
        "shopify-csv": Format("Shopify, the admin's export of products, old or new column names", shopify_csv),
        "shopify-json": Format("Shopify, a shop's products.json", shopify_json),
        "table": Format("any CSV or TSV, with a mapping file that says which column is what", google_table),
    }
)
"""All of them, by name; nothing else is read."""

_FOREIGN = (
    (b"PK\x03\x04", "a zip archive inside of another: pack the feed once"),
    (b"\x1f\x8b", "packed twice: pack the feed once"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook: save it as CSV or TSV"),
    (b"%PDF", "a PDF: export the products as CSV or TSV"),
)
_WEB_PAGE = ("<!doctype html", "<html")


class Feed(NamedTuple):
    """A feed that is being read.

    Attributes:
        format: Its name out of `FORMATS`.
        rows: Products and problems, in order; `InvalidInput` when the feed turns out to be damaged.
    """

    format: str
    rows: Iterator[FeedRow | RowProblem]


def open_feed(stream: BinaryIO, name: str, options: FeedOptions | None = None) -> Feed:
    """Begins to read a feed of any format, packed or not.

    Args:
        stream: Seekable, at its start; read as the rows are asked for, in flat memory but for the products' ids.
        name: Of the feed, for messages.
        options: What the feed does not say itself.

    Raises:
        InvalidInput: It is no feed, or lacks a column that every product needs; the format asked for does not exist.
    """
    options = options or FeedOptions()
    source = unpacked(stream, name)
    head = source.peek(HEAD_BYTES)
    if options.format is not None and options.format not in FORMATS:
        raise InvalidInput(f"there is no format {options.format}; formats are {', '.join(FORMATS)}")
    start = _start(head, name)
    chosen = options.format or _sniffed(head, start, name, options)
    return Feed(chosen, check(FORMATS[chosen].read(source, name, options), options.constants))


def _start(head: bytes, name: str) -> str:
    """The first characters, in small letters; refuses what is no text."""
    for magic, what in _FOREIGN:
        if head.startswith(magic):
            raise InvalidInput(f"{name} is {what}")
    marked = head.startswith((b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<"))
    if not marked and (b"\0" in head[:16] or b"\0" in head.partition(b"\n")[0]):
        raise InvalidInput(f"{name} is a binary file: a feed is text, or packed with gzip or zip")
    start = Decoder(head, name).text(head[:4096]).lstrip().lower()
    if start.startswith(_WEB_PAGE):
        raise InvalidInput(f"{name} is a web page, perhaps of a login or an error: fetch the feed itself")
    return start


def _sniffed(head: bytes, start: str, name: str, options: FeedOptions) -> str:
    if start.startswith("<"):
        return "google-xml"
    if start.startswith(("{", "[")):
        return "shopify-json"
    columns = Table(BufferedReader(BytesIO(head)), name).columns
    if is_shopify(columns):
        return "shopify-csv"
    if options.columns:
        return "table"
    names = {plain_name(column) for column in columns}
    return "meta-table" if names & ONLY_HERE or start.startswith(f"{COMMENT} ref_application_id") else "google-table"
