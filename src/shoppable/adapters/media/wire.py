"""How a decoding process and its parent talk: each message is a kind, a JSON head, and raw bytes for what is large."""

import json
import os
import select
import struct
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

_PREFIX = struct.Struct("<cIQ")  # kind, bytes of the head, bytes after it
_LONGEST = 1 << 30
_MOST_BLOCKS = 512
_TOGETHER_BYTES = 200_000
_TOGETHER_S = 0.2

SAID, LOGGED, FAILED, ALIVE, DONE = b"S", b"L", b"E", b"A", b"D"
"""Kinds: something a job has made; a line for the log; the error that ended it; a sign of life; its proper end."""


class Silence(Exception):
    """Nothing was heard for as long as was allowed."""


@dataclass(frozen=True)
class Said:
    """What a job says to the parent.

    Attributes:
        head: JSON values. `of` names the sink that speaks; the scan itself needs none.
        raw: Bytes that follow each other, such as contiguous arrays; the reader gets them as one block.
    """

    head: dict[str, Any]
    raw: Sequence[Any] = field(default=())


class Speaker:
    """The writing end of the pipe. Short messages wait for company, so that the reader is not woken for each.

    Args:
        pipe: File descriptor, written to by nobody else.
    """

    def __init__(self, pipe: int) -> None:
        self._pipe = pipe
        self._waiting: list[memoryview] = []
        self._bytes = 0
        self._since_s = 0.0

    def say(self, kind: bytes, head: dict[str, Any] | None = None, raw: Sequence[Any] = ()) -> None:
        """Writes one message, at once or soon; what is in `raw` must stay as it is.

        Blocks while the reader is busy; `BrokenPipeError` when there is none any more.
        """
        text = json.dumps(head, separators=(",", ":")).encode() if head else b""
        blocks = [memoryview(block).cast("B") for block in raw]
        size = sum(map(len, blocks))
        now_s = time.monotonic()
        if not self._waiting:
            self._since_s = now_s
        self._waiting += [memoryview(_PREFIX.pack(kind, len(text), size) + text), *blocks]
        self._bytes += size
        if kind != SAID or self._bytes > _TOGETHER_BYTES or now_s - self._since_s > _TOGETHER_S:
            self._flush()

    def _flush(self) -> None:
        left, self._waiting, self._bytes = self._waiting, [], 0
        while left:
            wrote = os.writev(self._pipe, left[:_MOST_BLOCKS])
            while left and wrote >= len(left[0]):
                wrote -= len(left.pop(0))
            if left:
                left[0] = left[0][wrote:]


class Listener:
    """The reading end of the pipe.

    Args:
        pipe: File descriptor, read by nobody else.
        tick_s: How often `between` is called while nothing comes.
    """

    def __init__(self, pipe: int, tick_s: float = 0.2) -> None:
        self._pipe = pipe
        self._tick_s = tick_s
        self._poll = select.poll()
        self._poll.register(pipe, select.POLLIN)

    def next(self, patience_s: float, between: Any = None) -> tuple[bytes, dict[str, Any], bytearray] | None:
        """The next message; None when the writer is gone.

        Args:
            patience_s: How long nothing at all may come.
            between: Called now and then while waiting; what it raises comes out.

        Raises:
            Silence: Nothing came for `patience_s`.
        """
        prefix = self._exactly(_PREFIX.size, patience_s, between)
        if prefix is None:
            return None
        kind, long_head, long_raw = _PREFIX.unpack(prefix)
        if long_raw > _LONGEST:
            return None
        head = self._exactly(long_head, patience_s, between)
        raw = self._exactly(long_raw, patience_s, between)
        if head is None or raw is None:
            return None
        return kind, json.loads(head) if head else {}, raw

    def _exactly(self, count: int, patience_s: float, between: Any) -> bytearray | None:
        block = bytearray(count)
        view = memoryview(block)
        while view:
            self._wait(patience_s, between)
            got = os.readv(self._pipe, [view])
            if not got:
                return None
            view = view[got:]
        return block

    def _wait(self, patience_s: float, between: Any) -> None:
        latest_s = time.monotonic() + patience_s
        while not self._poll.poll(self._tick_s * 1000):
            if between is not None:
                between()
            if time.monotonic() > latest_s:
                raise Silence
