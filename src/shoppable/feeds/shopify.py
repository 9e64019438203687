"""Shopify's own feeds: the CSV that its admin exports, with old or new column names, and a shop's `products.json`.

Both hold products with variants; each variant is an item. Neither names a currency.
https://help.shopify.com/en/manual/products/import-export/using-csv
"""

import html
import re
from collections.abc import Iterator, Mapping
from io import BufferedReader
from itertools import groupby
from typing import Any, Literal

from shoppable.errors import InvalidInput
from shoppable.feeds.columns import broken_told
from shoppable.feeds.flaw import Flaw
from shoppable.feeds.item import MAX_FIELD_CHARS, MAX_PICTURES, Broken, Item
from shoppable.feeds.json_array import read_array
from shoppable.feeds.mapping import FeedOptions
from shoppable.feeds.table import Row, Table
from shoppable.feeds.variants import Gallery, Variant, items_of

COLUMNS = {
    "handle": ("handle", "url handle"),
    "title": ("title",),
    "description": ("body (html)", "description"),
    "brand": ("vendor",),
    "google_product_category": (
        "google shopping / google product category",
        "product category",
    ),
    "product_type": ("type",),
    "published": ("published", "published on online store"),
    "status": ("status",),
    "option1": ("option1 name",),
    "option2": ("option2 name",),
    "option3": ("option3 name",),
    "value1": ("option1 value",),
    "value2": ("option2 value",),
    "value3": ("option3 value",),
    "sku": ("variant sku", "sku"),
    "tracker": ("variant inventory tracker", "inventory tracker"),
    "quantity": ("variant inventory qty", "inventory quantity"),
    "policy": ("variant inventory policy", "continue selling when out of stock"),
    "price": ("variant price", "price"),
    "full_price": ("variant compare at price", "compare-at price", "compare at price"),
    "gtin": ("variant barcode", "barcode"),
    "image": ("image src", "product image url"),
    "variant_image": ("variant image", "variant image url"),
    "gender": ("google shopping / gender",),
    "age_group": ("google shopping / age group",),
    "mpn": ("google shopping / mpn",),
    "condition": ("google shopping / condition",),
}
"""What the columns are called: in the old template, then in the new one."""

_OF_PRODUCT = (
    "title", "description", "brand", "google_product_category", "product_type", "published", "status",
    "option1", "option2", "option3", "gender", "age_group", "mpn", "condition",
)  # fmt: skip
"""What the first row of a product says for all its rows."""

_MAX_ROWS = 5000
_MAX_PRODUCT_CHARS = 8 << 20
_MAX_DESCRIPTION_CHARS = 5000
"""As Google allows; every variant repeats it."""

_NO_CURRENCY = (
    'names no currency: write currency = "EUR", or which it is, under [constants] in a mapping file, '
    "and give it with --mapping"
)


def is_shopify(columns: tuple[str, ...]) -> bool:
    """Whether a table's columns are those of an export of Shopify."""
    names = {column.strip().lower() for column in columns}
    return bool(names & {"handle", "url handle"}) and bool(names & {"variant price", "price"}) and "title" in names


def shopify_csv(source: BufferedReader, name: str, options: FeedOptions) -> Iterator[Item | Broken]:
    """The export of the admin: a row for each variant and each picture; rows of one product share its handle.

    Raises:
        InvalidInput: A column is missing that every product needs, or no mapping says the currency.
    """
    table = Table(source, name)
    columns = _columns(table.columns)
    missing = [COLUMNS[field][0] for field in ("handle", "title", "price", "image") if field not in columns]
    if missing:
        raise InvalidInput(f"{name}, line 1, has no column {' and no column '.join(missing)}: export it from Shopify")
    _check_currency(name, options)
    return _csv_items(table, columns, options.constants)


def shopify_json(source: BufferedReader, name: str, options: FeedOptions) -> Iterator[Item | Broken]:
    """What a shop serves at `/products.json`.

    Raises:
        InvalidInput: No mapping says the currency; while it is read: it is no such JSON.
    """
    _check_currency(name, options)
    return _json_items(source, name, options.constants)


def _check_currency(name: str, options: FeedOptions) -> None:
    if "currency" not in options.constants:
        raise InvalidInput(f"{name} {_NO_CURRENCY}")


def _columns(names: tuple[str, ...]) -> dict[str, int]:
    at = {name.strip().lower(): index for index, name in reversed(list(enumerate(names)))}
    found = ((field, [at[name] for name in spelt if name in at]) for field, spelt in COLUMNS.items())
    return {field: indexes[0] for field, indexes in found if indexes}


def _csv_items(table: Table, columns: Mapping[str, int], constants: Mapping[str, str]) -> Iterator[Item | Broken]:
    last = ""

    def product_of(row: Row | Broken) -> str:
        """The handle; what is broken belongs to the product around it."""
        nonlocal last
        if isinstance(row, Row):
            last = row.cells[columns["handle"]].strip()
        return last

    for handle, rows in groupby(broken_told(table, columns["handle"]), key=product_of):
        said: list[tuple[int, dict[str, str]]] = []
        chars = 0
        for row in rows:
            if isinstance(row, Broken):
                yield row
                continue
            chars += sum(map(len, row.cells))
            if len(said) < _MAX_ROWS and chars < _MAX_PRODUCT_CHARS:
                cells = ((field, row.cells[index].strip()) for field, index in columns.items())
                said.append((row.line, {field: cell for field, cell in cells if cell}))
            else:
                flaw = Flaw(f"the product has over {_MAX_ROWS:,} rows or 8 MB", "give products handles of their own")
                yield Broken(row.line, flaw, "handle", handle[:100])
        if said:
            yield from _of_rows(handle, said, constants)


def _of_rows(
    handle: str, rows: list[tuple[int, dict[str, str]]], constants: Mapping[str, str]
) -> Iterator[Item | Broken]:
    line, first = rows[0]
    if not handle:
        flaw = Flaw("the handle is missing", "give every product the handle of its page")
        yield from (Broken(at, flaw, "handle") for at, _ in rows)
        return
    if "title" not in first:
        yield from _headless(handle, rows)
        return
    if first.get("status", "active").lower() != "active" or first.get("published", "true").lower() == "false":
        flaw = Flaw("the product is a draft, archived or unpublished: it was left out", "publish it to offer it")
        yield Broken(line, flaw, "status" if first.get("status", "active").lower() != "active" else "published",
                     handle[:100], severity="warning")  # fmt: skip
        return
    shared = {field: first[field] for field in _OF_PRODUCT if field in first}
    shared["description"] = plain_text(shared.get("description", ""))
    names = [shared.pop(f"option{place}", "") for place in (1, 2, 3)]
    variants = [
        Variant(
            line=at,
            product_id=row.get("sku", ""),
            options=tuple(zip(names, (row.get(f"value{place}", "") for place in (1, 2, 3)), strict=True)),
            price=row.get("price", ""),
            full_price=row.get("full_price", ""),
            availability=_stock(row),
            fields={"gtin": row["gtin"].removeprefix("'")} if "gtin" in row else {},
            pictures=(row["variant_image"],) if "variant_image" in row else (),
        )
        for at, row in rows
        if at == line or any(field in row for field in ("price", "sku", "value1"))
    ]
    gallery = Gallery(tuple(row["image"] for _, row in rows if "image" in row))
    yield from items_of(handle, shared, variants, gallery, constants)


def _headless(handle: str, rows: list[tuple[int, dict[str, str]]]) -> Iterator[Broken]:
    """Rows of a product whose first row, which has the title, is missing or broken."""
    flaw = Flaw("the first row of this product, with its title, is missing or broken", "mend it, or fill in the title")
    for line, row in rows:
        severity: Literal["rejected", "warning"] = "rejected" if "price" in row else "warning"
        yield Broken(line, flaw, "title", (row.get("sku") or handle)[:100], severity=severity)


def _stock(row: Mapping[str, str]) -> str:
    """Goods that nobody counts can always be bought."""
    try:
        left = float(row.get("quantity", "1"))
    except ValueError:
        left = 1
    if "tracker" not in row or left > 0:
        return "in_stock"
    return "backorder" if row.get("policy", "deny").lower() in ("continue", "true") else "out_of_stock"


def _json_items(source: BufferedReader, name: str, constants: Mapping[str, str]) -> Iterator[Item | Broken]:
    for found in read_array(source, name, "products"):
        if isinstance(found, Broken):
            yield found
            continue
        line, product = found
        if not isinstance(product, dict) or not isinstance(product.get("variants"), list):
            flaw = Flaw("this is no product with variants", "export it again from /products.json")
            yield Broken(line, flaw, "variants", value=str(product)[:200])
            continue
        handle = _word(product.get("handle")) or _word(product.get("id"))
        shared = {
            "title": _word(product.get("title")),
            "description": plain_text(_word(product.get("body_html"))),
            "brand": _word(product.get("vendor")),
            "product_type": _word(product.get("product_type")),
        }
        images = [image for image in _dicts(product.get("images")) if _word(image.get("src"))]
        of_variant: dict[str, list[str]] = {}
        for image in images:
            bound = image.get("variant_ids")
            for variant_id in bound if isinstance(bound, list) else ():
                of_variant.setdefault(_word(variant_id), []).append(_word(image["src"]))
        names = [_word(option.get("name")) for option in _dicts(product.get("options"))]
        variants = [
            _of_json(line, variant, [*names, "", "", ""][:3], of_variant) for variant in _dicts(product.get("variants"))
        ]
        gallery = Gallery(tuple(_word(image["src"]) for image in images))
        yield from items_of(handle, shared, variants, gallery, constants)


def _of_json(line: int, variant: dict[str, Any], names: list[str], of_variant: Mapping[str, list[str]]) -> Variant:
    variant_id = _word(variant.get("id"))
    featured = variant.get("featured_image")
    own = [_word(featured.get("src"))] if isinstance(featured, dict) else []
    return Variant(
        line=line,
        product_id=_word(variant.get("sku")) or variant_id,
        variant_id=variant_id,
        options=tuple((name, _word(variant.get(f"option{place}"))) for place, name in enumerate(names, 1)),
        price=_word(variant.get("price")),
        full_price=_word(variant.get("compare_at_price")),
        availability="in_stock" if variant.get("available", True) else "out_of_stock",
        fields={"gtin": _word(variant.get("barcode"))} if variant.get("barcode") else {},
        pictures=tuple(dict.fromkeys(link for link in [*own, *of_variant.get(variant_id, [])[:MAX_PICTURES]] if link)),
    )


def plain_text(body: str) -> str:
    """What a piece of HTML says.

    >>> plain_text("<p>Warm &amp; light.</p><ul><li>Wool</li></ul><script>alert(1)</script>")
    'Warm & light. Wool'
    """
    body = body[:MAX_FIELD_CHARS]
    if "<" in body:
        for name in ("script", "style"):
            body = _without(body, name)
        body = re.sub(r"<[^<>]*>", " ", body)
    return " ".join(html.unescape(body).split())[:_MAX_DESCRIPTION_CHARS]


def _without(body: str, element: str) -> str:
    """HTML without some elements and what is in them; one that is never closed takes the rest along."""
    small, kept, at = body.lower(), [], 0
    while (begin := small.find(f"<{element}", at)) >= 0:
        kept.append(body[at:begin])
        closing = small.find(f"</{element}", begin)
        end = small.find(">", closing) if closing >= 0 else -1
        at = end + 1 if end >= 0 else len(body)
    return "".join([*kept, body[at:]]) if len(small) == len(body) else re.sub(r"[<>]", " ", body)


def _word(said: object) -> str:
    """A value of JSON as text; nothing where it is none."""
    return "" if said is None or isinstance(said, bool | dict | list) else str(said)


def _dicts(said: object) -> list[dict[str, Any]]:
    return [each for each in said if isinstance(each, dict)] if isinstance(said, list) else []
