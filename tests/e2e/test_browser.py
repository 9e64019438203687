"""Somebody watches, pauses, and clicks the right product: in a real browser, against `shoppable serve`."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.command import Command
from tests.e2e.conftest import DrawnShop

SHOTS = Path(os.environ.get("SHOPPABLE_SCREENSHOTS", "build/screenshots"))


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


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    opened = context.new_page()
    opened.set_default_timeout(15_000)
    yield opened
    context.close()


def _watch(page: Page, address: str, video_id: str) -> None:
    page.goto(f"{address}/watch/{video_id}")
    expect(page.locator("video")).to_have_count(1)
    page.wait_for_timeout(300)


def _pause_at(page: Page, t_s: float) -> None:
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


def _shown(found: dict[str, Any], *, longest: bool = True) -> dict[str, Any]:
    """The appearance on screen longest, of those the default policy shows."""
    shown = [each for each in found["appearances"] if each["shown"]]
    assert shown, "nothing was found to be shown"
    return max(shown, key=lambda each: each["end_ms"] - each["start_ms"] if longest else -each["start_ms"])


def _titles(feed: Path) -> dict[str, str]:
    import csv

    with feed.open(encoding="utf-8", newline="") as file:
        return {row["id"]: row["title"] for row in csv.DictReader(file)}


def _click_the_right_product(page: Page, found: dict[str, Any], title: str, appearance: dict[str, Any]) -> None:
    middle = (appearance["start_ms"] + appearance["end_ms"]) / 2000
    _pause_at(page, middle)
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


def test_pausing_offers_the_right_product_and_a_click_opens_its_card(page: Page, drawn_shop: DrawnShop) -> None:
    appearance = _shown(drawn_shop.found)
    title = _titles(drawn_shop.feed)[appearance["product_id"]]
    with served(drawn_shop.command.home) as address:
        page.goto(address)
        expect(page.get_by_role("link", name=re.compile("film"))).to_be_visible()
        _watch(page, address, drawn_shop.video_id)
        _click_the_right_product(page, drawn_shop.found, title, appearance)
        SHOTS.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=SHOTS / "card.png")


def test_everything_is_reached_with_the_keyboard_alone(page: Page, drawn_shop: DrawnShop) -> None:
    appearance = _shown(drawn_shop.found)
    title = _titles(drawn_shop.feed)[appearance["product_id"]]
    with served(drawn_shop.command.home) as address:
        _watch(page, address, drawn_shop.video_id)
        _pause_at(page, (appearance["start_ms"] + appearance["end_ms"]) / 2000)
        dot = page.locator("shoppable-hotspot-layer").get_by_role("button", name=title, exact=True).first
        expect(dot).to_be_visible()
        for _ in range(30):
            page.keyboard.press("Tab")
            if dot.evaluate("element => element.matches(':focus')"):
                break
        else:
            pytest.fail("30 presses of Tab did not reach the product")
        page.keyboard.press("Enter")
        card = page.get_by_role("dialog", name=title)
        expect(card).to_be_visible()
        page.keyboard.press("Escape")
        expect(card).to_be_hidden()
        assert dot.evaluate("element => element.matches(':focus')")


def test_nothing_is_offered_where_nothing_of_the_shop_is_on_screen(page: Page, drawn_shop: DrawnShop) -> None:
    shown = [each for each in drawn_shop.found["appearances"] if each["shown"]]
    quiet = [
        shot
        for shot in drawn_shop.truth["shots"]
        if shot["negative"]
        and not any(s["start_ms"] < shot["end_ms"] and shot["start_ms"] < s["end_ms"] for s in shown)
    ]
    assert quiet, "every negative shot has something shown"
    with served(drawn_shop.command.home) as address:
        _watch(page, address, drawn_shop.video_id)
        _pause_at(page, (quiet[0]["start_ms"] + quiet[0]["end_ms"]) / 2000)
        page.wait_for_timeout(300)
        expect(page.locator("shoppable-hotspot-layer").get_by_role("button")).to_have_count(0)


def test_real_goods_in_real_pictures(page: Page, real_shop: tuple[Command, Path, str, dict[str, Any]]) -> None:
    command, feed, video_id, found = real_shop
    appearance = _shown(found)
    title = _titles(feed)[appearance["product_id"]]
    with served(command.home) as address:
        _watch(page, address, video_id)
        _click_the_right_product(page, found, title, appearance)
        SHOTS.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=SHOTS / "real-card.png")
        sheet = page.evaluate("async id => (await fetch(`/v1/videos/${id}/cue-sheet`)).json()", video_id)
    assert json.dumps(sheet).count('"cue_id"') >= 1
