"""Feeds made to do harm: refused in one line or told row by row, soon, and in little memory."""

import bz2
import gzip
import io
import time
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from bench.hostile_feeds import (
    OPTIONS,
    TooLong,
    feeds,
    limited,
    markup,
    mutated,
    outcome,
    packed_gzip,
    packed_zip,
    product,
    table,
)
from shoppable.errors import InvalidInput
from shoppable.feeds.formats import open_feed
from shoppable.model.catalog import FeedRow, RowProblem

IN_SUITE = 400
"""Of the mutated feeds, all of which `python -m bench.hostile_feeds` reads."""

XML_KINDS = [kind for kind, (format_, _, _) in feeds().items() if format_.endswith("xml")]


def read(data: bytes, kind: str = "") -> tuple[list[FeedRow], list[RowProblem]]:
    options = feeds()[kind][2] if kind else OPTIONS
    items = list(open_feed(io.BytesIO(data), "feed", options).rows)
    return [each for each in items if isinstance(each, FeedRow)], [
        each for each in items if isinstance(each, RowProblem)
    ]


def refused(data: bytes) -> str:
    began = time.process_time()
    with pytest.raises(InvalidInput) as said:
        read(data)
    assert time.process_time() - began < 2
    assert "\n" not in str(said.value)
    assert str(said.value).startswith("feed")
    return str(said.value)


def test_mutated_feeds_are_read_or_refused_and_never_stumbled_over() -> None:
    told = {what: outcome(data, options) for what, data, options in mutated(IN_SUITE, seed=7)}
    assert {what: said for what, said in told.items() if said not in ("read", "refused")} == {}
    assert set(told.values()) == {"read", "refused"}


def test_what_stumbles_or_hangs_would_be_noticed() -> None:
    with pytest.raises(TooLong), limited(0.1):
        time.sleep(5)
    assert outcome(7, OPTIONS).startswith("CRASHED")  # type: ignore[arg-type]  # what no caller may pass


@pytest.mark.parametrize(
    "subset",
    [
        '<!ENTITY a "' + "x" * 50_000 + '">',
        '<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">',
        '<!ENTITY a SYSTEM "file:///etc/hostname">',
        '<!ENTITY a SYSTEM "http://127.0.0.1:9/x">',
        '<!ENTITY % p SYSTEM "http://127.0.0.1:9/x"> %p;',
        "<!ELEMENT rss ANY>",
        "",
    ],
    ids=["quadratic", "nested", "external file", "external address", "parameter", "element", "empty"],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("kind", XML_KINDS)
def test_no_document_type_is_accepted(kind: str, encoding: str, subset: str) -> None:
    declaration, mark, rest = feeds()[kind][1].decode().partition("?>")
    text = f"{declaration}{mark}\n<!DOCTYPE rss [{subset}]>" + rest.replace("Plain", "&a;" * 5000)
    said = refused(text.encode(encoding))
    assert "declares a document type in line 2, field DOCTYPE" in said


@pytest.mark.parametrize("pack", [packed_gzip, packed_zip])
def test_what_unpacks_to_far_more_than_it_is_is_refused(pack: object) -> None:
    assert callable(pack)
    bomb = pack(table([product(1)]) + b" " * 100_000_000)
    assert len(bomb) < 200_000
    tracemalloc.start()
    assert "unpacks to more than" in refused(bomb)
    assert tracemalloc.get_traced_memory()[1] < 20_000_000
    tracemalloc.stop()


def archive(names: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as packed:
        for name, data in names.items():
            packed.writestr(name, data)
    return out.getvalue()


FEED = table([product(1)])


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (archive({"../feed.csv": FEED}), "'../feed.csv', a name that leads out of it"),
        (archive({"feed.csv": FEED, "../../etc/cron.d/x": b"x"}), "leads out of it"),
        (archive({"/etc/feed.csv": FEED}), "leads out of it"),
        (archive({"..\\feed.csv": FEED}), "leads out of it"),
        (archive({"C:feed.csv": FEED}), "leads out of it"),
        (archive({"a.csv": FEED, "b.csv": FEED}), "several files that may be the feed (a.csv, b.csv)"),
        (archive({"a.jpg": FEED}), "no file ending in .csv"),
        (archive({}), "binary"),
        (archive({"[Content_Types].xml": b"<x/>", "xl/a.xml": b"<x/>"}), "Excel"),
        (archive({"feed.csv": FEED}, zipfile.ZIP_BZIP2), "uncommon way"),
        (archive({"feed.csv": FEED})[:-30], "damaged zip"),
        (archive({"feed.csv": archive({"feed.csv": FEED})}), "zip archive inside of another"),
        (archive({"feed.csv": packed_gzip(FEED)}), "packed twice"),
        (packed_gzip(packed_gzip(FEED)), "packed twice"),
        (packed_gzip(FEED)[:-20], "damaged or breaks off"),
        (packed_gzip(FEED) + b"more", "damaged or breaks off"),
        (archive({"feed.csv": FEED}).replace(FEED[:4], b""), "damaged"),
        (bz2.compress(FEED), ""),
        (archive({f"{number}.jpg": b"" for number in range(100_001)}), "holds 100,001 files"),
    ],
    ids=lambda each: each or "bzip2" if isinstance(each, str) else "archive",
)
def test_an_archive_that_cannot_be_trusted_is_refused(data: bytes, message: str) -> None:
    if message == "damaged":
        data = archive({"feed.csv": FEED}, zipfile.ZIP_STORED).replace(b"Havre", b"Hevre")
    assert message in refused(data)


def test_a_damaged_archive_on_disk_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "feed.zip"
    whole = packed_zip(FEED)
    path.write_bytes(whole[:4] + whole[60:])
    with path.open("rb") as stream, pytest.raises(InvalidInput, match=r"feed\.zip"):
        list(open_feed(stream, "feed.zip").rows)


def test_a_zip_of_a_mac_holds_one_feed() -> None:
    rows, _ = read(archive({"feed.csv": FEED, "__MACOSX/._feed.csv": b"x", "images/a.jpg": b"x", "images/": b""}))
    assert [row.product_id for row in rows] == ["sku-1"]


@pytest.mark.parametrize("kind", feeds())
def test_a_field_of_200_000_characters_costs_its_row(kind: str) -> None:
    data = feeds()[kind][1].replace(b"Coat 4 ", b"Coat 4 " + b"x" * 200_000)
    rows, problems = read(data, kind)
    assert len(rows) == 11
    assert [(each.severity, each.product_id) for each in problems if each.severity == "rejected"] == [
        ("rejected", "sku-4")
    ]
    assert problems[0].field in ("title", "Title", "Name", "g:title", "item")
    assert problems[0].line > 1
    assert "too long" in problems[0].problem


@pytest.mark.parametrize("kind", feeds())
@pytest.mark.parametrize("stray", ["\0", "\x0b", "\x1b", "\ufffe", "\u202e"])
def test_characters_that_nobody_should_see_cost_one_row_at_most(kind: str, stray: str) -> None:
    rows, problems = read(feeds()[kind][1].replace(b"Coat 3 ", b"Coat " + stray.encode() + b"3 "), kind)
    assert len(rows) + len({each.line for each in problems}) == 12
    assert len(rows) >= 11
    shown = " ".join(row.title for row in rows)
    assert stray == "\ufffe" or stray not in shown


@pytest.mark.parametrize("kind", feeds())
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_encodings_of_every_format(kind: str, encoding: str) -> None:
    _, data, _ = feeds()[kind]
    expected, _ = read(data, kind)
    rows, problems = read(data.decode().encode(encoding), kind)
    assert rows == expected
    assert [(each.severity, "UTF-8" in each.remedy) for each in problems] == (
        [("warning", True)] if encoding == "cp1252" else []
    )


def test_bytes_of_two_encodings_in_one_feed_are_all_read() -> None:
    for kind in ("google csv", "google rss"):
        data = feeds()[kind][1].replace("5 – Größe".encode(), "5 – Größe".encode("cp1252"))
        rows, problems = read(data, kind)
        assert {row.title.partition("–")[2] for row in rows} == {" Größe & Form"}
        assert [each.severity for each in problems] == ["warning"]


@pytest.mark.parametrize("kind", [kind for kind in feeds() if "xml" in feeds()[kind][0] or "json" in feeds()[kind][0]])
def test_a_feed_that_breaks_off_is_refused_wherever(kind: str) -> None:
    _, data, options = feeds()[kind]
    assert read(data, kind)[1] == []
    for end in range(len(data) - 8, 400, -211):
        with pytest.raises(InvalidInput, match=r"line \d+"):
            list(open_feed(io.BytesIO(data[:end]), "feed", options).rows)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"<rss><channel><item><id>a</id><link " + b"x" * 5_000_000, "more than 1 MB in line 1"),
        (b"<rss>\n<channel><!-- " + b"x" * 5_000_000, "more than 1 MB in line 2"),
        (b"<rss><channel>" + b"<a>" * 500_000, "nests over 64 elements in line 1"),
        (b"<rss><channel><item><id>" + b"<a>" * 500_000, "nests over 64 elements in line 1"),
        (b"<rss><channel>" + b"<item>\n" * 500_000, "broken in 1,000 places"),
        (b"<rss><channel>" + b"<item>&\n" * 500_000, "broken in 1,000 places"),
        (b'{"products": ' + b"[" * 500_000, "line 1, field products"),
        (b'{"products": [{"a": "' + b"x" * 20_000_000, "line 1, field products"),
        (b'{"products": [' + b"9" * 9_000_000, "line 1, field products"),
        (b'{"a": ' * 100_000, "line 1, field products"),
        (b'{"products": {}}', "there must be an array of products"),
        (b'{"products": [{}, {} {}]}', "a comma must stand"),
        (b'[{"variants": []}\n\n,,]', "line 3, field products"),
    ],
    ids=lambda each: str(each[:40]),
)
def test_what_goes_on_and_on_is_refused_soon(data: bytes, message: str) -> None:
    tracemalloc.start()
    assert message in refused(data)
    assert tracemalloc.get_traced_memory()[1] < 120_000_000
    tracemalloc.stop()


def test_a_million_blank_rows_are_enough() -> None:
    with pytest.raises(InvalidInput, match=r"a million blank rows before line 104\d{4}: take them out"):
        read(table([product(1)]) + b"\n" * 1_100_000)


@pytest.mark.parametrize(
    "product",
    [
        '"body_html": "' + "<script>" * 20_000 + '"',
        '"body_html": "' + "<" * 100_000 + "x" * 50_000 + '", "variants": [' + "{}," * 3000 + "{}]",
        '"variants": ['
        + '{"id": 1, "price": "5"},' * 20_000
        + '{}], "images": ['
        + '{"src": "a", "variant_ids": [1]},' * 20_000
        + "{}]",
    ],
    ids=["scripts", "many variants", "many variants and pictures"],
)
def test_products_that_would_multiply_are_cut_short(product: str) -> None:
    began = time.process_time()
    rows, problems = read(('{"products": [{"handle": "a", ' + product + "}]}").encode())
    assert time.process_time() - began < 5
    assert rows == []
    assert problems


def test_rows_of_one_handle_are_not_all_kept() -> None:
    row = b"a,A,5," + b"x" * 100_000 + b",a.jpg\n"
    data = b"Handle,Title,Variant Price,Variant SKU,Image Src\n" + row * 400
    tracemalloc.start()
    _, problems = read(data)
    assert tracemalloc.get_traced_memory()[1] < 60_000_000
    tracemalloc.stop()
    assert problems[0].problem == "the product has over 5,000 rows or 8 MB"


def test_a_text_without_end_is_not_kept() -> None:
    item = b"<item><id>a</id><title>" + b"x" * 30_000_000 + b"</title></item>"
    data = b"<rss><channel>" + item + markup([product(1)]).partition(b"</title>")[2]
    tracemalloc.start()
    rows, problems = read(data)
    assert tracemalloc.get_traced_memory()[1] < 5_000_000
    tracemalloc.stop()
    assert [row.product_id for row in rows] == ["sku-1"]
    assert [(each.product_id, each.field, each.problem) for each in problems] == [
        ("a", "title", "the field is too long")
    ]


@pytest.mark.parametrize("kind", ["google rss", "google tsv", "meta csv", "shopify csv", "shopify json"])
def test_memory_stays_flat(kind: str) -> None:
    _, data, options = feeds(4000)[kind]
    packed = io.BytesIO(gzip.compress(data, 1))
    tracemalloc.start()
    count = sum(isinstance(item, FeedRow) for item in open_feed(packed, "feed", options).rows)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 4000
    assert peak < 4_000_000


def test_odd_products_of_json_are_told_one_by_one() -> None:
    odd = b"""{"vendor": "x", "more": [1, {"a": "]"}], "products": [
    null, 5, "x", [],
    {"variants": "no"},
    {"variants": [null, {}, {"id": true, "price": []}], "images": 5, "options": "x"},
    {"handle": "a", "title": "A", "variants": [{"sku": "a", "price": 5}], "images": [{"src": "a.jpg"}, {"src": null}]}
    ]}"""
    rows, problems = read(odd)
    assert [(row.product_id, row.price.minor, row.line) for row in rows] == [("a", 500, 5)]
    assert {each.line for each in problems} == {2, 3, 4}
    assert all(each.field for each in problems)
