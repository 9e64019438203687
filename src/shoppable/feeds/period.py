"""From when until when a sale price holds, as feeds write it: an ISO 8601 interval."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from shoppable.feeds.flaw import Flaw

_REMEDY = "write begin and end like 2026-11-27T00:00+0100/2026-11-30T23:59+0100"


class Period(NamedTuple):
    """UTC; the end excluded."""

    begin: datetime
    end: datetime


def parse_period(text: str) -> Period | Flaw:
    """Reads an interval such as `2026-11-27T00:00+0100/2026-11-30T23:59+0100`.

    A time without a zone is one of UTC; an end that is a day only includes that day.

    >>> parse_period("2026-11-27/2026-11-28").end.isoformat()
    '2026-11-29T00:00:00+00:00'
    """
    begin_text, slash, end_text = (part.strip() for part in text.partition("/"))
    if not slash:
        return Flaw("the sale has no begin and end", _REMEDY)
    begin, end = _moment(begin_text, timedelta(0)), _moment(end_text, timedelta(days=1))
    if begin is None or end is None:
        return Flaw(f"the {'begin' if begin is None else 'end'} of the sale is no time", _REMEDY)
    if end <= begin:
        return Flaw("the sale ends before it begins", _REMEDY)
    return Period(begin, end)


def _moment(text: str, day: timedelta) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
        return moment + day if len(text) <= len("2026-11-27") else moment
    except (ValueError, OverflowError):
        return None
