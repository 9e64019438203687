import json
from pathlib import Path
from urllib.parse import urljoin

import jsonschema  # type: ignore[import-untyped] # it ships no types
import pytest

from shoppable.model.cue import CueSheet
from shoppable.model.match import Tier
from tests.api.conftest import Serve, Site, application
from tests.shop import COAT, PICTURES, RUN, VIDEO, open_shop, publish_now, stock
from web.contract.generate import SCHEMA

CURRENT = f"/v1/videos/{VIDEO}/cue-sheet"
FIRST = f"/v1/videos/{VIDEO}/cue-sheets/1"


def test_the_pointer_leads_to_the_current_version_and_is_kept_for_a_moment_only(site: Site) -> None:
    answer = site.client.get(CURRENT)
    assert answer.status_code == 307
    assert urljoin(CURRENT, answer.headers["location"]) == FIRST
    assert answer.headers["cache-control"] == "public, max-age=10"
    assert site.client.get(CURRENT, follow_redirects=True).url.path == FIRST


def test_a_version_is_the_sheet_and_is_kept_for_ever(site: Site) -> None:
    answer = site.client.get(FIRST)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert CueSheet.model_validate_json(answer.content).version == 1
    jsonschema.validate(answer.json(), json.loads(SCHEMA.read_text(encoding="utf-8")))


@pytest.mark.parametrize("address", [CURRENT, FIRST, f"/v1/videos/{VIDEO}/cue-sheets/99", "/v1/videos/none/cue-sheet"])
def test_a_player_on_any_page_may_read_it_and_hear_that_there_is_none(site: Site, address: str) -> None:
    assert site.client.get(address).headers["access-control-allow-origin"] == "*"


def test_only_what_a_player_needs_is_open_to_any_page(site: Site) -> None:
    for address in ("/v1/videos", f"/v1/videos/{VIDEO}", f"/v1/videos/{VIDEO}/media", "/v1/catalogs", "/v1/runs"):
        assert "access-control-allow-origin" not in site.client.get(address).headers


def test_a_known_version_is_not_sent_again(site: Site) -> None:
    etag = site.client.get(FIRST).headers["etag"]
    answer = site.client.get(FIRST, headers={"if-none-match": etag})
    assert (answer.status_code, answer.content) == (304, b"")
    assert answer.headers["etag"] == etag
    assert site.client.get(FIRST, headers={"if-none-match": '"x"'}).status_code == 200


def test_pictures_are_found_from_the_sheet(site: Site) -> None:
    sheet = CueSheet.model_validate_json(site.client.get(FIRST).content)
    address = urljoin(FIRST, sheet.products[0].image)
    assert address == f"/v1/pictures/{PICTURES[COAT]}.jpg"
    answer = site.client.get(address)
    assert (answer.status_code, answer.content) == (200, b"JPEG of coat")
    assert answer.headers["content-type"] == "image/jpeg"
    assert "immutable" in answer.headers["cache-control"]
    assert site.client.get(address, headers={"if-none-match": answer.headers["etag"]}).status_code == 304


def test_crops_are_found_from_the_appearances(site: Site) -> None:
    listed = site.client.get(f"/v1/videos/{VIDEO}/appearances")
    address = urljoin(listed.url.path, listed.json()["appearances"][0]["crops"][0])
    answer = site.client.get(address)
    assert address == f"/v1/videos/{VIDEO}/crops/{RUN}/a1-0.jpg"
    assert (answer.status_code, answer.content) == (200, b"JPEG of a1")


@pytest.mark.parametrize("version", ["0", "-1", "2", "x", "1.0", "99999999999999999999", "1%20"])
def test_a_version_that_is_none_is_a_problem(site: Site, version: str) -> None:
    answer = site.client.get(f"/v1/videos/{VIDEO}/cue-sheets/{version}")
    assert answer.status_code in (404, 422)
    assert answer.headers["content-type"] == "application/problem+json"


def test_an_old_version_stays_what_it_was_when_the_pointer_moves(tmp_path: Path, serve: Serve) -> None:
    with open_shop(tmp_path) as shop:
        client = serve(application(stock(shop), tmp_path / "built"))
        assert client.get(CURRENT).status_code == 404
        publish_now(shop)
        first = client.get(FIRST).content
        publish_now(shop, tiers=(Tier.EXACT, Tier.SIMILAR))
        assert client.get(CURRENT).headers["location"].endswith("/2")
        assert client.get(FIRST).content == first
        assert len(client.get(CURRENT, follow_redirects=True).json()["cues"]) == 2
        assert client.get(f"/v1/videos/{VIDEO}").json()["cue_sheet_version"] == 2
