"""Getting a net's file over HTTPS, going on where an earlier try stopped."""

from collections.abc import Callable
from pathlib import Path

import httpx

from shoppable.adapters.vision.checksums import Recorded, check_file
from shoppable.adapters.vision.manifest import PackFile
from shoppable.errors import InvalidInput, Unavailable

_RANGE_NOT_SATISFIABLE = 416


def download(client: httpx.Client, entry: PackFile, folder: Path, say: Callable[[str, int, int], None]) -> Recorded:
    """Gets one file into `folder`, through a `.part` file that a later call can go on with.

    A file whose checksum nobody knows is always got from its beginning: no part of another one must get into it.

    Args:
        client: Asks the server.
        entry: What to get.
        folder: Of the pack.
        say: Told the file, its bytes so far and its bytes in all; 0 in all where nobody knows.

    Returns:
        What came.

    Raises:
        Unavailable: The server cannot be reached, refuses, or broke off; or there is no room for the file.
        InvalidInput: What came has another checksum; it is thrown away.
    """
    part = folder / f"{entry.file}.part"
    try:
        part.parent.mkdir(parents=True, exist_ok=True)
        if entry.sha256 is None:
            part.unlink(missing_ok=True)
        _fill(client, entry, part, say)
        found = check_file(entry, part)
        part.replace(folder / entry.file)
        return found
    except InvalidInput:
        part.unlink()
        raise
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise _failed(entry, str(error) or type(error).__name__) from error
    except OSError as error:
        raise Unavailable(
            f"{part} cannot be written: {error.strerror}; make room and pull again to go on where it stopped"
        ) from error


def _fill(client: httpx.Client, entry: PackFile, part: Path, say: Callable[[str, int, int], None]) -> None:
    """Brings the part to the size the pack says; one byte more is enough to know that it is wrong."""
    have = part.stat().st_size if part.exists() else 0
    if have == entry.bytes:
        return
    headers = {"Accept-Encoding": "identity"}  # a range counts the bytes of the file, not of a packed form of it
    if have and (entry.bytes is None or have < entry.bytes):
        headers["Range"] = f"bytes={have}-"
    with client.stream("GET", entry.url, headers=headers) as answer:
        if answer.status_code == _RANGE_NOT_SATISFIABLE:
            part.unlink()
        if not answer.is_success:
            raise _failed(entry, f"{answer.status_code} {answer.reason_phrase}")
        resumed = "Range" in headers and answer.status_code == httpx.codes.PARTIAL_CONTENT
        have = have if resumed else 0
        total = entry.bytes or (have + int(length) if (length := answer.headers.get("Content-Length", "")) else 0)
        with part.open("ab" if resumed else "wb") as file:
            for piece in answer.iter_bytes():
                file.write(piece)
                have += len(piece)
                if entry.bytes is not None and have > entry.bytes:
                    return
                say(entry.file, have, total)


def _failed(entry: PackFile, why: str) -> Unavailable:
    return Unavailable(
        f"{entry.file} could not be downloaded from {entry.url}: {why}; "
        "pull again to go on where it stopped, or add the pack from a folder with `shoppable models add DIR`"
    )
