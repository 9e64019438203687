"""ANALYZE_VIDEO on small real films of what a shop did not foresee: nothing breaks, nothing wrong is said as sure."""

from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from shoppable.adapters.blobs import FolderBlobs
from shoppable.adapters.fetching.http import HttpFetcher
from shoppable.adapters.media.libav import LibavMedia
from shoppable.adapters.records.database import open_database
from shoppable.adapters.records.sql import SqlRecords
from shoppable.adapters.shots.content import ContentShots
from shoppable.adapters.vectors.copied import CopiedVectors
from shoppable.adapters.vision.packs import Packs
from shoppable.model.arrays import Image
from shoppable.model.geometry import Box
from shoppable.model.keys import appearances_prefix, video_parts
from shoppable.model.match import Tier
from shoppable.model.seen import Appearance
from shoppable.pipelines.catalog import INDEX_CATALOG, index_inputs
from shoppable.pipelines.video import ANALYZE_VIDEO, analyze_inputs
from shoppable.ports import Ports, Scope
from tests.direct import run_directly
from tests.films import Film, draw
from tests.pictures import a_print, blank, laid_on
from tests.pipelines.house import CATALOG, Heard
from tests.shopfront import Shopfront

SMALL = Film(frames=40, rate=Fraction(20), width=480, height=270)
PLACE = Box(x0=0.3, y0=0.1, x1=0.62, y1=0.9)


@pytest.fixture
def ports(tmp_path: Path) -> Iterator[Ports]:
    """Everything real, seen with the pack in the box."""
    database = open_database(tmp_path / "records.db")
    eyes = Packs(tmp_path / "packs", threads=1).open("classic")
    yield Ports(
        scope=Scope("default", ""),
        blobs=FolderBlobs(tmp_path / "blobs"),
        records=SqlRecords(database),
        vectors=CopiedVectors(tmp_path / "vectors"),
        media=LibavMedia(threads=1),
        shots=ContentShots(),
        localizer=eyes.localizer,
        segmenter=eyes.segmenter,
        embedder=eyes.embedder,
        verifier=eyes.verifier,
        progress=Heard(),
        fetcher=HttpFetcher(),
    )
    database.dispose()


def take_in(ports: Ports, folder: Path, pictures: dict[str, Image], groups: dict[str, str] | None = None) -> None:
    """Makes a catalog of one picture a product."""
    shop = Shopfront(folder / "shop")
    for product_id, picture in pictures.items():
        Pillow.fromarray(picture).save(shop.feed.parent / f"images/{product_id}-0.png")
        group = (groups or {}).get(product_id, f"group-{product_id}")
        shop.put(product_id, google_product_category="Food > Tea", item_group_id=group, title=f"Tea {product_id}")
    run_directly(INDEX_CATALOG, ports, index_inputs(ports, CATALOG, shop.write()))


def seen(ports: Ports, folder: Path, paint: Callable[[int], Image]) -> list[Appearance]:
    """What a film is found to show."""
    film = draw(folder / "film.mp4", SMALL, paint)
    inputs = analyze_inputs(ports, film, CATALOG)
    values = dict(inputs)
    run_directly(ANALYZE_VIDEO, ports, inputs, values=values)
    video = values["video"]
    assert isinstance(video, dict)
    parts = video_parts("default", str(video["video_id"]))
    return [
        e.value for e in ports.records.query(parts, Appearance, prefix=appearances_prefix(ANALYZE_VIDEO.run_id(inputs)))
    ]


def exact(appearances: list[Appearance]) -> set[str]:
    return {each.candidates[0].product_id for each in appearances if each.tier is Tier.EXACT}


def on_white(thing: Image) -> Image:
    return laid_on(blank(255, 400, 480), thing, Box(x0=0.2, y0=0.1, x1=0.8, y1=0.9))


def showing(thing: Image) -> Callable[[int], Image]:
    """The thing, moving a little to the right."""

    def paint(index: int) -> Image:
        step = 0.002 * index
        box = Box(x0=PLACE.x0 + step, y0=PLACE.y0, x1=PLACE.x1 + step, y1=PLACE.y1)
        return laid_on(blank(110, SMALL.width, SMALL.height), thing, box)

    return paint


def test_a_print_is_found_right_side_up(ports: Ports, tmp_path: Path) -> None:
    take_in(ports, tmp_path, {f"tea-{seed}": on_white(a_print(seed)) for seed in range(6)})
    assert exact(seen(ports, tmp_path, showing(a_print(3)))) == {"tea-3"}


def test_a_film_upside_down_shows_the_right_print_or_none(ports: Ports, tmp_path: Path) -> None:
    take_in(ports, tmp_path, {f"tea-{seed}": on_white(a_print(seed)) for seed in range(6)})
    upright = showing(a_print(3))
    appearances = seen(ports, tmp_path, lambda index: np.ascontiguousarray(upright(index)[::-1, ::-1]))
    assert appearances
    assert exact(appearances) <= {"tea-3"}


def test_a_catalog_of_one_product_is_found_in_its_own_film(ports: Ports, tmp_path: Path) -> None:
    take_in(ports, tmp_path, {"only": on_white(a_print(1))})
    assert exact(seen(ports, tmp_path, showing(a_print(1)))) == {"only"}


@pytest.mark.parametrize("seed", [2, 3, 4])
def test_a_catalog_of_one_product_is_not_found_in_a_film_of_another(ports: Ports, tmp_path: Path, seed: int) -> None:
    take_in(ports, tmp_path, {"only": on_white(a_print(1))})
    appearances = seen(ports, tmp_path, showing(a_print(seed)))
    assert any(each.candidates for each in appearances)
    assert not exact(appearances)


def nearly(picture: Image, number: int) -> Image:
    """The picture with a dot of a few pixels that tells it from the others."""
    other = picture.copy()
    other[4:8, 10 * number : 10 * number + 4] = 0
    return other


@pytest.mark.parametrize("grouped", [True, False], ids=["one group", "groups of their own"])
@pytest.mark.parametrize("same", [True, False], ids=["the same pictures", "nearly the same pictures"])
def test_variants_that_look_the_same_are_never_told_apart(
    ports: Ports, tmp_path: Path, same: bool, grouped: bool
) -> None:
    label = a_print(3)
    variants = {f"tea-{number}": on_white(label if same else nearly(label, number)) for number in range(4)}
    others = {f"other-{seed}": on_white(a_print(10 + seed)) for seed in range(3)}
    groups = dict.fromkeys(variants, "teas") if grouped else None
    take_in(ports, tmp_path, variants | others, groups)
    appearances = seen(ports, tmp_path, showing(label))
    assert any(each.candidates and each.candidates[0].product_id in variants for each in appearances)
    assert not exact(appearances)


@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_film_of_one_colour_shows_nothing(ports: Ports, tmp_path: Path, level: int) -> None:
    take_in(ports, tmp_path, {f"tea-{seed}": on_white(a_print(seed)) for seed in range(3)})
    appearances = seen(ports, tmp_path, lambda _: blank(level, SMALL.width, SMALL.height))
    assert {each.tier for each in appearances} <= {Tier.NONE}


def test_a_film_of_noise_shows_nothing(ports: Ports, tmp_path: Path) -> None:
    take_in(ports, tmp_path, {f"tea-{seed}": on_white(a_print(seed)) for seed in range(3)})

    def snow(index: int) -> Image:
        return np.random.default_rng(index).integers(0, 256, (SMALL.height, SMALL.width, 3), np.uint8)

    assert {each.tier for each in seen(ports, tmp_path, snow)} <= {Tier.NONE}
