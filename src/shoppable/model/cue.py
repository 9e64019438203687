"""The cue sheet: what a player needs to offer the goods of a video. The JSON Schema is generated from here."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from shoppable.model.catalog import Availability, Money
from shoppable.model.match import Tier
from shoppable.model.noun import Noun
from shoppable.model.seen import BoxAt
from shoppable.model.time import Span


class CueProduct(Noun):
    """A product as a viewer is shown it."""

    product_id: str
    item_group_id: str
    title: str
    link: str = Field(description="The shop's page, http or https; empty when the shop gave none.")
    image: str = Field(description="URL of the picture, relative to the cue sheet's own.")
    price: Money | None
    sale_price: Money | None = None
    availability: Availability
    brand: str | None = None
    color: str | None = None
    size: str | None = None


class Cue(Span):
    """One product on screen over one stretch of time."""

    cue_id: str
    product_id: str
    tier: Literal[Tier.EXACT, Tier.SIMILAR]
    score: float = Field(ge=0, le=1)
    boxes: tuple[BoxAt, ...] = Field(description="By time; a player interpolates between them.")


class CueSheet(Noun):
    """One immutable version of what can be bought in a video."""

    format: Literal["shoppable.cue-sheet/1"] = "shoppable.cue-sheet/1"
    video_id: str
    version: int = Field(ge=1)
    published_at: datetime
    catalog: str
    duration_ms: int = Field(gt=0)
    width: int = Field(gt=0)
    height: int = Field(gt=0)
    tiers: tuple[Literal[Tier.EXACT, Tier.SIMILAR], ...] = Field(description="What the publishing policy let through.")
    products: tuple[CueProduct, ...]
    cues: tuple[Cue, ...] = Field(description="By start time.")


class Publication(Noun):
    """The pointer that moves: which version of a video's cue sheet is current."""

    video_id: str
    version: int = Field(ge=1)
    sheet_key: str
    content_hash: str = Field(description="SHA-256 of what is offered, without version and date.")
