"""A real HTTPS server on this machine that serves some bytes, well or badly.

with serve({"/net.onnx": data}, authority, cut_after=1000) as server:
    httpx.get(server.url("/net.onnx"))
"""

import gzip
import re
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import trustme


@dataclass
class Server:
    """What it serves and how, to be changed while it runs.

    Attributes:
        files: Bytes by path.
        port: It listens on, at 127.0.0.1.
        ranges: Whether it gives parts of files.
        cut_after: Bytes after which it hangs up; None never.
        status: It answers with this instead, when it is set.
        moved: Path to where it sends a client on.
        packs_bytes: Whether it answers with gzip where a client takes it.
        asked: Headers of each request so far, names in lower case.
    """

    files: dict[str, bytes]
    port: int
    ranges: bool = True
    cut_after: int | None = None
    status: int | None = None
    moved: Mapping[str, str] = field(default_factory=dict)
    packs_bytes: bool = False
    asked: list[dict[str, str]] = field(default_factory=list)

    def url(self, path: str) -> str:
        return f"https://127.0.0.1:{self.port}{path}"


@contextmanager
def serve(files: dict[str, bytes], authority: trustme.CA) -> Iterator[Server]:
    """Serves `files` until the `with` ends, under a certificate of that authority for 127.0.0.1."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as http:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("127.0.0.1").configure_cert(context)
        http.socket = context.wrap_socket(http.socket, server_side=True)
        server = _SERVERS[http.server_port] = Server(files, http.server_port)
        thread = Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            http.shutdown()
            thread.join()
            del _SERVERS[http.server_port]


_SERVERS: dict[int, Server] = {}


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        server = _SERVERS[self.connection.getsockname()[1]]
        server.asked.append({name.lower(): value for name, value in self.headers.items()})
        if server.status is not None:
            self._answer(server.status, {}, b"no")
        elif self.path in server.moved:
            self._answer(302, {"Location": server.moved[self.path]}, b"")
        elif self.path not in server.files:
            self._answer(404, {}, b"not here")
        else:
            self._give(server, server.files[self.path])

    def _give(self, server: Server, data: bytes) -> None:
        status, headers = 200, {}
        wanted = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        if wanted and server.ranges:
            start = int(wanted[1])
            if start >= len(data):
                self._answer(416, {"Content-Range": f"bytes */{len(data)}"}, b"")
                return
            status, headers = 206, {"Content-Range": f"bytes {start}-{len(data) - 1}/{len(data)}"}
            data = data[start:]
        elif server.packs_bytes and "gzip" in self.headers.get("Accept-Encoding", ""):
            data, headers = gzip.compress(data), {"Content-Encoding": "gzip"}
        self._answer(status, headers, data, cut_after=server.cut_after)

    def _answer(self, status: int, headers: Mapping[str, str], body: bytes, *, cut_after: int | None = None) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body[:cut_after])

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing: tests read `asked`."""
