"""Feed and film in, cue sheet out, with the commands a user gives."""

import csv
import json
import shutil
from pathlib import Path

from PIL import Image

from demo.comparing import compare
from shoppable.logic.categories import kind_of
from shoppable.model.seen import Kind
from tests.command import Command
from tests.e2e.conftest import DrawnShop


def test_printed_goods_are_found_where_they_are_and_nowhere_else(drawn_shop: DrawnShop) -> None:
    outcome = compare(drawn_shop.truth, drawn_shop.found)
    with drawn_shop.feed.open(encoding="utf-8", newline="") as file:
        kinds = {row["id"]: kind_of(row["google_product_category"], row["title"]) for row in csv.DictReader(file)}
    printed = [line for line in outcome.lines if kinds[line.product_id] is Kind.THING]
    assert len(printed) >= 4
    assert all(line.outcome == "found" for line in printed), printed
    assert outcome.wrong_s <= 0.1 * outcome.duration_s, outcome.wrong


def test_the_result_has_the_published_shape(drawn_shop: DrawnShop) -> None:
    found = drawn_shop.found
    assert found["video"] == "film.mp4"
    assert found["shots"][0]["start_ms"] == 0
    assert found["shots"][-1]["end_ms"] == found["duration_ms"]
    for appearance in found["appearances"]:
        assert appearance["start_ms"] < appearance["end_ms"]
        assert 0 <= appearance["score"] <= 1
        assert appearance["tier"] in ("exact", "similar", "none")
        assert appearance["shown"] == (appearance["tier"] == "exact")
        assert appearance["product_id"] == appearance["candidates"][0]["product_id"]
        for box in appearance["boxes"]:
            assert 0 <= box["x0"] <= box["x1"] <= 1
            assert 0 <= box["y0"] <= box["y1"] <= 1


def test_why_something_was_found_is_told_and_drawn(drawn_shop: DrawnShop, tmp_path: Path) -> None:
    exact = next(each for each in drawn_shop.found["appearances"] if each["tier"] == "exact")
    picture = tmp_path / "why.png"
    command = ("explain", exact["appearance_id"], "--video", drawn_shop.video_id)
    said = drawn_shop.command(*command, "--out", picture).out
    assert exact["reason"] in said
    assert f"probability {exact['score']:.2f}" in said
    told = json.loads(drawn_shop.command(*command, "--json").out)
    assert [each["product_id"] for each in told["considered"]] == [each["product_id"] for each in exact["candidates"]]
    assert all(each["title"] and each["shown_picture_id"] for each in told["considered"])
    with Image.open(picture) as drawn:
        assert drawn.format == "PNG"
        assert drawn.width > drawn.height


def test_a_second_ingest_changes_and_embeds_nothing(drawn_shop: DrawnShop) -> None:
    said = drawn_shop.command("ingest", drawn_shop.feed, "--catalog", "demo", "--pack", "classic", "--json")
    summary = json.loads(said.out)
    assert summary["unchanged"] == summary["rows"] > 0
    assert [summary[name] for name in ("added", "changed", "removed", "embedded", "rejected")] == [0] * 5


def test_the_same_film_again_is_the_same_video_and_the_same_result(drawn_shop: DrawnShop, tmp_path: Path) -> None:
    copy = tmp_path / "film.mp4"
    shutil.copy(drawn_shop.film, copy)
    again = tmp_path / "again.json"
    said = drawn_shop.command("analyze", copy, "--catalog", "demo", "--pack", "classic", "--json", again)
    assert said.out.strip() == drawn_shop.video_id
    assert json.loads(again.read_text(encoding="utf-8")) == drawn_shop.found


def test_what_is_offered_already_is_not_published_again(drawn_shop: DrawnShop) -> None:
    said = drawn_shop.command("publish", drawn_shop.video_id)
    assert "still version 1" in said.err


def test_a_changed_price_moves_the_row_but_embeds_nothing(drawn_shop: DrawnShop, tmp_path: Path) -> None:
    shop = tmp_path / "shop"
    shutil.copytree(drawn_shop.folder, shop)
    command = Command(tmp_path / "home")
    first = json.loads(command("ingest", shop / "feed.csv", "--catalog", "c", "--pack", "classic", "--json").out)
    text = (shop / "feed.csv").read_text(encoding="utf-8")
    price = next(cell for cell in text.splitlines()[1].split(",") if cell.endswith(" EUR"))
    (shop / "feed.csv").write_text(text.replace(price, "1.23 EUR", 1), encoding="utf-8")
    second = json.loads(command("ingest", shop / "feed.csv", "--catalog", "c", "--pack", "classic", "--json").out)
    assert (second["changed"], second["embedded"]) == (1, 0)
    assert second["revision"] == first["revision"] + 1
