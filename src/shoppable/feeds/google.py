"""Google Merchant feeds as CSV or TSV: https://support.google.com/merchants/answer/7052112."""

import re
from collections.abc import Iterator
from typing import BinaryIO, Literal
from urllib.parse import urlsplit

from shoppable.errors import InvalidInput
from shoppable.feeds.flaw import Flaw
from shoppable.feeds.money import parse_price
from shoppable.feeds.table import BadRow, Row, Table
from shoppable.model.catalog import Availability, FeedRow, Money, RowProblem

MAX_ID_CHARS = 100
MAX_ADDITIONAL_PICTURES = 10

_REQUIRED = ("id", "title", "image_link", "price")
_AVAILABILITY = {
    "instock": Availability.IN_STOCK,
    "available": Availability.IN_STOCK,
    "outofstock": Availability.OUT_OF_STOCK,
    "soldout": Availability.OUT_OF_STOCK,
    "discontinued": Availability.OUT_OF_STOCK,
    "preorder": Availability.PREORDER,
    "backorder": Availability.BACKORDER,
    "availablefororder": Availability.BACKORDER,
}
_CONTROLS = {code: " " for code in (*range(0x20), 0x7F) if chr(code) not in "\t\n"}
_DIRECTIONS = dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF))
_CLEANED = _CONTROLS | _DIRECTIONS
_SHOWN_CHARS = 200


def read_google(stream: BinaryIO, name: str) -> Iterator[FeedRow | RowProblem]:
    """Products and problems of a feed, in the order of its lines.

    Column names may be written with underscores, spaces or capitals, and with the prefix `g:`. Of rows with one id the
    first good one counts. A row is rejected for what would show a wrong offer (no id, title, picture or price); for
    less it is kept with a warning.

    Args:
        stream: Seekable, at its start; read as the iterator moves on, in flat memory.
        name: Of the feed, for messages.

    Raises:
        InvalidInput: The file is no table, or lacks a column that every product needs.
    """
    table = Table(stream, name)
    columns = [_canonical(column) for column in table.columns]
    missing = [column for column in _REQUIRED if column not in columns]
    if missing:
        found = ", ".join(" ".join(column.translate(_CLEANED).split())[:40] for column in table.columns[:20])
        raise InvalidInput(f"{name} has no column {' and no column '.join(missing)}; its columns are: {found}")
    return _items(table, _Columns(columns))


def _items(table: Table, columns: "_Columns") -> Iterator[FeedRow | RowProblem]:
    first_line: dict[str, int] = {}
    foreign_told = False
    for row in table.rows():
        if table.foreign_line is not None and not foreign_told:
            foreign_told = True
            flaw = Flaw("not UTF-8 from this line on: read as Windows-1252", "save the feed as UTF-8")
            yield _problem(table.foreign_line, None, None, None, flaw, "warning")
        if isinstance(row, BadRow):
            product_id = columns.only("id", row.cells) or None
            yield _problem(row.line, product_id, None, row.text, row.flaw)
            continue
        checked = _Checked(row, columns)
        product_id = checked.product_id
        if product_id in first_line:
            flaw = Flaw(f"line {first_line[product_id]} has the same id", "give every product its own id")
            yield _problem(row.line, product_id, "id", product_id, flaw)
            continue
        yield from checked.problems
        if checked.result is not None:
            first_line[product_id] = row.line
            yield checked.result


class _Columns:
    """Where each column stands; names may repeat, as `additional_image_link` may in Google's feeds."""

    def __init__(self, names: list[str]) -> None:
        self._at: dict[str, list[int]] = {}
        for index, name in enumerate(names):
            self._at.setdefault(name, []).append(index)

    def all(self, name: str, cells: tuple[str, ...]) -> list[str]:
        """The non-empty cells of all columns of this name."""
        found = (cells[index] for index in self._at.get(name, ()) if index < len(cells))
        return [cell for cell in (text.translate(_CLEANED).strip() for text in found) if cell]

    def only(self, name: str, cells: tuple[str, ...]) -> str:
        """The first non-empty cell of this name, as one line; empty when there is none."""
        return " ".join(next(iter(self.all(name, cells)), "").split())


class _Checked:
    """One row, checked; `result` is None when it is rejected."""

    def __init__(self, row: Row, columns: _Columns) -> None:
        self._row, self._columns = row, columns
        self.problems: list[RowProblem] = []
        self.product_id = self._text("id")
        title, price = self._text("title"), self._price()
        images = self._image_links()
        self._check_id()
        if not title:
            self._found("title", title, Flaw("the title is missing", "name the product as the shop's page does"))
        result = None
        if not any(problem.severity == "rejected" for problem in self.problems) and isinstance(price, Money):
            result = FeedRow(
                line=row.line,
                product_id=self.product_id,
                item_group_id=self._text("item_group_id") or self.product_id,
                title=title,
                description=next(iter(columns.all("description", row.cells)), ""),
                link=self._link(),
                image_links=images,
                price=price,
                sale_price=self._sale_price(price),
                availability=self._availability(),
                brand=self._text("brand") or None,
                category=self._category(),
                color=self._text("color") or None,
                size=self._text("size") or None,
                gender=self._text("gender") or None,
                age_group=self._text("age_group") or None,
            )
        self.result = result

    def _text(self, name: str) -> str:
        return self._columns.only(name, self._row.cells)

    def _found(self, field: str, value: str, flaw: Flaw, severity: Literal["rejected", "warning"] = "rejected") -> None:
        self.problems.append(_problem(self._row.line, self.product_id or None, field, value, flaw, severity))

    def _check_id(self) -> None:
        if not self.product_id:
            self._found("id", "", Flaw("the id is missing", "give every product its own id"))
        elif len(self.product_id) > MAX_ID_CHARS:
            flaw = Flaw(f"the id has {len(self.product_id)} characters", f"keep ids to {MAX_ID_CHARS} characters")
            self._found("id", self.product_id, flaw)
            self.product_id = self.product_id[:MAX_ID_CHARS]

    def _price(self) -> Money | None:
        text = self._text("price")
        price = parse_price(text)
        if isinstance(price, Flaw):
            self._found("price", text, price)
            return None
        return price

    def _sale_price(self, price: Money) -> Money | None:
        text, dates = self._text("sale_price"), self._text("sale_price_effective_date")
        if not text:
            return None
        sale = parse_price(text)
        if isinstance(sale, Flaw):
            flaw = Flaw(f"{sale.problem}; the full price is shown", sale.remedy)
        elif sale.currency != price.currency:
            flaw = Flaw("the sale price is in another currency than the price", f"write it in {price.currency}")
        elif sale.minor > price.minor:
            flaw = Flaw("the sale price is above the price", "leave it empty when there is no sale")
        elif dates:
            flaw = Flaw("sales that begin or end on a date are not followed yet", "send the sale price while it holds")
        else:
            return sale
        self._found("sale_price", text, flaw, "warning")
        return None

    def _image_links(self) -> tuple[str, ...]:
        main = self._text("image_link")
        if not main:
            self._found("image_link", "", Flaw("there is no picture", "name a picture file beside the feed"))
        cells = self._columns.all("additional_image_link", self._row.cells)
        additional = [link.strip() for cell in cells for link in cell.split(",") if link.strip()]
        links = tuple(dict.fromkeys([main, *additional] if main else additional))
        if len(links) > MAX_ADDITIONAL_PICTURES + 1:
            flaw = Flaw(f"there are {len(links) - 1} additional pictures", f"the first {MAX_ADDITIONAL_PICTURES} count")
            self._found("additional_image_link", ",".join(cells), flaw, "warning")
        return links[: MAX_ADDITIONAL_PICTURES + 1]

    def _link(self) -> str:
        link = self._text("link")
        if not link or _is_web_address(link):
            return link
        flaw = Flaw("the link is no web address and was left out", "write an address that begins with https://")
        self._found("link", link, flaw, "warning")
        return ""

    def _availability(self) -> Availability:
        text = self._text("availability")
        if not text:
            return Availability.IN_STOCK
        known = _AVAILABILITY.get(re.sub(r"[^a-z]", "", text.rpartition("/")[2].lower()))
        if known is None:
            flaw = Flaw("not known, taken as out_of_stock", "write in_stock, out_of_stock, preorder or backorder")
            self._found("availability", text, flaw, "warning")
            return Availability.OUT_OF_STOCK
        return known

    def _category(self) -> str | None:
        """Google's category where it is text; the shop's own where Google's is a bare number or missing."""
        google, own = self._text("google_product_category"), self._text("product_type")
        return (own or google if google.isdigit() else google or own) or None


def _canonical(column: str) -> str:
    name = re.sub(r"[\s_-]+", "_", column.translate(_CLEANED).strip().lower().removeprefix("g:"))
    return "color" if name == "colour" else name


def _is_web_address(link: str) -> bool:
    try:
        parts = urlsplit(link)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and not re.search(r"\s", link)


def _problem(
    line: int,
    product_id: str | None,
    field: str | None,
    value: str | None,
    flaw: Flaw,
    severity: Literal["rejected", "warning"] = "rejected",
) -> RowProblem:
    if value is not None and len(value) > _SHOWN_CHARS:
        value = f"{value[:_SHOWN_CHARS]}…"
    return RowProblem(
        line=line,
        product_id=product_id,
        field=field,
        value=value,
        problem=flaw.problem,
        remedy=flaw.remedy,
        severity=severity,
    )
