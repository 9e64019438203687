"""INDEX_CATALOG on real stores: what a feed says is what the catalog holds, whatever happens."""

import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image as Pillow

from shoppable.errors import InvalidInput
from shoppable.logic.calibration import ProductNorms
from shoppable.model.catalog import IngestSummary
from shoppable.model.keys import picture_blob
from shoppable.pipelines.catalog import INDEX_CATALOG
from tests.direct import run_directly
from tests.pipelines.house import CATALOG, House, counts
from tests.small_vision import SmallEmbedder


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
        hits = house.ports.vectors.search(house.index, np.asarray([vector], np.float32), 12)[0]
        assert (hits[0].product_id, hits[0].picture_id) == (product_id, picture_id)
        assert hits[0].similarity == pytest.approx(1, abs=0.01)
        strangers = [hit for hit in hits if hit.product_id != product_id]
        assert norms.affinity(product_id, hits[0].similarity) == pytest.approx(1, abs=0.02)
        assert max(norms.affinity(hit.product_id, hit.similarity) for hit in strangers) < 0.9


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


def test_another_group_renews_the_statistics_and_another_colour_does_not(house: House) -> None:
    house.ingest()
    before = house.stats()["mean"].tolist()
    house.shop.put("p1", item_group_id="group-p2")
    assert counts(house.ingest()) == {"changed": 1, "unchanged": 5}
    regrouped = house.stats()["mean"].tolist()
    assert regrouped != before
    house.shop.put("p1", color="")
    assert counts(house.ingest()) == {"changed": 1, "unchanged": 5}
    assert house.stats()["mean"].tolist() == regrouped
    house.assert_whole()


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
    house.shop.put("p2", additional_image_link="images/p2-1.png,images/broken.png,https://127.0.0.1/x.jpg")
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
        assert "public host" in report[2]["remedy"]
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
    before = house.contents()
    summary = house.ingest(rebuild=True)
    assert counts(summary) == {"changed": 6, "embedded": 12}
    assert summary.revision == house.catalog.metric == 2
    assert house.contents() == before
    house.assert_whole()


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
