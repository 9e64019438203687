"""A feed and its pictures by URL, as a user gives them: brought in step, and asked for no more than they have to be."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.command import Command
from tests.pictures_by_link import ImageServer
from tests.shopfront import Shopfront


@dataclass
class Web:
    """A shop on a server, and a command that trusts it."""

    shop: Shopfront
    files: ImageServer
    origin: str
    command: Command

    def publish(self) -> None:
        folder = self.shop.feed.parent
        text = self.shop.write().read_text(encoding="utf-8").replace("images/", f"{self.origin}/images/")
        self.files.files = {f"/images/{path.name}": path.read_bytes() for path in (folder / "images").iterdir()}
        self.files.files["/feed.csv?key=SECRET"] = text.encode()

    def ingest(self, *more: str, code: int = 0) -> Any:
        link = f"{self.origin}/feed.csv?key=SECRET"
        said = self.command("ingest", link, "--catalog", "c", "--pack", "classic", "--json", *more, code=code)
        assert "SECRET" not in said.err
        return said.line if code else json.loads(said.out)


@pytest.fixture
def web(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    files = ImageServer()
    with files.serving() as server:
        monkeypatch.setenv("SHOPPABLE_FETCH_TRUSTED", server.origin)
        shop = Shopfront(tmp_path / "shop")
        for number in range(3):
            shop.put(f"p{number}")
        web = Web(shop, files, server.origin, Command(tmp_path / "home"))
        web.publish()
        yield web


def test_a_feed_by_link_is_kept_in_step(web: Web) -> None:
    feed = "/feed.csv?key=SECRET"
    assert web.ingest()["added"] == 3
    assert sorted(web.files.sent) == sorted(web.files.files)

    web.files.forget()
    again = web.ingest()
    assert (again["unchanged"], again["embedded"]) == (3, 0)
    assert (web.files.sent, web.files.unchanged) == ([], [feed])  # nothing new, nothing to do

    web.files.forget()
    web.shop.put("p1", price="60.00 USD")
    web.publish()
    changed = web.ingest()
    assert (changed["changed"], changed["unchanged"], changed["embedded"]) == (1, 2, 0)
    assert web.files.sent == [feed]
    assert len(web.files.unchanged) == 3


def test_pictures_of_a_local_feed_are_asked_for_each_time(web: Web, tmp_path: Path) -> None:
    feed = tmp_path / "local.csv"
    feed.write_bytes(web.files.files["/feed.csv?key=SECRET"])
    for number in range(3):
        web.files.forget()
        web.command("ingest", feed, "--catalog", "c", "--pack", "classic")
        assert (len(web.files.sent), len(web.files.unchanged)) == ((3, 0) if number == 0 else (0, 3))
    web.shop.draw("images/p1-0.png", take=1)
    web.files.files["/images/p1-0.png"] = (web.shop.feed.parent / "images/p1-0.png").read_bytes()
    said = web.command("ingest", feed, "--catalog", "c", "--pack", "classic", "--json")
    assert json.loads(said.out)["embedded"] == 1


def test_a_feed_that_cannot_be_had_is_told_in_one_line(web: Web) -> None:
    web.ingest()
    for status, code, told in (
        ("404 Not Found", 3, "correct the link"),
        ("403 Forbidden", 2, "without a login"),
        ("500 Broken", 75, "try again later"),
    ):
        web.files.statuses["/feed.csv?key=SECRET"] = status
        line = web.ingest(code=code)
        assert status in line
        assert told in line
    web.files.statuses.clear()
    assert web.ingest()["unchanged"] == 3


def test_a_feed_in_a_private_network_is_not_fetched(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SHOPPABLE_FETCH_TRUSTED")
    asked = len(web.files.sent)
    for link in ("https://127.0.0.1/feed.csv", f"{web.origin}/feed.csv", "https://localhost/feed.csv"):
        web.command("ingest", link, "--catalog", "c", "--pack", "classic", code=2)
    assert len(web.files.sent) == asked
