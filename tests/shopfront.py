"""A shop's folder: a feed with drawn pictures beside it, to be edited as shops do."""

import csv
from pathlib import Path

import numpy as np
from PIL import Image as Pillow
from PIL import ImageDraw

COLUMNS = (
    "id",
    "title",
    "image_link",
    "additional_image_link",
    "price",
    "google_product_category",
    "item_group_id",
    "color",
)
TOPS = "Apparel & Accessories > Clothing > Shirts & Tops"


class Shopfront:
    """Rows by product id, and a picture for each link they name.

    Args:
        folder: Where the feed lies, once `write` was called.
    """

    def __init__(self, folder: Path) -> None:
        self.feed = folder / "feed.csv"
        self.rows: dict[str, dict[str, str]] = {}
        (folder / "images").mkdir(parents=True)

    def put(self, product_id: str, *, pictures: int = 1, **cells: str) -> None:
        """Adds or edits a product; its pictures are drawn when they are not there."""
        links = [f"images/{product_id}-{number}.png" for number in range(pictures)]
        for link in links:
            if not (self.feed.parent / link).exists():
                self.draw(link)
        self.rows[product_id] = {
            "id": product_id,
            "title": f"Shirt {product_id}",
            "image_link": links[0],
            "additional_image_link": ",".join(links[1:]),
            "price": "52.00 USD",
            "google_product_category": TOPS,
            "item_group_id": f"group-{product_id}",
            "color": "red",
            **self.rows.get(product_id, {}),
            **cells,
        }

    def draw(self, link: str, *, take: int = 0) -> None:
        """A patterned thing on white; another take is another thing."""
        rng = np.random.default_rng([*link.encode(), take])
        picture = Pillow.new("RGB", (96, 128), "white")
        pen = ImageDraw.Draw(picture)
        pen.rectangle((14, 18, 80, 110), fill=tuple(int(level) for level in rng.integers(20, 200, 3)))
        for _ in range(6):
            x, y = (int(place) for place in rng.integers(16, 70, 2))
            pen.ellipse((x, y, x + 12, y + 24), fill=tuple(int(level) for level in rng.integers(20, 200, 3)))
        picture.save(self.feed.parent / link)

    def write(self) -> Path:
        """Writes the feed and returns its path."""
        with self.feed.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS)
            writer.writeheader()
            writer.writerows(self.rows.values())
        return self.feed
