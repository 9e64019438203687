from http import HTTPStatus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoppable.api.ranges import Unsatisfiable, precondition, wanted_range

ETAG = '"abc"'


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("bytes=0-0", (0, 1)),
        ("bytes=0-99", (0, 100)),
        ("bytes=10-19", (10, 20)),
        ("bytes=90-", (90, 100)),
        ("bytes=-10", (90, 100)),
        ("bytes=-1000", (0, 100)),
        ("bytes=50-1000", (50, 100)),
        ("bytes=99-99", (99, 100)),
        ("BYTES = 5-6 ,", (5, 7)),
        ("bytes=20-10", None),
        ("bytes=-", None),
        ("bytes=", None),
        ("bytes", None),
        ("bytes=a-b", None),
        ("bytes=--5", None),
        ("bytes=1-2,4-5", None),
        ("bytes=0-,-1", None),
        ("lines=1-2", None),
        ("bytes=0x10-20", None),
        ("bytes=+1-2", None),
        ("bytes=" + "9" * 5000 + "-", None),
        ("bytes=²-3", None),
    ],
)
def test_which_bytes_are_wanted(asked: str, expected: tuple[int, int] | None) -> None:
    assert wanted_range({"range": asked}, ETAG, 100) == expected


@pytest.mark.parametrize("asked", ["bytes=100-", "bytes=100-200", "bytes=-0", "bytes=999999999999999999-"])
def test_what_lies_outside_cannot_be_had(asked: str) -> None:
    with pytest.raises(Unsatisfiable, match="100"):
        wanted_range({"range": asked}, ETAG, 100)


@pytest.mark.parametrize("asked", ["bytes=0-", "bytes=0-0", "bytes=-5"])
def test_nothing_of_an_empty_file_can_be_had(asked: str) -> None:
    with pytest.raises(Unsatisfiable):
        wanted_range({"range": asked}, ETAG, 0)


def test_no_header_asks_for_the_whole() -> None:
    assert wanted_range({}, ETAG, 100) is None


@pytest.mark.parametrize(
    ("bound_to", "expected"),
    [
        (ETAG, (0, 10)),
        ('"older"', None),
        (f"W/{ETAG}", None),
        ("Sun, 01 Nov 2026 12:00:00 GMT", None),
    ],
)
def test_if_range_holds_for_the_very_same_state_only(bound_to: str, expected: tuple[int, int] | None) -> None:
    assert wanted_range({"range": "bytes=0-9", "if-range": bound_to}, ETAG, 100) == expected


@given(st.integers(0, 300), st.integers(0, 300) | st.none(), st.integers(1, 200))
def test_a_range_is_what_slicing_says(first: int, last: int | None, size: int) -> None:
    data = bytes(size)
    asked = {"range": f"bytes={first}-{'' if last is None else last}"}
    if last is not None and last < first:
        assert wanted_range(asked, ETAG, size) is None
    elif first >= size:
        with pytest.raises(Unsatisfiable):
            wanted_range(asked, ETAG, size)
    else:
        start, end = wanted_range(asked, ETAG, size) or (0, 0)
        assert (start, end - start) == (first, len(data[first : None if last is None else last + 1]))


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, None),
        ({"if-none-match": ETAG}, HTTPStatus.NOT_MODIFIED),
        ({"if-none-match": f"W/{ETAG}"}, HTTPStatus.NOT_MODIFIED),
        ({"if-none-match": f'"x", {ETAG}'}, HTTPStatus.NOT_MODIFIED),
        ({"if-none-match": "*"}, HTTPStatus.NOT_MODIFIED),
        ({"if-none-match": '"x"'}, None),
        ({"if-none-match": "abc"}, None),
        ({"if-match": ETAG}, None),
        ({"if-match": "*"}, None),
        ({"if-match": f"W/{ETAG}"}, HTTPStatus.PRECONDITION_FAILED),
        ({"if-match": '"x"'}, HTTPStatus.PRECONDITION_FAILED),
    ],
)
def test_preconditions(headers: dict[str, str], expected: HTTPStatus | None) -> None:
    assert precondition(headers, ETAG) is expected
