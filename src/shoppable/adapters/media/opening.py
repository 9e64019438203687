"""Opens a video file so that nothing but its own bytes can be read, and refuses what is not sound, in one line.

FFmpeg is given an open file and the one demuxer that its first bytes call for, never a name: there is no path or
address it could resolve, whatever a playlist or a reference inside the file says.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO

import av
from av.codec.context import ThreadType
from av.container import InputContainer
from av.stream import Discard, Disposition
from av.video.stream import VideoStream

from shoppable.adapters.media.containers import HEAD_BYTES, Container, looks_like, sniff
from shoppable.errors import InvalidInput

MAX_SIDE_PX = 8192
MAX_PX = 36_000_000
MAX_STREAMS = 32
MAX_HOURS = 12

_READS = "give a video in MP4, MOV, Matroska, WebM, MPEG-TS or AVI"
_LIMIT = f"{MAX_SIDE_PX} px a side and {MAX_PX // 1_000_000} megapixels"
_REENCODE = "re-encode it, for example `ffmpeg -i IN -c:v libx264 OUT.mp4`"
_CODECS = {
    "h264": ("h264",),
    "hevc": ("hevc",),
    "av1": ("libdav1d", "av1"),
    "vp8": ("vp8",),
    "vp9": ("vp9",),
    "mpeg1video": ("mpeg1video",),
    "mpeg2video": ("mpeg2video",),
    "mpeg4": ("mpeg4",),
    "mjpeg": ("mjpeg",),
    "prores": ("prores",),
    "dnxhd": ("dnxhd",),
    "ffv1": ("ffv1",),
    "vc1": ("vc1",),
}
_SOUND = ("aac", "mp3float", "mp2float", "ac3", "eac3", "opus", "vorbis", "flac", "alac", "pcm_s16le", "pcm_s16be")
_DECODERS = ",".join([*(decoder for decoders in _CODECS.values() for decoder in decoders), *_SOUND])


@dataclass(frozen=True)
class Source:
    """An open file that this process was handed.

    Attributes:
        name: Fit for a one-line message.
        handle: The file.
        alive: To be called now and then, so that nobody takes the process for hung.
    """

    name: str
    handle: BinaryIO
    alive: Callable[[], None]


@dataclass(frozen=True)
class OpenVideo:
    """An open file and the track that is looked at.

    Attributes:
        name: Of the file, fit for a one-line message.
        kind: The container its bytes are in.
        file: Opened by FFmpeg; closed when the `with` ends.
        track: The first video track that is no cover picture.
        codec: FFmpeg's name of its codec.
        alive: See `Source`.
    """

    name: str
    kind: Container
    file: InputContainer
    track: VideoStream
    codec: str
    alive: Callable[[], None]


@contextmanager
def opened(source: Source, threads: int) -> Iterator[OpenVideo]:
    """The video, from its beginning, for the length of the `with`; one at a time of each source.

    Args:
        source: The open file.
        threads: How many threads may decode.

    Raises:
        InvalidInput: It is no video that can be read, or one too large to be meant seriously.
    """
    name, handle = source.name, source.handle
    handle.seek(0)
    head = handle.read(HEAD_BYTES)
    kind = sniff(head)
    if kind is None:
        raise InvalidInput(f"{name} is not a video: it looks like {looks_like(head)}; {_READS}")
    handle.seek(0)
    with _container(name, kind, handle) as container:
        track = _video_track(name, container)
        codec = _check_track(name, track)
        track.codec_context.thread_type, track.codec_context.thread_count = ThreadType.AUTO, threads
        track.codec_context.options = {"max_pixels": str(MAX_PX)}
        yield OpenVideo(name, kind, container, track, codec, source.alive)


def check_size(name: str, width: int, height: int) -> None:
    """`InvalidInput` when a picture of this size is absurd."""
    if max(width, height) > MAX_SIDE_PX or width * height > MAX_PX:
        raise InvalidInput(f"{name} has pictures of {width} x {height} px: at most {_LIMIT} are read; scale it down")


@contextmanager
def _container(name: str, kind: Container, handle: BinaryIO) -> Iterator[InputContainer]:
    """The container as FFmpeg sees it: no protocol, no other format, none but the decoders named here."""
    limits = {
        "protocol_whitelist": "none",
        "format_whitelist": kind.demuxer if kind.demuxer != "matroska" else "matroska,webm",
        "codec_whitelist": _DECODERS,
        "max_streams": str(2 * MAX_STREAMS),
    }
    if kind.demuxer == "mov":
        limits |= {"enable_drefs": "0", "use_absolute_path": "0"}
    try:
        container = av.open(
            handle,
            "r",
            format=kind.demuxer,
            container_options=limits,
            options={"max_pixels": str(MAX_PX)},
            metadata_errors="replace",
        )
    except av.FFmpegError as error:
        raise InvalidInput(
            f"{name} cannot be read as {kind.name} ({error.strerror}): it is damaged or cut short; "
            f"copy it again, or {_REENCODE}"
        ) from error
    with container:
        try:
            yield container
        except av.FFmpegError as error:
            raise InvalidInput(f"{name} cannot be read to its end ({error.strerror}); {_REENCODE}") from error


def _video_track(name: str, container: InputContainer) -> VideoStream:
    if len(container.streams) > MAX_STREAMS:
        raise InvalidInput(
            f"{name} holds {len(container.streams)} tracks: at most {MAX_STREAMS} are read; keep those you need"
        )
    covers = Disposition.attached_pic | Disposition.timed_thumbnails
    for track in container.streams.video:
        if not track.disposition & covers:
            for other in container.streams:
                if other.index != track.index:
                    other.discard = Discard.all
            return track
    held = "sound only" if container.streams.audio else "no video track"
    raise InvalidInput(f"{name} has nothing to see: it holds {held}; {_READS}")


def _check_track(name: str, track: VideoStream) -> str:
    """The codec, when it is one that is read and its pictures are of a sane size."""
    decoder = track.codec_context.name if track.codec_context is not None else "an unknown codec"
    codec = next((codec for codec, decoders in _CODECS.items() if decoder in decoders), None)
    if codec is None:
        raise InvalidInput(f"{name} has its pictures in {decoder}, which is not read; {_REENCODE}")
    if not track.time_base:
        raise InvalidInput(f"{name} has no clock; {_REENCODE}")
    width, height = track.codec_context.width, track.codec_context.height
    if not width or not height:
        # FFmpeg, told the limit, forgets a size that is beyond it.
        raise InvalidInput(f"{name} does not tell the size of its pictures, or it is beyond {_LIMIT}; scale it down")
    check_size(name, width, height)
    return codec
