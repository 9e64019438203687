"""H.264 as it lies in files (ITU-T H.264 annex B, ISO/IEC 14496-15): its units, and what a player is told of them."""

import re
import struct
from collections.abc import Sequence

SLICE_IDR, SPS, PPS = 5, 7, 8

_START = re.compile(rb"\x00\x00\x01")


def units_of(data: bytes, *, prefixed: bool) -> list[bytes]:
    """The units of a packet; `prefixed` when each has its length before it, else they have start codes.

    Raises:
        ValueError: A unit reaches beyond the packet.
    """
    return _prefixed_units(data) if prefixed else _marked_units(data)


def kind_of(unit: bytes) -> int:
    """What a unit holds, by the number the standard gives it."""
    return unit[0] & 31


def with_lengths(units: Sequence[bytes]) -> bytes:
    """Units as MP4 wants them, each after its length; parameter sets stand in the track's head instead."""
    return b"".join(struct.pack(">I", len(unit)) + unit for unit in units if kind_of(unit) not in (SPS, PPS))


def avcc_of(units: Sequence[bytes]) -> bytes:
    """The head of a track, from its parameter sets.

    Raises:
        ValueError: They are not there, or more of them than fit.
    """
    sps, pps = (list(dict.fromkeys(unit for unit in units if kind_of(unit) == kind)) for kind in (SPS, PPS))
    if not sps or not pps or len(sps) > 31 or len(pps) > 255 or len(sps[0]) < 4:
        raise ValueError("no parameter sets")
    head = bytes([1, *sps[0][1:4], 0xFF, 0xE0 | len(sps)])
    sets = b"".join(struct.pack(">H", len(unit)) + unit for unit in sps)
    sets += bytes([len(pps)]) + b"".join(struct.pack(">H", len(unit)) + unit for unit in pps)
    # What follows for the High profiles: 4:2:0, 8 bits, no more sets.
    return head + sets + (b"\xfd\xf8\xf8\x00" if sps[0][1] >= 100 else b"")


def sets_in(avcc: bytes) -> set[bytes]:
    """The parameter sets in the head of a track.

    Raises:
        ValueError: It is cut short.
    """
    found: set[bytes] = set()
    try:
        at = 6
        for count in (avcc[5] & 31, None):
            if count is None:
                count, at = avcc[at], at + 1
            for _ in range(count):
                (size,) = struct.unpack_from(">H", avcc, at)
                found.add(avcc[at + 2 : at + 2 + size])
                at += 2 + size
    except (IndexError, struct.error) as error:
        raise ValueError("the head of the track is cut short") from error
    return found


def _prefixed_units(data: bytes) -> list[bytes]:
    found, at = [], 0
    while at < len(data):
        end = at + 4 + int.from_bytes(data[at : at + 4])
        if end > len(data) or end == at + 4:
            raise ValueError("a unit reaches beyond its packet")
        found.append(data[at + 4 : end])
        at = end
    return found


def _marked_units(data: bytes) -> list[bytes]:
    starts = [match.end() for match in _START.finditer(data)]
    if not starts:
        raise ValueError("no unit begins in the packet")
    ends = [start - 3 for start in starts[1:]] + [len(data)]
    # Zeros before a start code belong to it: a unit never ends with one.
    return [unit for start, end in zip(starts, ends, strict=True) if (unit := data[start:end].rstrip(b"\0"))]
