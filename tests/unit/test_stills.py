"""The poster is a good picture, and each moment finds its small picture in a sheet."""

import io
import re
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image as Pillow

from shoppable.exports.thumbnails import thumbnails_vtt
from shoppable.logic.poster import poster_score
from shoppable.model.keys import still_blob
from tests.films import Film, counter, draw
from tests.offered import offered
from tests.shop import Shop, open_shop

Picture = NDArray[np.uint8]
NOISE = np.random.default_rng(7).integers(0, 256, (15, 20, 3), np.uint8).repeat(16, axis=0).repeat(16, axis=1)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with open_shop(tmp_path / "shop") as opened:
        yield opened


def grey(level: int) -> Picture:
    return np.full((90, 160, 3), level, np.uint8)


def lit(level: int, contrast: int) -> Picture:
    stripes = np.where(np.arange(160)[None, :, None] // 8 % 2, level + contrast, level - contrast)
    return np.broadcast_to(stripes, (90, 160, 3)).astype(np.uint8)


def test_black_white_and_flat_pictures_are_no_posters() -> None:
    assert [poster_score(grey(level), 20.0) for level in (0, 5, 128, 255)] == [0, 0, 0, 0]


def test_sharp_well_lit_and_lively_pictures_are_better() -> None:
    good = poster_score(lit(125, 70), 12.0)
    assert good > poster_score(lit(125, 70), 2.0) > 0
    assert good > poster_score(lit(50, 40), 12.0) > 0
    assert good > poster_score(lit(125, 20), 12.0) > 0


def test_the_poster_is_none_of_the_black_or_flat_frames(shop: Shop, tmp_path: Path) -> None:
    film = Film(frames=80, rate=Fraction(10), width=320, height=240, gop=20)

    def paint(index: int) -> Picture:
        return NOISE if 40 <= index < 60 else np.full((240, 320, 3), 0 if index < 20 else 120, np.uint8)

    made = offered(shop, draw(tmp_path / "film.mp4", film, paint))
    assert made.stills.poster is not None
    assert made.stills.poster_ms in (4000, 4800)
    poster = _opened(shop, made.video.video_id, made.stills.poster)
    assert poster.shape == (240, 320, 3)
    assert poster.std() > 30


def test_each_moment_finds_its_small_picture(shop: Shop, tmp_path: Path) -> None:
    """Frame n of the film is as bright as n says, so that a tile tells when it was on screen."""
    film = Film(frames=130, rate=Fraction(10), width=320, height=240, gop=20)

    def paint(index: int) -> Picture:
        return np.full((240, 320, 3), 20 + index * 3 // 2, np.uint8)

    made = offered(shop, draw(tmp_path / "film.mp4", film, paint))
    assert made.stills.thumbnails is not None
    text = shop.blobs.get(still_blob(shop.tenant, made.video.video_id, made.stills.thumbnails)).decode()
    cues = re.findall(r"(\S+) --> (\S+)\n(\S+)#xywh=(\d+),(\d+),(\d+),(\d+)", text)
    assert [start for start, *_ in cues] == [f"00:00:{second:02}.000" for second in range(0, 13, 2)]
    assert cues[-1][1] == "00:00:13.000"
    for number, (_, _, sheet, *place) in enumerate(cues):
        x, y, width, height = map(int, place)
        assert (width, height) == (160, 120)
        tile = _opened(shop, made.video.video_id, sheet)[y : y + height, x : x + width]
        assert tile.shape == (height, width, 3)
        assert tile.mean() == pytest.approx(20 + 20 * number * 3 // 2, abs=4)


def test_tiles_fill_sheets_row_by_row() -> None:
    text = thumbnails_vtt([0, 2000, 4000, 6000, 8000], 9000, ["a.jpg", "b.jpg"], columns=2, rows=2, size=(160, 90))
    assert re.findall(r"(\w)\.jpg#xywh=(\d+),(\d+)", text) == [
        ("a", "0", "0"),
        ("a", "160", "0"),
        ("a", "0", "90"),
        ("a", "160", "90"),
        ("b", "0", "0"),
    ]


def test_a_portrait_film_has_portrait_tiles(shop: Shop, tmp_path: Path) -> None:
    film = Film(frames=20, rate=Fraction(10), width=108, height=192)
    made = offered(shop, draw(tmp_path / "film.mp4", film, lambda index: counter(index, 108, 192)))
    assert made.stills.thumbnails is not None
    text = shop.blobs.get(still_blob(shop.tenant, made.video.video_id, made.stills.thumbnails)).decode()
    assert "#xywh=0,0,90,160" in text


def _opened(shop: Shop, video_id: str, name: str) -> Picture:
    data = shop.blobs.get(still_blob(shop.tenant, video_id, name))
    return np.asarray(Pillow.open(io.BytesIO(data)).convert("RGB"), np.uint8)
