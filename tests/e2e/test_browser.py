"""Somebody watches, pauses, and clicks the right product: in a real browser, against `shoppable serve`."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import DrawnShop
from tests.e2e.watching import SHOTS, click_the_right_product, pause_at, served, shown, titles, watch


def test_pausing_offers_the_right_product_and_a_click_opens_its_card(page: Page, drawn_shop: DrawnShop) -> None:
    appearance = shown(drawn_shop.found)
    title = titles(drawn_shop.feed)[appearance["product_id"]]
    with served(drawn_shop.command.home) as address:
        page.goto(address)
        expect(page.get_by_role("link", name=re.compile("film"))).to_be_visible()
        watch(page, address, drawn_shop.video_id)
        click_the_right_product(page, drawn_shop.found, title, appearance)
        SHOTS.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=SHOTS / "card.png")


def test_everything_is_reached_with_the_keyboard_alone(page: Page, drawn_shop: DrawnShop) -> None:
    appearance = shown(drawn_shop.found)
    title = titles(drawn_shop.feed)[appearance["product_id"]]
    with served(drawn_shop.command.home) as address:
        watch(page, address, drawn_shop.video_id)
        pause_at(page, (appearance["start_ms"] + appearance["end_ms"]) / 2000)
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
        watch(page, address, drawn_shop.video_id)
        pause_at(page, (quiet[0]["start_ms"] + quiet[0]["end_ms"]) / 2000)
        page.wait_for_timeout(300)
        expect(page.locator("shoppable-hotspot-layer").get_by_role("button")).to_have_count(0)
