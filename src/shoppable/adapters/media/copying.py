"""What reaches a player without decoding pictures: the file's own packets, where browsers take them as they are."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import av
from av.packet import Packet
from av.stream import Discard

from shoppable.adapters.media.clock import Clock
from shoppable.adapters.media.cutting import Cuts, Cutter
from shoppable.adapters.media.encoding import ticks
from shoppable.adapters.media.h264 import PPS, SLICE_IDR, SPS, avcc_of, kind_of, sets_in, units_of, with_lengths
from shoppable.adapters.media.opening import OpenVideo, Source, opened
from shoppable.adapters.media.probing import outline_of
from shoppable.adapters.media.requests import Repack, Survey
from shoppable.adapters.media.sound import sound_of, sound_pieces
from shoppable.adapters.media.upright import Pose
from shoppable.adapters.media.wire import Said
from shoppable.exports.boxes import Track
from shoppable.exports.fragments import Sample

_PROFILES = {66: "Baseline", 77: "Main", 100: "High"}
_MAX_LEVEL = 52
_PROGRESSIVE = 1  # AVFieldOrder: 0 is unknown


def survey(source: Source, request: Survey) -> Iterator[Said]:
    """The job: reads all packets and decodes none. One message: the fields of `model.renditions.Survey`."""
    with opened(source, request.threads) as video:
        outline = outline_of(video)
    with opened(source, request.threads) as video:
        yield Said(_survey(video, outline.clock, outline.pose))


def _survey(video: OpenVideo, clock: Clock, pose: Pose) -> dict[str, Any]:
    sound = sound_of(video, clock)
    unfit = _unfit_head(video, clock, pose)
    keyframes: list[int] = []
    walk = _Walk(video, clock)
    size = 0
    last_ms = 1
    for packet in _pictures_and_sound(video, with_sound=sound is not None):
        video.alive()
        if packet.stream.type == "audio":
            if sound is not None:
                sound.look(packet)
            continue
        size += packet.size
        if unfit is None:
            unfit = walk.look(packet)
            if packet.is_keyframe and unfit is None:
                keyframes.append(round(clock.at(packet.pts or 0)))
        if packet.pts is not None:
            last_ms = max(last_ms, round(clock.at(packet.pts)))
    unfit = unfit or walk.end()
    return {
        "unfit": unfit,
        "keyframes_ms": [] if unfit else keyframes,
        "kbps": round(8 * size / last_ms),
        "sound": sound.track() if sound is not None else None,
    }


def repack(source: Source, request: Repack) -> Iterator[Said]:
    """The job: the copied rung, when the cuts name one, and the sound."""
    cuts = Cuts.of(request.cuts)
    with opened(source, request.threads) as video:
        clock = outline_of(video).clock
    if cuts.sizes:
        with opened(source, request.threads) as video:
            yield from _copied(video, clock, cuts)
    if cuts.sound is not None:
        with opened(source, request.threads) as video:
            yield from sound_pieces(video, clock, cuts)


def _copied(video: OpenVideo, clock: Clock, cuts: Cuts) -> Iterator[Said]:
    """The first rung, made of the file's own packets, byte for byte. The survey said that this can be done."""
    prefixed, config = _config(video)
    size = cuts.sizes[0]
    cutter = Cutter(size.name, Track(config, width=size.width, height=size.height), cuts.starts_ms)
    end = first = 0
    for number, packet in enumerate(_pictures_and_sound(video, with_sound=False)):
        video.alive()
        assert packet.pts is not None
        exact = clock.at(packet.pts)
        shown = ticks(exact)
        first = first if number else shown
        data = bytes(packet)
        if not prefixed:
            data = with_lengths(units_of(data, prefixed=False))
        # A film that begins late shows its first picture from the start, as encoded rungs do.
        cutter.add(Sample(0 if shown == first else shown, packet.is_keyframe, data), round(exact))
        length = packet.duration * clock.unit_ms if packet.duration else clock.frame_ms
        end = max(end, ticks(exact + length))
        yield from cutter.said()
    cutter.close(end)
    yield from cutter.said()


class _Walk:
    """Looks at each packet for what would keep it from being cut into segments that stand alone."""

    def __init__(self, video: OpenVideo, clock: Clock) -> None:
        self._clock = clock
        try:
            self._prefixed, config = _config(video)
            self._sets = sets_in(config)
        except ValueError:
            self._prefixed, self._sets = False, set()
        self._before: list[int] = []
        self._group: list[int] = []

    def look(self, packet: "Packet[Any]") -> str | None:
        """Why it is unfit."""
        if packet.pts is None or packet.is_corrupt or packet.is_discard:
            return "packets are damaged, hidden or without a time"
        try:
            units = units_of(bytes(packet), prefixed=self._prefixed)
        except ValueError:
            return "packets are damaged"
        if any(kind_of(unit) in (SPS, PPS) and unit not in self._sets for unit in units):
            return "its parameter sets change on the way"
        if packet.is_keyframe:
            if not any(kind_of(unit) == SLICE_IDR for unit in units):
                return "its groups of pictures need pictures from before them"
            why, self._before, self._group = self.end(), self._group, [packet.pts]
            return why
        if not self._group:
            return "it does not begin with a keyframe"
        self._group.append(packet.pts)
        return None

    def end(self) -> str | None:
        """Why the group of pictures that ends here is unfit."""
        if self._group and min(self._group) != self._group[0]:
            return "pictures of one group are shown before its keyframe"
        if self._group and self._before and max(self._before) >= self._group[0]:
            return "groups of pictures overlap in time"
        times = sorted(self._group)
        if any(round(self._clock.at(a)) >= round(self._clock.at(b)) for a, b in pairwise(times)):
            return "pictures are shown at the same time"
        return None


def _unfit_head(video: OpenVideo, clock: Clock, pose: Pose) -> str | None:
    """Why pictures that are described so cannot be handed to browsers."""
    track, context = video.track, video.track.codec_context
    if video.codec != "h264":
        return f"its pictures are in {video.codec}"
    if clock.counted:
        return "its pictures have no times"
    if pose != Pose():
        return "its pictures are stored turned"
    if track.sample_aspect_ratio not in (None, 0, 1):
        return "its pixels are not square"
    if context.pix_fmt != "yuv420p":
        return f"its pictures are stored as {context.pix_fmt}"
    if context.field_order > _PROGRESSIVE:
        return "it is interlaced"
    try:
        _, config = _config(video)
    except ValueError:
        return "its head is damaged"
    if config[1] not in _PROFILES or config[3] > _MAX_LEVEL:
        return f"its profile {config[1]} at level {config[3]} is not played everywhere"
    return None


def _config(video: OpenVideo) -> tuple[bool, bytes]:
    """Whether units have their length before them, and the head of the track. `ValueError`: there is none."""
    extra = video.track.codec_context.extradata or b""
    if extra[:1] == b"\x01":
        if len(extra) < 7 or extra[4] & 3 != 3:
            raise ValueError("lengths of units are not four bytes")
        return True, extra
    return False, avcc_of(units_of(extra, prefixed=False))


def _pictures_and_sound(video: OpenVideo, *, with_sound: bool) -> "Iterator[Packet[Any]]":
    """Packets of the track that is looked at, and of the first sound track, up to where the file breaks off."""
    tracks = [video.track, *(video.file.streams.audio[:1] if with_sound else [])]
    for track in tracks[1:]:
        track.discard = Discard.default
    try:
        for packet in video.file.demux(*tracks):
            if packet.size:
                yield packet
    except av.FFmpegError:
        return
