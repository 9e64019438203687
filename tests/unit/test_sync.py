"""What a feed changed: the least that has to be done for a row."""

import pytest
from pydantic import JsonValue

from shoppable.logic.sync import Change, Known, change_of, hash_row
from shoppable.model.catalog import FeedRow, Money, Picture, Product
from shoppable.model.geometry import WHOLE

ROW = FeedRow(
    line=2,
    product_id="a",
    item_group_id="g",
    title="Red shirt",
    image_links=("a.jpg", "b.jpg"),
    price=Money(minor=500, currency="USD"),
    category="Apparel & Accessories > Clothing > Shirts & Tops",
    color="red",
)
FIRST, SECOND, OTHER = "1" * 64, "2" * 64, "3" * 64


def _known(row: FeedRow = ROW) -> Known:
    pictures = tuple(
        Picture(picture_id=each, picture_key=f"{each}.jpg", width_px=10, height_px=10, box=WHOLE)
        for each in (FIRST, SECOND)
    )
    return Known.of(Product(row=row, row_hash=hash_row(row), pictures=pictures))


def _edited(**cells: JsonValue) -> FeedRow:
    return FeedRow.model_validate(ROW.model_dump() | cells)


def test_the_same_row_on_another_line_is_no_change() -> None:
    assert change_of(_known(), _edited(line=99), [FIRST, SECOND]) is Change.NONE


def test_a_product_that_is_not_there_is_added() -> None:
    assert change_of(None, ROW, [FIRST]) is Change.ADDED


@pytest.mark.parametrize(
    "cells", [{"title": "Blue shirt"}, {"price": {"minor": 400, "currency": "USD"}}, {"brand": "B"}]
)
def test_an_edited_row_needs_no_look_at_its_pictures(cells: dict[str, JsonValue]) -> None:
    assert change_of(_known(), _edited(**cells), [FIRST, SECOND]) is Change.ROW


@pytest.mark.parametrize("picture_ids", [[FIRST], [FIRST, OTHER], [SECOND, FIRST], [FIRST, SECOND, OTHER]])
def test_other_pictures_are_looked_at(picture_ids: list[str]) -> None:
    assert change_of(_known(), ROW, picture_ids) is Change.LOOKS


def test_a_product_that_is_worn_elsewhere_is_looked_at_again() -> None:
    row = _edited(category="Apparel & Accessories > Clothing > Pants")
    assert change_of(_known(), row, [FIRST, SECOND]) is Change.LOOKS


def test_only_the_group_bears_on_score_statistics() -> None:
    known = _known()
    assert known.measures_as(_edited(title="Blue shirt", color="blue"))
    assert known.measures_as(_edited(color=None))
    assert not known.measures_as(_edited(item_group_id="other"))
