"""Decoded frames as upright pictures with square pixels."""

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, cast

import numpy as np
from av.buffer import Buffer
from av.video.frame import VideoFrame
from av.video.reformatter import Interpolation, VideoReformatter

from shoppable.adapters.media.hdr import is_hdr, mapped

if TYPE_CHECKING:
    from shoppable.model.arrays import Image

PLANE_WIDTH, PLANE_HEIGHT = 64, 36
_TURNS = {(False, False, False): 0, (True, True, False): 90, (False, True, True): 180, (True, False, True): 270}


@dataclass(frozen=True)
class Pose:
    """How a decoded picture becomes an upright one: first swap its axes, then mirror each of them.

    Attributes:
        swapped: Rows become columns.
        mirrored_x: Then left and right change places.
        mirrored_y: Then top and bottom change places.
    """

    swapped: bool = False
    mirrored_x: bool = False
    mirrored_y: bool = False

    @classmethod
    def of(cls, frame: VideoFrame) -> "Pose":
        """From the display matrix of a frame: quarter turns and mirrors; what lies between is rounded to them.

        The matrix takes x, y of the decoded picture to a·x + c·y, b·x + d·y of the upright one, y down
        (FFmpeg, libavutil/display.h).
        """
        stored = cast(Buffer | None, frame.side_data.get("DISPLAYMATRIX"))
        if stored is None:
            return cls()
        a, b, _, c, d = np.frombuffer(bytes(stored), np.int32)[:5].tolist()
        if abs(a) + abs(d) >= abs(b) + abs(c):
            return cls(False, a < 0, d < 0)
        return cls(True, c < 0, b < 0)

    @property
    def rotation(self) -> int:
        """Degrees clockwise, mirrors aside: 0, 90, 180 or 270."""
        if (self.mirrored_x == self.mirrored_y) == self.swapped:
            return _TURNS[self.swapped, not self.mirrored_x, self.mirrored_y]
        return _TURNS[self.swapped, self.mirrored_x, self.mirrored_y]

    def apply(self, picture: "Image") -> "Image":
        """The upright picture, contiguous."""
        turned = picture.swapaxes(0, 1) if self.swapped else picture
        step_x, step_y = -1 if self.mirrored_x else 1, -1 if self.mirrored_y else 1
        return np.ascontiguousarray(turned[::step_y, ::step_x])


class Easel:
    """Makes the plane and the full picture of frames; keeps the scalers, which are dear to set up."""

    def __init__(self, pose: Pose, width: int, height: int) -> None:
        """Args:
        pose: How frames are turned upright.
        width: Of the upright picture, in px.
        height: Of the upright picture, in px.
        """
        self._pose = pose
        self._full = (height, width) if pose.swapped else (width, height)
        self._small = (PLANE_HEIGHT, PLANE_WIDTH) if pose.swapped else (PLANE_WIDTH, PLANE_HEIGHT)
        self._scale_small, self._scale_full = VideoReformatter(), VideoReformatter()

    def plane(self, frame: VideoFrame) -> "Image":
        """(36, 64, 3) uint8 RGB: the mean colour of each cell of the frame."""
        return self._rgb(self._scale_small, frame, self._small, Interpolation.AREA)

    def image(self, frame: VideoFrame) -> "Image":
        """(height, width, 3) uint8 RGB."""
        return self._rgb(self._scale_full, frame, self._full, Interpolation.BICUBIC)

    def _rgb(self, scaler: VideoReformatter, frame: VideoFrame, size: tuple[int, int], how: Interpolation) -> "Image":
        # One thread: starting several costs more than it saves on pictures this small.
        if is_hdr(frame):
            scaled = scaler.reformat(frame, *size, "rgb48le", interpolation=int(how), threads=1)
            return self._pose.apply(mapped(scaled.to_ndarray(), int(frame.color_trc)))
        scaled = scaler.reformat(frame, *size, "rgb24", interpolation=int(how), threads=1)
        return self._pose.apply(np.asarray(scaled.to_ndarray(), np.uint8))


def square_size(width: int, height: int, pixel_aspect: Fraction | None) -> tuple[int, int]:
    """Size with square pixels; the side that is too short grows, so that no detail is lost.

    >>> square_size(720, 576, Fraction(16, 11))
    (1047, 576)
    >>> square_size(720, 480, Fraction(8, 9))
    (720, 540)
    """
    if not pixel_aspect or pixel_aspect <= 0:
        return width, height
    if pixel_aspect >= 1:
        return round(width * pixel_aspect), height
    return width, round(height / pixel_aspect)
