"""Where on screen a product can be, from what its shop calls it."""

import pytest

from shoppable.logic.categories import kind_of
from shoppable.model.seen import Kind

CLOTHING = "Apparel & Accessories > Clothing"


@pytest.mark.parametrize(
    ("category", "kind"),
    [
        (f"{CLOTHING} > Shirts & Tops", Kind.UPPER),
        (f"{CLOTHING} > Outerwear > Coats & Jackets", Kind.UPPER),
        (f"{CLOTHING} > Outerwear > Rain Pants", Kind.LOWER),
        (f"{CLOTHING} > Activewear > Sports Bras", Kind.UPPER),
        (f"{CLOTHING} > Pants", Kind.LOWER),
        (f"{CLOTHING} > Skirts > Mini Skirts", Kind.LOWER),
        (f"{CLOTHING} > Dresses", Kind.WHOLE),
        (f"{CLOTHING} > Suits > Pant Suits", Kind.WHOLE),
        (f"{CLOTHING} > Baby & Toddler Clothing > Baby One-Pieces", Kind.WHOLE),
        (CLOTHING, Kind.WHOLE),
        (f"{CLOTHING} > Underwear & Socks > Socks", Kind.FEET),
        ("Apparel & Accessories > Shoes", Kind.FEET),
        ("Apparel & Accessories > Shoe Accessories > Shoelaces", Kind.THING),
        ("Apparel & Accessories > Clothing Accessories > Hats", Kind.HEAD),
        ("Apparel & Accessories > Clothing Accessories > Sunglasses", Kind.HEAD),
        ("Apparel & Accessories > Clothing Accessories > Belts", Kind.THING),
        ("Apparel & Accessories > Costumes & Accessories > Costume Shoes", Kind.FEET),
        ("Apparel & Accessories > Jewelry > Watches", Kind.THING),
        ("Apparel & Accessories > Handbags, Wallets & Cases > Handbags", Kind.THING),
        ("Luggage & Bags", Kind.THING),
        ("Sporting Goods > Exercise & Fitness", Kind.THING),
        ("Animals & Pet Supplies > Pet Supplies > Dog Supplies > Dog Dresses", Kind.THING),
        ("Food, Beverages & Tobacco > Beverages > Milk", Kind.THING),
        ("212", Kind.UPPER),
        ("204", Kind.LOWER),
        ("187", Kind.FEET),
        ("173", Kind.HEAD),
        ("1604", Kind.WHOLE),
        ("412", Kind.THING),
        ("212 - Apparel & Accessories > Clothing > Shirts & Tops", Kind.UPPER),
        ("women > SALE > t-shirts", Kind.UPPER),
    ],
)
def test_the_category_decides(category: str, kind: Kind) -> None:
    assert kind_of(category) is kind
    assert kind_of(category.upper()) is kind


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Chaz Kangeroo Hoodie - Black", Kind.UPPER),
        ("Costume shoes, red, for dresses", Kind.FEET),
        ("Dress shoes", Kind.FEET),
        ("Red shoe rack", Kind.THING),
        ("Milk 1.5 %", Kind.THING),
        ("", Kind.THING),
    ],
)
def test_the_title_decides_where_the_category_says_nothing(title: str, kind: Kind) -> None:
    for category in (None, "", ">", "New arrivals", "Apparel & Accessories", "999999"):
        assert kind_of(category, title) is kind


def test_the_title_is_no_rival_of_the_category() -> None:
    assert kind_of("Food, Beverages & Tobacco > Food Items", "Jacket potatoes in a hat") is Kind.THING
    assert kind_of(f"{CLOTHING} > Pants", "Pants to go with a jacket") is Kind.LOWER
    assert kind_of(CLOTHING, "Fleece hoodie") is Kind.UPPER
