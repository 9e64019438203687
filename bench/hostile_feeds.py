"""Feeds of every format, broken in seeded ways: `python -m bench.hostile_feeds [--count 2000]` reads them all.

A reader may reject rows and refuse a feed; it may not crash, take long, or reject without saying line and field.
"""

import argparse
import csv
import gzip
import io
import json
import random
import re
import signal
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from xml.sax.saxutils import escape

from shoppable.errors import InvalidInput
from shoppable.feeds.formats import open_feed
from shoppable.feeds.mapping import FeedOptions
from shoppable.model.catalog import FeedRow

LIMIT_S = 10.0
"""How long one small feed may take."""

OPTIONS = FeedOptions(constants={"currency": "EUR", "shop": "https://shop.example"})
MAPPED = FeedOptions(columns={"Nr": "id", "Name": "title", "Bild": "image_link", "Preis": "price"})

NAMES = (
    "id", "title", "description", "link", "image_link", "additional_image_link", "price", "availability", "brand",
    "color", "size", "gtin", "sale_price",
)  # fmt: skip

Mutation = Callable[[random.Random, bytes], bytes]


def product(number: int) -> dict[str, str]:
    """A sound product."""
    return {
        "id": f"sku-{number}",
        "title": f"Coat {number} – Größe & Form",
        "description": 'Warm, "soft"\nand light' if number % 3 == 0 else "Plain",
        "link": f"https://shop.example/p/{number}?a=1&b=2",
        "image_link": f"images/{number}.jpg",
        "additional_image_link": f"images/{number}b.jpg,images/{number}c.jpg",
        "price": f"{number + 5}.90 EUR",
        "availability": "in_stock",
        "brand": "Havre",
        "color": ("Navy", "Sand")[number % 2],
        "size": "M",
        "gtin": "4006381333931",
        "sale_price": "4.90 EUR" if number % 4 == 0 else "",
    }


def table(rows: Sequence[dict[str, str]], delimiter: str = ",", prefix: str = "", above: str = "") -> bytes:
    """A CSV or TSV of rows that have the same names."""
    out = io.StringIO(newline="")
    write = csv.writer(out, delimiter=delimiter)
    write.writerow([prefix + name for name in rows[0]])
    write.writerows(row.values() for row in rows)
    return (above + out.getvalue()).encode()


def markup(rows: Sequence[dict[str, str]], *, atom: bool = False, prefix: str = "g:") -> bytes:
    """RSS 2.0 or Atom."""
    item = "entry" if atom else "item"
    said = ['<?xml version="1.0" encoding="UTF-8"?>']
    said.append(
        '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:g="http://base.google.com/ns/1.0">'
        if atom
        else '<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0"><channel><title>Shop</title>'
    )
    for row in rows:
        links = row["additional_image_link"].split(",")
        cells = [(name, cell) for name, cell in row.items() if cell and name != "additional_image_link"]
        cells += [("additional_image_link", link) for link in links if link]
        said.append(f"<{item}>")
        said += [f"<{prefix}{name}>{escape(cell)}</{prefix}{name}>" for name, cell in cells]
        said.append(f"</{item}>")
    said.append("</feed>" if atom else "</channel></rss>")
    return "\n".join(said).encode()


def _shopify(rows: Sequence[dict[str, str]], *, new: bool = False) -> bytes:
    handle, price, image, sku = (
        ("URL handle", "Price", "Product image URL", "SKU")
        if new
        else ("Handle", "Variant Price", "Image Src", "Variant SKU")
    )
    said = []
    for row in rows:
        option = {"Option1 Name": "Color", "Option1 Value": row["color"], sku: row["id"], price: row["price"][:-4]}
        said.append({handle: row["id"], "Title": row["title"], **option, image: row["image_link"]})
        said.append({handle: row["id"], "Title": "", **dict.fromkeys(option, ""), image: "images/more.jpg"})
    return table(said)


def products_json(rows: Sequence[dict[str, str]]) -> bytes:
    """A shop's products.json."""
    products = [
        {
            "id": number,
            "handle": row["id"],
            "title": row["title"],
            "body_html": f"<p>{escape(row['description'])}</p>",
            "vendor": row["brand"],
            "options": [{"name": "Color"}],
            "variants": [{"id": number, "sku": row["id"], "price": row["price"][:-4], "option1": row["color"]}],
            "images": [{"src": row["image_link"], "variant_ids": []}],
        }
        for number, row in enumerate(rows)
    ]
    return json.dumps({"products": products}, indent=1, ensure_ascii=False).encode()


def feeds(count: int = 12) -> dict[str, tuple[str, bytes, FeedOptions]]:
    """A sound feed of each kind: the format it is of, its bytes, and how to read it."""
    rows = [product(number) for number in range(count)]
    plain = [{"Nr": r["id"], "Name": r["title"], "Bild": r["image_link"], "Preis": r["price"]} for r in rows]
    flat = [
        {"image[0].url": r["image_link"], **{name: r[name] for name in NAMES if name != "image_link"}} for r in rows
    ]
    return {
        "google csv": ("google-table", table(rows), OPTIONS),
        "google csv g:": ("google-table", table(rows, prefix="g:"), OPTIONS),
        "google tsv": ("google-table", table(rows, "\t"), OPTIONS),
        "google rss": ("google-xml", markup(rows), OPTIONS),
        "google rss bare": ("google-xml", markup(rows, prefix=""), OPTIONS),
        "google atom": ("google-xml", markup(rows, atom=True), OPTIONS),
        "meta csv": ("meta-table", table(flat, above="# ref_application_id 1\n"), OPTIONS),
        "meta tsv": ("meta-table", table(flat, "\t"), OPTIONS),
        "meta xml": ("meta-xml", markup(rows), OPTIONS.model_copy(update={"format": "meta-xml"})),
        "shopify csv": ("shopify-csv", _shopify(rows), OPTIONS),
        "shopify csv new": ("shopify-csv", _shopify(rows, new=True), OPTIONS),
        "shopify json": ("shopify-json", products_json(rows), OPTIONS),
        "table": ("table", table(plain, ";"), MAPPED),
    }


def packed_gzip(data: bytes) -> bytes:
    return gzip.compress(data, mtime=0)


def packed_zip(data: bytes, name: str = "feed.txt") -> bytes:
    """A zip archive with one file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return out.getvalue()


def _spliced(chance: random.Random, data: bytes, put: bytes) -> bytes:
    at = chance.randrange(len(data) + 1)
    return data[:at] + put + data[at + chance.choice((0, 0, 1, len(put))) :]


def _flipped(chance: random.Random, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.choice((1, 4, 30))):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def _moved(chance: random.Random, data: bytes) -> bytes:
    a, b = sorted(chance.randrange(len(data)) for _ in range(2))
    return chance.choice((data[:a] + data[b:], data[:b] + data[a:], data[:b]))


def _token(chance: random.Random, data: bytes) -> bytes:
    """Puts something with a meaning where it has none."""
    put = chance.choice(TOKENS)
    return _spliced(chance, data, put)


def _doctype(chance: random.Random, data: bytes) -> bytes:
    entity = chance.choice((b'SYSTEM "file:///etc/hostname"', b'"' + b"x" * 1000 + b'"', b'"&b;&b;"'))
    doctype = b"<!DOCTYPE rss [<!ENTITY a " + entity + b">]>"
    before, mark, after = data.partition(b"?>")
    return before + mark + doctype + after.replace(b"Plain", b"&a;" * chance.randrange(1, 200))


def _renamed(chance: random.Random, data: bytes) -> bytes:
    """Calls something by another name, everywhere."""
    words = re.findall(rb"[A-Za-z_]{3,}", data) or [data]
    return data.replace(chance.choice(words), chance.choice((b"", b"x", b"id", b"item", b"price", b"link"))) or b"x"


def _reencoded(chance: random.Random, data: bytes) -> bytes:
    encoding = chance.choice(("utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "cp1252", "utf-32", "cp500"))
    return data.decode().encode(encoding, errors="replace")


def _half_reencoded(chance: random.Random, data: bytes) -> bytes:
    at = chance.randrange(len(data))
    return data[:at] + data[at:].decode(errors="replace").encode("latin-1", errors="replace")


def _long(chance: random.Random, data: bytes) -> bytes:
    return _spliced(chance, data, chance.choice((b"x", b"&amp;", b'"', b"<b>", b"[", b"\n", b",")) * 200_000)


TOKENS = (
    b"\0", b"\x0b", b'"', b'""', b"'", b"<", b">", b"&", b"&nbsp;", b"]]>", b"<![CDATA[", b"<!--", b"-->", b"<?x?>",
    b"</item>", b"<item>", b"<entry>", b"</rss>", b"<g:shipping><g:price>1 USD</g:price></g:shipping>", b"\r", b"\n",
    b"\t", b",", b";", b"{", b"}", b"[", b"]", b"null", b"NaN", b"1e999", b"-1", b"\\", b"\\ud800", b"\xff", b"\xc3",
    b"\xed\xa0\x80", b"\xef\xbb\xbf", "\u202e".encode(), "\u2028".encode(), b"=1+1", b"@SUM(A1)", b"../../x",
    b"javascript:alert(1)", b"https://[", b"9" * 5000, b"EUR", b" EUR", b"true", b'{"id": 1}', b'"variants": 5,',
)  # fmt: skip

MUTATIONS: dict[str, Mutation] = {
    "bytes": _flipped,
    "cut": _moved,
    "token": _token,
    "doctype": _doctype,
    "name": _renamed,
    "encoding": _reencoded,
    "half": _half_reencoded,
    "long": _long,
}


def mutated(count: int, seed: int = 1) -> Iterator[tuple[str, bytes, FeedOptions]]:
    """Broken feeds: what was done, the bytes, and how to read them; equal for equal seeds."""
    chance = random.Random(seed)
    sound = feeds()
    for number in range(count):
        kind = chance.choice(list(sound))
        _, data, options = sound[kind]
        done = [kind]
        packing = chance.choice((None, None, None, packed_gzip, packed_zip))
        if packing and chance.random() < 0.5:
            data, packing = packing(data), None
            names = ["bytes", "cut", "token"]
        else:
            names = list(MUTATIONS)
        for _ in range(chance.choice((1, 1, 2, 3))):
            name = chance.choice(names)
            done.append(name)
            try:
                data = MUTATIONS[name](chance, data) or b"\n"
            except UnicodeDecodeError:  # it was put into another encoding before
                data = _flipped(chance, data)
        if packing:
            data = packing(data)
        yield f"{number}: {', '.join(done)}", data, options


class TooLong(Exception):
    """A reader went on beyond the limit."""


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Breaks off what takes longer, with `TooLong`."""

    def ring(_: int, __: FrameType | None) -> None:
        raise TooLong

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def outcome(data: bytes, options: FeedOptions) -> str:
    """What a reader makes of a feed: `read`, `refused`, or in capitals what it may not do."""
    try:
        with limited(LIMIT_S):
            for item in open_feed(io.BytesIO(data), "feed", options).rows:
                if not isinstance(item, FeedRow) and item.severity == "rejected" and not (item.line and item.field):
                    return f"REJECTED WITHOUT PLACE: {item}"
    except InvalidInput as error:
        return "refused" if str(error).startswith("feed") and "\n" not in str(error) else f"REFUSED BADLY: {error}"
    except TooLong:
        return "HUNG"
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what is looked for
        return f"CRASHED: {error!r}"
    return "read"


def main() -> None:
    """Reads the arguments, and fails when a reader did what it may not."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--count", type=int, default=2000)
    arguments.add_argument("--seed", type=int, default=1)
    said = arguments.parse_args()
    tally: Counter[str] = Counter()
    slowest = 0.0
    for what, data, options in mutated(said.count, said.seed):
        began = time.process_time()
        told = outcome(data, options)
        slowest = max(slowest, time.process_time() - began)
        tally[told.partition(":")[0]] += 1
        if told not in ("read", "refused"):
            print(what, told)
    print(f"{said.count} feeds, the slowest {slowest:.2f} s of the processor: {dict(tally)}")
    raise SystemExit(set(tally) > {"read", "refused"})


if __name__ == "__main__":
    main()
