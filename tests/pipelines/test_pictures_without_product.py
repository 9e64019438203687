"""Size charts, logos and placeholders in a feed: reported every time, embedded never, and no good product lost."""

from pathlib import Path

import pytest
from PIL import Image as Pillow

from shoppable.errors import InvalidInput
from shoppable.steps.pictures import picture_id_of
from tests.cards import draw
from tests.pipelines.house import House, counts

CHART, LOGO, BLANK = ("size chart", 1), ("wordmark", 0), ("one colour", 0)
SHOWS = {CHART: "a chart or text", LOGO: "a logo or a few words", BLANK: "one colour"}


def put_card(house: House, link: str, card: tuple[str, int]) -> None:
    Pillow.fromarray(draw(*card)).save(house.shop.feed.parent / link)


def links(house: House, product_id: str) -> list[str]:
    """The files that the catalog holds pictures of."""
    files = {picture_id_of(file.read_bytes()): file.name for file in _images(house)}
    return [files[picture.picture_id] for picture in house.products[product_id].pictures]


def _images(house: House) -> list[Path]:
    return sorted((house.shop.feed.parent / "images").iterdir())


@pytest.mark.parametrize("card", SHOWS, ids=lambda card: card[0])
def test_an_additional_one_is_left_out(house: House, card: tuple[str, int]) -> None:
    put_card(house, "images/p2-1.png", card)
    summary = house.ingest()
    assert counts(summary) == {"added": 6, "embedded": 11}
    assert summary.warnings == 1
    assert house.report(summary) == [
        {
            "line": "4",
            "id": "p2",
            "field": "additional_image_link",
            "value": "images/p2-1.png",
            "problem": f"the picture shows {SHOWS[card]}, no product; it was left out",
            "remedy": "send a picture of the product itself",
            "severity": "warning",
        }
    ]
    assert links(house, "p2") == ["p2-0.png", "p2-2.png"]
    house.assert_whole()


def test_the_next_good_picture_stands_in_for_the_main_one(house: House) -> None:
    put_card(house, "images/p2-0.png", LOGO)
    put_card(house, "images/p2-1.png", CHART)
    summary = house.ingest()
    assert counts(summary) == {"added": 6, "embedded": 10}
    assert [(each["field"], each["value"], each["severity"]) for each in house.report(summary)] == [
        ("image_link", "images/p2-0.png", "warning"),
        ("additional_image_link", "images/p2-1.png", "warning"),
    ]
    assert links(house, "p2") == ["p2-2.png"]
    house.assert_whole()


def test_a_row_without_another_picture_is_rejected_in_one_line(house: House) -> None:
    put_card(house, "images/p0-0.png", BLANK)
    for number in range(3):
        put_card(house, f"images/p2-{number}.png", ("size chart", number))
    summary = house.ingest()
    assert counts(summary) == {"added": 4, "rejected": 2, "embedded": 8}
    assert [(each["id"], each["field"], each["problem"], each["severity"]) for each in house.report(summary)] == [
        ("p0", "image_link", "the picture shows one colour, no product", "rejected"),
        (
            "p2",
            "image_link",
            "the picture shows a chart or text, no product, and no other picture can be used",
            "rejected",
        ),
    ]
    house.assert_whole()


def test_what_else_is_wrong_with_the_others_is_said_too(house: House) -> None:
    put_card(house, "images/p2-0.png", LOGO)
    put_card(house, "images/p2-1.png", CHART)
    (house.shop.feed.parent / "images/p2-2.png").write_bytes(b"<svg/>")
    summary = house.ingest()
    assert counts(summary) == {"added": 5, "rejected": 1, "embedded": 9}
    assert [(each["value"], each["severity"]) for each in house.report(summary)] == [
        ("images/p2-2.png", "warning"),
        ("images/p2-0.png", "rejected"),
    ]


def test_a_main_picture_that_cannot_be_opened_still_rejects_its_row(house: House) -> None:
    put_card(house, "images/p2-1.png", CHART)
    (house.shop.feed.parent / "images/p2-0.png").write_bytes(b"<svg/>")
    summary = house.ingest()
    assert counts(summary) == {"added": 5, "rejected": 1, "embedded": 9}
    [told] = house.report(summary)
    assert (told["value"], told["severity"]) == ("images/p2-0.png", "rejected")


def test_the_same_feed_again_changes_nothing_and_says_the_same(house: House) -> None:
    put_card(house, "images/p1-1.png", CHART)
    put_card(house, "images/p2-0.png", LOGO)
    put_card(house, "images/p3-0.png", BLANK)
    first = house.ingest(times=2)
    rejected = len([each for each in house.report(first) if each["severity"] == "rejected"])
    before = house.state()
    assert rejected == 1
    for _ in range(2):
        again = house.ingest(times=2)
        assert counts(again) == {"unchanged": 5, "rejected": 1}
        assert (again.warnings, again.revision) == (2, 1)
        assert house.report(again) == house.report(first)
        assert house.state() == before
    house.assert_whole()


def test_a_new_price_beside_a_chart_needs_no_look_at_the_others(house: House) -> None:
    put_card(house, "images/p2-1.png", CHART)
    house.ingest()
    house.shop.put("p2", price="1.00 USD")
    summary = house.ingest()
    assert counts(summary) == {"changed": 1, "unchanged": 5}
    assert summary.warnings == 1


def test_a_placeholder_makes_room_for_the_picture_it_stood_for(house: House) -> None:
    put_card(house, "images/p2-0.png", ("placeholder", 0))
    house.ingest()
    assert links(house, "p2") == ["p2-1.png", "p2-2.png"]
    house.shop.draw("images/p2-0.png")
    summary = house.ingest()
    assert counts(summary) == {"changed": 1, "unchanged": 5, "embedded": 3}
    assert summary.warnings == 0
    assert links(house, "p2") == ["p2-0.png", "p2-1.png", "p2-2.png"]
    house.assert_whole()


def test_a_product_whose_pictures_became_placeholders_is_kept_as_it_was(house: House) -> None:
    house.ingest()
    before = house.state()
    for number in range(3):
        put_card(house, f"images/p2-{number}.png", ("placeholder", number))
    summary = house.ingest()
    assert counts(summary) == {"unchanged": 5, "rejected": 1}
    [told] = house.report(summary)
    assert told["problem"].endswith("the product was kept as it was")
    assert house.state() == before


def test_a_feed_of_nothing_but_placeholders_does_not_empty_the_catalog(house: House) -> None:
    house.ingest()
    before = house.state()
    for number, file in enumerate(_images(house)):
        put_card(house, f"images/{file.name}", ("placeholder", number))
    with pytest.raises(InvalidInput, match=r"no good row in feed.csv \(line 2: the picture shows a logo or a few"):
        house.ingest()
    assert house.state() == before
