"""Decoded frames become the encoded rungs of a ladder, in the same pass that looks at them."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from av.codec.context import CodecContext, Flags, ThreadType
from av.filter import Graph
from av.packet import Packet
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType, VideoFrame
from av.video.reformatter import Interpolation, VideoReformatter

from shoppable.adapters.media.cutting import Cutter
from shoppable.adapters.media.h264 import SLICE_IDR, avcc_of, kind_of, units_of, with_lengths
from shoppable.adapters.media.upright import Pose
from shoppable.exports.boxes import Track
from shoppable.exports.fragments import Sample
from shoppable.model.renditions import CLOCK_HZ, Ladder, Rung, Segment

PRESET, CRF = "veryfast", 23
"""x264's: speed against size, and the quality aimed at where the rung's bit rate allows it."""

_BUFFER_S = 2
_THREADS = 2
_NEVER = 1 << 30
_LIMITED = 1  # AVCOL_RANGE_MPEG


class Encoders:
    """Makes the encoded rungs of one chunk.

    Each rung is scaled from the one above it: from few pixels rather than from many. Keyframes are where the ladder's
    segments start, and nowhere else; a chunk is made by encoders of its own, equal for all chunks, so that the parts
    of a rendition share one head and follow one another.
    """

    def __init__(self, ladder: Ladder, pose: Pose, rate: Fraction, folder: Path) -> None:
        """Args:
        ladder: Whose encoded rungs are made.
        pose: How frames are turned upright.
        rate: Usual pictures a second.
        folder: Where each rung's folder is made.
        """
        self._ladder = ladder
        self._turn = _Turn(pose)
        self._starts = iter((*ladder.starts_ms, _NEVER))
        self._next_ms = next(self._starts)
        self._folder, self._rate = folder, rate
        self._rungs: list[_RungEncoder] = []

    def add(self, t_ms: int, shown: int, frame: VideoFrame) -> None:
        """Takes the next frame.

        Args:
            t_ms: Its time in whole ms.
            shown: Its time in ticks of `CLOCK_HZ`, more than the one before it.
            frame: As it was decoded.
        """
        keyframe = t_ms >= self._next_ms or not self._rungs
        while t_ms >= self._next_ms:
            self._next_ms = next(self._starts)
        if not self._rungs:
            self._rungs = [
                _RungEncoder(rung, frame, self._rate, self._folder, self._ladder.starts_ms)
                for rung in self._ladder.encoded
            ]
        for number, encoder in enumerate(self._rungs):
            frame = encoder.scaled(frame, swapped=self._turn.swapped and not number)
            frame = frame if number else self._turn(frame)
            encoder.add(t_ms, shown, frame, keyframe=keyframe)

    def close(self, end: int) -> list[Segment]:
        """Writes what is still held; `end` is when the last frame leaves the screen, in ticks."""
        return [segment for encoder in self._rungs for segment in encoder.close(end)]


class _Turn:
    """Turns pictures upright by FFmpeg's filters, once set up for their size."""

    def __init__(self, pose: Pose) -> None:
        self.swapped = pose.swapped
        self._filters: list[tuple[str, str | None]] = [("transpose", "cclock_flip")] if pose.swapped else []
        self._filters += [("hflip", None)] if pose.mirrored_x else []
        self._filters += [("vflip", None)] if pose.mirrored_y else []
        self._graph: Graph | None = None

    def __call__(self, frame: VideoFrame) -> VideoFrame:
        if not self._filters:
            return frame
        if self._graph is None:
            self._graph = Graph()
            ticks = Fraction(1, CLOCK_HZ)
            first = self._graph.add_buffer(width=frame.width, height=frame.height, format=frame.format, time_base=ticks)
            links = [first, *(self._graph.add(name, options) for name, options in self._filters)]
            self._graph.link_nodes(*links, self._graph.add("buffersink")).configure()
        self._graph.vpush(frame)
        return self._graph.vpull()


class _RungEncoder:
    """One rung: scales, encodes, and cuts into segments."""

    def __init__(self, rung: Rung, like: VideoFrame, rate: Fraction, folder: Path, starts_ms: Sequence[int]) -> None:
        self._rung = rung
        self._scaler = VideoReformatter()
        self._encoder = _x264(rung, like, rate)
        units = units_of(self._encoder.extradata or b"", prefixed=False)
        early = round(self._encoder.reorder_depth * CLOCK_HZ / rate)
        track = Track(avcc_of(units), width=rung.width, height=rung.height, early=early)
        self._cutter = Cutter(folder, rung.name, track, starts_ms)
        self._times: dict[int, int] = {}

    def scaled(self, frame: VideoFrame, *, swapped: bool) -> VideoFrame:
        """The frame in this rung's size, 8 bits, 4:2:0; `swapped` while its rows are to become columns yet."""
        size = (self._rung.height, self._rung.width) if swapped else (self._rung.width, self._rung.height)
        return self._scaler.reformat(frame, *size, "yuv420p", interpolation=Interpolation.BICUBIC, threads=1)

    def add(self, t_ms: int, shown: int, frame: VideoFrame, *, keyframe: bool) -> None:
        frame.pts, frame.time_base = shown, Fraction(1, CLOCK_HZ)
        frame.pict_type = PictureType.I if keyframe else PictureType.NONE
        self._times[shown] = t_ms
        for packet in self._encoder.encode(frame):
            self._keep(packet)

    def close(self, end: int) -> list[Segment]:
        for packet in self._encoder.encode(None):
            self._keep(packet)
        self._cutter.close(end)
        return self._cutter.segments

    def _keep(self, packet: "Packet[Any]") -> None:
        assert packet.pts is not None
        units = units_of(bytes(packet), prefixed=False)
        keyframe = any(kind_of(unit) == SLICE_IDR for unit in units)
        self._cutter.add(Sample(packet.pts, keyframe, with_lengths(units)), self._times.pop(packet.pts))


def _x264(rung: Rung, like: VideoFrame, rate: Fraction) -> VideoCodecContext:
    """An encoder for pictures coloured like `like`."""
    context = CodecContext.create("libx264", "w")
    assert isinstance(context, VideoCodecContext)
    context.width, context.height, context.pix_fmt = rung.width, rung.height, "yuv420p"
    context.time_base, context.framerate = Fraction(1, CLOCK_HZ), rate
    context.sample_aspect_ratio = Fraction(1)
    context.color_range = _LIMITED
    context.colorspace, context.color_primaries = like.colorspace, like.color_primaries
    context.color_trc = like.color_trc
    context.flags |= Flags.global_header
    context.thread_count, context.thread_type = _THREADS, ThreadType.FRAME
    context.options = {
        "preset": PRESET,
        "crf": str(CRF),
        "maxrate": f"{rung.max_kbps}k",
        "bufsize": f"{_BUFFER_S * rung.max_kbps}k",
        "g": str(_NEVER - 1),
        "sc_threshold": "0",
        "forced-idr": "1",
    }
    context.open()
    return context
