"""Fragmented MP4 (CMAF, ISO/IEC 23000-19): an init file, and segments whose times count from the video's start.

Files tell when samples are decoded, and by how much later each is shown. Decode times are chosen here: as late as they
may be, and spread evenly where several pictures wait for one. So a segment's first decode time is that of its first
picture, nothing is shown before it is decoded, segments follow one another without a gap or overlap, whoever made them,
and no edit list is needed, which some players pass over.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby, pairwise

from shoppable.errors import InvalidInput
from shoppable.exports.boxes import Track, box, full_box, mvhd, trak

INIT = "init.mp4"
"""Name of the file that is read before the segments beside it."""

_SYNC, _NOT_SYNC = 0x02000000, 0x01010000
_TRUN_FLAGS = 0x1 | 0x100 | 0x200 | 0x400 | 0x800


@dataclass(frozen=True, repr=False)
class Sample:
    """One coded picture or block of sound.

    Attributes:
        shown: When it is shown or heard, in ticks of its track.
        keyframe: Whether decoding can begin with it.
        data: H.264 with the length of each unit before it, or raw AAC.
    """

    shown: int
    keyframe: bool
    data: bytes


@dataclass(frozen=True)
class Placed:
    """A sample as a written segment tells of it: `decoded` is its decode time, `at` its first byte in the segment."""

    decoded: int
    length: int
    offset: int
    keyframe: bool
    at: int
    size: int


def init_file(track: Track) -> bytes:
    """What a player reads before any segment."""
    empty = [full_box(kind, 0, 0, bytes(4)) for kind in ("stts", "stsc", "stco")]
    empty.insert(2, full_box("stsz", 0, 0, bytes(8)))
    extends = box("mvex", full_box("trex", 0, 0, struct.pack(">IIIII", 1, 1, 0, 0, 0)))
    moov = box("moov", mvhd(0, 1), trak(track, 1, 0, empty), extends)
    return box("ftyp", b"iso6", bytes(4), b"iso6", b"cmfc", b"mp41") + moov


def segment_file(samples: Sequence[Sample], end: int, number: int) -> bytes:
    """One segment.

    Args:
        samples: In decode order, shown at different times, all from the first one's on.
        end: When the segment after it begins, or the last sample is over; after all `shown`.
        number: Of the segment in its rendition, from 1.
    """
    times = decode_times([sample.shown for sample in samples])
    rows = [
        struct.pack(">IIII", after - time, len(s.data), _SYNC if s.keyframe else _NOT_SYNC, s.shown - time)
        for s, (time, after) in zip(samples, pairwise([*times, end]), strict=True)
    ]
    decode_time = full_box("tfdt", 1, 0, struct.pack(">Q", times[0]))

    def moof(data_offset: int) -> bytes:
        trun = full_box("trun", 0, _TRUN_FLAGS, struct.pack(">Ii", len(rows), data_offset), *rows)
        traf = box("traf", full_box("tfhd", 0, 0x020000, struct.pack(">I", 1)), decode_time, trun)
        return box("moof", full_box("mfhd", 0, 0, struct.pack(">I", number)), traf)

    styp = box("styp", b"msdh", bytes(4), b"msdh", b"cmfs")
    return styp + moof(len(moof(0)) + 8) + box("mdat", *(sample.data for sample in samples))


def decode_times(shown: Sequence[int]) -> list[int]:
    """Latest decode times for samples in decode order, the first of which is shown first; in the unit of `shown`.

    >>> decode_times([0, 400, 200, 100, 300, 500])
    [0, 33, 66, 100, 300, 500]
    """
    latest = list(accumulate(reversed(shown), min))[::-1]
    times: list[int] = []
    for most, waiting in groupby(latest):
        before, count = times[-1] if times else most, len(list(waiting))
        times += [before + (most - before) * number // count for number in range(1, count + 1)]
    return times


def samples_of(segment: bytes) -> list[Placed]:
    """The samples of a segment that `segment_file` wrote. `InvalidInput` when it is something else."""
    try:
        moof = _find(segment, 0, len(segment), b"moof")
        traf = _find(segment, moof[0] + 8, moof[1], b"traf")
        tfdt, trun = (_find(segment, traf[0] + 8, traf[1], kind) for kind in (b"tfdt", b"trun"))
        (time,) = struct.unpack_from(">Q", segment, tfdt[0] + 12)
        count, data_offset = struct.unpack_from(">Ii", segment, trun[0] + 12)
        at, placed = moof[0] + data_offset, []
        for row in range(count):
            length, size, flags, offset = struct.unpack_from(">IIII", segment, trun[0] + 20 + 16 * row)
            placed.append(Placed(time, length, offset, flags == _SYNC, at, size))
            time, at = time + length, at + size
    except struct.error as error:
        raise InvalidInput("a segment is cut short; make the renditions again") from error
    if at > len(segment):
        raise InvalidInput("a segment is cut short; make the renditions again")
    return placed


def track_of(init: bytes) -> Track:
    """What `init_file` was made of. `InvalidInput` when it is something else."""
    clock_at, avcc, mp4a = (init.find(kind) for kind in (b"mdhd", b"avcC", b"mp4a"))
    try:
        (clock_hz,) = struct.unpack_from(">I", init, clock_at + 24)
        if avcc > 0:
            width, height = struct.unpack_from(">HH", init, init.rindex(b"avc1") + 28)
            config = init[avcc + 4 : avcc - 4 + int.from_bytes(init[avcc - 4 : avcc])]
            return Track(config, clock_hz, width, height)
        (channels,) = struct.unpack_from(">H", init, mp4a + 20)
        specific = init.index(b"\x05\x80\x80\x80", mp4a)
        return Track(init[specific + 5 : specific + 5 + init[specific + 4]], clock_hz, channels=channels)
    except (struct.error, ValueError, IndexError) as error:
        raise InvalidInput("an init file is damaged; make the renditions again") from error


def _find(data: bytes, start: int, end: int, kind: bytes) -> tuple[int, int]:
    """Start and end of the first box of a kind among those from `start` on."""
    while start + 8 <= end:
        size, found = struct.unpack_from(">I4s", data, start)
        if found == kind:
            return start, start + size
        if size < 8:
            break
        start += size
    raise InvalidInput(f"a segment has no {kind.decode()}; make the renditions again")
