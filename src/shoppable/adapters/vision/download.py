"""Getting a net's file, going on where an earlier try stopped."""

from collections.abc import Callable
from pathlib import Path

from shoppable.adapters.vision.checksums import Recorded, check_file
from shoppable.adapters.vision.manifest import PackFile
from shoppable.errors import InvalidInput, NotFound, Unavailable
from shoppable.ports import Fetcher, Wanted

_UNKNOWN_BYTES = 8_000_000_000
_LONGEST_S = 12 * 3600.0


def download(fetcher: Fetcher, entry: PackFile, folder: Path, say: Callable[[str, int, int], None]) -> Recorded:
    """Gets one file into `folder`, through a `.part` file that a later call can go on with.

    A file whose checksum nobody knows is always got from its beginning: no part of another one must get into it.

    Args:
        fetcher: Asks the server.
        entry: What to get.
        folder: Of the pack.
        say: Told the file, its bytes so far and its bytes in all; 0 in all where nobody knows.

    Returns:
        What came.

    Raises:
        Unavailable: The server cannot be reached, refuses, or broke off; or there is no room for the file.
        InvalidInput: The link is refused; or what came is too large or has another checksum, and is thrown away.
    """
    part = folder / f"{entry.file}.part"
    try:
        part.parent.mkdir(parents=True, exist_ok=True)
        if entry.sha256 is None:
            part.unlink(missing_ok=True)
        _fill(fetcher, entry, part, say)
        try:
            found = check_file(entry, part)
        except InvalidInput:
            part.unlink()
            raise
        part.replace(folder / entry.file)
        return found
    except OSError as error:
        raise Unavailable(
            f"{part} cannot be written: {error.strerror}; make room and pull again to go on where it stopped"
        ) from error


def _fill(fetcher: Fetcher, entry: PackFile, part: Path, say: Callable[[str, int, int], None]) -> None:
    """Brings the part to the size the pack says."""
    have = part.stat().st_size if part.exists() else 0
    if have == entry.bytes:
        return
    if entry.bytes is not None and have > entry.bytes:
        have = 0
    wanted = Wanted(entry.url, max_bytes=entry.bytes or _UNKNOWN_BYTES, max_s=_LONGEST_S, start=have)
    try:
        with part.open("r+b" if have else "wb") as file:
            fetcher.fetch(wanted, file, lambda done, total: say(entry.file, done, entry.bytes or total))
    except InvalidInput as error:
        if part.stat().st_size != have or not have:  # what came is too much
            part.unlink()
        raise InvalidInput(f"{entry.file} could not be downloaded from {error}") from error
    except (NotFound, Unavailable) as error:
        raise Unavailable(
            f"{entry.file} could not be downloaded from {str(error).rpartition('; ')[0]}; "
            "pull again to go on where it stopped, or add the pack from a folder with `shoppable models add DIR`"
        ) from error
