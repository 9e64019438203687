"""Looks at videos without a process of their own: the same jobs, for tests that look a thousand times."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from shoppable.adapters.media import jobs, requests
from shoppable.adapters.media.libav import cuts_of, glance_of, piece_of, sinks_for
from shoppable.adapters.media.requests import Keyframes, Probe, Request, Scan
from shoppable.adapters.media.sources import open_plain, printable
from shoppable.adapters.media.wire import Said
from shoppable.model.arrays import Glance
from shoppable.model.renditions import Ladder, Piece, Survey
from shoppable.model.sampling import Sampling
from shoppable.model.time import Span
from shoppable.model.video import VideoInfo
from shoppable.ports import Making


class MediaHere:
    """Fits `ports.Media`, in this process."""

    def __init__(self, threads: int) -> None:
        self._threads = threads

    def probe(self, path: Path) -> VideoInfo:
        return VideoInfo(**next(said(path, Probe(self._threads))).head)

    def decode(self, path: Path) -> int:
        return int(next(said(path, requests.Decode(self._threads))).head["frames"])

    def keyframes(self, path: Path, near_ms: Sequence[int]) -> list[int]:
        return list(next(said(path, Keyframes(self._threads, tuple(near_ms)))).head["at_ms"])

    def survey(self, path: Path, *, heed: Callable[[], None] | None = None) -> Survey:
        del heed  # nothing is waited for
        return Survey(**next(said(path, requests.Survey(self._threads))).head)

    def repack(self, path: Path, ladder: Ladder, *, heed: Callable[[], None] | None = None) -> Iterator[Piece]:
        del heed  # nothing is waited for
        cuts = asdict(cuts_of(ladder, ladder.rungs[:1] if ladder.copied else ()))
        for one in said(path, requests.Repack(self._threads, cuts)):
            yield piece_of(one.head, bytearray(b"".join(one.raw)))

    def scan(
        self,
        path: Path,
        span: Span,
        *,
        sampling: Sampling,
        making: Making | None = None,
        heed: Callable[[], None] | None = None,
    ) -> Iterator[Glance]:
        del heed  # nothing is waited for
        request = Scan(self._threads, span.start_ms, span.end_ms, sampling.model_dump(), sinks_for(span, making))
        for one in said(path, request):
            raw = bytearray(b"".join(one.raw))
            if "of" not in one.head:
                yield glance_of(one.head, raw)
            elif making is not None:
                making.keep(piece_of(one.head, raw))


def said(path: Path, request: Request, name: str | None = None) -> Iterator[Said]:
    """What a job says of a file."""
    fields: dict[str, Any] = request.as_json()
    with open_plain(path) as handle:
        yield from jobs.run(request.job, fields, name or printable(path), handle, lambda: None)
