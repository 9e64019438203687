"""The same with real goods in real pictures, seen by the pack of nets."""

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.command import Command
from tests.e2e.watching import SHOTS, click_the_right_product, served, shown, titles, watch

pytestmark = pytest.mark.xdist_group("real")


def test_real_goods_in_real_pictures(page: Page, real_shop: tuple[Command, Path, str, dict[str, Any]]) -> None:
    command, feed, video_id, found = real_shop
    appearance = shown(found)
    title = titles(feed)[appearance["product_id"]]
    with served(command.home) as address:
        watch(page, address, video_id)
        click_the_right_product(page, found, title, appearance)
        SHOTS.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=SHOTS / "real-card.png")
        sheet = page.evaluate("async id => (await fetch(`/v1/videos/${id}/cue-sheet`)).json()", video_id)
    assert json.dumps(sheet).count('"cue_id"') >= 1
