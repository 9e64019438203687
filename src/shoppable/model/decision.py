"""What people said of matches, and what was learnt from it."""

from datetime import datetime

from pydantic import Field

from shoppable.model.noun import Noun
from shoppable.model.seen import Kind


class Decision(Noun):
    """What a person said of the first candidate of an appearance: it is this product, or it is not."""

    catalog: str
    video_id: str
    run_id: str = Field(description="The run that saw and matched it.")
    appearance_id: str
    product_id: str = Field(description="The candidate that was decided on.")
    kind: Kind = Field(description="Where on screen such a product can be, by its category.")
    space: str = Field(description="Pack, version and metric of the vectors it was matched by.")
    log_odds: float = Field(
        allow_inf_nan=False, description="How likely its looks made it, before anything was learnt from decisions."
    )
    by_looks: bool = Field(
        description="Whether looks alone put it first; else a print or another appearance did, and it teaches nothing "
        "of looks."
    )
    right: bool
    decided_at: datetime


class Platt(Noun):
    """How log-odds of looks have to be read so that they say how often people find a match right.

    The order of candidates stays as it is: the slope is above 0.
    """

    slope: float = Field(gt=0, allow_inf_nan=False)
    offset: float = Field(allow_inf_nan=False)

    def applied(self, log_odds: float) -> float:
        """The log-odds that decisions make of these.

        >>> Platt(slope=0.5, offset=-1).applied(4)
        1.0
        """
        return self.slope * log_odds + self.offset
