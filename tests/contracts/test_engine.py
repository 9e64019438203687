"""What every engine promises of a run: order, retries, fan-outs, cancelling, events."""

import logging
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from pydantic import JsonValue

from shoppable.errors import Cancelled, Conflict, InvalidInput, NotFound, ShoppableError, Unavailable
from shoppable.model.keys import run_key
from shoppable.model.run import Run, State
from shoppable.pipelines.graph import graph
from shoppable.ports import Engine
from tests.contracts.workshop import PATIENCE_S, Workshop, until
from tests.pipelines import tiny
from tests.pipelines.tiny import TENANT, traces


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
