"""Draws small test films with a frame counter burnt in, so that a test can read which frame it was given.

    film = draw(tmp_path / "clip.mp4", Film(frames=50, rate=Fraction(25)))
    read_counter(image)  # 0..65535, from a picture of any size, a plane too

Pictures are drawn upright; a film with `rotation` stores them turned, and says so in its metadata.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.container import OutputContainer
from av.video.reformatter import Colorspace
from av.video.stream import VideoStream
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
Painter = Callable[[int], Picture]

BITS = 16
_TICKS = 90_000


@dataclass(frozen=True)
class Film:
    """What to draw.

    Attributes:
        frames: How many.
        rate: Frames per second; with `times_ms` only what the encoder is told.
        width: Of the upright picture with square pixels, in px.
        height: Of the upright picture with square pixels, in px.
        times_ms: Presentation time of each frame, for variable rates and odd starts; None for a constant rate from 0.
        codec: FFmpeg encoder.
        gop: Frames from one keyframe to the next.
        b_frames: B-frames in a row.
        options: More options of the encoder, such as `x264-params`.
        mux: Options of the muxer.
        rotation: Degrees clockwise that a player must turn the stored picture.
        mirrored: Whether a player must mirror the stored picture, left to right, after turning it.
        pixel_aspect: Width of a stored pixel by its height.
        bt709: Whether to store colours by BT.709 and say so; else by BT.601, unsaid.
        audio: Whether to add a quiet sound track.
        tags: Metadata of the file.
    """

    frames: int = 50
    rate: Fraction = Fraction(25)
    width: int = 192
    height: int = 108
    times_ms: Sequence[float] | None = None
    codec: str = "libx264"
    gop: int = 12
    b_frames: int = 2
    options: dict[str, str] = field(default_factory=dict)
    mux: dict[str, str] = field(default_factory=dict)
    rotation: int = 0
    mirrored: bool = False
    pixel_aspect: Fraction = Fraction(1)
    bt709: bool = False
    audio: bool = False
    tags: dict[str, str] = field(default_factory=dict)

    def ticks(self, index: int) -> int:
        """Presentation time of a frame, in 1/90000 s."""
        if self.times_ms is not None:
            return round(self.times_ms[index] * _TICKS / 1000)
        return round(index * _TICKS / self.rate)


def counter(index: int, width: int = 192, height: int = 108) -> Picture:
    """A grey slope with `index` written as black and white blocks over the top third, highest bit at the left."""
    slope = np.linspace(60, 200, width, dtype=np.uint8)
    picture = np.broadcast_to(slope[None, :, None], (height, width, 3)).copy()
    edges = np.linspace(0, width, BITS + 1).round().astype(int)
    for bit in range(BITS):
        level = 255 if index >> (BITS - 1 - bit) & 1 else 0
        picture[: height // 3, edges[bit] : edges[bit + 1]] = level
    return picture


def read_counter(picture: Picture) -> int:
    """The number that `counter` wrote, from a picture of any size of 32 px width and more."""
    height, width = picture.shape[:2]
    centres = ((np.arange(BITS) + 0.5) * width / BITS).astype(int)
    row = picture[height // 6, centres].astype(int).mean(axis=1)
    return int("".join("1" if level > 127 else "0" for level in row), 2)


def draw(path: Path, film: Film, paint: Painter | None = None) -> Path:
    """Writes the film; the container follows from the extension. `paint` gives frame `index`, upright."""
    painter = paint or (lambda index: counter(index, film.width, film.height))
    with av.open(str(path), "w", options=film.mux) as out:
        out.metadata.update(film.tags)
        sound = out.add_stream("aac", rate=16_000) if film.audio else None
        _video(out, film, painter)
        if sound is not None:
            blocks = round(max(film.ticks(film.frames - 1) / _TICKS, 0.2) * 16_000 / 1024)
            for block in range(blocks):
                samples = np.full((1, 1024), 1e-4, np.float32)
                frame = av.AudioFrame.from_ndarray(samples, format="fltp", layout="mono")
                frame.sample_rate, frame.pts, frame.time_base = 16_000, block * 1024, Fraction(1, 16_000)
                out.mux(sound.encode(frame))
            out.mux(sound.encode(None))
    return path


def _video(out: OutputContainer, film: Film, paint: Painter) -> None:
    speed = {"libx264": {"preset": "ultrafast", "crf": "12"}, "libx265": {"preset": "ultrafast", "crf": "12"}}
    stream = out.add_stream(film.codec, rate=film.rate, options={**speed.get(film.codec, {}), **film.options})
    assert isinstance(stream, VideoStream)
    turned = film.rotation in (90, 270)
    width, height = (film.height, film.width) if turned else (film.width, film.height)
    stream.width, stream.height = round(width / film.pixel_aspect), height
    stream.pix_fmt = "yuvj420p" if film.codec == "mjpeg" else "yuv420p"
    context = stream.codec_context
    context.sample_aspect_ratio = film.pixel_aspect
    context.gop_size, context.max_b_frames = film.gop, film.b_frames
    context.thread_count = 1
    if film.bt709:
        context.colorspace = Colorspace.ITU709
    coarse = film.codec in ("mpeg4", "msmpeg4", "mpeg2video", "mjpeg") or out.format.name == "avi"
    context.time_base = 1 / film.rate if coarse else Fraction(1, _TICKS)
    if film.rotation or film.mirrored:
        stream.set_display_rotation(-film.rotation, hflip=film.mirrored)
    for index in range(film.frames):
        picture = paint(index)
        if film.mirrored:
            picture = picture[:, ::-1]
        stored = np.ascontiguousarray(np.rot90(picture, film.rotation // 90))
        frame = av.VideoFrame.from_ndarray(stored, format="rgb24")
        frame.pts, frame.time_base = film.ticks(index), Fraction(1, _TICKS)
        out.mux(
            stream.encode(
                frame.reformat(
                    stream.width,
                    stream.height,
                    stream.pix_fmt,
                    dst_colorspace=Colorspace.ITU709 if film.bt709 else None,
                )
            )
        )
    out.mux(stream.encode(None))
