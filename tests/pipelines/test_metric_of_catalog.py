"""What a catalog learns from its own pictures, and when it learns anew."""

import shutil
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

import pytest
from pydantic import JsonValue

from shoppable.adapters.vectors.copied import CopiedVectors
from shoppable.errors import InvalidInput, NotFound, ShoppableError, Unavailable
from shoppable.model.arrays import VectorRows, packed, unpacked
from shoppable.model.catalog import Product
from shoppable.model.keys import look_blob, metric_blob, product_key
from shoppable.pipelines.catalog import INDEX_CATALOG, index_inputs
from shoppable.ports import IndexName, VectorIndex
from shoppable.steps.learning import open_metric, shown
from tests.direct import run_directly
from tests.pipelines.failing import Failing
from tests.pipelines.house import CATALOG, House, build, counts
from tests.small_vision import SmallEmbedder


@dataclass
class Written:
    """Vectors that tell which products were written or removed, and whether the index was dropped."""

    vectors: VectorIndex
    upserted: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    drops: int = 0

    def upsert(self, index: IndexName, rows: VectorRows) -> None:
        self.upserted += rows.product_ids
        self.vectors.upsert(index, rows)

    def delete(self, index: IndexName, product_ids: list[str]) -> None:
        self.deleted += product_ids
        self.vectors.delete(index, product_ids)

    def drop(self, tenant: str, catalog: str) -> None:
        self.drops += 1
        self.vectors.drop(tenant, catalog)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.vectors, name)


def watched(house: House) -> tuple[House, Written]:
    written = Written(house.ports.vectors)
    return replace(house, ports=replace(house.ports, vectors=cast(VectorIndex, written))), written


def embedded(house: House) -> int:
    assert isinstance(house.ports.embedder, SmallEmbedder)
    return house.ports.embedder.embedded


def metric_and_source(house: House) -> tuple[int, int]:
    return house.catalog.metric, house.catalog.learnt_from


def grow(house: House) -> None:
    """Six pictures more than the twelve there are."""
    for number in range(6):
        house.shop.put(f"q{number}")


def looks(house: House) -> dict[str, bytes]:
    prefix = f"t/{house.ports.tenant}/looks"
    return {key: house.ports.blobs.get(key) for key in house.ports.blobs.keys(prefix)}


def test_the_first_ingest_learns_the_first_metric(house: House) -> None:
    house.ingest()
    assert metric_and_source(house) == (1, 12)
    assert house.index.space.name == "small@1+1"
    assert house.catalog.space == "small@1"
    house.assert_whole()


def test_vectors_are_compared_within_their_metric_only(house: House) -> None:
    house.ingest()
    for number in (0, 2):
        other = IndexName("default", CATALOG, house.index.space.model_copy(update={"metric": number}))
        with pytest.raises(InvalidInput, match=r"small@1\+1"):
            house.ports.vectors.count(other)


def test_a_small_change_keeps_the_metric_and_touches_only_the_vectors_of_what_changed(house: House) -> None:
    house.ingest()
    before = house.vectors
    there, written = watched(house)
    there.shop.draw("images/p1-0.png", take=1)
    there.shop.put("p3", price="9 USD")
    del there.shop.rows["p0"]
    there.shop.put("new")
    assert counts(there.ingest()) == {"added": 1, "changed": 2, "removed": 1, "unchanged": 3, "embedded": 3}
    assert metric_and_source(there) == (1, 12)
    assert (sorted(written.upserted), sorted(written.deleted)) == (["new", "p1", "p1"], ["new", "p0", "p1"])
    assert written.drops == 0
    assert all(there.vectors[key] == before[key] for key in before if key[0] not in {"p0", "p1"})
    there.assert_whole()


def test_growth_by_more_than_a_quarter_learns_anew_and_shows_the_nets_new_pictures_only(house: House) -> None:
    house.ingest()
    before, seen = house.vectors, embedded(house)
    old = open_metric(house.ports, CATALOG, 1)
    there, written = watched(house)
    grow(there)
    assert counts(there.ingest()) == {"added": 6, "unchanged": 6, "embedded": 6}
    assert embedded(there) - seen == 6
    assert metric_and_source(there) == (2, 18)
    assert there.index.space.name == "small@1+2"
    assert (written.drops, len(written.upserted)) == (1, 18)
    assert there.index.space.dimension != sum(each.shape[1] for each in old.projections)
    assert all(len(there.vectors[key]) != len(before[key]) for key in before)
    there.assert_whole()
    assert counts(there.ingest()) == {"unchanged": 12}
    assert metric_and_source(there) == (2, 18)


def test_growth_by_little_at_a_time_adds_up(house: House) -> None:
    house.ingest()
    learnt = []
    for number in range(5):
        house.shop.put(f"q{number}")
        house.ingest()
        learnt.append(metric_and_source(house))
        house.assert_whole()
    assert learnt == [(1, 12), (1, 12), (1, 12), (5, 16), (5, 16)]


def test_a_catalog_that_shrank_learns_anew_without_the_nets(house: House) -> None:
    house.ingest()
    seen = embedded(house)
    for product_id in ("p1", "p2"):
        del house.shop.rows[product_id]
    assert counts(house.ingest()) == {"removed": 2, "unchanged": 4}
    assert metric_and_source(house) == (2, 7)
    assert embedded(house) == seen
    house.assert_whole()


def test_a_run_broken_off_between_metric_and_vectors_ends_whole(house: House) -> None:
    house.ingest()
    grow(house)
    house.shop.write()
    for writes in range(20):
        inputs, values = house.inputs(), dict[str, JsonValue]()
        failing = replace(house.ports, vectors=cast(VectorIndex, Failing(house.ports.vectors, [writes])))
        try:
            run_directly(INDEX_CATALOG, failing, inputs, values=values)
        except Unavailable:
            assert house.ports.blobs.size(metric_blob("default", CATALOG, house.catalog.revision + 1)) > 0
            assert house.catalog.stats_key is None
            assert house.inputs() == inputs, "asking again would not go on with the run"
            run_directly(INDEX_CATALOG, house.ports, inputs, values=values)
            assert house.catalog.metric == house.catalog.revision
            house.assert_whole()
        else:
            assert writes >= 3  # dropped, written, optimized
            return
        for number in range(6):  # away and back, so that the next run has as much to do
            del house.shop.rows[f"q{number}"]
        house.ingest()
        house.assert_whole()
        grow(house)
        house.shop.write()
    pytest.fail("the run writes more often than was thought")


def test_a_run_broken_off_and_followed_by_another_feed_ends_whole(house: House) -> None:
    house.ingest()
    grow(house)
    house.shop.write()
    failing = replace(house.ports, vectors=cast(VectorIndex, Failing(house.ports.vectors, [1])))
    with pytest.raises(Unavailable):
        run_directly(INDEX_CATALOG, failing, house.inputs())
    house.shop.put("p0", price="9 USD")
    del house.shop.rows["q0"]
    house.ingest()
    assert house.catalog.learnt_from == 17
    house.assert_whole()


def test_a_rebuild_learns_anew_and_shows_the_nets_everything(house: House) -> None:
    house.ingest()
    before, seen = house.contents(), embedded(house)
    there, written = watched(house)
    there.ingest(rebuild=True)
    assert embedded(there) - seen == 12
    assert metric_and_source(there) == (2, 12)
    assert (written.drops, len(written.upserted)) == (1, 12)
    assert there.contents() == before
    there.assert_whole()


@pytest.fixture
def lost(house: House, tmp_path: Path) -> House:
    """An indexed house whose folder of vectors was deleted."""
    house.ingest()
    shutil.rmtree(tmp_path / "vectors")
    return replace(house, ports=replace(house.ports, vectors=CopiedVectors(tmp_path / "vectors")))


def test_a_lost_folder_of_vectors_is_made_anew(house: House, lost: House) -> None:
    assert not lost.vectors
    seen = embedded(lost)
    lost.ingest()
    assert embedded(lost) == seen  # the looks were kept
    assert lost.catalog.revision == 2
    lost.assert_whole()
    assert counts(lost.ingest()) == {"unchanged": 6}


def test_a_lost_folder_of_vectors_is_made_anew_by_a_rebuild_too(lost: House) -> None:
    lost.ingest(rebuild=True)
    assert metric_and_source(lost) == (2, 12)
    lost.assert_whole()


@pytest.mark.parametrize("what", ["metric", "look"])
def test_what_was_learnt_and_got_lost_is_told_and_a_rebuild_mends_it(house: House, what: str) -> None:
    house.ingest()
    if what == "metric":
        house.ports.blobs.delete([metric_blob("default", CATALOG, 1)])
    else:
        house.ports.blobs.delete(list(looks(house)))
    grow(house)
    with pytest.raises(ShoppableError, match=r"ingest .*--rebuild") as told:
        house.ingest()
    assert "\n" not in str(told.value)
    house.ingest(rebuild=True)
    house.assert_whole()


def test_looks_are_shared_by_the_catalogs_of_a_tenant_and_metrics_are_not(house: House) -> None:
    house.ingest()
    before = looks(house)
    keys = {look_blob("default", "small@1", each.picture_id, each.kind) for each in shown(house.ports, CATALOG)}
    assert set(before) == keys
    del house.shop.rows["p0"]
    run_directly(INDEX_CATALOG, house.ports, index_inputs(house.ports, "autumn", house.shop.write()))
    assert looks(house) == before
    one, other = (open_metric(house.ports, catalog, 1).projections for catalog in (CATALOG, "autumn"))
    assert one[1].shape != other[1].shape
    house.assert_whole()


def test_a_second_catalog_of_the_same_pictures_shows_the_nets_nothing(house: House) -> None:
    house.ingest()
    seen, products = embedded(house), house.products
    run_directly(INDEX_CATALOG, house.ports, index_inputs(house.ports, "autumn", house.shop.write()))
    assert embedded(house) == seen
    autumn = house.ports.records.query(product_key("default", "autumn", "").partition, Product)
    assert {entry.value.product_id: entry.value for entry in autumn} == products
    run_directly(INDEX_CATALOG, house.ports, index_inputs(house.ports, "autumn", house.shop.write(), rebuild=True))
    assert embedded(house) == 2 * seen


def test_a_look_that_does_not_say_where_the_product_is_is_not_used_again(house: House) -> None:
    house.ingest()
    seen = embedded(house)
    for number, (key, data) in enumerate(looks(house).items()):
        if number < 5:
            house.ports.blobs.put(key, packed(**{name: each for name, each in unpacked(data).items() if name != "box"}))
    run_directly(INDEX_CATALOG, house.ports, index_inputs(house.ports, "autumn", house.shop.write()))
    assert embedded(house) == seen + 5


def test_looks_and_metrics_of_tenants_do_not_meet(house: House, tmp_path: Path) -> None:
    house.ingest()
    before = looks(house)
    other = build(tmp_path, "other")
    other.shop.put("p0")
    other.ingest()
    assert len(looks(other)) == 1
    assert looks(house) == before
    with pytest.raises(NotFound):
        open_metric(other.ports, CATALOG, 2)


def test_a_catalog_of_one_picture_has_a_metric_too(tmp_path: Path) -> None:
    house = build(tmp_path)
    house.shop.put("only")
    house.ingest()
    assert metric_and_source(house) == (1, 1)
    house.assert_whole()
    house.shop.put("second")
    house.ingest()
    assert metric_and_source(house) == (2, 2)
    house.assert_whole()
