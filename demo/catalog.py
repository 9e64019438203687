"""The shop: its products, their pictures on white, and the feed in the columns of Google Merchant."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from demo.assortment import SHOP_GARMENTS, SHOP_GOODS
from demo.garments import laid_flat, pieces
from demo.goods import model
from demo.ink import Matrix, Pixels, moved, scaled
from demo.stage import Placed, paint

CLOTHING = "Apparel & Accessories > Clothing"
DRINKS = "Food, Beverages & Tobacco > Beverages"
FOOD = "Food, Beverages & Tobacco > Food Items"
SHOP_URL = "https://shop.example/demo"
COLUMNS = (
    "id", "title", "description", "link", "image_link", "additional_image_link", "price", "availability", "brand",
    "google_product_category", "item_group_id", "color", "size", "gender", "condition", "age_group",
)  # fmt: skip


@dataclass(frozen=True)
class Product:
    """One row of the feed; `another` tells which additional view is drawn, if any."""

    id: str
    title: str
    description: str
    price: str
    brand: str
    category: str
    group: str
    colour: str = ""
    size: str = ""
    gender: str = ""
    another: bool = False
    availability: str = "in_stock"


PRODUCTS: tuple[Product, ...] = (
    Product("tee-harbour-navy", "Harbour Club T-Shirt - Navy",
            "Soft cotton T-shirt with a printed lighthouse in a ring of rope and a coral collar.",
            "24.90 EUR", "Nordsund", f"{CLOTHING} > Shirts & Tops", "TEE-HARBOUR", "Navy", "M", "unisex", another=True),
    Product("tee-harbour-coral", "Harbour Club T-Shirt - Coral",
            "Soft cotton T-shirt with a printed lighthouse in a ring of rope, in warm coral.",
            "24.90 EUR", "Nordsund", f"{CLOTHING} > Shirts & Tops", "TEE-HARBOUR", "Coral", "M", "unisex"),
    Product("tee-breton", "Breton T-Shirt with Heart",
            "Striped sailor's T-shirt in ecru and navy with an embroidered heart.",
            "29.50 EUR", "Nordsund", f"{CLOTHING} > Shirts & Tops", "TEE-BRETON", "Ecru/Navy", "S", "female"),
    Product("hoodie-summit-forest", "Summit Trail Hoodie - Forest",
            "Heavy hoodie with a printed mountain sunrise, striped cuffs and a kangaroo pocket.",
            "69.00 USD", "Trail & Tent Co.", f"{CLOTHING} > Shirts & Tops",
            "HOODIE-SUMMIT", "Forest", "L", "unisex", another=True),
    Product("hoodie-plain-grey", "Everyday Hoodie - Grey", "Plain brushed hoodie in light grey.",
            "39.00 USD", "Trail & Tent Co.", f"{CLOTHING} > Shirts & Tops", "HOODIE-PLAIN", "Grey", "L", "unisex"),
    Product("shirt-rosalie-check", "Rosalie Ranch Check Shirt",
            "Plaid western shirt with embroidered roses on both sides of the placket.",
            "54.00 GBP", "Rosalie Ranch", f"{CLOTHING} > Shirts & Tops",
            "SHIRT-ROSALIE", "Rust/Ecru", "M", "female", another=True),
    Product("jacket-kingsbridge-claret", "Kingsbridge Varsity Jacket",
            "College jacket with chenille letter, rowing patch and striped ribs; cream sleeves.",
            "14800 JPY", "Kingsbridge", f"{CLOTHING} > Outerwear > Coats & Jackets",
            "JACKET-KINGSBRIDGE", "Claret", "L", "male", another=True),
    Product("chino-sand", "Straight Chino - Sand", "Plain cotton chino with a straight leg.",
            "49.90 EUR", "Nordsund", f"{CLOTHING} > Pants", "CHINO", "Sand", "32", "male"),
    Product("skirt-meadow-navy", "Meadow Skirt - Navy",
            "Flared skirt with a meadow of tulips, daisies and berries, red ribbon at the hem.",
            "59.00 EUR", "Wiesengrund", f"{CLOTHING} > Skirts", "SKIRT-MEADOW", "Navy", "38", "female", another=True),
    Product("shorts-palm-lagoon", "Palm Beach Shorts - Lagoon",
            "Light shorts printed with palms, parrots, suns and crabs.",
            "5900 JPY", "Wiesengrund", f"{CLOTHING} > Shorts", "SHORTS-PALM", "Lagoon", "M", "male", another=True),
    Product("tea-morgentau", "Morgentau Herbal Tea, 20 Bags", "Herbal tea of peppermint, lemon balm and verbena.",
            "3.49 EUR", "Morgentau", f"{DRINKS} > Tea & Infusions", "tea-morgentau", another=True),
    Product("oat-havre", "Havre Oat Drink, 1 l", "Creamy oat drink with a pinch of sea salt.",
            "2.29 EUR", "Havre", f"{DRINKS} > Non-Dairy Milk", "oat-havre", another=True),
    Product("soda-yuzu", "Yuzu Fizz Soda, 330 ml", "Sparkling lemonade with juice of yuzu.",
            "180 JPY", "Yuzu", f"{DRINKS} > Soda", "soda-yuzu", another=True),
    Product("tomatoes-santa-lucia", "Santa Lucia Peeled Tomatoes, 400 g",
            "Whole peeled plum tomatoes in their juice.",
            "1.95 EUR", "Santa Lucia", f"{FOOD} > Fruits & Vegetables > Canned & Jarred Vegetables",
            "tomatoes-santa-lucia"),
    Product("oil-oro-verde", "Oro Verde Extra Virgin Olive Oil, 500 ml",
            "Cold pressed olive oil of a single estate.",
            "12.50 EUR", "Oro Verde", f"{FOOD} > Cooking & Baking Ingredients > Cooking Oils", "oil-oro-verde"),
    Product("syrup-cassis", "Cassis Blackcurrant Syrup, 700 ml", "Syrup of blackcurrants; dilute one to seven.",
            "6.80 CHF", "Cassis", f"{DRINKS} > Juice", "syrup-cassis", availability="out_of_stock"),
    Product("coffee-tre-colli", "Tre Colli Espresso Beans, 250 g", "Dark roasted beans with notes of cocoa.",
            "7.90 EUR", "Tre Colli", f"{DRINKS} > Coffee", "coffee-tre-colli", another=True),
    Product("biscuits-le-port", "Le Port Butter Biscuits, 180 g",
            "Breton butter biscuits from the oven by the sea.",
            "4.20 USD", "Le Port", f"{FOOD} > Bakery > Cookies", "biscuits-le-port", another=True),
    Product("pasta-conchiglie", "Fontana Conchiglie No. 9, 500 g", "Bronze drawn pasta of durum wheat.",
            "1.79 EUR", "Fontana", f"{FOOD} > Pasta & Noodles", "pasta-conchiglie"),
    Product("rice-komeya", "Komeya Koshihikari Rice, 1 kg", "Short grain rice, new crop from Niigata.",
            "980 JPY", "Komeya", f"{FOOD} > Grains, Rice & Cereal > Rice", "rice-komeya"),
)  # fmt: skip


def groups() -> dict[str, str]:
    """The item group of each product."""
    return {product.id: product.group for product in PRODUCTS}


def _on_white(layers: list[Placed], camera: Matrix, width: int, height: int) -> Pixels:
    """Photograph things on a white table: a soft shadow falls to the lower right."""
    white, black = np.full((height, width, 3), 255, np.uint8), np.zeros((height, width, 3), np.uint8)
    paint(white, layers, camera)
    paint(black, layers, camera)
    cover = 255 - np.asarray(cv2.subtract(white, black), np.uint8)
    soft = cv2.GaussianBlur(cover, (0, 0), width / 70)
    fallen = cv2.warpAffine(soft, moved(width / 160, width / 70)[:2], (width, height))
    dark = cv2.convertScaleAbs(fallen, alpha=0.3)
    table = cv2.multiply(cv2.bitwise_not(dark), cv2.bitwise_not(cover), scale=1 / 255)
    return np.asarray(cv2.add(black, table), np.uint8)


def _garment(name: str, seed: int) -> tuple[Callable[[], Pixels], Callable[[], Pixels]]:
    """Draws a garment laid flat, and the middle of it from near."""
    garment = SHOP_GARMENTS[name]
    spans = {"trousers": (105.0, 45.0), "skirt": (66.0, 25.0), "shorts": (56.0, 22.0), "hoodie": (92.0, 23.5)}
    span, middle = spans.get(garment.cut, (82.0, 29.0))
    per_unit = 800 / span
    layers = laid_flat(garment, pieces(garment, per_unit, folds=1000 + seed))
    near = 26.0 if garment.is_top else middle
    return (
        lambda: _on_white(layers, moved(400, 400) @ scaled(per_unit) @ moved(0, -middle), 800, 800),
        lambda: _on_white(layers, moved(350, 350) @ scaled(1.45 * per_unit) @ moved(0, -near), 700, 700),
    )


def _good(name: str) -> tuple[Callable[[], Pixels], Callable[[], Pixels]]:
    """Draws a good from the front, a little turned, and from its other side."""
    good = SHOP_GOODS[name]
    wide, tall = good.width + 0.45 * good.depth, good.height * (1.2 if good.shape == "carton" else 1.08)
    per_unit = min(640 / wide, 760 / tall)
    made = model(good, per_unit)
    turned = good.shape in ("box", "carton")
    camera = moved(360, 450 + (0.5 * tall - 0.2) * per_unit) @ scaled(per_unit)
    return (
        lambda: _on_white(made.posed(-0.26 if turned else 0.0), camera, 720, 900),
        lambda: _on_white(made.posed(0.42 if turned else 0.5), camera, 720, 900),
    )


def _save(picture: Pixels, path: Path) -> None:
    Image.fromarray(picture).save(path, quality=90)


def write_catalog(out: Path, seed: int) -> None:
    """Draw all pictures into `out/images` and write `out/feed.csv`."""
    images = out / "images"
    images.mkdir(parents=True, exist_ok=True)
    with (out / "feed.csv").open("w", encoding="utf-8", newline="") as stream:
        rows = csv.writer(stream, lineterminator="\n")
        rows.writerow(COLUMNS)
        for product in PRODUCTS:
            main, other = _garment(product.id, seed) if product.id in SHOP_GARMENTS else _good(product.id)
            _save(main(), images / f"{product.id}.jpg")
            additional = ""
            if product.another:
                additional = f"images/{product.id}-2.jpg"
                _save(other(), out / additional)
            rows.writerow((
                product.id, product.title, product.description, f"{SHOP_URL}/{product.id}", f"images/{product.id}.jpg",
                additional, product.price, product.availability, product.brand, product.category, product.group,
                product.colour, product.size, product.gender, "new", "adult" if product.gender else "",
            ))  # fmt: skip
