"""Spans are half open; time is read as people do."""

import pytest
from pydantic import ValidationError

from shoppable.model.time import Span, clock


def test_a_span_holds_its_start_and_not_its_end() -> None:
    span = Span(start_ms=100, end_ms=200)
    assert [span.holds(t) for t in (99, 100, 199, 200)] == [False, True, True, False]
    assert span.duration_ms == 100
    assert span.overlap_ms(Span(start_ms=200, end_ms=300)) == 0
    assert span.overlap_ms(Span(start_ms=0, end_ms=900)) == 100
    with pytest.raises(ValidationError, match="ends at 100 ms before it starts at 200 ms"):
        Span(start_ms=200, end_ms=100)


@pytest.mark.parametrize(
    ("t_ms", "read"),
    [(0, "0:00.0"), (59_949, "0:59.9"), (59_951, "1:00.0"), (3_599_960, "1:00:00.0"), (36_000_000, "10:00:00.0")],
)
def test_time_is_read_as_people_do(t_ms: int, read: str) -> None:
    assert clock(t_ms) == read
