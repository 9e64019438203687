"""What every table of step events promises. A new adapter is a new entry in STORES."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from shoppable.adapters.records.events import SqlEvents
from shoppable.model.run import State, StepEvent
from shoppable.ports import Events
from tests.contracts.databases import DATABASES


def in_sql(database: Callable[[pytest.FixtureRequest], Engine]) -> Callable[[pytest.FixtureRequest], Events]:
    return lambda request: SqlEvents(database(request))


STORES = {database.__name__: in_sql(database) for database in DATABASES}
NOON = datetime(2026, 11, 1, 12, 0, 0, 123456, tzinfo=UTC)


@pytest.fixture(params=STORES)
def events(request: pytest.FixtureRequest) -> Events:
    return STORES[request.param](request)


def happened(run_id: str, done: int) -> StepEvent:
    return StepEvent(
        run_id=run_id, step="see", item=done % 3, state=State.RUNNING, at=NOON, figures={"done": done, "total": 9}
    )


def test_an_event_comes_back_as_it_went(events: Events) -> None:
    sent = [
        StepEvent(run_id="r", step="probe", state=State.RUNNING, at=NOON),
        StepEvent(
            run_id="r",
            step="see",
            item=0,
            attempt=2,
            state=State.FAILED,
            at=NOON + timedelta(microseconds=1),
            error='it\'s "gone" \\ % ü 🎬\nsecond line',
            figures={"done": 3, "fps": 24.5, "codec": "h264", "nested": {"list": [1, None, True]}},
        ),
    ]
    numbers = [events.append(event) for event in sent]
    assert events.read("r") == list(zip(numbers, sent, strict=True))


def test_numbers_only_grow_and_runs_do_not_mix(events: Events) -> None:
    numbers = [events.append(happened(run_id, done)) for done in range(5) for run_id in ("a", "b", "aa")]
    assert numbers == sorted(set(numbers))
    for place, run_id in enumerate(("a", "b", "aa")):
        found = events.read(run_id)
        assert [number for number, _ in found] == numbers[place::3]
        assert [event.figures["done"] for _, event in found] == list(range(5))
        assert {event.run_id for _, event in found} == {run_id}
    assert events.read("c") == []


def test_a_reader_asks_for_what_is_new(events: Events) -> None:
    numbers = [events.append(happened("a", done)) for done in range(4)]
    assert [number for number, _ in events.read("a", after=numbers[1])] == numbers[2:]
    assert events.read("a", after=numbers[-1]) == []
    last = events.append(happened("a", 4))
    assert [number for number, _ in events.read("a", after=numbers[-1])] == [last]


def test_a_reader_that_follows_many_writers_misses_nothing(events: Events) -> None:
    done = threading.Event()
    followed: list[int] = []

    def follow() -> None:
        while True:
            ended = done.is_set()
            followed.extend(number for number, _ in events.read("a", after=followed[-1] if followed else 0))
            if ended:
                return

    def write() -> None:
        for number in range(30):
            events.append(happened("a", number))

    reader = threading.Thread(target=follow)
    writers = [threading.Thread(target=write) for _ in range(6)]
    for thread in (reader, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    reader.join()
    assert len(followed) == 6 * 30
    assert followed == [number for number, _ in events.read("a")]
