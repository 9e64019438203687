"""From people's decisions to probabilities, over the whole way: decided, analysed again, shown and explained."""

import csv
import math
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import JsonValue

from demo.draw import draw
from shoppable.logic.calibration import probability
from shoppable.logic.relearning import SIGNAL, looks_log_odds, relearn
from shoppable.model.decision import Decision
from shoppable.model.keys import appearances_prefix, decision_key, decisions_of, video_parts
from shoppable.model.match import Tier
from shoppable.model.seen import Appearance, Kind
from shoppable.pipelines.catalog import INDEX_CATALOG, index_inputs
from shoppable.pipelines.video import ANALYZE_VIDEO, analyze_inputs
from shoppable.ports import Ports
from shoppable.settings import Settings
from shoppable.steps.deciding import keep_decision
from shoppable.steps.video import Analysis
from shoppable.wiring import open_house
from tests.command import Command
from tests.direct import run_directly

CATALOG = "c"
NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A drawn shop of six garments, and a short film."""
    folder = tmp_path_factory.mktemp("drawn")
    draw(folder, seconds=3, width=480)
    with (folder / "feed.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    with (folder / "feed.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows[:7])
    return folder


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def indexed(home: Path, drawn: Path) -> Iterator[Ports]:
    with open_house(Settings(home=home, pack="classic", threads=1), "test") as house:
        run_directly(INDEX_CATALOG, house.ports, index_inputs(house.ports, CATALOG, drawn / "feed.csv"))
        yield house.ports


@pytest.fixture
def ports(indexed: Ports) -> Iterator[Ports]:
    """The catalog, and no decision yet."""
    yield indexed
    entries = indexed.records.query(decisions_of(indexed.tenant, CATALOG), Decision)
    indexed.records.delete_many([entry.key for entry in entries])


def inputs(ports: Ports, drawn: Path) -> dict[str, JsonValue]:
    return analyze_inputs(ports, drawn / "film.mp4", CATALOG)


def analysed(ports: Ports, drawn: Path) -> tuple[Analysis, dict[str, Appearance]]:
    """What is found as things stand; each step done twice."""
    found = Analysis.model_validate(run_directly(ANALYZE_VIDEO, ports, inputs(ports, drawn), times=2))
    prefix = appearances_prefix(found.run_id)
    entries = ports.records.query(video_parts(ports.tenant, found.video_id), Appearance, prefix=prefix)
    return found, {entry.value.appearance_id: entry.value for entry in entries}


def surest(seen: dict[str, Appearance]) -> Appearance:
    """The upper garment that is likeliest by its looks."""
    garments = [each for each in seen.values() if each.candidates and "details" not in each.candidates[0].signals]
    return max(garments, key=lambda each: each.score)


def put_decisions(ports: Ports, count: int, *, offset: float, kind: Kind = Kind.UPPER) -> None:
    """What people said of other videos: log-odds from -4 to 4, and those right where they are above `offset`."""
    for number in range(count):
        log_odds = 8 * number / (count - 1) - 4
        decision = Decision(
            catalog=CATALOG,
            video_id="other",
            run_id="r",
            appearance_id=f"{kind}{number:06}",
            product_id="p",
            kind=kind,
            space=f"{ports.embedder.space.name}+7",
            log_odds=log_odds,
            by_looks=True,
            right=(log_odds > offset) != (number % 7 == 0),
            decided_at=NOW,
        )
        ports.records.put(decision_key(ports.tenant, CATALOG, "other", "r", decision.appearance_id), decision)


def test_sixty_decisions_move_what_is_shown_and_are_explained(ports: Ports, drawn: Path, home: Path) -> None:
    first, before = analysed(ports, drawn)
    was = surest(before)
    put_decisions(ports, 60, offset=2.5)
    second, after = analysed(ports, drawn)
    assert second.run_id != first.run_id
    now = after[was.appearance_id]
    assert now.score < was.score
    assert now.tier is Tier.NONE
    said = [entry.value for entry in ports.records.query(decisions_of(ports.tenant, CATALOG), Decision)]
    curve = relearn(said, ports.embedder.space.name)[Kind.UPPER]
    candidate = now.candidates[0]
    assert candidate.product_id == was.candidates[0].product_id
    assert now.score == pytest.approx(probability(curve.applied(looks_log_odds(was.candidates[0]))), abs=1e-9)
    assert {name: value for name, value in candidate.signals.items() if name != SIGNAL} == was.candidates[0].signals
    assert sum(candidate.signals.values()) == pytest.approx(math.log(now.score / (1 - now.score)), abs=0.01)
    told = Command(home)("explain", now.appearance_id, "--video", second.video_id).out
    assert "what people decided before" in told
    told = Command(home)("explain", now.appearance_id, "--video", first.video_id, "--run", first.run_id).out
    assert "what people decided before" not in told


def test_decisions_can_show_what_was_refused(ports: Ports, drawn: Path) -> None:
    _, before = analysed(ports, drawn)
    put_decisions(ports, 60, offset=-3)
    _, after = analysed(ports, drawn)
    surer = [name for name, seen in after.items() if seen.candidates and seen.score > before[name].score]
    assert len(surer) > 1
    assert surest(before).appearance_id in surer
    assert sum(seen.tier is Tier.EXACT for seen in after.values()) > 1


def test_too_few_decisions_or_those_of_another_kind_change_nothing(ports: Ports, drawn: Path) -> None:
    first, before = analysed(ports, drawn)
    asked = inputs(ports, drawn)
    assert asked["decisions"] == {}
    put_decisions(ports, 49, offset=2)
    assert inputs(ports, drawn) == asked
    put_decisions(ports, 60, offset=2, kind=Kind.FEET)
    second, after = analysed(ports, drawn)
    assert second.run_id != first.run_id
    assert [each.candidates for each in after.values()] == [each.candidates for each in before.values()]


def test_a_run_is_the_same_until_people_say_something_else(ports: Ports, drawn: Path) -> None:
    put_decisions(ports, 60, offset=2)
    asked = inputs(ports, drawn)
    assert inputs(ports, drawn) == asked
    put_decisions(ports, 60, offset=1)
    assert ANALYZE_VIDEO.run_id(inputs(ports, drawn)) != ANALYZE_VIDEO.run_id(asked)


def test_deciding_on_what_decisions_moved_says_the_same_of_its_looks(ports: Ports, drawn: Path) -> None:
    found, before = analysed(ports, drawn)
    name = surest(before).appearance_id

    def decide(run_id: str) -> Decision:
        kept = keep_decision(
            ports.records, ports.tenant, found.video_id, name, right=True, decided_at=NOW, run_id=run_id
        )
        return kept.decision

    unmoved = decide(found.run_id)
    put_decisions(ports, 60, offset=2)
    again, after = analysed(ports, drawn)
    assert after[name].score != before[name].score
    assert decide(again.run_id).log_odds == pytest.approx(unmoved.log_odds, abs=1e-9)
