"""What every adapter of `ports.Media` refuses, and what it leaves alone: hostile, absurd and mistaken files."""

import os
import random
import socket
import threading
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.stream import Disposition

from shoppable.errors import InvalidInput, NotFound
from shoppable.model.sampling import Sampling
from shoppable.model.time import Span
from shoppable.ports import Media
from tests.contracts.test_media import ADAPTERS
from tests.films import Film, draw


@pytest.fixture(params=ADAPTERS, ids=["libav"])
def media(request: pytest.FixtureRequest) -> Media:
    adapter: Callable[[int], Media] = request.param
    return adapter(2)


def refused(media: Media, path: Path) -> str:
    """The one line that both ways of looking refuse a file with."""
    with pytest.raises(InvalidInput) as probed:
        media.probe(path)
    with pytest.raises(InvalidInput):
        list(media.scan(path, Span(start_ms=0, end_ms=1000), sampling=Sampling()))
    line = str(probed.value)
    assert path.name in line
    assert "\n" not in line
    return line


class TestRefusals:
    def test_no_such_file(self, media: Media, tmp_path: Path) -> None:
        with pytest.raises(NotFound, match=r"no file gone\.mp4 in "):
            media.probe(tmp_path / "gone.mp4")

    def test_a_folder(self, media: Media, tmp_path: Path) -> None:
        (tmp_path / "clip.mp4").mkdir()
        assert "is a folder" in refused(media, tmp_path / "clip.mp4")

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="has no named pipes")
    def test_a_pipe_is_not_waited_for(self, media: Media, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "clip.mp4")
        assert "pipe" in refused(media, tmp_path / "clip.mp4")

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (b"", "is empty"),
            (b"Dear diary, today I filmed nothing.\n", "looks like text"),
            (b"\x89PNG\r\n\x1a\n" + bytes(200), "a PNG picture"),
            (b"\xff\xd8\xff\xe0" + bytes(200), "a JPEG picture"),
            (b"PK\x03\x04" + bytes(200), "a ZIP archive"),
            (b"RIFF\x10\x00\x00\x00WAVEfmt ", "WAVE sound"),
            (b"\x00\x00\x00\x18ftypheic" + bytes(200), "HEIF"),
            (b"\x00\x00\x00\x18ftypisom" + bytes(2000), "cannot be read as mp4"),
            (b"\x1a\x45\xdf\xa3\x9f\x42\x82\x88matroska" + bytes(2000), "matroska"),
            (random.Random(3).randbytes(4000), "something else"),
        ],
    )
    def test_what_is_no_video_is_named(self, media: Media, tmp_path: Path, content: bytes, words: str) -> None:
        path = tmp_path / "clip.mp4"
        path.write_bytes(content)
        assert words in refused(media, path)

    def test_sound_only(self, media: Media, tmp_path: Path) -> None:
        path = tmp_path / "song.mp4"
        with av.open(str(path), "w") as out:
            sound = out.add_stream("aac", rate=16_000)
            frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
            frame.sample_rate = 16_000
            out.mux([*sound.encode(frame), *sound.encode(None)])
        assert "sound only" in refused(media, path)

    def test_a_song_with_a_cover(self, media: Media, tmp_path: Path) -> None:
        path = tmp_path / "song.mp4"
        with av.open(str(path), "w") as out:
            sound, cover = out.add_stream("aac", rate=16_000), out.add_stream("mjpeg", width=64, height=64)
            cover.pix_fmt, cover.time_base = "yuvj420p", Fraction(1, 25)
            cover.disposition = Disposition.attached_pic
            frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
            frame.sample_rate = 16_000
            out.mux([*sound.encode(frame), *sound.encode(None)])
            out.mux([*cover.encode(av.VideoFrame(64, 64, "yuvj420p")), *cover.encode(None)])
        assert "sound only" in refused(media, path)

    def test_a_name_of_several_lines_makes_one_line(self, media: Media, tmp_path: Path) -> None:
        path = tmp_path / "a\nb\x1b[31m.mp4"
        path.write_bytes(b"text")
        with pytest.raises(InvalidInput, match=r"^a\?b\?\[31m\.mp4 is not a video"):
            media.probe(path)

    def test_a_codec_that_is_not_read(self, media: Media, tmp_path: Path) -> None:
        path = draw(tmp_path / "clip.mkv", Film(frames=3, codec="msmpeg4", b_frames=0))
        assert "msmpeg4, which is not read" in refused(media, path)

    @pytest.mark.parametrize(
        "film_",
        [
            Film(frames=1, width=8208, height=16, codec="mjpeg", b_frames=0),
            Film(frames=1, width=8192, height=4608, codec="mjpeg", b_frames=0),
            Film(frames=1, width=12_800, height=64, pixel_aspect=Fraction(50)),
        ],
        ids=["side", "area", "pixel-aspect"],
    )
    def test_absurd_sizes(self, media: Media, tmp_path: Path, film_: Film) -> None:
        path = draw(tmp_path / "clip.mkv", film_)
        assert "8192 px a side and 36 megapixels" in refused(media, path)

    def test_longer_than_anyone_films(self, media: Media, tmp_path: Path) -> None:
        path = draw(tmp_path / "clip.mkv", Film(frames=2, times_ms=[0, 13 * 3_600_000]))
        with pytest.raises(InvalidInput, match=r"clip\.mkv is longer than 12 hours"):
            media.probe(path)

    def test_a_clock_that_begins_days_late(self, media: Media, tmp_path: Path) -> None:
        path = draw(tmp_path / "clip.mkv", Film(frames=2, times_ms=[90 * 3_600_000, 90 * 3_600_000 + 40]))
        assert "begins 90 hours after" in refused(media, path)

    def test_too_many_tracks(self, media: Media, tmp_path: Path) -> None:
        path = tmp_path / "clip.mkv"
        with av.open(str(path), "w") as out:
            for _ in range(33):
                track = out.add_stream("mjpeg", rate=25, width=32, height=32, pix_fmt="yuvj420p")
                track.time_base = Fraction(1, 25)
            for track in out.streams.video:
                out.mux(track.encode(av.VideoFrame(32, 32, "yuvj420p")))
        assert "33 tracks" in refused(media, path)


class TestNothingElseIsOpened:
    """A file may name other files and addresses; none of them is touched."""

    @pytest.mark.parametrize("playlist", ["#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{}\n#EXT-X-ENDLIST\n"])
    @pytest.mark.enable_socket
    def test_a_playlist_reaches_no_address(self, media: Media, tmp_path: Path, playlist: str) -> None:
        path = tmp_path / "clip.mp4"
        with socket.create_server(("127.0.0.1", 0)) as canary:
            canary.setblocking(False)
            path.write_text(playlist.format(f"http://127.0.0.1:{canary.getsockname()[1]}/a.ts"))
            assert "a playlist" in refused(media, path)
            with pytest.raises(BlockingIOError):
                canary.accept()

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="has no named pipes")
    @pytest.mark.parametrize(
        "content",
        [
            "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nother.ts\n#EXT-X-ENDLIST\n",
            "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfile://{folder}/other.ts\n#EXT-X-ENDLIST\n",
            "ffconcat version 1.0\nfile other.ts\n",
            '<?xml version="1.0"?><MPD><BaseURL>other.ts</BaseURL></MPD>',
        ],
    )
    def test_a_list_opens_no_other_file(self, media: Media, tmp_path: Path, content: str) -> None:
        path = tmp_path / "clip.mp4"
        path.write_text(content.replace("{folder}", str(tmp_path)))
        with Canary(tmp_path / "other.ts") as canary:
            refused(media, path)
            assert not canary.opened

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="has no named pipes")
    def test_an_external_reference_in_an_mp4_is_not_followed(self, media: Media, tmp_path: Path) -> None:
        path = draw(tmp_path / "clip.mp4", Film(frames=5))
        path.write_bytes(with_alias(path.read_bytes(), tmp_path / "other.mov"))
        options = {"enable_drefs": "1", "use_absolute_path": "1"}
        with Canary(tmp_path / "other.mov") as canary:
            with av.open(str(path), options=options):
                pass
            assert canary.opened, "the trap itself does not work"
        with Canary(tmp_path / "other.mov") as canary:
            refused(media, path)
            assert not canary.opened

    def test_a_name_that_is_an_address_is_a_plain_file(self, media: Media, tmp_path: Path) -> None:
        path = draw(tmp_path / "clip.mp4", Film(frames=5)).rename(tmp_path / "concat:a.mp4|b.mp4")
        assert media.probe(path).duration_ms == 200


class Canary:
    """A named pipe that notices when somebody opens it for reading, and keeps nobody waiting."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._opened, self._done = threading.Event(), threading.Event()
        path.unlink(missing_ok=True)
        os.mkfifo(path)
        self._watch = threading.Thread(target=self._wait, daemon=True)

    @property
    def opened(self) -> bool:
        return self._opened.wait(0.05)

    def _wait(self) -> None:
        while not self._done.is_set():
            with self._path.open("wb"):
                if not self._done.is_set():
                    self._opened.set()

    def __enter__(self) -> "Canary":
        self._watch.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        while self._watch.is_alive():
            os.close(os.open(self._path, os.O_RDONLY | os.O_NONBLOCK))
            self._watch.join(0.01)


def with_alias(mp4: bytes, target: Path) -> bytes:
    """An MP4 whose only track says that its media lie in another file, as QuickTime aliases do."""
    name, place = target.name.encode(), str(target).encode()
    alias = bytes(10) + b"\x04disk".ljust(28, b"\0") + bytes(12) + bytes([len(name)]) + name.ljust(63, b"\0")
    alias += bytes(16) + (0).to_bytes(2, "big") * 2 + bytes(16)
    alias += (2).to_bytes(2, "big") + len(place).to_bytes(2, "big") + place + bytes(len(place) % 2)
    alias += b"\xff\xff\0\0"
    entry = (len(alias) + 12).to_bytes(4, "big") + b"alis" + bytes(4) + alias
    dref = b"dref" + bytes(4) + (1).to_bytes(4, "big") + entry
    return _replaced(mp4, [b"moov", b"trak", b"mdia", b"minf", b"dinf", b"dref"], dref)


def _replaced(data: bytes, names: list[bytes], new: bytes) -> bytes:
    """The boxes of `data` with the one at the path `names` replaced; `new` is its name and contents."""
    out, at = b"", 0
    while at < len(data):
        size, name = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        body = data[at + 4 : at + size]
        if name == names[0]:
            body = new if len(names) == 1 else name + _replaced(data[at + 8 : at + size], names[1:], new)
        out += (len(body) + 4).to_bytes(4, "big") + body
        at += size
    return out
