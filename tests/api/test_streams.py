"""Streams and stills over HTTP: media types, parts, caching, and what another tenant or a bad name gets."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.api.conftest import application, serving
from tests.films import Film, draw
from tests.offered import Offered, offered
from tests.shop import open_shop

ANYWHERE = {"origin": "https://elsewhere.example"}


@dataclass(frozen=True)
class Streams:
    client: httpx.Client
    made: Offered

    @property
    def base(self) -> str:
        return f"/v1/videos/{self.made.video.video_id}"

    @property
    def folder(self) -> str:
        return f"{self.base}/renditions/{self.made.renditions.renditions_id}"

    def resource(self) -> dict[str, Any]:
        found: dict[str, Any] = self.client.get(self.base).json()
        return found


@pytest.fixture(scope="module")
def streams(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Streams]:
    folder = tmp_path_factory.mktemp("streams")
    film = Film(frames=50, rate=Fraction(10), width=320, height=240, gop=20, audio=True)
    with open_shop(folder) as shop, serving(application(shop, folder / "built")) as client:
        yield Streams(client, offered(shop, draw(folder / "film.mp4", film)))


def test_a_video_tells_of_its_streams_and_stills(streams: Streams) -> None:
    found = streams.resource()
    base = httpx.URL(streams.base)
    assert str(base.join(found["streams"]["hls"])) == f"{streams.folder}/master.m3u8"
    assert str(base.join(found["streams"]["film"])) == f"{streams.folder}/film.mp4"
    assert [each["folder"] for each in found["streams"]["pictures"]] == ["240"]
    assert found["streams"]["sound"]["codec"] == "mp4a.40.2"
    for each in ("poster", "thumbnails"):
        assert streams.client.get(str(base.join(found["stills"][each]))).status_code == 200
    (listed,) = streams.client.get("/v1/videos").json()["videos"]
    assert str(httpx.URL("/v1/videos").join(listed["stills"]["poster"])) == str(base.join(found["stills"]["poster"]))


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("master.m3u8", "application/vnd.apple.mpegurl"),
        ("240/index.m3u8", "application/vnd.apple.mpegurl"),
        ("240/init.mp4", "video/mp4"),
        ("240/000000.m4s", "video/iso.segment"),
        ("sound/000001.m4s", "video/iso.segment"),
        ("film.mp4", "video/mp4"),
    ],
)
def test_files_are_served_for_good_and_to_any_site(streams: Streams, path: str, media_type: str) -> None:
    answer = streams.client.get(f"{streams.folder}/{path}", headers=ANYWHERE)
    assert answer.status_code == 200
    assert answer.headers["content-type"].split(";")[0] == media_type
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["access-control-allow-origin"] == "*"
    part = streams.client.get(f"{streams.folder}/{path}", headers={"range": "bytes=2-5"})
    assert (part.status_code, part.content) == (206, answer.content[2:6])
    again = streams.client.get(f"{streams.folder}/{path}", headers={"if-none-match": answer.headers["etag"]})
    assert again.status_code == 304


def test_every_address_in_the_playlists_answers(streams: Streams) -> None:
    master = streams.client.get(f"{streams.folder}/master.m3u8").text
    playlists = [line for line in master.splitlines() if not line.startswith("#")] + ["sound/index.m3u8"]
    for playlist in playlists:
        text = streams.client.get(f"{streams.folder}/{playlist}").text
        names = [line for line in text.splitlines() if not line.startswith("#")]
        assert names
        for name in names:
            url = httpx.URL(f"{streams.folder}/{playlist}").join(name)
            assert streams.client.head(str(url)).status_code == 200


def test_thumbnails_point_into_sheets_that_are_there(streams: Streams) -> None:
    found = httpx.URL(streams.base).join(streams.resource()["stills"]["thumbnails"])
    answer = streams.client.get(str(found), headers=ANYWHERE)
    assert answer.headers["content-type"].startswith("text/vtt")
    assert answer.headers["access-control-allow-origin"] == "*"
    sheets = {line.partition("#")[0] for line in answer.text.splitlines() if "#xywh=" in line}
    assert sheets
    for sheet in sheets:
        assert streams.client.get(str(found.join(sheet))).headers["content-type"] == "image/jpeg"


@pytest.mark.parametrize(
    "path",
    [
        "renditions/{id}/240/000099.m4s",
        "renditions/0123456789abcdef/master.m3u8",
        "renditions/{id}/made/repacked.jsonl",
        "renditions/{id}/..%2f..%2fsource.mp4",
        "renditions/{id}/240/%2e%2e%2fmaster.m3u8",
        "stills/poster-0123456789abcdef.jpg",
        "stills/source.mp4",
    ],
)
def test_what_is_not_there_or_not_meant_to_be_seen_is_refused(streams: Streams, path: str) -> None:
    told = path.format(id=streams.made.renditions.renditions_id)
    answer = streams.client.get(f"{streams.base}/{told}")
    assert answer.status_code in (404, 422)
    assert answer.headers["content-type"] == "application/problem+json"


def test_another_tenant_sees_nothing_of_it(streams: Streams, tmp_path: Path) -> None:
    with open_shop(tmp_path, "other") as shop, serving(application(shop, tmp_path / "built")) as client:
        assert client.get(f"{streams.folder}/master.m3u8").status_code == 404
        assert client.get(f"{streams.base}/stills/{streams.made.stills.poster}").status_code == 404
