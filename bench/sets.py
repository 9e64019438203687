"""Labelled sets: a catalog, a video, and the truth about what of the catalog is in it."""

import csv
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Document = dict[str, Any]
"""A JSON object, such as a truth or a result; the samples' README says what is in them."""


@dataclass(frozen=True)
class LabelledSet:
    """Where a set lies. `name` is also the catalog's."""

    name: str
    feed: Path
    video: Path
    truth: Path


@dataclass(frozen=True)
class Case:
    """A set, and what was found in its video.

    Attributes:
        where: The set.
        truth: What is really there.
        found: What `shoppable analyze --json` wrote.
        products: Rows of the feed by product id.
        ingest_s: Seconds the catalog took, the start of Python included; None when that was not measured.
        analyze_s: Seconds the video took, alike.
    """

    where: LabelledSet
    truth: Document
    found: Document
    products: Mapping[str, Mapping[str, str]]
    ingest_s: float | None = None
    analyze_s: float | None = None

    @property
    def groups(self) -> dict[str, str]:
        """Item group by product id."""
        return {each: row.get("item_group_id") or each for each, row in self.products.items()}

    @property
    def video_s(self) -> float:
        return float(self.truth["duration_ms"]) / 1000

    def picture(self, product_id: str) -> Path | None:
        """The main picture of a product; None when the feed has none of it beside itself."""
        row = self.products.get(product_id)
        path = None if row is None else self.where.feed.parent / row["image_link"]
        return path if path is not None and path.is_file() else None


def sets_in(samples: Path) -> list[LabelledSet]:
    """The labelled sets of a samples folder, each named after the folder of its catalog where that tells them apart.

    Raises:
        FileNotFoundError: There is none.
    """
    truths = sorted((samples / "data" / "videos").glob("*.truth.json"))
    if not truths:
        raise FileNotFoundError(f"no labelled video in {samples / 'data' / 'videos'}: name the folder with --samples")
    found = []
    for path in truths:
        truth = read(path)
        feed = (path.parent / truth["catalog"]).resolve()
        found.append(LabelledSet(feed.parent.name, feed, path.parent / truth["video"], path))
    often = Counter(each.name for each in found)
    return [
        each if often[each.name] == 1 else LabelledSet(each.video.stem, each.feed, each.video, each.truth)
        for each in found
    ]


def set_from(said: str) -> LabelledSet:
    """A set as it is given on the command line: `NAME=CATALOG.csv,VIDEO.mp4,TRUTH.json`.

    Raises:
        ValueError: It has another form, or one of its files is not there.
    """
    name, _, rest = said.partition("=")
    paths = [Path(each).absolute() for each in rest.split(",") if each]
    if not name or len(paths) != 3:
        raise ValueError(f"{said}: a set is given as NAME=CATALOG.csv,VIDEO.mp4,TRUTH.json")
    missing = [str(path) for path in paths if not path.is_file()]
    if missing:
        raise ValueError(f"set {name}: there is no {' and no '.join(missing)}")
    return LabelledSet(name, *paths)


def case_of(where: LabelledSet, found: Path, *, ingest_s: float | None = None, analyze_s: float | None = None) -> Case:
    """A set with what was found in its video, read from its files."""
    with where.feed.open(encoding="utf-8", newline="") as feed:
        products = {row["id"]: row for row in csv.DictReader(feed)}
    return Case(where, read(where.truth), read(found), products, ingest_s, analyze_s)


def read(path: Path) -> Document:
    """A JSON object from a file."""
    document: Document = json.loads(path.read_text(encoding="utf-8"))
    return document


def names(cases: Sequence[Case]) -> list[str]:
    return [case.where.name for case in cases]
