from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.api.conftest import Serve, application, get_raw
from tests.shop import Shop, open_shop


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with open_shop(tmp_path / "store") as opened:
        yield opened


def build(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "index.html").write_text("<h1>Videos</h1>")
    (folder / "watch.html").write_text("<h1>Watch</h1>")
    (folder / "watch.js").write_text("export {};")
    (folder / "favicon.svg").write_text("<svg/>")


def kind(answer: httpx.Response) -> str:
    return answer.headers["content-type"].partition(";")[0]


def test_the_built_pages_are_served(shop: Shop, serve: Serve, tmp_path: Path) -> None:
    build(tmp_path / "built")
    client = serve(application(shop, tmp_path / "built"))
    for address, expected in (("/", "<h1>Videos</h1>"), ("/watch/7f3a", "<h1>Watch</h1>")):
        answer = client.get(address)
        assert (answer.status_code, answer.text, kind(answer)) == (200, expected, "text/html")
        assert answer.headers["cache-control"] == "no-cache"
    script = client.get("/player/watch.js")
    assert (script.status_code, kind(script)) == (200, "text/javascript")
    assert script.headers["cache-control"] == "no-cache"
    assert client.get("/player/watch.js", headers={"if-none-match": script.headers["etag"]}).status_code == 304
    assert kind(client.get("/player/favicon.svg")) == "image/svg+xml"
    assert client.get("/watch/..%2f").status_code in (404, 422)


def test_a_page_that_was_not_built_says_what_to_do_and_is_there_once_it_is_built(
    shop: Shop, serve: Serve, tmp_path: Path
) -> None:
    client = serve(application(shop, tmp_path / "built"))
    for address in ("/", "/watch/7f3a"):
        answer = client.get(address)
        assert (answer.status_code, kind(answer)) == (503, "text/html")
        assert "make setup" in answer.text
    missing = client.get("/player/watch.js")
    assert missing.status_code == 404
    assert missing.json()["detail"] == "the front end is not built; run make setup"
    build(tmp_path / "built")
    assert client.get("/").status_code == 200
    assert client.get("/player/watch.js").status_code == 200


def test_nothing_outside_of_the_built_folder_is_served(shop: Shop, serve: Serve, tmp_path: Path) -> None:
    build(tmp_path / "built")
    (tmp_path / "secret.txt").write_text("secret")
    (tmp_path / "built" / "link.txt").symlink_to(tmp_path / "secret.txt")
    client = serve(application(shop, tmp_path / "built"))
    for path in ("../secret.txt", "..%2fsecret.txt", "%2e%2e/secret.txt", "link.txt", "//etc/passwd", "", "."):
        answer = get_raw(client, f"/player/{path}")
        assert answer.status_code == 404, path
        assert kind(answer) == "application/problem+json"
