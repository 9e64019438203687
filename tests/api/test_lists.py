from datetime import timedelta

import httpx
import pytest

from shoppable.model.catalog import Catalog
from shoppable.model.keys import catalog_key, product_key, video_key
from shoppable.model.run import State, StepEvent
from tests.api.conftest import Site
from tests.shop import BEGIN, CATALOG, COAT, RUN, VIDEO, product, put_run, video


def walk(client: httpx.Client, address: str) -> list[httpx.Response]:
    """All pages of a list, by following its links."""
    pages = [client.get(address)]
    while "next" in pages[-1].links:
        pages.append(client.get(pages[-1].links["next"]["url"]))
    return pages


def test_a_video_says_what_it_is_and_what_is_published_of_it(site: Site) -> None:
    said = site.client.get(f"/v1/videos/{VIDEO}").json()
    assert said == {
        "video_id": VIDEO,
        "name": "Autumn walk",
        "media_type": "video/mp4",
        "catalog": CATALOG,
        "latest_run_id": RUN,
        "cue_sheet_version": 1,
        "container": "mp4",
        "video_codec": "h264",
        "audio_codec": None,
        "duration_ms": 10_000,
        "width": 1280,
        "height": 720,
        "rotation": 0,
        "frame_rate": 25,
        "streams": None,
        "stills": None,
    }
    assert site.client.get("/v1/videos").json() == {"videos": [said], "next": None}


def test_no_answer_tells_where_things_are_kept(site: Site) -> None:
    seen = f"/v1/videos/{VIDEO}/appearances"
    addresses = ("/v1/videos", seen, f"{seen}/a1", "/v1/catalogs", f"/v1/catalogs/{CATALOG}/products")
    for address in addresses:
        assert f"t/{site.shop.tenant}" not in site.client.get(address).text


def test_what_the_current_run_saw(site: Site) -> None:
    said = site.client.get(f"/v1/videos/{VIDEO}/appearances").json()
    assert (said["run_id"], said["next"]) == (RUN, None)
    assert [(each["appearance_id"], each["tier"]) for each in said["appearances"]] == [
        ("a1", "exact"),
        ("a2", "similar"),
    ]
    assert said["appearances"][0]["candidates"][0]["product_id"] == COAT
    shots = site.client.get(f"/v1/videos/{VIDEO}/shots").json()
    assert shots["shots"] == [
        {"index": 0, "start_ms": 0, "end_ms": 5000, "begins_by": "cut", "content": "moving"},
        {"index": 1, "start_ms": 5000, "end_ms": 10_000, "begins_by": "cut", "content": "moving"},
    ]


def test_chapters_are_told_and_given_to_players(site: Site) -> None:
    said = site.client.get(f"/v1/videos/{VIDEO}/chapters").json()
    assert said["run_id"] == site.client.get(f"/v1/videos/{VIDEO}").json()["latest_run_id"]
    assert said["chapters"] == [
        {"index": 0, "title": "Chapter 1", "start_ms": 0, "end_ms": 5000},
        {"index": 1, "title": "Chapter 2", "start_ms": 5000, "end_ms": 10_000},
    ]
    track = site.client.get(f"/v1/videos/{VIDEO}/chapters.vtt")
    assert track.headers["content-type"] == "text/vtt; charset=utf-8"
    assert track.text.splitlines()[0] == "WEBVTT"
    assert "00:00:05.000 --> 00:00:10.000\nChapter 2\n" in track.text


def test_a_video_without_a_finished_run_has_empty_lists(site: Site) -> None:
    fresh = video(latest_run_id=None).model_copy(update={"video_id": "fresh"})
    site.shop.records.put(video_key(site.shop.tenant, "fresh"), fresh)
    try:
        said = site.client.get("/v1/videos/fresh/appearances").json()
        assert said == {"run_id": None, "appearances": [], "next": None}
        assert site.client.get("/v1/videos/fresh/shots").json() == {"run_id": None, "shots": [], "next": None}
        assert site.client.get("/v1/videos/fresh/chapters").json() == {"run_id": None, "chapters": []}
        assert site.client.get("/v1/videos/fresh/chapters.vtt").text == "WEBVTT\n"
        assert site.client.get("/v1/videos/fresh").json()["cue_sheet_version"] is None
    finally:
        site.shop.records.delete_many([video_key(site.shop.tenant, "fresh")])


def test_a_catalog_and_its_products(site: Site) -> None:
    catalogs = site.client.get("/v1/catalogs").json()["catalogs"]
    assert catalogs == [{"catalog": CATALOG, "space": "pack@1", "revision": 1, "products": 2}]
    products = site.client.get(f"/v1/catalogs/{CATALOG}/products").json()["products"]
    assert [each["product_id"] for each in products] == ["coat", "hat"]
    assert products[0]["price"] == {"minor": 5200, "currency": "EUR"}
    answer = site.client.get(f"/v1/catalogs/{CATALOG}/{products[0]['images'][0]}")
    assert answer.content == b"JPEG of coat"


def test_a_long_list_is_walked_page_by_page(site: Site) -> None:
    tenant, name = site.shop.tenant, "many"
    row = product(COAT).row
    many = [
        product(COAT).model_copy(update={"row": row.model_copy(update={"product_id": f"p/{n:03}?&é"})})
        for n in range(25)
    ]
    site.shop.records.put_many([(product_key(tenant, name, each.product_id), each) for each in many])
    assert site.client.get(f"/v1/catalogs/{name}/products").status_code == 404, "products alone are no catalog"
    site.shop.records.put(catalog_key(tenant, name), Catalog(catalog=name, products=25))
    try:
        pages = walk(site.client, f"/v1/catalogs/{name}/products?limit=10")
        assert [len(page.json()["products"]) for page in pages] == [10, 10, 5]
        listed = [each["product_id"] for page in pages for each in page.json()["products"]]
        assert listed == [each.product_id for each in many]
        assert [page.json()["next"] is None for page in pages] == [False, False, True]
        exact = walk(site.client, f"/v1/catalogs/{name}/products?limit=25")
        assert len(exact) == 1, "a full last page has no next one"
    finally:
        site.shop.records.delete_many([catalog_key(tenant, name)])


def test_appearances_and_shots_are_walked_page_by_page(site: Site) -> None:
    for what in ("appearances", "shots"):
        pages = walk(site.client, f"/v1/videos/{VIDEO}/{what}?limit=1")
        assert [len(page.json()[what]) for page in pages] == [1, 1]


def test_runs_come_newest_first_page_by_page(site: Site) -> None:
    for index, after_s in enumerate((30, 10, 20, 20)):
        put_run(site.shop, f"publish-{index}", pipeline="publish", after_s=after_s)
    pages = walk(site.client, "/v1/runs?limit=2")
    listed = [each["run_id"] for page in pages for each in page.json()["runs"]]
    assert listed == ["publish-0", "publish-2", "publish-3", "publish-1", RUN]


def test_a_run_and_its_graph(site: Site) -> None:
    put_run(site.shop, "publish-g", pipeline="publish", after_s=-60)
    at = BEGIN
    for step, state in (("stamp", State.RUNNING), ("stamp", State.SUCCEEDED), ("sheet", State.RUNNING)):
        at += timedelta(seconds=1)
        site.shop.events.append(StepEvent(run_id="publish-g", step=step, state=state, at=at))
    run = site.client.get("/v1/runs/publish-g").json()
    assert (run["pipeline"], run["state"], run["inputs"]) == ("publish", "succeeded", {"video_id": VIDEO})
    graph = site.client.get("/v1/runs/publish-g/graph").json()
    stands = [(node["step"], node["state"]) for node in graph["nodes"]]
    assert stands == [("stamp", "succeeded"), ("sheet", "running"), ("publication", "pending")]
    blank = site.client.get("/v1/pipelines/publish/graph").json()
    assert {node["state"] for node in blank["nodes"]} == {"pending"}
    assert {"source": "stamp", "target": "sheet"} in blank["edges"]


def test_a_run_of_a_pipeline_that_is_no_more_has_no_graph(site: Site) -> None:
    put_run(site.shop, "former-1", pipeline="former", after_s=-120)
    answer = site.client.get("/v1/runs/former-1/graph")
    assert answer.status_code == 404
    assert answer.json()["detail"] == "there is no pipeline former; there are publish"


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=201", "limit=x", "cursor=%00", "cursor=a", "cursor=____", "cursor=é"]
)
@pytest.mark.parametrize("address", ["/v1/videos", f"/v1/videos/{VIDEO}/shots"])
def test_a_page_that_cannot_be(site: Site, address: str, query: str) -> None:
    answer = site.client.get(f"{address}?{query}")
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_cursor_of_another_list_is_refused(site: Site) -> None:
    other = site.client.get(f"/v1/videos/{VIDEO}/shots?limit=1").json()["next"]
    answer = site.client.get(f"/v1/videos/{VIDEO}/appearances", params={"cursor": other})
    assert answer.status_code == 422
    assert answer.json()["detail"] == "this cursor does not belong to this list; begin without one"
