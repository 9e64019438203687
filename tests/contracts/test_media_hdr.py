"""Films in high dynamic range come out in the colours that the same film has in the usual range."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc
from av.video.stream import VideoStream
from numpy.typing import NDArray

from shoppable.adapters.media.libav import LibavMedia
from shoppable.model.arrays import Image
from shoppable.model.time import Span
from tests.sampling import every
from tests.streams import make, pictures

COLOURS = [(200, 40, 40), (40, 180, 60), (50, 60, 190), (128, 128, 128), (20, 20, 20), (230, 200, 60), (240, 240, 240)]
BT2020_OF_BT709 = np.asarray([[0.6274, 0.3293, 0.0433], [0.0691, 0.9195, 0.0114], [0.0164, 0.0880, 0.8956]])
YUV_OF_BT2020 = np.asarray([[0.2627, 0.6780, 0.0593], [-0.13963, -0.36037, 0.5], [0.5, -0.45979, -0.04021]])
Light = NDArray[np.float64]


def light_of(srgb: tuple[int, int, int]) -> Light:
    """Linear light in BT.2020, in cd/m², of a colour on a screen whose white is 203 cd/m²."""
    signal = np.asarray(srgb) / 255
    linear = np.where(signal <= 0.04045, signal / 12.92, ((signal + 0.055) / 1.055) ** 2.4)
    return np.asarray(203 * BT2020_OF_BT709 @ linear)


def pq(nits: Light) -> Light:
    power = (nits / 10_000) ** 0.1593017578125
    return np.asarray(((0.8359375 + 18.8515625 * power) / (1 + 18.6875 * power)) ** 78.84375)


def hlg(nits: Light) -> Light:
    display = nits / 1000
    scene = display * max(float(YUV_OF_BT2020[0] @ display), 1e-9) ** (1 / 1.2 - 1)
    bright = 0.17883277 * np.log(np.maximum(12 * scene - 0.28466892, 1e-9)) + 0.55991073
    return np.asarray(np.where(scene <= 1 / 12, np.sqrt(3 * scene), bright), np.float64)


TRANSFERS = {"pq": (ColorTrc.SMPTE2084, pq), "hlg": (ColorTrc.ARIB_STD_B67, hlg)}


def drawn(path: Path, lights: list[Light], transfer: str, codec: str = "libx265") -> Path:
    """A 10-bit film of flat frames."""
    trc, curve = TRANSFERS[transfer]
    quiet = {"preset": "ultrafast", "crf": "4"}
    options = {"libx265": quiet | {"x265-params": "log-level=none:pools=1"}, "libsvtav1": {"preset": "12", "crf": "10"}}
    with av.open(str(path), "w") as out:
        stream = out.add_stream(codec, rate=25, options=options[codec])
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = 192, 108, "yuv420p10le"
        context = stream.codec_context
        context.thread_count, context.time_base, context.gop_size = 1, Fraction(1, 25), 1
        context.color_trc, context.color_primaries = int(trc), int(ColorPrimaries.BT2020)
        context.colorspace, context.color_range = int(Colorspace.BT2020), int(ColorRange.MPEG)
        for number, light in enumerate(lights):
            y, u, v = YUV_OF_BT2020 @ curve(light)
            levels = (64 + 876 * y, 512 + 896 * u, 512 + 896 * v)
            frame = av.VideoFrame(192, 108, "yuv420p10le")
            for plane, level in zip(frame.planes, levels, strict=True):
                plane.update(np.full(plane.buffer_size // 2, round(float(level)), np.uint16).tobytes())
            frame.pts, frame.time_base = number, Fraction(1, 25)
            frame.color_trc, frame.color_primaries = int(trc), int(ColorPrimaries.BT2020)
            frame.colorspace, frame.color_range = int(Colorspace.BT2020), int(ColorRange.MPEG)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


def seen(path: Path) -> list[Image]:
    glances = list(LibavMedia(1).scan(path, Span(start_ms=0, end_ms=10_000), sampling=every(1)))
    for glance in glances:
        assert glance.image is not None
        assert np.abs(glance.image.mean((0, 1)) - glance.plane.mean((0, 1))).max() < 4
    return [glance.image for glance in glances if glance.image is not None]


@pytest.mark.parametrize(
    ("name", "transfer", "codec"),
    [("a.mp4", "pq", "libx265"), ("a.mkv", "hlg", "libx265"), ("b.mp4", "pq", "libsvtav1")],
)
def test_colours_come_out_as_in_the_usual_range(tmp_path: Path, name: str, transfer: str, codec: str) -> None:
    images = seen(drawn(tmp_path / name, [light_of(colour) for colour in COLOURS], transfer, codec))
    for image, colour in zip(images, COLOURS, strict=True):
        assert np.abs(image.mean((0, 1)) - colour).max() < 9, colour


@pytest.mark.parametrize("transfer", TRANSFERS)
def test_what_is_brighter_than_paper_stays_brighter_and_keeps_its_hue(tmp_path: Path, transfer: str) -> None:
    red = light_of((255, 60, 60))
    images = seen(drawn(tmp_path / "a.mp4", [light_of((255, 255, 255)) * k for k in (1, 2, 4)] + [red * 2.5], transfer))
    *whites, lamp = [image.mean((0, 1)) for image in images]
    assert [white.min() > 240 for white in whites] == [True] * 3
    assert whites[0].mean() < whites[1].mean() <= whites[2].mean() + 0.5
    assert lamp[0] > 245
    assert lamp[1:].max() < 90


@pytest.mark.parametrize("transfer", sorted(TRANSFERS))
def test_renditions_of_it_have_the_colours_of_the_usual_range(tmp_path: Path, transfer: str) -> None:
    path = drawn(tmp_path / "film.mp4", [light_of(colour) for colour in COLOURS], transfer)
    made = make(LibavMedia(1), path)
    assert not made.ladder.copied
    shown = pictures(made.stream(made.ladder.rungs[0].name))
    for colour, (_, picture) in zip(COLOURS, shown, strict=True):
        np.testing.assert_allclose(picture[30:80, 50:140].mean(axis=(0, 1)), colour, atol=14)
