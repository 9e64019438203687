"""What every engine promises, and what the durable one adds."""

import logging
import resource
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
from pydantic import JsonValue

from shoppable.adapters.engine.dbos import DbosEngine
from shoppable.errors import Cancelled, Conflict, InvalidInput, NotFound, ShoppableError, Unavailable
from shoppable.model.keys import run_key
from shoppable.model.run import Run, State, StepEvent
from shoppable.pipelines.graph import graph
from shoppable.pipelines.spec import Pipeline, Step
from shoppable.ports import Engine, Events, Records
from tests.pipelines import tiny
from tests.pipelines.tiny import TENANT, dawdle, traces

ROOT = Path(__file__).parents[2]
PATIENCE_S = 20.0


def until(holds: Callable[[], bool]) -> None:
    """Waits until something holds; fails when it does not come to hold."""
    latest_s = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < latest_s, "waited in vain"
        time.sleep(0.002)


@dataclass
class Workshop:
    """A data folder, its store, and engines opened on it one after another."""

    home: Path
    records: Records
    events: Events
    open: Callable[..., AbstractContextManager[DbosEngine]]

    def told(self, run_id: str) -> list[StepEvent]:
        return [event for _, event in self.events.read(run_id)]

    def states(self, run_id: str, step: str, item: int | None = None) -> list[State]:
        """The states of a step or item, in order, each mentioned once in a row."""
        states = [event.state for event in self.told(run_id) if (event.step, event.item) == (step, item)]
        return [state for at, state in enumerate(states) if at == 0 or states[at - 1] is not state]

    def is_there(self, name: str) -> bool:
        return (self.home / name).exists()


@pytest.fixture(scope="module")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder in which nothing has run, to be copied: making one takes a while."""
    home = tmp_path_factory.mktemp("blank")
    with tiny.store(home) as (records, events), tiny.engine(home, records, events):
        return home


@pytest.fixture(params=["dbos"])
def workshop(request: pytest.FixtureRequest, blank: Path, tmp_path: Path) -> Iterator[Workshop]:
    engines = {"dbos": tiny.engine}
    copytree(blank, tmp_path, dirs_exist_ok=True)
    with tiny.store(tmp_path) as (records, events):

        def open_engine(*pipelines: Pipeline, **options: Any) -> AbstractContextManager[DbosEngine]:
            return engines[request.param](tmp_path, records, events, pipelines or tiny.ALL, **options)

        yield Workshop(tmp_path, records, events, open_engine)


@pytest.fixture
def engine(workshop: Workshop) -> Iterator[Engine]:
    with workshop.open(concurrency=2) as engine:
        yield engine


def test_a_run_gives_the_value_of_the_last_step(engine: Engine, workshop: Workshop) -> None:
    inputs: dict[str, JsonValue] = {"folder": str(workshop.home), "text": "a coat and a hat"}
    run_id = engine.start("speak", inputs)
    run = engine.wait(run_id)
    assert run.outcome() == {"line": "A COAT AND A HAT", "words": 5}
    assert (run.run_id, run.pipeline, run.inputs) == (run_id, "speak", inputs)
    assert run.state is State.SUCCEEDED
    assert run.error is None
    assert run.ended_at is not None
    assert run.ended_at >= run.started_at
    assert engine.run(run_id) == run
    entry = workshop.records.get(run_key(TENANT, run_id), Run)
    assert entry is not None
    assert entry.value == run


def test_the_same_input_is_the_same_run(engine: Engine, workshop: Workshop) -> None:
    inputs: dict[str, JsonValue] = {"folder": str(workshop.home), "text": "again and again"}
    first = engine.start("speak", inputs)
    assert engine.start("speak", dict(reversed(inputs.items()))) == first
    run = engine.wait(first)
    assert engine.start("speak", inputs) == first
    assert engine.wait(first) == run
    assert traces(workshop.home)["words"] == 1
    assert engine.start("speak", inputs | {"text": "something else"}) != first


def test_what_cannot_be_started_is_refused(engine: Engine, workshop: Workshop) -> None:
    with pytest.raises(NotFound, match="no pipeline whisper"):
        engine.start("whisper", {})
    with pytest.raises(InvalidInput, match="takes"):
        engine.start("speak", {"text": "no folder"})
    with pytest.raises(NotFound, match="no run speak-0"):
        engine.run("speak-0")
    with pytest.raises(NotFound, match="no run speak-0"):
        engine.wait("speak-0")
    with pytest.raises(NotFound, match="no run speak-0"):
        engine.cancel("speak-0")


def test_a_fan_out_gives_results_in_the_order_of_its_items(engine: Engine, workshop: Workshop) -> None:
    (workshop.home / "enough").touch()
    numbers: list[JsonValue] = [9, 3, 7, 1, 8, 2, 6]
    run_id = engine.start("dawdle-each", {"folder": str(workshop.home), "numbers": numbers})
    assert engine.wait(run_id).outcome() == numbers
    assert workshop.states(run_id, "each", 6) == [State.RUNNING, State.SUCCEEDED]
    last = [event for event in workshop.told(run_id) if event.item is None][-1]
    assert (last.state, last.figures) == (State.SUCCEEDED, {"done": 7, "total": 7})


def test_a_fan_out_over_nothing_gives_nothing(engine: Engine, workshop: Workshop) -> None:
    run_id = engine.start("overlap", {"folder": str(workshop.home), "numbers": []})
    assert engine.wait(run_id).outcome() == []
    assert workshop.states(run_id, "seen") == [State.RUNNING, State.SUCCEEDED]


def test_a_fan_out_over_no_list_fails(engine: Engine, workshop: Workshop) -> None:
    run = engine.wait(engine.start("overlap", {"folder": str(workshop.home), "numbers": "12"}))
    with pytest.raises(InvalidInput, match="numbers, which is no list"):
        run.outcome()


def test_items_run_side_by_side_up_to_the_bound(workshop: Workshop) -> None:
    with workshop.open(concurrency=3) as engine:
        run = engine.wait(engine.start("overlap", {"folder": str(workshop.home), "numbers": list(range(9))}))
    seen = run.outcome()
    assert isinstance(seen, list)
    assert max(int(str(number)) for number in seen) in (2, 3)


def test_a_passing_failure_is_tried_again(engine: Engine, workshop: Workshop) -> None:
    run_id = engine.start("stumble", {"folder": str(workshop.home), "failures": 2})
    assert engine.wait(run_id).outcome() == 3
    told = [(event.attempt, event.state, event.error) for event in workshop.told(run_id)]
    assert told == [
        (1, State.RUNNING, None),
        (1, State.FAILED, "the shop did not answer (time 1): try again later"),
        (2, State.RUNNING, None),
        (2, State.FAILED, "the shop did not answer (time 2): try again later"),
        (3, State.RUNNING, None),
        (3, State.SUCCEEDED, None),
    ]


def test_a_failure_that_does_not_pass_ends_the_run_after_the_last_try(engine: Engine, workshop: Workshop) -> None:
    run = engine.wait(engine.start("stumble", {"folder": str(workshop.home), "failures": 9}))
    assert run.state is State.FAILED
    assert traces(workshop.home)["stumbles"] == 3
    with pytest.raises(Unavailable, match=r"the shop did not answer \(time 3\)"):
        run.outcome()


def test_input_that_cannot_be_used_is_not_tried_again(engine: Engine, workshop: Workshop) -> None:
    run = engine.wait(engine.start("refuse", {"folder": str(workshop.home), "number": 2}))
    assert (run.state, run.error, run.error_kind) == (State.FAILED, "1 is odd: give an even number", "InvalidInput")
    assert traces(workshop.home)["evens[1]"] == 1
    with pytest.raises(InvalidInput, match="1 is odd"):
        run.outcome()


def test_a_failed_run_goes_on_where_it_failed(workshop: Workshop) -> None:
    inputs: dict[str, JsonValue] = {"folder": str(workshop.home), "number": 6}
    with workshop.open(concurrency=1) as engine:
        failed = engine.wait(engine.start("refuse", inputs))
    assert failed.state is State.FAILED
    (workshop.home / "permit").touch()
    with workshop.open(concurrency=1) as engine:
        assert engine.start("refuse", inputs) == failed.run_id
        run = engine.wait(failed.run_id)
    assert run.outcome() == [0, 1, 2, 3, 4, 5]
    assert run.started_at == failed.started_at
    assert traces(workshop.home) == {"numbers": 1, "evens[1]": 2} | {f"evens[{item}]": 1 for item in (0, 2, 3, 4, 5)}
    assert [event.attempt for event in workshop.told(run.run_id) if event.item == 1] == [1, 1, 2, 2]
    assert workshop.states(run.run_id, "evens", 0) == [State.RUNNING, State.SUCCEEDED]


def test_a_failed_item_stops_the_others(engine: Engine, workshop: Workshop) -> None:
    run_id = engine.start("dawdle-or-refuse", {"folder": str(workshop.home), "numbers": [0, 1, 2]})
    assert engine.wait(run_id).error == "0 is nothing: give a number above it"
    assert workshop.states(run_id, "each", 0) == [State.RUNNING, State.FAILED]
    assert workshop.states(run_id, "each", 1) == [State.RUNNING, State.PENDING]
    assert workshop.states(run_id, "each") == [State.RUNNING, State.FAILED]
    assert not workshop.is_there("begun-2")


def test_a_bug_is_told_in_one_line_and_logged_whole(
    engine: Engine, workshop: Workshop, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        run = engine.wait(engine.start("break", {"folder": str(workshop.home)}))
    assert run.error == r"KeyError: 'unknown\nkey'"
    with pytest.raises(ShoppableError, match="KeyError"):
        run.outcome()
    assert "in break_down" in caplog.text


def test_a_run_can_be_cancelled_from_another_thread(engine: Engine, workshop: Workshop) -> None:
    run_id = engine.start("dawdle", {"folder": str(workshop.home), "number": 1})
    with ThreadPoolExecutor(1) as other:
        waiting = other.submit(engine.wait, run_id)
        until(lambda: workshop.is_there("begun-1"))
        engine.cancel(run_id)
        run = waiting.result(PATIENCE_S)
    assert (run.state, run.error) == (State.CANCELLED, "the run was cancelled")
    assert run.ended_at is not None
    with pytest.raises(Cancelled):
        run.outcome()
    assert workshop.states(run_id, "slow") == [State.RUNNING, State.CANCELLED]
    assert workshop.states(run_id, "after") == []
    engine.cancel(run_id)
    assert engine.run(run_id) == run
    assert traces(workshop.home) == {}


def test_a_cancelled_fan_out_begins_nothing_more(workshop: Workshop) -> None:
    with workshop.open(concurrency=2) as engine:
        run_id = engine.start("dawdle-each", {"folder": str(workshop.home), "numbers": [0, 1, 2, 3]})
        until(lambda: workshop.is_there("begun-0") and workshop.is_there("begun-1"))
        engine.cancel(run_id)
        assert engine.wait(run_id).state is State.CANCELLED
    assert workshop.states(run_id, "each") == [State.RUNNING, State.CANCELLED]
    assert workshop.states(run_id, "each", 1) == [State.RUNNING, State.CANCELLED]
    assert not workshop.is_there("begun-2")


def test_a_cancelled_run_can_be_started_again(workshop: Workshop) -> None:
    inputs: dict[str, JsonValue] = {"folder": str(workshop.home), "number": 1}
    with workshop.open() as engine:
        run_id = engine.start("dawdle", inputs)
        until(lambda: workshop.is_there("begun-1"))
        engine.cancel(run_id)
        engine.wait(run_id)
    (workshop.home / "enough").touch()
    with workshop.open() as engine:
        assert engine.run(run_id).state is State.CANCELLED
        assert engine.wait(engine.start("dawdle", inputs)).outcome() == 1
    assert workshop.states(run_id, "slow") == [State.RUNNING, State.CANCELLED, State.RUNNING, State.SUCCEEDED]


def test_a_run_that_does_not_hear_yet_cannot_be_started_again(engine: Engine, workshop: Workshop) -> None:
    run_id = engine.start("deaf", {"folder": str(workshop.home)})
    until(lambda: workshop.is_there("begun-deaf"))
    engine.cancel(run_id)
    assert (engine.run(run_id).state, engine.run(run_id).ended_at) == (State.CANCELLED, None)
    with pytest.raises(Conflict, match="still stopping"):
        engine.start("deaf", {"folder": str(workshop.home)})
    (workshop.home / "enough").touch()
    run = engine.wait(run_id)
    assert run.state is State.CANCELLED
    assert run.ended_at is not None


def test_progress_is_told_a_few_times_a_second(engine: Engine, workshop: Workshop) -> None:
    begun_s = time.monotonic()
    run_id = engine.start("hurry", {"folder": str(workshop.home), "number": 2000})
    engine.wait(run_id)
    took_s = time.monotonic() - begun_s
    told = workshop.told(run_id)
    assert (told[0].state, told[0].figures) == (State.RUNNING, {})
    assert told[1].figures == {"done": 1, "rows": 2}
    assert (told[-1].state, told[-1].figures) == (State.SUCCEEDED, {"done": 2000, "rows": 4000})
    assert len(told) <= 3 + took_s / 0.2


def test_the_graph_tells_how_a_run_stands(engine: Engine, workshop: Workshop) -> None:
    folder = str(workshop.home)
    running = engine.start("dawdle", {"folder": folder, "number": 1})
    until(lambda: len(workshop.told(running)) >= 2)
    slow, after = graph(tiny.DAWDLE, workshop.told(running)).nodes
    assert (slow.state, slow.attempts, after.state) == (State.RUNNING, 1, State.PENDING)
    assert slow.figures["done"] == 1
    failed = engine.wait(engine.start("refuse", {"folder": folder, "number": 3}))
    numbers, evens = graph(tiny.REFUSE, workshop.told(failed.run_id)).nodes
    assert (numbers.state, evens.state, evens.error) == (State.SUCCEEDED, State.FAILED, failed.error)
    assert evens.items[State.FAILED] == 1
    finished = engine.wait(engine.start("speak", {"folder": folder, "text": "a b c"}))
    nodes = graph(tiny.SPEAK, workshop.told(finished.run_id)).nodes
    assert {node.state for node in nodes} == {State.SUCCEEDED}
    assert nodes[1].items == {State.SUCCEEDED: 3}
    assert nodes[1].figures == {"done": 3, "total": 3}


def test_closing_interrupts_and_the_next_start_goes_on(workshop: Workshop) -> None:
    inputs: dict[str, JsonValue] = {"folder": str(workshop.home), "numbers": [0, 1, 2]}
    with ExitStack() as stack, ThreadPoolExecutor(1) as other:
        engine = stack.enter_context(workshop.open(concurrency=2))
        run_id = engine.start("dawdle-each", inputs)
        waiting = other.submit(engine.wait, run_id)
        until(lambda: workshop.is_there("begun-0") and workshop.is_there("begun-1"))
        engine.close()
        with pytest.raises(Conflict, match="was interrupted: start it again"):
            waiting.result(PATIENCE_S)
        with pytest.raises(Conflict, match="closed"):
            engine.start("dawdle-each", inputs)
    assert workshop.states(run_id, "each", 1) == [State.RUNNING, State.PENDING]
    with workshop.open(concurrency=2) as engine:
        assert engine.run(run_id).state is State.PENDING
        with pytest.raises(Conflict, match="start it again"):
            engine.wait(run_id)
        (workshop.home / "enough").touch()
        assert engine.start("dawdle-each", inputs) == run_id
        assert engine.wait(run_id).outcome() == [0, 1, 2]


def test_closing_ends_every_thread(workshop: Workshop) -> None:
    before = set(threading.enumerate())
    with workshop.open(concurrency=2) as engine:
        engine.wait(engine.start("speak", {"folder": str(workshop.home), "text": "a b c"}))
        assert set(threading.enumerate()) > before
    until(lambda: set(threading.enumerate()) <= before)


def test_a_process_ends_promptly_says_nothing_and_calls_nobody(tmp_path: Path) -> None:
    script = f"""
import sys, time
called = []
sys.addaudithook(lambda name, _: called.append(name) if name.startswith("socket.") else None)
from pathlib import Path
from tests.pipelines.tiny import engine, store
home = Path({str(tmp_path)!r})
with store(home) as (records, events), engine(home, records, events) as running:
    running.wait(running.start("speak", {{"folder": str(home), "text": "a b c"}}))
print(time.time(), *set(called))
"""
    ended = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    closed_at_s, *called = ended.stdout.split()
    assert time.time() - float(closed_at_s) < 3
    assert ended.stderr == ""
    assert set(called) <= {"socket.__new__"}, "the pair of an event loop, joined to nothing else"


def left_running(workshop: Workshop) -> Run:
    """A run as a process leaves it that dies while the first step runs."""
    with workshop.open() as engine:
        run_id = engine.start("dawdle", {"folder": str(workshop.home), "number": 1})
        until(lambda: len(workshop.told(run_id)) >= 2)
        run, last = engine.run(run_id), workshop.told(run_id)[-1]
    workshop.records.put(run_key(TENANT, run_id), run)
    workshop.events.append(last)
    return run


def test_what_a_dead_process_left_waits_for_a_start(workshop: Workshop) -> None:
    left = left_running(workshop)
    with workshop.open() as engine:
        assert engine.run(left.run_id).state is State.PENDING
        assert workshop.states(left.run_id, "slow")[-1] is State.PENDING
        engine.cancel(left.run_id)
        assert engine.wait(left.run_id).state is State.CANCELLED


def test_what_a_dead_process_left_goes_on_by_itself_when_asked_for(workshop: Workshop) -> None:
    left = left_running(workshop)
    (workshop.home / "enough").touch()
    with workshop.open(recover=True) as engine:
        assert engine.wait(left.run_id).outcome() == 1


def test_what_a_dead_process_was_to_cancel_is_cancelled(workshop: Workshop) -> None:
    left = left_running(workshop)
    workshop.records.put(run_key(TENANT, left.run_id), left.model_copy(update={"state": State.CANCELLED}))
    with workshop.open(recover=True) as engine:
        run = engine.wait(left.run_id)
        assert run.state is State.CANCELLED
        assert run.ended_at is not None
        assert workshop.states(left.run_id, "slow")[-1] is State.CANCELLED


def test_a_run_of_a_changed_pipeline_does_not_go_on(workshop: Workshop) -> None:
    left = left_running(workshop)
    changed = replace(tiny.DAWDLE, steps=(Step("only", dawdle, needs=("folder", "number")),))
    with workshop.open(changed, recover=True) as engine:
        run = engine.wait(left.run_id)
        assert run.state is State.FAILED
        with pytest.raises(Conflict, match=r"dawdle has changed since run dawdle-[0-9a-f]+ began: start it anew"):
            run.outcome()
        assert workshop.states(left.run_id, "slow")[-1] is State.FAILED
        (workshop.home / "enough").touch()
        anew = engine.start("dawdle", left.inputs)
        assert anew != left.run_id
        assert engine.wait(anew).outcome() == 1


def test_a_run_whose_record_was_deleted_begins_afresh(engine: Engine, workshop: Workshop) -> None:
    inputs: dict[str, JsonValue] = {"folder": str(workshop.home), "text": "a b"}
    run_id = engine.start("speak", inputs)
    first = engine.wait(run_id)
    workshop.records.delete_many([run_key(TENANT, run_id)])
    assert engine.start("speak", inputs) == run_id
    assert engine.wait(run_id).outcome() == first.outcome()
    assert set(traces(workshop.home).values()) == {2}


def test_a_run_whose_end_was_not_written_is_not_done_again(workshop: Workshop) -> None:
    inputs: dict[str, JsonValue] = {"folder": str(workshop.home), "text": "a b"}
    with workshop.open() as engine:
        run = engine.wait(engine.start("speak", inputs))
    unfinished = run.model_copy(update={"state": State.RUNNING, "ended_at": None, "result": None})
    workshop.records.put(run_key(TENANT, run.run_id), unfinished)
    with workshop.open(recover=True) as engine:
        assert engine.wait(run.run_id).outcome() == run.outcome()
    assert set(traces(workshop.home).values()) == {1}
    assert workshop.states(run.run_id, "words") == [State.RUNNING, State.SUCCEEDED]


def test_one_engine_to_a_process(engine: Engine, workshop: Workshop) -> None:
    with pytest.raises(Conflict, match="close it first"), workshop.open():
        pass
    engine.close()
    with workshop.open() as second:
        assert second.wait(second.start("speak", {"folder": str(workshop.home), "text": "a"})).state is State.SUCCEEDED


def test_a_file_that_is_none_of_ours_is_refused(workshop: Workshop) -> None:
    (workshop.home / "engine.sqlite").write_bytes(b"a film, not a database" * 100)
    with pytest.raises(InvalidInput, match=r"engine\.sqlite is not a file of this engine"), workshop.open():
        pass
    (workshop.home / "engine.sqlite").unlink()
    (workshop.home / "engine.sqlite").mkdir()
    with pytest.raises(Unavailable, match=r"engine\.sqlite cannot be opened: unable to open"), workshop.open():
        pass


@contextmanager
def no_file_above(size: int) -> Iterator[None]:
    """As on a full disk: no file of this process grows above `size` bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_on_a_full_disk_a_run_fails_and_goes_on_when_there_is_room(workshop: Workshop) -> None:
    inputs: dict[str, JsonValue] = {"folder": str(workshop.home), "size": 400_000}
    with workshop.open() as engine:
        with no_file_above((workshop.home / "engine.sqlite-wal").stat().st_size + 600_000):
            failed = engine.wait(engine.start("fill", inputs))
        assert failed.state is State.FAILED
        with pytest.raises(Unavailable, match=r"second cannot be kept in .*engine\.sqlite \(.*\): make room there"):
            failed.outcome()
        assert workshop.states(failed.run_id, "second") == [State.RUNNING, State.FAILED]
    with workshop.open() as engine:
        run = engine.wait(engine.start("fill", inputs))
    assert run.state is State.SUCCEEDED
    assert traces(workshop.home) == {"first": 1, "second": 2}


def test_on_a_full_disk_nothing_is_begun(workshop: Workshop) -> None:
    inputs: dict[str, JsonValue] = {"folder": str(workshop.home), "text": "a b"}
    with workshop.open() as engine:
        engine.wait(
            engine.start("fill", {"folder": str(workshop.home), "size": 400_000})
        )  # grows the engine's file most
        with (
            no_file_above((workshop.home / "engine.sqlite-wal").stat().st_size),
            pytest.raises(
                Unavailable, match=r"run speak-.* cannot be kept in .*engine\.sqlite \(.*\): make room there"
            ),
        ):
            engine.start("speak", inputs)
        with pytest.raises(NotFound):
            engine.run(tiny.SPEAK.run_id(inputs))
        assert engine.wait(engine.start("speak", inputs)).state is State.SUCCEEDED


def test_everything_kept_is_json(workshop: Workshop) -> None:
    folder = str(workshop.home)
    with workshop.open() as engine:
        engine.wait(engine.start("speak", {"folder": folder, "text": "a b"}))
        engine.wait(engine.start("break", {"folder": folder}))
    connection = sqlite3.connect(workshop.home / "engine.sqlite")
    kept = connection.execute("SELECT DISTINCT serialization, error FROM operation_outputs").fetchall()
    runs = connection.execute("SELECT DISTINCT serialization FROM workflow_status").fetchall()
    connection.close()
    assert kept == [("portable_json", None)]
    assert runs == [("portable_json",)]
