"""What sees meets what nobody films on purpose: crowds, blanks, noise, pictures upside down, long or hardly there.

Whatever it makes of them, it does not break, and what it gives has the promised form.
"""

import numpy as np
import pytest

from demo.assortment import SHOP_GARMENTS
from demo.figures import Figure, Pose, Worn
from demo.ink import moved, scaled
from demo.script import LOOKS
from demo.stage import paint
from shoppable.adapters.vision.eyes import Eyes
from shoppable.model.arrays import Crop, Image, LocalFeatures
from shoppable.model.geometry import Box
from shoppable.model.seen import Kind, Region
from shoppable.steps.seeing import cut
from tests.pictures import a_print, blank, laid_on
from tests.tiny_nets import PACKS, open_eyes

FIGURE_CM = 175
MOST_REGIONS = 120
"""In one frame, however much is in it: as many as a crowd of thirty has places for garments."""


def noise(width: int, height: int) -> Image:
    return np.random.default_rng([5, width, height]).integers(0, 256, (height, width, 3)).astype(np.uint8)


def people(rows: int, columns: int, *, tall_px: int) -> Image:
    """A frame of 1280 x 720 px with figures in rows before a wall."""
    wall = np.linspace(120, 170, 1280).astype(np.uint8)
    picture = np.ascontiguousarray(np.broadcast_to(wall[None, :, None], (720, 1280, 3)))
    per_unit = tall_px / FIGURE_CM
    top, bottom = (Worn(SHOP_GARMENTS[name], name) for name in ("tee-harbour-navy", "chino-sand"))
    layers = Figure(next(iter(LOOKS.values())), top, bottom, per_unit).layers(Pose())
    for row in range(rows):
        for column in range(columns):
            foot = moved((column + 0.5) * 1280 / columns, (row + 1) * 720 / rows - 5)
            paint(picture, layers, foot @ scaled(per_unit))
    return picture


ONE = people(1, 1, tall_px=680)
CROWD = people(3, 10, tall_px=225)
SHELF = laid_on(blank(150, 640, 360), a_print(1), Box(x0=0.3, y0=0.25, x1=0.5, y1=0.75))
FRAMES: dict[str, Image] = {
    "one person": ONE,
    "nobody": SHELF,
    "a crowd of thirty": CROWD,
    "upside down": np.ascontiguousarray(ONE[::-1, ::-1]),
    "on its side": np.ascontiguousarray(np.rot90(ONE)),
    "black": blank(0, 640, 360),
    "grey": blank(128, 640, 360),
    "white": blank(255, 640, 360),
    "noise": noise(640, 360),
    "wide": np.ascontiguousarray(CROWD[200:240]),
    "tall": np.ascontiguousarray(ONE[:, 620:660]),
    "a line across": noise(1280, 1),
    "a line down": noise(1, 720),
    "a dot": noise(1, 1),
    "8 px": noise(8, 8),
}
CROPS = FRAMES | {
    "8 px of a person": np.ascontiguousarray(ONE[300:308, 636:644]),
    "8 px, one colour": blank(77, 8, 8),
    "1 px high": np.ascontiguousarray(ONE[300:301]),
    "1 px wide": np.ascontiguousarray(ONE[:, 640:641]),
    "2 px high, black": blank(0, 500, 2),
}


@pytest.fixture(scope="module", params=PACKS)
def eyes(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Eyes:
    return open_eyes(request.param, tmp_path_factory.mktemp("odd"))


def assert_sound(regions: list[Region]) -> None:
    """`Region` itself refuses what lies outside of [0, 1], and what is no number."""
    assert all(np.isfinite([*region.box.model_dump().values(), region.confidence]).all() for region in regions)
    assert all(region.box.area > 0 for region in regions)
    assert len(regions) <= MOST_REGIONS


@pytest.mark.parametrize("frame", FRAMES)
def test_regions_of_any_frame_are_sound(eyes: Eyes, frame: str) -> None:
    [found] = eyes.localizer.in_frames([FRAMES[frame]])
    assert_sound(found)


def test_odd_frames_among_others_change_nothing(eyes: Eyes) -> None:
    together = eyes.localizer.in_frames(list(FRAMES.values()))
    assert len(together) == len(FRAMES)
    [alone] = eyes.localizer.in_frames([FRAMES["nobody"]])
    assert together[list(FRAMES).index("nobody")] == alone


@pytest.mark.parametrize("frame", ["black", "grey", "white"])
def test_there_is_nobody_in_one_colour(eyes: Eyes, frame: str) -> None:
    [found] = eyes.localizer.in_frames([FRAMES[frame]])
    assert not [region for region in found if region.kind is not Kind.THING]


def test_a_crowd_is_no_reason_to_see_nothing(eyes: Eyes) -> None:
    [found] = eyes.localizer.in_frames([CROWD])
    assert found


@pytest.mark.parametrize("kind", Kind)
def test_every_picture_has_one_box_of_its_kind(eyes: Eyes, kind: Kind) -> None:
    pictures = list(CROPS.values())
    found = eyes.localizer.in_pictures(pictures, [kind] * len(pictures))
    assert [region.kind for region in found] == [kind] * len(pictures)
    assert_sound(found)


@pytest.mark.parametrize("picture", CROPS)
def test_why_no_product_has_an_answer_to_anything(eyes: Eyes, picture: str) -> None:
    why = eyes.localizer.why_no_product(CROPS[picture])
    plain = len(np.unique(CROPS[picture].reshape(-1, 3), axis=0)) == 1
    assert why == ("one colour" if plain else None)


@pytest.mark.parametrize("kind", Kind)
def test_vectors_of_any_crop_are_finite_and_of_unit_length(eyes: Eyes, kind: Kind) -> None:
    vectors = eyes.embedder.embed([Crop(image, kind) for image in CROPS.values()])
    assert vectors.shape == (len(CROPS), eyes.embedder.space.dimension)
    assert np.isfinite(vectors).all()
    ends = np.cumsum([channel.dimension for channel in eyes.embedder.space.channels])
    for name, row in zip(CROPS, vectors, strict=True):
        lengths = [float(np.linalg.norm(part)) for part in np.split(row, ends[:-1])]
        assert lengths == pytest.approx([1] * len(ends), abs=1e-3), name


def test_what_was_found_in_a_crowd_can_be_embedded(eyes: Eyes) -> None:
    [found] = eyes.localizer.in_frames([CROWD])
    vectors = eyes.embedder.embed([Crop(cut(CROWD, region.box), region.kind) for region in found])
    assert len(vectors) == len(found)
    assert np.isfinite(vectors).all()


@pytest.mark.parametrize("picture", CROPS)
def test_features_of_any_picture_are_sound(eyes: Eyes, picture: str) -> None:
    [features] = eyes.verifier.describe([CROPS[picture]])
    assert min(features.shape) >= 1
    assert len(features.points) == len(features.descriptors)
    assert np.isfinite(features.points).all()
    assert np.isfinite(features.descriptors).all()
    assert ((features.points >= 0) & (features.points <= 1)).all()


def test_any_two_pictures_can_be_compared(eyes: Eyes) -> None:
    described = dict(zip(CROPS, eyes.verifier.describe(list(CROPS.values())), strict=True))
    for catalog in described.values():
        for seen in (described["one person"], described["noise"], described["8 px"], described["a crowd of thirty"]):
            assert_agreement(eyes, seen, catalog)


def assert_agreement(eyes: Eyes, seen: LocalFeatures, catalog: LocalFeatures) -> None:
    [agreed] = eyes.verifier.agree([(seen, catalog)])
    assert 0 <= agreed.inliers <= min(len(seen.points), len(catalog.points))
    assert agreed.box.shape == (4,)
    assert np.isfinite(agreed.box).all()


def test_noise_and_blanks_agree_with_nobody(eyes: Eyes) -> None:
    names = ("noise", "black", "white", "8 px", "a line across")
    person, *others = eyes.verifier.describe([ONE, *(CROPS[name] for name in names)])
    agreed = eyes.verifier.agree([(other, person) for other in others])
    assert [name for name, each in zip(names, agreed, strict=True) if each.inliers >= 8] == []
