"""Looks at videos without a process of their own: the same jobs, for tests that look a thousand times."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from shoppable.adapters.media import jobs
from shoppable.adapters.media.libav import glance_of
from shoppable.adapters.media.requests import Probe, Request, Scan
from shoppable.adapters.media.sources import open_plain, printable
from shoppable.adapters.media.wire import Said
from shoppable.model.arrays import Glance
from shoppable.model.time import Span
from shoppable.model.video import VideoInfo


class MediaHere:
    """Fits `ports.Media`, in this process."""

    def __init__(self, threads: int) -> None:
        self._threads = threads

    def probe(self, path: Path) -> VideoInfo:
        return VideoInfo(**next(said(path, Probe(self._threads))).head)

    def scan(
        self, path: Path, span: Span, *, every_ms: int, heed: Callable[[], None] | None = None
    ) -> Iterator[Glance]:
        del heed  # nothing is waited for
        for one in said(path, Scan(self._threads, span.start_ms, span.end_ms, every_ms)):
            yield glance_of(one.head, bytearray(b"".join(one.raw)))


def said(path: Path, request: Request, name: str | None = None) -> Iterator[Said]:
    """What a job says of a file."""
    fields: dict[str, Any] = request.as_json()
    with open_plain(path) as handle:
        yield from jobs.run(request.job, fields, name or printable(path), handle, lambda: None)
