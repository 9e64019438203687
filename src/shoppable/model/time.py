"""Time is integer milliseconds of presentation time; spans are half open."""

from typing import Self

from pydantic import Field, model_validator

from shoppable.model.noun import Noun


class Span(Noun):
    """A stretch of presentation time, `start_ms` included, `end_ms` not.

    >>> Span(start_ms=0, end_ms=400).overlap_ms(Span(start_ms=300, end_ms=900))
    100
    """

    start_ms: int = Field(ge=0)
    end_ms: int = Field(ge=0)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.end_ms < self.start_ms:
            raise ValueError(f"a span ends at {self.end_ms} ms before it starts at {self.start_ms} ms")
        return self

    @property
    def duration_ms(self) -> int:
        return self.end_ms - self.start_ms

    def holds(self, t_ms: int) -> bool:
        """Whether `t_ms` lies inside; the end does not."""
        return self.start_ms <= t_ms < self.end_ms

    def overlap_ms(self, other: "Span") -> int:
        """Milliseconds both cover, 0 when they only touch."""
        return max(0, min(self.end_ms, other.end_ms) - max(self.start_ms, other.start_ms))


def clock(t_ms: int) -> str:
    """Time as people read it.

    >>> clock(3_723_400)
    '1:02:03.4'
    >>> clock(7_300)
    '0:07.3'
    """
    tenths = round(t_ms / 100)
    seconds, tenth = divmod(tenths, 10)
    minutes, second = divmod(seconds, 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}.{tenth}" if hours else f"{minute}:{second:02}.{tenth}"
