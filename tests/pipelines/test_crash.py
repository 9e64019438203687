"""A run whose process is killed, at every moment of every step, goes on to the same result."""

import json
from collections.abc import Iterator
from pathlib import Path
from shutil import copytree

import pytest

from shoppable.model.run import State
from tests.pipelines.crash import ArmedEvents, Kill, Moment, Nursery, armed, kills
from tests.pipelines.tiny import SPEAK, engine, store, traces

TEXT = "one two three four"
ITEM = 1


def speak(folder: str) -> None:
    """The scenario: runs `SPEAK` to its end and writes down the run."""
    home = Path(folder)
    with (
        store(home) as (records, events),
        engine(home, records, ArmedEvents(events), [armed(SPEAK)], concurrency=2) as running,
    ):
        run = running.wait(running.start("speak", {"folder": folder, "text": TEXT}))
        (home / "run.json").write_text(run.model_dump_json(), encoding="utf-8")


def told(home: Path) -> dict[tuple[str, int | None], list[State]]:
    """What the events say of each step and item, in order."""
    stories: dict[tuple[str, int | None], list[State]] = {}
    with store(home) as (_, events):
        for _, event in events.read(SPEAK.run_id({"folder": str(home), "text": TEXT})):
            stories.setdefault((event.step, event.item), []).append(event.state)
    return stories


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    with Nursery(speak) as nursery:
        yield nursery


@pytest.fixture(scope="module")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder in which nothing has run, to be copied: making one takes a while."""
    home = tmp_path_factory.mktemp("blank")
    with store(home) as (records, events), engine(home, records, events):
        return home


@pytest.fixture(scope="module")
def undisturbed(nursery: Nursery, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("undisturbed")
    assert nursery.run(str(home)) == 0
    return home


def test_an_armed_pipeline_is_the_same_pipeline() -> None:
    assert armed(SPEAK).version == SPEAK.version


def test_undisturbed_everything_happens_once(undisturbed: Path) -> None:
    items = [f"shouts[{item}]" for item in range(len(TEXT.split()))]
    assert traces(undisturbed) == dict.fromkeys(["words", *items, "line", "measures"], 1)


@pytest.mark.parametrize("kill", kills(SPEAK, ITEM), ids=lambda kill: f"{kill.place}: {kill.moment}")
def test_a_killed_run_goes_on(kill: Kill, nursery: Nursery, blank: Path, undisturbed: Path, tmp_path: Path) -> None:
    copytree(blank, tmp_path, dirs_exist_ok=True)
    assert nursery.run(str(tmp_path), kill=kill) == -9
    assert not (tmp_path / "run.json").exists()
    at_crash = told(tmp_path)

    assert nursery.run(str(tmp_path)) == 0

    run = json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))
    whole = json.loads((undisturbed / "run.json").read_text(encoding="utf-8"))
    assert run["state"] == "succeeded"
    assert run["result"] == whole["result"]
    counts = traces(tmp_path)
    assert set(counts) == set(traces(undisturbed))
    if kill.place in counts:
        assert counts[kill.place] == (2 if kill.moment is Moment.AFTER_EFFECT else 1)
    for (step, item), states in at_crash.items():
        place = step if item is None else f"{step}[{item}]"
        if states[-1] is State.SUCCEEDED:
            assert counts.get(place, 1) == 1, f"{place} was finished and is done again"
        assert counts.get(place, 1) <= 2, f"{place} was done more than twice"
    for states in told(tmp_path).values():
        assert states[-1] is State.SUCCEEDED
        assert states.count(State.SUCCEEDED) == 1
