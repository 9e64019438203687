"""Pictures by URL and from zips: fetched once, looked at once, asked for again by their version."""

import hashlib
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from PIL import Image as Pillow

from shoppable.adapters.fetching.http import HttpFetcher
from shoppable.errors import Cancelled, InvalidInput, NotFound
from shoppable.model.catalog import IngestSummary
from shoppable.pipelines.catalog import INDEX_CATALOG, index_inputs
from tests.direct import run_directly
from tests.pictures_by_link import ImageServer
from tests.pipelines.house import CATALOG, Heard, House, counts
from tests.small_vision import SmallEmbedder
from tests.strangers import Stranger


@dataclass
class Linked:
    """A house whose shop names its pictures by URL."""

    house: House
    images: ImageServer
    server: Stranger

    def link(self, path: str) -> str:
        return f"{self.server.origin}/{path}"

    def move_to_server(self) -> None:
        """Every picture that rows name by path is served, and named by its link."""
        folder = self.house.shop.feed.parent
        for row in self.house.shop.rows.values():
            for column in ("image_link", "additional_image_link"):
                paths = [path for path in row[column].split(",") if path]
                for path in paths:
                    if not path.startswith("http") and (folder / path).is_file():
                        self.images.files[f"/{path}"] = (folder / path).read_bytes()
                row[column] = ",".join(path if path.startswith("http") else self.link(path) for path in paths)

    def ingest(self, *, recheck: bool = True, rebuild: bool = False) -> IngestSummary:
        self.move_to_server()
        house = self.house
        house.shop.write()
        inputs = index_inputs(house.ports, CATALOG, house.shop.feed, rebuild=rebuild, recheck=recheck)
        return IngestSummary.model_validate(run_directly(INDEX_CATALOG, house.ports, inputs, times=2))


@pytest.fixture
def linked(house: House) -> Iterator[Linked]:
    images = ImageServer()
    with images.serving() as server:
        fetcher = HttpFetcher([server.origin], pause_s=0, retry_s=0)
        yield Linked(replace(house, ports=replace(house.ports, fetcher=fetcher)), images, server)


def test_linked_pictures_become_a_catalog_and_each_is_fetched_once(linked: Linked) -> None:
    assert counts(linked.ingest()) == {"added": 6, "embedded": 12}
    assert sorted(linked.images.sent) == sorted(linked.images.files)
    sent = linked.images.files["/images/p1-0.png"]
    assert linked.house.products["p1"].pictures[0].picture_id == hashlib.sha256(sent).hexdigest()
    linked.house.assert_whole()


def test_nothing_but_pixels_of_a_linked_picture_is_kept(linked: Linked) -> None:
    linked.ingest()
    picture = linked.house.products["p1"].pictures[0]
    with Pillow.open(io.BytesIO(linked.house.ports.blobs.get(picture.picture_key))) as kept:
        assert (kept.format, kept.mode, kept.size) == ("JPEG", "RGB", (96, 128))


def test_the_next_ingest_gets_only_what_changed(linked: Linked) -> None:
    linked.ingest()
    linked.images.forget()
    linked.house.shop.draw("images/p1-0.png", take=1)
    linked.images.files["/images/p1-0.png"] = (linked.house.shop.feed.parent / "images/p1-0.png").read_bytes()
    assert counts(linked.ingest()) == {"changed": 1, "unchanged": 5, "embedded": 2}
    assert linked.images.sent == ["/images/p1-0.png"]
    assert len(linked.images.unchanged) == 11
    linked.house.assert_whole()


@pytest.mark.parametrize("recheck", [True, False])
def test_fresh_pictures_are_not_asked_for(linked: Linked, recheck: bool) -> None:
    linked.images.max_age_s = 600 if recheck else None
    linked.ingest()
    asked = len(linked.server.asked)
    linked.house.shop.put("p1", price="60.00 USD")
    assert counts(linked.ingest(recheck=recheck)) == {"changed": 1, "unchanged": 5}
    assert len(linked.server.asked) == asked == 12


def test_without_their_server_products_keep_their_pictures_and_still_change(linked: Linked) -> None:
    linked.ingest()
    linked.images.statuses = dict.fromkeys(linked.images.files, "500 Broken")
    linked.house.shop.put("p1", price="60.00 USD")
    summary = linked.ingest()
    assert counts(summary) == {"changed": 1, "unchanged": 5}
    assert summary.report_key is None
    assert linked.house.products["p1"].row.price.minor == 6000


def test_a_picture_that_is_gone_is_reported_and_its_product_kept(linked: Linked) -> None:
    linked.ingest()
    del linked.images.files["/images/p3-0.png"]
    (linked.house.shop.feed.parent / "images/p3-0.png").unlink()
    summary = linked.ingest()
    assert counts(summary) == {"unchanged": 5, "rejected": 1}
    [row] = linked.house.report(summary)
    assert (row["id"], row["field"], row["remedy"]) == ("p3", "image_link", "correct the link")
    assert "404 Not Found" in row["problem"]
    assert "kept as it was" in row["problem"]


def test_good_rows_survive_bad_links_and_each_is_told_what_to_do(linked: Linked) -> None:
    origin = linked.server.origin
    linked.images.files |= {
        "/page": b"<!doctype html><html>no picture</html>",
        "/cut": (linked.house.shop.feed.parent / "images/p0-0.png").read_bytes()[:200],
        "/empty": b"",
    }
    linked.images.statuses["/secret"] = "403 Forbidden"
    bad = {
        "gone": (f"{origin}/gone?key=SECRET", "404"),
        "secret": (f"{origin}/secret", "403"),
        "page": (f"{origin}/page", "a web page"),
        "cut": (f"{origin}/cut", "damaged or cut short"),
        "empty": (f"{origin}/empty", "empty"),
        "private": ("https://127.0.0.1/a.jpg", "private network"),
        "login": ("https://user:SECRET@shop.example/a.jpg", "a login"),
        "port": ("https://shop.example:8443/a.jpg", "port 8443"),
        "plain": ("http://shop.example/a.jpg", "not an https link"),
    }
    for product_id, (link, _) in bad.items():
        linked.house.shop.put(product_id, image_link=link)
    summary = linked.ingest()
    assert counts(summary) == {"added": 6, "rejected": len(bad), "embedded": 12}
    report = {row["id"]: row for row in linked.house.report(summary)}
    assert set(report) == set(bad)
    for product_id, (_, told) in bad.items():
        row = report[product_id]
        assert told in row["problem"], row
        assert "SECRET" not in row["problem"]
        assert row["remedy"]
        assert (row["field"], row["severity"]) == ("image_link", "rejected")
        assert int(row["line"]) > 7


def test_what_was_broken_off_goes_on_without_fetching_again(linked: Linked) -> None:
    house = linked.house
    linked.move_to_server()
    house.shop.write()
    inputs = index_inputs(house.ports, CATALOG, house.shop.feed)
    upto = replace(INDEX_CATALOG, steps=INDEX_CATALOG.steps[:2])
    with pytest.raises(Cancelled):
        run_directly(upto, replace(house.ports, progress=Heard(cancel_after=8)), inputs)
    first = list(linked.images.sent)
    assert first
    run_directly(INDEX_CATALOG, house.ports, index_inputs(house.ports, CATALOG, house.shop.feed))
    assert sorted(linked.images.sent) == sorted(linked.images.files)
    house.assert_whole()


def test_one_picture_of_many_products_is_looked_at_once(linked: Linked) -> None:
    shop, embedder = linked.house.shop, SmallEmbedder()
    one = shop.feed.parent / "images/p0-0.png"
    for number in range(40):
        linked.images.files[f"/copy-{number}"] = one.read_bytes()
        shop.put(f"copy{number}", image_link=linked.link(f"copy-{number}"))
    house = replace(linked.house, ports=replace(linked.house.ports, embedder=embedder))
    linked.house = house
    assert counts(linked.ingest()) == {"added": 46, "embedded": 52}
    assert embedder.embedded == 12
    shop.put("late", image_link=linked.link("copy-1"))
    assert counts(linked.ingest()) == {"added": 1, "unchanged": 46, "embedded": 1}
    assert embedder.embedded == 12
    house.assert_whole()


def test_a_rebuild_fetches_nothing_that_is_kept(linked: Linked) -> None:
    linked.ingest()
    before = linked.house.state()
    linked.images.forget()
    assert counts(linked.ingest(rebuild=True)) == {"changed": 6, "embedded": 12}
    assert linked.images.sent == []
    assert linked.house.state()[:2] == before[:2]


@pytest.mark.parametrize("top", ["", "feed 2026/"])
def test_pictures_are_read_from_a_zip(house: House, tmp_path: Path, top: str) -> None:
    house.shop.put("out", image_link="../feed.csv")
    house.shop.put("none", image_link="images/none.png")
    house.shop.write()
    packed = tmp_path / "pictures.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for path in sorted((house.shop.feed.parent / "images").iterdir()):
            archive.write(path, f"{top}images/{path.name}")
            path.unlink()

    def ingest() -> IngestSummary:
        inputs = index_inputs(house.ports, CATALOG, house.shop.feed, pictures=packed)
        return IngestSummary.model_validate(run_directly(INDEX_CATALOG, house.ports, inputs, times=2))

    summary = ingest()
    assert counts(summary) == {"added": 6, "rejected": 2, "embedded": 12}
    assert {row["id"]: row["problem"] for row in house.report(summary)} == {
        "out": "the picture's path leads out of the zip",
        "none": "there is no such file in the zip",
    }
    house.assert_whole()
    with zipfile.ZipFile(packed, "a") as archive:
        buffer = io.BytesIO()
        Pillow.new("RGB", (60, 60), "teal").save(buffer, "PNG")
        archive.writestr(f"{top}images/none.png", buffer.getvalue())
    assert counts(ingest())["rejected"] == 2  # one colour is no product, but it is found now


def _bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("images/p0-0.png", bytes(60_000_000))


def _damaged(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("images/p0-0.png", b"x" * 1000)
    path.write_bytes(path.read_bytes().replace(b"x" * 100, b"y" * 100, 1))


@pytest.mark.parametrize(("make", "told"), [(_bomb, "more than the 40 MB"), (_damaged, "cannot be unpacked")])
def test_a_hostile_zip_costs_its_own_pictures_only(house: House, tmp_path: Path, make: object, told: str) -> None:
    packed = tmp_path / "pictures.zip"
    make(packed)  # type: ignore[operator]  # one of the two above
    house.shop.rows = {"p0": house.shop.rows["p0"]}
    house.shop.write()
    inputs = index_inputs(house.ports, CATALOG, house.shop.feed, pictures=packed)
    with pytest.raises(InvalidInput, match=told):
        run_directly(INDEX_CATALOG, house.ports, inputs)


def test_where_pictures_should_be_is_checked_first(house: House, tmp_path: Path) -> None:
    house.shop.write()
    (tmp_path / "no.zip").write_bytes(b"PK no zip")
    with pytest.raises(InvalidInput, match="name a folder or a zip"):
        index_inputs(house.ports, CATALOG, house.shop.feed, pictures=tmp_path / "no.zip")
    with pytest.raises(NotFound, match="name a folder or a zip"):
        index_inputs(house.ports, CATALOG, house.shop.feed, pictures=tmp_path / "nowhere")
