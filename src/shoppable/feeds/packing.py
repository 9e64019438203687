"""Feeds packed with gzip or zip, unpacked as they are read; what unpacks to far more than it is, is refused."""

import gzip
import io
import struct
import zipfile
import zlib
from pathlib import PurePosixPath
from typing import IO, BinaryIO, cast

from shoppable.errors import InvalidInput

HEAD_BYTES = 1 << 16
ENDINGS = (".csv", ".tsv", ".txt", ".xml", ".rss", ".atom", ".json")
"""What a feed inside a zip archive ends in."""

MAX_RATIO = 200
MAX_UNPACKED_BYTES = 16 << 30
MAX_ENTRIES = 100_000

_DAMAGED = (
    EOFError, ValueError, RuntimeError, OverflowError, struct.error, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile,
)  # fmt: skip
"""What unpacking raises for bytes that are not as they should be; `RuntimeError` asks for a password."""

_FREE_BYTES = 16 << 20
"""Below this much no ratio is asked for: small feeds of few words pack very well."""


def unpacked(stream: BinaryIO, name: str) -> io.BufferedReader:
    """The bytes of a feed, whether it is packed or not; `peek(HEAD_BYTES)` shows its first ones.

    Args:
        stream: Seekable, at its start; left open when the reader is closed.
        name: Of the feed, for messages.

    Raises:
        InvalidInput: A zip archive that holds no feed, several of them, or cannot be trusted. While it is read: the
            archive is damaged or breaks off, or unpacks to more than 200 times its size or 16 GiB.
    """
    head = stream.read(4)
    stream.seek(0)
    if head.startswith(b"\x1f\x8b"):
        return _buffered(_Counted(cast(IO[bytes], gzip.GzipFile(fileobj=stream, mode="rb")), name, _size(stream)))
    if head.startswith(b"PK\x03\x04"):
        return _buffered(_Counted(*_feed_in(stream, name)))
    return _buffered(_Counted(stream, name, None))


class _Counted(io.RawIOBase):
    """Fills every buffer it is given as far as it can, and counts; leaves the stream it reads from open."""

    def __init__(self, stream: IO[bytes], name: str, packed_bytes: int | None) -> None:
        self._stream, self._name = stream, name
        limit = None if packed_bytes is None else max(_FREE_BYTES, packed_bytes * MAX_RATIO)
        self._limit = limit if limit is None else min(limit, MAX_UNPACKED_BYTES)
        self._count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # what callers pass
        filled = 0
        try:
            while filled < len(buffer) and (data := self._stream.read(len(buffer) - filled)):
                buffer[filled : filled + len(data)] = data
                filled += len(data)
        except _DAMAGED as error:
            raise InvalidInput(f"{self._name} is damaged or breaks off ({error}): pack and send it again") from error
        self._count += filled
        if self._limit is not None and self._count > self._limit:
            raise InvalidInput(
                f"{self._name} unpacks to more than {self._limit >> 20:,} MiB, which no feed of its size does: "
                "send it unpacked"
            )
        return filled


def _buffered(raw: _Counted) -> io.BufferedReader:
    return io.BufferedReader(raw, HEAD_BYTES)


def _size(stream: BinaryIO) -> int:
    size = stream.seek(0, io.SEEK_END)
    stream.seek(0)
    return size


def _feed_in(stream: BinaryIO, name: str) -> tuple[IO[bytes], str, int]:
    """The one feed in an archive, its name, and how many bytes it takes there."""
    try:
        archive = zipfile.ZipFile(stream)
        entries = archive.infolist()
    except (*_DAMAGED, OSError) as error:
        raise InvalidInput(f"{name} is a damaged zip archive ({error}): pack and send it again") from error
    if len(entries) > MAX_ENTRIES:
        raise InvalidInput(f"{name} holds {len(entries):,} files, {MAX_ENTRIES:,} are allowed: send the feed alone")
    for entry in entries:
        path = PurePosixPath(entry.filename.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or ":" in entry.filename:
            raise InvalidInput(f"{name} holds {entry.filename[:80]!r}, a name that leads out of it: pack it anew")
    feeds = [each for each in entries if _may_be_feed(each.filename)]
    if any(entry.filename == "[Content_Types].xml" for entry in entries):
        raise InvalidInput(f"{name} is an Excel workbook: save it as CSV or TSV")
    if len(feeds) != 1:
        found = ", ".join(each.filename[:60] for each in feeds[:5])
        told = f"several files that may be the feed ({found})" if feeds else f"no file ending in {' '.join(ENDINGS)}"
        raise InvalidInput(f"{name} holds {told}: pack one feed into it")
    (feed,) = feeds
    if feed.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise InvalidInput(f"{name} holds {feed.filename!r}, packed in an uncommon way: pack it with deflate")
    try:
        return archive.open(feed), f"{name}/{feed.filename}", feed.compress_size
    except (*_DAMAGED, OSError) as error:
        raise InvalidInput(
            f"{name} holds {feed.filename!r}, which cannot be unpacked ({error}): pack it anew"
        ) from error


def _may_be_feed(name: str) -> bool:
    path = PurePosixPath(name.replace("\\", "/"))
    hidden = any(part.startswith((".", "__MACOSX")) for part in path.parts)
    return not hidden and path.suffix.lower() in ENDINGS and not name.endswith("/")
