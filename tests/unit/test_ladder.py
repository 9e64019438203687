from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoppable.errors import InvalidInput
from shoppable.logic.ladder import (
    MAX_KBPS,
    MAX_SEGMENT_MS,
    SEGMENT_MS,
    evenly,
    nearest_starts,
    plan,
    rungs_for,
    starts_at_keyframes,
)
from shoppable.model.renditions import SoundTrack, Survey
from shoppable.model.video import VideoInfo

SIDE = st.integers(1, 8192)


def info(width: int = 1280, height: int = 720, duration_ms: int = 60_000) -> VideoInfo:
    return VideoInfo(
        container="mp4",
        video_codec="h264",
        audio_codec=None,
        duration_ms=duration_ms,
        width=width,
        height=height,
        frame_rate=25,
    )


def survey(**changed: object) -> Survey:
    fit = Survey(unfit=None, keyframes_ms=tuple(range(0, 60_000, 2_000)), kbps=2_000, sound=None)
    return fit.model_copy(update=changed)


@given(SIDE, SIDE)
def test_no_rung_is_larger_than_the_pictures_or_odd(width: int, height: int) -> None:
    rungs = rungs_for(width, height)
    assert rungs
    for rung in rungs:
        assert rung.width <= max(2, width)
        assert rung.height <= max(2, height)
        assert rung.width % 2 == rung.height % 2 == 0
        assert rung.max_kbps > 0
    assert all(a.width * a.height > b.width * b.height for a, b in pairwise(rungs))
    assert len({rung.name for rung in rungs}) == len(rungs)


@pytest.mark.parametrize(
    ("width", "height", "names"),
    [
        (3840, 2160, ["1080", "720", "480", "240"]),
        (1920, 1080, ["1080", "720", "480", "240"]),
        (1080, 1920, ["1080", "720", "480", "240"]),
        (1024, 576, ["576", "480", "240"]),
        (854, 490, ["480", "240"]),
        (192, 108, ["108"]),
    ],
)
def test_rungs_of_usual_sizes(width: int, height: int, names: list[str]) -> None:
    assert [rung.name for rung in rungs_for(width, height)] == names


def test_rungs_keep_the_shape_of_the_pictures() -> None:
    for rung in rungs_for(1920, 800):
        assert rung.width / rung.height == pytest.approx(1920 / 800, rel=0.01)


def test_more_pixels_get_more_bits() -> None:
    bits = [rung.max_kbps for rung in rungs_for(1024, 576)]
    assert bits == sorted(bits, reverse=True)
    assert [rung.max_kbps for rung in rungs_for(1920, 1080)] == [MAX_KBPS[side] for side in (1080, 720, 480, 240)]


def test_pictures_that_browsers_play_are_copied() -> None:
    ladder = plan(info(), survey(), chunk_ms=60_000)
    assert ladder.copied
    assert set(ladder.starts_ms) <= set(survey().keyframes_ms)
    assert [rung.name for rung in ladder.encoded] == ["480", "240"]


@pytest.mark.parametrize(
    ("pictures", "told"),
    [
        (info(), survey(unfit="its pictures are in hevc", keyframes_ms=())),
        (info(), survey(kbps=2 * MAX_KBPS[720] + 1)),
        (info(), survey(keyframes_ms=(0, 2_000, 13_000))),
        (info(), survey(keyframes_ms=(0,))),
        (info(3840, 2160), survey()),
        (info(1316, 740), survey()),
    ],
    ids=[
        "other codec",
        "too many bits",
        "a gap without keyframes",
        "no keyframe after the first",
        "4K",
        "no rung's size",
    ],
)
def test_other_pictures_are_encoded_in_even_segments(pictures: VideoInfo, told: Survey) -> None:
    ladder = plan(pictures, told, chunk_ms=60_000)
    assert ladder.encoded == ladder.rungs
    assert ladder.starts_ms == evenly(60_000)


def test_copying_can_be_forbidden() -> None:
    assert not plan(info(), survey(), chunk_ms=60_000, copying=False).copied


def test_sound_is_planned_as_it_was_surveyed() -> None:
    sound = SoundTrack(copied=False, channels=2)
    assert plan(info(), survey(sound=sound), chunk_ms=60_000).sound == sound


def test_a_chunk_holds_a_segment() -> None:
    with pytest.raises(InvalidInput, match="hold no segment"):
        plan(info(), survey(), chunk_ms=SEGMENT_MS - 1)


@given(st.lists(st.integers(40, MAX_SEGMENT_MS), max_size=60))
def test_segments_at_keyframes_are_neither_tiny_nor_huge(steps: list[int]) -> None:
    keyframes = [0]
    for step in steps:
        keyframes.append(keyframes[-1] + step)
    starts = starts_at_keyframes(keyframes)
    assert starts[0] == 0
    assert set(starts) <= set(keyframes)
    for before, after in pairwise(starts):
        longer = [each for each in keyframes if before < each <= before + 1.5 * SEGMENT_MS]
        assert after in (max(longer, default=0), min(each for each in keyframes if each > before))


@given(st.integers(1, 10**7))
def test_even_segments_cover_the_film(duration_ms: int) -> None:
    starts = evenly(duration_ms)
    assert starts[0] == 0
    lengths = [after - before for before, after in pairwise((*starts, duration_ms))]
    assert all(length == SEGMENT_MS for length in lengths[:-1])
    assert 0 < lengths[-1] < 1.25 * SEGMENT_MS


def test_chunks_begin_at_starts() -> None:
    assert nearest_starts(range(0, 240_000, 60_000), [0, 59_000, 61_500, 118_000, 230_000]) == [
        0,
        59_000,
        118_000,
        230_000,
    ]
