"""What every engine promises beyond one run: closing, dead processes, full disks, other declarations."""

import resource
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import JsonValue

from shoppable.errors import Conflict, InvalidInput, NotFound, Unavailable
from shoppable.model.keys import run_key
from shoppable.model.run import Run, State
from shoppable.pipelines.spec import Step
from shoppable.ports import Engine
from tests.contracts.workshop import PATIENCE_S, ROOT, Workshop, until
from tests.pipelines import tiny
from tests.pipelines.tiny import TENANT, dawdle, traces


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
    file = workshop.home / "engine.sqlite"
    with workshop.open() as engine, closing(sqlite3.connect(file, isolation_level=None)) as reader:
        # While somebody reads, what is new is always written at the end.
        engine.wait(engine.start("speak", {"folder": str(workshop.home), "text": "c d"}))
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM workflow_status").fetchone()
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
