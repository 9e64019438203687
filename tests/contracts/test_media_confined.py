"""A video is decoded in a process that can do little, is ended by its limits, and leaves nothing behind."""

import logging
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Generator, Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from shoppable.adapters.media.libav import LibavMedia
from shoppable.adapters.media.requests import Limits
from shoppable.errors import Cancelled, InvalidInput, NotFound, Unavailable
from shoppable.model.arrays import Glance, Image
from shoppable.model.time import Span
from tests.contracts.test_media import children
from tests.films import Film, draw
from tests.sampling import every

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the limits are those of Linux")

ALL = Span(start_ms=0, end_ms=100_000)


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """More planes than a pipe holds."""
    return draw(tmp_path_factory.mktemp("long") / "long.mp4", Film(frames=1200, width=64, height=36, gop=100))


@pytest.fixture(scope="module")
def vast(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return draw(
        tmp_path_factory.mktemp("vast") / "vast.mkv",
        Film(frames=3, width=8000, height=4400, codec="mjpeg", b_frames=0),
        lambda _: grey(8000, 4400),
    )


def grey(width: int, height: int) -> Image:
    return np.full((height, width, 3), 90, np.uint8)


def begun(path: Path, media: LibavMedia | None = None) -> tuple[Iterator[Glance], int]:
    """A scan that has given its first frame, and its process."""
    before = set(children())
    glances = (media or LibavMedia(1)).scan(path, ALL, sampling=every(400))
    next(glances)
    (process,) = set(children()) - before
    return glances, int(process)


def gone(process: int, within_s: float = 1.0) -> bool:
    latest = time.monotonic() + within_s
    while time.monotonic() < latest:
        try:
            if Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except FileNotFoundError:
            return True
        time.sleep(0.01)
    return False


class TestItsEnd:
    def test_closing_the_scan_ends_it(self, long: Path) -> None:
        glances, process = begun(long)
        assert isinstance(glances, Generator)
        glances.close()
        assert not Path(f"/proc/{process}").exists()

    def test_cancelling_ends_it_even_when_nothing_comes_out_of_it(self, long: Path) -> None:
        cancelled = threading.Event()

        def heed() -> None:
            if cancelled.is_set():
                raise Cancelled("the run was cancelled")

        before = set(children())
        glances = LibavMedia(1).scan(long, ALL, sampling=every(400), heed=heed)
        next(glances)
        (process,) = set(children()) - before
        os.kill(int(process), signal.SIGSTOP)
        threading.Timer(0.3, cancelled.set).start()
        began = time.monotonic()
        with pytest.raises(Cancelled):
            list(glances)
        assert time.monotonic() - began < 1.3
        assert not Path(f"/proc/{process}").exists()

    def test_it_dies_with_its_parent(self, long: Path) -> None:
        code = f"""
            import sys
            from pathlib import Path
            from shoppable.adapters.media.libav import LibavMedia
            from shoppable.model.sampling import Sampling
            from shoppable.model.time import Span
            glances = LibavMedia(1).scan(Path({str(long)!r}), Span(start_ms=0, end_ms=99_000), sampling=Sampling())
            next(glances)
            print(Path("/proc/self/task/%s/children" % __import__("os").getpid()).read_text(), flush=True)
            sys.stdin.read()
        """
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        with subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(code)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
        ) as parent:
            assert parent.stdout is not None
            process = int(parent.stdout.readline())
            os.kill(process, signal.SIGSTOP)
            parent.kill()
        assert gone(process)

    @pytest.mark.parametrize(
        ("blow", "kind", "words"),
        [
            (signal.SIGSEGV, InvalidInput, "makes the decoder crash (SIGSEGV)"),
            (signal.SIGABRT, InvalidInput, "makes the decoder crash (SIGABRT)"),
            (signal.SIGKILL, Unavailable, "was ended from outside (signal 9)"),
        ],
    )
    def test_its_death_is_one_line(self, long: Path, blow: signal.Signals, kind: type[Exception], words: str) -> None:
        glances, process = begun(long)
        os.kill(process, blow)
        with pytest.raises(kind) as told:
            list(glances)
        assert words in str(told.value)
        assert "long.mp4" in str(told.value)
        assert "\n" not in str(told.value)

    def test_silence_is_not_waited_for_for_ever(self, long: Path) -> None:
        glances, process = begun(long, LibavMedia(1, Limits(silent_s=3)))
        os.kill(process, signal.SIGSTOP)
        with pytest.raises(InvalidInput, match=r"long\.mp4 makes the decoder hang: nothing came out of it for 3 s"):
            list(glances)
        assert not Path(f"/proc/{process}").exists()

    def test_no_file_and_no_pipe_stays_open(self, long: Path) -> None:
        held = {fd.name for fd in Path("/proc/self/fd").iterdir()}
        for _ in range(3):
            glances, _ = begun(long)
            assert isinstance(glances, Generator)
            glances.close()
            with pytest.raises(NotFound):
                LibavMedia(1).probe(long.with_name("gone.mp4"))
        assert {fd.name for fd in Path("/proc/self/fd").iterdir()} == held


class TestItsLimits:
    def test_memory(self, vast: Path) -> None:
        with pytest.raises(InvalidInput, match=r"vast\.mkv takes more than 0\.25 GB of memory"):
            list(LibavMedia(1, Limits(memory_bytes=1 << 28)).scan(vast, ALL, sampling=every(1)))

    def test_the_largest_pictures_fit_in_the_usual_memory(self, vast: Path) -> None:
        assert LibavMedia(2).probe(vast).width == 8000
        assert [glance.t_ms for glance in LibavMedia(2).scan(vast, ALL, sampling=every(40)) if glance.image is not None]

    def test_computing(self, tmp_path: Path) -> None:
        film = Film(frames=36, width=4000, height=2000, pixel_aspect=Fraction(50))
        path = draw(tmp_path / "slow.mkv", film, lambda _: grey(4000, 2000))
        with pytest.raises(InvalidInput, match=r"slow\.mkv takes more than 1 s of computing"):
            list(LibavMedia(1, Limits(cpu_s=1)).scan(path, ALL, sampling=every(1)))

    def test_its_warnings_come_out_in_our_log(self, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
        path = draw(tmp_path / "joined.ts", Film(frames=75))
        path.write_bytes(path.read_bytes() * 2)
        with caplog.at_level(logging.WARNING):
            assert list(LibavMedia(1).scan(path, ALL, sampling=every(400)))
        assert "joined.ts: its clock falls back" in caplog.text
        assert "shoppable.adapters.media.clock" in {record.name for record in caplog.records}


CONFINED = """
import ctypes, errno, os, socket, sys, threading
from pathlib import Path
from shoppable.adapters.media.limits import confine
from shoppable.adapters.media.requests import Limits
from shoppable.adapters.media.seccomp import forbid
from shoppable.errors import InvalidInput

folder = Path(sys.argv[1])
confine(Limits(file_bytes=int(sys.argv[2])), os.getppid())
assert forbid(writing=sys.argv[2] == "0") is None

def tried(name, act):
    try:
        act()
        print(name, "done")
    except OSError as error:
        print(name, errno.errorcode[error.errno])
    except RuntimeError as error:
        print(name, error)

tried("read", lambda: (folder / "there").read_text())
tried("thread", lambda: threading.Thread(target=int).start())
tried("socket", lambda: socket.socket())
tried("unix", lambda: socket.socket(socket.AF_UNIX))
tried("pair", socket.socketpair)
tried("fork", os.fork)
tried("run", lambda: os.execv("/bin/true", ["true"]))
tried("spawn", lambda: os.posix_spawn("/bin/true", ["true"], {}))
tried("signal", lambda: os.kill(os.getppid(), 0))
tried("write", lambda: (folder / "new").write_text("x"))
tried("change", lambda: (folder / "there").open("r+"))
tried("rename", lambda: (folder / "there").rename(folder / "here"))
tried("remove", lambda: (folder / "here").unlink())
tried("folder", lambda: (folder / "made").mkdir())
tried("link", lambda: (folder / "way").symlink_to("/etc"))
tried("large", lambda: (folder / "large").write_bytes(bytes(1 << 20)))
ring = ctypes.CDLL(None, use_errno=True).syscall(425, 8, ctypes.create_string_buffer(256))
print("ring", errno.errorcode[ctypes.get_errno()] if ring < 0 else "done", flush=True)
os._exit(0)
"""


@pytest.mark.parametrize("writing", [False, True])
def test_what_a_decoding_process_cannot_do(tmp_path: Path, writing: bool) -> None:
    (tmp_path / "there").write_text("old")
    told = subprocess.run(
        [sys.executable, "-c", CONFINED, str(tmp_path), "1000" if writing else "0"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    came = dict(line.split() for line in told.splitlines())
    never = ("socket", "unix", "pair", "fork", "run", "spawn", "signal")
    assert {name: came[name] for name in never} == dict.fromkeys(never, "EACCES")
    assert came["ring"] == "ENOSYS"
    assert (came["read"], came["thread"]) == ("done", "done")
    files = ("write", "change", "rename", "remove", "folder", "link")
    assert {came[name] for name in files} == {"done" if writing else "EACCES"}
    assert came["large"] == ("EFBIG" if writing else "EACCES")
    if not writing:
        assert [path.name for path in tmp_path.iterdir()] == ["there"]


DEADLY = """
import socket, sys
from pathlib import Path
from shoppable.adapters.media.seccomp import forbid
assert forbid(writing=True, deadly=True) is None
socket.socket() if sys.argv[1] == "socket" else Path(sys.argv[2], "new").touch()
"""


@pytest.mark.parametrize("act", ["socket", "file"])
def test_tries_can_be_made_deadly_so_that_they_are_counted(tmp_path: Path, act: str) -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    tried = subprocess.run([sys.executable, "-c", DEADLY, act, str(tmp_path)], env=environment, check=False)
    assert tried.returncode == -signal.SIGSYS
