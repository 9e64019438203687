"""What a shop sells: products, their prices and pictures, and what was wrong with a row."""

from datetime import datetime
from enum import StrEnum
from typing import Literal

from pydantic import Field

from shoppable.model.geometry import Box
from shoppable.model.noun import Noun


class Money(Noun):
    """An amount in integer minor units of an ISO 4217 currency: 52.00 USD is `minor=5200`, 900 JPY is `minor=900`."""

    minor: int = Field(ge=0)
    currency: str = Field(pattern=r"^[A-Z]{3}$")


class Availability(StrEnum):
    IN_STOCK = "in_stock"
    OUT_OF_STOCK = "out_of_stock"
    PREORDER = "preorder"
    BACKORDER = "backorder"


class Condition(StrEnum):
    NEW = "new"
    REFURBISHED = "refurbished"
    USED = "used"


class Picture(Noun):
    """A product picture as it is kept: re-encoded once, upright, without metadata."""

    picture_id: str = Field(pattern=r"^[0-9a-f]{64}$", description="SHA-256 of the file as the shop sent it.")
    picture_key: str = Field(description="Blob key of the re-encoded JPEG.")
    width_px: int = Field(gt=0)
    height_px: int = Field(gt=0)
    box: Box = Field(description="Where the product is in the picture.")


class FeedRow(Noun):
    """A product as its feed row states it, checked but with its pictures still unopened."""

    line: int = Field(ge=1, description="Line of the feed on which the row starts.")
    product_id: str = Field(min_length=1, max_length=100)
    item_group_id: str = Field(min_length=1, description="Variants of one style share it; the product id when absent.")
    title: str = Field(min_length=1)
    description: str = ""
    link: str = ""
    image_links: tuple[str, ...] = Field(min_length=1, description="The main picture first.")
    price: Money
    sale_price: Money | None = None
    sale_begin: datetime | None = Field(default=None, description="From when the sale price holds; None: already.")
    sale_end: datetime | None = Field(default=None, description="Until when, itself excluded; None: until it is gone.")
    availability: Availability = Availability.IN_STOCK
    brand: str | None = None
    gtin: str | None = Field(default=None, pattern=r"^[0-9]{14}$", description="Of any length, as GTIN-14.")
    mpn: str | None = Field(default=None, description="Number the manufacturer gives it.")
    condition: Condition | None = None
    category: str | None = Field(default=None, description="Google product taxonomy path, as text.")
    product_type: str | None = Field(default=None, description="Where the shop itself files it.")
    color: str | None = None
    size: str | None = None
    gender: str | None = None
    age_group: str | None = None

    def sale_at(self, moment: datetime) -> Money | None:
        """The sale price that holds at a moment, which bears a time zone."""
        begun = self.sale_begin is None or self.sale_begin <= moment
        over = self.sale_end is not None and self.sale_end <= moment
        return self.sale_price if begun and not over else None


class Product(Noun):
    """A product of a catalog, as it is offered now."""

    row: FeedRow
    row_hash: str = Field(description="SHA-256 of the row without its line: equal when nothing was edited.")
    pictures: tuple[Picture, ...] = Field(min_length=1)

    @property
    def product_id(self) -> str:
        return self.row.product_id

    @property
    def item_group_id(self) -> str:
        return self.row.item_group_id


class RowProblem(Noun):
    """One thing wrong with one row: what, where, and what to do."""

    line: int = Field(ge=0, description="Line of the feed, 1 is the header; 0 when the whole file is meant.")
    product_id: str | None
    field: str | None
    value: str | None
    problem: str
    remedy: str
    severity: Literal["rejected", "warning"] = "rejected"


class Catalog(Noun):
    """A shop's catalog: which pack looked at it, and how often its contents changed."""

    catalog: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")
    space: str | None = Field(default=None, description="Space of the looks it rests on; None while it is empty.")
    metric: int = Field(default=0, ge=0, description="Which of its metrics made its vectors; 0 while it is empty.")
    learnt_from: int = Field(default=0, ge=0, description="Pictures it had when that metric was learnt.")
    revision: int = Field(default=0, ge=0, description="Moves when a product or a vector changed.")
    stats_key: str | None = Field(default=None, description="Blob key of score statistics; None while a run writes.")
    products: int = Field(default=0, ge=0)
    run_id: str | None = Field(default=None, description="The run that wrote this last.")


class IngestSummary(Noun):
    """What one run of INDEX_CATALOG did, in products; `embedded` counts pictures."""

    catalog: str
    rows: int
    added: int
    changed: int
    removed: int
    unchanged: int
    embedded: int
    rejected: int
    warnings: int
    revision: int
    report_key: str | None = Field(default=None, description="Blob key of the CSV report; None without problems.")
    report_json_key: str | None = Field(default=None, description="Blob key of the same report as JSON.")
