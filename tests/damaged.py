"""Damages films, looks at them as uploads are looked at, and notes what comes of it: frames, or one line, soon.

Ten films in different containers and codecs are damaged in different ways and looked at as an upload is: probed, and
scanned when the probe lets them in. A forbidden system call (network, processes, files) ends the decoding process here
instead of failing, so that the tries can be counted.
"""

import logging
import random
import resource
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from shoppable.adapters.media.libav import LibavMedia
from shoppable.adapters.media.requests import Limits
from shoppable.errors import InvalidInput, ShoppableError
from shoppable.model.time import Span
from tests.films import Film, draw
from tests.sampling import every

SEEDS = {
    "plain.mp4": Film(frames=24, audio=True),
    "fast-start.mp4": Film(frames=24, mux={"movflags": "faststart"}),
    "fragmented.mp4": Film(frames=24, mux={"movflags": "frag_keyframe+empty_moov"}),
    "turned.mov": Film(frames=16, codec="mpeg4", rotation=90),
    "hevc.mkv": Film(frames=16, codec="libx265", options={"x265-params": "log-level=none:pools=1"}),
    "vp9.webm": Film(frames=16, codec="libvpx-vp9", options={"cpu-used": "8", "deadline": "realtime"}),
    "vp8.webm": Film(frames=16, codec="libvpx", options={"cpu-used": "8", "deadline": "realtime"}),
    "broadcast.ts": Film(frames=24, codec="mpeg2video", audio=True),
    "old.avi": Film(frames=16),
    "stills.mkv": Film(frames=6, codec="mjpeg", b_frames=0, pixel_aspect=Fraction(4, 3)),
}
TOO_LONG_S = 30.0
LIMITS = Limits(cpu_s=20, silent_s=15.0, deadly=True)

Damage = Callable[[bytearray, random.Random], None]


def some_bytes(data: bytearray, chance: random.Random) -> None:
    """A few bytes anywhere are others."""
    for _ in range(chance.choice((1, 4, 30))):
        data[chance.randrange(len(data))] = chance.randrange(256)


def the_head(data: bytearray, chance: random.Random) -> None:
    """Bytes where sizes, counts and codecs stand are others, most of them extreme."""
    for _ in range(chance.choice((1, 2, 8))):
        data[chance.randrange(min(len(data), 1500))] = chance.choice((0, 1, 0x7F, 0x80, 0xFF, chance.randrange(256)))


def a_number(data: bytearray, chance: random.Random) -> None:
    """Four bytes in a row say something vast, negative or nothing."""
    at = chance.randrange(len(data) - 4)
    data[at : at + 4] = chance.choice((b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\x80\0\0\0", bytes(4)))


def cut_off(data: bytearray, chance: random.Random) -> None:
    """The end is missing."""
    del data[chance.randrange(16, len(data)) :]


def a_hole(data: bytearray, chance: random.Random) -> None:
    """A stretch is zeros, or noise."""
    at, length = chance.randrange(len(data)), chance.randrange(16, 4000)
    hole = bytes(length) if chance.random() < 0.5 else chance.randbytes(length)
    data[at : at + length] = hole[: len(data) - at]


def out_of_place(data: bytearray, chance: random.Random) -> None:
    """A stretch comes twice, or is missing."""
    at, length = chance.randrange(len(data)), chance.randrange(1, 3000)
    if chance.random() < 0.5:
        data[at:at] = data[at : at + length]
    else:
        del data[at : at + length]


DAMAGES: Sequence[Damage] = (some_bytes, the_head, a_number, cut_off, a_hole, out_of_place)


@dataclass
class Findings:
    """What came of it; the lists are failures.

    Attributes:
        read: Films that were let in and decoded to their end.
        empty: Those of them of which no frame came.
        refused: Films of which an error came.
        slowest_s: Wall time of the file that took longest.
        memory_mb: Of the decoding process that took most.
    """

    read: int = 0
    empty: int = 0
    refused: int = 0
    too_long: list[str] = field(default_factory=list)
    forbidden_calls: list[str] = field(default_factory=list)
    untyped: list[str] = field(default_factory=list)
    not_one_line: list[str] = field(default_factory=list)
    files_made: list[str] = field(default_factory=list)
    slowest_s: float = 0.0
    memory_mb: int = 0
    why: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def failures(self) -> list[str]:
        """Everything that must not be."""
        over = [f"{self.memory_mb} MB of memory"] if self.memory_mb << 20 > LIMITS.memory_bytes else []
        return [
            *self.too_long, *self.forbidden_calls, *self.untyped, *self.not_one_line, *self.files_made, *over
        ]  # fmt: skip


def mutants(folder: Path, count: int, seed: int = 1) -> Iterator[Path]:
    """Writes damaged films, one after another; the same seed gives the same."""
    sound = {name: draw(folder / f"sound-{name}", film).read_bytes() for name, film in SEEDS.items()}
    for number in range(count):
        name = list(sound)[number % len(sound)]
        chance = random.Random(seed * 1_000_003 + number)
        data = bytearray(sound[name])
        chance.choice(DAMAGES)(data, chance)
        path = folder / f"mutant-{number:05}-{name}"
        path.write_bytes(data)
        yield path


def look_at(path: Path, findings: Findings) -> None:
    """Looks at a film as an upload is looked at, and notes what comes of it."""
    media, began = LibavMedia(1, LIMITS), time.monotonic()
    try:
        duration_ms = media.probe(path).duration_ms
        span = Span(start_ms=0, end_ms=min(duration_ms, 60_000))
        frames = sum(1 for _ in media.scan(path, span, sampling=every(400)))
        with findings.lock:
            findings.read += 1
            findings.empty += not frames
    except ShoppableError as error:
        line = str(error)
        with findings.lock:
            findings.refused += 1
            findings.why[line.replace(path.name, "it").partition(":")[0]] += 1
        if path.name not in line or "\n" in line:
            findings.not_one_line.append(f"{path.name}: {line!r}")
        if "SIGSYS" in line:
            findings.forbidden_calls.append(line)
        if not isinstance(error, InvalidInput):
            findings.untyped.append(line)
    except Exception as error:  # noqa: BLE001 - to be counted
        findings.untyped.append(f"{path.name}: {type(error).__name__}: {error}")
    took_s = time.monotonic() - began
    findings.slowest_s = max(findings.slowest_s, took_s)
    if took_s > TOO_LONG_S:
        findings.too_long.append(f"{path.name}: {took_s:.0f} s")


class _Unforeseen(logging.Handler):
    """Errors in the decoding process that no line of code foresaw."""

    def __init__(self, findings: Findings) -> None:
        super().__init__(logging.ERROR)
        self._findings = findings

    def emit(self, record: logging.LogRecord) -> None:
        self._findings.untyped.append(record.getMessage())


def trial(folder: Path, count: int, at_once: int = 2) -> Findings:
    """Looks at so many damaged films, made in `folder`.

    Args:
        folder: Empty; afterwards the films lie there, and nothing else may.
        count: How many.
        at_once: How many side by side.
    """
    findings = Findings()
    noting, root = _Unforeseen(findings), logging.getLogger("shoppable.adapters.media")
    root.addHandler(noting)
    elsewhere = [Path.cwd(), Path(tempfile.gettempdir()), Path.home()]
    before = {place: set(place.iterdir()) for place in elsewhere}
    try:
        with ThreadPoolExecutor(at_once) as pool:
            films = list(mutants(folder, count))
            list(pool.map(lambda path: look_at(path, findings), films))
    finally:
        root.removeHandler(noting)
    expected = {*films, *(folder / f"sound-{name}" for name in SEEDS)}
    made = set(folder.iterdir()) - expected
    findings.files_made += [str(path) for path in made]
    findings.memory_mb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss >> 10
    others = {str(path) for place in elsewhere for path in set(place.iterdir()) - before[place]}
    if others:
        findings.why[f"appeared beside, perhaps by others: {', '.join(sorted(others))}"] += 1
    return findings
