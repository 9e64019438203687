"""Embedding spaces: which nets made a vector, so that vectors of different nets are never compared.

A *look* is what a pack makes of a crop: its channels side by side, each of unit length. Looks are kept, and never
compared. A catalog learns a *metric* from its own looks (`logic.metric`), which turns them into the vectors that are.
"""

from typing import Self

from pydantic import Field, model_validator

from shoppable.model.noun import Noun


class Channel(Noun):
    """One part of a look or a vector, of unit length, made by one net or descriptor."""

    name: str
    dimension: int = Field(gt=0)
    weight: float = Field(default=1, ge=0, allow_inf_nan=False, description="Its say beside the other channels.")
    learned: bool = Field(
        default=False, description="Whether a catalog learns from augmented crops which of its directions tell goods."
    )
    kept: int = Field(default=128, gt=0, description="Most directions of it that a vector keeps.")


class Calibration(Noun):
    """How affinity and lead become a probability: logistic, log-odds = chance + `affinity` * a + `lead` * l."""

    chance: float = Field(allow_inf_nan=False, description="Log-odds of a candidate no more alike than strangers are.")
    affinity: float = Field(gt=0, allow_inf_nan=False, description="Log-odds of being as alike as its own pictures.")
    lead: float = Field(
        default=0, ge=0, allow_inf_nan=False, description="Log-odds of an affinity 1 above the next item group's."
    )


class Space(Noun):
    """The space of a pack's looks, or of the vectors that a catalog's metric makes of them.

    The similarity of two vectors is their inner product: the weighted mean of their channels' cosines.
    """

    pack: str
    version: int = Field(ge=1)
    metric: int = Field(
        default=0, ge=0, description="Which metric of the catalog made the vectors; 0: these are looks."
    )
    channels: tuple[Channel, ...] = Field(min_length=1)
    calibration: Calibration = Calibration(chance=-6, affinity=8, lead=10)
    min_inliers: int = Field(default=20, ge=4, description="Local features that must agree to call a print the same.")

    @model_validator(mode="after")
    def _weighted(self) -> Self:
        if not any(channel.weight for channel in self.channels):
            raise ValueError(f"space {self.name} has no channel with a weight above 0")
        return self

    @property
    def name(self) -> str:
        """What is stored with an index: vectors compare only when names are equal.

        >>> eyes = Space(pack="lite", version=2, channels=(Channel(name="colour", dimension=8),))
        >>> eyes.name, eyes.model_copy(update={"metric": 3}).name
        ('lite@2', 'lite@2+3')
        """
        return f"{self.pack}@{self.version}" + (f"+{self.metric}" if self.metric else "")

    @property
    def dimension(self) -> int:
        return sum(channel.dimension for channel in self.channels)

    @property
    def learned(self) -> tuple[Channel, ...]:
        """The channels that a metric is learnt for."""
        return tuple(channel for channel in self.channels if channel.learned)
