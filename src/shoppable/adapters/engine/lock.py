"""One worker a data folder: a second one would undo what the first is doing."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from shoppable.errors import Conflict, InvalidInput


@contextmanager
def hold(home: Path, doing: str) -> Iterator[None]:
    """Keeps every other process from working in the same data folder, for the length of the `with`.

    The operating system lets go of the lock when the process ends, however it ends.

    Args:
        home: The data folder; made when it is missing.
        doing: What this process does there, such as `analyze film.mp4`: told to whoever comes second.

    Raises:
        Conflict: Somebody else holds the folder.
        InvalidInput: The folder cannot be made or written to.
    """
    path = home / "lock"
    try:
        home.mkdir(parents=True, exist_ok=True)
        file = path.open("a+", encoding="utf-8", errors="replace")
    except OSError as error:
        raise InvalidInput(f"cannot work in {home}: {error.strerror}; use another --home") from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Conflict(
                f"another shoppable{_holder(path)} is working in {home}: wait for it, or use another --home"
            ) from error
        file.truncate(0)
        with suppress(OSError):  # a full disk: the lock holds, only nobody can read who has it
            file.write(f"{os.getpid()}, {doing}")
            file.flush()
        try:
            yield
        finally:
            file.truncate(0)


def _holder(path: Path) -> str:
    """Who holds the lock, as ` (pid 123, `doing`)`; nothing when the holder has not written it yet."""
    pid, _, doing = path.read_text(encoding="utf-8", errors="replace").partition(", ")
    return f" (pid {pid}, `{doing}`)" if doing else ""
