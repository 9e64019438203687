"""Boxes of the ISO base media file format (ISO/IEC 14496-12, 14496-14, 14496-15): how a track describes itself."""

import struct
from collections.abc import Iterable
from dataclasses import dataclass

CLOCK_HZ = 90_000
"""Ticks a second in which the pictures of all renditions are timed."""

_MATRIX = struct.pack(">9i", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
_UND = 0x55C4  # language `und`, five bits a letter


@dataclass(frozen=True)
class Track:
    """What a player must know of a track before its first sample.

    Attributes:
        config: For pictures the `avcC` of H.264, for sound the AudioSpecificConfig of AAC.
        clock_hz: Ticks a second of its times.
        width: In px; 0 for sound.
        height: In px; 0 for sound.
        channels: Of sound; 0 for pictures.
    """

    config: bytes
    clock_hz: int = CLOCK_HZ
    width: int = 0
    height: int = 0
    channels: int = 0

    @property
    def codec(self) -> str:
        """As RFC 6381 names it, such as `avc1.64001f` or `mp4a.40.2`."""
        if self.channels:
            kind = self.config[0] >> 3
            return f"mp4a.40.{kind if kind < 31 else 32 + ((self.config[0] & 7) << 3 | self.config[1] >> 5)}"
        return f"avc1.{self.config[1:4].hex()}"


def box(kind: str, *parts: bytes) -> bytes:
    """A box with what is in it."""
    size = 8 + sum(map(len, parts))
    return b"".join([struct.pack(">I4s", size, kind.encode()), *parts])


def full_box(kind: str, version: int, flags: int, *parts: bytes) -> bytes:
    """A box with version and flags."""
    return box(kind, struct.pack(">I", version << 24 | flags), *parts)


def trak(track: Track, number: int, length: int, tables: Iterable[bytes], edits: bytes = b"") -> bytes:
    """A track: `length` in ticks of the movie, which are those of `CLOCK_HZ`; `tables` say where its samples are."""
    shape = struct.pack(">2I2H2H", 0, 0, 0, 0, 0x100 if track.channels else 0, 0)
    size = struct.pack(">II", track.width << 16, track.height << 16)
    tkhd = full_box("tkhd", 1, 3, struct.pack(">QQIIQ", 0, 0, number, 0, length), shape, _MATRIX, size)
    kind, name = (b"soun", b"Sound\0") if track.channels else (b"vide", b"Pictures\0")
    media_length = length * track.clock_hz // CLOCK_HZ
    mdhd = full_box("mdhd", 1, 0, struct.pack(">QQIQHH", 0, 0, track.clock_hz, media_length, _UND, 0))
    hdlr = full_box("hdlr", 0, 0, struct.pack(">I4s12x", 0, kind), name)
    media_head = full_box("smhd", 0, 0, bytes(4)) if track.channels else full_box("vmhd", 0, 1, bytes(8))
    dinf = box("dinf", full_box("dref", 0, 0, struct.pack(">I", 1), full_box("url ", 0, 1)))
    stsd = full_box(
        "stsd", 0, 0, struct.pack(">I", 1), _sound_entry(track) if track.channels else _picture_entry(track)
    )
    minf = box("minf", media_head, dinf, box("stbl", stsd, *tables))
    return box("trak", tkhd, edits, box("mdia", mdhd, hdlr, minf))


def edts(edits: Iterable[tuple[int, int]]) -> bytes:
    """Edit list: for each stretch its length in ticks of the movie, and where in the track it begins; -1 is a wait."""
    rows = [struct.pack(">QqHH", length, begins, 1, 0) for length, begins in edits]
    return box("edts", full_box("elst", 1, 0, struct.pack(">I", len(rows)), *rows))


def mvhd(length: int, tracks: int) -> bytes:
    """The movie's head; `length` in ticks of `CLOCK_HZ`."""
    times = struct.pack(">QQIQ", 0, 0, CLOCK_HZ, length)
    return full_box(
        "mvhd", 1, 0, times, struct.pack(">IH10x", 0x10000, 0x100), _MATRIX, bytes(24), struct.pack(">I", tracks + 1)
    )


def _picture_entry(track: Track) -> bytes:
    shape = struct.pack(">HHIIIH", track.width, track.height, 0x480000, 0x480000, 0, 1)
    return box(
        "avc1",
        struct.pack(">6xH16x", 1),
        shape,
        bytes(32),
        struct.pack(">Hh", 24, -1),
        box("avcC", track.config),
        box("pasp", struct.pack(">II", 1, 1)),
    )


def _sound_entry(track: Track) -> bytes:
    specific = _descriptor(5, track.config)
    decoder = _descriptor(4, struct.pack(">BBHBII", 0x40, 0x15, 0, 0, 0, 0), specific)
    stream = _descriptor(3, struct.pack(">HB", 1, 0), decoder, _descriptor(6, b"\x02"))
    head = struct.pack(">6xH8xHHHHI", 1, track.channels, 16, 0, 0, min(track.clock_hz, 0xFFFF) << 16)
    return box("mp4a", head, full_box("esds", 0, 0, stream))


def _descriptor(tag: int, *parts: bytes) -> bytes:
    """One of ISO/IEC 14496-1, its length in the four bytes that every reader knows."""
    size = sum(map(len, parts))
    length = bytes([0x80 | size >> 21 & 0x7F, 0x80 | size >> 14 & 0x7F, 0x80 | size >> 7 & 0x7F, size & 0x7F])
    return b"".join([bytes([tag]), length, *parts])
