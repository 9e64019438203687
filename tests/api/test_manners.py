import json
import sqlite3
from contextlib import closing
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest

from shoppable.errors import Cancelled, Conflict, InvalidInput, NotFound, ShoppableError, Unavailable, Unsupported
from tests.api.conftest import Serve, Site, application, get_raw
from tests.shop import CATALOG, COAT, PICTURES, RUN, VIDEO, open_shop, publish_now, put_run, stock

EVERY_ADDRESS = [
    "/v1/videos",
    f"/v1/videos/{VIDEO}",
    f"/v1/videos/{VIDEO}/media",
    f"/v1/videos/{VIDEO}/appearances",
    f"/v1/videos/{VIDEO}/appearances/a1",
    f"/v1/videos/{VIDEO}/shots",
    f"/v1/videos/{VIDEO}/chapters",
    f"/v1/videos/{VIDEO}/chapters.vtt",
    f"/v1/videos/{VIDEO}/cue-sheet",
    f"/v1/videos/{VIDEO}/cue-sheets/1",
    f"/v1/videos/{VIDEO}/crops/{RUN}/a1-0.jpg",
    f"/v1/pictures/{PICTURES[COAT]}.jpg",
    "/v1/catalogs",
    f"/v1/catalogs/{CATALOG}/products",
    "/v1/runs",
    f"/v1/runs/{RUN}",
    "/v1/runs/publish-1/graph",
    "/v1/pipelines/publish/graph",
    "/healthz",
]

OF_RENDITIONS = [
    "/v1/videos/{video_id}/renditions/{renditions_id}/{name}",
    "/v1/videos/{video_id}/renditions/{renditions_id}/{folder}/{name}",
    "/v1/videos/{video_id}/stills/{name}",
]
"""Files that this shop has none of: see `test_streams.py`."""


@pytest.fixture(scope="module", autouse=True)
def _one_run_to_draw(site: Site) -> None:
    put_run(site.shop, "publish-1", pipeline="publish")


def served(document: dict[str, Any]) -> set[str]:
    return {path for path, operations in document["paths"].items() if "get" in operations}


def filled(path: str, **values: str) -> str:
    return path.format(**values)


def test_the_addresses_above_are_all_there_are(site: Site) -> None:
    document = site.client.get("/v1/openapi.json").json()
    known = {
        "video_id": VIDEO,
        "version": "1",
        "run_id": RUN,
        "name": "a1-0",
        "picture_id": PICTURES[COAT],
        "catalog": CATALOG,
        "appearance_id": "a1",
        "renditions_id": "0" * 16,
        "folder": "240",
    }
    mine = {filled(path, **known) for path in served(document)}
    swapped = {each.replace("pipelines/publish", "pipelines/a1-0").replace("publish-1", RUN) for each in EVERY_ADDRESS}
    assert mine - {filled(path, **known) for path in OF_RENDITIONS} == swapped


@pytest.mark.parametrize("address", [*EVERY_ADDRESS, "/", "/watch/x", "/nowhere", "/v1/videos/none", "/player/x.js"])
def test_every_answer_is_guarded(site: Site, address: str) -> None:
    headers = site.client.get(address).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "strict-origin-when-cross-origin"
    assert headers["content-security-policy"] == (
        "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self' blob:; "
        "object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
    )
    assert "cache-control" in headers


@pytest.mark.parametrize("address", [*EVERY_ADDRESS, "/nowhere"])
def test_head_is_get_without_the_body(site: Site, address: str) -> None:
    get, head = site.client.get(address), site.client.head(address)
    assert head.content == b""
    assert head.status_code == get.status_code
    left_out = {"date"}
    assert {k: v for k, v in head.headers.items() if k not in left_out} == {
        k: v for k, v in get.headers.items() if k not in left_out
    }


@pytest.mark.parametrize("address", EVERY_ADDRESS)
def test_nothing_can_be_written(site: Site, address: str) -> None:
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        answer = site.client.request(method, address)
        assert answer.status_code == 405
        assert answer.headers["content-type"] == "application/problem+json"


def test_another_tenants_things_do_not_exist(site: Site, serve: Serve) -> None:
    """Same store, other tenant: the same addresses lead nowhere, and no list shows them."""
    client = serve(application(site.shop.of("rival"), site.built))
    for address in EVERY_ADDRESS:
        mine, theirs = site.client.get(address), client.get(address)
        if address in ("/healthz", "/v1/pipelines/publish/graph"):
            assert theirs.status_code == 200
        elif address in ("/v1/videos", "/v1/catalogs", "/v1/runs"):
            assert [value for value in theirs.json().values() if value] == []
        else:
            assert mine.status_code in (200, 307), address
            assert theirs.status_code == 404, address
            assert theirs.json()["title"] == "Not Found"


def test_two_tenants_keep_apart_in_one_store(tmp_path: Path, serve: Serve) -> None:
    with open_shop(tmp_path) as shop:
        publish_now(stock(shop))
        rival = stock(shop.of("rival"))
        client = serve(application(rival, tmp_path / "built"))
        assert client.get(f"/v1/videos/{VIDEO}").json()["cue_sheet_version"] is None
        assert client.get(f"/v1/videos/{VIDEO}/cue-sheets/1").status_code == 404


TRICKS = [
    "..",
    "../../etc/passwd",
    "..%2f..%2fetc%2fpasswd",
    "%2e%2e%2f%2e%2e",
    "%2e%2e",
    "a%00b",
    "a%0a",
    "a#b",
    "T%23rival%23VIDEOS",
    ".hidden",
    "-x",
    "a%5c..%5cb",
    "%c3%a9",
    "%ff",
    "x" * 200,
    "%20",
]


@pytest.mark.parametrize(
    "address",
    [
        "/v1/videos/{}",
        "/v1/videos/{}/media",
        "/v1/videos/{}/cue-sheet",
        "/v1/pictures/{}.jpg",
        f"/v1/videos/{VIDEO}/appearances/{{}}",
        f"/v1/videos/{VIDEO}/crops/{{}}/a1-0.jpg",
        f"/v1/videos/{VIDEO}/crops/{RUN}/{{}}.jpg",
        "/v1/catalogs/{}/products",
        "/v1/runs/{}",
        "/v1/runs/{}/graph",
        "/v1/pipelines/{}/graph",
        "/player/{}",
    ],
)
def test_an_odd_name_leads_nowhere(site: Site, address: str) -> None:
    for trick in TRICKS:
        answer = get_raw(site.client, address.format(trick))
        assert answer.status_code in (404, 422), trick
        assert answer.headers["content-type"] == "application/problem+json", trick
        assert "passwd" not in answer.text, trick


@pytest.mark.parametrize("name", [".hidden", "-x", "a%00b", "a%0a", "T%23rival%23VIDEOS", "x" * 129, "%20", "%c3%a9"])
@pytest.mark.parametrize("address", ["/v1/videos/{}", f"/v1/videos/{VIDEO}/crops/{RUN}/{{}}.jpg", "/v1/runs/{}"])
def test_what_no_name_can_look_like_is_stopped_at_the_door(site: Site, address: str, name: str) -> None:
    assert get_raw(site.client, address.format(name)).status_code == 422


def test_an_invalid_request_says_which_part_is_wrong(site: Site) -> None:
    problem = site.client.get("/v1/videos?limit=1000").json()
    assert problem == {
        "type": "about:blank",
        "title": HTTPStatus(422).phrase,
        "status": 422,
        "detail": "the request cannot be used; see errors",
        "errors": [{"field": "query.limit", "detail": "Input should be less than or equal to 200"}],
    }


def test_what_is_not_there_is_a_problem_that_names_it(site: Site) -> None:
    answer = site.client.get("/v1/videos/none")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {
        "type": "about:blank",
        "title": "Not Found",
        "status": 404,
        "detail": "there is no video none",
    }
    assert site.client.get("/nowhere").json()["detail"] == "GET is not served at this address"


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (InvalidInput, 422),
        (NotFound, 404),
        (Conflict, 409),
        (Cancelled, 409),
        (Unsupported, 501),
        (Unavailable, 503),
        (ShoppableError, 500),
    ],
)
def test_every_error_has_its_status(site: Site, serve: Serve, error: type[ShoppableError], status: int) -> None:
    app = application(site.shop, site.built)

    @app.get("/fail")
    def fail() -> None:
        raise error("what went wrong, in one line")

    answer = serve(app).get("/fail")
    assert answer.status_code == status
    assert answer.json()["detail"] == "what went wrong, in one line"
    assert ("retry-after" in answer.headers) is (status == 503)


def test_an_error_of_our_own_tells_nothing_and_is_guarded_too(site: Site, serve: Serve) -> None:
    app = application(site.shop, site.built)

    @app.get("/fail")
    def fail() -> None:
        raise KeyError("a secret")

    answer = serve(app).get("/fail")
    assert answer.status_code == 500
    assert answer.json()["detail"] == "the server met an error of its own; its log says which"
    assert "secret" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "content-security-policy" in answer.headers


def test_the_api_describes_itself(site: Site) -> None:
    document = site.client.get("/v1/openapi.json").json()
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    assert len({operation["operationId"] for operation in operations}) == len(operations)
    assert all(operation["summary"] and operation["tags"] for operation in operations)
    assert all(set(o["responses"]["default"]["content"]) == {"application/problem+json"} for o in operations)
    assert "HTTPValidationError" not in json.dumps(document)
    schemas = document["components"]["schemas"]
    assert schemas["CueSheet"]["properties"]["cues"]["items"] == {"$ref": "#/components/schemas/Cue"}
    sheet = document["paths"]["/v1/videos/{video_id}/cue-sheets/{version}"]["get"]["responses"]["200"]
    assert sheet["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/CueSheet"}
    for reference in _references(document):
        assert reference.removeprefix("#/components/schemas/") in schemas


def _references(node: object) -> list[str]:
    if isinstance(node, dict):
        own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
        return own + [found for value in node.values() for found in _references(value)]
    return [found for value in node for found in _references(value)] if isinstance(node, list) else []


def test_health_says_when_nothing_can_be_read(site: Site, serve: Serve, tmp_path: Path) -> None:
    with open_shop(tmp_path) as shop:
        client = serve(application(shop, tmp_path / "built"))
        assert client.get("/healthz").json() == {"status": "ok"}
        with closing(sqlite3.connect(tmp_path / "shop.db")) as database:
            database.execute("DROP TABLE records")
        answer = client.get("/healthz")
        assert answer.status_code == 503
        assert answer.headers["retry-after"] == "5"
