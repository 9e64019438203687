"""Parts and preconditions of a resource (RFC 9110, sections 13 and 14), apart from any framework."""

import re
from collections.abc import Mapping
from http import HTTPStatus

_RANGE = re.compile(r"([0-9]{0,18})-([0-9]{0,18})")
_TAG = re.compile(r'(W/)?("[^"]*")')


class Unsatisfiable(ValueError):
    """The range asked for lies wholly outside of the resource."""


def wanted_range(headers: Mapping[str, str], etag: str, size: int) -> tuple[int, int] | None:
    """Which bytes a GET asks for.

    A header that is malformed, asks for several parts, or is bound by If-Range to another state of the resource is
    passed over, as the standard allows: the whole is a right answer too.

    Args:
        headers: Of the request, by lower-case name.
        etag: Strong entity tag of the resource, in quotes.
        size: Bytes of the resource.

    Returns:
        First byte, and the one after the last; None for the whole.

    Raises:
        Unsatisfiable: To be answered with 416.
    """
    unit, _, asked = headers.get("range", "").partition("=")
    if unit.strip().lower() != "bytes" or headers.get("if-range", etag) != etag:
        return None
    parts = [part.strip() for part in asked.split(",") if part.strip()]
    match = _RANGE.fullmatch(parts[0]) if len(parts) == 1 else None
    if match is None or match.group() == "-":
        return None
    first, last = match.groups()
    if first and last and int(last) < int(first):
        return None
    start, end = (int(first), int(last) + 1 if last else size) if first else (max(size - int(last), 0), size)
    if start >= size:
        raise Unsatisfiable(f"bytes {start} and after are asked for, and there are {size}")
    return start, min(end, size)


def precondition(headers: Mapping[str, str], etag: str) -> HTTPStatus | None:
    """The status that If-Match or If-None-Match answers a GET with; None to go on.

    Args:
        headers: Of the request, by lower-case name.
        etag: Strong entity tag of the resource, in quotes.
    """
    match, none_match = headers.get("if-match"), headers.get("if-none-match")
    if match is not None and not _names(match, etag, weak=False):
        return HTTPStatus.PRECONDITION_FAILED
    if none_match is not None and _names(none_match, etag, weak=True):
        return HTTPStatus.NOT_MODIFIED
    return None


def _names(field: str, etag: str, *, weak: bool) -> bool:
    """Whether a list of entity tags names this one; a weak tag counts in a weak comparison only."""
    return field.strip() == "*" or any(tag == etag and (weak or not mark) for mark, tag in _TAG.findall(field))
