"""Starts a decoding process, listens to it, and makes an end of it: `child.py` seen from outside."""

import json
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Generator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from shoppable.adapters.media import wire
from shoppable.adapters.media.requests import GIB, Limits, Request
from shoppable.adapters.media.sources import open_plain, printable
from shoppable.errors import InvalidInput, ShoppableError, Unavailable

log = logging.getLogger(__name__)

_PIPE_BYTES = 1 << 20
_F_SETPIPE_SZ = 1031  # fcntl.F_SETPIPE_SZ, which only Linux has
_REENCODE = "re-encode it, for example `ffmpeg -i IN -c:v libx264 OUT.mp4`"
_CRASHES = {signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGFPE, signal.SIGILL, signal.SIGSYS}
_ERRORS: dict[str, type[ShoppableError]] = {kind.__name__: kind for kind in ShoppableError.__subclasses__()}

Heard = tuple[dict[str, Any], bytearray]
Heed = Callable[[], None]


def ask(
    path: Path, request: Request, *, heed: Heed | None = None, limits: Limits | None = None
) -> Generator[Heard, None, None]:
    """What a job says of a file: heads and raw bytes, as they come.

    The process ends with the generator: when that is closed, or `heed` raises, it is killed at once. It also dies with
    the thread that takes the first value, so take all values in threads that live as long.

    Args:
        path: The file.
        request: Which job, and its arguments.
        heed: Called about five times a second while nothing comes; raises when the work is to stop.
        limits: Others than the request's own.

    Raises:
        NotFound: There is no such file.
        InvalidInput: It is no video that can be read, or reading it takes more than is allowed.
        Unavailable: The process could not be started, or somebody ended it.
    """
    limits, name = limits or request.limits(), printable(path)
    with open_plain(path) as file:
        process, pipe = _start(file.fileno(), name, request, limits)
    try:
        yield from _heard(process, wire.Listener(pipe), name, limits, heed)
    finally:
        process.kill()
        process.wait()
        os.close(pipe)


def _start(file: int, name: str, request: Request, limits: Limits) -> tuple[subprocess.Popen[bytes], int]:
    """The process, and the end of the pipe that it writes to."""
    reading, writing = os.pipe()
    try:
        if sys.platform == "linux":
            _widen(writing)
        asked = {
            "file": file,
            "pipe": writing,
            "name": name,
            "parent": os.getpid(),
            "log_level": logging.getLogger("shoppable").getEffectiveLevel(),
            "limits": asdict(limits),
            "job": request.job,
            "request": request.as_json(),
        }
        process = subprocess.Popen(
            [sys.executable, "-S", "-P", "-B", "-m", "shoppable.adapters.media.child", json.dumps(asked)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=(file, writing),
            env=_environment(),
            process_group=0,  # a terminal's Ctrl-C is for the parent, who makes an end of it
        )
    except OSError as error:
        os.close(reading)
        raise Unavailable(
            f"{name} cannot be looked at: no process can be started for it ({error.strerror}); try again later"
        ) from error
    finally:
        os.close(writing)
    return process, reading


def _environment() -> dict[str, str]:
    """No secrets, no settings: where modules are, and that nothing starts threads of its own accord."""
    modules = os.pathsep.join(str(Path(place).resolve()) if place else str(Path.cwd()) for place in sys.path)
    return {
        "PYTHONPATH": modules,
        "PYTHONUTF8": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "MALLOC_ARENA_MAX": "4",
    }


def _widen(pipe: int) -> None:
    import fcntl

    try:
        fcntl.fcntl(pipe, _F_SETPIPE_SZ, _PIPE_BYTES)
    except OSError:
        log.debug("pipes stay at their usual size: the system allows no larger ones")


def _heard(
    process: "subprocess.Popen[bytes]", listener: wire.Listener, name: str, limits: Limits, heed: Heed | None
) -> Generator[Heard, None, None]:
    while True:
        try:
            message = listener.next(limits.silent_s, heed)
        except wire.Silence:
            raise InvalidInput(
                f"{name} makes the decoder hang: nothing came out of it for {limits.silent_s:g} s; {_REENCODE}"
            ) from None
        if message is None:
            raise _death(process, name, limits)
        kind, head, raw = message
        if kind == wire.SAID:
            yield head, raw
        elif kind == wire.LOGGED:
            logging.getLogger(head["logger"]).log(head["level"], "%s", head["text"])
        elif kind == wire.FAILED:
            raise _error(head, name, limits)
        elif kind == wire.DONE:
            return


def _error(head: dict[str, Any], name: str, limits: Limits) -> ShoppableError:
    """The error that ended the job, as its own type."""
    kind = _ERRORS.get(head["kind"])
    if kind is not None:
        return kind(head["text"])
    if head["kind"] == "MemoryError":
        return _too_much_memory(name, limits)
    log.error("%s: the decoder failed in a way that was not foreseen\n%s", name, head.get("trace", ""))
    return InvalidInput(f"{name} cannot be read ({' '.join(head['text'].split())}): it is damaged; {_REENCODE}")


def _death(process: "subprocess.Popen[bytes]", name: str, limits: Limits) -> ShoppableError:
    """Why the process ended without a word."""
    code = process.wait()
    if code == -signal.SIGXCPU:
        return InvalidInput(f"{name} takes more than {limits.cpu_s} s of computing to decode; {_REENCODE}")
    if -code in _CRASHES:
        return InvalidInput(
            f"{name} makes the decoder crash ({signal.Signals(-code).name}): it is damaged; {_REENCODE}"
        )
    if code < 0:
        return Unavailable(
            f"{name}: its decoder was ended from outside (signal {-code}), perhaps for want of memory; try again"
        )
    return Unavailable(f"{name}: its decoder could not be started (exit {code}): check the installation of shoppable")


def _too_much_memory(name: str, limits: Limits) -> ShoppableError:
    return InvalidInput(f"{name} takes more than {limits.memory_bytes / GIB:.3g} GB of memory to decode; {_REENCODE}")
