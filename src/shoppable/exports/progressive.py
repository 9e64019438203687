"""One MP4 file with its index in front, made of the segments of two renditions as they are."""

import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise

from shoppable.errors import InvalidInput
from shoppable.exports.boxes import CLOCK_HZ, Track, box, edts, full_box, mvhd, trak
from shoppable.exports.fragments import samples_of


@dataclass(repr=False)
class Reel:
    """All segments of one rendition, seen once: enough to write the index.

    Attributes:
        track: What they are of.
        decoded: Decode time of each sample, and at the end when the last one is over.
    """

    track: Track
    decoded: list[int] = field(default_factory=list)
    _lengths: list[int] = field(default_factory=list)
    _offsets: list[int] = field(default_factory=list)
    _sizes: list[int] = field(default_factory=list)
    _sync: list[int] = field(default_factory=list)
    _chunks: list[tuple[int, int]] = field(default_factory=list)

    def add(self, segment: bytes) -> None:
        """Takes note of the next segment."""
        placed = samples_of(segment)
        for sample in placed:
            self._sizes.append(sample.size)
            self._offsets.append(sample.offset)
            self.decoded.append(sample.decoded)
            if sample.keyframe:
                self._sync.append(len(self._sizes))
        self._lengths.append(placed[-1].length)
        self._chunks.append((len(placed), sum(sample.size for sample in placed)))

    @property
    def starts_s(self) -> list[float]:
        """When each segment begins, in seconds."""
        first, starts = 0, []
        for count, _ in self._chunks:
            starts.append(self.decoded[first] / self.track.clock_hz)
            first += count
        return starts

    @property
    def chunk_sizes(self) -> list[int]:
        """Bytes of the samples of each segment."""
        return [size for _, size in self._chunks]

    @property
    def length(self) -> int:
        """When the last sample is over, in ticks of the movie."""
        return (self.decoded[-1] + self._lengths[-1]) * CLOCK_HZ // self.track.clock_hz

    def trak(self, number: int, places: Sequence[int]) -> bytes:
        """The track's index; `places` say at which byte of the file each segment's samples are."""
        times = [*self.decoded, self.decoded[-1] + self._lengths[-1]]
        lengths = [after - time for time, after in pairwise(times)]
        stsc = [(1, self._chunks[0][0])]
        stsc += [
            (chunk, count)
            for chunk, (count, (before, _)) in enumerate(
                zip((count for count, _ in self._chunks[1:]), self._chunks, strict=False), 2
            )
            if count != before
        ]
        tables = [
            _runs("stts", lengths),
            *([_runs("ctts", self._offsets)] if any(self._offsets) else []),
            *([] if self.track.channels else [_numbers("stss", "I", self._sync)]),
            full_box("stsc", 0, 0, struct.pack(">I", len(stsc)), *(struct.pack(">III", at, n, 1) for at, n in stsc)),
            full_box("stsz", 0, 0, struct.pack(f">II{len(self._sizes)}I", 0, len(self._sizes), *self._sizes)),
            _numbers("co64", "Q", places),
        ]
        wait = self.decoded[0] * CLOCK_HZ // self.track.clock_hz
        edits = edts([(wait, -1), (self.length - wait, 0)]) if wait else b""
        return trak(self.track, number, self.length, tables, edits)


def head_of(reels: Sequence[Reel]) -> bytes:
    """Everything of the file that comes before its samples, which `order_of` puts in order.

    Raises:
        InvalidInput: A reel has no samples.
    """
    if not all(reel.decoded for reel in reels):
        raise InvalidInput("a rendition without a segment makes no film; make the renditions again")
    size = sum(sum(reel.chunk_sizes) for reel in reels)
    ftyp = box("ftyp", b"isom", struct.pack(">I", 0x200), b"isom", b"iso2", b"avc1", b"mp41")
    large = struct.pack(">I4sQ", 1, b"mdat", size + 16)

    def moov(first: int) -> bytes:
        places: list[list[int]] = [[] for _ in reels]
        at = first
        for reel, chunk in order_of(reels):
            places[reel].append(at)
            at += reels[reel].chunk_sizes[chunk]
        tracks = (each.trak(number, places[number - 1]) for number, each in enumerate(reels, 1))
        return box("moov", mvhd(max(reel.length for reel in reels), len(reels)), *tracks)

    return ftyp + moov(len(ftyp) + len(moov(0)) + len(large)) + large


def order_of(reels: Sequence[Reel]) -> Iterator[tuple[int, int]]:
    """Which segment of which reel comes next in the file: by time, pictures before sound."""
    yield from (
        (reel, chunk)
        for _, reel, chunk in sorted(
            (start, number, chunk) for number, reel in enumerate(reels) for chunk, start in enumerate(reel.starts_s)
        )
    )


def samples_bytes(segment: bytes) -> bytes:
    """The samples of a segment, side by side."""
    placed = samples_of(segment)
    return segment[placed[0].at : placed[-1].at + placed[-1].size]


def _runs(kind: str, values: Iterable[int]) -> bytes:
    runs = [(len(list(same)), value) for value, same in groupby(values)]
    return full_box(kind, 0, 0, struct.pack(">I", len(runs)), *(struct.pack(">II", *run) for run in runs))


def _numbers(kind: str, form: str, values: Sequence[int]) -> bytes:
    return full_box(kind, 0, 0, struct.pack(f">I{len(values)}{form}", len(values), *values))
