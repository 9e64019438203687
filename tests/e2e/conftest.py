import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from bench.running import analysed
from bench.sets import Case, sets_in
from demo.draw import draw
from tests.command import Command
from tests.samples import samples


@dataclass(frozen=True)
class DrawnShop:
    """A drawn shop and film, taken in, analysed and published with the pack in the box."""

    command: Command
    folder: Path
    video_id: str
    truth: dict[str, Any]
    found: dict[str, Any]

    @property
    def feed(self) -> Path:
        return self.folder / "feed.csv"

    @property
    def film(self) -> Path:
        return self.folder / "film.mp4"


@pytest.fixture(scope="session")
def drawn_shop(tmp_path_factory: pytest.TempPathFactory) -> DrawnShop:
    folder = tmp_path_factory.mktemp("drawn")
    draw(folder, seconds=18, width=640)
    command = Command(tmp_path_factory.mktemp("home"))
    command("ingest", folder / "feed.csv", "--catalog", "demo", "--pack", "classic")
    found = folder / "found.json"
    video_id = command(
        "analyze", folder / "film.mp4", "--catalog", "demo", "--pack", "classic", "--json", found
    ).out.strip()
    command("publish", video_id)
    truth = json.loads((folder / "film.truth.json").read_text(encoding="utf-8"))
    return DrawnShop(command, folder, video_id, truth, json.loads(found.read_text(encoding="utf-8")))


@pytest.fixture(scope="session")
def real_home(tmp_path_factory: pytest.TempPathFactory) -> Command:
    """A home with the pack of nets and a real catalog."""
    command = Command(tmp_path_factory.mktemp("real"))
    command("models", "add", samples("models", "lite"))
    command("ingest", samples("data", "luma", "catalog.csv"), "--catalog", "luma", "--pack", "lite")
    return command


@pytest.fixture(scope="session")
def real_shop(real_home: Command) -> tuple[Command, Path, str, dict[str, Any]]:
    """The same with a real film, published: command, feed, video id, what was found."""
    out = real_home.home / "found.json"
    film = samples("data", "videos", "luma_dev.mp4")
    given = ("--catalog", "luma", "--pack", "lite", "--no-renditions", "--json", out)
    video_id = real_home("analyze", film, *given).out.strip()
    real_home("publish", video_id)
    found: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    return real_home, samples("data", "luma", "catalog.csv"), video_id, found


@pytest.fixture(scope="session")
def seen_by_lite(real_home: Command) -> list[Case]:
    """What the pack of nets finds in the labelled videos; what is analysed in its home already is not done again."""
    return analysed(sets_in(samples()), "lite", real_home, real_home.home / "seen")


@pytest.fixture(scope="session")
def seen_by_classic(tmp_path_factory: pytest.TempPathFactory) -> list[Case]:
    """What the pack in the box finds there."""
    sets = sets_in(samples())
    command = Command(tmp_path_factory.mktemp("classic"))
    return analysed(sets, "classic", command, command.home / "seen")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium")
    assert chromium, "no chromium: apt-get install chromium"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--autoplay-policy=no-user-gesture-required"]
        )
        yield started
        started.close()


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    opened = context.new_page()
    opened.set_default_timeout(15_000)
    yield opened
    context.close()
