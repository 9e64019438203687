"""The drawn demo: the same on every run, and a truth that is true."""

import csv
import itertools
import json
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from demo.assortment import SHOP_GARMENTS, SHOP_GOODS
from demo.catalog import COLUMNS
from demo.draw import main
from demo.ink import Sprite, moved, scaled
from demo.script import FRAME_MS, SCRIPT, plan
from demo.stage import Placed, measure

SECONDS, WIDTH = 6, 480


def _draw(out: Path, seed: int = 7) -> dict[str, Any]:
    main([str(out), "--seconds", str(SECONDS), "--width", str(WIDTH), "--seed", str(seed)])
    truth: dict[str, Any] = json.loads((out / "film.truth.json").read_text(encoding="utf-8"))
    return truth


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    out = tmp_path_factory.mktemp("drawn")
    return out, _draw(out)


def test_the_same_seed_draws_the_same_feed_and_pictures(drawn: tuple[Path, dict[str, Any]], tmp_path: Path) -> None:
    first, truth = drawn
    assert _draw(tmp_path) == truth
    pictures = sorted(path.relative_to(first) for path in first.rglob("*.jpg"))
    assert len(pictures) > len(SHOP_GARMENTS) + len(SHOP_GOODS)
    for name in [Path("feed.csv"), *pictures]:
        assert (tmp_path / name).read_bytes() == (first / name).read_bytes(), name


def test_the_feed_names_pictures_that_exist(drawn: tuple[Path, dict[str, Any]]) -> None:
    out, _ = drawn
    with (out / "feed.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert tuple(rows[0]) == COLUMNS
    assert {row["id"] for row in rows} == set(SHOP_GARMENTS) | set(SHOP_GOODS)
    assert len({row["price"].split()[1] for row in rows}) >= 3
    for row in rows:
        for link in [row["image_link"], *filter(None, row["additional_image_link"].split(","))]:
            assert (out / link).is_file(), link


def test_shots_cover_the_film_without_gaps(drawn: tuple[Path, dict[str, Any]]) -> None:
    _, truth = drawn
    shots = truth["shots"]
    assert (shots[0]["start_ms"], shots[-1]["end_ms"]) == (0, truth["duration_ms"])
    assert all(a["end_ms"] == b["start_ms"] for a, b in itertools.pairwise(shots))
    assert [b["t_ms"] for b in truth["boundaries"]] == [shot["start_ms"] for shot in shots[1:]]


def test_boxes_are_in_range_and_appearances_fill_their_shots(drawn: tuple[Path, dict[str, Any]]) -> None:
    _, truth = drawn
    assert {a["product_id"] for a in truth["appearances"]} == {"tee-harbour-navy", "chino-sand"}
    for appearance in truth["appearances"]:
        shot = truth["shots"][appearance["shot"]]
        assert not shot["negative"]
        assert (appearance["start_ms"], appearance["end_ms"]) == (shot["start_ms"], shot["end_ms"])
        times = [box["t_ms"] for box in appearance["boxes"]]
        assert times[0] == appearance["start_ms"]
        assert times[-1] == appearance["end_ms"] - FRAME_MS
        assert all(0 < b - a <= 200 for a, b in itertools.pairwise(times))
        for box in appearance["boxes"]:
            assert 0 <= box["x0"] < box["x1"] <= 1
            assert 0 <= box["y0"] < box["y1"] <= 1
            assert 0.25 <= box["visible"] <= 1
        assert max(box["y1"] - box["y0"] for box in appearance["boxes"]) >= 0.3


def test_a_box_is_tight_around_what_is_not_hidden() -> None:
    solid = Sprite(np.full((10, 10, 4), 255, np.uint8), scaled(1.0))
    layers = [Placed(solid, moved(20, 30) @ scaled(4), "good"), Placed(solid, moved(20, 30) @ scaled(1, 4))]
    seen = measure(layers, moved(), 200, 100)
    assert seen["good"].box == pytest.approx((30 / 200, 30 / 100, 60 / 200, 70 / 100))
    assert seen["good"].share == pytest.approx(0.75, abs=0.01)


def test_a_good_partly_outside_the_picture_is_partly_visible() -> None:
    solid = Sprite(np.full((10, 10, 4), 255, np.uint8), scaled(1.0))
    seen = measure([Placed(solid, moved(-20, 30) @ scaled(4), "good")], moved(), 200, 100)
    assert seen["good"].box == pytest.approx((0, 30 / 100, 20 / 200, 70 / 100))
    assert seen["good"].share == pytest.approx(0.5, abs=0.01)


def test_the_whole_script_has_its_negatives_fades_and_products() -> None:
    cues = plan(36)
    assert [cue.shot for cue in cues] == list(SCRIPT)
    assert cues[-1].end == 36 * 25
    negative = sum(cue.end - cue.start for cue in cues if cue.shot.kind == "negative")
    assert negative / cues[-1].end >= 0.35
    assert {"cut", "crossfade", "fade_black"} <= {cue.enters for cue in cues}
    products = {product for shot in SCRIPT for product in shot.products}
    assert len(products) == 12
    assert len((set(SHOP_GARMENTS) | set(SHOP_GOODS)) - products) == 8
    for a, b in itertools.pairwise(cues):
        assert a.tail == b.lead
        assert a.clear[0] < a.clear[1] <= a.end == b.start <= b.clear[0]


def test_the_film_decodes_with_the_stated_size_and_duration(drawn: tuple[Path, dict[str, Any]]) -> None:
    out, truth = drawn
    with av.open(str(out / truth["video"])) as film:
        video = film.streams.video[0]
        assert (video.codec_context.name, film.streams.audio[0].codec_context.name) == ("h264", "aac")
        assert (video.width, video.height) == (truth["width"], truth["height"]) == (WIDTH, WIDTH * 9 // 16)
        assert sum(1 for _ in film.decode(video=0)) * FRAME_MS == truth["duration_ms"] == SECONDS * 1000
        assert film.duration is not None
        assert film.duration / 1000 == pytest.approx(truth["duration_ms"], abs=FRAME_MS)
