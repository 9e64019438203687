"""Embedding spaces: which nets made a vector, so that vectors of different nets are never compared."""

from typing import Self

from pydantic import Field, model_validator

from shoppable.model.noun import Noun
from shoppable.model.seen import Kind


class Channel(Noun):
    """One part of a vector, of unit length, made by one net or descriptor."""

    name: str
    dimension: int = Field(gt=0)
    weight: float = Field(default=1, ge=0, description="Its say in a match of a garment.")
    weight_thing: float = Field(default=1, ge=0, description="Its say in a match of any other thing.")


class Space(Noun):
    """The space a pack embeds into. Vectors are its channels side by side, each of unit length.

    The similarity of two vectors is the weighted mean of their channels' cosines: weights are applied to the query
    only, so that stored vectors serve every weighting.
    """

    pack: str
    version: int = Field(ge=1)
    channels: tuple[Channel, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _weighted(self) -> Self:
        for kind in (Kind.UPPER, Kind.THING):
            if sum(self.weights(kind)) <= 0:
                raise ValueError(f"space {self.name} gives {kind} no channel with a weight above 0")
        return self

    @property
    def name(self) -> str:
        """What is stored with an index: vectors compare only when names are equal."""
        return f"{self.pack}@{self.version}"

    @property
    def dimension(self) -> int:
        return sum(channel.dimension for channel in self.channels)

    def weights(self, kind: Kind) -> tuple[float, ...]:
        """Weight of each channel for a thing of this kind, in channel order."""
        thing = kind is Kind.THING
        return tuple(channel.weight_thing if thing else channel.weight for channel in self.channels)
