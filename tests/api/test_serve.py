import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from shoppable.cli.serve import address, listen
from shoppable.errors import Conflict, InvalidInput


def test_port_0_picks_a_free_port_and_says_which() -> None:
    with listen("127.0.0.1", 0) as listening:
        port = listening.getsockname()[1]
        assert address(listening) == f"http://127.0.0.1:{port}/"
        with socket.create_connection(("127.0.0.1", port), timeout=5):
            pass


def test_small_answers_leave_at_once() -> None:
    """asyncio turns Nagle's algorithm off only for sockets that name their protocol."""
    with listen("127.0.0.1", 0) as listening:
        assert listening.proto == socket.IPPROTO_TCP


def test_a_port_in_use_is_one_clear_line() -> None:
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Conflict, match=rf"^port {port} on 127\.0\.0\.1 is in use; .* another --port$"):
            listen("127.0.0.1", port)


@pytest.mark.parametrize("host", ["a..b", "203.0.113.1"])
def test_an_address_that_is_not_this_machines_is_refused(host: str) -> None:
    with pytest.raises(InvalidInput, match=host):
        listen(host, 0)


COMMAND = [sys.executable, "-c", "from shoppable.cli.main import main; main()", "serve"]


@contextmanager
def running(home: Path, *options: str) -> Iterator[subprocess.Popen[str]]:
    """`shoppable serve` as its own process; killed in the end if it is still there."""
    command = [*COMMAND, "--home", str(home), *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=home)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def test_serve_says_where_it_is_and_stops_when_asked(tmp_path: Path) -> None:
    with running(tmp_path, "--port", "0") as process:
        assert process.stdout is not None
        said = process.stdout.readline()
        url = next(word for word in said.split() if word.startswith("http://127.0.0.1:"))
        answer = httpx.get(f"{url}healthz")
        assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
        assert "server" not in answer.headers
        assert httpx.get(f"{url}v1/pipelines/analyze-video/graph").status_code == 200
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
        assert (process.returncode, out, err) == (0, "", "")


def test_serve_on_a_port_in_use_is_one_line_and_opens_nothing(tmp_path: Path) -> None:
    with listen("127.0.0.1", 0) as taken, running(tmp_path, "--port", str(taken.getsockname()[1])) as process:
        out, err = process.communicate(timeout=20)
        assert (process.returncode, out) == (4, "")
        assert err.count("\n") == 1
        assert "is in use" in err
        assert list(tmp_path.iterdir()) == []
