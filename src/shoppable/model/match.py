"""What a seen thing may be, and how sure we are."""

from enum import StrEnum

from pydantic import Field

from shoppable.model.noun import Noun


class Tier(StrEnum):
    """`exact`: this product. `similar`: same kind and look, and said as such. `none`: nothing is shown."""

    EXACT = "exact"
    SIMILAR = "similar"
    NONE = "none"


class Candidate(Noun):
    """A product that a seen thing may be."""

    product_id: str
    item_group_id: str
    score: float = Field(ge=0, le=1, description="Probability that this is the one.")
    similarity: float = Field(description="Cosine of the fused embedding, in [-1, 1].")
    z: float = Field(description="Similarity in standard deviations above what strangers of this product reach.")
    inliers: int = Field(default=0, ge=0, description="Local features that agree on one homography.")
