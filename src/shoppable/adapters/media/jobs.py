"""The jobs of a decoding process. A new one is a `Request` in `requests.py`, a function, and a line in `JOBS`."""

import time
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from shoppable.adapters.media.copying import repack, survey
from shoppable.adapters.media.decoding import decode
from shoppable.adapters.media.keyframes import keyframes
from shoppable.adapters.media.opening import Source
from shoppable.adapters.media.probing import probe
from shoppable.adapters.media.requests import Decode, Keyframes, Probe, Repack, Request, Scan, Survey
from shoppable.adapters.media.scanning import scan
from shoppable.adapters.media.wire import Said

_PULSE_S = 1.0

Job = Callable[[Source, Any], Iterator[Said]]

JOBS: dict[str, tuple[type[Request], Job]] = {
    Probe.job: (Probe, probe),
    Decode.job: (Decode, decode),
    Keyframes.job: (Keyframes, keyframes),
    Scan.job: (Scan, scan),
    Survey.job: (Survey, survey),
    Repack.job: (Repack, repack),
}


class Pulse:
    """A sign of life, sent at most once a second however often it is called."""

    def __init__(self, beat: Callable[[], None]) -> None:
        self._beat = beat
        self._due_s = 0.0

    def __call__(self) -> None:
        now_s = time.monotonic()
        if now_s >= self._due_s:
            self._due_s = now_s + _PULSE_S
            self._beat()


def run(job: str, request: dict[str, Any], name: str, handle: BinaryIO, alive: Callable[[], None]) -> Iterator[Said]:
    """What a job makes of a file.

    Args:
        job: A name in `JOBS`.
        request: The fields of its `Request`.
        name: What to call the file.
        handle: The open file.
        alive: To be called now and then while nothing is said, so that nobody takes the job for hung.
    """
    kind, work = JOBS[job]
    return work(Source(name, handle, alive), kind(**request))
