"""Whether an item can be offered: what would show a wrong offer is refused, for less it is kept with a warning."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Literal, TypeVar
from urllib.parse import urlsplit

from shoppable.feeds.flaw import Flaw
from shoppable.feeds.gtin import parse_gtin
from shoppable.feeds.item import MAX_FIELD_CHARS, Broken, Item
from shoppable.feeds.money import parse_price
from shoppable.feeds.period import Period, parse_period
from shoppable.model.catalog import Availability, Condition, FeedRow, Money, RowProblem

MAX_ID_CHARS = 100
MAX_ADDITIONAL_PICTURES = 10

AVAILABILITY = {
    "instock": Availability.IN_STOCK,
    "available": Availability.IN_STOCK,
    "limitedavailability": Availability.IN_STOCK,
    "onlineonly": Availability.IN_STOCK,
    "instoreonly": Availability.IN_STOCK,
    "outofstock": Availability.OUT_OF_STOCK,
    "soldout": Availability.OUT_OF_STOCK,
    "discontinued": Availability.OUT_OF_STOCK,
    "preorder": Availability.PREORDER,
    "presale": Availability.PREORDER,
    "backorder": Availability.BACKORDER,
    "availablefororder": Availability.BACKORDER,
}
CONDITION = {
    "new": Condition.NEW,
    "newcondition": Condition.NEW,
    "refurbished": Condition.REFURBISHED,
    "refurbishedcondition": Condition.REFURBISHED,
    "used": Condition.USED,
    "usedcondition": Condition.USED,
    "usedlikenew": Condition.USED,
    "usedgood": Condition.USED,
    "usedfair": Condition.USED,
    "cpo": Condition.USED,
    "openbox": Condition.USED,
    "openboxnew": Condition.USED,
}
_CONTROLS = {code: " " for code in (*range(0x20), 0x7F) if chr(code) not in "\t\n"}
_DIRECTIONS = dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF))
_CLEANED = _CONTROLS | _DIRECTIONS | dict.fromkeys(range(0xD800, 0xE000), "\ufffd")
_WEB_ADDRESS = re.compile(r"https?://[a-z0-9.-]*[a-z0-9](?::[0-9]{1,5})?(?:[/?#][!-~]*)?", re.IGNORECASE)
"""What nearly all links look like, known without taking them apart."""

_SHOWN_CHARS = 200

T = TypeVar("T")
Severity = Literal["rejected", "warning"]


def check(items: Iterable[Item | Broken], constants: Mapping[str, str]) -> Iterator[FeedRow | RowProblem]:
    """Products and problems in the order of the items.

    Of items with one id the first good one counts. Memory grows by the ids only.

    Args:
        items: As a reader took them out of a feed.
        constants: For fields that an item leaves empty; `currency` for prices that name none.
    """
    first_line: dict[str, int] = {}
    for item in items:
        if isinstance(item, Broken):
            yield _problem(item.line, item.product_id, item.field, item.value, item.flaw, item.severity)
            continue
        checked = _Checked(item, constants)
        row = checked.row
        product_id = checked.product_id if row is None else row.product_id
        if product_id in first_line:
            flaw = Flaw(f"line {first_line[product_id]} has the same id", "give every product its own id")
            yield _problem(item.line, product_id, "id", product_id, flaw)
            continue
        yield from checked.problems
        if row is not None:
            first_line[product_id] = item.line
            yield row


def cleaned(text: str) -> str:
    """Text without what nobody should see: control characters and marks that turn the direction of writing."""
    return (text if text.isprintable() else text.translate(_CLEANED)).strip()


class _Checked:
    """One item, checked; `row` is None when it is rejected."""

    def __init__(self, item: Item, constants: Mapping[str, str]) -> None:
        self._item = item
        self._fields = {**constants, **item.fields} if constants else item.fields
        self._currency = constants.get("currency")
        self.problems: list[RowProblem] = []
        self.product_id = self._id()
        title = self._needed("title", "name the product as the shop's page does")
        price, pictures = self._price(), self._pictures()
        description = cleaned(self._fields.get("description", ""))
        self._check_lengths()
        self.row: FeedRow | None = None
        if price is None or any(problem.severity == "rejected" for problem in self.problems):
            return
        sale, period = self._sale(price)
        self.row = FeedRow(
            line=item.line,
            product_id=self.product_id,
            item_group_id=self._text("item_group_id") or self.product_id,
            title=title,
            description=description,
            link=self._link(),
            image_links=pictures,
            price=price,
            sale_price=sale,
            sale_begin=period.begin if period else None,
            sale_end=period.end if period else None,
            availability=self._availability(),
            brand=self._text("brand") or None,
            gtin=self._parsed("gtin", parse_gtin),
            mpn=self._text("mpn") or None,
            condition=self._condition(),
            category=self._category(),
            product_type=self._text("product_type") or None,
            color=self._text("color") or None,
            size=self._text("size") or None,
            gender=self._text("gender") or None,
            age_group=self._text("age_group") or None,
        )

    def _text(self, name: str) -> str:
        """A field as one line; empty when there is none."""
        text = self._fields.get(name)
        if text is None:
            return ""
        return " ".join((text if text.isprintable() else text.translate(_CLEANED)).split())

    def _found(self, field: str, value: str, flaw: Flaw, severity: Severity = "rejected") -> None:
        self.problems.append(_problem(self._item.line, self.product_id or None, field, value, flaw, severity))

    def _parsed(self, field: str, parse: Callable[[str], T | Flaw]) -> T | None:
        """What a field says that a product can do without."""
        text = self._text(field)
        if not text:
            return None
        said = parse(text)
        if isinstance(said, Flaw):
            self._found(field, text, said, "warning")
            return None
        return said

    def _needed(self, field: str, remedy: str) -> str:
        text = self._text(field)
        if not text:
            self._found(field, text, Flaw(f"the {field} is missing", remedy))
        return text

    def _id(self) -> str:
        self.product_id = ""
        product_id = self._needed("id", "give every product its own id")
        if len(product_id) > MAX_ID_CHARS:
            flaw = Flaw(f"the id has {len(product_id)} characters", f"keep ids to {MAX_ID_CHARS} characters")
            self.product_id = product_id[:MAX_ID_CHARS]
            self._found("id", product_id, flaw)
            return self.product_id
        return product_id

    def _check_lengths(self) -> None:
        if max(map(len, self._fields.values()), default=0) <= MAX_FIELD_CHARS:
            return
        for field, text in self._fields.items():
            if len(text) > MAX_FIELD_CHARS:
                remedy = f"keep fields below {MAX_FIELD_CHARS:,} characters"
                self._found(field, text, Flaw("the field is too long", remedy))

    def _price(self) -> Money | None:
        text = self._text("price")
        price = parse_price(text, self._currency)
        if isinstance(price, Flaw):
            self._found("price", text, price)
            return None
        return price

    def _sale(self, price: Money) -> tuple[Money | None, Period | None]:
        text = self._text("sale_price")
        if not text:
            return None, None
        sale = parse_price(text, self._currency)
        if isinstance(sale, Flaw):
            flaw = Flaw(f"{sale.problem}; the full price is shown", sale.remedy)
        elif sale.currency != price.currency:
            flaw = Flaw("the sale price is in another currency than the price", f"write it in {price.currency}")
        elif sale.minor > price.minor:
            flaw = Flaw("the sale price is above the price", "leave it empty when there is no sale")
        else:
            dates = self._text("sale_price_effective_date")
            period = parse_period(dates) if dates else None
            if not isinstance(period, Flaw):
                return sale, period
            flaw = Flaw(f"{period.problem}; the full price is shown", period.remedy)
            self._found("sale_price_effective_date", dates, flaw, "warning")
            return None, None
        self._found("sale_price", text, flaw, "warning")
        return None, None

    def _pictures(self) -> tuple[str, ...]:
        main = self._text("image_link")
        if not main:
            self._found("image_link", "", Flaw("there is no picture", "name a picture file beside the feed"))
        if not self._item.pictures:
            return (main,)
        additional = [link for cell in self._item.pictures for link in split_links(cleaned(cell))]
        links = tuple(dict.fromkeys([main, *additional]))
        if len(links) > MAX_ADDITIONAL_PICTURES + 1:
            flaw = Flaw(f"there are {len(links) - 1} additional pictures", f"the first {MAX_ADDITIONAL_PICTURES} count")
            self._found("additional_image_link", ",".join(self._item.pictures), flaw, "warning")
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
        known = AVAILABILITY.get(text) or AVAILABILITY.get(_word(text))
        if known is None:
            flaw = Flaw("not known, taken as out_of_stock", "write in_stock, out_of_stock, preorder or backorder")
            self._found("availability", text, flaw, "warning")
            return Availability.OUT_OF_STOCK
        return known

    def _condition(self) -> Condition | None:
        text = self._text("condition")
        known = CONDITION.get(text) or CONDITION.get(_word(text))
        if known is None and text:
            self._found("condition", text, Flaw("not known, left out", "write new, refurbished or used"), "warning")
        return known

    def _category(self) -> str | None:
        """Google's category where it is text; the shop's own where Google's is a bare number or missing."""
        google, own = self._text("google_product_category"), self._text("product_type")
        return (own or google if google.isdigit() else google or own) or None


def split_links(cell: str) -> Sequence[str]:
    """The links in a cell, parted by commas; commas inside of web addresses part nothing.

    >>> split_links("a.jpg, b.jpg")
    ['a.jpg', 'b.jpg']
    >>> split_links("https://cdn.example/w_4,h_3/a.jpg,https://cdn.example/b.jpg")
    ['https://cdn.example/w_4,h_3/a.jpg', 'https://cdn.example/b.jpg']
    """
    parts = re.split(r",(?=\s*https?://)", cell) if re.match(r"https?://", cell) else cell.split(",")
    return [link for part in parts if (link := part.strip())]


def _word(text: str) -> str:
    """A word as written in many ways: `In Stock`, `in_stock` and `https://schema.org/InStock` are one."""
    return re.sub(r"[^a-z]", "", text.rpartition("/")[2].lower())


def _is_web_address(link: str) -> bool:
    if _WEB_ADDRESS.fullmatch(link):
        return True
    try:
        parts = urlsplit(link)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and not re.search(r"\s", link)
    except ValueError:
        return False


def _problem(
    line: int, product_id: str | None, field: str | None, value: str | None, flaw: Flaw, severity: Severity = "rejected"
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
