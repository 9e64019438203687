"""How many frames of a video are looked at."""

from pydantic import Field

from shoppable.model.noun import Noun


class Sampling(Noun):
    """How frames are chosen; differences of pictures are those of `logic.sampling.apart`, in [0, 1]."""

    soonest_ms: int = Field(default=500, ge=1, description="Least distance of two samples of one picture.")
    latest_ms: int = Field(default=3_000, ge=1, description="Distance of samples where nothing moves.")
    settle_ms: int = Field(default=150, ge=0, description="How long another picture rests before it is looked at.")
    patience_ms: int = Field(default=120, ge=0, description="How long a sample that is due waits for a sharp frame.")
    moved: float = Field(default=0.2, gt=0, description="Difference from the last sample that makes the next one due.")
    changed: float = Field(default=0.2, gt=0, description="Difference from the last sample of another picture.")
    black: float = Field(default=0.1, ge=0, description="Brightness that no part of a black frame reaches.")
    per_minute: int = Field(default=120, ge=1, description="Samples a minute over a long time.")
    burst: int = Field(default=20, ge=1, description="Samples that can be saved up, and owed for other pictures.")
    after_keyframes_ms: int | None = Field(
        default=None, ge=0, description="What comes later than this after a keyframe is not decoded; None decodes all."
    )
