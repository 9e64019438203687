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
    affinity: float = Field(
        description="Where its similarity lies between that of strangers of the product (0) and its own (1)."
    )
    inliers: int = Field(default=0, ge=0, description="Local features that agree on one homography.")
    picture_id: str | None = Field(default=None, description="The catalog picture that it looks most like.")
    signals: dict[str, float] = Field(
        default_factory=dict,
        description="What each signal adds to the log-odds of `score`, by name; they sum up to its logit.",
    )
