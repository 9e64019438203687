"""Makes the renditions of a film through the port, and reads them back as a player would: init file, then segments."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from shoppable.exports.fragments import INIT
from shoppable.logic.ladder import nearest_starts, plan
from shoppable.model.renditions import Ladder, Piece, Segment
from shoppable.model.time import Span
from shoppable.ports import Making, Media
from tests.sampling import every


@dataclass(frozen=True)
class Made:
    """What was made of a film.

    Attributes:
        ladder: What was planned.
        files: Bytes of each file, by folder and name.
        segments: All of them, as they came.
        inits: Every init file that came, by path: parts made apart must have the same.
    """

    ladder: Ladder
    files: dict[str, bytes]
    segments: list[Segment]
    inits: dict[str, set[bytes]]

    def of(self, folder: str) -> list[Segment]:
        """The segments of one rendition, in order."""
        return sorted((each for each in self.segments if each.folder == folder), key=lambda each: each.index)

    def stream(self, folder: str) -> bytes:
        """What a player that plays it all has read in the end."""
        names = [f"{folder}/{INIT}", *(f"{folder}/{segment.name}" for segment in self.of(folder))]
        return b"".join(self.files[name] for name in names)


def make(media: Media, path: Path, *, chunk_ms: int = 4_000, copying: bool = True) -> Made:
    """Plans, encodes chunk by chunk, and copies."""
    info = media.probe(path)
    ladder = plan(info, media.survey(path), chunk_ms=chunk_ms, copying=copying)
    made = Made(ladder, {}, [], {})

    def keep(piece: Piece) -> None:
        made.files[piece.path] = piece.data
        if piece.segment:
            made.segments.append(piece.segment)
        else:
            made.inits.setdefault(piece.path, set()).add(piece.data)

    edges = nearest_starts(range(0, info.duration_ms, chunk_ms), ladder.starts_ms)
    for start, end in pairwise([*edges, info.duration_ms]):
        for _ in media.scan(path, Span(start_ms=start, end_ms=end), sampling=every(400), making=Making(ladder, keep)):
            pass
    for piece in media.repack(path, ladder):
        keep(piece)
    return made


def coded(data: bytes | Path) -> list[tuple[Fraction, bool, bytes]]:
    """Time in seconds, whether it is a keyframe, and bytes of each picture of a file, in the order of the file."""
    with av.open(io.BytesIO(data) if isinstance(data, bytes) else str(data), "r") as file:
        track = file.streams.video[0]
        return [
            (Fraction(packet.pts or 0) * Fraction(track.time_base or 0), packet.is_keyframe, bytes(packet))
            for packet in file.demux(track)
            if packet.size
        ]


def keyframe_times(data: bytes | Path) -> list[Fraction]:
    return [time for time, keyframe, _ in coded(data) if keyframe]


def pictures(data: bytes | Path) -> list[tuple[float, NDArray[np.uint8]]]:
    """Time in ms and picture of each frame, decoded."""
    with av.open(io.BytesIO(data) if isinstance(data, bytes) else str(data), "r") as file:
        return [
            (
                float(1000 * (frame.pts or 0) * Fraction(frame.time_base or 0)),
                np.asarray(frame.to_ndarray(format="rgb24")),
            )
            for frame in file.decode(video=0)
        ]


def heard(data: bytes | Path) -> tuple[float, float, NDArray[np.float32]]:
    """When the sound begins, in ms, how many samples a second it has, and all samples of its first channel."""
    with av.open(io.BytesIO(data) if isinstance(data, bytes) else str(data), "r") as file:
        blocks = list(file.decode(audio=0))
    first = blocks[0]
    start = float(1000 * (first.pts or 0) * Fraction(first.time_base or 0))
    return start, float(first.sample_rate), np.concatenate([np.asarray(block.to_ndarray())[0] for block in blocks])


def gaps(segments: Sequence[Segment]) -> list[int]:
    """Ticks between the end of each segment and the start of the next."""
    return [after.start - before.end for before, after in pairwise(segments)]
