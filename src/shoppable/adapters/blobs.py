"""Blobs in an object store: a folder on this machine, or whatever else obstore speaks."""

import os
import re
import tempfile
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore

from shoppable.errors import InvalidInput, NotFound, Unavailable

_MAX_KEY_BYTES = 1024
_MAX_PART_BYTES = 240
_STAGING = ".staging"
_LEFT_BEHIND_S = 24 * 3600
_NO_ROOM = re.compile(r"(?:os error|Errno) (?:27|28|122)\b")  # EFBIG, ENOSPC, EDQUOT
_UNFIT_PART = re.compile(r"[\x00-\x1f\x7f\\\ud800-\udfff]|#\d+$")  # a local store takes name#1 for its own


class StoreBlobs:
    """Blobs in any store of obstore.

    Args:
        store: Where.
        place: What people call it, for messages.
    """

    def __init__(self, store: ObjectStore, place: str) -> None:
        self._store = store
        self._place = place

    def put(self, key: str, data: bytes | Path) -> None:
        """Writes a blob, replacing what was there; a file is streamed.

        Raises:
            InvalidInput: Not a key.
            NotFound: There is no such file to store.
            Unavailable: No room, or the store does not answer.
        """
        _check(key)
        if isinstance(data, Path) and not data.is_file():
            raise NotFound(f"there is no file {data} to store")
        with self._told(f"{key} cannot be written"):
            self._write(key, data)

    def get(self, key: str) -> bytes:
        _check(key)
        with self._told(f"{key} cannot be read"):
            return bytes(obstore.get(self._store, key).bytes())

    def read(self, key: str, start: int, end: int) -> bytes:
        size = self.size(key)
        if not 0 <= start <= end <= size:
            raise InvalidInput(f"{key} has {size} bytes: there are none from {start} to {end}")
        if start == end:
            return b""
        with self._told(f"{key} cannot be read"):
            return bytes(obstore.get_range(self._store, key, start=start, end=end))

    def size(self, key: str) -> int:
        _check(key)
        with self._told(f"{key} cannot be read"):
            return obstore.head(self._store, key)["size"]

    def keys(self, prefix: str) -> Iterator[str]:
        folder = prefix.removesuffix("/")
        if folder:
            _check(folder)
        with self._told(f"{prefix or 'all'} cannot be listed"):
            listed = [blob["path"] for blobs in obstore.list(self._store, folder or None) for blob in blobs]
            if folder and folder == prefix:  # a store lists what lies below a prefix, not the blob of that very key
                with suppress(FileNotFoundError):
                    listed.append(obstore.head(self._store, folder)["path"])
        return iter(sorted(key for key in listed if not key.startswith(f"{_STAGING}/")))

    @contextmanager
    def local(self, key: str) -> Iterator[Path]:
        """A copy for the length of the `with`."""
        _check(key)
        with ExitStack() as held:
            with self._told(f"{key} cannot be copied to this machine", tempfile.gettempdir()):
                path = Path(held.enter_context(tempfile.TemporaryDirectory(prefix="shoppable-"))) / Path(key).name
                with path.open("wb") as file:
                    for piece in obstore.get(self._store, key).stream():
                        file.write(piece)
            yield path

    def delete(self, keys: Sequence[str]) -> None:
        for key in keys:
            _check(key)
        with self._told(f"{len(keys)} blobs cannot be removed"):
            try:
                obstore.delete(self._store, keys)
            except FileNotFoundError:  # where one was missing, a store may have left out those that follow
                for key in keys:
                    with suppress(FileNotFoundError):
                        obstore.delete(self._store, key)

    def _write(self, key: str, data: bytes | Path) -> None:
        obstore.put(self._store, key, data)

    @contextmanager
    def _told(self, failure: str, written: str | None = None) -> Iterator[None]:
        """Turns what goes wrong inside into one line of ours; `written` is where room may run out."""
        try:
            yield
        except FileNotFoundError as error:
            raise NotFound(f"{failure}: {self._place} has no such blob") from error
        except (BaseError, OSError, ValueError) as error:
            why = str(error).partition("\n")[0]
            if _NO_ROOM.search(why):
                why = f"no room left in {written or self._place}: free some space and run the same command again"
            raise Unavailable(f"{failure}: {why}") from error


class FolderBlobs(StoreBlobs):
    """Blobs as files under one folder.

    A blob is written beside the others under a name of its own, brought to the disk, and then renamed: a reader, a
    killed process and a power cut all leave the old blob or the new one.

    Args:
        root: The folder; made when it is missing.

    Raises:
        InvalidInput: There is no such folder and none can be made.
    """

    def __init__(self, root: Path) -> None:
        try:
            (root / _STAGING).mkdir(parents=True, exist_ok=True)
            _sweep(root / _STAGING)
        except OSError as error:
            raise InvalidInput(f"cannot keep blobs in {root}: {error.strerror}; use another folder") from error
        self._root = root.resolve()
        super().__init__(LocalStore(self._root, automatic_cleanup=True), str(root))

    @contextmanager
    def local(self, key: str) -> Iterator[Path]:
        """The file itself."""
        self.size(key)
        yield self._root / key

    def _write(self, key: str, data: bytes | Path) -> None:
        staged = f"{_STAGING}/{uuid.uuid4().hex}"
        try:
            obstore.put(self._store, staged, data)
            _to_disk(self._root / staged)
            obstore.rename(self._store, staged, key)
        except BaseException:
            (self._root / staged).unlink(missing_ok=True)
            raise
        with suppress(FileNotFoundError):  # somebody removed it again already
            _to_disk((self._root / key).parent)


def _check(key: str) -> None:
    """`InvalidInput` unless every store of ours can keep a blob under this key."""
    parts = key.split("/")
    if (
        any(part in ("", ".", "..") or _UNFIT_PART.search(part) for part in parts)
        or parts[0] == _STAGING
        or any(len(part.encode()) > _MAX_PART_BYTES for part in parts)
        or len(key.encode()) > _MAX_KEY_BYTES
    ):
        raise InvalidInput(f"{key[:80]!r} is no blob key: give names joined by /, such as t/default/a.jpg")


def _to_disk(path: Path) -> None:
    """Returns when the file, or the names in the folder, would outlive a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sweep(staging: Path) -> None:
    """Removes what processes that were killed left half written, long enough ago that none can still be at it."""
    for path in staging.iterdir():
        with suppress(FileNotFoundError):
            if time.time() - path.stat().st_mtime > _LEFT_BEHIND_S:
                path.unlink()
