"""Google feeds: good rows come through whatever stands around them, bad ones are told with line and remedy."""

import io
import time
import tracemalloc
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shoppable.errors import InvalidInput
from shoppable.feeds.formats import open_feed
from shoppable.model.catalog import Availability, FeedRow, Money, RowProblem

HEADER = "id,title,image_link,price"


def read(text: str | bytes, name: str = "feed.csv") -> tuple[list[FeedRow], list[RowProblem]]:
    data = text if isinstance(text, bytes) else text.encode()
    items = list(open_feed(io.BytesIO(data), name).rows)
    return [each for each in items if isinstance(each, FeedRow)], [
        each for each in items if isinstance(each, RowProblem)
    ]


def ids(rows: Iterable[FeedRow]) -> list[str]:
    return [row.product_id for row in rows]


def test_a_row_in_full() -> None:
    rows, problems = read(
        "id,title,description,link,image_link,additional_image_link,price,sale_price,availability,brand,"
        "google_product_category,item_group_id,color,size,gender,age_group\n"
        'a-1,Red  Shoe,"Line one\nline two",https://shop.example/a,images/a.jpg,"images/b.jpg, images/c.jpg",'
        "59.90 EUR,49.90 EUR,in_stock,Acme,Apparel & Accessories > Shoes,S1,Red,42,female,adult\n"
    )
    assert problems == []
    assert rows == [
        FeedRow(
            line=2,
            product_id="a-1",
            item_group_id="S1",
            title="Red Shoe",
            description="Line one\nline two",
            link="https://shop.example/a",
            image_links=("images/a.jpg", "images/b.jpg", "images/c.jpg"),
            price=Money(minor=5990, currency="EUR"),
            sale_price=Money(minor=4990, currency="EUR"),
            availability=Availability.IN_STOCK,
            brand="Acme",
            category="Apparel & Accessories > Shoes",
            color="Red",
            size="42",
            gender="female",
            age_group="adult",
        )
    ]


@pytest.mark.parametrize(
    "header",
    [
        "id,title,image_link,price",
        "ID,Title,Image Link,Price",
        "g:id,g:title,g:image_link,g:price",
        "id\ttitle\timage link\tprice",
        "id;title;image_link;price",
        "id|title|image-link|price",
        '"id","title","image_link","price"',
        "\ufeffid,title,image_link,price",
        "# made by hand\nid,title,image_link,price",
        "sep=,\nid,title,image_link,price",
        "\n\nid,title,image_link,price",
    ],
)
def test_headers_and_delimiters_of_many_shops(header: str) -> None:
    delimiter = next(char for char in "\t;|," if char in header.splitlines()[-1])
    rows, problems = read(header + "\n" + delimiter.join(["a", "A", "a.jpg", "5.00 USD"]) + "\n")
    assert ids(rows) == ["a"]
    assert rows[0].line == header.count("\n") + 2
    assert problems == []


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("last", ["", "end"])
def test_line_ends_and_blank_rows(ending: str, last: str) -> None:
    text = ending.join([HEADER, "a,A,a.jpg,5 USD", "", ",,,", '"b",B,b.jpg,5 USD'])
    rows, problems = read(text + (ending if last else ""))
    assert [(row.product_id, row.line) for row in rows] == [("a", 2), ("b", 5)]
    assert problems == []


def test_lines_are_counted_through_cells_of_several_lines() -> None:
    rows, problems = read(f'{HEADER}\na,"A\n\nA",a.jpg,5 USD\nb,B,b.jpg,5 USD\nc,"C\nC",c.jpg,5\n')
    assert [(row.product_id, row.line) for row in rows] == [("a", 2), ("b", 5)]
    assert [(problem.product_id, problem.line) for problem in problems] == [("c", 6)]


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("in_stock", Availability.IN_STOCK),
        ("in stock", Availability.IN_STOCK),
        ("In Stock", Availability.IN_STOCK),
        ("https://schema.org/InStock", Availability.IN_STOCK),
        ("", Availability.IN_STOCK),
        ("out of stock", Availability.OUT_OF_STOCK),
        ("preorder", Availability.PREORDER),
        ("backorder", Availability.BACKORDER),
        ("ask in shop", Availability.OUT_OF_STOCK),
    ],
)
def test_availability(said: str, meant: Availability) -> None:
    rows, problems = read(f"{HEADER},availability\na,A,a.jpg,5 USD,{said}\n")
    assert rows[0].availability is meant
    assert [problem.severity for problem in problems] == (["warning"] if said == "ask in shop" else [])


@pytest.mark.parametrize(
    ("row", "field"),
    [
        (",A,a.jpg,5 USD", "id"),
        ("x" * 101 + ",A,a.jpg,5 USD", "id"),
        ("a,,a.jpg,5 USD", "title"),
        ("a,A,,5 USD", "image_link"),
        ("a,A,a.jpg,", "price"),
        ("a,A,a.jpg,5", "price"),
        ("a,A,a.jpg", "price"),
        ("a,A,a.jpg,5 USD,more", "price"),
        ('a,"A,a.jpg,5 USD', "title"),
        ('a,"A" x,a.jpg,5 USD', "title"),
        ("a," + "x" * 140_000 + ",a.jpg,5 USD", "title"),
        ("a," + "x" * 3_000_000 + ",a.jpg,5 USD", "title"),
    ],
)
def test_a_bad_row_is_told_and_its_neighbours_survive(row: str, field: str) -> None:
    rows, problems = read(f"{HEADER}\nm,M,m.jpg,5 USD\n{row}\nn,N,n.jpg,5 USD\no,O,o.jpg,5 USD\n")
    assert ids(rows) == ["m", "n", "o"]
    (problem,) = problems
    assert (problem.line, problem.field, problem.severity) == (3, field, "rejected")
    assert problem.problem
    assert problem.remedy
    assert len(problem.value or "") <= 201
    if row.startswith("a,"):
        assert problem.product_id == "a"


def test_a_quote_that_is_never_closed_costs_one_row() -> None:
    good = [f'p{number},"Title, {number}",a.jpg,5 USD' for number in range(600)]
    good[100] = 'bad,"Title,a.jpg,5 USD'
    rows, problems = read("\n".join([HEADER, *good]))
    assert len(rows) == 599
    assert [(problem.line, problem.product_id) for problem in problems] == [(102, "bad")]
    plain = [f"p{number},Title {number},a.jpg,5 USD" for number in range(600)]
    plain[100] = 'bad,"Title,a.jpg,5 USD'
    rows, problems = read("\n".join([HEADER, *plain]))
    assert len(rows) == 599
    assert "closes it" in problems[0].problem


def test_all_that_is_wrong_with_a_row_is_told_at_once() -> None:
    rows, problems = read(f"{HEADER}\na,,,free\n")
    assert rows == []
    assert {problem.field for problem in problems} == {"title", "image_link", "price"}


def test_of_equal_ids_the_first_good_row_counts() -> None:
    rows, problems = read(f"{HEADER}\na,A,a.jpg,free\na,B,b.jpg,5 USD\na,C,c.jpg,5 USD\n")
    assert [(row.title, row.line) for row in rows] == [("B", 3)]
    assert [(problem.line, problem.field) for problem in problems] == [(2, "price"), (4, "id")]
    assert "line 3" in problems[1].problem


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "ftp://shop.example", "shop.example/a", "https://", "http://[x"]
)
def test_a_link_that_is_no_web_address_is_left_out(link: str) -> None:
    rows, problems = read(f"{HEADER},link\na,A,a.jpg,5 USD,{link}\n")
    assert rows[0].link == ""
    assert [(problem.field, problem.severity, problem.value) for problem in problems] == [("link", "warning", link)]


@pytest.mark.parametrize(
    ("sale", "dates", "field"),
    [
        ("free", "", "sale_price"),
        ("4 EUR", "", "sale_price"),
        ("6 USD", "", "sale_price"),
        ("4 USD", "2026-11-01T00:00Z", "sale_price_effective_date"),
        ("4 USD", "soon/later", "sale_price_effective_date"),
        ("4 USD", "2026-11-08T00:00Z/2026-11-01T00:00Z", "sale_price_effective_date"),
        ("4 USD", "2026-02-30T00:00Z/2026-11-01T00:00Z", "sale_price_effective_date"),
        ("4 USD", "0001-01-01T00:00+14:00/9999-12-31", "sale_price_effective_date"),
    ],
)
def test_a_sale_in_doubt_leaves_the_full_price(sale: str, dates: str, field: str) -> None:
    rows, problems = read(f"{HEADER},sale_price,sale_price_effective_date\na,A,a.jpg,5 USD,{sale},{dates}\n")
    assert rows[0].price == Money(minor=500, currency="USD")
    assert rows[0].sale_price is None
    assert [(problem.field, problem.severity) for problem in problems] == [(field, "warning")]


@pytest.mark.parametrize(
    ("dates", "holds", "over"),
    [
        ("2026-11-01T00:00Z/2026-11-08T00:00Z", "2026-11-07T23:59:59+00:00", "2026-11-08T00:00:00+00:00"),
        ("2026-11-01T00:00-0800/2026-11-08T00:00-0800", "2026-11-08T07:59:00+00:00", "2026-11-08T08:00:00+00:00"),
        ("2026-11-01 / 2026-11-07", "2026-11-07T12:00:00+00:00", "2026-10-31T23:59:00+00:00"),
    ],
)
def test_a_sale_with_dates_holds_between_them(dates: str, holds: str, over: str) -> None:
    (row,), problems = read(f"{HEADER},sale_price,sale_price_effective_date\na,A,a.jpg,5 USD,4 USD,{dates}\n")
    assert problems == []
    assert row.sale_at(datetime.fromisoformat(holds)) == Money(minor=400, currency="USD")
    assert row.sale_at(datetime.fromisoformat(over)) is None


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("4006381333931", "04006381333931"),
        ("036000291452", "00036000291452"),
        ("96385074", "00000096385074"),
        ("10036000291459", "10036000291459"),
        ("0-306-40615-2", "09780306406157"),
        ("4006381333930", None),
        ("400638133393", None),
        ("2012345678900", None),
        ("20123451", None),
        ("n/a", None),
        ("٤٠٠٦٣٨١٣٣٣٩٣١", None),
        ("0306406153", None),
    ],
)
def test_a_gtin_that_is_wrong_is_left_out_and_told(said: str, kept: str | None) -> None:
    (row,), problems = read(f"{HEADER},gtin\na,A,a.jpg,5 USD,{said}\n")
    assert row.gtin == kept
    assert [(each.field, each.value, each.severity) for each in problems] == (
        [] if kept else [("gtin", said, "warning")]
    )


@pytest.mark.parametrize(
    ("said", "meant"), [("new", "new"), ("Refurbished", "refurbished"), ("used_like_new", "used"), ("shiny", None)]
)
def test_condition(said: str, meant: str | None) -> None:
    (row,), problems = read(f"{HEADER},condition\na,A,a.jpg,5 USD,{said}\n")
    assert row.condition == meant
    assert [each.field for each in problems] == ([] if meant else ["condition"])


def test_additional_pictures_may_fill_several_columns_up_to_a_limit() -> None:
    links = ",".join(f"m{number}.jpg" for number in range(20))
    rows, problems = read(
        f"{HEADER},additional_image_link,additional_image_link\n"
        'a,A,a.jpg,5 USD,"b.jpg,a.jpg, ,c.jpg",d.jpg\n'
        f'b,B,b.jpg,5 USD,"{links}",\n'
    )
    assert rows[0].image_links == ("a.jpg", "b.jpg", "c.jpg", "d.jpg")
    assert len(rows[1].image_links) == 11
    assert [(problem.line, problem.severity) for problem in problems] == [(3, "warning")]


@pytest.mark.parametrize(
    ("google", "own", "meant"),
    [
        ("Food > Milk", "Dairy", "Food > Milk"),
        ("", "Dairy", "Dairy"),
        ("212", "Tops", "Tops"),
        ("212", "", "212"),
        ("", "", None),
    ],
)
def test_category(google: str, own: str, meant: str | None) -> None:
    rows, _ = read(f"{HEADER},google_product_category,product_type\na,A,a.jpg,5 USD,{google},{own}\n")
    assert rows[0].category == meant


def test_text_is_cleaned_of_what_nobody_should_see() -> None:
    rows, _ = read(f"{HEADER}\na\u202e ,\x00A\x07 \u2066B\u2069,a.jpg,5\u00a0USD\n".replace("\x00", "\x01"))
    assert (rows[0].product_id, rows[0].title) == ("a", "A B")


def test_bytes_of_windows_are_read_with_one_warning() -> None:
    text = f"{HEADER}\na,Plain,a.jpg,5 USD\nb,Café,b.jpg,5 USD\nc,Größe – „M“,c.jpg,5 USD\n"
    rows, problems = read(text.encode("cp1252"))
    assert [row.title for row in rows] == ["Plain", "Café", "Größe – „M“"]
    assert [(problem.line, problem.severity) for problem in problems] == [(3, "warning")]
    assert "UTF-8" in problems[0].remedy


def test_utf_16_of_spreadsheets_is_read() -> None:
    rows, problems = read("id\ttitle\timage_link\tprice\na\tGröße\ta.jpg\t5 USD\n".encode("utf-16"))
    assert [row.title for row in rows] == ["Größe"]
    assert problems == []


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is empty"),
        (b" \n\r\n\t\n", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b"id,title,price\na,A,5 USD\n", "no column image_link; its columns are: id, title, price"),
        (b"sku,title,image_link,price\n", "no column id; its columns are: sku"),
        (b'"two\nlines",id\n', "its columns are: two lines, id"),
        (b"a,A,a.jpg,5 USD\n", "no column id and no column title"),
        (b"id title image_link price\n", "no column id"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "binary"),
        (b"PK\x03\x04rest", "damaged zip"),
        (b"\x1f\x8b\x08\x00", "breaks off"),
        (b"%PDF-1.7", "PDF"),
        (b"<?xml version='1.0'?><rss>", "breaks off in line 1"),
        (b"<?xml version='1.0'?><catalog/>", "outermost element is catalog"),
        (b"<rss/", "breaks off in line 1"),
        (b"<rss>\n<<", "breaks off"),
        (b"<<", "no XML: line 1"),
        (b"<?xml version='1.0' encoding='rot13'?><rss/>", "encoding rot13 on line 1"),
        (b"<!DOCTYPE html><html>", "web page"),
        (b'{"products": []}', "names no currency"),
    ],
)
def test_a_file_that_is_no_feed_is_refused_in_one_line(data: bytes, message: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        list(open_feed(io.BytesIO(data), "shop.csv").rows)
    assert message in str(refused.value)
    assert str(refused.value).startswith("shop.csv")
    assert "\n" not in str(refused.value)


def test_the_callers_stream_is_left_open() -> None:
    stream = io.BytesIO(f"{HEADER}\na,A,a.jpg,5 USD\n".encode())
    assert len(list(open_feed(stream, "feed.csv").rows)) == 1
    assert not stream.closed


def test_memory_stays_flat() -> None:
    row = 'p{0},"Title, {0}","{1}",a.jpg,5 USD\n'
    data = (
        "id,title,description,image_link,price\n" + "".join(row.format(n, "x" * 5000) for n in range(2000))
    ).encode()
    tracemalloc.start()
    count = sum(isinstance(item, FeedRow) for item in open_feed(io.BytesIO(data), "big.csv").rows)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 2000
    assert peak < 2_000_000


def test_a_feed_made_to_be_slow_is_read_in_time() -> None:
    hostile = f"{HEADER}\n" + 'x","\n' * 50_000 + "n,N,n.jpg,5 USD\n"
    started = time.process_time()
    read(hostile)
    assert time.process_time() - started < 5


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_good_rows_survive_any_mutation_of_another(data: st.DataObject) -> None:
    noise = data.draw(st.text(alphabet='",\n\r\t;|=\\ aé\x00\u2028', max_size=60))
    before = f"{HEADER}\nm,M,m.jpg,5 USD\n"
    rows, _ = read(f"{before}z{noise}\nn,N,n.jpg,5 USD\no,O,o.jpg,5 USD\np,P,p.jpg,5 USD\n")
    assert ids(rows)[0] == "m"
    assert ids(rows)[-2:] == ["o", "p"]


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300))
def test_no_bytes_make_the_reader_stumble(noise: bytes) -> None:
    with suppress(InvalidInput):
        list(open_feed(io.BytesIO(noise), "noise").rows)
    list(open_feed(io.BytesIO(HEADER.encode() + b"\n" + noise), "noise").rows)
