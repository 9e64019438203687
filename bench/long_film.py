"""The film that speed is measured on: ten minutes of the samples' labelled videos, as they are and mirrored, and drawn.

A mirrored shot is another shot to every part of the system, yet as real as the first one. What is missing to the full
length is drawn by `demo`, each stretch with a seed of its own.
"""

import itertools
import tempfile
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from demo.draw import draw
from demo.sound import RATE_HZ, music

WIDTH, HEIGHT, FPS = 1280, 720, 25
DRAWN_S = 36

Planes = NDArray[np.uint8]
"""(1080, 1280) uint8: a picture as 4:2:0 planes, one under the other."""


def make_long_film(path: Path, videos: Sequence[Path], *, seconds: int = 600) -> None:
    """Writes the film, H.264 and AAC in MP4; what encoding leaves half done has another name.

    Args:
        path: Where to.
        videos: Films of 1280 x 720 px at 25 frames a second, used whole as long as there is room.
        seconds: Its length.
    """
    half_done = path.with_suffix(".part.mp4")
    with (
        tempfile.TemporaryDirectory() as scratch,
        av.open(str(half_done), "w", options={"movflags": "faststart"}) as out,
    ):
        picture = out.add_stream("libx264", rate=FPS, options={"preset": "veryfast", "crf": "22"})
        picture.width, picture.height, picture.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        sound = out.add_stream("aac", rate=RATE_HZ, layout="mono")
        tune, played = music(60 * RATE_HZ), 0
        for number, planes in enumerate(itertools.islice(_pictures(videos, Path(scratch)), seconds * FPS)):
            frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            out.mux(picture.encode(frame))
            while played * FPS < number * RATE_HZ:
                start = played % (len(tune) - 1024)
                block = av.AudioFrame.from_ndarray(tune[None, start : start + 1024], format="fltp", layout="mono")
                block.sample_rate, block.pts = RATE_HZ, played
                out.mux(sound.encode(block))
                played += 1024
        out.mux(picture.encode(None))
        out.mux(sound.encode(None))
    half_done.rename(path)


def _pictures(videos: Sequence[Path], scratch: Path) -> Iterator[Planes]:
    """Pictures without end."""
    for mirrored, video in itertools.product((False, True), videos):
        for planes in _decoded(video):
            yield _mirror(planes) if mirrored else planes
    for seed in itertools.count(1):
        draw(scratch, seed=seed, seconds=DRAWN_S, width=WIDTH)
        yield from _decoded(scratch / "film.mp4")


def _decoded(video: Path) -> Iterator[Planes]:
    with av.open(str(video)) as source:
        for frame in source.decode(video=0):
            yield np.asarray(frame.reformat(WIDTH, HEIGHT, "yuv420p").to_ndarray(), np.uint8)


def _mirror(planes: Planes) -> Planes:
    luma, colour = planes[:HEIGHT, ::-1], planes[HEIGHT:].reshape(2, HEIGHT // 2, WIDTH // 2)[..., ::-1]
    return np.concatenate([luma, colour.reshape(HEIGHT // 2, WIDTH)])
