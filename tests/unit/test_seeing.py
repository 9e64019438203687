"""What one chunk of video showed: crops, and the same sightings however the film is cut into chunks."""

import io
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image as Pillow

from shoppable.adapters.blobs import FolderBlobs
from shoppable.adapters.media.libav import LibavMedia
from shoppable.adapters.shots.content import ContentShots
from shoppable.adapters.vision.packs import Packs
from shoppable.errors import Cancelled
from shoppable.logic.linking import ious
from shoppable.model.arrays import Image
from shoppable.model.geometry import WHOLE, Box
from shoppable.model.seen import Appearance, Kind
from shoppable.model.video import Chunk, Content, Shot, Video, VideoInfo
from shoppable.ports import Ports, Scope
from shoppable.steps.lines import read_lines
from shoppable.steps.seeing import (
    SURROUNDINGS,
    Seen,
    cut,
    frames_of,
    from_jpeg,
    jpeg,
    samples_of,
    see,
    sharpness,
    sightings_of,
    thumbnail,
)
from shoppable.steps.video import find_shots, link_sightings, plan_chunks
from tests.films import Film, draw
from tests.pictures import a_print, blank, laid_on
from tests.sampling import every

EVERY_MS = 400
SAMPLING = every(EVERY_MS)
FRAMES, RATE = 75, 25
DURATION_MS = FRAMES * 1000 // RATE
CUT_MS = 2000


@pytest.mark.parametrize(
    ("box", "rows", "columns"),
    [
        (WHOLE, (0, 50), (0, 100)),
        (Box(x0=0.1, y0=0.2, x1=0.4, y1=0.6), (10, 30), (10, 40)),
        (
            Box(x0=0.101, y0=0.201, x1=0.399, y1=0.599),
            (10, 30),
            (10, 40),
        ),  # outwards at the start, to the nearest after
        (Box(x0=0.5, y0=0.5, x1=0.5001, y1=0.5001), (25, 26), (50, 51)),
        (Box(x0=0.9999, y0=0.9999, x1=1, y1=1), (49, 50), (99, 100)),
    ],
)
def test_a_cut_is_the_part_in_the_box(box: Box, rows: tuple[int, int], columns: tuple[int, int]) -> None:
    image = np.arange(50 * 100 * 3, dtype=np.uint32).reshape(50, 100, 3).astype(np.uint8)
    found = cut(image, box)
    np.testing.assert_array_equal(found, image[slice(*rows), slice(*columns)])
    assert found.flags.c_contiguous


def test_sharpness_is_the_mean_step_of_green() -> None:
    image = np.zeros((10, 10, 3), np.uint8)
    assert sharpness(image) == 0
    image[..., 1] = np.arange(10, dtype=np.uint8) * 20  # 20 a pixel across, none down
    assert sharpness(image) == 20
    image[..., 1] = image[..., 1].T
    assert sharpness(image) == 20
    image[..., 1] = np.indices((10, 10)).sum(axis=0) % 2 * 255  # a chessboard, whose steps must not wrap
    assert sharpness(image) == 510
    image[..., 1] = 0
    image[..., 0] = image[..., 2] = np.indices((10, 10)).sum(axis=0) % 2 * 255
    assert sharpness(image) == 0


def likeness(a: NDArray[Any], b: NDArray[Any]) -> float:
    """Correlation of two pictures of one size: 1 for the same, about 0 for any two."""
    return float(np.corrcoef(a.ravel(), b.ravel())[0, 1])


@pytest.mark.parametrize(
    ("size", "kept"), [((300, 200), (300, 200)), ((900, 400), (450, 200)), ((9, 1350), (3, 450)), ((8, 8), (8, 8))]
)
def test_a_crop_is_kept_as_jpeg(size: tuple[int, int], kept: tuple[int, int]) -> None:
    crop = np.asarray(Pillow.fromarray(a_print(2, 4, 4)).resize(size), np.uint8)  # softly shaded
    data = jpeg(crop)
    assert Pillow.open(io.BytesIO(data)).format == "JPEG"
    back = from_jpeg(data)
    assert (back.shape[1], back.shape[0]) == kept
    assert back.dtype == np.uint8
    expected = Pillow.fromarray(crop).resize(kept, Pillow.Resampling.BOX)
    assert likeness(back, np.asarray(expected, np.uint8)) > 0.9
    assert jpeg(crop) == data


def test_only_jpeg_is_read_back() -> None:
    out = io.BytesIO()
    Pillow.fromarray(blank(9)).save(out, "PNG")
    with pytest.raises(OSError, match="cannot identify"):
        from_jpeg(out.getvalue())


@dataclass
class Heard:
    """Progress as it was told; stops the work after so many words."""

    words: list[tuple[int, int | None, dict[str, float]]] = field(default_factory=list)
    patience: int | None = None

    def at(self, done: int, total: int | None = None, **figures: float) -> None:
        self.words.append((done, total, figures))
        if self.patience is not None and len(self.words) > self.patience:
            raise Cancelled("the run was cancelled")

    def heed(self) -> None:
        """Nothing is counted."""


def paint(index: int) -> Image:
    """A print that moves to the right before one ground; after the cut another one that stays before another."""
    if index * 1000 // RATE < CUT_MS:
        x = 0.1 + 0.3 * index / FRAMES
        return laid_on(blank(150, 320, 180), a_print(1), Box(x0=x, y0=0.2, x1=x + 0.25, y1=0.9))
    return laid_on(blank(60, 320, 180), a_print(2), Box(x0=0.5, y0=0.1, x1=0.75, y1=0.7))


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> tuple[Ports, Video]:
    """A film in a store, and the classic eyes to see it with."""
    folder: Path = tmp_path_factory.mktemp("film")
    film = Film(frames=FRAMES, rate=Fraction(RATE), width=320, height=180, gop=10)
    blobs = FolderBlobs(folder / "blobs")
    blobs.put("film.mp4", draw(folder / "film.mp4", film, paint))
    eyes = Packs(folder / "packs", threads=1).open("classic")
    unused = cast(Any, None)
    ports = Ports(
        scope=Scope("acme", "run-1", "seen", 0),
        blobs=blobs,
        records=unused,
        vectors=unused,
        media=LibavMedia(threads=1),
        shots=ContentShots(),
        localizer=eyes.localizer,
        segmenter=eyes.segmenter,
        embedder=eyes.embedder,
        verifier=unused,
        progress=Heard(),
        fetcher=unused,
    )
    info = VideoInfo(
        container="mp4",
        video_codec="h264",
        audio_codec=None,
        duration_ms=DURATION_MS,
        width=320,
        height=180,
        frame_rate=RATE,
    )
    return ports, Video(video_id="v1", name="film", source_key="film.mp4", media_type="video/mp4", info=info)


def look(stage: tuple[Ports, Video], *edges_ms: int, run: str = "run-1") -> tuple[Ports, list[Seen]]:
    """Sees the film in chunks that end at these times."""
    ports, video = stage
    seen = []
    for index, (start, end) in enumerate(pairwise((0, *edges_ms))):
        there = replace(ports, scope=Scope("acme", run, "seen", index), progress=Heard())
        seen.append(see(there, video, Chunk(index=index, start_ms=start, end_ms=end), SAMPLING))
    return replace(ports, scope=Scope("acme", run, "after")), seen


@pytest.fixture(scope="module")
def whole(stage: tuple[Ports, Video]) -> tuple[Ports, list[Seen]]:
    return look(stage, DURATION_MS)


def test_the_whole_film_was_seen(whole: tuple[Ports, list[Seen]]) -> None:
    ports, [seen] = whole
    assert (seen.frames, seen.samples) == (FRAMES, 8)  # at 0, 400, ... 2800 ms
    sightings, crops = sightings_of(ports, [seen])
    assert seen.sightings == len(sightings) == len(crops) >= 8
    assert set(sightings.times_ms.tolist()) == set(range(0, DURATION_MS, EVERY_MS))
    assert set(sightings.kinds.tolist()) == {"thing"}
    assert sightings.thumbnails.shape == (len(sightings), 108)
    assert sightings.thumbnails.dtype == np.float32
    assert 0 <= sightings.thumbnails.min() < sightings.thumbnails.max() <= 1
    times, measures = frames_of(ports, [seen])
    assert times.tolist() == [round(index * 1000 / RATE) for index in range(FRAMES)]
    assert len(measures) == FRAMES


def test_crops_show_what_is_around_the_boxes_too_and_thumbnails_do_not(
    whole: tuple[Ports, list[Seen]],
) -> None:
    ports, seen = whole
    sightings, crops = sightings_of(ports, seen)
    for row, data in enumerate(crops):
        crop = from_jpeg(data)
        x0, y0, x1, y1 = sightings.boxes[row].tolist()
        frame, box = paint(int(sightings.times_ms[row]) * RATE // 1000), Box(x0=x0, y0=y0, x1=x1, y1=y1)
        expected = cut(frame, box.grown(SURROUNDINGS))
        again = np.asarray(Pillow.fromarray(expected).resize((crop.shape[1], crop.shape[0])), np.uint8)
        assert np.abs(np.subtract(crop.shape, expected.shape)).max() <= 1
        assert likeness(crop, again) > 0.8
        assert sightings.sharpness[row] == pytest.approx(sharpness(cut(frame, box)), rel=0.2)
        assert likeness(sightings.thumbnails[row], thumbnail(cut(frame, box))) > 0.97


def test_a_sighting_covers_the_print(whole: tuple[Ports, list[Seen]]) -> None:
    sightings, _ = sightings_of(*whole)
    late = sightings.times_ms >= CUT_MS
    there = np.asarray([[0.5, 0.1, 0.75, 0.7]], np.float32)
    assert ious(sightings.boxes[late], there).max() > 0.5


@pytest.mark.parametrize("edges", [(1000,), (399, 401, 2001), (1, 1960, 2999)])
def test_chunks_measure_what_the_whole_does_and_sample_anew(
    stage: tuple[Ports, Video], whole: tuple[Ports, list[Seen]], edges: tuple[int, ...]
) -> None:
    ports, seen = look(stage, *edges, DURATION_MS, run=f"run-{edges}")
    assert len({each.seen_key for each in seen}) == len(seen)
    for part, all_ in zip(frames_of(ports, seen), frames_of(*whole), strict=True):
        np.testing.assert_array_equal(part, all_)
    samples = samples_of(ports, seen).tolist()
    assert samples == sorted(set(samples))
    assert {-(-start // 40) * 40 for start in (0, *edges)} <= {*samples, DURATION_MS}
    spans = [{(each.start_ms, each.end_ms) for each in linked(stage, *each)} for each in ((ports, seen), whole)]
    assert {(0, CUT_MS), (CUT_MS, DURATION_MS)} <= spans[0] & spans[1]


def linked(stage: tuple[Ports, Video], ports: Ports, seen: list[Seen]) -> list[Appearance]:
    evidence = link_sightings(ports, stage[1], seen, find_shots(ports, stage[1], seen))
    return list(read_lines(ports, evidence.appearances_key, Appearance))


def test_seeing_again_writes_the_same_bytes(stage: tuple[Ports, Video], whole: tuple[Ports, list[Seen]]) -> None:
    ports, [seen] = whole
    before = ports.blobs.get(seen.seen_key)
    _, again = look(stage, DURATION_MS)
    assert again == [seen]
    assert ports.blobs.get(seen.seen_key) == before


def test_a_chunk_without_samples_or_frames_is_empty(stage: tuple[Ports, Video]) -> None:
    ports, seen = look(stage, 1, 3, DURATION_MS, run="gaps")  # 1 to 3 ms holds no frame
    assert [each.frames for each in seen] == [1, 0, FRAMES - 1]
    sightings, crops = sightings_of(ports, seen[1:2])
    assert (len(sightings), crops) == (0, [])
    assert sightings.thumbnails.shape == (0, 108)
    assert len(frames_of(ports, seen)[0]) == FRAMES


def test_progress_counts_video_time_and_can_stop(stage: tuple[Ports, Video]) -> None:
    ports, video = stage
    heard = Heard()
    chunk = Chunk(index=0, start_ms=1000, end_ms=2000)
    see(replace(ports, progress=heard, scope=Scope("acme", "said", "seen")), video, chunk, SAMPLING)
    done = [word[0] for word in heard.words]
    assert done == [*range(0, 1000, 40), 1000]
    assert {word[1] for word in heard.words} == {1000}
    assert heard.words[-1][2]["frames"] == 25
    with pytest.raises(Cancelled):
        see(replace(ports, progress=Heard(patience=3)), video, chunk, SAMPLING)


def test_sightings_become_appearances_of_shots(stage: tuple[Ports, Video], whole: tuple[Ports, list[Seen]]) -> None:
    ports, seen = whole
    _, video = stage
    shots = find_shots(ports, video, seen)
    still = Shot(index=1, start_ms=CUT_MS, end_ms=DURATION_MS, content=Content.STILL)
    assert shots == [Shot(index=0, start_ms=0, end_ms=CUT_MS), still]
    evidence = link_sightings(ports, video, seen, shots)
    appearances = list(read_lines(ports, evidence.appearances_key, Appearance))
    assert evidence.count == len(appearances) >= 2
    assert {each.kind for each in appearances} == {Kind.THING}
    for each in appearances:
        assert len(each.view_boxes) == len(each.crop_keys) == len(each.view_times_ms) > 0
        for key, box in zip(each.crop_keys, each.view_boxes, strict=True):
            assert ports.blobs.size(key) > 0
            assert 0.6 < max(box.width, box.height) <= 1
    told = [shot.model_copy(update={"content": Content.CREDITS if shot.index else Content.MOVING}) for shot in shots]
    evidence = link_sightings(ports, video, seen, told)
    assert 0 < evidence.count < len(appearances)
    assert {each.shot_index for each in read_lines(ports, evidence.appearances_key, Appearance)} == {0}


def test_a_thumbnail_is_the_mean_colour_of_six_by_six_cells() -> None:
    image = np.zeros((60, 120, 3), np.uint8)
    image[:10, :20] = (255, 0, 51)
    small = thumbnail(image).reshape(6, 6, 3)
    np.testing.assert_allclose(small[0, 0], (1, 0, 0.2), atol=1e-6)
    assert not small[1:].any()
    assert not small[:, 1:].any()
    assert thumbnail(blank(51, 8, 8)) == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("gop", "chunk_ms", "edges"),
    [
        (20, 5_000, [0, 4_000]),
        (20, 2_700, [0, 4_000]),
        (20, 2_000, [0, 1_600, 4_000]),
        (20, 1_300, [0, 800, 2_400, 4_000]),
        (20, 300, [0, 800, 1_600, 2_400, 3_200, 4_000]),
        (1_000, 500, [0, 4_000]),
        (90, 1_900, [0, 4_000]),
        (60, 1_000, [0, 2_400, 4_000]),
    ],
)
def test_chunks_begin_at_keyframes(
    tmp_path: Path, stage: tuple[Ports, Video], gop: int, chunk_ms: int, edges: list[int]
) -> None:
    ports, video = stage
    options = {"x264-params": "scenecut=0"}
    ports.blobs.put("tests/gop.mp4", draw(tmp_path / "gop.mp4", Film(frames=100, gop=gop, options=options)))
    info = video.info.model_copy(update={"duration_ms": 4_000})
    chunks = plan_chunks(
        ports, video.model_copy(update={"info": info, "source_key": "tests/gop.mp4"}), chunk_ms=chunk_ms
    )
    assert [chunk.index for chunk in chunks] == list(range(len(chunks)))
    assert [chunk.start_ms for chunk in chunks] + [chunks[-1].end_ms] == edges
    assert all(a.end_ms == b.start_ms for a, b in pairwise(chunks))
