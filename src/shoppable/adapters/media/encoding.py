"""Decoded frames become the encoded rungs of a ladder, in the same pass that looks at them."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from av.codec.context import CodecContext, Flags, ThreadType
from av.filter import Graph
from av.packet import Packet
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType, VideoFrame
from av.video.reformatter import Colorspace, Interpolation, VideoReformatter

from shoppable.adapters.media.clock import exact
from shoppable.adapters.media.cutting import Cuts, Cutter, Size
from shoppable.adapters.media.h264 import SLICE_IDR, avcc_of, kind_of, units_of, with_lengths
from shoppable.adapters.media.hdr import is_hdr, mapped
from shoppable.adapters.media.outline import Outline
from shoppable.adapters.media.upright import Pose
from shoppable.adapters.media.wire import Said
from shoppable.exports.boxes import CLOCK_HZ, Track
from shoppable.exports.fragments import Sample
from shoppable.logic.coding import CRF, PRESET

if TYPE_CHECKING:
    from shoppable.model.arrays import Image

_BUFFER_S = 2
_THREADS = 1  # chunks are made side by side; more than one thread need not give the same twice
_NEVER = 1 << 30
_BT709 = 1  # AVCOL_SPC_BT709, and so for primaries and transfer
_LIMITED = 1  # AVCOL_RANGE_MPEG


class Renditions:
    """The sink that makes the encoded rungs of a span.

    Each rung is scaled from the one above it: from few pixels rather than from many. Keyframes are where the ladder's
    segments start, and nowhere else; a span is made by encoders of its own, equal for all spans, so that the parts of a
    rendition share one head and follow one another.
    """

    def __init__(self, outline: Outline, options: dict[str, Any]) -> None:
        """Args:
        outline: Of the video.
        options: `cuts`, the JSON of `cutting.Cuts`; `start_ms` and `end_ms` of the span.
        """
        self._outline = outline
        self._cuts = Cuts.of(options["cuts"])
        self._starts_ms = self._cuts.starts_ms
        self._turn = _Turn(outline.pose)
        self._mapper = VideoReformatter()
        self._starts = iter((*self._starts_ms, _NEVER))
        self._next_ms = next(self._starts)
        self._from_zero = options["start_ms"] == 0
        self._end = ticks(options["end_ms"])
        self._shown = -1
        self._rungs: list[_RungEncoder] = []

    def take(self, t_ms: int, frame: VideoFrame, plane: "Image") -> Iterator[Said]:  # noqa: ARG002 - it wants it all
        """See `Sink`."""
        first = not self._rungs
        keyframe = first or t_ms >= self._next_ms
        while t_ms >= self._next_ms:
            self._next_ms = next(self._starts)
        # A film that begins late shows its first picture from the start: players count from the first one.
        now = ticks(exact(self._outline.clock, t_ms, frame))
        self._shown = 0 if first and self._from_zero else max(now, self._shown + 1)
        if first:
            rate = self._outline.rate
            self._rungs = [_RungEncoder(size, frame, rate, self._starts_ms) for size in self._cuts.sizes]
        told = frame.pts, frame.pict_type
        picture = self._usual_range(frame) if is_hdr(frame) else frame
        try:
            for number, encoder in enumerate(self._rungs):
                picture = encoder.scaled(picture, swapped=self._turn.swapped and not number)
                picture = picture if number else self._turn(picture)
                yield from encoder.take(t_ms, self._shown, picture, keyframe=keyframe)
        finally:
            frame.pts, frame.pict_type = told

    def _usual_range(self, frame: VideoFrame) -> VideoFrame:
        """A frame of high dynamic range as others are, in the size of the largest rung; still to be turned."""
        largest = self._cuts.sizes[0]
        size = (largest.height, largest.width) if self._turn.swapped else (largest.width, largest.height)
        wide = self._mapper.reformat(frame, *size, "rgb48le", interpolation=Interpolation.BICUBIC, threads=1)
        return VideoFrame.from_ndarray(mapped(wide.to_ndarray(), int(frame.color_trc)), format="rgb24")

    def beyond(self, t_ms: int, frame: VideoFrame) -> None:
        """See `Sink`: the last picture stays until this one."""
        self._end = ticks(exact(self._outline.clock, t_ms, frame))

    def end(self) -> Iterator[Said]:
        """See `Sink`."""
        for encoder in self._rungs:
            yield from encoder.end(self._end)


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
            unit = Fraction(1, CLOCK_HZ)
            first = self._graph.add_buffer(width=frame.width, height=frame.height, format=frame.format, time_base=unit)
            links = [first, *(self._graph.add(name, options) for name, options in self._filters)]
            self._graph.link_nodes(*links, self._graph.add("buffersink")).configure()
        self._graph.vpush(frame)
        return self._graph.vpull()


class _RungEncoder:
    """One rung: scales, encodes, and cuts into segments."""

    def __init__(self, size: Size, like: VideoFrame, rate: Fraction, starts_ms: Sequence[int]) -> None:
        self._size = size
        self._scaler = VideoReformatter()
        self._encoder = _x264(size, like, rate)
        units = units_of(self._encoder.extradata or b"", prefixed=False)
        track = Track(avcc_of(units), width=size.width, height=size.height)
        self._cutter = Cutter(size.name, track, starts_ms)
        self._times: dict[int, int] = {}

    def scaled(self, frame: VideoFrame, *, swapped: bool) -> VideoFrame:
        """The frame in this rung's size, 8 bits, 4:2:0; `swapped` while its rows are to become columns yet."""
        size = (self._size.height, self._size.width) if swapped else (self._size.width, self._size.height)
        how = {"interpolation": Interpolation.BICUBIC, "threads": 1}
        if frame.format.name == "rgb24":  # its own colours, brought to the usual range
            how["dst_colorspace"] = Colorspace.ITU709
        return self._scaler.reformat(frame, *size, "yuv420p", **how)

    def take(self, t_ms: int, shown: int, frame: VideoFrame, *, keyframe: bool) -> Iterator[Said]:
        frame.pts, frame.time_base = shown, Fraction(1, CLOCK_HZ)
        frame.pict_type = PictureType.I if keyframe else PictureType.NONE
        self._times[shown] = t_ms
        for packet in self._encoder.encode(frame):
            self._keep(packet)
        return self._cutter.said()

    def end(self, end: int) -> Iterator[Said]:
        for packet in self._encoder.encode(None):
            self._keep(packet)
        self._cutter.close(end)
        return self._cutter.said()

    def _keep(self, packet: "Packet[Any]") -> None:
        assert packet.pts is not None
        units = units_of(bytes(packet), prefixed=False)
        keyframe = any(kind_of(unit) == SLICE_IDR for unit in units)
        self._cutter.add(Sample(packet.pts, keyframe, with_lengths(units)), self._times.pop(packet.pts))


def _x264(size: Size, like: VideoFrame, rate: Fraction) -> VideoCodecContext:
    """An encoder for pictures coloured like `like`."""
    context = CodecContext.create("libx264", "w")
    assert isinstance(context, VideoCodecContext)
    context.width, context.height, context.pix_fmt = size.width, size.height, "yuv420p"
    context.time_base, context.framerate = Fraction(1, CLOCK_HZ), rate
    context.sample_aspect_ratio = Fraction(1)
    context.color_range = _LIMITED
    usual = (_BT709, _BT709, _BT709)
    own = (like.colorspace, like.color_primaries, like.color_trc)
    context.colorspace, context.color_primaries, context.color_trc = usual if is_hdr(like) else own
    context.flags |= Flags.global_header
    context.thread_count, context.thread_type = _THREADS, ThreadType.FRAME
    context.options = {
        "preset": PRESET,
        "crf": str(CRF),
        "maxrate": f"{size.max_kbps}k",
        "bufsize": f"{_BUFFER_S * size.max_kbps}k",
        "g": str(_NEVER - 1),
        "sc_threshold": "0",
        "forced-idr": "1",
    }
    context.open()
    return context


def ticks(t_ms: int | Fraction) -> int:
    """A time in ticks of the renditions' clock."""
    return round(t_ms * CLOCK_HZ / 1000)
