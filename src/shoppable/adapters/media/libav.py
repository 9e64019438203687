"""`Media` by PyAV, which carries its own FFmpeg, in processes of its own: no file is opened in this one."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from shoppable.adapters.media import requests
from shoppable.adapters.media.confined import Heed, ask
from shoppable.adapters.media.cutting import COPIED, RENDITIONS, Cuts, Size
from shoppable.adapters.media.requests import Decode, Keyframes, Limits, Probe, Scan
from shoppable.model.arrays import Glance
from shoppable.model.renditions import Ladder, Piece, Rung, Segment, Survey
from shoppable.model.sampling import Sampling
from shoppable.model.time import Span
from shoppable.model.video import VideoInfo
from shoppable.ports import Making

_PLANE = (36, 64, 3)
_PLANE_BYTES = 36 * 64 * 3


class LibavMedia:
    """Reads video files with the FFmpeg that PyAV carries.

    Every look starts a process (0.15 s of computing), so that one object serves many threads and a file can harm
    nothing but the look at it.
    """

    def __init__(self, threads: int, limits: Limits | None = None) -> None:
        """Args:
        threads: How many threads decode; scans that run at once share them.
        limits: What a decoding process may take; None for what each request calls for.
        """
        self._threads = threads
        self._limits = limits
        self._scans = 0
        self._lock = threading.Lock()

    def probe(self, path: Path) -> VideoInfo:
        """What the file holds, from its head, its first frame and its last packets. See `ports.Media`."""
        with closing(ask(path, Probe(self._threads), limits=self._limits)) as heard:
            return VideoInfo(**next(heard)[0])

    def decode(self, path: Path) -> int:
        """All frames, looked at by nobody. See `ports.Media`."""
        with closing(ask(path, Decode(self._threads), limits=self._limits)) as heard:
            frames: int = next(heard)[0]["frames"]
        return frames

    def keyframes(self, path: Path, near_ms: Sequence[int]) -> list[int]:
        """Where decoding can begin. See `ports.Media`."""
        with closing(ask(path, Keyframes(self._threads, tuple(near_ms)), limits=self._limits)) as heard:
            return [int(at_ms) for at_ms in next(heard)[0]["at_ms"]]

    def scan(
        self,
        path: Path,
        span: Span,
        *,
        sampling: Sampling,
        making: Making | None = None,
        heed: Heed | None = None,
    ) -> Iterator[Glance]:
        """Decodes the frames in `span`; see `ports.Media`. Closing the iterator early ends the process.

        Args:
            path: The file.
            span: Which frames.
            sampling: Which frames carry their picture.
            making: What to encode in the same pass.
            heed: Called while a frame is waited for; raises when the work is to stop.
        """
        with self._share() as threads:
            request = Scan(threads, span.start_ms, span.end_ms, sampling.model_dump(), sinks_for(span, making))
            yield from self._glances(path, request, heed, making)

    def _glances(self, path: Path, request: Scan, heed: Heed | None, making: Making | None) -> Iterator[Glance]:
        with closing(ask(path, request, heed=heed, limits=self._limits)) as heard:
            for head, raw in heard:
                if "of" not in head:
                    yield glance_of(head, raw)
                elif making is not None:
                    making.keep(piece_of(head, raw))

    def survey(self, path: Path, *, heed: Heed | None = None) -> Survey:
        """What the packets tell. See `ports.Media`."""
        with closing(ask(path, requests.Survey(self._threads), heed=heed, limits=self._limits)) as heard:
            return Survey(**next(heard)[0])

    def repack(self, path: Path, ladder: Ladder, *, heed: Heed | None = None) -> Iterator[Piece]:
        """The copied rung and the sound. See `ports.Media`."""
        request = requests.Repack(self._threads, asdict(cuts_of(ladder, ladder.rungs[:1] if ladder.copied else ())))
        with closing(ask(path, request, heed=heed, limits=self._limits)) as heard:
            for head, raw in heard:
                yield piece_of(head, raw)

    @contextmanager
    def _share(self) -> Iterator[int]:
        """How many threads one more scan gets, for as long as it runs."""
        with self._lock:
            self._scans += 1
            share = max(1, self._threads // self._scans)
        try:
            yield share
        finally:
            with self._lock:
                self._scans -= 1


def sinks_for(span: Span, making: Making | None) -> dict[str, dict[str, Any]]:
    """Who else sees the frames of a span."""
    if making is None or not making.ladder.encoded:
        return {}
    cuts = cuts_of(making.ladder, making.ladder.encoded)
    return {RENDITIONS: {"cuts": asdict(cuts), "start_ms": span.start_ms, "end_ms": span.end_ms}}


def cuts_of(ladder: Ladder, rungs: Sequence[Rung]) -> Cuts:
    """What a process must know to make these rungs of a ladder."""
    sizes = tuple(Size(rung.name, rung.width, rung.height, rung.max_kbps) for rung in rungs)
    steps = tuple(after - before for before, after in pairwise((0, *ladder.starts_ms)))
    if ladder.sound is None:
        return Cuts(sizes, steps)
    return Cuts(sizes, steps, COPIED if ladder.sound.copied else "encoded", ladder.sound.channels)


def piece_of(head: dict[str, Any], raw: bytearray) -> Piece:
    """What `cutting.Cutter` said."""
    if "init" in head:
        return Piece(head["init"], bytes(raw))
    segment = Segment(**head["segment"])
    return Piece(f"{segment.folder}/{segment.name}", bytes(raw), segment)


def glance_of(head: dict[str, Any], raw: bytearray) -> Glance:
    """What `sinks.Glances` said."""
    plane = np.frombuffer(raw, np.uint8, _PLANE_BYTES).reshape(_PLANE)
    if "size" not in head:
        return Glance(head["t"], plane, None)
    image = np.frombuffer(raw, np.uint8, offset=_PLANE_BYTES).reshape(*head["size"], 3)
    return Glance(head["t"], plane.copy(), image)
