"""Real catalogs and labelled videos: better than the naive floor everywhere, and quiet where nothing is sure.

The floor: 1 frame a second, person boxes and class-agnostic boxes, nearest catalog picture, always shown.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.command import Command
from tests.e2e.watching import SHOTS, click_the_right_product, served, shown, titles, watch
from tests.samples import samples

FLOOR = {
    "product_precision@0.5": 0.058,
    "product_recall@0.5": 0.314,
    "product_f1@0.5": 0.098,
    "product_f1@0.3": 0.124,
    "group_f1@0.5": 0.101,
    "product_coverage": 0.34,
    "product_top5": 0.86,
    "det_top1": 0.36,
    "det_top5": 0.68,
    "shot_f1": 0.85,
}


def test_the_pack_of_nets_beats_the_floor(real_home: Command) -> None:
    scores = _scores(real_home, "lite")
    below = {name: (scores[name], least) for name, least in FLOOR.items() if scores[name] <= least}
    assert not below
    assert scores["product_wrong_s_per_min"] <= 46.6 / 2
    assert scores["ece"] < 0.47


def test_the_pack_in_the_box_abstains_rather_than_guesses(tmp_path_factory: pytest.TempPathFactory) -> None:
    command = Command(tmp_path_factory.mktemp("classic"))
    assert _scores(command, "classic")["product_wrong_s_per_min"] <= 10


def _scores(command: Command, pack: str) -> dict[str, Any]:
    """All figures over both labelled videos together."""
    compared: list[Path] = []
    for shop in ("luma", "grocery"):
        out = command.home / f"{shop}.json"
        command("ingest", samples("data", shop, "catalog.csv"), "--catalog", shop, "--pack", pack)
        video = samples("data", "videos", f"{shop}_dev.mp4")
        command("analyze", video, "--catalog", shop, "--pack", pack, "--json", out)
        compared += [video.with_suffix(".truth.json"), out]
    scored = subprocess.run(
        [sys.executable, samples("truth", "score.py"), *compared, "--json"], check=True, capture_output=True, text=True
    )
    figures: dict[str, Any] = json.loads(scored.stdout)["ALL"]
    return figures


def test_every_good_row_of_a_real_catalog_goes_in_once(real_home: Command) -> None:
    feed: Path = samples("data", "luma", "catalog.csv")
    again = json.loads(real_home("ingest", feed, "--catalog", "luma", "--pack", "lite", "--json").out)
    assert (again["unchanged"], again["rejected"]) == (449, 0)
    assert (again["added"], again["changed"], again["removed"], again["embedded"]) == (0, 0, 0, 0)


def test_real_goods_in_real_pictures(page: Page, real_shop: tuple[Command, Path, str, dict[str, Any]]) -> None:
    command, feed, video_id, found = real_shop
    appearance = shown(found)
    title = titles(feed)[appearance["product_id"]]
    with served(command.home) as address:
        watch(page, address, video_id)
        click_the_right_product(page, found, title, appearance)
        SHOTS.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=SHOTS / "real-card.png")
        sheet = page.evaluate("async id => (await fetch(`/v1/videos/${id}/cue-sheet`)).json()", video_id)
    middle = (appearance["start_ms"] + appearance["end_ms"]) // 2
    now = {cue["product_id"] for cue in sheet["cues"] if cue["start_ms"] <= middle < cue["end_ms"]}
    assert appearance["product_id"] in now
