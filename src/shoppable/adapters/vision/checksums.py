"""Whether a file of a pack is the one that is meant.

The manifest says a file's SHA-256. Where it does not, since nobody could look at the file when the manifest was
written, the first one that comes is trusted: its checksum goes into `pack.lock` beside the files and is compared ever
after.
"""

import hashlib
from pathlib import Path

from pydantic import Field, ValidationError

from shoppable.adapters.vision.manifest import Pack, PackFile
from shoppable.errors import InvalidInput, NotFound, Unavailable
from shoppable.model.noun import Noun

LOCK = "pack.lock"


class Recorded(Noun):
    """What came first under a file's name."""

    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    bytes: int = Field(ge=0)


class Lock(Noun):
    """Checksums of the files of one version of a pack, by file."""

    version: int = Field(ge=1)
    files: dict[str, Recorded] = Field(default_factory=dict)


def read_lock(folder: Path) -> Lock | None:
    """The record of a pack's folder; None when there is none. `InvalidInput` when it cannot be read."""
    path = folder / LOCK
    try:
        return Lock.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError) as error:
        raise InvalidInput(f"{path} cannot be read as recorded checksums: remove it and pull the pack again") from error


def completed(pack: Pack, folder: Path) -> Pack:
    """The pack with what its folder's record knows and its manifest does not; a record of another version is void."""
    lock = None if pack.checked else read_lock(folder)
    if lock is None or lock.version != pack.version:
        return pack
    known = lock.files

    def fill(entry: PackFile) -> dict[str, object]:
        recorded = known.get(entry.file)
        if entry.sha256 is not None or recorded is None:
            return {}
        return {"sha256": recorded.sha256, "bytes": recorded.bytes}

    return pack.model_copy(
        update={
            "net": tuple(net.model_copy(update=fill(net)) for net in pack.net),
            "file": tuple(each.model_copy(update=fill(each)) for each in pack.file),
        }
    )


def record(pack: Pack, entry: PackFile, found: Recorded, folder: Path) -> None:
    """Trusts a file that came first. Nothing is written where its checksum is known. `Unavailable` without room."""
    if entry.sha256 is not None:
        return
    lock = read_lock(folder)
    if lock is None or lock.version != pack.version:
        lock = Lock(version=pack.version)
    lock = lock.model_copy(update={"files": {**lock.files, entry.file: found}})
    part = folder / f"{LOCK}.part"
    try:
        part.write_text(lock.model_dump_json(indent=2) + "\n", encoding="utf-8")
        part.replace(folder / LOCK)
    except OSError as error:
        raise Unavailable(f"{folder / LOCK} cannot be written: {error.strerror}; make room and try again") from error


def check_file(entry: PackFile, path: Path) -> Recorded:
    """Compares a file with its manifest, as far as that goes, and says what the file is.

    Raises:
        NotFound: The file is missing.
        InvalidInput: It cannot be read, or its checksum is another one.
    """
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            found = Recorded(sha256=digest, bytes=file.tell())
    except FileNotFoundError as error:
        raise NotFound(f"{path.name} is missing from {path.parent}") from error
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}") from error
    if entry.sha256 is not None and found.sha256 != entry.sha256:
        raise InvalidInput(
            f"{path} has checksum {found.sha256[:12]}…, the pack says {entry.sha256[:12]}…: the file is damaged or "
            f"another one; get it again from {entry.url}"
        )
    return found


def check_known(entry: PackFile, path: Path) -> None:
    """Compares a file that is about to be used: one whose checksum nobody knows is refused.

    Raises:
        NotFound: The file is missing.
        InvalidInput: It cannot be read, or its checksum is another one, or was never recorded.
    """
    check_file(entry, path)
    if entry.sha256 is None:
        raise InvalidInput(
            f"{path} has no recorded checksum: bring it with `shoppable models pull` or `shoppable models add`"
        )
