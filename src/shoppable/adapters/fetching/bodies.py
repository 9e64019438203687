"""What a server sends, taken in piece by piece: unpacked, counted, and cut off when it is too much."""

import time
import zlib
from collections.abc import Iterator
from email.utils import parsedate_to_datetime

import httpx

_PACKED = {"gzip", "x-gzip", "deflate"}
_PIECE_BYTES = 65_536
_EITHER_HEADER = 32 + zlib.MAX_WBITS
_LONGEST_FRESH_S = 86_400


class TooMuch(Exception):
    """The body is larger than allowed."""


class Unreadable(Exception):
    """The body is packed in a way that cannot be undone."""


def announced(response: httpx.Response) -> int:
    """Bytes the server says it sends; 0 when it does not say."""
    length = response.headers.get("Content-Length", "")
    return int(length) if length.isascii() and length.isdigit() and len(length) < 16 else 0


def drain(response: httpx.Response) -> None:
    """Reads a short body that nobody wants, so that the connection can be used again."""
    short = "Content-Length" in response.headers and announced(response) <= _PIECE_BYTES
    if short or response.status_code == httpx.codes.NOT_MODIFIED:
        for _ in response.iter_raw():
            pass


def pieces(response: httpx.Response, most: int) -> Iterator[bytes]:
    """The body as it was meant, in pieces of at most 64 KiB.

    Raises:
        TooMuch: More than `most` bytes come, packed or unpacked.
        Unreadable: It is packed in an unknown way, or damaged.
    """
    coding = response.headers.get("Content-Encoding", "identity").strip().lower() or "identity"
    if coding not in {"identity", *_PACKED}:
        raise Unreadable(f"it is packed as {coding[:40]!r}")
    if announced(response) > most:
        raise TooMuch
    came = _counted(response.iter_raw(), most)
    yield from came if coding == "identity" else _counted(_unpacked(came), most)


def _counted(given: Iterator[bytes], most: int) -> Iterator[bytes]:
    count = 0
    for piece in given:
        count += len(piece)
        if count > most:
            raise TooMuch
        if piece:
            yield piece


def _unpacked(packed: Iterator[bytes]) -> Iterator[bytes]:
    unpacker = zlib.decompressobj(_EITHER_HEADER)
    try:
        for piece in packed:
            rest = piece
            while rest and not unpacker.eof:
                yield unpacker.decompress(rest, _PIECE_BYTES)
                rest = unpacker.unconsumed_tail
    except zlib.error as error:
        raise Unreadable("its packing is damaged") from error
    while not unpacker.eof and (piece := unpacker.decompress(unpacker.unconsumed_tail, _PIECE_BYTES)):
        yield piece
    if not unpacker.eof:
        raise Unreadable("its packing is cut short")


def fresh_s(response: httpx.Response) -> int:
    """For how many seconds the server need not be asked again (RFC 9111, section 4.2); a day at most."""
    said = {part.strip().lower() for part in response.headers.get("Cache-Control", "").split(",")}
    if said & {"no-store", "no-cache"}:
        return 0
    ages = [part.removeprefix("max-age=").strip('"') for part in said if part.startswith("max-age=")]
    return max(0, min(_number(ages[0] if ages else ""), _LONGEST_FRESH_S) - _number(response.headers.get("Age", "")))


def retry_after_s(response: httpx.Response) -> float | None:
    """How long the server asks to be left alone (RFC 9110, section 10.2.3); None when it does not say."""
    text = response.headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdigit():
        return float(_number(text))
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except (TypeError, ValueError, OverflowError):
        return None


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
