"""What every adapter of `ports.Media` promises."""

import contextlib
import logging
import os
import random
import sys
from collections.abc import Callable, Generator
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from shoppable.adapters.media.libav import LibavMedia
from shoppable.errors import InvalidInput
from shoppable.logic.sampling import Sampler
from shoppable.model.arrays import Glance
from shoppable.model.sampling import Sampling
from shoppable.model.time import Span
from shoppable.ports import Media
from tests.films import Film, draw, read_counter
from tests.inside import MediaHere
from tests.sampling import EVERY_FRAME, every

USUAL = Sampling()

VFR_MS = [index * 40 + (index % 3) * 13 + (900 if index > 20 else 0) for index in range(60)]
OPEN_GOP = {"x264-params": "open-gop=1"}
FILMS = {
    "cfr.mp4": Film(audio=True),
    "cinema.mkv": Film(rate=Fraction(24000, 1001), frames=60),
    "ntsc.mov": Film(rate=Fraction(30000, 1001), frames=60),
    "fast.mp4": Film(rate=Fraction(60000, 1001), frames=90),
    "vfr.mp4": Film(frames=60, times_ms=VFR_MS),
    "open-gop.mp4": Film(frames=75, options=OPEN_GOP),
    "open-gop.mkv": Film(frames=75, options=OPEN_GOP),
    "open-gop.ts": Film(frames=75, options=OPEN_GOP, audio=True),
    "refreshed.mp4": Film(frames=75, b_frames=0, options={"x264-params": "intra-refresh=1"}),
    "fragmented.mp4": Film(frames=75, mux={"movflags": "frag_keyframe+empty_moov"}),
    "cut-in.mp4": Film(times_ms=[index * 40 - 200 for index in range(50)], mux={"avoid_negative_ts": "disabled"}),
    "late.mp4": Film(times_ms=[index * 40 + 700 for index in range(50)], audio=True),
    "hevc.mp4": Film(codec="libx265", frames=50, options={"x265-params": "open-gop=1:log-level=none:pools=1"}),
    "vp9.webm": Film(codec="libvpx-vp9", options={"cpu-used": "8", "deadline": "realtime"}),
    "mpeg2.ts": Film(codec="mpeg2video", audio=True),
    "reordered.avi": Film(),
}


ADAPTERS: list[Callable[[int], Media]] = [LibavMedia]


@pytest.fixture(params=ADAPTERS, ids=["libav"])
def media(request: pytest.FixtureRequest) -> Media:
    adapter: Callable[[int], Media] = request.param
    return adapter(2)


@pytest.fixture
def here() -> Media:
    """The same without a process for each look, for tests that look very often."""
    return MediaHere(2)


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    folder = tmp_path_factory.mktemp("films")

    def drawn(name: str) -> Path:
        path = folder / name
        return path if path.exists() else draw(path, FILMS[name])

    return drawn


def whole(media: Media, path: Path, sampling: Sampling = USUAL) -> list[Glance]:
    return list(media.scan(path, Span(start_ms=0, end_ms=media.probe(path).duration_ms), sampling=sampling))


def told(glances: list[Glance]) -> list[tuple[int, int]]:
    """Time and number burnt in."""
    return [(glance.t_ms, read_counter(glance.plane)) for glance in glances]


def keyframes_in(path: Path) -> list[int]:
    """Numbers burnt into the keyframes, by a decoder that skips all others."""
    with av.open(str(path)) as file:
        track = file.streams.video[0]
        frames = [
            (frame.key_frame, read_counter(np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)))
            for frame in file.decode(track)
        ]
    return [number for key, number in frames if key]


def children() -> list[str]:
    """Process ids of all that this process has started and not made an end of."""
    return [number for task in Path("/proc/self/task").iterdir() for number in (task / "children").read_text().split()]


def holds(process: str, path: Path) -> bool:
    return any(os.path.realpath(link) == str(path.resolve()) for link in Path(f"/proc/{process}/fd").iterdir())


class TestProbe:
    @pytest.mark.parametrize(
        ("name", "container", "video", "audio", "duration_ms", "rate"),
        [
            ("cfr.mp4", "mp4", "h264", "aac", 2000, 25),
            ("cinema.mkv", "matroska", "h264", None, 2502, 23.976),
            ("ntsc.mov", "mov", "h264", None, 2002, 29.97),
            ("open-gop.ts", "mpegts", "h264", "aac", 3000, 25),
            ("late.mp4", "mp4", "h264", "aac", 2700, 25),
            ("cut-in.mp4", "mp4", "h264", None, 1800, 25),
            ("hevc.mp4", "mp4", "hevc", None, 2000, 25),
            ("vp9.webm", "webm", "vp9", None, 2000, 25),
            ("reordered.avi", "avi", "h264", None, 2000, 25),
        ],
    )
    def test_says_what_the_file_holds(
        self,
        media: Media,
        film: Callable[[str], Path],
        name: str,
        container: str,
        video: str,
        audio: str | None,
        duration_ms: int,
        rate: float,
    ) -> None:
        info = media.probe(film(name))
        assert (info.container, info.video_codec, info.audio_codec) == (container, video, audio)
        assert (info.width, info.height, info.rotation) == (192, 108, 0)
        assert info.duration_ms == pytest.approx(duration_ms, abs=70 if name.endswith(".ts") else 2)
        assert info.frame_rate == pytest.approx(rate, abs=0.01)

    def test_goes_by_the_bytes_and_not_by_the_name(self, media: Media, tmp_path: Path) -> None:
        path = draw(tmp_path / "clip.mkv", Film(frames=5)).rename(tmp_path / "clip.mp4")
        assert media.probe(path).container == "matroska"

    def test_metadata_in_a_broken_encoding_does_no_harm(self, media: Media, tmp_path: Path) -> None:
        path = draw(tmp_path / "clip.mp4", Film(frames=5, tags={"title": "MARKMARK"}))
        path.write_bytes(path.read_bytes().replace(b"MARKMARK", b"\xff\xfe\xc3\x28\xff\xff\xff\xff"))
        assert media.probe(path).duration_ms == 200


class TestUpright:
    @pytest.mark.parametrize("mirrored", [False, True])
    @pytest.mark.parametrize("rotation", [0, 90, 180, 270])
    def test_rotation_and_mirrors_are_applied(
        self, media: Media, tmp_path: Path, rotation: int, mirrored: bool
    ) -> None:
        path = draw(tmp_path / "clip.mp4", Film(frames=6, rotation=rotation, mirrored=mirrored))
        info = media.probe(path)
        glances = whole(media, path, EVERY_FRAME)
        assert (info.width, info.height, info.rotation) == (192, 108, rotation)
        assert [read_counter(glance.plane) for glance in glances] == list(range(6))
        assert [glance.image is not None and read_counter(glance.image) for glance in glances] == list(range(6))

    @pytest.mark.parametrize(("aspect", "stored_width"), [(Fraction(4, 3), 144), (Fraction(2), 96)])
    def test_pixels_are_made_square(self, media: Media, tmp_path: Path, aspect: Fraction, stored_width: int) -> None:
        path = draw(tmp_path / "clip.mp4", Film(frames=3, pixel_aspect=aspect))
        with av.open(str(path)) as stored:
            assert stored.streams.video[0].width == stored_width
        info = media.probe(path)
        image = whole(media, path)[0].image
        assert (info.width, info.height) == (192, 108)
        assert image is not None
        assert image.shape == (108, 192, 3)

    def test_of_narrow_pixels_the_height_grows(self, media: Media, tmp_path: Path) -> None:
        path = draw(tmp_path / "clip.mp4", Film(frames=3, pixel_aspect=Fraction(3, 4)))
        info = media.probe(path)
        image = whole(media, path)[0].image
        assert (info.width, info.height) == (256, 144)
        assert image is not None
        assert image.shape == (144, 256, 3)

    @pytest.mark.parametrize(
        "film_",
        [Film(frames=3, b_frames=0), Film(frames=3, b_frames=0, bt709=True), Film(frames=3, b_frames=0, codec="mjpeg")],
        ids=["bt601-unsaid", "bt709", "full-range"],
    )
    def test_colours_are_those_that_were_drawn(self, media: Media, tmp_path: Path, film_: Film) -> None:
        colours = [(200, 40, 40), (40, 180, 60), (50, 60, 190)]
        flat = [np.full((108, 192, 3), colour, np.uint8) for colour in colours]
        path = draw(tmp_path / "clip.mkv", film_, flat.__getitem__)
        for glance, colour in zip(whole(media, path, EVERY_FRAME), colours, strict=True):
            assert glance.image is not None
            assert np.abs(glance.image.mean((0, 1)) - colour).max() < 6
            assert np.abs(glance.plane.mean((0, 1)) - colour).max() < 6

    def test_the_plane_is_the_whole_frame_squeezed(self, media: Media, film: Callable[[str], Path]) -> None:
        glance = whole(media, film("cfr.mp4"))[0]
        assert glance.image is not None
        assert glance.plane.shape == (36, 64, 3)
        assert glance.plane.dtype == np.uint8
        expected = cv2.resize(glance.image, (64, 36), interpolation=cv2.INTER_AREA).astype(int)
        assert np.abs(expected - glance.plane).mean() < 3


class TestScan:
    @pytest.mark.parametrize("name", FILMS)
    def test_every_frame_comes_once_in_order_with_its_time(
        self, media: Media, film: Callable[[str], Path], name: str
    ) -> None:
        drawn = FILMS[name]
        glances = whole(media, film(name))
        numbers = [read_counter(glance.plane) for glance in glances]
        first = 5 if name == "cut-in.mp4" else 0
        assert numbers == list(range(first, drawn.frames))
        start = glances[0].t_ms
        for glance, number in zip(glances, numbers, strict=True):
            due = (drawn.ticks(number) - drawn.ticks(first)) / 90
            assert glance.t_ms - start == pytest.approx(due, abs=1.01)

    @pytest.mark.parametrize("chunk_ms", [97, 400, 1000])
    @pytest.mark.parametrize("name", FILMS)
    def test_abutting_spans_give_what_one_scan_gives(
        self, here: Media, film: Callable[[str], Path], name: str, chunk_ms: int
    ) -> None:
        path, media = film(name), here
        duration_ms = media.probe(path).duration_ms
        parts = []
        for start_ms in range(0, duration_ms, chunk_ms):
            span = Span(start_ms=start_ms, end_ms=min(start_ms + chunk_ms, duration_ms))
            part = list(media.scan(path, span, sampling=USUAL))
            assert all(span.holds(glance.t_ms) for glance in part)
            parts += part
        assert told(parts) == told(whole(media, path))

    @pytest.mark.parametrize("name", FILMS)
    def test_spans_cut_at_keyframes_give_what_one_scan_gives(
        self, here: Media, film: Callable[[str], Path], name: str
    ) -> None:
        path = film(name)
        duration_ms = here.probe(path).duration_ms
        edges = [0, *here.keyframes(path, range(200, duration_ms, 200)), duration_ms]
        assert edges == sorted(set(edges))
        assert (len(edges) > 3) == (name != "reordered.avi")
        parts = [
            glance
            for start_ms, end_ms in pairwise(edges)
            for glance in here.scan(path, Span(start_ms=start_ms, end_ms=end_ms), sampling=USUAL)
        ]
        assert told(parts) == told(whole(here, path))

    @pytest.mark.parametrize("sampling", [USUAL, EVERY_FRAME, every(400)])
    @pytest.mark.parametrize("name", ["cfr.mp4", "vfr.mp4", "ntsc.mov", "late.mp4"])
    def test_the_samples_are_those_a_sampler_wants(
        self, media: Media, film: Callable[[str], Path], name: str, sampling: Sampling
    ) -> None:
        glances, sampler = whole(media, film(name), sampling), Sampler(sampling)
        wanted = [glance.t_ms for glance in glances if sampler.wants(glance.t_ms, glance.plane)]
        assert [glance.t_ms for glance in glances if glance.image is not None] == wanted != []

    def test_each_span_is_sampled_anew(self, media: Media, film: Callable[[str], Path]) -> None:
        glances = list(media.scan(film("cfr.mp4"), Span(start_ms=1001, end_ms=1500), sampling=every(9_000)))
        assert [glance.t_ms for glance in glances if glance.image is not None] == [1040]

    @pytest.mark.parametrize("after_ms", [0, 250])
    @pytest.mark.parametrize("name", [name for name in FILMS if name != "reordered.avi"])
    def test_keyframes_and_what_follows_come_at_their_own_times(
        self, media: Media, film: Callable[[str], Path], name: str, after_ms: int
    ) -> None:
        path, few = film(name), EVERY_FRAME.model_copy(update={"after_keyframes_ms": after_ms})
        found, everything, keys = told(whole(media, path, few)), told(whole(media, path)), keyframes_in(path)
        assert set(found) <= set(everything)
        numbers = {number for _, number in found}
        assert set(keys) <= numbers
        assert (numbers == set(keys)) == (after_ms == 0)
        keys_ms = [t_ms for t_ms, number in everything if number in keys]
        since_key = [t_ms - max((key for key in keys_ms if key <= t_ms), default=t_ms) for t_ms, _ in found]
        assert max(since_key) <= after_ms + 130  # frames are decoded before they are shown
        duration_ms = media.probe(path).duration_ms
        spans = (Span(start_ms=start, end_ms=min(start + 700, duration_ms)) for start in range(0, duration_ms, 700))
        parts = [each for span in spans for each in told(list(media.scan(path, span, sampling=few)))]
        assert set(parts) <= set(everything)
        assert [each for each in parts if each[1] in keys] == [each for each in found if each[1] in keys]

    def test_where_frames_are_counted_all_are_read(self, media: Media, film: Callable[[str], Path]) -> None:
        path, few = film("reordered.avi"), EVERY_FRAME.model_copy(update={"after_keyframes_ms": 0})
        assert told(whole(media, path, few)) == told(whole(media, path))

    @pytest.mark.parametrize(("name", "first_ms"), [("cfr.mp4", 0), ("cut-in.mp4", 0), ("late.mp4", 700)])
    def test_time_is_what_a_player_shows(
        self, media: Media, film: Callable[[str], Path], name: str, first_ms: int
    ) -> None:
        assert whole(media, film(name))[0].t_ms == first_ms

    def test_a_span_past_the_end_is_empty(self, media: Media, film: Callable[[str], Path]) -> None:
        assert list(media.scan(film("cfr.mp4"), Span(start_ms=9_000, end_ms=12_000), sampling=USUAL)) == []

    @pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc to see open files")
    def test_closing_early_lets_go_of_the_file(self, media: Media, film: Callable[[str], Path]) -> None:
        path = film("cfr.mp4")

        def held() -> bool:
            return any(holds(process, path) for process in ["self", *children()])

        glances = media.scan(path, Span(start_ms=500, end_ms=2000), sampling=USUAL)
        next(glances)
        assert held()
        assert isinstance(glances, Generator)
        glances.close()
        assert not held()


class TestDamage:
    @pytest.mark.parametrize("name", ["cut.mp4", "cut.mkv", "cut.ts"])
    def test_of_a_file_cut_short_all_that_is_there_is_given(
        self, media: Media, tmp_path: Path, name: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        path = draw(tmp_path / name, Film(frames=100, mux={"movflags": "faststart"} if name.endswith("mp4") else {}))
        sound = told(whole(media, path))
        path.write_bytes(path.read_bytes()[: path.stat().st_size * 6 // 10])
        with caplog.at_level(logging.WARNING):
            cut = told(whole(media, path))
        assert 40 < len(cut) < 80
        # The cut may have lost one of the last frames in decoding order, which is not that of showing.
        assert cut[:-4] == sound[: len(cut) - 4]
        assert set(cut) <= set(sound)
        # A transport stream announces no length.
        assert ("cut." in caplog.text and "were announced" in caplog.text) == (not name.endswith("ts"))
        assert list(media.scan(path, Span(start_ms=3_900, end_ms=4_000), sampling=USUAL)) == []

    def test_frames_that_cannot_be_decoded_are_left_out(self, media: Media, tmp_path: Path) -> None:
        path = draw(tmp_path / "hurt.mkv", Film(frames=100))
        data = bytearray(path.read_bytes())
        middle = len(data) // 2
        data[middle : middle + 200] = random.Random(1).randbytes(200)
        path.write_bytes(data)
        times = [glance.t_ms for glance in whole(media, path)]
        assert len(times) > 60
        assert all(before < after for before, after in pairwise(times))

    def test_a_clock_that_falls_back_ends_the_scan(
        self, media: Media, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        path = draw(tmp_path / "joined.ts", Film(frames=75))
        path.write_bytes(path.read_bytes() * 2)
        glances = list(media.scan(path, Span(start_ms=0, end_ms=10_000), sampling=USUAL))
        assert [read_counter(glance.plane) for glance in glances] == list(range(75))
        assert "its clock falls back" in caplog.text

    def test_mutated_files_are_read_or_refused(self, here: Media, tmp_path: Path) -> None:
        seeds = [draw(tmp_path / name, Film(frames=12)).read_bytes() for name in ("a.mp4", "a.mkv", "a.ts", "a.avi")]
        chance = random.Random(2)
        read = 0
        for round_number in range(60):
            data = bytearray(seeds[round_number % len(seeds)])
            for _ in range(chance.choice((1, 4, 30))):
                data[chance.randrange(len(data))] = chance.randrange(256)
            path = tmp_path / f"mutant-{round_number}"
            path.write_bytes(data)
            with contextlib.suppress(InvalidInput):
                read += bool(whole(here, path))
        assert read > 10
