"""What a file is, by its first bytes: names and extensions prove nothing, and FFmpeg's own guess may be a playlist."""

from dataclasses import dataclass

HEAD_BYTES = 1024
"""How many bytes of a file `sniff` and `looks_like` want to see."""

_TS_PACKET, _TS_SYNC = 188, 0x47
_TIMESTAMPED_TS_PACKET = 192
_MOV_ATOMS = frozenset({b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"})
_PICTURE_BRANDS = frozenset({b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"avif", b"avis"})
_IMPOSTORS: tuple[tuple[bytes, str], ...] = (
    (b"#EXTM3U", "a playlist"),
    (b"ffconcat", "a list of other files"),
    (b"<?xml", "XML"),
    (b"<MPD", "a playlist"),
    (b"<!DOCTYPE", "a web page"),
    (b"<html", "a web page"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"ID3", "MP3 sound"),
    (b"OggS", "an Ogg file"),
    (b"fLaC", "FLAC sound"),
    (b"FLV", "a Flash video"),
    (b"\x00\x00\x01\xba", "an MPEG program stream"),
)


@dataclass(frozen=True)
class Container:
    """A container that is read.

    Attributes:
        name: What `VideoInfo.container` says.
        demuxer: FFmpeg's name of the one demuxer that may open it.
    """

    name: str
    demuxer: str


MP4 = Container("mp4", "mov")
MOV = Container("mov", "mov")
MATROSKA = Container("matroska", "matroska")
WEBM = Container("webm", "matroska")
MPEGTS = Container("mpegts", "mpegts")
AVI = Container("avi", "avi")


def sniff(head: bytes) -> Container | None:
    """The container that a file with these first bytes is in; None when it is none that is read.

    >>> sniff(b"\\x00\\x00\\x00\\x18ftypisom") is MP4
    True
    >>> sniff(b"#EXTM3U") is None
    True
    """
    kind = head[4:8]
    if kind == b"ftyp":
        brand = head[8:12]
        return None if brand in _PICTURE_BRANDS else MOV if brand == b"qt  " else MP4
    if kind in _MOV_ATOMS:
        return MOV
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return WEBM if b"webm" in head[:64] else MATROSKA if b"matroska" in head[:64] else None
    if head[:4] == b"RIFF" and head[8:12] == b"AVI ":
        return AVI
    if _beats(head, 0, _TS_PACKET) or _beats(head, 4, _TIMESTAMPED_TS_PACKET):
        return MPEGTS
    return None


def looks_like(head: bytes) -> str:
    """What a refused file seems to be, as words for a message.

    >>> looks_like(b"PK\\x03\\x04"), looks_like(b"Dear diary"), looks_like(b"\\x00\\x01\\x02")
    ('a ZIP archive', 'text', 'something else')
    """
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    for magic, words in _IMPOSTORS:
        if start.startswith(magic) or head.startswith(magic):
            return words
    if head[:4] == b"RIFF":
        return "a WebP picture" if head[8:12] == b"WEBP" else "WAVE sound"
    if head[4:8] == b"ftyp":
        return "a HEIF or AVIF picture"
    return "text" if _printable(head) else "something else"


def _beats(head: bytes, first: int, step: int) -> bool:
    """Whether every transport stream packet in sight begins with the sync byte; at least three must be."""
    marks = head[first::step]
    return len(marks) >= 3 and set(marks) == {_TS_SYNC}


def _printable(head: bytes) -> bool:
    return bool(head) and all(byte >= 0x20 or byte in b"\t\r\n\x0c" for byte in head)
