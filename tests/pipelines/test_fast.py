"""ANALYZE_VIDEO on the beginnings of stretches: a film of three shots with a keyframe at each cut."""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from PIL import Image as Pillow

from shoppable.adapters.blobs import FolderBlobs
from shoppable.adapters.fetching.http import HttpFetcher
from shoppable.adapters.media.libav import LibavMedia
from shoppable.adapters.records.database import open_database
from shoppable.adapters.records.sql import SqlRecords
from shoppable.adapters.shots.content import ContentShots
from shoppable.adapters.vectors.lance import LanceVectors
from shoppable.adapters.vision.packs import Packs
from shoppable.model.arrays import Image
from shoppable.model.geometry import Box
from shoppable.model.keys import appearances_prefix, shots_prefix, video_parts
from shoppable.model.match import Tier
from shoppable.model.seen import Appearance
from shoppable.model.video import Shot, Video
from shoppable.pipelines.catalog import INDEX_CATALOG, index_inputs
from shoppable.pipelines.video import ANALYZE_VIDEO, analyze_inputs
from shoppable.ports import Ports, Scope
from shoppable.steps.seeing import Seen
from tests.direct import run_directly
from tests.films import Film, draw
from tests.pictures import a_print, blank, laid_on
from tests.pipelines.house import CATALOG, Heard
from tests.shopfront import Shopfront

FILM = Film(frames=120, rate=Fraction(20), width=480, height=270, gop=40)
CUTS_MS = [0, 2000, 4000]
PRINTS = (3, 1, None)


def paint(index: int) -> Image:
    """Two shots of a print each, moving to the right, and one of an empty wall."""
    shot, step = index // 40, 0.002 * (index % 40)
    seed, box = PRINTS[shot], Box(x0=0.3 + step, y0=0.1, x1=0.62 + step, y1=0.9)
    ground = blank(60 + 60 * shot, FILM.width, FILM.height)
    return ground if seed is None else laid_on(ground, a_print(seed), box)


@pytest.fixture
def ports(tmp_path: Path) -> Iterator[Ports]:
    """A catalog of six prints, and the pack in the box."""
    database = open_database(tmp_path / "records.db")
    eyes = Packs(tmp_path / "packs", threads=1).open("classic")
    ports = Ports(
        scope=Scope("default", ""),
        blobs=FolderBlobs(tmp_path / "blobs"),
        records=SqlRecords(database),
        vectors=LanceVectors(tmp_path / "vectors"),
        media=LibavMedia(threads=1),
        shots=ContentShots(),
        localizer=eyes.localizer,
        segmenter=eyes.segmenter,
        embedder=eyes.embedder,
        verifier=eyes.verifier,
        fetcher=HttpFetcher(),
        progress=Heard(),
    )
    shop = Shopfront(tmp_path / "shop")
    for seed in range(6):
        picture = laid_on(blank(255, 400, 480), a_print(seed), Box(x0=0.2, y0=0.1, x1=0.8, y1=0.9))
        Pillow.fromarray(picture).save(shop.feed.parent / f"images/tea-{seed}-0.png")
        shop.put(f"tea-{seed}", google_product_category="Food > Tea", item_group_id=f"g-{seed}", title=f"Tea {seed}")
    run_directly(INDEX_CATALOG, ports, index_inputs(ports, CATALOG, shop.write()))
    yield ports
    database.dispose()


def analysed(ports: Ports, film: Path, *, fast: bool) -> tuple[list[Shot], list[Appearance], list[Seen]]:
    inputs = analyze_inputs(ports, film, CATALOG, fast=fast)
    values = dict(inputs)
    run_directly(ANALYZE_VIDEO, ports, inputs, values=values)
    run_id, parts = ANALYZE_VIDEO.run_id(inputs), video_parts("default", Video.model_validate(values["video"]).video_id)
    seen = values["seen"]
    assert isinstance(seen, list)
    return (
        [entry.value for entry in ports.records.query(parts, Shot, prefix=shots_prefix(run_id))],
        [entry.value for entry in ports.records.query(parts, Appearance, prefix=appearances_prefix(run_id))],
        [Seen.model_validate(each) for each in seen],
    )


def exact(appearances: list[Appearance]) -> dict[str, tuple[int, int]]:
    return {
        each.candidates[0].product_id: (each.start_ms, each.end_ms) for each in appearances if each.tier is Tier.EXACT
    }


def test_keyframes_and_what_follows_tell_what_all_frames_tell(ports: Ports, tmp_path: Path) -> None:
    film = draw(tmp_path / "film.mp4", FILM, paint)
    shots, appearances, [seen] = analysed(ports, film, fast=True)
    assert seen.frames <= 3 * (600 // 50 + 3)
    assert seen.samples == 6
    assert [shot.start_ms for shot in shots] == CUTS_MS
    assert exact(appearances) == {"tea-3": (0, 2000), "tea-1": (2000, 4000)}
    all_shots, all_appearances, [all_seen] = analysed(ports, film, fast=False)
    assert (all_shots, exact(all_appearances).keys()) == (shots, exact(appearances).keys())
    assert all_seen.frames == FILM.frames
    assert seen.samples <= all_seen.samples < FILM.frames // 5


def test_fast_is_another_run(ports: Ports, tmp_path: Path) -> None:
    film = draw(tmp_path / "film.mp4", FILM, paint)
    runs = [ANALYZE_VIDEO.run_id(analyze_inputs(ports, film, CATALOG, fast=fast)) for fast in (True, False, True)]
    assert runs[0] == runs[2] != runs[1]


def test_a_film_without_another_keyframe_is_seen_by_its_beginning(ports: Ports, tmp_path: Path) -> None:
    film = draw(tmp_path / "one.mp4", replace(FILM, gop=1000), lambda index: paint(index % 40))
    shots, appearances, [seen] = analysed(ports, film, fast=True)
    assert (seen.samples, len(shots)) == (2, 1)
    assert exact(appearances) == {"tea-3": (0, 6000)}
