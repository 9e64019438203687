"""From an open file to packets and frames, whatever state the file is in."""

import errno
import logging
from collections.abc import Iterator
from dataclasses import dataclass

import av
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from shoppable.adapters.media.clock import Clock
from shoppable.adapters.media.opening import OpenVideo, Source, opened
from shoppable.adapters.media.requests import Decode
from shoppable.adapters.media.wire import Said

log = logging.getLogger(__name__)


def decode(source: Source, request: Decode) -> Iterator[Said]:
    """Every frame, decoded and thrown away; says how many there were."""
    frames = 0
    with opened(source, request.threads) as video:
        for _ in decoded(video, Damage(), after_seek=False):
            frames += 1
            source.alive()
    yield Said({"frames": frames})


def seek(video: OpenVideo, tick: int) -> bool:
    """Moves to a keyframe at or before a tick, as far as the container can tell; False when it cannot."""
    try:
        video.file.seek(tick, stream=video.track)
    except (av.FFmpegError, OverflowError):
        return False
    return True


@dataclass
class Damage:
    """What of a video did not come out as it went in.

    Attributes:
        lost: Packets that could not be decoded.
        hurt: Packets or frames with a flaw that a decoder bridges.
    """

    lost: int = 0
    hurt: int = 0

    def tell(self, name: str) -> None:
        """Says so in the log, if there is any."""
        if self.lost or self.hurt:
            log.warning(
                "%s is damaged: %d packets could not be decoded and are left out, %d pictures may be flawed",
                name,
                self.lost,
                self.hurt,
            )


def decoded(video: OpenVideo, damage: Damage, *, after_seek: bool) -> Iterator[VideoFrame]:
    """Frames as they come out of the decoder, in presentation order; what cannot be decoded is left out.

    After a seek, decoding begins at a keyframe, and frames shown before it are dropped: in an open group of pictures
    they need frames from before the keyframe. When the keyframe itself does not come out, there are no frames at all:
    it was damaged, or only the point from which a picture is refreshed bit by bit.

    Args:
        video: From where it stands.
        damage: Is added to.
        after_seek: Whether it stands where a seek led.

    Raises:
        MemoryError: No frame could be decoded for want of memory. A damaged packet may ask for any amount of it.
    """
    waiting, floor, came, starved = after_seek, None, False, False
    for packet in _with_flush(packets(video)):
        if waiting and packet is not None:
            if not packet.is_keyframe:
                continue
            waiting, floor = False, packet.pts
        flawed = packet is not None and packet.is_corrupt
        try:
            frames = video.track.decode(packet)
        except av.FFmpegError as error:
            damage.lost += 1
            starved = starved or error.errno == errno.ENOMEM
            continue
        damage.hurt += flawed or any(frame.is_corrupt for frame in frames)
        for frame in frames:
            came = True
            if floor is None:
                yield frame
            elif frame.pts is not None and frame.pts >= floor:
                if frame.pts > floor:
                    return
                floor = None
                yield frame
    if starved and not came:
        raise MemoryError


def beginnings(video: OpenVideo, ticks: int) -> Iterator[VideoFrame]:
    """Keyframes, and what is decoded within so many ticks of each, in presentation order; the rest is passed over.

    Decoding begins anew with each keyframe: what needs frames from before it is left out, and all of its stretch when
    the keyframe itself does not come out.
    """
    began: tuple[int, int] | None = None
    sound = False
    for packet in _with_flush(packets(video)):
        shown, read = (None, None) if packet is None else (packet.pts, packet.dts)
        when = shown if read is None else read
        within = began is not None and when is not None and when - began[1] <= ticks
        if began is not None and (packet is None or packet.is_keyframe or not within):
            for frame in _given(video, None):
                sound = sound or frame.key_frame
                if sound:
                    yield frame
            video.track.codec_context.flush_buffers()
            began, sound = None, False
        if packet is None:
            return
        if packet.is_keyframe and shown is not None and when is not None:
            began = (shown, when)
        if began is not None and shown is not None and shown >= began[0]:
            for frame in _given(video, packet):
                sound = sound or frame.key_frame
                if sound:
                    yield frame


def ends_ms(video: OpenVideo, clock: Clock) -> Iterator[int]:
    """When each picture of the track leaves the screen, in decoding order; broken packets are passed over."""
    for number, packet in enumerate(packets(video)):
        if packet.is_corrupt or packet.is_discard:
            continue
        if clock.counted:
            yield round((number + 1) * clock.frame_ms)
        elif packet.pts is not None:
            start = clock.at(packet.pts)
            length = packet.duration * clock.unit_ms if packet.duration else clock.frame_ms
            yield max(round(start + length), round(start) + 1)


def _given(video: OpenVideo, packet: "Packet[VideoStream] | None") -> list[VideoFrame]:
    """What the decoder gives for a packet; nothing when it cannot be decoded."""
    try:
        return list(video.track.decode(packet))
    except av.FFmpegError:
        return []


def packets(video: OpenVideo) -> Iterator["Packet[VideoStream]"]:
    """Packets of the track up to where the file breaks off."""
    try:
        for packet in video.file.demux(video.track):
            video.alive()
            if packet.size:
                yield packet
    except av.FFmpegError as error:
        log.warning("%s breaks off early (%s); what comes before is used", video.name, error.strerror)


def _with_flush(packets: Iterator["Packet[VideoStream]"]) -> Iterator["Packet[VideoStream] | None"]:
    """The packets, then None, which makes a decoder give what it still holds."""
    yield from packets
    yield None
