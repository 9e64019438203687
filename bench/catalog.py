"""How fast catalogs are read: `python -m bench.catalog [--mb 1000]` makes feeds of a size and reads them.

A feed is written to a temporary file, a row at a time, once as Google RSS and once as TSV; the rows are those of a
fashion shop, seeded, each different. Each is read in a process of its own, whose memory is then its peak.
"""

import argparse
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import escape

from shoppable.feeds.formats import open_feed
from shoppable.model.catalog import FeedRow

COLUMNS = (
    "id", "title", "description", "link", "image_link", "additional_image_link", "price", "sale_price",
    "sale_price_effective_date", "availability", "brand", "gtin", "mpn", "condition", "google_product_category",
    "product_type", "item_group_id", "color", "size", "gender", "age_group", "material", "shipping_weight",
    "custom_label_0",
)  # fmt: skip
KINDS = ("Hoodie", "Jacket", "Tee", "Trousers", "Skirt", "Dress", "Boots", "Scarf")
COLOURS = ("Black", "Grün", "Navy", "Sand", "Weiß", "Terracotta", "Olive & Gold")
WORDS_SAID = (
    "soft warm light woven cotton wool linen stretch waistband pockets collar hem sleeve lining zip button relaxed "
    "tailored breathable recycled organic Größe été naïve waschbar durable finish everyday layering classic"
)
WORDS = WORDS_SAID.split()


def rows(count_bytes: int, seed: int = 5) -> Iterator[dict[str, str]]:
    """Rows of a shop until their cells hold that many bytes."""
    chance = random.Random(seed)
    made = number = 0
    while made < count_bytes:
        row = _row(chance, number)
        made += sum(len(cell.encode()) for cell in row.values())
        number += 1
        yield row


def _row(chance: random.Random, number: int) -> dict[str, str]:
    colour, kind = chance.choice(COLOURS), chance.choice(KINDS)
    slug = f"{kind.lower()}-{number // 6}-{chance.randrange(10**6):06}"
    images = [f"https://cdn.shop.example/media/catalog/product/{slug}/{view}_1600x2000.jpg" for view in range(5)]
    twelve = f"{400 + number % 40}{chance.randrange(10**9):09}"
    weighted = sum(int(digit) * (3 if index % 2 else 1) for index, digit in enumerate(twelve))
    price = chance.randrange(900, 29_900)
    return {
        "id": f"SKU-{number:07}",
        "title": f"{chance.choice(WORDS).title()} {kind} {number // 6} - {colour}",
        "description": " ".join(chance.choices(WORDS, k=chance.randrange(40, 220))) + ".",
        "link": f"https://shop.example/de/damen/{slug}?utm_source=feed&utm_medium=cpc&variant={number}",
        "image_link": images[0],
        "additional_image_link": ",".join(images[1 : chance.randrange(1, 6)]),
        "price": f"{price // 100}.{price % 100:02} EUR",
        "sale_price": f"{price // 200}.{price % 100:02} EUR" if number % 4 == 0 else "",
        "sale_price_effective_date": "2026-11-20T00:00+0100/2026-11-30T23:59+0100" if number % 8 == 0 else "",
        "availability": chance.choice(("in_stock", "in stock", "out_of_stock", "preorder")),
        "brand": "Havre",
        "gtin": f"{twelve}{-weighted % 10}",
        "mpn": f"HV-{number}",
        "condition": "new",
        "google_product_category": "Apparel & Accessories > Clothing > Shirts & Tops",
        "product_type": f"Damen > {kind}",
        "item_group_id": f"G{number // 6}",
        "color": colour,
        "size": str(34 + number % 6 * 2),
        "gender": "female",
        "age_group": "adult",
        "material": "cotton/elastane",
        "shipping_weight": "0.4 kg",
        "custom_label_0": "autumn",
    }


def write_rss(path: Path, count_bytes: int) -> int:
    """A Google RSS feed of at least that many bytes; returns how many items it holds."""
    count = 0
    with path.open("w", encoding="utf-8") as file:
        file.write(
            '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0">'
        )
        file.write("\n<channel>\n<title>Havre</title>\n<link>https://shop.example</link>\n")
        written = 0
        for row in rows(count_bytes):
            more = row.pop("additional_image_link").split(",")
            cells = [*row.items(), *(("additional_image_link", link) for link in more)]
            lines = [f"<g:{name}>{escape(cell)}</g:{name}>" for name, cell in cells if cell]
            written += file.write("<item>\n" + "\n".join(lines) + "\n</item>\n")
            count += 1
            if written >= count_bytes:
                break
        file.write("</channel>\n</rss>\n")
    return count


def write_tsv(path: Path, count_bytes: int) -> int:
    """The same as TSV."""
    count = written = 0
    with path.open("w", encoding="utf-8") as file:
        file.write("\t".join(COLUMNS) + "\n")
        for row in rows(count_bytes):
            written += file.write("\t".join(row[name] for name in COLUMNS) + "\n")
            count += 1
            if written >= count_bytes:
                break
    return count


def read(path: Path) -> dict[str, float]:
    """Reads a feed in this process: seconds on the clock and of the processor, rows, problems, peak memory in MB."""
    began, worked = time.perf_counter(), time.process_time()
    good = problems = 0
    with path.open("rb") as stream:
        for item in open_feed(stream, path.name).rows:
            if isinstance(item, FeedRow):
                good += 1
            else:
                problems += 1
    return {
        "wall_s": time.perf_counter() - began,
        "cpu_s": time.process_time() - worked,
        "rows": good,
        "problems": problems,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def measure(megabytes: int) -> None:
    """Prints a line for each format."""
    print(f"{'feed':<6}{'MB':>7}{'rows':>9}{'B/row':>7}{'wall s':>9}{'CPU s':>8}{'MB/s':>7}{'rows/s':>9}{'peak MB':>9}")
    with tempfile.TemporaryDirectory() as folder:
        for name, write in (("rss", write_rss), ("tsv", write_tsv)):
            path = Path(folder, f"feed.{name}")
            written = write(path, megabytes * 1_000_000)
            size = path.stat().st_size
            command = [sys.executable, "-m", "bench.catalog", "--read", str(path)]
            told = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
            path.unlink()
            if (told["rows"], told["problems"]) != (written, 0):
                raise SystemExit(f"{name}: {written} rows written, {told['rows']} read, {told['problems']} problems")
            wall = told["wall_s"]
            print(
                f"{name:<6}{size / 1e6:>7.0f}{written:>9}{size / written:>7.0f}{wall:>9.1f}{told['cpu_s']:>8.1f}"
                f"{size / 1e6 / wall:>7.1f}{written / wall:>9.0f}{told['peak_mb']:>9.0f}"
            )


def main() -> None:
    """Reads the arguments."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--mb", type=int, default=1000, help="size of each feed")
    arguments.add_argument("--read", type=Path, help="only read this feed, and print the figures as JSON")
    said = arguments.parse_args()
    if said.read:
        print(json.dumps(read(said.read)))
    else:
        measure(said.mb)


if __name__ == "__main__":
    main()
