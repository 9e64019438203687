"""Lists in pages: a limit, an opaque cursor, and a link to the next page (RFC 8288)."""

import base64
import binascii
from typing import Annotated, TypeVar
from urllib.parse import urlencode

from fastapi import Query, Request, Response

from shoppable.errors import InvalidInput
from shoppable.model.noun import Noun
from shoppable.ports import Entry, Records

N = TypeVar("N", bound=Noun)

Limit = Annotated[int, Query(ge=1, le=200, description="How many at most.")]
Cursor = Annotated[str | None, Query(max_length=1000, description="Where the page before ended, as it said.")]


def page_of(
    records: Records, partition: str, noun: type[N], *, limit: int, cursor: str | None, prefix: str = ""
) -> tuple[list[Entry[N]], str | None]:
    """One page of a partition in sort order, and the cursor of the next one; None after the last."""
    after = "" if cursor is None else position(cursor)
    if after and not after.startswith(prefix):
        raise _stale()
    entries = records.query(partition, noun, prefix=prefix, after=after, limit=limit + 1)
    shown = entries[:limit]
    return shown, cursor_at(shown[-1].key.sort) if len(entries) > limit else None


def cursor_at(position: str) -> str:
    """A cursor for a position in a list; what is in it is nobody's business but ours."""
    return base64.urlsafe_b64encode(position.encode()).decode().rstrip("=")


def position(cursor: str) -> str:
    """The position a cursor stands for. `InvalidInput` when it is none of ours."""
    try:
        return base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError) as error:
        raise _stale() from error


def link_next(request: Request, response: Response, limit: int, cursor: str | None) -> None:
    """Names the next page in the answer's Link header, if there is one."""
    if cursor is not None:
        query = urlencode({"limit": limit, "cursor": cursor})
        response.headers["link"] = f'<{request.url.path}?{query}>; rel="next"'


def _stale() -> InvalidInput:
    return InvalidInput("this cursor does not belong to this list; begin without one")
