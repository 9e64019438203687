"""INDEX_CATALOG on real stores: what a feed says is what the catalog holds, whatever happens."""

import csv
import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from obstore.store import MemoryStore
from PIL import Image as Pillow
from pydantic import JsonValue

from shoppable.adapters.blobs import StoreBlobs
from shoppable.adapters.records.database import open_database
from shoppable.adapters.records.sql import SqlRecords
from shoppable.adapters.vectors.lance import LanceVectors
from shoppable.errors import Cancelled, Conflict, InvalidInput, NotFound, Unavailable
from shoppable.logic.calibration import ProductNorms, weighted
from shoppable.model.arrays import VectorRows, unpacked
from shoppable.model.catalog import Catalog, IngestSummary, Product
from shoppable.model.keys import catalog_key, picture_blob, product_key, stats_blob
from shoppable.pipelines.catalog import INDEX_CATALOG, index_inputs
from shoppable.ports import IndexName, Ports, Records, Scope, VectorIndex
from tests.direct import run_directly
from tests.shopfront import Shopfront
from tests.small_vision import SmallEmbedder, SmallLocalizer

CATALOG = "spring"


@dataclass
class Heard:
    """Progress that was reported, and after how many words the run is cancelled."""

    words: list[tuple[int, int | None]] = field(default_factory=list)
    cancel_after: int | None = None
    figures: dict[str, float] = field(default_factory=dict)

    def at(self, done: int, total: int | None = None, **figures: float) -> None:
        self.words.append((done, total))
        self.figures = figures
        if self.cancel_after is not None and len(self.words) > self.cancel_after:
            raise Cancelled("the run was cancelled")


@dataclass(frozen=True)
class House:
    """Stores, a shop, and the ports of one tenant."""

    ports: Ports
    shop: Shopfront

    def inputs(self, *, rebuild: bool = False) -> dict[str, JsonValue]:
        ports = self.ports
        space = ports.embedder.space
        return index_inputs(ports.records, ports.vectors, space, ports.tenant, CATALOG, self.shop.feed, rebuild=rebuild)

    def ingest(self, *, rebuild: bool = False, times: int = 1) -> IngestSummary:
        self.shop.write()
        result = run_directly(INDEX_CATALOG, self.ports, self.inputs(rebuild=rebuild), times=times)
        return IngestSummary.model_validate(result)

    @property
    def catalog(self) -> Catalog:
        entry = self.ports.records.get(catalog_key(self.ports.tenant, CATALOG), Catalog)
        assert entry is not None
        return entry.value

    @property
    def products(self) -> dict[str, Product]:
        entries = self.ports.records.query(product_key(self.ports.tenant, CATALOG, "").partition, Product)
        return {entry.value.product_id: entry.value for entry in entries}

    @property
    def index(self) -> IndexName:
        return IndexName(self.ports.tenant, CATALOG, self.ports.embedder.space)

    @property
    def vectors(self) -> dict[tuple[str, str], list[float]]:
        return {
            (product_id, picture_id): [round(float(each), 4) for each in vector]
            for block in self.ports.vectors.rows(self.index)
            for product_id, picture_id, vector in zip(block.product_ids, block.picture_ids, block.vectors, strict=True)
        }

    def report(self, summary: IngestSummary) -> list[dict[str, str]]:
        assert summary.report_key is not None
        text = self.ports.blobs.get(summary.report_key).decode()
        return list(csv.DictReader(io.StringIO(text, newline="")))

    def stats(self) -> dict[str, Any]:
        return unpacked(self.ports.blobs.get(stats_blob(self.ports.tenant, CATALOG, self.catalog.revision)))

    def state(self) -> tuple[dict[str, dict[str, Any]], dict[tuple[str, str], list[float]], Any]:
        """What others see of the catalog, except how often it changed and where in the feed a row stood."""
        products = {
            product_id: {**product.model_dump(), "row": product.row.model_dump(exclude={"line"})}
            for product_id, product in self.products.items()
        }
        for product in products.values():
            for picture in product["pictures"]:
                assert self.ports.blobs.size(picture["picture_key"]) > 0
        stats = {name: values.tolist() for name, values in self.stats().items()}
        return products, self.vectors, (self.catalog.products, self.catalog.space, stats)

    def assert_whole(self) -> None:
        """Vectors, products, statistics and the catalog's own record agree."""
        pictures = {(each.product_id, p.picture_id) for each in self.products.values() for p in each.pictures}
        assert set(self.vectors) == pictures
        assert set(self.stats()["product_ids"]) == set(self.products)
        assert self.catalog.products == len(self.products)
        assert self.catalog.space == self.ports.embedder.space.name
        assert self.catalog.stats_key == stats_blob(self.ports.tenant, CATALOG, self.catalog.revision)


def build(folder: Path, tenant: str = "default") -> House:
    nothing = cast(Any, None)  # this pipeline has no business with videos
    ports = Ports(
        scope=Scope(tenant, ""),
        blobs=StoreBlobs(MemoryStore(), "memory"),
        records=SqlRecords(open_database(folder / "records.db")),
        vectors=LanceVectors(folder / "vectors"),
        media=nothing,
        shots=nothing,
        localizer=SmallLocalizer(),
        embedder=SmallEmbedder(),
        verifier=nothing,
        progress=Heard(),
    )
    return House(ports, Shopfront(folder / f"shop-{tenant}"))


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = build(tmp_path)
    for number in range(6):
        house.shop.put(f"p{number}", pictures=1 + number % 3)
    return house


def counts(summary: IngestSummary) -> dict[str, int]:
    names = ("added", "changed", "removed", "unchanged", "rejected", "embedded")
    return {name: getattr(summary, name) for name in names if getattr(summary, name)}


def test_a_feed_becomes_a_catalog(house: House) -> None:
    summary = house.ingest()
    assert summary == IngestSummary(
        catalog=CATALOG,
        rows=6,
        added=6,
        changed=0,
        removed=0,
        unchanged=0,
        embedded=12,
        rejected=0,
        warnings=0,
        revision=1,
        report_key=None,
    )
    house.assert_whole()
    product = house.products["p2"]
    assert (product.row.title, product.row.line, len(product.pictures)) == ("Shirt p2", 4, 3)
    picture = product.pictures[0]
    assert picture.picture_key == picture_blob("default", picture.picture_id)
    assert (picture.width_px, picture.height_px) == (96, 128)
    assert (round(picture.box.x0 * 96), round(picture.box.y1 * 128)) == (14, 111)
    with Pillow.open(io.BytesIO(house.ports.blobs.get(picture.picture_key))) as kept:
        assert (kept.format, kept.size) == ("JPEG", (96, 128))


def test_vectors_find_their_own_product_and_norms_tell_it_from_strangers(house: House) -> None:
    house.ingest()
    norms = ProductNorms.unpacked(house.stats())
    for (product_id, picture_id), vector in house.vectors.items():
        query = weighted(np.asarray([vector], np.float32), house.ports.embedder.space, by_colour=True)
        hits = house.ports.vectors.search(house.index, query, 12)[0]
        assert (hits[0].product_id, hits[0].picture_id) == (product_id, picture_id)
        assert hits[0].similarity == pytest.approx(1, abs=0.01)
        strangers = [hit for hit in hits if hit.product_id != product_id]
        own = norms.z(product_id, hits[0].similarity)
        assert own > max(norms.z(hit.product_id, hit.similarity) for hit in strangers) - 1
        assert own > 1


def test_the_same_feed_again_changes_nothing(house: House) -> None:
    house.ingest()
    before = house.state()
    summary = house.ingest()
    assert counts(summary) == {"unchanged": 6}
    assert summary.revision == 1
    assert house.state() == before


def test_equal_inputs_are_one_run_and_a_changed_world_is_another(house: House) -> None:
    house.shop.write()
    first = house.inputs()
    assert house.inputs() == first
    run_directly(INDEX_CATALOG, house.ports, first)
    second = house.inputs()
    assert second != first
    run_directly(INDEX_CATALOG, house.ports, second)
    assert house.inputs() == second
    different = [house.inputs(rebuild=True)]
    house.shop.draw("images/p1-1.png", take=1)
    different.append(house.inputs())
    house.shop.put("p1", price="1.00 USD")
    house.shop.write()
    different.append(house.inputs())
    house.ports.vectors.drop("default", CATALOG)
    different.append(house.inputs())
    seen = [INDEX_CATALOG.run_id(each) for each in (first, second, *different)]
    assert len(set(seen)) == len(seen)


def test_a_new_price_is_written_without_a_look_at_pictures(house: House) -> None:
    house.ingest()
    stats = house.stats()
    house.shop.put("p1", price="1.00 USD", title="Shirt, cheaper")
    summary = house.ingest()
    assert counts(summary) == {"changed": 1, "unchanged": 5}
    assert summary.revision == 2
    assert house.products["p1"].row.price.minor == 100
    assert {name: values.tolist() for name, values in house.stats().items()} == {
        name: values.tolist() for name, values in stats.items()
    }
    house.assert_whole()


def test_another_group_or_colour_renews_the_statistics(house: House) -> None:
    house.ingest()
    before = house.stats()["mean"].tolist()
    house.shop.put("p1", item_group_id="group-p2")
    assert counts(house.ingest()) == {"changed": 1, "unchanged": 5}
    regrouped = house.stats()["mean"].tolist()
    assert regrouped != before
    house.shop.put("p1", color="")
    assert counts(house.ingest()) == {"changed": 1, "unchanged": 5}
    assert house.stats()["mean"].tolist() != regrouped


def test_an_edited_picture_of_the_same_name_is_noticed(house: House) -> None:
    house.ingest()
    before = house.vectors
    house.shop.draw("images/p1-0.png", take=1)
    summary = house.ingest()
    assert counts(summary) == {"changed": 1, "unchanged": 5, "embedded": 2}
    now = house.vectors
    assert len(now) == 12
    assert {key[0] for key in set(before) ^ set(now)} == {"p1"}
    assert all(now[key] == before[key] for key in set(before) & set(now))
    house.assert_whole()


@pytest.mark.parametrize(
    ("edit", "embedded"),
    [
        ({"additional_image_link": ""}, 1),
        ({"additional_image_link": "images/p2-2.png,images/p2-1.png"}, 3),
        ({"image_link": "images/p2-1.png", "additional_image_link": "images/p2-0.png,images/p2-2.png"}, 3),
        ({"additional_image_link": "images/p2-1.png,images/p2-2.png,images/p1-1.png"}, 4),
        ({"google_product_category": "Apparel & Accessories > Clothing > Pants"}, 3),
    ],
)
def test_other_pictures_or_another_place_on_the_body(house: House, edit: dict[str, str], embedded: int) -> None:
    house.ingest()
    house.shop.rows["p2"].update(edit)
    assert counts(house.ingest()) == {"changed": 1, "unchanged": 5, "embedded": embedded}
    house.assert_whole()
    assert counts(house.ingest()) == {"unchanged": 6}


def test_products_come_and_go(house: House) -> None:
    house.ingest()
    del house.shop.rows["p2"]
    house.shop.put("new")
    summary = house.ingest()
    assert counts(summary) == {"added": 1, "removed": 1, "unchanged": 5, "embedded": 1}
    assert set(house.products) == {"p0", "p1", "p3", "p4", "p5", "new"}
    house.assert_whole()


def test_one_picture_may_serve_twice(house: House) -> None:
    house.shop.put("p0", additional_image_link="images/p0-0.png,images/copy.png,images/p1-0.png")
    (house.shop.feed.parent / "images/copy.png").write_bytes((house.shop.feed.parent / "images/p0-0.png").read_bytes())
    assert house.ingest().embedded == 13
    assert len(house.products["p0"].pictures) == 2
    house.assert_whole()
    assert counts(house.ingest()) == {"unchanged": 6}


def test_bad_rows_and_pictures_are_reported_and_the_rest_is_indexed(house: House) -> None:
    folder = house.shop.feed.parent
    house.shop.put("=p0", price="5")
    house.shop.put("p1", image_link="images/none.jpg")
    house.shop.put("p2", additional_image_link="images/p2-1.png,images/broken.png,https://cdn.example/x.jpg")
    house.shop.put("p3", image_link="images/drawing.svg")
    house.shop.put("p4", image_link="../../etc/passwd")
    (folder / "images/broken.png").write_bytes((folder / "images/p2-1.png").read_bytes()[:150])
    (folder / "images/drawing.svg").write_bytes(b"<svg/>")
    for expected in ({"added": 3, "rejected": 4, "embedded": 6}, {"unchanged": 3, "rejected": 4}):
        summary = house.ingest()
        assert counts(summary) == expected
        assert (summary.rows, summary.warnings, summary.revision) == (7, 2, 1)
        report = house.report(summary)
        assert [(row["line"], row["id"], row["field"], row["severity"]) for row in report] == [
            ("3", "p1", "image_link", "rejected"),
            ("4", "p2", "additional_image_link", "warning"),
            ("4", "p2", "additional_image_link", "warning"),
            ("5", "p3", "image_link", "rejected"),
            ("6", "p4", "image_link", "rejected"),
            ("8", "'=p0", "price", "rejected"),
        ]
        assert "no such file" in report[0]["problem"]
        assert "damaged" in report[1]["problem"]
        assert "left out" in report[1]["problem"]
        assert "download them" in report[2]["remedy"]
        assert "SVG" in report[3]["problem"]
        assert "leads out" in report[4]["problem"]
        assert all(row["remedy"] for row in report)
        house.assert_whole()


def test_a_product_whose_row_went_bad_is_kept_as_it_was(house: House) -> None:
    house.ingest()
    before = house.state()
    house.shop.put("p0", price="5")
    house.shop.put("p1", image_link="images/none.png")
    (house.shop.feed.parent / "images/p2-0.png").write_bytes(b"not a picture")
    summary = house.ingest()
    assert counts(summary) == {"unchanged": 3, "rejected": 3}
    assert summary.revision == 1
    assert house.state() == before
    assert {row["id"]: row["problem"].rpartition("; ")[2] for row in house.report(summary)} == dict.fromkeys(
        ("p0", "p1", "p2"), "the product was kept as it was"
    )


def test_every_row_is_counted_once(house: House) -> None:
    house.ingest()
    house.shop.put("p0", price="5")
    house.shop.put("p1", price="6 USD")
    house.shop.put("new")
    house.shop.put("bad", title="")
    house.shop.put("missing", image_link="images/none.png")
    summary = house.ingest()
    assert summary.rows == 9
    assert summary.rows == summary.added + summary.changed + summary.unchanged + summary.rejected


@pytest.mark.parametrize("spoilt", ["prices", "pictures", "rows"])
def test_a_feed_without_a_good_row_does_not_empty_the_catalog(house: House, spoilt: str) -> None:
    house.ingest()
    before = house.state()
    for product_id in list(house.shop.rows):
        house.shop.rows[f"x{product_id}"] = {**house.shop.rows.pop(product_id), "id": f"x{product_id}"}
    for row in house.shop.rows.values():
        row |= {"prices": {"price": "5"}, "pictures": {"image_link": "none.jpg"}, "rows": {}}[spoilt]
    if spoilt == "rows":
        house.shop.rows.clear()
    for rebuild in (False, True):
        with pytest.raises(InvalidInput, match=r"no good row in feed.csv \(.*\); nothing was changed"):
            house.ingest(rebuild=rebuild)
    assert house.state() == before
    assert house.catalog.revision == 1


def test_another_pack_needs_a_rebuild(house: House) -> None:
    house.ingest()
    other = replace(house, ports=replace(house.ports, embedder=SmallEmbedder(version=2)))
    with pytest.raises(InvalidInput, match=r"indexed with small@1, this is small@2.*--rebuild"):
        other.ingest()
    house.assert_whole()
    other.shop.put("p0", price="5")
    del other.shop.rows["p1"]
    other.shop.put("new")
    summary = other.ingest(rebuild=True)
    assert counts(summary) == {"added": 1, "changed": 4, "removed": 2, "rejected": 1, "embedded": 10}
    assert summary.revision == 2
    assert "removed" in other.report(summary)[0]["problem"]
    other.assert_whole()
    with pytest.raises(InvalidInput, match="small@2"):
        house.ingest()


def test_a_rebuild_looks_at_everything_anew(house: House) -> None:
    house.ingest()
    before = house.state()
    summary = house.ingest(rebuild=True)
    assert counts(summary) == {"changed": 6, "embedded": 12}
    assert summary.revision == 2
    assert house.state() == before


def test_every_step_may_run_twice(house: House) -> None:
    assert house.ingest(times=2).revision == 1
    house.shop.put("p0", price="9 USD")
    house.shop.draw("images/p1-0.png", take=1)
    del house.shop.rows["p2"]
    house.shop.put("new")
    summary = house.ingest(times=2)
    assert counts(summary) == {"added": 1, "changed": 2, "removed": 1, "unchanged": 3, "embedded": 3}
    assert summary.revision == 2
    house.assert_whole()
    assert house.ingest(rebuild=True, times=2).revision == 3
    house.assert_whole()


class Failing:
    """A store that fails for a passing reason from its nth write on.

    Args:
        store: The real one.
        left: Shared count of writes that are still let through, as a list of one.
    """

    def __init__(self, store: Records | VectorIndex, left: list[int]) -> None:
        self._store = store
        self._left = left

    def __getattr__(self, name: str) -> Any:
        method: Callable[..., Any] = getattr(self._store, name)
        if name not in {"put", "put_many", "delete_many", "upsert", "delete", "drop", "optimize"}:
            return method

        def write(*arguments: Any, **options: Any) -> Any:
            self._left[0] -= 1
            if self._left[0] < 0:
                raise Unavailable("the store went away")
            return method(*arguments, **options)

        return write


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
        states.append(house.state())
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
        assert house.state() == states[now]
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
    stray = VectorRows(["p1", "ghost"], ["0" * 64, "1" * 64], np.ones((2, 128), np.float32))
    house.ports.vectors.delete(house.index, ["p5"])
    house.ports.vectors.upsert(house.index, stray)
    assert counts(house.ingest()) == {"changed": 2, "unchanged": 4, "embedded": 5}
    assert house.state() == before


def test_two_runs_at_once_do_not_mix(house: House) -> None:
    house.ingest()
    house.shop.put("p0", price="9 USD")
    house.shop.write()
    inputs, values = house.inputs(), dict[str, JsonValue]()
    beginning = replace(INDEX_CATALOG, steps=INDEX_CATALOG.steps[:4])
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
    ports, space = house.ports, house.ports.embedder.space
    folder = house.shop.feed.parent
    with pytest.raises(NotFound, match="there is no feed"):
        index_inputs(ports.records, ports.vectors, space, "default", CATALOG, folder / "none.csv")
    with pytest.raises(InvalidInput, match="cannot be read"):
        index_inputs(ports.records, ports.vectors, space, "default", CATALOG, folder)
    feed = house.shop.write()
    for name in ("", "../up", "a b", "x" * 65, "-x", "a/b", "ä"):
        with pytest.raises(InvalidInput, match="cannot name a catalog"):
            index_inputs(ports.records, ports.vectors, space, "default", name, feed)


def test_progress_is_told_product_by_product_and_a_cancelled_run_stops(house: House) -> None:
    house.shop.write()
    beginning, values = replace(INDEX_CATALOG, steps=INDEX_CATALOG.steps[:3]), dict[str, JsonValue]()
    inputs = house.inputs()
    run_directly(beginning, house.ports, inputs, values=values)
    heard = Heard()
    embedding = replace(INDEX_CATALOG, steps=INDEX_CATALOG.steps[:4])
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
