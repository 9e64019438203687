"""Google Merchant feeds, as table or as XML: https://support.google.com/merchants/answer/7052112."""

from collections.abc import Iterator
from io import BufferedReader

from shoppable.feeds.columns import google_field, mapped, table_items
from shoppable.feeds.item import Broken, Item
from shoppable.feeds.mapping import FeedOptions
from shoppable.feeds.markup import read_markup
from shoppable.feeds.table import Table


def google_table(source: BufferedReader, name: str, options: FeedOptions) -> Iterator[Item | Broken]:
    """A CSV or TSV: a column for each attribute, with or without the prefix `g:`."""
    return table_items(Table(source, name), name, mapped(options.columns, google_field), options.constants)


def google_xml(source: BufferedReader, name: str, options: FeedOptions) -> Iterator[Item | Broken]:
    """RSS 2.0 or Atom: an element for each attribute; RSS's and Atom's own count where Google's are not."""
    field_of = mapped(options.columns, google_field)
    return read_markup(source, name, lambda element: _ATOM.get(element) or field_of(element))


_ATOM = {"summary": "description", "content": "description"}
