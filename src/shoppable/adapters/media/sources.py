"""The file as the parent opens it: a decoding process is handed the open file, and never a name."""

import stat
from pathlib import Path
from typing import BinaryIO

from shoppable.errors import InvalidInput, NotFound


def printable(path: Path) -> str:
    """The file's name, fit for a one-line message."""
    return "".join(letter if letter.isprintable() else "?" for letter in path.name)


def open_plain(path: Path) -> BinaryIO:
    """The file, opened. Its kind is looked at first, because opening a pipe would wait for a writer.

    Raises:
        NotFound: There is no such file.
        InvalidInput: It is no ordinary file, is empty, or may not be read.
    """
    name = printable(path)
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise InvalidInput(f"{name} is a folder: name one video file in it")
        if not stat.S_ISREG(status.st_mode):
            raise InvalidInput(f"{name} is no ordinary file but a pipe or a device: copy its contents to a file")
        if status.st_size == 0:
            raise InvalidInput(f"{name} is empty: copy or upload it again")
        return path.open("rb")
    except (FileNotFoundError, NotADirectoryError) as error:
        raise NotFound(f"there is no file {name} in {path.parent}: check the name") from error
    except (OSError, ValueError) as error:
        raise InvalidInput(f"{name} cannot be opened ({_cause(error)}): check the name and its permissions") from error


def _cause(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
