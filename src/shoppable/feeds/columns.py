"""Tables whose rows are products: which column is which field, and rows as items."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from shoppable.errors import InvalidInput
from shoppable.feeds.flaw import Flaw
from shoppable.feeds.item import FIELDS, NEEDED, Broken, Item
from shoppable.feeds.table import Row, Table

_SPELT = {"colour": "color", "availability_status": "availability"}
_KNOWN = frozenset(FIELDS)


def plain_name(column: str) -> str:
    """A column's or element's name, as it would be without capitals, spaces, dashes and Google's prefix.

    >>> plain_name("g:Image Link")
    'image_link'
    """
    return re.sub(r"[\s_-]+", "_", "".join(filter(str.isprintable, column)).strip().lower().removeprefix("g:"))


def google_field(column: str) -> str | None:
    """Our name for one of Google's attributes, however it is spelt; None for one that is not read."""
    name = plain_name(column)
    name = _SPELT.get(name, name)
    return name if name in _KNOWN else None


def mapped(columns: Mapping[str, str], field_of: Callable[[str], str | None]) -> Callable[[str], str | None]:
    """`field_of`, where a shop's own mapping (our name by theirs) says nothing else of a column."""
    own = {plain_name(column): field for column, field in columns.items()}
    taken = set(own.values())

    def field(column: str) -> str | None:
        named = own.get(plain_name(column))
        if named is None:
            named = field_of(column)
            named = None if named in taken else named
        return named

    return field if own else field_of


def table_items(
    table: Table, name: str, field_of: Callable[[str], str | None], given: Mapping[str, str]
) -> Iterator[Item | Broken]:
    """A table's rows as items.

    Args:
        table: Its header is read at once, its rows as the iterator moves on.
        name: Of the feed, for messages.
        field_of: Our name for a column; of columns with one name, the first one that is filled in counts.
        given: Constants: what they hold, no column needs to.

    Raises:
        InvalidInput: A field that every product needs has no column.
    """
    fields = [field_of(column) for column in table.columns]
    missing = [field for field in NEEDED if field not in fields and field not in given]
    if missing:
        found = ", ".join(_shown(column) for column in table.columns[:20])
        raise InvalidInput(f"{name} has no column {' and no column '.join(missing)}; its columns are: {found}")
    return _items(table, fields)


def _items(table: Table, fields: Sequence[str | None]) -> Iterator[Item | Broken]:
    pictures = [index for index, field in enumerate(fields) if field == "additional_image_link"]
    used = [(i, field) for i, field in enumerate(fields) if field is not None and field != "additional_image_link"]
    of_id = fields.index("id") if "id" in fields else None
    for row in broken_told(table, of_id):
        if isinstance(row, Broken):
            yield row
            continue
        cells = row.cells
        said: dict[str, str] = {}
        for index, field in used:
            if (cell := cells[index]) and field not in said and not cell.isspace():
                said[field] = cell
        yield Item(row.line, said, [cells[index] for index in pictures if cells[index]])


def broken_told(table: Table, of_id: int | None) -> Iterator[Row | Broken]:
    """Rows, with what is broken named by the id in a column, and a warning where the encoding changes."""
    foreign_told = False
    for row in table.rows():
        if table.foreign_line is not None and not foreign_told:
            foreign_told = True
            flaw = Flaw("not UTF-8 from this line on: read as Windows-1252", "save the feed as UTF-8")
            yield Broken(table.foreign_line, flaw, severity="warning")
        if isinstance(row, Row):
            yield row
            continue
        product_id = " ".join(row.cells[of_id].split()) if of_id is not None and of_id < len(row.cells) else ""
        column = _shown(table.columns[row.column]) or f"column {row.column + 1}"
        yield Broken(row.line, row.flaw, column, product_id[:100] or None, row.text)


def _shown(column: str) -> str:
    return " ".join("".join(char if char.isprintable() else " " for char in column).split())[:40]
