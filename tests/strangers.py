"""Servers of strangers on this machine, well or badly mannered, and the internet they seem to be on.

with Stranger(answer) as server:  # answer(path, headers) -> the bytes to send, or a callable that writes them
    HttpFetcher([server.origin]).fetch(...)
"""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from ssl import SSLContext
from typing import Any

import httpcore

Headers = dict[str, str]
Talk = Callable[[socket.socket, str, Headers], None]


def reply(status: str = "200 OK", body: bytes = b"", **headers: str) -> bytes:
    """An answer in bytes; `Content_Length` and the like say what they say, be it true or not."""
    told = {"Content-Length": str(len(body)), **{name.replace("_", "-"): value for name, value in headers.items()}}
    lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in told.items() if value)]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


@dataclass
class Stranger:
    """A plain-HTTP or HTTPS server at 127.0.0.1, each connection in a thread of its own.

    Attributes:
        talk: What it does with a request; the connection stays open afterwards, until the client hangs up.
        context: For TLS; None speaks plainly.
        asked: Path and headers of each request, names in lower case.
        connections: How many were made.
        busiest: Most requests that were in work at one time.
        names: What TLS clients asked for by name.
    """

    talk: Talk
    context: SSLContext | None = None
    asked: list[tuple[str, Headers]] = field(default_factory=list)
    connections: int = 0
    busiest: int = 0
    names: list[str | None] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = self._door.getsockname()[1]
        self._busy = 0
        self._lock = threading.Lock()
        self._open: list[socket.socket] = []
        if self.context is not None:
            self.context.sni_callback = lambda _, name, __: self.names.append(name)

    @property
    def origin(self) -> str:
        return f"{'http' if self.context is None else 'https'}://127.0.0.1:{self.port}"

    def __enter__(self) -> "Stranger":
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()
        for each in self._open:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        self._thread.join()

    def _listen(self) -> None:
        while True:
            try:
                line, _ = self._door.accept()
            except OSError:
                return
            with self._lock:
                self.connections += 1
            threading.Thread(target=self._serve, args=(line,), daemon=True).start()

    def _serve(self, line: socket.socket) -> None:
        with contextlib.suppress(OSError):
            if self.context is not None:
                line = self.context.wrap_socket(line, server_side=True)
            self._open.append(line)
            with line:
                while head := self._head(line):
                    self._answer(line, head)

    def _answer(self, line: socket.socket, head: str) -> None:
        first, *lines = head.split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (each.partition(":") for each in lines) if name}
        with self._lock:
            self.asked.append((first.split(" ")[1], headers))
            self._busy += 1
            self.busiest = max(self.busiest, self._busy)
        try:
            self.talk(line, first.split(" ")[1], headers)
        finally:
            with self._lock:
                self._busy -= 1

    @staticmethod
    def _head(line: socket.socket) -> str:
        data = b""
        while b"\r\n\r\n" not in data:
            if not (piece := line.recv(65_536)):
                return ""
            data += piece
        return data.partition(b"\r\n\r\n")[0].decode("latin-1")


def saying(answers: bytes | Mapping[str, bytes] | Sequence[bytes]) -> Talk:
    """Says the same to all, or by path, or one after the other and then the last again."""
    waiting = list(answers) if not isinstance(answers, bytes | Mapping) else []

    def talk(line: socket.socket, path: str, headers: Headers) -> None:
        if isinstance(answers, bytes):
            line.sendall(answers)
        elif isinstance(answers, Mapping):
            line.sendall(answers.get(path) or reply("404 Not Found"))
        else:
            line.sendall(waiting.pop(0) if len(waiting) > 1 else waiting[0])

    return talk


def dripping(first: bytes, drop: bytes, every_s: float) -> Talk:
    """Says one thing, and then a drop at a time, for ever."""

    def talk(line: socket.socket, path: str, headers: Headers) -> None:
        line.sendall(first)
        while True:
            line.sendall(drop)
            time.sleep(every_s)

    return talk


class SmallInternet(httpcore.NetworkBackend):
    """Leads public addresses to servers on this machine, and remembers every address that was dialled.

    Args:
        ports: Port on this machine, by address; whoever dials another one is told that nobody answers.
    """

    def __init__(self, ports: Mapping[str, int]) -> None:
        self._ports = dict(ports)
        self._beneath = httpcore.SyncBackend()
        self.dialled: list[str] = []

    def lead(self, address: str, port: int) -> None:
        """From now on this address leads to that port here."""
        self._ports[address] = port

    def connect_tcp(
        self,
        host: str,
        port: int,  # noqa: ARG002 - every server here has a port of its own
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        self.dialled.append(host)
        if host not in self._ports:
            raise httpcore.ConnectError("nobody answers")
        return self._beneath.connect_tcp("127.0.0.1", self._ports[host], timeout, local_address, socket_options)


class Names:
    """A resolver whose answers change: each name has a list of answers, of which the last one stays."""

    def __init__(self, answers: Mapping[str, Sequence[Sequence[str]]]) -> None:
        self._answers = {name: list(each) for name, each in answers.items()}
        self.asked: list[str] = []

    def __call__(self, host: str, port: int) -> Sequence[str]:  # noqa: ARG002 - resolvers are told it
        self.asked.append(host)
        answers = self._answers.get(host)
        if not answers:
            raise OSError("unknown name")
        return answers.pop(0) if len(answers) > 1 else answers[0]
