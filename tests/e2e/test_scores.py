"""Real catalogs and labelled videos: better than the naive floor everywhere, and quiet where nothing is sure.

The floor: 1 frame a second, person boxes and class-agnostic boxes, nearest catalog picture, always shown.
"""

import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.command import Command
from tests.samples import samples

pytestmark = pytest.mark.xdist_group("real")

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


def test_the_pack_of_nets_beats_the_floor(real_home: Command, scorer: ModuleType) -> None:
    scores = _scores(real_home, scorer, "lite")
    below = {name: (scores[name], least) for name, least in FLOOR.items() if scores[name] <= least}
    assert not below
    assert scores["product_wrong_s_per_min"] <= 46.6 / 2
    assert scores["ece"] < 0.47


def test_the_pack_in_the_box_abstains_rather_than_guesses(
    tmp_path_factory: pytest.TempPathFactory, scorer: ModuleType
) -> None:
    command = Command(tmp_path_factory.mktemp("classic"))
    assert _scores(command, scorer, "classic")["product_wrong_s_per_min"] <= 10


@pytest.fixture(scope="module")
def scorer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("score", samples("truth", "score.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _scores(command: Command, scorer: ModuleType, pack: str) -> dict[str, Any]:
    """All figures over both labelled videos together."""
    parts = []
    for shop in ("luma", "grocery"):
        out = command.home / f"{shop}.json"
        command("ingest", samples("data", shop, "catalog.csv"), "--catalog", shop, "--pack", pack)
        video = samples("data", "videos", f"{shop}_dev.mp4")
        command("analyze", video, "--catalog", shop, "--pack", pack, "--json", out)
        truth_path = samples("data", "videos", f"{shop}_dev.truth.json")
        truth = json.loads(truth_path.read_text(encoding="utf-8"))
        found = json.loads(out.read_text(encoding="utf-8"))
        parts.append(scorer.score_one(truth, found, scorer.groups_for(str(truth_path), truth)))
    whole: dict[str, Any] = scorer.report(scorer.total(parts))
    return whole


def test_every_good_row_of_a_real_catalog_goes_in_once(real_home: Command) -> None:
    feed: Path = samples("data", "luma", "catalog.csv")
    again = json.loads(real_home("ingest", feed, "--catalog", "luma", "--pack", "lite", "--json").out)
    assert (again["unchanged"], again["rejected"]) == (449, 0)
    assert (again["added"], again["changed"], again["removed"], again["embedded"]) == (0, 0, 0, 0)
