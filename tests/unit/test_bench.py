"""The judge of seeing: what it counts, what it compares, what it draws."""

import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bench.mistakes import misses, rank_of, worst
from bench.record import Key, losses, read_record, update_record
from bench.reliability import Bin, binned, draw_curves
from bench.running import analysed, in_processes
from bench.scoring import ALL, EXACT, OFFERED, Scorer, offering, only, scored
from bench.sets import Case, LabelledSet, set_from, sets_in
from bench.sheets import draw_misses, draw_mistakes
from tests.films import Film, draw
from tests.samples import samples

BOX = {"x0": 0.1, "y0": 0.1, "x1": 0.5, "y1": 0.9}
SHOTS = [("photo", 0, 4000), ("negative", 4000, 6000), ("cutout", 6000, 8000)]
GOOD = {
    "sets": ["luma"],
    "f1": 0.5,
    "group_f1": 0.5,
    "coverage": 0.4,
    "wrong_s_per_min": 2.0,
}


def truth(*there: tuple[str, int, int, int]) -> dict[str, Any]:
    """Three shots, and products as (product, shot, start, end)."""
    return {
        "duration_ms": 8000,
        "catalog": "catalog.csv",
        "video": "film.mp4",
        "shots": [
            {"index": index, "kind": kind, "start_ms": start, "end_ms": end, "negative": kind == "negative"}
            for index, (kind, start, end) in enumerate(SHOTS)
        ],
        "boundaries": [],
        "appearances": [
            {
                "product_id": product,
                "item_group_id": product,
                "level": "product",
                "shot": shot,
                "start_ms": start,
                "end_ms": end,
                "boxes": [{"t_ms": start, **BOX}],
            }
            for product, shot, start, end in there
        ],
        "ignore": [],
    }


def found(product: str, start: int, end: int, *, tier: str = "exact", score: float = 0.9) -> dict[str, Any]:
    candidates = [{"product_id": each, "item_group_id": each, "score": score} for each in (product, "cap", "coat")]
    return {
        "product_id": product,
        "item_group_id": product,
        "kind": "thing",
        "start_ms": start,
        "end_ms": end,
        "boxes": [{"t_ms": start, **BOX}],
        "score": score,
        "tier": tier,
        "shown": tier == "exact",
        "reason": "because",
        "candidates": candidates,
    }


def case(there: dict[str, Any], *seen: dict[str, Any], feed: Path = Path("catalog.csv")) -> Case:
    where = LabelledSet("drawn", feed, feed.parent / "film.mp4", feed.parent / "film.truth.json")
    products = {each: {"image_link": f"{each}.jpg", "item_group_id": each} for each in ("coat", "hat", "cap")}
    return Case(where, there, {"appearances": list(seen), "shots": []}, products)


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    return Scorer(samples("truth", "score.py"))


def test_a_kind_of_shot_keeps_what_lies_mostly_in_it() -> None:
    there = truth(("coat", 0, 0, 4000), ("hat", 2, 6000, 8000))
    whole = case(there, found("coat", 100, 4300), found("cap", 3900, 5900), found("hat", 6100, 8000))
    kept = {kind: only(whole, kind) for kind in ("photo", "cutout", "negative")}
    assert {kind: [each["product_id"] for each in one.found["appearances"]] for kind, one in kept.items()} == {
        "photo": ["coat"],
        "cutout": ["hat"],
        "negative": ["cap"],
    }
    assert {kind: [each["product_id"] for each in one.truth["appearances"]] for kind, one in kept.items()} == {
        "photo": ["coat"],
        "cutout": ["hat"],
        "negative": [],
    }
    assert [shot["kind"] for shot in kept["cutout"].truth["shots"]] == ["cutout"]
    assert "shots" not in kept["photo"].found
    assert len(whole.truth["shots"]) == 3


def test_what_is_shown_is_what_the_tiers_say() -> None:
    result = {"appearances": [found("coat", 0, 1, tier=tier) for tier in ("exact", "similar", "none")]}
    assert [each["shown"] for each in offering(result, EXACT)["appearances"]] == [True, False, False]
    assert [each["shown"] for each in offering(result, OFFERED)["appearances"]] == [True, True, False]


def test_figures_are_those_of_the_tiers_and_of_the_minutes_of_the_kind(scorer: Scorer) -> None:
    there = truth(("coat", 0, 0, 4000), ("hat", 2, 6000, 8000))
    seen = case(there, found("coat", 0, 4000), found("hat", 6000, 8000, tier="similar"), found("cap", 4400, 5400))
    exact, offered = (scored(scorer, [seen], tiers)[ALL] for tiers in (EXACT, OFFERED))
    assert (exact["product_tp@0.5"], exact["product_fp@0.5"], exact["product_fn@0.5"]) == (1, 1, 1)
    assert offered["product_tp@0.5"] == 2
    assert exact["product_wrong_s_per_min"] == pytest.approx(60 / 8, rel=0.05)
    assert scored(scorer, [seen], EXACT, "negative")[ALL]["product_wrong_s_per_min"] == pytest.approx(30, rel=0.05)
    assert scored(scorer, [seen], EXACT, "photo")[ALL]["product_precision@0.5"] == 1
    assert scored(scorer, [only(seen, "photo")], EXACT, "cutout") == {}


def test_mistakes_come_sure_ones_first_and_misses_say_where_the_right_one_stood(scorer: Scorer) -> None:
    there = truth(("coat", 0, 0, 4000), ("hat", 2, 6000, 8000))
    wrong = found("hat", 0, 4000, score=0.6)
    worse = found("cap", 4400, 5600, score=0.8)
    refused = found("cap", 100, 3900, tier="none", score=0.95)
    seen = case(there, wrong, refused, worse, found("hat", 6000, 8000))
    mistakes = worst(scorer, seen, 5)
    assert [each.found["score"] for each in mistakes] == [0.8, 0.6, 0.95]
    assert [each.should_be and each.should_be["product_id"] for each in mistakes] == [None, "coat", "coat"]
    assert len(worst(scorer, seen, 1)) == 1
    (miss,) = misses(scorer, seen)
    assert (miss.there["product_id"], miss.rank) == ("coat", 3)
    assert misses(scorer, case(there, found("hat", 6000, 8000)))[0].nearest is None


def test_a_rank_counts_from_one() -> None:
    assert [rank_of(each, found("hat", 0, 1)) for each in ("hat", "coat", "shoe")] == [1, 3, None]


def test_predictions_are_counted_by_what_they_said() -> None:
    bins = binned([(0.2, False), (0.3, True), (1.0, True)], 4)
    assert bins == [Bin(1, 0.2, 0), Bin(1, 0.3, 1), None, Bin(1, 1.0, 1)]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, []),
        ({"f1": 0.471, "coverage": 0.371, "wrong_s_per_min": 2.9}, []),
        ({"f1": 0.9, "wrong_s_per_min": 0.0}, []),
        ({"f1": 0.46}, ["F1 at tier exact fell from 0.500 to 0.460"]),
        ({"group_f1": 0.4}, ["F1 of item groups"]),
        ({"coverage": None}, ["coverage fell from 0.400 to nothing"]),
        ({"coverage": 0.3, "wrong_s_per_min": 3.1}, ["coverage", "wrong seconds a minute rose from 2.00 to 3.10"]),
        ({"sets": ["other"]}, ["the record is of luma, these are other"]),
    ],
)
def test_a_loss_is_a_line_of_its_own(change: Key, words: list[str]) -> None:
    lines = losses({"lite": GOOD}, "lite", {**GOOD, **change})
    assert len(lines) == len(words)
    assert all(word in line and line.startswith("lite: ") for word, line in zip(words, lines, strict=True))


def test_a_pack_without_a_record_cannot_be_checked(tmp_path: Path) -> None:
    (line,) = losses(read_record(tmp_path / "none.json"), "lite", GOOD)
    assert "--update" in line


def test_a_record_of_one_pack_leaves_the_others(tmp_path: Path) -> None:
    path = tmp_path / "record.json"
    update_record(path, "lite", GOOD)
    update_record(path, "classic", {**GOOD, "f1": 0.1})
    update_record(path, "lite", {**GOOD, "f1": 0.6})
    assert [(pack, key["f1"]) for pack, key in read_record(path).items()] == [("classic", 0.1), ("lite", 0.6)]


def test_sets_are_found_and_told_apart(tmp_path: Path) -> None:
    videos = tmp_path / "data" / "videos"
    videos.mkdir(parents=True)
    for name, catalog in (("a_dev", "shoes"), ("b_dev", "hats"), ("c_dev", "hats")):
        document = {"catalog": f"../{catalog}/catalog.csv", "video": f"{name}.mp4"}
        (videos / f"{name}.truth.json").write_text(json.dumps(document))
    assert [each.name for each in sets_in(tmp_path)] == ["shoes", "b_dev", "c_dev"]
    assert sets_in(tmp_path)[0].feed == tmp_path / "data" / "shoes" / "catalog.csv"
    with pytest.raises(FileNotFoundError, match="--samples"):
        sets_in(tmp_path / "data")


def test_a_set_is_given_by_its_three_files(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("c.csv", "v.mp4", "t.json")]
    for path in paths:
        path.touch()
    given = "mine=" + ",".join(map(str, paths))
    assert set_from(given) == LabelledSet("mine", *paths)
    with pytest.raises(ValueError, match=r"NAME=CATALOG.csv"):
        set_from("mine=c.csv,v.mp4")
    paths[1].unlink()
    with pytest.raises(ValueError, match=r"set mine: there is no .*v.mp4"):
        set_from(given)


def test_what_was_kept_is_not_analysed_again(tmp_path: Path) -> None:
    (tmp_path / "catalog.csv").write_text("id,image_link,item_group_id\ncoat,coat.jpg,\n")
    (tmp_path / "t.json").write_text(json.dumps(truth()))
    where = LabelledSet("mine", tmp_path / "catalog.csv", tmp_path / "v.mp4", tmp_path / "t.json")
    given: list[str] = []

    def give(*arguments: object) -> None:
        given.append(" ".join(map(str, arguments[:1] + arguments[2:6])))
        if arguments[0] == "analyze":
            Path(str(arguments[-1])).write_text('{"appearances": []}')

    (first,) = analysed([where], "lite", give, tmp_path / "kept")
    (second,) = analysed([where], "lite", give, tmp_path / "kept")
    assert given == ["ingest --catalog mine --pack lite", "analyze --catalog mine --pack lite"]
    assert (first.found, first.analyze_s) == (second.found, second.analyze_s)
    assert second.groups == {"coat": "coat"}


def test_a_command_that_fails_says_why(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"shoppable ingest failed:\n.*nowhere.csv"):
        in_processes(tmp_path / "home")("ingest", tmp_path / "nowhere.csv", "--catalog", "c", "--pack", "classic")


def test_pictures_are_drawn_of_curves_mistakes_and_misses(scorer: Scorer, tmp_path: Path) -> None:
    for name, colour in (("coat", "red"), ("cap", "blue")):
        Image.new("RGB", (80, 120), colour).save(tmp_path / f"{name}.jpg")
    draw(tmp_path / "film.mp4", Film(frames=200))
    there = truth(("coat", 0, 0, 4000), ("hat", 2, 6000, 8000))
    seen = case(there, found("cap", 0, 4000), feed=tmp_path / "catalog.csv")
    out = [tmp_path / f"{name}.png" for name in ("curve", "mistakes", "missed", "nothing")]
    draw_curves([("all", [(0.9, True), (0.4, False)]), ("none", [])], out[0])
    draw_mistakes(seen, worst(scorer, seen, 5), "mistakes", out[1])
    draw_misses(seen, misses(scorer, seen), "missed", out[2])
    draw_mistakes(seen, [], "no mistakes", out[3])
    for path in out:
        with Image.open(path) as drawn:
            assert drawn.format == "PNG"
            assert len(drawn.convert("RGB").getcolors(1 << 20) or []) > 2, path.name
    with Image.open(out[1]) as drawn:
        colours = {colour for _, colour in drawn.convert("RGB").getcolors(1 << 24) or []}
    assert any(isinstance(each, tuple) and each[2] > 240 and each[0] < 20 for each in colours), "the product it said"
    assert any(isinstance(each, tuple) and each[0] > 240 and each[2] < 20 for each in colours), "the product it is"
