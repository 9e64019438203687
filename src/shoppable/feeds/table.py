"""Delimited text as shops send it: finds encoding and delimiter, and gives rows one by one in flat memory."""

import csv
import io
import re
from collections import deque
from collections.abc import Iterator
from io import BufferedReader
from typing import NamedTuple

from shoppable.errors import InvalidInput
from shoppable.feeds.decoding import as_windows
from shoppable.feeds.flaw import Flaw
from shoppable.feeds.item import MAX_FIELD_CHARS
from shoppable.feeds.packing import HEAD_BYTES

DELIMITERS = (",", "\t", ";", "|")
COMMENT = "#"

_MAX_LINE_CHARS = 1 << 20
_MAX_ROW_LINES = 256
_MAX_BLANK_ROWS = 1 << 20
"""One after another: as many as a spreadsheet holds."""

_MAX_LOOKED_LINES = 8 * _MAX_ROW_LINES


class Row(NamedTuple):
    """Cells of one row, as many as there are columns; `line` is where it starts, counted from 1."""

    line: int
    cells: list[str]


class BadRow(NamedTuple):
    """A row that cannot be taken apart.

    Attributes:
        line: Where it starts.
        cells: Those that can be read.
        text: Its first line.
        flaw: What is wrong.
        column: Index of the column where it breaks.
    """

    line: int
    cells: list[str]
    text: str
    flaw: Flaw
    column: int


class Table:
    """A delimited file: its columns at once, its rows as they are asked for.

    UTF-8 (with or without BOM) and UTF-16 with BOM are read. A line that is no UTF-8 is read as Windows-1252, rather
    than lost; `foreign_line` then says which line was the first.

    Attributes:
        columns: Names in the header, as written.
        foreign_line: First line that was not valid UTF-8 so far, or None.
    """

    def __init__(self, source: BufferedReader, name: str) -> None:
        """Reads the header.

        Args:
            source: At its start.
            name: Of the feed, for messages.

        Raises:
            InvalidInput: The file is empty.
        """
        self._name = name
        self._lines = _Lines(_opened(source))
        self._delimiter = ","
        while (line := self._lines.at(0)) is not None:
            told = re.fullmatch(r"sep=(.)\s*", line)
            if line.strip() and not line.startswith(COMMENT) and not told:
                break
            self._lines.drop(1)
        if line is None:
            raise InvalidInput(f"{name} is empty: a feed has a header and a row for each product")
        parsed = [self._tried(delimiter) for delimiter in DELIMITERS]
        self._delimiter, (cells, taken) = max(zip(DELIMITERS, parsed, strict=True), key=lambda each: len(each[1][0]))
        self.columns = tuple(cell.strip() for cell in cells)
        self._lines.drop(taken)

    @property
    def foreign_line(self) -> int | None:
        return self._lines.foreign_line

    def rows(self) -> Iterator[Row | BadRow]:
        """The rows below the header, in order, without blank ones. After a broken row the next good one follows."""
        width = len(self.columns)
        blank = 0
        while (text := self._lines.at(0)) is not None:
            line = self._lines.number
            cells, taken, flaw = self._record(0)
            if len(cells) == width and cells[0]:
                self._lines.drop(taken)
                yield Row(line, cells)
                continue
            if flaw is None and not any(cell.strip() for cell in cells):
                self._lines.drop(taken)
                blank += 1
                if blank > _MAX_BLANK_ROWS:
                    raise InvalidInput(f"{self._name} has a million blank rows before line {line}: take them out")
                continue
            blank = 0
            flaw = flaw or _ragged(cells, width)
            if flaw is None:
                self._lines.drop(taken)
                yield Row(line, cells[:width])
                continue
            self._lines.drop(self._next_good(taken, width))
            cells = cells or _first_cells(text, self._delimiter)
            yield BadRow(line, cells, text.rstrip("\r\n"), flaw, min(len(cells), width - 1))

    def _next_good(self, taken: int, width: int) -> int:
        """How many lines on the next sound row starts, when a broken record took `taken` lines with it."""
        at, looked = 1, 0
        while at < taken and looked < _MAX_LOOKED_LINES:
            cells, lines, flaw = self._record(at)
            if flaw is None and len(cells) > 1 and _ragged(cells, width) is None:
                return at
            at, looked = at + 1, looked + lines
        return taken

    def _tried(self, delimiter: str) -> tuple[list[str], int]:
        self._delimiter = delimiter
        cells, taken, flaw = self._record(0)
        return ([], 1) if flaw else (cells, taken)

    def _record(self, at: int) -> tuple[list[str], int, Flaw | None]:
        """Cells of the record that starts `at` lines from here, how many lines it took, and what is wrong with it."""
        line = self._lines.at(at)
        if line is not None and '"' not in line and len(line) < MAX_FIELD_CHARS:
            return line.rstrip("\r\n").split(self._delimiter), 1, None
        taken = 0

        def lines() -> Iterator[str]:
            nonlocal taken
            while taken < _MAX_ROW_LINES and (line := self._lines.at(at + taken)) is not None:
                taken += 1
                if len(line) > _MAX_LINE_CHARS:
                    raise csv.Error(f"line of more than {_MAX_LINE_CHARS:,} characters")
                yield line

        try:
            cells = next(csv.reader(lines(), delimiter=self._delimiter, strict=True), [])
        except csv.Error as error:
            return [], max(taken, 1), _flaw_of(str(error), taken)
        return cells, max(taken, 1), None


class _Lines:
    """Physical lines with a look ahead; over-long ones come cut to just over the limit."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self._ahead: deque[str] = deque()
        self.number = 1
        self.foreign_line: int | None = None

    def at(self, index: int) -> str | None:
        """The line `index` lines ahead, or None behind the end."""
        while len(self._ahead) <= index:
            line = self._text.readline(_MAX_LINE_CHARS + 1)
            if not line:
                return None
            rest = line
            while len(rest) > _MAX_LINE_CHARS and not rest.endswith(("\n", "\r")):
                rest = self._text.readline(_MAX_LINE_CHARS + 1)
            self._ahead.append(self._decoded(line))
        return self._ahead[index]

    def drop(self, count: int) -> None:
        """Moves `count` lines on."""
        for _ in range(min(count, len(self._ahead))):
            self._ahead.popleft()
            self.number += 1

    def _decoded(self, line: str) -> str:
        if line.isascii():
            return line
        try:
            line.encode()
        except UnicodeEncodeError:
            if self.foreign_line is None:
                self.foreign_line = self.number + len(self._ahead)
            return as_windows(line)
        return line


def _opened(source: BufferedReader) -> io.TextIOWrapper:
    if source.peek(HEAD_BYTES).startswith((b"\xff\xfe", b"\xfe\xff")):
        return io.TextIOWrapper(source, "utf-16", errors="replace", newline="")
    return io.TextIOWrapper(source, "utf-8-sig", errors="surrogateescape", newline="")


def _ragged(cells: list[str], width: int) -> Flaw | None:
    if len(cells) < width:
        return Flaw(f"the row has {len(cells)} cells, the header {width}", "give every column a cell, if an empty one")
    if any(cell.strip() for cell in cells[width:]):
        remedy = "put a cell that holds the delimiter or a line break in double quotes"
        return Flaw(f"the row has {len(cells)} cells, the header {width}", remedy)
    return None


def _flaw_of(message: str, taken: int) -> Flaw:
    if "field limit" in message or "line of more" in message:
        return Flaw("a cell or line is too long", f"keep cells below {MAX_FIELD_CHARS:,} characters")
    if "end of data" in message:
        where = f"within {_MAX_ROW_LINES} lines" if taken >= _MAX_ROW_LINES else "to the end of the file"
        return Flaw(f"a double quote opens a cell and none closes it {where}", "close the quote")
    return Flaw("text follows a closing double quote", 'write a quote inside a quoted cell twice: ""')


def _first_cells(text: str, delimiter: str) -> list[str]:
    """The cells before anything quoted: enough to tell which product is meant."""
    before = text[:1000].partition('"')[0]
    return before.split(delimiter)[:-1]
