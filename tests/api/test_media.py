from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest

from shoppable.api.serving import PIECE_BYTES
from shoppable.model.keys import video_blob, video_key
from shoppable.model.video import Video
from shoppable.ports import Blobs
from tests.api.conftest import Serve, Site, application
from tests.shop import FILM, VIDEO

MEDIA = f"/v1/videos/{VIDEO}/media"
ETAG = f'"{VIDEO}"'


def test_the_whole_film(site: Site) -> None:
    answer = site.client.get(MEDIA)
    assert answer.status_code == 200
    assert answer.content == FILM
    assert answer.headers["content-type"] == "video/mp4"
    assert answer.headers["content-length"] == str(len(FILM))
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["etag"] == ETAG


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("bytes=0-", 0, len(FILM)),
        ("bytes=0-0", 0, 1),
        ("bytes=100-299", 100, 300),
        ("bytes=1048570-1048590", 1048570, 1048591),
        ("bytes=-500", len(FILM) - 500, len(FILM)),
        (f"bytes=-{10 * len(FILM)}", 0, len(FILM)),
        (f"bytes={len(FILM) - 1}-", len(FILM) - 1, len(FILM)),
        (f"bytes=10-{10 * len(FILM)}", 10, len(FILM)),
    ],
)
def test_a_part(site: Site, asked: str, start: int, end: int) -> None:
    answer = site.client.get(MEDIA, headers={"range": asked})
    assert answer.status_code == 206
    assert answer.headers["content-range"] == f"bytes {start}-{end - 1}/{len(FILM)}"
    assert answer.headers["content-length"] == str(end - start)
    assert answer.content == FILM[start:end]


@pytest.mark.parametrize("asked", [f"bytes={len(FILM)}-", "bytes=99999999-999999999", "bytes=-0"])
def test_a_part_beyond_the_end(site: Site, asked: str) -> None:
    answer = site.client.get(MEDIA, headers={"range": asked})
    assert answer.status_code == 416
    assert answer.headers["content-range"] == f"bytes */{len(FILM)}"
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == 416


@pytest.mark.parametrize("asked", ["bytes=0-9,20-29", "bytes=9-0", "pages=1-2", "bytes=x-y", "bytes"])
def test_what_is_no_single_part_is_answered_with_the_whole(site: Site, asked: str) -> None:
    answer = site.client.get(MEDIA, headers={"range": asked})
    assert answer.status_code == 200
    assert "content-range" not in answer.headers
    assert len(answer.content) == len(FILM)


@pytest.mark.parametrize(("bound_to", "status"), [(ETAG, 206), ('"older"', 200), (f"W/{ETAG}", 200)])
def test_if_range(site: Site, bound_to: str, status: int) -> None:
    answer = site.client.get(MEDIA, headers={"range": "bytes=0-9", "if-range": bound_to})
    assert answer.status_code == status


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"if-none-match": ETAG}, 304),
        ({"if-none-match": ETAG, "range": "bytes=0-9"}, 304),
        ({"if-none-match": '"older"'}, 200),
        ({"if-match": '"older"'}, 412),
    ],
)
def test_conditions(site: Site, headers: dict[str, str], status: int) -> None:
    answer = site.client.get(MEDIA, headers=headers)
    assert answer.status_code == status
    assert answer.headers["etag"] == ETAG
    assert len(answer.content) == (len(FILM) if status == 200 else 0)


@pytest.mark.parametrize("headers", [{}, {"range": "bytes=0-9"}, {"range": "bytes=99999999-"}])
def test_head_tells_of_the_whole(site: Site, headers: dict[str, str]) -> None:
    answer = site.client.head(MEDIA, headers=headers)
    assert answer.status_code == 200
    assert answer.headers["content-length"] == str(len(FILM))
    assert answer.headers["etag"] == ETAG
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.content == b""
    assert site.client.get("/healthz").status_code == 200, "the connection must still be in step"


@dataclass(frozen=True)
class WatchedBlobs:
    """Real blobs, and how many bytes each look into one took."""

    blobs: Blobs
    looks: list[int]

    def get(self, key: str) -> bytes:
        data = self.blobs.get(key)
        self.looks.append(len(data))
        return data

    def read(self, key: str, start: int, end: int) -> bytes:
        self.looks.append(end - start)
        return self.blobs.read(key, start, end)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.blobs, name)


def test_a_film_is_read_in_pieces_and_only_as_far_as_it_is_wanted(site: Site, serve: Serve) -> None:
    looks: list[int] = []
    client = serve(application(replace(site.shop, blobs=WatchedBlobs(site.shop.blobs, looks)), site.built))
    client.head(MEDIA)
    assert looks == []
    client.get(MEDIA, headers={"range": "bytes=5-14"})
    assert looks == [10]
    looks.clear()
    client.get(MEDIA)
    assert len(looks) == 3
    assert max(looks) == PIECE_BYTES
    assert sum(looks) == len(FILM)


def test_a_viewer_who_leaves_in_the_middle_breaks_nothing(site: Site) -> None:
    with site.client.stream("GET", MEDIA) as answer:
        assert next(answer.iter_raw())
    assert site.client.get(MEDIA, headers={"range": "bytes=0-9"}).content == FILM[:10]


def test_a_film_whose_file_is_gone_is_not_found_and_its_place_is_not_told(site: Site) -> None:
    lost = Video.model_validate(
        {
            **_video(site).model_dump(),
            "video_id": "lost",
            "source_key": video_blob(site.shop.tenant, "lost", ".mp4"),
        }
    )
    site.shop.records.put(video_key(site.shop.tenant, "lost"), lost)
    answer: httpx.Response = site.client.get("/v1/videos/lost/media")
    assert answer.status_code == 404
    assert answer.json()["detail"] == "there is no file of video lost any more"


def test_an_empty_file_is_served_and_has_no_parts(site: Site) -> None:
    key = video_blob(site.shop.tenant, "empty", ".mp4")
    site.shop.blobs.put(key, b"")
    empty = _video(site).model_copy(update={"video_id": "empty", "source_key": key})
    site.shop.records.put(video_key(site.shop.tenant, "empty"), empty)
    assert site.client.get("/v1/videos/empty/media").content == b""
    assert site.client.get("/v1/videos/empty/media", headers={"range": "bytes=0-"}).status_code == 416


def _video(site: Site) -> Video:
    entry = site.shop.records.get(video_key(site.shop.tenant, VIDEO), Video)
    assert entry is not None
    return entry.value
