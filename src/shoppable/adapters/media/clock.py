"""Presentation time: stamps of a file become milliseconds that only grow."""

import logging
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from av.video.frame import VideoFrame

log = logging.getLogger(__name__)

_RESET_MS = 1_000


@dataclass(frozen=True)
class Clock:
    """How the stamps of one video track are read.

    Time 0 is where a player's own clock is 0, so that a cue is shown with the frame it was made from: the zero of the
    file's timeline, or the first frame when that lies before it, or the start of the first track for transport
    streams, whose timeline begins anywhere.

    Attributes:
        unit_ms: Milliseconds a tick.
        origin: Tick of time 0.
        frame_ms: Usual distance of two frames.
        counted: Whether stamps are useless, so that frames are counted instead.
    """

    unit_ms: Fraction
    origin: int
    frame_ms: Fraction
    counted: bool = False

    def at(self, tick: int) -> Fraction:
        """Milliseconds, exact."""
        return (tick - self.origin) * self.unit_ms

    def tick(self, t_ms: int) -> int:
        """The last tick not after `t_ms`."""
        return self.origin + math.floor(t_ms / self.unit_ms)

    def timed(self, frames: Iterable[VideoFrame], name: str) -> Iterator[tuple[int, VideoFrame]]:
        """Frames with their time in whole ms, which grows from one to the next.

        A frame without a stamp comes one usual distance after the one before it. A stamp that is not after the one
        before it is moved one ms behind that, which keeps step with the stamps that follow; frames closer than a
        millisecond are left out. When stamps fall back by more than a second the clock was reset, and the frames end:
        what comes then has no time of its own. `name` is the file's, for that warning.
        """
        last: Fraction | None = None
        shown = -1
        for number, frame in enumerate(frames):
            if self.counted:
                now = number * self.frame_ms
            elif frame.pts is None:
                if last is None:
                    continue
                now = last + self.frame_ms
            else:
                now = self.at(frame.pts)
            if last is not None and now <= last:
                if last - now > _RESET_MS:
                    log.warning("%s: its clock falls back after %d ms; what follows is left out", name, shown)
                    return
                now = last + 1
            last = now
            t_ms = round(now)
            if t_ms > shown:
                shown = t_ms
                yield t_ms, frame


def exact(clock: Clock, t_ms: int, frame: VideoFrame) -> Fraction:
    """The time in ms that `Clock.timed` rounded to `t_ms`; that itself when the frame's stamp was not used."""
    if clock.counted or frame.pts is None:
        return Fraction(t_ms)
    stamped = clock.at(frame.pts)
    return stamped if round(stamped) == t_ms else Fraction(t_ms)
