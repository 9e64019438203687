import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import pytest
from pydantic import JsonValue

from shoppable.adapters.engine.dbos import DbosEngine
from shoppable.errors import Conflict, InvalidInput, NotFound
from shoppable.logic.cueing import ShownTier
from shoppable.model.cue import CueSheet
from shoppable.model.keys import Key, product_key, publication_key
from shoppable.model.match import Tier
from shoppable.model.noun import Noun
from shoppable.pipelines.publish import PUBLISH, publish_inputs
from shoppable.ports import Ports, Progress, Records, Scope
from shoppable.steps.publish import PublishSummary, current_publication, publication_of
from tests.shop import (
    CATALOG,
    COAT,
    HAT,
    RUN,
    VIDEO,
    Shop,
    do,
    open_shop,
    ports_of,
    product,
    publish,
    publish_now,
    put_analysis,
    put_products,
    stock,
)

BOTH: tuple[ShownTier, ...] = (Tier.EXACT, Tier.SIMILAR)
Values = dict[str, JsonValue]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with open_shop(tmp_path) as opened:
        yield stock(opened)


def bytes_of(shop: Shop, version: int) -> bytes:
    publication = publication_of(shop.records, shop.tenant, VIDEO, version)
    assert publication is not None
    return shop.blobs.get(publication.sheet_key)


def sheet_of(shop: Shop, version: int) -> CueSheet:
    return CueSheet.model_validate_json(bytes_of(shop, version))


def sheets_written(shop: Shop) -> int:
    return len(list(shop.blobs.keys(f"t/{shop.tenant}/videos/{VIDEO}/sheets")))


def test_what_was_seen_is_published(shop: Shop) -> None:
    assert publish_now(shop) == PublishSummary(video_id=VIDEO, version=1, changed=True, products=1, cues=1)
    sheet = sheet_of(shop, 1)
    assert (sheet.version, sheet.catalog, sheet.tiers, sheet.duration_ms) == (1, CATALOG, (Tier.EXACT,), 10_000)
    assert [(cue.product_id, cue.start_ms, cue.end_ms) for cue in sheet.cues] == [(COAT, 1000, 3000)]
    assert [each.title for each in sheet.products] == ["A coat"]
    assert sheet.published_at.tzinfo is not None


def test_a_sheet_is_canonical_json(shop: Shop) -> None:
    publish_now(shop)
    data = bytes_of(shop, 1)
    assert data == json.dumps(json.loads(data), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def test_similar_is_published_when_asked_for_and_says_so(shop: Shop) -> None:
    publish_now(shop, tiers=BOTH)
    assert [(cue.product_id, cue.tier) for cue in sheet_of(shop, 1).cues] == [(COAT, Tier.EXACT), (HAT, Tier.SIMILAR)]


def test_publishing_the_same_again_changes_and_writes_nothing(shop: Shop) -> None:
    publish_now(shop)
    before = current_publication(shop.records, shop.tenant, VIDEO)
    again = publish_now(shop)
    assert (again.version, again.changed) == (1, False)
    assert current_publication(shop.records, shop.tenant, VIDEO) == before
    assert sheets_written(shop) == 1


def test_the_same_inputs_are_the_same_run_until_something_that_counts_changes(shop: Shop) -> None:
    def run_id() -> str:
        return PUBLISH.run_id(publish_inputs(shop.records, shop.tenant, VIDEO))

    first = run_id()
    assert run_id() == first
    put_products(shop, product(COAT, minor=4900), revision=2)
    repriced = run_id()
    publish_now(shop)
    assert len({first, repriced, run_id()}) == 3


def test_a_new_price_is_a_new_version_and_the_old_one_stays_as_it_was(shop: Shop) -> None:
    publish_now(shop)
    first = bytes_of(shop, 1)
    put_products(shop, product(COAT, minor=4900), revision=2)
    assert (publish_now(shop).version, publish_now(shop).version) == (2, 2)
    assert bytes_of(shop, 1) == first
    price = sheet_of(shop, 2).products[0].price
    assert price is not None
    assert price.minor == 4900


def test_a_product_that_left_the_catalog_leaves_the_next_version(shop: Shop) -> None:
    publish_now(shop)
    shop.records.delete_many([product_key(shop.tenant, CATALOG, COAT)])
    assert publish_now(shop) == PublishSummary(video_id=VIDEO, version=2, changed=True, products=0, cues=0)


def test_going_back_to_an_earlier_run_is_a_version_of_its_own(shop: Shop) -> None:
    put_analysis(shop, "analyze-video-0002", tiers=(Tier.NONE, Tier.EXACT))
    versions = [publish_now(shop, run_id).version for run_id in (RUN, "analyze-video-0002", RUN)]
    assert versions == [1, 2, 3]
    assert sheet_of(shop, 3).cues == sheet_of(shop, 1).cues != sheet_of(shop, 2).cues


@pytest.mark.parametrize("repeated", ["sheet", "publication"])
def test_a_step_repeated_after_a_crash_writes_what_it_wrote(shop: Shop, repeated: str) -> None:
    values: Values = dict(publish_inputs(shop.records, shop.tenant, VIDEO))
    do(shop, values, "stamp", "sheet", *(["publication"] if repeated == "publication" else []))
    before = dict(values)
    do(shop, values, repeated)
    assert values == before
    do(shop, values, "publication")
    assert sheets_written(shop) == 1
    assert current_publication(shop.records, shop.tenant, VIDEO) == publication_of(shop.records, shop.tenant, VIDEO, 1)


def test_a_pointer_step_repeated_after_it_was_superseded_does_not_take_the_pointer_back(shop: Shop) -> None:
    values: Values = dict(publish_inputs(shop.records, shop.tenant, VIDEO))
    do(shop, values)
    first = bytes_of(shop, 1)
    publish_now(shop, tiers=BOTH)
    done = values["publication"]
    do(shop, values, "publication")
    assert values["publication"] == done
    current = current_publication(shop.records, shop.tenant, VIDEO)
    assert current is not None
    assert current.version == 2
    assert bytes_of(shop, 1) == first


def test_of_two_who_publish_at_once_one_wins_and_the_other_hears_of_it(shop: Shop) -> None:
    one: Values = dict(publish_inputs(shop.records, shop.tenant, VIDEO))
    other: Values = dict(publish_inputs(shop.records, shop.tenant, VIDEO, tiers=BOTH))
    do(shop, one, "stamp", "sheet")
    do(shop, other, "stamp", "sheet")
    do(shop, one, "publication")
    first = bytes_of(shop, 1)
    for _ in range(2):
        with pytest.raises(Conflict, match=f"video {VIDEO} was published by somebody else while version 1"):
            do(shop, other, "publication")
    assert bytes_of(shop, 1) == first
    assert sheet_of(shop, 1).tiers == (Tier.EXACT,)
    assert publish_now(shop, tiers=BOTH).version == 2


@dataclass(frozen=True)
class InterruptedRecords:
    """Real records, in which somebody else does something just before the pointer is written."""

    records: Records
    meanwhile: Callable[[], object]

    def put(self, key: Key, value: Noun, *, expect: int | None = None) -> int:
        if key.sort == "PUBLICATION":
            self.meanwhile()
        return self.records.put(key, value, expect=expect)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.records, name)


def test_who_is_overtaken_at_the_last_moment_hears_of_it(shop: Shop) -> None:
    late: Values = dict(publish_inputs(shop.records, shop.tenant, VIDEO))
    do(shop, late, "stamp", "sheet")
    overtaken = replace(shop, records=InterruptedRecords(shop.records, lambda: publish_now(shop, tiers=BOTH)))
    with pytest.raises(Conflict, match=f"video {VIDEO} was published by somebody else while version 1"):
        do(overtaken, late, "publication")
    assert sheet_of(shop, 1).tiers == BOTH


def test_who_is_overtaken_by_a_repetition_of_the_same_step_is_done(shop: Shop) -> None:
    values: Values = dict(publish_inputs(shop.records, shop.tenant, VIDEO))
    do(shop, values, "stamp", "sheet")
    twin = dict(values)
    do(
        replace(shop, records=InterruptedRecords(shop.records, lambda: do(shop, twin, "publication"))),
        values,
        "publication",
    )
    assert values["publication"] == twin["publication"]
    assert sheets_written(shop) == 1


def test_a_stale_publisher_is_stopped_before_it_writes(shop: Shop) -> None:
    stale = publish_inputs(shop.records, shop.tenant, VIDEO, tiers=BOTH)
    publish_now(shop)
    with pytest.raises(Conflict, match="published by somebody else"):
        publish(shop, stale)
    assert sheets_written(shop) == 1


def test_a_race_of_many_has_one_winner(shop: Shop) -> None:
    publish_now(shop)
    runs = [f"analyze-video-1{index:03}" for index in range(6)]
    racers: list[Values] = []
    for index, run_id in enumerate(runs):
        put_analysis(shop, run_id, tiers=(Tier.NONE, Tier.EXACT))
        put_products(shop, product(HAT, minor=1000 + index), revision=2 + index)
        racers.append(dict(publish_inputs(shop.records, shop.tenant, VIDEO, run_id=run_id)))
        do(shop, racers[-1], "stamp", "sheet")
    together = threading.Barrier(len(racers))
    won: list[Values] = []
    lost: list[Conflict] = []

    def race(values: Values) -> None:
        together.wait()
        try:
            do(shop, values, "publication")
            won.append(values)
        except Conflict as error:
            lost.append(error)

    threads = [threading.Thread(target=race, args=(values,)) for values in racers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(won), len(lost)) == (1, 5)
    current = current_publication(shop.records, shop.tenant, VIDEO)
    assert current is not None
    assert current.model_dump() == cast(dict[str, JsonValue], won[0]["sheet"])["publication"]
    assert publication_of(shop.records, shop.tenant, VIDEO, 1) is not None


def test_a_version_that_was_never_published_is_not_found(shop: Shop) -> None:
    assert publication_of(shop.records, shop.tenant, VIDEO, 1) is None
    publish_now(shop)
    assert publication_of(shop.records, shop.tenant, VIDEO, 2) is None


def test_what_is_not_there_cannot_be_published(shop: Shop) -> None:
    inputs = publish_inputs(shop.records, shop.tenant, VIDEO)
    with pytest.raises(NotFound, match="no video elsewhere"):
        publish(shop, inputs | {"video_id": "elsewhere"})
    with pytest.raises(NotFound, match="run analyze-video-9 left no analysis"):
        publish(shop, inputs | {"run_id": "analyze-video-9"})
    with pytest.raises(InvalidInput, match="no version -1"):
        publish(shop, inputs | {"replaces": -1})
    with pytest.raises(InvalidInput, match="cannot read"):
        publish(shop, inputs | {"tiers": ["none"]})
    with pytest.raises(NotFound, match="no video"):
        publish_inputs(shop.records, "another-tenant", VIDEO)
    with pytest.raises(InvalidInput, match="no tier"):
        publish_inputs(shop.records, shop.tenant, VIDEO, tiers=())
    assert shop.records.query(publication_key(shop.tenant, VIDEO).partition, CueSheet, prefix="PUBLICATION") == []


def test_the_engine_publishes_once_for_the_same_inputs_and_anew_when_they_moved_on(shop: Shop, tmp_path: Path) -> None:
    def at_work(scope: Scope, progress: Progress) -> Ports:
        return replace(ports_of(shop), scope=scope, progress=progress)

    home = tmp_path / "engine.db"
    engine = DbosEngine(home, (PUBLISH,), at_work, events=shop.events, records=shop.records, tenant=shop.tenant)
    try:
        inputs = publish_inputs(shop.records, shop.tenant, VIDEO)
        run_id = engine.start(PUBLISH.name, inputs)
        first = PublishSummary.model_validate(engine.wait(run_id).outcome())
        assert (first.version, first.changed) == (1, True)
        assert engine.start(PUBLISH.name, inputs) == run_id
        again = engine.wait(engine.start(PUBLISH.name, publish_inputs(shop.records, shop.tenant, VIDEO)))
        assert again.run_id != run_id
        assert PublishSummary.model_validate(again.outcome()) == first.model_copy(update={"changed": False})
    finally:
        engine.close()
    assert sheets_written(shop) == 1
