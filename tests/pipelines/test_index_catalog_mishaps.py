"""INDEX_CATALOG when things go wrong: broken off, asked twice, lost, cancelled."""

import json
from dataclasses import replace
from pathlib import Path
from typing import cast

import numpy as np
import pytest
from pydantic import JsonValue

from shoppable.errors import Cancelled, Conflict, InvalidInput, NotFound, Unavailable
from shoppable.model.arrays import VectorRows
from shoppable.pipelines.catalog import INDEX_CATALOG, index_inputs
from shoppable.ports import Records, VectorIndex
from tests.direct import run_directly
from tests.pipelines.failing import Failing
from tests.pipelines.house import CATALOG, Heard, House, build, counts
from tests.shopfront import Shopfront


def _old(shop: Shopfront) -> None:
    shop.rows.clear()
    for product_id in ("p0", "p1", "p2"):
        shop.put(product_id)
    shop.draw("images/p1-0.png")


def _new(shop: Shopfront) -> None:
    shop.put("p0", price="9 USD")
    shop.draw("images/p1-0.png", take=1)
    del shop.rows["p2"]
    shop.put("new")


def _broken_off(
    house: House, writes: int, *, rebuild: bool
) -> tuple[dict[str, JsonValue], dict[str, JsonValue]] | None:
    """Inputs and finished values of a run that fails after so many writes; None when it does not write that often."""
    left = [writes]
    failing = replace(
        house.ports,
        records=cast(Records, Failing(house.ports.records, left)),
        vectors=cast(VectorIndex, Failing(house.ports.vectors, left)),
    )
    house.shop.write()
    inputs, values = house.inputs(rebuild=rebuild), dict[str, JsonValue]()
    try:
        run_directly(INDEX_CATALOG, failing, inputs, values=values)
    except Unavailable:
        assert "indexed" not in values
        return inputs, values
    return None


@pytest.mark.parametrize(
    ("ending", "rebuild"),
    [("resumed", True), ("asked anew", False), ("taken back", False), ("taken back", True)],
)
def test_a_run_may_break_off_anywhere(tmp_path: Path, ending: str, rebuild: bool) -> None:
    house = build(tmp_path)
    sides, states = (_old, _new), []
    for side in sides:
        side(house.shop)
        house.ingest()
        states.append(house.contents())
    assert states[0] != states[1]
    now = 1
    for writes in range(50):
        sides[1 - now](house.shop)
        run = _broken_off(house, writes, rebuild=rebuild)
        if run is None:
            assert writes > 6
            return
        inputs, values = run
        if ending == "taken back":
            sides[now](house.shop)
            house.ingest()
        else:
            now = 1 - now
            assert house.inputs(rebuild=rebuild) == inputs, "asking again would not go on with the run"
            if ending == "resumed":
                run_directly(INDEX_CATALOG, house.ports, inputs, values=values)
            else:
                house.ingest()
        assert house.contents() == states[now]
        house.assert_whole()
    pytest.fail("the run writes more often than was thought")


def test_a_lost_index_is_made_anew(house: House) -> None:
    house.ingest()
    before = house.state()
    house.ports.vectors.drop("default", CATALOG)
    assert counts(house.ingest()) == {"changed": 6, "embedded": 12}
    assert house.state() == before


def test_an_index_that_does_not_fit_the_records_is_mended(house: House) -> None:
    house.ingest()
    before = house.state()
    stray = VectorRows(["p1", "ghost"], ["0" * 64, "1" * 64], np.ones((2, house.index.space.dimension), np.float32))
    house.ports.vectors.delete(house.index, ["p5"])
    house.ports.vectors.upsert(house.index, stray)
    assert counts(house.ingest()) == {"changed": 2, "unchanged": 4, "embedded": 5}
    assert house.state() == before


def test_two_runs_at_once_do_not_mix(house: House) -> None:
    house.ingest()
    house.shop.put("p0", price="9 USD")
    house.shop.write()
    inputs, values = house.inputs(), dict[str, JsonValue]()
    beginning = replace(INDEX_CATALOG, steps=INDEX_CATALOG.steps[:5])
    run_directly(beginning, house.ports, inputs, values=values)
    house.shop.put("p1", price="8 USD")
    house.ingest()
    before = house.state()
    with pytest.raises(Conflict, match="written by another run meanwhile"):
        run_directly(INDEX_CATALOG, house.ports, inputs, values=values)
    assert house.state() == before


def test_a_feed_edited_after_the_run_was_asked_for_is_not_taken_for_it(house: House) -> None:
    house.shop.write()
    inputs = house.inputs()
    house.shop.put("p0", price="9 USD")
    house.shop.write()
    with pytest.raises(Conflict, match=r"feed.csv was edited"):
        run_directly(INDEX_CATALOG, house.ports, inputs)


def test_what_cannot_be_asked_for_is_said_before_a_run_begins(house: House) -> None:
    folder = house.shop.feed.parent
    with pytest.raises(NotFound, match="there is no feed"):
        index_inputs(house.ports, CATALOG, folder / "none.csv")
    with pytest.raises(InvalidInput, match="cannot be read"):
        index_inputs(house.ports, CATALOG, folder)
    feed = house.shop.write()
    for name in ("", "../up", "a b", "x" * 65, "-x", "a/b", "ä"):
        with pytest.raises(InvalidInput, match="cannot name a catalog"):
            index_inputs(house.ports, name, feed)


def test_progress_is_told_product_by_product_and_a_cancelled_run_stops(house: House) -> None:
    house.shop.write()
    beginning, values = replace(INDEX_CATALOG, steps=INDEX_CATALOG.steps[:4]), dict[str, JsonValue]()
    inputs = house.inputs()
    run_directly(beginning, house.ports, inputs, values=values)
    heard = Heard()
    embedding = replace(INDEX_CATALOG, steps=INDEX_CATALOG.steps[:5])
    run_directly(embedding, replace(house.ports, progress=heard), inputs, values=dict(values))
    assert heard.words == [(done, 6) for done in range(1, 7)]
    assert heard.figures == {"pictures": 12}
    with pytest.raises(Cancelled):
        run_directly(embedding, replace(house.ports, progress=Heard(cancel_after=3)), inputs, values=dict(values))


def test_what_travels_between_steps_is_small(house: House) -> None:
    for number in range(70):
        house.shop.put(f"q{number}", image_link="images/p0-0.png")
    house.shop.put("bad", price="5")
    house.shop.write()
    values: dict[str, JsonValue] = {}
    run_directly(INDEX_CATALOG, house.ports, house.inputs(), values=values)
    batches = values["batches"]
    assert isinstance(batches, list)
    assert len(batches) == 3
    assert len(json.dumps(values)) < 6000


def test_tenants_do_not_meet(house: House, tmp_path: Path) -> None:
    house.ingest()
    before = house.state()
    other = build(tmp_path, "other")
    other.shop.put("p0", title="Not yours")
    assert counts(other.ingest()) == {"added": 1, "embedded": 1}
    assert set(other.products) == {"p0"}
    assert len(other.vectors) == 1
    assert house.state() == before
