"""What is known of a video before its frames are looked at."""

from dataclasses import dataclass
from fractions import Fraction

from shoppable.adapters.media.clock import Clock
from shoppable.adapters.media.upright import Pose


@dataclass(frozen=True)
class Outline:
    """What head and first frame of a video tell; sizes are upright with square pixels.

    Attributes:
        name: Of the file, fit for a one-line message.
        clock: How its stamps are read.
        pose: How its pictures are turned upright.
        width: In px.
        height: In px.
        rate: Frames per second, on average.
        declared_ms: Where it ends by its header, if that says so.
    """

    name: str
    clock: Clock
    pose: Pose
    width: int
    height: int
    rate: Fraction
    declared_ms: float | None
