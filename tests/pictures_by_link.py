"""A shop's image server on this machine, which knows its pictures by version."""

import hashlib
import socket
from dataclasses import dataclass, field
from email.utils import formatdate

from tests.strangers import Headers, Stranger, reply


@dataclass
class ImageServer:
    """Files by path, to be changed while it runs.

    Attributes:
        files: Bytes by path.
        statuses: What it answers with instead, by path.
        max_age_s: For how long it says files stay fresh; None says nothing.
        sent: Paths of the files that were sent in full.
        unchanged: Paths of which it only said that they did not change.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    statuses: dict[str, str] = field(default_factory=dict)
    max_age_s: int | None = None
    sent: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)

    def __call__(self, line: socket.socket, path: str, headers: Headers) -> None:
        data = self.files.get(path)
        if path in self.statuses or data is None:
            line.sendall(reply(self.statuses.get(path, "404 Not Found"), b"no"))
            return
        told = {"ETag": f'"{hashlib.sha256(data).hexdigest()[:16]}"', "Last_Modified": formatdate(0, usegmt=True)}
        if self.max_age_s is not None:
            told["Cache_Control"] = f"public, max-age={self.max_age_s}"
        if headers.get("if-none-match") == told["ETag"]:
            self.unchanged.append(path)
            line.sendall(reply("304 Not Modified", b"", **told, Content_Length=""))
        else:
            self.sent.append(path)
            line.sendall(reply("200 OK", data, **told))

    def serving(self) -> Stranger:
        """The server, to be started by `with`."""
        return Stranger(self)

    def forget(self) -> None:
        """Counts anew."""
        self.sent.clear()
        self.unchanged.clear()
