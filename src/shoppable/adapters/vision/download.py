"""Getting a net's file over HTTPS, going on where an earlier try stopped."""

from collections.abc import Callable
from pathlib import Path

import httpx

from shoppable.adapters.vision.manifest import NetFile, check_file
from shoppable.errors import InvalidInput, Unavailable

_RANGE_NOT_SATISFIABLE = 416


def download(client: httpx.Client, net: NetFile, folder: Path, say: Callable[[str, int, int], None]) -> None:
    """Gets one file into `folder`, through a `.part` file that a later call can go on with.

    Args:
        client: Asks the server.
        net: What to get.
        folder: Where to; it exists.
        say: Told the file, its bytes so far and its bytes in all.

    Raises:
        Unavailable: The server cannot be reached, refuses, or broke off; or there is no room for the file.
        InvalidInput: What came has another checksum; it is thrown away.
    """
    part = folder / f"{net.file}.part"
    try:
        _fill(client, net, part, say)
        check_file(net, part)
        part.replace(folder / net.file)
    except InvalidInput:
        part.unlink()
        raise
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise _failed(net, str(error) or type(error).__name__) from error
    except OSError as error:
        raise Unavailable(
            f"{part} cannot be written: {error.strerror}; make room and pull again to go on where it stopped"
        ) from error


def _fill(client: httpx.Client, net: NetFile, part: Path, say: Callable[[str, int, int], None]) -> None:
    """Brings the part to the size the pack says; one byte more is enough to know that it is wrong."""
    have = part.stat().st_size if part.exists() else 0
    if have == net.bytes:
        return
    headers = {"Accept-Encoding": "identity"}  # a range counts the bytes of the file, not of a packed form of it
    if 0 < have < net.bytes:
        headers["Range"] = f"bytes={have}-"
    with client.stream("GET", net.url, headers=headers) as answer:
        if answer.status_code == _RANGE_NOT_SATISFIABLE:
            part.unlink()
        if not answer.is_success:
            raise _failed(net, f"{answer.status_code} {answer.reason_phrase}")
        resumed = "Range" in headers and answer.status_code == httpx.codes.PARTIAL_CONTENT
        have = have if resumed else 0
        with part.open("ab" if resumed else "wb") as file:
            for piece in answer.iter_bytes():
                file.write(piece)
                have += len(piece)
                if have > net.bytes:
                    return
                say(net.file, have, net.bytes)


def _failed(net: NetFile, why: str) -> Unavailable:
    return Unavailable(
        f"{net.file} could not be downloaded from {net.url}: {why}; "
        "pull again to go on where it stopped, or add the pack from a folder with `shoppable models add DIR`"
    )
