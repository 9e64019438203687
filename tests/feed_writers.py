"""Catalogs written as other shops would write them: the rows of a Google CSV in every format that is read."""

import json
from collections.abc import Callable, Sequence
from html import escape
from itertools import groupby

from bench.hostile_feeds import markup, table

Rows = Sequence[dict[str, str]]
SHOP = "https://shop.example"


def in_stock_with_a_space(rows: Rows) -> list[dict[str, str]]:
    return [{**row, "availability": row["availability"].replace("_", " ")} for row in rows]


def flattened(rows: Rows) -> list[dict[str, str]]:
    """As Meta writes pictures: a column for each."""
    most = max(len(row["additional_image_link"].split(",")) for row in rows)
    said = []
    for row in rows:
        links = [row["image_link"], *row["additional_image_link"].split(","), *[""] * most][: most + 1]
        rest = {name: cell for name, cell in row.items() if name not in ("image_link", "additional_image_link")}
        said.append({**rest, **{f"image[{at}].url": link for at, link in enumerate(links)}})
    return said


def in_json(rows: Rows) -> list[dict[str, str]]:
    """As Meta writes pictures: JSON in a cell."""
    said = []
    for row in rows:
        links = [row["image_link"], *filter(None, row["additional_image_link"].split(","))]
        rest = {name: cell for name, cell in row.items() if name not in ("image_link", "additional_image_link")}
        image = json.dumps([{"url": link, "tag": []} for link in links])
        said.append({**rest, "image": image, "fb_product_category": ""})
    return said


GOOGLE_AND_META: dict[str, tuple[str, Callable[[Rows], bytes]]] = {
    "CSV": ("google-table", lambda rows: table(rows)),
    "CSV with g:": ("google-table", lambda rows: table(rows, prefix="g:")),
    "CSV with spaces": ("google-table", lambda rows: table(in_stock_with_a_space(rows)).replace(b"_link", b" link")),
    "TSV": ("google-table", lambda rows: table(rows, "\t")),
    "TSV in UTF-16": ("google-table", lambda rows: table(rows, "\t").decode().encode("utf-16")),
    "CSV with semicolons": ("google-table", lambda rows: table(rows, ";")),
    "RSS": ("google-xml", lambda rows: markup(rows)),
    "RSS without g:": ("google-xml", lambda rows: markup(rows, prefix="")),
    "RSS in UTF-16": ("google-xml", lambda rows: markup(rows).decode().replace("UTF-8", "UTF-16").encode("utf-16")),
    "RSS in Latin-1": (
        "google-xml",
        lambda rows: markup(rows).decode().replace("UTF-8", "ISO-8859-1").encode("latin-1", "xmlcharrefreplace"),
    ),
    "Atom": ("google-xml", lambda rows: markup(rows, atom=True)),
    "Meta CSV": ("meta-table", lambda rows: table(flattened(rows), above="# ref_application_id 1\n# more\n")),
    "Meta TSV with JSON": ("meta-table", lambda rows: table(in_json(rows), "\t")),
}

OLD = {"sku": "Variant SKU", "price": "Variant Price", "before": "Variant Compare At Price", "own": "Variant Image"}
OLD |= {"handle": "Handle", "body": "Body (HTML)", "image": "Image Src", "one": "Option1 Name", "is": "Option1 Value"}
OLD |= {"two": "Option2 Name", "so": "Option2 Value"}
NEW = {"sku": "SKU", "price": "Price", "before": "Compare-at price", "own": "Variant image URL"}
NEW |= {"handle": "URL handle", "body": "Description", "image": "Product image URL", "one": "Option1 name"}
NEW |= {"is": "Option1 value", "two": "Option2 name", "so": "Option2 value"}


def shopify_csv(rows: Rows, names: dict[str, str]) -> bytes:
    """An export of Shopify's admin: products are item groups, with rows for variants and rows for pictures."""
    said: list[dict[str, str]] = []
    columns = [*names.values(), "Title", "Vendor", "Type", "Status", "Google Shopping / Google Product Category"]
    columns += [f"Google Shopping / {name}" for name in ("Gender", "Age Group", "Condition")]
    for handle, of_group in groupby(rows, key=lambda row: row["item_group_id"]):
        group = list(of_group)
        many = len(group) > 1
        for at, row in enumerate(group):
            written = dict.fromkeys(columns, "") | {
                names["handle"]: handle,
                names["sku"]: row["id"],
                names["price"]: row["price"].split()[0],
                names["one"]: "Color" if row["color"] else "Title",
                names["is"]: row["color"] or "Default Title",
                names["two"]: "Size" if row["size"] else "",
                names["so"]: row["size"],
                names["own"]: row["image_link"] if many else "",
                names["image"]: row["image_link"],
            }
            if at == 0:
                written |= {
                    "Title": _title(row, many=many),
                    names["body"]: f"<p>{escape(row['description'])}</p>",
                    "Vendor": row["brand"],
                    "Status": "active",
                    "Google Shopping / Google Product Category": row["google_product_category"],
                    "Google Shopping / Gender": row["gender"],
                    "Google Shopping / Age Group": row["age_group"],
                    "Google Shopping / Condition": row["condition"],
                }
            else:
                written[names["one"]] = written[names["two"]] = ""
            said.append(written)
        for row in group:
            for link in filter(None, row["additional_image_link"].split(",")):
                said.append(dict.fromkeys(columns, "") | {names["handle"]: handle, names["image"]: link})
    return table(said)


def products_json(rows: Rows) -> bytes:
    """What a shop of Shopify serves at `/products.json`."""
    products: list[dict[str, object]] = []
    for handle, of_group in groupby(rows, key=lambda row: row["item_group_id"]):
        group = list(of_group)
        many = len(group) > 1
        images: list[dict[str, object]] = []
        variants: list[dict[str, object]] = []
        for row in group:
            number = len(products) * 1000 + len(variants)
            for link in filter(None, [row["image_link"], *row["additional_image_link"].split(",")]):
                images.append({"id": 1, "src": link, "variant_ids": [number] if many else []})
            options = {"option1": row["color"] or "Default Title", "option2": row["size"] or None, "option3": None}
            price = row["price"].split()[0]
            variants.append({"id": number, "sku": row["id"], "price": price, "available": True, **options})
        products.append(
            {
                "id": len(products),
                "handle": handle,
                "title": _title(group[0], many=many),
                "body_html": f"<p>{escape(group[0]['description'])}</p>",
                "vendor": group[0]["brand"],
                "product_type": group[0]["google_product_category"],
                "options": [{"name": "Color" if group[0]["color"] else "Title"}, {"name": "Size"}],
                "variants": variants,
                "images": images,
            }
        )
    return json.dumps({"products": products}).encode()


def _title(row: dict[str, str], *, many: bool) -> str:
    return row["title"].removesuffix(f" - {row['color']}") if many else row["title"]
