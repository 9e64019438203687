"""Embedding spaces: which nets made a vector, so that vectors of different nets are never compared."""

from typing import Self

from pydantic import Field, model_validator

from shoppable.model.noun import Noun


class Channel(Noun):
    """One part of a vector, of unit length, made by one net or descriptor."""

    name: str
    dimension: int = Field(gt=0)
    weight: float = Field(
        default=1, ge=0, allow_inf_nan=False, description="Its say for goods that are sold by colour."
    )
    weight_uncoloured: float = Field(
        default=1, ge=0, allow_inf_nan=False, description="Its say for all others, such as packaged goods."
    )


class Calibration(Noun):
    """How a z-norm becomes a probability: logistic, `p = 1 / (1 + exp(-slope * (z - even)))`."""

    slope: float = Field(gt=0, allow_inf_nan=False, description="Log-odds per standard deviation.")
    even: float = Field(allow_inf_nan=False, description="The z at which right and wrong are equally likely.")


class Space(Noun):
    """The space a pack embeds into. Vectors are its channels side by side, each of unit length.

    The similarity of two vectors is the weighted mean of their channels' cosines: weights are applied to the query
    only, so that stored vectors serve every weighting.
    """

    pack: str
    version: int = Field(ge=1)
    channels: tuple[Channel, ...] = Field(min_length=1)
    calibration: Calibration = Calibration(slope=1.6, even=1.3)
    min_inliers: int = Field(default=20, ge=4, description="Local features that must agree to call a print the same.")

    @model_validator(mode="after")
    def _weighted(self) -> Self:
        for by_colour in (True, False):
            if sum(self.weights(by_colour)) <= 0:
                raise ValueError(f"space {self.name} has no channel with a weight above 0")
        return self

    @property
    def name(self) -> str:
        """What is stored with an index: vectors compare only when names are equal."""
        return f"{self.pack}@{self.version}"

    @property
    def dimension(self) -> int:
        return sum(channel.dimension for channel in self.channels)

    def weights(self, by_colour: bool) -> tuple[float, ...]:
        """Weight of each channel, in channel order, for goods that are sold by colour, or for all others."""
        return tuple(channel.weight if by_colour else channel.weight_uncoloured for channel in self.channels)
