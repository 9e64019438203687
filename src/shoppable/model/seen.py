"""What was seen: sightings in frames, joined into appearances."""

from enum import StrEnum

from pydantic import Field

from shoppable.model.geometry import Box
from shoppable.model.match import Candidate, Tier
from shoppable.model.noun import Noun
from shoppable.model.time import Span


class Kind(StrEnum):
    """What sort of thing a box holds: a region of a dressed person, or any other thing."""

    WHOLE = "whole"
    UPPER = "upper"
    LOWER = "lower"
    FEET = "feet"
    HEAD = "head"
    THING = "thing"


class Impairment(StrEnum):
    """What keeps a view from showing its thing well."""

    SMALL = "small"
    CUT_OFF = "cut off"
    BLURRED = "blurred"
    COVERED = "covered"


class Region(Noun):
    """A place worth a look in one picture or frame."""

    box: Box
    kind: Kind
    confidence: float = Field(ge=0, le=1)


class BoxAt(Box):
    """A box at a moment."""

    t_ms: int = Field(ge=0)


class Appearance(Span):
    """One thing on screen over time, inside one shot, and what it was matched with."""

    appearance_id: str
    shot_index: int
    kind: Kind
    boxes: tuple[BoxAt, ...] = Field(min_length=1, description="By time, five a second or more.")
    view_times_ms: tuple[int, ...] = Field(default=(), description="When it is seen best, best first.")
    crop_keys: tuple[str, ...] = Field(
        default=(), description="Blob keys of crops (JPEG) at those times, with some of what is around it."
    )
    view_boxes: tuple[Box, ...] = Field(default=(), description="Where in each of those crops it is.")
    impaired: dict[Impairment, float] = Field(
        default_factory=dict,
        description="In which part of its views it is small, cut off, blurred or covered, in (0, 1].",
    )
    tier: Tier = Tier.NONE
    score: float = Field(default=0, ge=0, le=1, description="Probability that the first candidate is right.")
    reason: str = Field(default="", description="Why this tier, in plain words.")
    candidates: tuple[Candidate, ...] = Field(default=(), description="Best first.")
    space: str = Field(default="", description="Pack and version of the vectors it was matched by.")
    catalog_revision: int | None = Field(default=None, description="Of the catalog it was matched with.")
