"""Real catalogs and labelled videos: better than the naive floor everywhere, and no worse than `bench/seeing.json`.

The floor: 1 frame a second, person boxes and class-agnostic boxes, nearest catalog picture, always shown.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from bench.record import RECORD, key_figures, losses, read_record
from bench.scoring import ALL, EXACT, Scorer, scored
from bench.sets import Case
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


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    return Scorer(samples("truth", "score.py"))


def test_the_pack_of_nets_beats_the_floor(scorer: Scorer, seen_by_lite: list[Case]) -> None:
    figures = scored(scorer, seen_by_lite, EXACT)[ALL]
    below = {name: (figures[name], least) for name, least in FLOOR.items() if figures[name] <= least}
    assert not below


def test_the_pack_of_nets_sees_as_well_as_its_record_says(scorer: Scorer, seen_by_lite: list[Case]) -> None:
    assert not losses(read_record(RECORD), "lite", key_figures(scorer, seen_by_lite))


def test_the_pack_in_the_box_sees_as_well_as_its_record_says(scorer: Scorer, seen_by_classic: list[Case]) -> None:
    assert not losses(read_record(RECORD), "classic", key_figures(scorer, seen_by_classic))


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
