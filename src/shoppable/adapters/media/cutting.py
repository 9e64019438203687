"""Coded samples become segment files."""

from bisect import bisect_right
from collections.abc import Sequence
from pathlib import Path

from shoppable.exports.boxes import Track
from shoppable.exports.fragments import Sample, init_file, segment_file
from shoppable.exports.hls import INIT
from shoppable.model.renditions import Segment
from shoppable.ports import SEGMENTS


class Cutter:
    """Writes the samples of one rendition into a folder of its own, a file a segment.

    A segment begins with the first keyframe that is shown at or after one of the starts.
    """

    def __init__(self, folder: Path, name: str, track: Track, starts_ms: Sequence[int]) -> None:
        """Args:
        folder: Where the folder `name` is made.
        name: Of the rendition.
        track: What the samples are of.
        starts_ms: Where segments begin, the same for all renditions.
        """
        self._folder = folder / name
        self._folder.mkdir(parents=True, exist_ok=True)
        (self._folder / INIT).write_bytes(init_file(track))
        self._name, self._early = name, track.early
        self._starts_ms = starts_ms
        self._index = -1
        self._samples: list[Sample] = []
        self.segments: list[Segment] = []

    def add(self, sample: Sample, t_ms: int) -> None:
        """Takes the next sample in decode order; `t_ms` is when it is shown, in whole ms."""
        if sample.keyframe:
            index = max(0, bisect_right(self._starts_ms, t_ms) - 1)
            if index > self._index:
                self.close(sample.shown)
                self._index = index
        self._samples.append(sample)

    def close(self, end: int) -> None:
        """Writes what is held, if anything; `end` is when the last sample is over, in ticks of the track."""
        if not self._samples:
            return
        end = max(end, max(sample.shown for sample in self._samples) + 1)
        start = min(sample.shown for sample in self._samples)
        data = segment_file(self._samples, end, self._index + 1, self._early)
        segment = Segment(folder=self._name, index=self._index, start=start, end=end, size=len(data))
        (self._folder / segment.name).write_bytes(data)
        self.segments.append(segment)
        self._samples = []


def write_list(folder: Path, segments: Sequence[Segment]) -> None:
    """Says which segments lie in a folder; done last, so that a folder with a list is complete."""
    lines = "".join(f"{segment.model_dump_json()}\n" for segment in segments)
    (folder / SEGMENTS).write_text(lines, encoding="utf-8")


def read_list(folder: Path) -> list[Segment]:
    """What `write_list` wrote."""
    lines = (folder / SEGMENTS).read_text(encoding="utf-8").splitlines()
    return [Segment.model_validate_json(line) for line in lines]
