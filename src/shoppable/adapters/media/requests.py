"""What a decoding process can be asked to do: one frozen dataclass a job, whose fields travel as JSON.

The names stand in the registry of `jobs.py`. Nothing here touches FFmpeg, so that the parent can make requests.
"""

from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar

GIB = 1 << 30


@dataclass(frozen=True)
class Limits:
    """What a decoding process may use; it is killed when it wants more.

    Attributes:
        memory_bytes: Address space, code and thread stacks included.
        cpu_s: Seconds of all its threads together.
        file_bytes: Of each file that it writes; 0 forbids making, changing and removing files altogether.
        silent_s: How long it may say nothing, not even that it is alive.
        files: Open at once.
        deadly: Whether a forbidden system call ends it, instead of failing.
    """

    memory_bytes: int = 3 * GIB
    cpu_s: int = 120
    file_bytes: int = 0
    silent_s: float = 60.0
    files: int = 64
    deadly: bool = False


@dataclass(frozen=True)
class Request:
    """What every job is told.

    Attributes:
        threads: How many threads decode.
    """

    job: ClassVar[str]

    threads: int

    def limits(self) -> Limits:
        """What this request may take."""
        return Limits()

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Probe(Request):
    """What the file holds."""

    job: ClassVar[str] = "probe"


@dataclass(frozen=True)
class Decode(Request):
    """All frames, decoded and thrown away."""

    job: ClassVar[str] = "decode"

    def limits(self) -> Limits:
        """CPU: a day, as nobody knows yet how long the video is."""
        return Limits(cpu_s=86_400)


@dataclass(frozen=True)
class Keyframes(Request):
    """Where decoding can begin.

    Attributes:
        near_ms: Times, ascending; for each the last keyframe at or before it is wanted.
    """

    job: ClassVar[str] = "keyframes"

    near_ms: tuple[int, ...]


@dataclass(frozen=True)
class Scan(Request):
    """The frames of a span, decoded once, for all who want to see them.

    Attributes:
        start_ms: Of the span.
        end_ms: Of the span, not in it.
        sampling: Which frames are samples: the JSON of `model.sampling.Sampling`.
        sinks: Who else sees each frame, by the name in `sinks.SINKS`, and what it is told.
    """

    job: ClassVar[str] = "scan"

    start_ms: int
    end_ms: int
    sampling: dict[str, Any]
    sinks: dict[str, dict[str, Any]] = field(default_factory=dict)

    def limits(self) -> Limits:
        """CPU: a file whose only keyframe is its first is decoded from there. 8K HEVC takes 20 s a second of film,
        encoding it for players twice that."""
        return Limits(cpu_s=(120 + 30 * self.end_ms // 1000) * (3 if self.sinks else 1))


@dataclass(frozen=True)
class Survey(Request):
    """What the packets tell of whether pictures and sound can be copied."""

    job: ClassVar[str] = "survey"

    def limits(self) -> Limits:
        """CPU: 12 hours of packets take a minute."""
        return Limits(cpu_s=600)


@dataclass(frozen=True)
class Repack(Request):
    """The copied rung and the sound of a ladder.

    Attributes:
        cuts: The JSON of `cutting.Cuts`; its sizes name the copied rung, if there is one.
    """

    job: ClassVar[str] = "repack"

    cuts: dict[str, Any]

    def limits(self) -> Limits:
        """CPU: sound is encoded at about a hundred times its speed."""
        return Limits(cpu_s=3600)
