"""Coded samples become segment files, which are said to the parent one by one."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from shoppable.adapters.media.wire import Said
from shoppable.exports.boxes import Track
from shoppable.exports.fragments import INIT, Sample, init_file, segment_file

RENDITIONS = "renditions"
"""Who speaks, in the heads of what is said here; the name of the sink."""

COPIED = "copied"
"""What `Cuts.sound` is when it is taken as it is."""


@dataclass(frozen=True)
class Size:
    """A rung, as far as making it goes; see `model.renditions.Rung`."""

    name: str
    width: int
    height: int
    max_kbps: int


@dataclass(frozen=True)
class Cuts:
    """What of a ladder a job is told.

    Attributes:
        sizes: Rungs to make, largest first.
        steps_ms: Where segments begin: the first start, then the distance of each from the one before. Requests are
            short.
        sound: `copied` or `encoded`; None for no sound.
        channels: Of the sound.
    """

    sizes: tuple[Size, ...]
    steps_ms: tuple[int, ...]
    sound: str | None = None
    channels: int = 0

    @classmethod
    def of(cls, told: dict[str, Any]) -> "Cuts":
        """From the JSON of itself."""
        sizes = tuple(Size(**size) for size in told["sizes"])
        return cls(sizes, tuple(told["steps_ms"]), told["sound"], told["channels"])

    @property
    def starts_ms(self) -> list[int]:
        return list(accumulate(self.steps_ms))


class Cutter:
    """Makes the samples of one rendition into an init file and segments.

    A segment begins with the first keyframe that is shown at or after one of the starts.
    """

    def __init__(self, folder: str, track: Track, starts_ms: Sequence[int]) -> None:
        """Args:
        folder: Of the rendition.
        track: What the samples are of.
        starts_ms: Where segments begin, the same for all renditions.
        """
        self._folder, self._track, self._starts_ms = folder, track, starts_ms
        self._index, self._began = -1, False
        self._samples: list[Sample] = []
        self._done: list[Said] = []

    def add(self, sample: Sample, t_ms: int) -> None:
        """Takes the next sample in decode order; `t_ms` is when it is shown, in whole ms."""
        if sample.keyframe:
            index = max(0, bisect_right(self._starts_ms, t_ms) - 1)
            if index > self._index:
                self.close(sample.shown)
                self._index = index
        self._samples.append(sample)

    def close(self, end: int) -> None:
        """Ends the segment that is open, if any; `end` is when its last sample is over, in ticks of the track."""
        if not self._samples:
            return
        shown = [sample.shown for sample in self._samples]
        end = max(end, max(shown) + 1)
        data = segment_file(self._samples, end, self._index + 1)
        self._samples = []
        told = {"folder": self._folder, "index": self._index, "start": min(shown), "end": end, "size": len(data)}
        self._done.append(Said({"of": RENDITIONS, "segment": told}, (data,)))

    def said(self) -> Iterator[Said]:
        """What was made since it was asked last; the init file stands before the first segment."""
        if self._done and not self._began:
            self._began = True
            yield Said({"of": RENDITIONS, "init": f"{self._folder}/{INIT}"}, (init_file(self._track),))
        done, self._done = self._done, []
        yield from done
