"""What a file is, by its first bytes."""

from pathlib import Path

import pytest

from shoppable.adapters.media.containers import AVI, HEAD_BYTES, MATROSKA, MOV, MP4, MPEGTS, WEBM, Container, sniff
from tests.films import Film, draw


@pytest.mark.parametrize(
    ("name", "codec", "container"),
    [
        ("a.mp4", "libx264", MP4),
        ("a.mov", "libx264", MOV),
        ("a.3gp", "mpeg4", MP4),
        ("a.mkv", "libx264", MATROSKA),
        ("a.webm", "libvpx-vp9", WEBM),
        ("a.ts", "libx264", MPEGTS),
        ("a.avi", "mpeg4", AVI),
    ],
)
def test_real_files_are_recognised(tmp_path: Path, name: str, codec: str, container: Container) -> None:
    path = draw(tmp_path / name, Film(frames=3, codec=codec, width=176, height=144))
    assert sniff(path.read_bytes()[:HEAD_BYTES]) is container


def test_transport_streams_with_time_stamps_are_recognised() -> None:
    assert sniff(b"".join(bytes(4) + b"\x47" + bytes(187) for _ in range(5))) is MPEGTS


def test_one_sync_byte_makes_no_transport_stream() -> None:
    assert sniff(b"Greetings".replace(b"r", b"\x47") + bytes(600)) is None
    assert sniff(b"\x47" + bytes(600)) is None


def test_a_quicktime_file_without_a_type_is_recognised() -> None:
    assert sniff(b"\x00\x00\x10\x00moov" + bytes(100)) is MOV


@pytest.mark.parametrize("brand", [b"heic", b"avif", b"mif1"])
def test_pictures_in_an_mp4_box_are_no_videos(brand: bytes) -> None:
    assert sniff(b"\x00\x00\x00\x18ftyp" + brand + bytes(100)) is None


def test_nothing_is_recognised_in_nothing() -> None:
    assert sniff(b"") is None
