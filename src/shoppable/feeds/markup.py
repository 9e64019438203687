"""Feeds in XML, RSS 2.0 or Atom: items one by one in flat memory, without a DTD and so without entities.

Expat is fed piece by piece and calls back. Where the XML breaks, the item at that place is lost, and reading goes on at
the next one: one bare `&` must not cost a shop its feed.
"""

import re
from collections.abc import Callable, Iterator
from io import BufferedReader
from xml.parsers import expat

from shoppable.errors import InvalidInput
from shoppable.feeds.decoding import Decoder
from shoppable.feeds.flaw import Flaw
from shoppable.feeds.item import MAX_FIELD_CHARS, MAX_PICTURES, Broken, Item
from shoppable.feeds.packing import HEAD_BYTES

_PIECE_BYTES = 1 << 17
_MAX_TAG_BYTES = 1 << 20
_MAX_DEPTH = 64
_MAX_BREAKS = 1000
_MAX_NAMES = 1000
_ROOTS = ("rss", "rdf", "feed", "channel")
_ITEMS = ("item", "entry")
_ITEM_BEGINS = re.compile(rb"<(?:[A-Za-z_][\w.-]*:)?(?:item|entry)[\s>]", re.ASCII)
_LONGEST_BEGIN, _LONGEST_END = 64, 4096
_FEED_ENDS = re.compile(rb"</(?:[A-Za-z_][\w.-]*:)?(?:rss|rdf|feed|channel)\s*>", re.ASCII | re.IGNORECASE)
_CONTROLS = bytes.maketrans(bytes(code for code in range(0x20) if code not in b"\t\n\r"), b" " * 29)
"""Control characters may not stand in XML; as they do, they are blanks."""

_REMEDY = "write & as &amp; and < as &lt;, close every tag, and save as UTF-8"


def read_markup(source: BufferedReader, name: str, field_of: Callable[[str], str | None]) -> Iterator[Item | Broken]:
    """Items of a feed in XML.

    Args:
        source: At its start.
        name: Of the feed, for messages.
        field_of: Our name for that of an element without its prefix, as `image_link`; None when it is not read.

    Raises:
        InvalidInput: It is neither RSS nor Atom, declares a document type, breaks off, or is broken all over.
    """
    return _Markup(source, name, field_of).items()


class _UnclosedItem(Exception):
    """An item begins inside another one; `at` says where, in bytes since the parser began."""

    def __init__(self, at: int) -> None:
        super().__init__()
        self.at = at


class _Markup:
    """The parser and what it has found.

    Inside of an item `_fields` is not None, and `_depth` counts from it: 1 is the item, 2 one of its fields. Outside,
    `_open` holds the elements around.
    """

    def __init__(self, source: BufferedReader, name: str, field_of: Callable[[str], str | None]) -> None:
        self._source, self._name, self._field_of = source, name, field_of
        self._names: dict[str, tuple[str | None, bool]] = {}
        self._google = {"g", "c"}
        self._found: list[Item | Broken] = []
        self._open: list[str] = []
        self._depth = self._line = self._line_offset = self._breaks = 0
        self._fields: dict[str, str] | None = None
        self._own: set[str] = set()
        self._pictures: list[str] = []
        self._field: str | None = None
        self._wins = False
        self._too_long: str | None = None
        self._text: list[str] = []
        self._parser = self._new_parser()

    def items(self) -> Iterator[Item | Broken]:
        """Reads the feed from end to end."""
        decoder = Decoder(self._source.peek(HEAD_BYTES), self._name)
        lines = fed = 0
        lost = told_foreign = False
        rest = end = b""
        while data := self._source.read(_PIECE_BYTES):
            piece = rest + decoder.utf8(data).translate(_CONTROLS)
            at, rest = 0, b""
            while at < len(piece):
                if lost:
                    begin = _ITEM_BEGINS.search(piece, at)
                    if begin is None:
                        rest = piece[max(at, len(piece) - _LONGEST_BEGIN) :]
                        break
                    lost, at = False, begin.start()
                    fed = self._restart(lines + piece.count(b"\n", 0, at)) - at
                broken_at = self._feed(memoryview(piece)[at:])
                if broken_at is None:
                    break
                lost, at = True, max(0, broken_at - fed)
            fed += len(piece)
            if not lost:
                self._check_sizes(fed)
            lines += piece.count(b"\n", 0, len(piece) - len(rest))
            end = (end + piece)[-_LONGEST_END:]
            if decoder.foreign and not told_foreign:
                told_foreign = True
                flaw = Flaw("not UTF-8 here or above: read as Windows-1252", "save the feed as UTF-8")
                yield Broken(max(1, lines), flaw, severity="warning")
            yield from self._found
            self._found.clear()
        if not (_FEED_ENDS.search(end) if lost else self._ended()):
            raise InvalidInput(f"{self._name} breaks off in line {lines + 1}: it is not whole, export it again")

    def _ended(self) -> bool:
        try:
            self._parser.Parse(b"", True)
        except expat.ExpatError:
            return False
        return True

    def _new_parser(self) -> expat.XMLParserType:
        parser = expat.ParserCreate("utf-8")
        parser.buffer_text = True
        parser.buffer_size = HEAD_BYTES
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        return parser

    def _restart(self, lines: int) -> int:
        """A new parser, inside of the elements that are open; returns how many bytes it was fed."""
        outer, self._open = self._open, []
        self._parser = self._new_parser()
        before = "".join(f"<{tag}>" for tag in outer).encode()
        self._parser.Parse(before, False)
        self._line_offset = lines
        return len(before)

    def _feed(self, piece: memoryview) -> int | None:
        """Parses a piece; where the XML breaks, says so and returns the place, in bytes since the parser began."""
        try:
            self._parser.Parse(piece, False)
        except _UnclosedItem as inner:
            self._broken(self._line, Flaw("the item is never closed", "close it before the next one begins"))
            return inner.at
        except expat.ExpatError as error:
            line, why = error.lineno + self._line_offset, expat.ErrorString(error.code)
            if not self._open:
                raise InvalidInput(f"{self._name} is no XML: line {line}: {why}") from error
            inside = self._fields is not None
            self._broken(self._line if inside else line, Flaw(f"the XML is broken in line {line}: {why}", _REMEDY))
            return self._parser.ErrorByteIndex + 1
        return None

    def _broken(self, line: int, flaw: Flaw) -> None:
        self._breaks += 1
        if self._breaks > _MAX_BREAKS:
            raise InvalidInput(f"{self._name} is broken in {_MAX_BREAKS:,} places, the last in line {line}: {_REMEDY}")
        product_id = (self._fields or {}).get("id")
        value = "".join(self._text)[:1000] if self._field else None
        self._found.append(Broken(line, flaw, self._field or "item", product_id, value))
        self._fields = self._field = None
        self._text = []
        while len(self._open) > 1 and _local(self._open[-1]) not in _ROOTS:
            self._open.pop()

    def _check_sizes(self, fed: int) -> None:
        """What goes on and on would be kept in memory, and a tag read over from its start every time."""
        at = self._parser.CurrentByteIndex
        if at >= 0 and fed - at > _MAX_TAG_BYTES:
            raise InvalidInput(f"{self._name} has a tag or comment of more than 1 MB in line {self._here}: {_REMEDY}")
        if self._field is not None and sum(map(len, self._text)) > MAX_FIELD_CHARS:
            self._too_long = self._field
            self._text = []
            self._parser.CharacterDataHandler = None

    @property
    def _here(self) -> int:
        return self._parser.CurrentLineNumber + self._line_offset

    def _doctype(self, *_: object) -> None:
        remedy = "take the DOCTYPE out; feeds need no document type and no entities"
        raise InvalidInput(f"{self._name} declares a document type in line {self._here}, field DOCTYPE: {remedy}")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if self._fields is None:
            self._outside(tag, attributes)
            return
        self._depth = depth = self._depth + 1
        if depth == 2:
            field, self._wins = self._names.get(tag) or self._name_of(tag)
            if field is not None:
                self._field = field
                self._text = text = []
                if attributes and field == "link" and attributes.get("rel", "alternate") == "alternate":
                    text.append(attributes.get("href", ""))
                self._parser.CharacterDataHandler = text.append
            elif _local(tag) in _ITEMS:
                raise _UnclosedItem(self._parser.CurrentByteIndex)
        else:
            self._parser.CharacterDataHandler = None
            if depth > _MAX_DEPTH:
                raise InvalidInput(
                    f"{self._name} nests over {_MAX_DEPTH} elements in line {self._here}, field {tag[:40]}"
                )

    def _outside(self, tag: str, attributes: dict[str, str]) -> None:
        local = _local(tag)
        if not self._open:
            if local not in _ROOTS:
                what = "a web page" if local == "html" else f"XML whose outermost element is {tag[:40]}"
                raise InvalidInput(f"{self._name} is {what} in line {self._here}: a feed is RSS 2.0 or Atom")
            self._google |= {
                key.removeprefix("xmlns:")
                for key, uri in attributes.items()
                if key.startswith("xmlns:") and uri.startswith("http://base.google.com/")
            }
        elif local in _ITEMS:
            self._depth, self._line = 1, self._here
            self._fields, self._pictures, self._field, self._too_long = {}, [], None, None
            self._own.clear()
            return
        elif len(self._open) > _MAX_DEPTH:
            raise InvalidInput(f"{self._name} nests over {_MAX_DEPTH} elements in line {self._here}, field {tag[:40]}")
        self._open.append(tag)

    def _name_of(self, tag: str) -> tuple[str | None, bool]:
        """Our name for an element, and whether it is one of Google's, which wins over one of RSS and Atom."""
        prefix, _, local = tag.rpartition(":")
        google = prefix in self._google
        named = (self._field_of(local) if google or not prefix else None, google)
        if len(self._names) < _MAX_NAMES:
            self._names[tag] = named
        return named

    def _end(self, _: str) -> None:
        if self._fields is None:
            self._open.pop()
            return
        depth = self._depth
        self._depth = depth - 1
        if depth == 2:
            if self._field is not None:
                self._parser.CharacterDataHandler = None
                self._take(self._field, "".join(self._text).strip())
                self._field = None
        elif depth == 1:
            if self._too_long is None:
                self._found.append(Item(self._line, self._fields, self._pictures))
            else:
                flaw = Flaw("the field is too long", f"keep fields below {MAX_FIELD_CHARS:,} characters")
                self._found.append(Broken(self._line, flaw, self._too_long, self._fields.get("id")))
            self._fields = None

    def _take(self, field: str, text: str) -> None:
        if self._fields is None or not text:
            return
        if len(text) > MAX_FIELD_CHARS:
            self._too_long = field
        elif field == "additional_image_link":
            if len(self._pictures) < MAX_PICTURES:
                self._pictures.append(text)
        elif field not in self._fields or (self._wins and field not in self._own):
            self._fields[field] = text
            if self._wins:
                self._own.add(field)


def _local(tag: str) -> str:
    return tag.rpartition(":")[2].lower()
