"""The objects of one long JSON array, one by one in flat memory."""

import json
from collections.abc import Iterator
from io import BufferedReader
from typing import Any, NamedTuple

from shoppable.errors import InvalidInput
from shoppable.feeds.decoding import Decoder
from shoppable.feeds.flaw import Flaw
from shoppable.feeds.item import Broken
from shoppable.feeds.packing import HEAD_BYTES

_PIECE_BYTES = 1 << 16
_MAX_OBJECT_CHARS = 8 << 20
_BLANKS = " \t\r\n"


class Found(NamedTuple):
    """One value of the array, and the line on which it starts."""

    line: int
    value: Any


def read_array(source: BufferedReader, name: str, key: str) -> Iterator[Found | Broken]:
    """Values of the array that the file is, or that stands under `key` in the object that the file is.

    Args:
        source: At its start.
        name: Of the file, for messages.
        key: As in `{"products": […]}`.

    Raises:
        InvalidInput: It is no JSON from some line on, breaks off, or has no such array.
    """
    return _Array(source, name, key).values()


class _Array:
    def __init__(self, source: BufferedReader, name: str, key: str) -> None:
        self._source, self._name, self._key = source, name, key
        self._decoder = Decoder(source.peek(HEAD_BYTES), name)
        self._scan = json.JSONDecoder(strict=False).raw_decode  # control characters are cleaned away later
        self._text, self._at, self._line, self._ended = "", 0, 1, False

    def values(self) -> Iterator[Found | Broken]:
        """Reads the file from end to end."""
        told_foreign = False
        if self._char() == "{":
            self._step()
            self._find_key()
        if self._char() != "[":
            raise self._wrong(f"there must be an array of {self._key}")
        self._step()
        while self._char() != "]":
            yield Found(self._line, self._value())
            if self._decoder.foreign and not told_foreign:
                told_foreign = True
                flaw = Flaw("not UTF-8 here or below: read as Windows-1252", "save the feed as UTF-8")
                yield Broken(self._line, flaw, severity="warning")
            if self._char() == ",":
                self._step()
            elif self._char() != "]":
                raise self._wrong("a comma must stand between two values")

    def _find_key(self) -> None:
        """Moves behind the colon of the key; values of others are passed over."""
        while self._char() == '"':
            key = self._value()
            if self._char() != ":":
                raise self._wrong("a colon must follow a name")
            self._step()
            if key == self._key:
                return
            self._char()
            self._value()
            if self._char() == ",":
                self._step()
                self._char()
        raise self._wrong(f"there must be an array of {self._key}")

    def _value(self) -> Any:
        """The value that stands here; moves behind it."""
        while True:
            try:
                value, end = self._scan(self._text, self._at)
            except RecursionError as error:
                raise self._wrong("values lie too deep in others") from error
            except ValueError as error:
                if self._ended or len(self._text) - self._at > _MAX_OBJECT_CHARS:
                    raise self._wrong(str(error).partition(":")[0].lower()) from error
                self._more(len(self._text) - self._at)
                continue
            if end == len(self._text) and not self._ended:  # a number may go on in the next piece
                self._more(1)
                continue
            self._line += self._text.count("\n", self._at, end)
            self._at = end
            return value

    def _char(self) -> str:
        """The next character that is no blank; empty at the end."""
        while True:
            while self._at < len(self._text) and (char := self._text[self._at]) in _BLANKS:
                self._line += char == "\n"
                self._at += 1
            if self._at < len(self._text):
                return self._text[self._at]
            if self._ended:
                return ""
            self._more(1)

    def _step(self) -> None:
        self._at += 1

    def _more(self, least: int) -> None:
        """Reads on, by at least as much as lies unread, so that a long value is not tried too often."""
        data = self._source.read(max(_PIECE_BYTES, least))
        self._ended = not data
        self._text = self._text[self._at :] + self._decoder.text(data, final=not data)
        self._at = 0

    def _wrong(self, why: str) -> InvalidInput:
        what = "breaks off" if self._ended and self._at >= len(self._text) else f"is not as it should be: {why}"
        return InvalidInput(f"{self._name}, line {self._line}, field {self._key}: the JSON {what}; export it again")
