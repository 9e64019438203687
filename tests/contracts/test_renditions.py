"""What every adapter of `ports.Media` promises of renditions: whole, aligned, and copied where that is possible."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from shoppable.adapters.media.h264 import PPS, SPS, kind_of, units_of
from shoppable.adapters.media.libav import LibavMedia
from shoppable.exports.fragments import INIT, track_of
from shoppable.model.renditions import SoundTrack
from shoppable.model.time import Span
from shoppable.ports import Media
from tests.films import Film, draw, read_counter
from tests.inside import MediaHere
from tests.sampling import every
from tests.streams import Made, coded, gaps, heard, keyframe_times, make, pictures

SLOW = Fraction(10)
VFR_MS = [index * 90 + (index % 3) * 13 + (900 if index > 40 else 0) for index in range(110)]
# Twelve seconds, two rungs (480 and 240), keyframes about every three seconds: what browsers take as it is.
PLAIN = Film(frames=120, rate=SLOW, width=640, height=480, gop=30, audio=True)
FILMS = {
    "plain.mp4": PLAIN,
    "plain.mkv": PLAIN,
    "plain.ts": PLAIN,
    "turned.mp4": Film(frames=60, rate=SLOW, width=270, height=480, gop=30, rotation=90),
    "mirrored.mp4": Film(frames=60, rate=SLOW, width=480, height=270, gop=30, rotation=180, mirrored=True),
    "odd.mkv": Film(frames=60, rate=SLOW, width=353, height=287, codec="ffv1"),
    "wide-pixels.mp4": Film(frames=60, rate=SLOW, width=480, height=270, pixel_aspect=Fraction(4, 3)),
    "vfr.mp4": Film(frames=110, times_ms=VFR_MS, rate=SLOW, gop=30),
    "vfr.mkv": Film(frames=110, times_ms=VFR_MS, rate=SLOW, codec="ffv1"),
    "ntsc.mp4": Film(frames=300, rate=Fraction(30000, 1001), gop=60),
    "hevc.mp4": Film(frames=60, rate=SLOW, codec="libx265", options={"x265-params": "log-level=none:pools=1"}),
    "late.mp4": Film(times_ms=[index * 100 + 700 for index in range(60)], rate=SLOW, gop=30, audio=True),
    "rare-keyframes.mp4": Film(frames=130, rate=SLOW, gop=1000),
    "open-gop.mp4": Film(frames=120, rate=SLOW, gop=30, options={"x264-params": "open-gop=1"}),
    "one.mp4": Film(frames=1),
}
UNFIT = {
    "turned.mp4": "turned",
    "odd.mkv": "ffv1",
    "wide-pixels.mp4": "square",
    "vfr.mkv": "ffv1",
    "hevc.mp4": "hevc",
    "open-gop.mp4": "pictures",
}


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    folder = tmp_path_factory.mktemp("films")

    def drawn(name: str) -> Path:
        path = folder / name
        return path if path.exists() else draw(path, FILMS[name])

    return drawn


@pytest.fixture
def media() -> Media:
    """All that is asked here is done in one process: what holds a decoding process is tested on its own."""
    return MediaHere(2)


def numbers(made: Made, folder: str) -> list[int]:
    return [read_counter(picture) for _, picture in pictures(made.stream(folder))]


def test_a_confined_process_makes_the_same(film: Callable[[str], Path], media: Media) -> None:
    there, here = make(LibavMedia(1), film("plain.mp4")), make(media, film("plain.mp4"))
    assert set(there.files) == set(here.files)
    for rung in there.ladder.rungs:  # x264 may take other bytes for the same pictures
        assert [(s.index, s.start, s.end) for s in there.of(rung.name)] == [
            (s.index, s.start, s.end) for s in here.of(rung.name)
        ]
        one, other = pictures(there.stream(rung.name)), pictures(here.stream(rung.name))
        assert [(at, read_counter(each)) for at, each in one] == [(at, read_counter(each)) for at, each in other]


@pytest.mark.parametrize("name", sorted(FILMS))
def test_every_frame_comes_back_once_at_its_time_however_it_was_made(
    name: str, film: Callable[[str], Path], media: Media
) -> None:
    wanted = FILMS[name]
    made = make(media, film(name))
    times = [glance.t_ms for glance in media.scan(film(name), Span(start_ms=0, end_ms=60_000), sampling=every(400))]
    times[0] = 0  # what begins late is shown from the start
    for rung in made.ladder.rungs:
        segments = made.of(rung.name)
        assert gaps(segments) == [0] * (len(segments) - 1)
        assert segments[0].start == 0
        assert len(made.inits[f"{rung.name}/{INIT}"]) == 1, "parts made apart have one head"
        shown = pictures(made.stream(rung.name))
        assert [read_counter(picture) for _, picture in shown] == list(range(wanted.frames))
        assert max(abs(time - at) for time, (at, _) in zip(times, shown, strict=True)) < 0.6
        assert shown[0][1].shape[:2] == (rung.height, rung.width)
        assert max(rung.width % 2, rung.height % 2) == 0


@pytest.mark.parametrize("name", ["plain.mp4", "plain.ts", "vfr.mp4", "ntsc.mp4", "hevc.mp4", "rare-keyframes.mp4"])
@pytest.mark.parametrize("copying", [True, False])
def test_segments_of_all_renditions_begin_with_keyframes_at_the_same_times(
    name: str, copying: bool, film: Callable[[str], Path], media: Media
) -> None:
    made = make(media, film(name), copying=copying)
    starts = [[Fraction(each.start, 90_000) for each in made.of(rung.name)] for rung in made.ladder.rungs]
    assert all(each == starts[0] for each in starts)
    assert len(starts[0]) == len(made.ladder.starts_ms) > 1
    for rung in made.ladder.rungs:
        keyframes = keyframe_times(made.stream(rung.name))
        assert set(starts[0]) <= set(keyframes)
        if rung in made.ladder.encoded:
            assert keyframes == starts[0]


@pytest.mark.parametrize("name", ["plain.mp4", "plain.mkv", "plain.ts", "vfr.mp4", "late.mp4"])
def test_what_browsers_play_is_copied_byte_for_byte(name: str, film: Callable[[str], Path], media: Media) -> None:
    made = make(media, film(name))
    assert made.ladder.copied
    copied, source = coded(made.stream(made.ladder.rungs[0].name)), coded(film(name))
    if name.endswith(".ts"):  # start codes become lengths, and parameter sets go to the head
        bare = [units_of(data, prefixed=False) for _, _, data in source]
        wanted = [[unit for unit in units if kind_of(unit) not in (SPS, PPS)] for units in bare]
        assert [units_of(data, prefixed=True) for _, _, data in copied] == wanted
        return
    assert [data for _, _, data in copied] == [data for _, _, data in source]


@pytest.mark.parametrize("name", sorted(UNFIT))
def test_what_browsers_may_not_play_is_encoded_and_the_survey_says_why(
    name: str, film: Callable[[str], Path], media: Media
) -> None:
    told = media.survey(film(name))
    assert told.unfit is not None
    assert UNFIT[name] in told.unfit
    assert told.keyframes_ms == ()


def test_keyframes_too_rare_to_seek_by_are_not_copied(film: Callable[[str], Path], media: Media) -> None:
    told = media.survey(film("rare-keyframes.mp4"))
    assert (told.unfit, told.keyframes_ms) == (None, (0,))
    assert not make(media, film("rare-keyframes.mp4")).ladder.copied


def test_a_turned_film_is_made_upright(film: Callable[[str], Path], media: Media) -> None:
    made = make(media, film("turned.mp4"))
    (rung, *_) = made.ladder.rungs
    assert (rung.width, rung.height) == (270, 480)
    assert numbers(made, rung.name) == list(range(60))
    with av.open(str(film("turned.mp4"))) as file:
        assert (file.streams.video[0].width, file.streams.video[0].height) == (480, 270), "it is stored on its side"


def test_copied_sound_has_the_same_packets(film: Callable[[str], Path], media: Media) -> None:
    made = make(media, film("plain.mp4"))
    assert made.ladder.sound == SoundTrack(copied=True, channels=2)
    track = track_of(made.files[f"sound/{INIT}"])
    assert (track.codec, track.clock_hz, track.channels) == ("mp4a.40.2", 16_000, 2)
    with av.open(str(film("plain.mp4"))) as file:
        sound = file.streams.audio[0]
        source = [bytes(packet) for packet in file.demux(sound) if packet.size and (packet.pts or 0) >= 0]
    start, _, samples = heard(made.stream("sound"))
    assert start == 0
    assert len(samples) == 1024 * len(source)
    assert all(data in made.stream("sound") for data in source)
    assert gaps(made.of("sound")) == [0] * (len(made.of("sound")) - 1)


def test_sound_of_another_kind_is_encoded_in_step_with_the_pictures(tmp_path: Path, media: Media) -> None:
    """A beep from 2.0 to 2.5 s, in a track that begins at 1.5 s."""
    path = tmp_path / "beep.mkv"
    with av.open(str(path), "w") as out:
        track = out.add_stream("libx264", rate=10, options={"preset": "ultrafast"})
        track.width, track.height, track.pix_fmt = 64, 64, "yuv420p"
        sound = out.add_stream("pcm_s16le", rate=44_100, layout="stereo")
        for index in range(60):
            frame = av.VideoFrame.from_ndarray(np.full((64, 64, 3), index, np.uint8), format="rgb24")
            frame.pts, frame.time_base = index, Fraction(1, 10)
            out.mux(track.encode(frame))
        out.mux(track.encode(None))
        time_s = np.arange(round(2.5 * 44_100)) / 44_100 + 1.5
        loud = (time_s >= 2.0) & (time_s < 2.5)
        wave = (20_000 * np.sin(2 * np.pi * 440 * time_s) * loud).astype(np.int16)
        block = av.AudioFrame.from_ndarray(np.repeat(wave, 2)[None], format="s16", layout="stereo")
        block.sample_rate, block.pts, block.time_base = 44_100, round(1.5 * 44_100), Fraction(1, 44_100)
        out.mux(sound.encode(block))
        out.mux(sound.encode(None))
    made = make(media, path)
    assert made.ladder.sound == SoundTrack(copied=False, channels=2)
    start, rate, samples = heard(made.stream("sound"))
    loud_at = np.flatnonzero(np.abs(samples) > 0.2) / rate + start / 1000
    assert loud_at[0] == pytest.approx(2.0, abs=0.03)
    assert loud_at[-1] == pytest.approx(2.5, abs=0.03)
    assert made.of("sound")[0].start == 0


def test_a_film_without_sound_has_no_sound_rendition(film: Callable[[str], Path], media: Media) -> None:
    made = make(media, film("one.mp4"))
    assert made.ladder.sound is None
    assert not made.of("sound")


def test_a_damaged_film_is_made_of_what_can_be_decoded(
    film: Callable[[str], Path], tmp_path: Path, media: Media
) -> None:
    data = bytearray(film("hevc.mp4").read_bytes())
    middle = len(data) // 2
    data[middle : middle + 400] = bytes(400)
    path = tmp_path / "damaged.mp4"
    path.write_bytes(data)
    made = make(media, path)
    shown = pictures(made.stream(made.ladder.rungs[0].name))
    assert 10 < len(shown) <= 60
    assert gaps(made.of(made.ladder.rungs[0].name)) == [0] * (len(made.ladder.starts_ms) - 1)
