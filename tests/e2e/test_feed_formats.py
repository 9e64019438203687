"""Feeds of other formats through the command: checked before they are taken in, and the same catalog afterwards."""

import csv
import json
import shutil
from pathlib import Path

import pytest

from bench.hostile_feeds import markup, packed_gzip
from tests.command import Command
from tests.e2e.conftest import DrawnShop
from tests.feed_writers import products_json


@pytest.fixture
def shop(tmp_path: Path, drawn_shop: DrawnShop) -> Path:
    """A folder with some products of the drawn shop: `feed.csv` and their pictures."""
    folder = tmp_path / "shop"
    shutil.copytree(drawn_shop.folder, folder, ignore=shutil.ignore_patterns("film*", "found*"))
    lines = drawn_shop.feed.read_text(encoding="utf-8").splitlines()
    (folder / "feed.csv").write_text("\n".join(lines[:7]) + "\n", encoding="utf-8")
    return folder


def rows(shop: Path) -> list[dict[str, str]]:
    with (shop / "feed.csv").open(encoding="utf-8", newline="") as file:
        return [{"additional_image_link": "", **row} for row in csv.DictReader(file)]


def test_the_same_shop_in_another_format_changes_nothing(tmp_path: Path, shop: Path) -> None:
    command = Command(tmp_path / "home")
    ask = ("--catalog", "c", "--pack", "classic", "--json")
    first = json.loads(command("ingest", shop / "feed.csv", *ask).out)
    assert first["added"] == 6
    (shop / "feed.xml.gz").write_bytes(packed_gzip(markup(rows(shop))))
    again = json.loads(command("ingest", shop / "feed.xml.gz", *ask).out)
    assert (again["unchanged"], again["embedded"], again["removed"]) == (6, 0, 0)
    (shop / "products.json").write_bytes(products_json(rows(shop)))
    assert "names no currency" in command("ingest", shop / "products.json", *ask, code=2).line
    mapping = shop / "shop.toml"
    currency = rows(shop)[0]["price"].split()[1]
    mapping.write_text(f'[constants]\ncurrency = "{currency}"\n', encoding="utf-8")
    said = json.loads(command("ingest", shop / "products.json", *ask, "--mapping", mapping).out)
    assert (said["added"], said["removed"], said["rejected"], said["embedded"]) == (0, 0, 0, 0)
    assert said["changed"] == 6  # it says less of each, and no picture is looked at again


def test_a_feed_is_checked_without_writing_anything(tmp_path: Path, shop: Path) -> None:
    command = Command(tmp_path / "home")
    assert "good products 6" in " ".join(command("feed", "check", shop / "feed.csv").out.split())
    data = markup(rows(shop))
    (shop / "feed.xml").write_bytes(data.replace(b"<g:price>", b"<g:price>about ", 1))
    report = tmp_path / "report.json"
    said = command("feed", "check", shop / "feed.xml", "--format", "meta-xml", "--report", report, code=1)
    assert "good products 5 rejected rows 1" in " ".join(said.out.split())
    assert "meta-xml" in said.out
    (problem,) = json.loads(report.read_text(encoding="utf-8"))
    assert (problem["id"], problem["field"], problem["severity"]) == (rows(shop)[0]["id"], "price", "rejected")
    command("feed", "check", shop / "feed.xml", "--report", tmp_path / "report.csv", code=1)
    line = (tmp_path / "report.csv").read_text(encoding="utf-8").splitlines()[1]
    assert line.split(",")[:3] == [str(problem["line"]), problem["id"], "price"]
    assert not command.home.exists()


def test_a_report_of_what_was_taken_in_can_be_json(tmp_path: Path, shop: Path) -> None:
    text = (shop / "feed.csv").read_text(encoding="utf-8")
    (shop / "feed.csv").write_text(text + text.splitlines()[1] + "\n", encoding="utf-8")
    report = tmp_path / "report.json"
    Command(tmp_path / "home")("ingest", shop / "feed.csv", "--catalog", "c", "--pack", "classic", "--report", report)
    (problem,) = json.loads(report.read_text(encoding="utf-8"))
    assert (problem["line"], problem["field"]) == (8, "id")


def test_what_cannot_be_checked_is_refused_in_one_line(tmp_path: Path, shop: Path) -> None:
    command = Command(tmp_path / "home")
    assert "check its path" in command("feed", "check", shop / "none.csv", code=3).line
    assert "no plain file" in command("feed", "check", shop, code=2).line
    mapping = tmp_path / "none.toml"
    assert "none.toml" in command("feed", "check", shop / "feed.csv", "--mapping", mapping, code=3).line
    (shop / "cut.xml").write_bytes(markup(rows(shop))[:-400])
    assert "breaks off in line" in command("feed", "check", shop / "cut.xml", code=2).line
