"""Bytes of a feed as text: by its byte order mark, by the encoding it declares, and never lost for a wrong byte."""

import codecs
import re

from shoppable.errors import InvalidInput

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)
_DECLARED = re.compile(rb"""<\?xml[^>]{0,200}?\sencoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["']""")
_KNOWN = re.compile(
    r"utf-?8|us-ascii|ascii|utf-?16|iso-?8859-?\d{1,2}|latin-?1|windows-125\d|cp125\d|koi8-[ru]|"
    r"shift_jis|euc-(jp|kr)|gb2312|gbk|gb18030|big5",
    re.IGNORECASE,
)
"""Of all that Python can decode, what feeds are written in; some of the rest is slow, or no encoding of text at all."""

_LATIN_1 = re.compile(r"iso-?8859-?1|latin-?1|us-ascii|ascii", re.IGNORECASE)
_STRAY = re.compile("[\udc80-\udcff]+")


class Decoder:
    """Turns the bytes of one feed into text, a piece at a time.

    UTF-8 is taken where nothing else is said. Bytes that are no UTF-8 are read as Windows-1252, and `foreign` tells of
    it; ISO 8859-1 is read as Windows-1252 too, as browsers do.
    """

    def __init__(self, head: bytes, name: str) -> None:
        """Looks at the first bytes of a feed.

        Raises:
            InvalidInput: The feed declares an encoding that is not known.
        """
        self.foreign = False
        encoding = next((encoding for mark, encoding in _MARKS if head.startswith(mark)), None)
        if encoding is None:
            found = _DECLARED.match(head.lstrip()[:400])
            encoding = found[1].decode() if found else "utf-8"
            if not _KNOWN.fullmatch(encoding):
                raise InvalidInput(f"{name} declares the encoding {encoding} on line 1: save it as UTF-8")
            if _LATIN_1.fullmatch(encoding):
                encoding = "cp1252"
            elif encoding.lower().startswith(("utf-16", "utf16", "utf-8", "utf8")):
                encoding = "utf-8"
        self._careful = encoding in ("utf-8", "utf-8-sig")
        try:
            self._decoder = codecs.getincrementaldecoder(encoding)("surrogateescape" if self._careful else "replace")
        except LookupError as error:
            raise InvalidInput(f"{name} declares the encoding {encoding} on line 1: save it as UTF-8") from error

    def text(self, data: bytes, *, final: bool = False) -> str:
        """The next piece of text; `final` is true for the last one."""
        said = self._decoder.decode(data, final)
        if not self._careful:
            return said.replace("\ufeff", "")
        return said if said.isascii() else self._mended(said)

    def utf8(self, data: bytes) -> bytes:
        """The next piece of text as UTF-8, whatever it is written in."""
        said = self._decoder.decode(data)
        try:
            return said.encode()
        except UnicodeEncodeError:
            return self._mended(said).encode()

    def _mended(self, said: str) -> str:
        if _STRAY.search(said):
            self.foreign = True
            said = _STRAY.sub(lambda stray: as_windows(stray[0]), said)
        return said


def as_windows(escaped: str) -> str:
    """What bytes that were no UTF-8, and were escaped as surrogates, mean in Windows-1252."""
    return escaped.encode(errors="surrogateescape").decode("cp1252", errors="replace")
