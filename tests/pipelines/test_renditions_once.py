"""Renditions in ANALYZE_VIDEO: made in the pass that analyses, once a film, and the same after any interruption."""

import csv
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from demo.draw import draw
from shoppable.errors import Cancelled
from shoppable.model.keys import renditions_key, stills_key
from shoppable.model.renditions import Renditions, Stills
from shoppable.pipelines.catalog import INDEX_CATALOG, index_inputs
from shoppable.pipelines.video import ANALYZE_VIDEO, analyze_inputs
from shoppable.ports import Ports, Scope
from shoppable.settings import Settings
from shoppable.steps.renditions import plan_ladder
from shoppable.steps.seeing import see
from shoppable.steps.video import Analysis, let_in, plan_chunks, probe
from shoppable.wiring import open_house
from tests.direct import run_directly
from tests.pipelines.house import Heard
from tests.sampling import every


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A drawn shop of six garments, and a film of six seconds."""
    folder = tmp_path_factory.mktemp("drawn")
    draw(folder, seconds=6, width=480)
    with (folder / "feed.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    with (folder / "feed.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows[:7])
    return folder


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def ports(home: Path, drawn: Path) -> Iterator[Ports]:
    with open_house(Settings(home=home, pack="classic", threads=1), "test") as house:
        for catalog in ("one", "two"):
            run_directly(INDEX_CATALOG, house.ports, index_inputs(house.ports, catalog, drawn / "feed.csv"))
        yield house.ports


def analysed(ports: Ports, drawn: Path, catalog: str, *, renditions: bool) -> Analysis:
    inputs = analyze_inputs(ports, drawn / "film.mp4", catalog, renditions=renditions)
    return Analysis.model_validate(run_directly(ANALYZE_VIDEO, ports, inputs))


def files(ports: Ports, video_id: str, home: Path) -> dict[str, tuple[int, bytes]]:
    """When each file of the renditions was written last, and what is in it."""
    keys = ports.blobs.keys(f"t/{ports.tenant}/videos/{video_id}/renditions")
    return {key: ((home / "blobs" / key).stat().st_mtime_ns, ports.blobs.get(key)) for key in keys}


def test_renditions_are_made_once_for_all_catalogs_and_kept_by_an_analysis_without(
    ports: Ports, drawn: Path, home: Path
) -> None:
    without = analysed(ports, drawn, "one", renditions=False)
    key = renditions_key(ports.tenant, without.video_id)
    assert ports.records.get(key, Renditions) is None
    assert not files(ports, without.video_id, home)
    assert ports.records.get(stills_key(ports.tenant, without.video_id), Stills) is not None

    first = analysed(ports, drawn, "one", renditions=True)
    made = files(ports, first.video_id, home)
    assert first.run_id != without.run_id
    assert (first.shots, first.appearances, first.exact) == (without.shots, without.appearances, without.exact)
    assert {name.rpartition("/")[2] for name in made} >= {"master.m3u8", "film.mp4", "init.mp4", "000000.m4s"}

    second = analysed(ports, drawn, "two", renditions=True)
    assert second.run_id != first.run_id
    assert files(ports, first.video_id, home) == made, "nothing was written again"

    analysed(ports, drawn, "two", renditions=False)
    assert files(ports, first.video_id, home) == made
    assert ports.records.get(key, Renditions) is not None


@pytest.mark.parametrize("patience", [1, 149])
def test_a_pass_that_was_broken_off_ends_with_the_same_when_it_is_done_again(
    ports: Ports, drawn: Path, home: Path, patience: int
) -> None:
    video = probe(ports, let_in(ports, drawn / "film.mp4"))
    ladder = plan_ladder(ports, video, True, chunk_ms=4_000)
    assert ladder is not None
    chunks = plan_chunks(ports, video, ladder, chunk_ms=60_000)
    ports.blobs.delete(sorted(files(ports, video.video_id, home)))
    scope = Scope(ports.tenant, "run", "seen", 0)
    stopped = replace(ports, scope=scope, progress=Heard(cancel_after=patience))
    with pytest.raises(Cancelled):
        see(stopped, video, chunks[0], every(400), ladder)
    lists = [key for key in files(ports, video.video_id, home) if key.endswith(".jsonl")]
    assert not lists, "what was broken off does not count as made"
    see(replace(ports, scope=scope), video, chunks[0], every(400), ladder)
    again = {name: data for name, (_, data) in files(ports, video.video_id, home).items()}
    ports.blobs.delete(sorted(again))
    see(replace(ports, scope=scope), video, chunks[0], every(400), ladder)
    assert {name: data for name, (_, data) in files(ports, video.video_id, home).items()} == again
