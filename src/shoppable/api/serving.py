"""Blobs as answers: small ones whole, large ones in pieces, both with ranges and conditions."""

import hashlib
from collections.abc import Iterator

from fastapi import Request
from starlette.exceptions import HTTPException
from starlette.responses import Response, StreamingResponse

from shoppable.api.headers import HEAD
from shoppable.api.ranges import Unsatisfiable, precondition, wanted_range
from shoppable.errors import NotFound
from shoppable.ports import Blobs

PIECE_BYTES = 1 << 20
IMMUTABLE = "public, max-age=31536000, immutable"
CACHED = "private, max-age=86400"


def whole(request: Request, blobs: Blobs, key: str, *, media_type: str, what: str) -> Response:
    """A small blob that never changes under its address; its entity tag is the digest of its bytes.

    Raises:
        NotFound: There is no such blob; the message names `what`.
    """
    try:
        data = blobs.get(key)
    except NotFound as error:
        raise NotFound(f"there is no {what}") from error
    headers = {"etag": f'"{hashlib.sha256(data).hexdigest()}"', "cache-control": IMMUTABLE}
    if status := precondition(request.headers, headers["etag"]):
        return Response(status_code=status, headers=headers)
    return Response(data, headers=headers, media_type=media_type)


def streamed(
    request: Request, blobs: Blobs, key: str, *, media_type: str, etag: str, what: str, caching: str = CACHED
) -> Response:
    """A large blob, or the part of it that is asked for; at most one piece is in memory.

    Raises:
        NotFound: There is no such blob; the message names `what`.
    """
    try:
        size = blobs.size(key)
    except NotFound as error:
        raise NotFound(f"there is no {what}") from error
    head = HEAD in request.scope
    headers = {"etag": etag, "accept-ranges": "bytes", "cache-control": caching}
    if status := precondition(request.headers, etag):
        return Response(status_code=status, headers=headers)
    try:
        # Ranges are defined for GET alone: a HEAD tells of the whole.
        part = None if head else wanted_range(request.headers, etag, size)
    except Unsatisfiable as error:
        raise HTTPException(416, str(error), {"content-range": f"bytes */{size}", "accept-ranges": "bytes"}) from error
    start, end = part or (0, size)
    if part:
        headers["content-range"] = f"bytes {start}-{end - 1}/{size}"
    headers["content-length"] = str(end - start)
    body = iter(()) if head else _pieces(blobs, key, start, end)
    return StreamingResponse(body, 206 if part else 200, headers, media_type)


def _pieces(blobs: Blobs, key: str, start: int, end: int) -> Iterator[bytes]:
    for at in range(start, end, PIECE_BYTES):
        yield blobs.read(key, at, min(at + PIECE_BYTES, end))
