"""What every store of records promises. A new adapter is a new entry in STORES."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from shoppable.adapters.records.sql import SqlRecords
from shoppable.errors import Conflict, InvalidInput
from shoppable.model.keys import Key, decision_key, decisions_of, product_key, shot_key, shots_prefix
from shoppable.model.noun import Noun
from shoppable.model.run import Run, State
from shoppable.model.time import Span
from shoppable.model.video import Shot
from shoppable.ports import Entry, Records
from tests.contracts.databases import DATABASES


def in_sql(database: Callable[[pytest.FixtureRequest], Engine]) -> Callable[[pytest.FixtureRequest], Records]:
    return lambda request: SqlRecords(database(request))


STORES = {database.__name__: in_sql(database) for database in DATABASES}
HERE = Key("T#default#NOTES", "a")


@pytest.fixture(params=STORES)
def records(request: pytest.FixtureRequest) -> Records:
    return STORES[request.param](request)


class Note(Noun):
    text: str


def note(number: int) -> Note:
    return Note(text=str(number))


def texts(entries: list[Entry[Note]]) -> list[str]:
    return [entry.value.text for entry in entries]


def test_what_was_put_is_there(records: Records) -> None:
    assert records.get(HERE, Note) is None
    assert records.put(HERE, note(1)) == 1
    assert records.get(HERE, Note) == Entry(HERE, note(1), 1)
    assert records.get(Key(HERE.partition, "b"), Note) is None
    assert records.get(Key("T#other#NOTES", HERE.sort), Note) is None


def test_a_noun_comes_back_as_it_went(records: Records) -> None:
    run = Run(
        run_id="analyze-video-1",
        pipeline="analyze-video",
        inputs={"path": "films/ü 'q\" \\ % _ 日本 \n🎬.mp4", "n": 1.5, "list": [None, True, {"a": 10**15}]},
        state=State.FAILED,
        started_at=datetime(2026, 11, 1, 12, 30, 1, 234567, tzinfo=UTC),
        error="it's gone",
    )
    key = Key("T#default#RUNS", run.run_id)
    records.put(key, run)
    found = records.get(key, Run)
    assert found is not None
    assert found.value == run


def test_each_write_counts(records: Records) -> None:
    assert [records.put(HERE, note(number)) for number in (1, 2, 2)] == [1, 2, 3]
    assert records.get(HERE, Note) == Entry(HERE, note(2), 3)


def test_a_write_may_expect_what_it_replaces(records: Records) -> None:
    assert records.put(HERE, note(1), expect=0) == 1
    assert records.put(HERE, note(2), expect=1) == 2
    for stale in (0, 1, 3):
        with pytest.raises(Conflict, match=f"T#default#NOTES a has version 2, not {stale}: read it again"):
            records.put(HERE, note(9), expect=stale)
    assert records.get(HERE, Note) == Entry(HERE, note(2), 2)


def test_a_removed_record_is_no_longer_what_was_expected(records: Records) -> None:
    records.put(HERE, note(1))
    records.delete_many([HERE])
    with pytest.raises(Conflict, match="does not exist, not 1"):
        records.put(HERE, note(2), expect=1)
    assert records.get(HERE, Note) is None
    assert records.put(HERE, note(3), expect=0) == 1


def test_of_many_that_expect_the_same_one_wins(records: Records) -> None:
    records.put(HERE, note(0))
    won: list[int] = []
    lost: list[Conflict] = []
    together = threading.Barrier(8)

    def write(number: int) -> None:
        together.wait()
        try:
            won.append(records.put(HERE, note(number), expect=1))
        except Conflict as error:
            lost.append(error)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (won, len(lost)) == ([2], 7)


def test_no_write_of_many_is_lost(records: Records) -> None:
    def count_up() -> None:
        for _ in range(20):
            while True:
                entry = records.get(HERE, Note)
                value, version = (int(entry.value.text), entry.version) if entry else (0, 0)
                try:
                    records.put(HERE, note(value + 1), expect=version)
                except Conflict:
                    continue
                break

    threads = [threading.Thread(target=count_up) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert records.get(HERE, Note) == Entry(HERE, note(80), 80)


def test_put_many_writes_all_and_counts_too(records: Records) -> None:
    keys = [Key("P", f"{number:05}") for number in range(1201)]
    records.put(keys[7], note(-1))
    records.put_many([(key, note(number)) for number, key in enumerate(keys)])
    found = records.query("P", Note)
    assert [entry.key for entry in found] == keys
    assert texts(found) == [str(number) for number in range(1201)]
    assert [entry.version for entry in found] == [2 if number == 7 else 1 for number in range(1201)]
    records.put_many([])


def test_the_last_of_two_under_one_key_stays(records: Records) -> None:
    records.put_many([(HERE, note(1)), (HERE, note(2))])
    assert records.get(HERE, Note) == Entry(HERE, note(2), 2)


def test_a_group_is_written_whole_or_not_at_all(records: Records) -> None:
    unfit = Key("P", "\udc80")
    with pytest.raises(InvalidInput, match="is no text that can be stored"):
        records.put_many([(Key("P", "a"), note(1)), (unfit, note(2)), (Key("P", "b"), note(3))])
    assert records.query("P", Note) == []


def test_delete_many_passes_over_what_is_not_there(records: Records) -> None:
    keys = [Key("P", f"{number:05}") for number in range(1201)]
    records.put_many([(key, note(1)) for key in keys[::2]])
    records.put_many([(HERE, note(2)), (Key("P", "kept"), note(3))])
    records.delete_many(keys)
    assert texts(records.query("P", Note)) == ["3"]
    assert records.get(HERE, Note) is not None
    records.delete_many([])


def test_a_query_reads_one_partition_in_order(records: Records) -> None:
    names = ["b", "a", "B", "a#", "a b", "é", "z", "ü", "日", "🎬", "10", "9"]
    for number, name in enumerate(names):
        records.put(Key("P", name), note(number))
    records.put(Key("PP", "a"), note(99))
    records.put(Key("", "a"), note(98))
    assert [entry.key.sort for entry in records.query("P", Note)] == sorted(names)
    assert records.query("Q", Note) == []


def test_a_query_reads_on_after_a_key(records: Records) -> None:
    records.put_many([(Key("P", f"x#{number}"), note(number)) for number in range(10)])
    records.put_many([(Key("P", name), note(99)) for name in ("w", "x", "y")])
    read: list[str] = []
    after = ""
    while page := records.query("P", Note, prefix="x#", after=after, limit=3):
        assert len(page) <= 3
        read += texts(page)
        after = page[-1].key.sort
    assert read == [str(number) for number in range(10)]
    assert texts(records.query("P", Note, prefix="x#", after="x#55")) == ["6", "7", "8", "9"]
    assert texts(records.query("P", Note, prefix="x#", after="a", limit=1)) == ["0"]
    assert records.query("P", Note, prefix="x#", after="z") == []
    assert records.query("P", Note, limit=0) == []


def test_keys_of_the_model_do_not_mix(records: Records) -> None:
    shots = [Shot(index=index, start_ms=index, end_ms=index + 1) for index in range(12)]
    for run_id in ("1", "10", "0"):
        records.put_many([(shot_key("default", "v", run_id, shot.index), shot) for shot in shots])
    partition = shot_key("default", "v", "1", 0).partition
    found = records.query(partition, Shot, prefix=shots_prefix("1"))
    assert [entry.value for entry in found] == shots
    for product_id in ("50%", "50", "50_", "50a", "5", "'; DROP TABLE records; --", '"', "\\"):
        records.put(product_key("default", "luma", product_id), Note(text=product_id))
    products = product_key("default", "luma", "").partition
    assert texts(records.query(products, Note, prefix="50%")) == ["50%"]
    assert texts(records.query(products, Note, prefix="50_")) == ["50_"]
    assert texts(records.query(products, Note, prefix="50")) == ["50", "50%", "50_", "50a"]
    assert texts(records.query(products, Note, prefix="'")) == ["'; DROP TABLE records; --"]


def test_decisions_of_a_catalog_are_read_together_and_replaced_one_by_one(records: Records) -> None:
    places = [("v1", "r1", "a1"), ("v1", "r1", "a10"), ("v1", "r2", "a1"), ("v2", "r1", "a1")]
    for number, place in enumerate(places):
        records.put(decision_key("default", "luma", *place), note(number))
    records.put(decision_key("default", "luma2", *places[0]), note(7))
    records.put(decision_key("other", "luma", *places[0]), note(8))
    assert decision_key("default", "luma", *places[0]) == ("T#default#C#luma#DECISIONS", "v1#r1#a1")
    assert texts(records.query(decisions_of("default", "luma"), Note)) == [note(number).text for number in range(4)]
    assert records.put(decision_key("default", "luma", *places[1]), note(9)) == 2
    assert texts(records.query(decisions_of("default", "luma"), Note)) == [note(n).text for n in (0, 9, 2, 3)]


TRICKY = st.text(st.sampled_from("aAz%_#'\\é\u07ff\ud7ff\ue000\uffff\U00010000\U0010ffff"), max_size=3)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names=st.sets(TRICKY, max_size=12), prefix=TRICKY, after=TRICKY)
def test_a_query_answers_as_a_scan_would(records: Records, names: set[str], prefix: str, after: str) -> None:
    records.delete_many([entry.key for entry in records.query("P", Note)])
    records.put_many([(Key("P", name), Note(text=name)) for name in names])
    expected = [name for name in sorted(names) if name.startswith(prefix) and (not after or name > after)]
    assert texts(records.query("P", Note, prefix=prefix, after=after)) == expected


def test_what_no_longer_fits_is_told_by_its_key(records: Records) -> None:
    records.put(HERE, Span(start_ms=3, end_ms=7))
    line = (
        r"^record T#default#NOTES a is no Shot \(index: Field required\): another version wrote it as Span; "
        r"make it again$"
    )
    with pytest.raises(InvalidInput, match=line):
        records.get(HERE, Shot)
    with pytest.raises(InvalidInput, match=line):
        records.query(HERE.partition, Shot)
    with pytest.raises(InvalidInput, match="is no Note"):
        records.get(HERE, Note)


@pytest.mark.parametrize("key", [Key("a\udc80", "b"), Key("a", "b\udc80")])
def test_a_key_that_is_no_text_is_refused(records: Records, key: Key) -> None:
    with pytest.raises(InvalidInput, match="is no text that can be stored"):
        records.put(key, note(1))
    with pytest.raises(InvalidInput, match="is no text that can be stored"):
        records.get(key, Note)
