"""Films that are absurd, damaged or lie about themselves: each is read as far as it goes, or refused in one line."""

import logging
import random
import struct
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import pytest

from shoppable.adapters.media.libav import LibavMedia
from shoppable.errors import InvalidInput
from shoppable.model.arrays import Glance
from shoppable.model.time import Span
from tests.damaged import trial
from tests.films import Film, draw, read_counter
from tests.sampling import every

MEDIA = LibavMedia(2)
HOURS_6_MS = 6 * 3_600_000


def scanned(path: Path, start_ms: int = 0, end_ms: int = 60_000) -> list[Glance]:
    return list(MEDIA.scan(path, Span(start_ms=start_ms, end_ms=end_ms), sampling=every(400)))


def numbers(glances: list[Glance]) -> list[int]:
    return [read_counter(glance.plane) for glance in glances]


def refusal(path: Path) -> str:
    with pytest.raises(InvalidInput) as refused:
        MEDIA.probe(path)
    with pytest.raises(InvalidInput):
        scanned(path)
    line = str(refused.value)
    assert path.name in line
    assert "\n" not in line
    return line


def test_one_frame(tmp_path: Path) -> None:
    path = draw(tmp_path / "one.mp4", Film(frames=1))
    assert MEDIA.probe(path).duration_ms == 40
    assert numbers(scanned(path)) == [0]


@pytest.mark.parametrize(("width", "height"), [(1, 1), (2, 2)])
def test_hardly_a_pixel(tmp_path: Path, width: int, height: int) -> None:
    path = draw(tmp_path / "dot.mkv", Film(frames=3, width=width, height=height, codec="ffv1", b_frames=0))
    info = MEDIA.probe(path)
    assert (info.width, info.height) == (width, height)
    (first, *rest) = scanned(path)
    assert first.image is not None
    assert first.image.shape == (height, width, 3)
    assert len(rest) == 2


def test_sixteen_thousand_pixels_a_side(tmp_path: Path) -> None:
    path = draw(tmp_path / "vast.mkv", Film(frames=2, width=256, height=256, codec="ffv1", b_frames=0))
    data = path.read_bytes()
    small, vast = b"\xb0\x82\x01\x00\xba\x82\x01\x00", b"\xb0\x82\x40\x00\xba\x82\x40\x00"
    assert data.count(small) == 1
    path.write_bytes(data.replace(small, vast))
    assert "8192 px a side" in refusal(path)


def test_five_hundred_tracks(tmp_path: Path) -> None:
    path = tmp_path / "many.mkv"
    with av.open(str(path), "w") as out:
        for _ in range(500):
            track = out.add_stream("mjpeg", rate=25, width=16, height=16, pix_fmt="yuvj420p")
            track.time_base = Fraction(1, 25)
        first = out.streams.video[0]
        out.mux(first.encode(av.VideoFrame(16, 16, "yuvj420p")))
    refusal(path)


@pytest.mark.parametrize("fast_start", [True, False], ids=["in-its-middle", "before-it"])
def test_an_mp4_whose_table_is_cut_off(tmp_path: Path, fast_start: bool) -> None:
    path = draw(tmp_path / "cut.mp4", Film(frames=50, mux={"movflags": "faststart"} if fast_start else {}))
    data = path.read_bytes()
    place = data.index(b"moov")
    path.write_bytes(data[: place + 600 if fast_start else place - 4])
    assert "cannot be read as mp4" in refusal(path)


def test_times_that_jump_back_a_little_go_on_growing(tmp_path: Path) -> None:
    parts = [
        draw(tmp_path / f"{start}.ts", Film(frames=50, times_ms=[start + 40 * n for n in range(50)]))
        for start in (1_000, 2_600)
    ]
    path = tmp_path / "joined.ts"
    path.write_bytes(b"".join(part.read_bytes() for part in parts))
    glances = scanned(path)
    assert numbers(glances)[:50] == list(range(50))
    assert 90 <= len(glances) <= 100
    assert all(a.t_ms < b.t_ms for a, b in pairwise(glances))


def test_times_that_are_missing_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "untimed.avi"
    draw(path, Film(frames=50, codec="mpeg4", b_frames=0))
    assert [(glance.t_ms, read_counter(glance.plane)) for glance in scanned(path)] == [(40 * n, n) for n in range(50)]


def test_no_keyframe_after_the_first(tmp_path: Path) -> None:
    path = draw(tmp_path / "once.mp4", Film(frames=100, gop=1000, options={"x264-params": "scenecut=0"}))
    assert MEDIA.keyframes(path, [1_000, 2_000, 3_000]) == []
    assert numbers(scanned(path, 3_000, 3_400)) == list(range(75, 85))


@pytest.mark.parametrize("name", ["long.mp4", "long.mkv"])
def test_a_head_that_promises_six_hours_before_a_second(
    tmp_path: Path, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    path = draw(tmp_path / name, Film(frames=25))
    data = bytearray(path.read_bytes())
    if name.endswith("mkv"):
        place = data.index(b"\x44\x89\x88") + 3
        data[place : place + 8] = struct.pack(">d", HOURS_6_MS)
    else:
        for box, skip in ((b"mvhd", 16), (b"mdhd", 16)):
            place = data.index(box) + 4 + skip
            scale = int.from_bytes(data[place - 4 : place], "big")
            data[place : place + 4] = struct.pack(">I", min(HOURS_6_MS * scale // 1000, 2**32 - 1))
    path.write_bytes(data)
    with caplog.at_level(logging.WARNING):
        assert MEDIA.probe(path).duration_ms == pytest.approx(1_000, abs=50)
    # In an MP4 the table of frames gives the lie to the head before anyone is told of it.
    told = "long.mkv: its pictures end at 1.0 s, though 21600.0 s were announced" in caplog.text
    assert told == name.endswith("mkv")
    assert numbers(scanned(path)) == list(range(25))


@pytest.mark.parametrize("name", ["hurt.mkv", "hurt.mp4", "hurt.ts"])
def test_a_damaged_middle_is_gone_around_and_told_of(
    tmp_path: Path, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    path = draw(tmp_path / name, Film(frames=200, mux={"movflags": "faststart"} if name.endswith("mp4") else {}))
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 3000] = random.Random(1).randbytes(3000)
    path.write_bytes(data)
    with caplog.at_level(logging.WARNING):
        seen = numbers(scanned(path, 0, 7_000) + scanned(path, 7_000))
    assert f"{name} is damaged: " in caplog.text
    assert set(range(60)) <= set(seen)
    assert set(range(150, 200)) <= set(seen)


def test_damaged_films_of_all_kinds_end_in_frames_or_in_one_line(tmp_path: Path) -> None:
    findings = trial(tmp_path, 30)
    assert not findings.failures
    assert findings.read + findings.refused == 30
    assert findings.read > 8
    assert findings.refused > 3
