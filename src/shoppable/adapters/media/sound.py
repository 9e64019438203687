"""The sound of a file as a rendition of its own: AAC as it is, or encoded once for the whole file."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import chain
from typing import Any

import av
import numpy as np
from av.audio.codeccontext import AudioCodecContext
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.codec.context import CodecContext, Flags
from av.packet import Packet
from av.stream import Discard
from numpy.typing import NDArray

from shoppable.adapters.media.clock import Clock
from shoppable.adapters.media.cutting import COPIED, Cuts, Cutter
from shoppable.adapters.media.opening import OpenVideo
from shoppable.adapters.media.wire import Said
from shoppable.exports.boxes import Track
from shoppable.exports.fragments import Sample

FOLDER = "sound"

_KBPS = {1: 80, 2: 128}
_BLOCK = 1024
_GAP_S = 0.1
_MAX_GAP_S = 600
_PROFILE_LC = "LC"


class SoundSurvey:
    """Whether sound can be copied: AAC of the plain kind, without gaps, from about the start of the film."""

    def __init__(self, stream: AudioStream, clock: Clock) -> None:
        self._clock, self._stream = clock, stream
        context = stream.codec_context
        self._good = (
            context.codec.canonical_name == "aac"
            and context.profile == _PROFILE_LC
            and bool(context.extradata)
            and context.channels in _KBPS
        )
        self._until: Fraction | None = Fraction(0)
        self._any = False

    def look(self, packet: "Packet[Any]") -> None:
        """Takes note of the next packet."""
        self._any = True
        if not self._good or packet.pts is None or packet.is_corrupt or not packet.duration:
            self._good = False
            return
        start = _seconds(packet.pts, self._stream, self._clock)
        end = start + packet.duration * self._time_base
        if end <= 0:
            return
        self._good = self._until is not None and abs(start - self._until) <= _GAP_S
        self._until = end

    @property
    def _time_base(self) -> Fraction:
        return Fraction(self._stream.time_base or 0)

    def track(self) -> dict[str, Any] | None:
        """The fields of `model.renditions.SoundTrack`; None when there is not one packet."""
        if not self._any:
            return None
        return {"copied": self._good, "channels": min(2, max(1, self._stream.codec_context.channels))}


def sound_of(video: OpenVideo, clock: Clock) -> SoundSurvey | None:
    """Something that looks at the packets of the first sound track; None when there is none that is read."""
    for stream in video.file.streams.audio[:1]:
        if stream.codec_context is not None and stream.time_base:
            return SoundSurvey(stream, clock)
    return None


def sound_pieces(video: OpenVideo, clock: Clock, cuts: Cuts) -> Iterator[Said]:
    """The sound as segments that begin where those of the pictures do; none when nothing can be decoded.

    Args:
        video: Opened for this alone.
        clock: How the stamps of its pictures are read: sound is timed by the same zero.
        cuts: Say whether it is copied, and where segments begin.
    """
    stream = video.file.streams.audio[0]
    stream.discard, video.track.discard = Discard.default, Discard.all
    return (_copied if cuts.sound == COPIED else _encoded)(video, stream, clock, cuts)


def _copied(video: OpenVideo, stream: AudioStream, clock: Clock, cuts: Cuts) -> Iterator[Said]:
    context = stream.codec_context
    rate = context.sample_rate
    track = Track(context.extradata or b"", clock_hz=rate, channels=context.channels)
    cutter = Cutter(FOLDER, track, cuts.starts_ms)
    until = -1
    for packet in _packets(video, stream):
        assert packet.pts is not None
        start = _seconds(packet.pts, stream, clock)
        length = round((packet.duration or 0) * Fraction(stream.time_base or 0) * rate)
        if start * rate + length <= 0:  # priming that is heard before the film begins
            continue
        shown = max(0, round(start * rate), until)
        cutter.add(Sample(0 if until < 0 else shown, True, bytes(packet)), round(1000 * start))
        until = shown + max(1, length)
        yield from cutter.said()
    cutter.close(until)
    yield from cutter.said()


def _encoded(video: OpenVideo, stream: AudioStream, clock: Clock, cuts: Cuts) -> Iterator[Said]:
    channels, rate = cuts.channels, 44_100 if stream.codec_context.sample_rate == 44_100 else 48_000
    encoder = _aac(channels, rate)
    track = Track(encoder.extradata or b"", clock_hz=rate, channels=channels)
    cutter = Cutter(FOLDER, track, cuts.starts_ms)

    def keep(packets: "list[Packet[Any]]") -> Iterator[Said]:
        for packet in packets:
            assert packet.pts is not None
            if packet.pts >= 0:  # before that the encoder only warms up
                cutter.add(Sample(packet.pts, True, bytes(packet)), round(1000 * packet.pts / rate))
        return cutter.said()

    done = 0
    for block in _blocks(_placed(video, stream, clock, channels, rate), channels):
        frame = AudioFrame.from_ndarray(block, format="fltp", layout=_layout(channels))
        frame.sample_rate, frame.pts, frame.time_base = rate, done, Fraction(1, rate)
        done += block.shape[1]
        yield from keep(encoder.encode(frame))
    if done:
        yield from keep(encoder.encode(None))
        cutter.close(done)
        yield from cutter.said()


def _placed(
    video: OpenVideo, stream: AudioStream, clock: Clock, channels: int, rate: int
) -> Iterator[NDArray[np.float32]]:
    """What is heard from time 0 on, without a gap: silence where the file has none, less where it has too much."""
    resampler = AudioResampler(format="fltp", layout=_layout(channels), rate=rate)
    done = 0
    for frame in _decoded(video, stream):
        if frame.pts is not None:
            wanted = round(_seconds(frame.pts, stream, clock) * rate)
            missing = wanted - done
            if _GAP_S * rate < missing < _MAX_GAP_S * rate:
                yield np.zeros((channels, missing), np.float32)
                done = wanted
        else:
            missing = 0
        frame.pts = None
        for piece in resampler.resample(frame):
            samples = np.asarray(piece.to_ndarray(), np.float32)
            if missing < -_GAP_S * rate or (done == 0 and missing < 0):  # before the film, or said twice
                samples = samples[:, min(-missing, samples.shape[1]) :]
            done += samples.shape[1]
            yield samples


def _blocks(pieces: Iterator[NDArray[np.float32]], channels: int) -> Iterator[NDArray[np.float32]]:
    """The same samples in blocks of the length that AAC codes at once; the last one may be shorter."""
    held = np.zeros((channels, 0), np.float32)
    for piece in pieces:
        held = np.concatenate([held, piece], axis=1)
        whole = held.shape[1] // _BLOCK * _BLOCK
        for at in range(0, whole, _BLOCK):
            yield np.ascontiguousarray(held[:, at : at + _BLOCK])
        held = held[:, whole:]
    if held.shape[1]:
        yield np.ascontiguousarray(held)


def _decoded(video: OpenVideo, stream: AudioStream) -> Iterator[AudioFrame]:
    """Blocks of sound as they come out of the decoder; what cannot be decoded is left out."""
    for packet in chain(_packets(video, stream), [None]):
        try:
            yield from stream.codec_context.decode(packet)
        except av.FFmpegError:
            continue


def _packets(video: OpenVideo, stream: AudioStream) -> "Iterator[Packet[Any]]":
    try:
        for packet in video.file.demux(stream):
            video.alive()
            if packet.size:
                yield packet
    except av.FFmpegError:
        return


def _aac(channels: int, rate: int) -> AudioCodecContext:
    context = CodecContext.create("aac", "w")
    assert isinstance(context, AudioCodecContext)
    context.sample_rate, context.layout, context.format = rate, _layout(channels), "fltp"
    context.bit_rate, context.time_base = 1000 * _KBPS[channels], Fraction(1, rate)
    context.flags |= Flags.global_header
    context.open()
    return context


def _layout(channels: int) -> str:
    return "mono" if channels == 1 else "stereo"


def _seconds(pts: int, stream: AudioStream, clock: Clock) -> Fraction:
    """When a stamp of a sound track is, on the clock of the pictures."""
    return pts * Fraction(stream.time_base or 0) - clock.origin * clock.unit_ms / 1000
