"""One appearance with all that its match rests on."""

import pytest

from shoppable.model.keys import appearance_key, crop_blob, product_key, run_key
from shoppable.model.match import Candidate, Tier
from shoppable.model.run import Run
from tests.api.conftest import Site
from tests.shop import CATALOG, COAT, HAT, PICTURES, RUN, VIDEO, appearance, product

ADDRESS = f"/v1/videos/{VIDEO}/appearances"
BACK = "b0" * 32


@pytest.fixture(scope="module", autouse=True)
def _evidence(site: Site) -> None:
    """An appearance of an earlier run, with signals, and candidates of which one is no longer sold."""
    shop, key = site.shop, crop_blob(site.shop.tenant, VIDEO, "earlier", "a7-0")
    shop.blobs.put(key, b"JPEG of a7")
    candidates = (
        Candidate(
            product_id=COAT,
            item_group_id=COAT,
            score=0.9,
            similarity=0.8,
            affinity=0.5,
            picture_id=BACK,
            signals={"chance": -1.0, "colour": 3.2},
        ),
        Candidate(product_id="gone", item_group_id="gone", score=0.1, similarity=0.4, affinity=0.1),
        Candidate(product_id=HAT, item_group_id=HAT, score=0.1, similarity=0.3, affinity=-0.1),
    )
    seen = appearance("a7", COAT, 3000, tier=Tier.EXACT, crop_key=key)
    kept = seen.model_copy(update={"candidates": candidates, "space": "pack@1", "catalog_revision": 4})
    shop.records.put(appearance_key(shop.tenant, VIDEO, "earlier", 3000, "a7"), kept)
    run = shop.records.get(run_key(shop.tenant, RUN), Run)
    assert run is not None
    inputs = {"catalog": CATALOG, "revision": 4}
    earlier = run.value.model_copy(update={"run_id": "earlier", "inputs": inputs, "pipeline": "analyze-video"})
    shop.records.put(run_key(shop.tenant, "earlier"), earlier)


def test_an_appearance_says_what_was_decided_and_links_to_the_pictures(site: Site) -> None:
    answer = site.client.get(f"{ADDRESS}/a1")
    said = answer.json()
    assert (said["run_id"], said["catalog"], said["tier"], said["reason"]) == (
        RUN,
        CATALOG,
        "exact",
        "the print agrees",
    )
    assert [(each["product_id"], each["title"]) for each in said["candidates"]] == [(COAT, "A coat")]
    assert said["candidates"][0]["signals"] == {}
    crop = site.client.get(str(answer.url.join(said["crops"][0])))
    assert (crop.content, crop.headers["content-type"]) == (b"JPEG of a1", "image/jpeg")
    picture = site.client.get(str(answer.url.join(said["candidates"][0]["picture"])))
    assert picture.content == b"JPEG of coat"


def test_an_earlier_run_is_asked_by_its_id(site: Site) -> None:
    assert site.client.get(f"{ADDRESS}/a7").status_code == 404
    answer = site.client.get(f"{ADDRESS}/a7", params={"run_id": "earlier"})
    said = answer.json()
    assert (said["run_id"], said["space"], said["catalog_revision"]) == ("earlier", "pack@1", 4)
    assert said["candidates"][0]["signals"] == {"chance": -1.0, "colour": 3.2}
    assert [each["title"] for each in said["candidates"]] == ["A coat", None, "A hat"]
    pictures = [each["picture"] and each["picture"].rpartition("/")[2] for each in said["candidates"]]
    assert pictures == [f"{BACK}.jpg", None, f"{PICTURES[HAT]}.jpg"]
    assert site.client.get(str(answer.url.join(said["crops"][0]))).content == b"JPEG of a7"


def test_a_title_is_the_one_of_now(site: Site) -> None:
    key, before = product_key(site.shop.tenant, CATALOG, COAT), product(COAT)
    row = before.row.model_copy(update={"title": "A warmer coat"})
    site.shop.records.put(key, before.model_copy(update={"row": row}))
    try:
        assert site.client.get(f"{ADDRESS}/a1").json()["candidates"][0]["title"] == "A warmer coat"
    finally:
        site.shop.records.put(key, before)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("/v1/videos/none/appearances/a1", "there is no video none; `shoppable analyze` prints the id"),
        (f"{ADDRESS}/a9", f"run {RUN} saw no appearance a9 in video {VIDEO}; take an id from"),
        (f"{ADDRESS}/a1?run_id=never", f"run never saw nothing in video {VIDEO}; leave the run out"),
    ],
)
def test_what_is_not_there_says_what_to_do(site: Site, address: str, said: str) -> None:
    answer = site.client.get(address)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"].startswith(said)


def test_an_odd_run_is_stopped_at_the_door(site: Site) -> None:
    assert site.client.get(f"{ADDRESS}/a1", params={"run_id": "../x"}).status_code == 422
