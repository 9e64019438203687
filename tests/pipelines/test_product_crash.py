"""The product's own pipelines, killed with -9 in every step: the same result, and what was finished is not repeated."""

import csv
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

import shoppable.adapters.vectors.copied as copied
import shoppable.pipelines.registry as registry
import shoppable.wiring as wiring
from demo.draw import draw
from shoppable.exports.analysis import analysis_document
from shoppable.model.catalog import Catalog, Product
from shoppable.model.keys import (
    appearances_prefix,
    catalog_key,
    chapters_prefix,
    product_key,
    shots_prefix,
    video_key,
    video_parts,
)
from shoppable.model.seen import Appearance
from shoppable.model.video import Chapter, Shot, Video
from shoppable.pipelines.catalog import INDEX_CATALOG, index_inputs
from shoppable.pipelines.spec import Pipeline
from shoppable.pipelines.video import ANALYZE_VIDEO, analyze_inputs
from shoppable.settings import Settings
from shoppable.steps.catalog import index_of
from tests.pipelines.crash import ArmedEvents, ArmedVectors, Kill, Moment, Nursery, armed

CATALOG = "c"


def settings(home: str | Path) -> Settings:
    return Settings(home=Path(home), pack="classic", threads=1)


def arm() -> None:
    """Makes everything this process opens die when the environment says so; only ever called in a forked child."""
    open_store, open_vectors, pipelines = wiring.open_store, copied.CopiedVectors, registry.PIPELINES

    def armed_store(given: Settings) -> wiring.Store:
        store = open_store(given)
        return replace(store, events=ArmedEvents(store.events))

    vars(wiring)["open_store"] = armed_store
    vars(copied)["CopiedVectors"] = lambda folder: ArmedVectors(open_vectors(folder))
    vars(registry)["PIPELINES"] = tuple(armed(pipeline) for pipeline in pipelines)


def index(home: str, shop: str) -> None:
    """The scenario of INDEX_CATALOG: ends with a `result.json` of all that a catalog is."""
    arm()
    with wiring.open_house(settings(home), "index") as house:
        ports = house.ports
        inputs = index_inputs(ports, CATALOG, Path(shop, "feed.csv"))
        result = house.engine.wait(house.engine.start("index-catalog", inputs)).outcome()
        partition = product_key(ports.tenant, CATALOG, "").partition
        entry = ports.records.get(catalog_key(ports.tenant, CATALOG), Catalog)
        assert entry is not None
        rows = list(ports.vectors.rows(index_of(ports, entry.value)))
        told = {
            "summary": result,
            "catalog": entry.value.model_dump(mode="json"),
            "products": [e.value.model_dump(mode="json") for e in ports.records.query(partition, Product)],
            "vectors": sorted(
                [*names, round(float(vector.sum()), 3)]
                for block in rows
                for *names, vector in zip(block.product_ids, block.picture_ids, block.vectors, strict=True)
            ),
        }
    Path(home, "result.json").write_text(json.dumps(told), encoding="utf-8")


def analyze(home: str, shop: str) -> None:
    """The scenario of ANALYZE_VIDEO: ends with a `result.json` of all that was found."""
    arm()
    with wiring.open_house(settings(home), "analyze") as house:
        ports = house.ports
        inputs = analyze_inputs(ports, Path(shop, "film.mp4"), CATALOG)
        run_id = house.engine.start("analyze-video", inputs)
        result = house.engine.wait(run_id).outcome()
        assert isinstance(result, dict)
        video_id = str(result["video_id"])
        entry = ports.records.get(video_key(ports.tenant, video_id), Video)
        assert entry is not None
        parts = video_parts(ports.tenant, video_id)
        shots = [e.value for e in ports.records.query(parts, Shot, prefix=shots_prefix(run_id))]
        chapters = [e.value for e in ports.records.query(parts, Chapter, prefix=chapters_prefix(run_id))]
        seen = [e.value for e in ports.records.query(parts, Appearance, prefix=appearances_prefix(run_id))]
        told = {"analysis": result, "document": analysis_document(entry.value, shots, chapters, seen)}
    Path(home, "result.json").write_text(json.dumps(told), encoding="utf-8")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A drawn shop of six products, and a short film."""
    folder = tmp_path_factory.mktemp("shop")
    draw(folder, seconds=3, width=480)
    with (folder / "feed.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    with (folder / "feed.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows[:7])
    return folder


@pytest.fixture(scope="module")
def indexing(shop: Path) -> Iterator[Nursery]:
    with Nursery(index) as nursery:
        yield nursery


@pytest.fixture(scope="module")
def analysing(shop: Path) -> Iterator[Nursery]:
    with Nursery(analyze) as nursery:
        yield nursery


@pytest.fixture(scope="module")
def indexed(indexing: Nursery, shop: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("indexed")
    assert indexing.run(str(home), str(shop)) == 0
    return home


@pytest.fixture(scope="module")
def analysed(analysing: Nursery, indexed: Path, shop: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("analysed")
    copytree(indexed, home, dirs_exist_ok=True)
    assert analysing.run(str(home), str(shop)) == 0
    return home


def _kills(pipeline: Pipeline) -> list[Any]:
    """The worst moment of every step: what it does is done, but nobody knows yet."""
    return [
        pytest.param(Kill(step.name, Moment.AFTER_EFFECT, None if step.over is None else 0), id=step.name)
        for step in pipeline.steps
    ]


def _result(home: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((home / "result.json").read_text(encoding="utf-8"))
    return told


@pytest.mark.parametrize("kill", _kills(INDEX_CATALOG))
def test_a_killed_ingest_goes_on(kill: Kill, indexing: Nursery, indexed: Path, shop: Path, tmp_path: Path) -> None:
    assert indexing.run(str(tmp_path), str(shop), kill=kill) == -9
    assert indexing.run(str(tmp_path), str(shop)) == 0
    whole, resumed = _result(indexed), _result(tmp_path)
    assert resumed == whole
    assert _begun_twice(tmp_path) <= {(kill.step, kill.item), (kill.step, None)}


@pytest.mark.parametrize("method", ["drop", "upsert", "optimize", "rows"])
def test_an_ingest_killed_between_the_metric_and_its_vectors_goes_on(
    method: str, indexing: Nursery, indexed: Path, shop: Path, tmp_path: Path
) -> None:
    kill = Kill(f"vectors.{method}", Moment.BEFORE_EFFECT)
    assert indexing.run(str(tmp_path), str(shop), kill=kill) == -9
    assert list(tmp_path.rglob("metric-000001.npz"))
    assert indexing.run(str(tmp_path), str(shop)) == 0
    assert _result(tmp_path) == _result(indexed)
    assert _begun_twice(tmp_path) == {("indexed", None)}


@pytest.mark.parametrize("kill", _kills(ANALYZE_VIDEO))
def test_a_killed_analysis_goes_on(
    kill: Kill, analysing: Nursery, analysed: Path, indexed: Path, shop: Path, tmp_path: Path
) -> None:
    copytree(indexed, tmp_path, dirs_exist_ok=True)
    (tmp_path / "result.json").unlink()
    assert analysing.run(str(tmp_path), str(shop), kill=kill) == -9
    assert not (tmp_path / "result.json").exists()
    assert analysing.run(str(tmp_path), str(shop)) == 0
    assert _result(tmp_path) == _result(analysed)
    assert _begun_twice(tmp_path) <= {(kill.step, kill.item), (kill.step, None)}


def _begun_twice(home: Path) -> set[tuple[str, int | None]]:
    """Steps and items that began more than once, by the stories of all runs in a data folder."""
    from sqlalchemy import text

    from shoppable.adapters.records.database import open_database, transaction

    with transaction(open_database(home / "shoppable.db")) as connection:
        rows = connection.execute(
            text(
                "SELECT run_id, step, item, COUNT(*) FROM step_events WHERE state = 'running' AND "
                "figures NOT LIKE '%done%' GROUP BY run_id, step, item HAVING COUNT(*) > 1"
            )
        ).all()
    return {(step, item) for _, step, item, _ in rows}
