"""Watching in a real browser what `shoppable serve` serves."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

SHOTS = Path(os.environ.get("SHOPPABLE_SCREENSHOTS", "build/screenshots"))


@contextmanager
def served(home: Path) -> Iterator[str]:
    """`shoppable serve` on a free port; gives its address."""
    command = [sys.executable, "-c", "from shoppable.cli.main import main; main()", "serve", "--port", "0"]
    environment = {**os.environ, "SHOPPABLE_HOME": str(home), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        found = re.search(r"http://\S+:\d+", server.stdout.readline())
        assert found, "it did not say where it serves"
        try:
            yield found[0]
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(10)


def watch(page: Page, address: str, video_id: str) -> None:
    page.goto(f"{address}/watch/{video_id}")
    expect(page.locator("video")).to_have_count(1)
    page.wait_for_timeout(300)


def pause_at(page: Page, t_s: float) -> None:
    """Plays up to a moment and pauses there, as a viewer would."""
    page.locator("video").evaluate(
        """(video, t) => new Promise((resolve, reject) => {
            video.muted = true;
            video.currentTime = Math.max(0, t - 0.4);
            const look = () => {
                if (video.currentTime >= t) { video.pause(); resolve(null); }
                else requestAnimationFrame(look);
            };
            video.play().then(look, reject);
        })""",
        t_s,
    )


def shown(found: dict[str, Any]) -> dict[str, Any]:
    """The appearance on screen longest, of those the default policy shows."""
    offered = [each for each in found["appearances"] if each["shown"]]
    assert offered, "nothing was found to be shown"
    return max(offered, key=lambda each: int(each["end_ms"]) - int(each["start_ms"]))


def titles(feed: Path) -> dict[str, str]:
    import csv

    with feed.open(encoding="utf-8", newline="") as file:
        return {row["id"]: row["title"] for row in csv.DictReader(file)}


def click_the_right_product(page: Page, found: dict[str, Any], title: str, appearance: dict[str, Any]) -> None:
    middle = (appearance["start_ms"] + appearance["end_ms"]) / 2000
    pause_at(page, middle)
    dot = page.locator("shoppable-hotspot-layer").get_by_role("button", name=title, exact=True).first
    expect(dot).to_be_visible()
    video, at = page.locator("video").bounding_box(), dot.bounding_box()
    assert video is not None
    assert at is not None
    now = page.locator("video").evaluate("video => video.currentTime * 1000")
    box = min(appearance["boxes"], key=lambda each: abs(each["t_ms"] - now))
    x = (at["x"] + at["width"] / 2 - video["x"]) / video["width"]
    y = (at["y"] + at["height"] / 2 - video["y"]) / video["height"]
    assert box["x0"] - 0.06 <= x <= box["x1"] + 0.06
    assert box["y0"] - 0.12 <= y <= box["y1"] + 0.12
    assert min(at["width"], at["height"]) >= 44
    dot.click()
    card = page.get_by_role("dialog", name=title)
    expect(card).to_be_visible()
    expect(card.get_by_role("link", name=re.compile("View in shop"))).to_have_attribute(
        "href", re.compile("^https?://")
    )
