"""Every format: real catalogs written in it come back the same, and it is known without being named."""

import csv
import io
import json
from pathlib import Path

import pytest

from bench.hostile_feeds import feeds, packed_gzip, packed_zip, table
from shoppable.errors import InvalidInput
from shoppable.feeds.formats import FORMATS, open_feed
from shoppable.feeds.mapping import FeedOptions, read_mapping
from shoppable.model.catalog import Availability, FeedRow, Money, RowProblem
from tests.feed_writers import GOOGLE_AND_META, NEW, OLD, SHOP, products_json, shopify_csv
from tests.samples import samples

CATALOGS = ("luma", "grocery")
IN_DOLLARS = FeedOptions(constants={"currency": "USD", "shop": SHOP})


def read(data: bytes, options: FeedOptions | None = None, name: str = "feed") -> tuple[str, list[FeedRow]]:
    """The format and the products, all on line 1; there may be no problem."""
    feed = open_feed(io.BytesIO(data), name, options)
    items = list(feed.rows)
    problems = [item for item in items if isinstance(item, RowProblem)]
    assert problems == []
    return feed.format, [item.model_copy(update={"line": 1}) for item in items if isinstance(item, FeedRow)]


def problems_of(data: bytes, options: FeedOptions | None = None) -> list[RowProblem]:
    return [item for item in open_feed(io.BytesIO(data), "feed", options).rows if isinstance(item, RowProblem)]


def catalog(name: str) -> tuple[list[dict[str, str]], list[FeedRow]]:
    """A real catalog: its rows as written, and as products."""
    path = samples("data", name, "catalog.csv")
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return rows, read(path.read_bytes())[1]


@pytest.mark.parametrize("name", CATALOGS)
@pytest.mark.parametrize("kind", GOOGLE_AND_META)
def test_a_real_catalog_comes_back_the_same(name: str, kind: str) -> None:
    rows, products = catalog(name)
    format_, write = GOOGLE_AND_META[kind]
    assert len(products) == len(rows)
    assert read(write(rows)) == (format_, products)


@pytest.mark.parametrize("name", CATALOGS)
@pytest.mark.parametrize("pack", [packed_gzip, packed_zip])
def test_a_packed_catalog_comes_back_the_same(name: str, pack: object) -> None:
    rows, products = catalog(name)
    assert callable(pack)
    assert read(pack(table(rows))) == ("google-table", products)


@pytest.mark.parametrize("name", CATALOGS)
@pytest.mark.parametrize("names", [OLD, NEW], ids=["old names", "new names"])
def test_a_real_catalog_comes_back_from_shopifys_export(name: str, names: dict[str, str]) -> None:
    rows, products = catalog(name)
    groups = [product.item_group_id for product in products]
    expected = [
        product.model_copy(
            update={
                "link": f"{SHOP}/products/{product.item_group_id}",
                # the export does not say which variant a further picture shows
                "image_links": product.image_links[: 1 if groups.count(product.item_group_id) > 1 else None],
            }
        )
        for product in products
    ]
    assert read(shopify_csv(rows, names), IN_DOLLARS) == ("shopify-csv", expected)


@pytest.mark.parametrize("name", CATALOGS)
def test_a_real_catalog_comes_back_from_products_json(name: str) -> None:
    rows, products = catalog(name)
    format_, found = read(products_json(rows), IN_DOLLARS)
    unsaid = {"gender": None, "age_group": None, "condition": None, "link": ""}
    expected = [each.model_copy(update={**unsaid, "product_type": each.category}) for each in products]
    assert format_ == "shopify-json"
    assert [each.model_copy(update={"link": ""}) for each in found] == expected
    assert all(each.link.startswith(f"{SHOP}/products/{each.item_group_id}?variant=") for each in found)


@pytest.mark.parametrize("name", CATALOGS)
@pytest.mark.parametrize("ending", ["toml", "json"])
def test_a_real_catalog_comes_back_by_a_mapping(name: str, ending: str) -> None:
    rows, products = catalog(name)
    theirs = {field: f"Spalte {number}" for number, field in enumerate(rows[0]) if field != "availability"}
    strange = [
        {theirs[field]: cell.removesuffix(" USD") for field, cell in row.items() if field in theirs} for row in rows
    ]
    constants = {"currency": "USD", "availability": "in_stock"}
    if ending == "json":
        mapping = json.dumps({"fields": theirs, "constants": constants})
    else:
        lines = [f'{name} = "{said}"' for name, said in theirs.items()]
        mapping = "\n".join(["[fields]", *lines, "[constants]", *(f'{k} = "{v}"' for k, v in constants.items())])
    options = read_mapping(mapping.encode(), f"shop.{ending}")
    assert read(table(strange, "|"), options) == ("table", products)


@pytest.mark.parametrize("kind", feeds())
def test_a_format_can_be_asked_for(kind: str) -> None:
    format_, data, options = feeds()[kind]
    found = open_feed(io.BytesIO(data), kind, options)
    assert found.format == format_
    forced = open_feed(io.BytesIO(data), kind, options.model_copy(update={"format": format_}))
    assert list(forced.rows) == list(found.rows)
    assert len([each for each in open_feed(io.BytesIO(data), kind, options).rows if isinstance(each, FeedRow)]) == 12


def test_every_format_is_among_the_sound_feeds() -> None:
    assert {format_ for format_, _, _ in feeds().values()} == set(FORMATS)


def test_a_format_that_does_not_exist_is_refused() -> None:
    with pytest.raises(InvalidInput, match=r"no format excel; formats are google-table, .*shopify-json"):
        open_feed(io.BytesIO(b"x"), "feed", FeedOptions(format="excel"))


def test_elements_of_atom_and_rss_count_where_googles_do_not() -> None:
    atom = b"""<feed xmlns="http://www.w3.org/2005/Atom" xmlns:shop="http://base.google.com/ns/1.0">
    <entry><id>urn:1</id><shop:id>a</shop:id><shop:id>again</shop:id><title>Atom's</title><shop:title>Google's</shop:title>
    <summary>Warm</summary><link rel="self" href="https://shop.example/self"/><link href="https://shop.example/a"/>
    <shop:image_link>a.jpg</shop:image_link><shop:price>5 EUR</shop:price><media:title>x</media:title>
    <shop:shipping><shop:price>9 EUR</shop:price><shop:id>z</shop:id></shop:shipping></entry></feed>"""
    _, (row,) = read(atom)
    said = (row.product_id, row.title, row.description, row.link, row.price.minor)
    assert said == ("a", "Google's", "Warm", "https://shop.example/a", 500)


def test_text_in_cdata_and_around_comments_is_whole() -> None:
    rss = b"""<rss><channel><item><id>a</id><title><![CDATA[Coat & <Hat>]]> for <!-- not --> two</title>
    <image_link>a.jpg</image_link><price>5 EUR</price></item></channel></rss>"""
    assert read(rss)[1][0].title == "Coat & <Hat> for two"


def test_where_xml_breaks_one_item_is_lost() -> None:
    good = "<item><id>{0}</id><title>T</title><image_link>a.jpg</image_link><price>5 EUR</price></item>\n"
    bad = (
        "<item><id>b1</id>\n<link>https://x.example/?a=1&b=2</link></item>\n",
        "<item><id>b2</id><title>Fish &nbsp; Chips</title></item>\n",
        "<item><id>b3</id><title>never closed\n</item>\n",
        "<item><id>b4</id>\n",
    )
    text = "<rss>\n<channel>\n" + "".join(good.format(f"g{at}") + each for at, each in enumerate(bad))
    text += good.format("last") + "</channel>\n</rss>"
    items = list(open_feed(io.BytesIO(text.encode()), "feed.xml").rows)
    told = [(item.line, item.product_id, item.field) for item in items if isinstance(item, RowProblem)]
    assert told == [(4, "b1", "link"), (7, "b2", "title"), (9, "b3", "title"), (12, "b4", "item")]
    assert [item.product_id for item in items if isinstance(item, FeedRow)] == ["g0", "g1", "g2", "g3", "last"]
    lines = text.splitlines()
    assert all(f"<id>{item.product_id}<" in lines[item.line - 1] for item in items if isinstance(item, FeedRow))


def test_places_are_right_in_a_long_feed_that_breaks_often() -> None:
    items = []
    for number in range(3000):
        amp = "&" if number % 7 == 0 else "&amp;"
        items.append(
            f"<item>\n<id>{number}</id><title>a {amp} {'ö' * (number % 90)}</title>\n"
            "<image_link>a.jpg</image_link><price>5 EUR</price></item>\n"
        )
    data = ("<rss>\n<channel>\n" + "".join(items) + "</channel></rss>").encode()
    read_ = list(open_feed(io.BytesIO(data), "feed.xml").rows)
    ids = [item.product_id for item in read_]
    assert ids == [str(number) for number in range(3000)]
    assert all(item.line == 3 + 3 * int(item.product_id or 0) for item in read_)
    assert all(isinstance(item, RowProblem) == (int(item.product_id or 0) % 7 == 0) for item in read_)


def test_commas_inside_of_web_addresses_part_no_pictures() -> None:
    head = b"id\ttitle\timage_link\tprice\tadditional_image_link\n"
    links = b"https://cdn.example/w_4,h_3/a.jpg, https://cdn.example/w_4,h_3/b.jpg"
    _, (row,) = read(head + b"a\tA\ta.jpg\t5 EUR\t" + links + b"\n")
    assert row.image_links[1:] == ("https://cdn.example/w_4,h_3/a.jpg", "https://cdn.example/w_4,h_3/b.jpg")


def test_stock_price_and_pictures_of_shopifys_variants() -> None:
    data = b"""Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Inventory Tracker,Variant Inventory Qty,\
Variant Inventory Policy,Variant Price,Variant Compare At Price,Variant Barcode,Image Src,Status
coat,Coat,Size,S,c-s,shopify,0,deny,50.00,80.00,'4006381333931,front.jpg,active
coat,,,M,c-m,shopify,0,continue,50.00,,,,
coat,,,L,,,0,deny,50.00,40.00,,,
coat,,,,,,,,,,,back.jpg,
hat,Hat,Title,Default Title,h-1,shopify,3,deny,9.00,,,hat.jpg,active
old,Old,Title,Default Title,o-1,shopify,3,deny,9.00,,,old.jpg,draft
"""
    rows = [row for row in open_feed(io.BytesIO(data), "feed", IN_DOLLARS).rows if isinstance(row, FeedRow)]
    assert [(row.product_id, row.availability) for row in rows] == [
        ("c-s", Availability.OUT_OF_STOCK),
        ("c-m", Availability.BACKORDER),
        ("coat/L", Availability.IN_STOCK),
        ("h-1", Availability.IN_STOCK),
    ]
    assert (rows[0].price.minor, rows[0].sale_price, rows[0].gtin) == (
        8000,
        Money(minor=5000, currency="USD"),
        "04006381333931",
    )
    assert (rows[2].price.minor, rows[2].sale_price, rows[2].size) == (5000, None, "L")
    assert {row.image_links for row in rows[:3]} == {("front.jpg", "back.jpg")}
    (draft,) = problems_of(data, IN_DOLLARS)
    assert (draft.line, draft.field, draft.severity) == (7, "status", "warning")


def test_a_variants_own_picture_stands_for_its_colour_alone() -> None:
    data = b"""Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price,Image Src,Variant Image
coat,Coat,Colour,Navy,c-n,50.00,navy.jpg,navy.jpg
coat,,,Sand,c-s,50.00,both.jpg,sand.jpg
"""
    _, (navy, sand) = read(data, IN_DOLLARS)
    assert (navy.title, navy.image_links) == ("Coat - Navy", ("navy.jpg",))
    assert (sand.title, sand.image_links) == ("Coat - Sand", ("sand.jpg",))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"[fields]\nprize = 'Preis'", "names a field 'prize'; fields are id, title"),
        (b"[fields]\nprice = 3", "must name a column for price"),
        (b"[constants]\ncolours = 'x'", "has a constant 'colours'"),
        (b"[constants]\ncurrency = 'EURO'", "ISO 4217"),
        (b"[constants]\nshop = 'javascript:x'", "no web address"),
        (b"[more]\n", "and nothing else"),
        (b"[fields", "cannot be read"),
        (b"\xff\xfe\x00", "cannot be read"),
        (b"fields = 1", "names and values under fields"),
    ],
)
def test_a_mapping_that_is_wrong_is_refused_in_one_line(data: bytes, message: str) -> None:
    with pytest.raises(InvalidInput, match=message) as refused:
        read_mapping(data, "shop.toml")
    assert "\n" not in str(refused.value)


def test_a_column_that_a_mapping_names_must_be_there() -> None:
    with pytest.raises(InvalidInput, match="no column price; its columns are: id, title"):
        open_feed(io.BytesIO(b"id,title,image_link,Preis\n"), "feed", FeedOptions(columns={"Price (EUR)": "price"}))


@pytest.mark.parametrize("currency", ["JPY", "EUR", "KWD", "CLF"])
def test_a_constant_currency_keeps_its_own_decimals(currency: str) -> None:
    head = b"id,title,image_link,price\n"
    _, (row,) = read(head + b"a,A,a.jpg,12\n", FeedOptions(constants={"currency": currency}))
    assert row.price == Money(minor=12 * 10 ** {"JPY": 0, "EUR": 2, "KWD": 3, "CLF": 4}[currency], currency=currency)


def test_the_feed_lies_in_a_folder_as_any_file(tmp_path: Path) -> None:
    path = tmp_path / "feed.xml.gz"
    path.write_bytes(packed_gzip(feeds()["google rss"][1]))
    with path.open("rb") as stream:
        assert len(list(open_feed(stream, path.name).rows)) == 12
