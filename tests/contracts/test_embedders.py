"""What every `Embedder` and `TextEmbedder` promises. A new adapter is a new name in PACKS or TEXT_PACKS."""

from collections.abc import Sequence

import numpy as np
import pytest

from shoppable.adapters.vision.augment import VIEWS, augmented
from shoppable.adapters.vision.embed import PackEmbedder
from shoppable.adapters.vision.eyes import Eyes
from shoppable.adapters.vision.texts import PackTextEmbedder
from shoppable.errors import InvalidInput
from shoppable.model.arrays import Crop, Floats, Image, Mask
from shoppable.model.seen import Kind
from shoppable.model.space import Channel
from shoppable.ports import Embedder, TextEmbedder
from tests.pictures import a_print, blank, darker, garment
from tests.tiny_nets import PACKS, open_eyes


@pytest.fixture(scope="module", params=PACKS)
def embedder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Embedder:
    made = open_eyes(request.param, tmp_path_factory.mktemp("embedder")).embedder
    assert isinstance(made, PackEmbedder)
    return made


def crops(*images: Image) -> list[Crop]:
    return [Crop(image, Kind.THING) for image in images]


def parts(looks: Floats, channels: Sequence[Channel]) -> dict[str, Floats]:
    """Each channel of looks, or of learned views, by its name."""
    ends = np.cumsum([channel.dimension for channel in channels])
    assert looks.shape[-1] == (ends[-1] if channels else 0)
    return dict(zip((channel.name for channel in channels), np.split(looks, ends[:-1], axis=-1), strict=False))


def green_on(ground: int | Image) -> Crop:
    """A green disc on some ground, cut out; so small that it is not squeezed and no pixel mixes both."""
    picture = blank(ground, 96, 96) if isinstance(ground, int) else ground.copy()
    mask = disc(96, 96)
    picture[mask] = (30, 160, 60)
    return Crop(picture, Kind.THING, mask)


def disc(width: int, height: int) -> Mask:
    rows, columns = np.linspace(-1, 1, height)[:, None], np.linspace(-1, 1, width)[None]
    return np.asarray(rows**2 + columns**2 < 0.6, np.bool_)


MANY = [a_print(1), a_print(2, 90, 60), blank(0), blank(255), blank(128, 9, 300), garment()[0]]


def test_a_row_for_each_crop(embedder: Embedder) -> None:
    vectors = embedder.embed(crops(*MANY))
    assert vectors.shape == (len(MANY), embedder.space.dimension)
    assert vectors.dtype == np.float32
    assert np.isfinite(vectors).all()


def test_no_crops_no_rows(embedder: Embedder) -> None:
    vectors = embedder.embed([])
    assert vectors.shape == (0, embedder.space.dimension)
    assert vectors.dtype == np.float32


def test_each_channel_has_unit_length(embedder: Embedder) -> None:
    vectors = embedder.embed(crops(*MANY))
    start = 0
    for channel in embedder.space.channels:
        part = vectors[:, start : start + channel.dimension]
        np.testing.assert_allclose(np.linalg.norm(part, axis=1), 1, atol=1e-5)
        start += channel.dimension
    assert start == vectors.shape[1]


def test_rows_stand_in_the_order_of_crops_whatever_stands_beside(embedder: Embedder) -> None:
    together = embedder.embed(crops(*MANY))
    alone = np.concatenate([embedder.embed(crops(image)) for image in reversed(MANY)])
    assert len(np.unique(together, axis=0)) == len(MANY)
    np.testing.assert_array_equal(together, alone[::-1])


def test_the_same_again_is_the_same(embedder: Embedder) -> None:
    np.testing.assert_array_equal(embedder.embed(crops(*MANY)), embedder.embed(crops(*MANY)))


def test_crops_are_left_as_they_were(embedder: Embedder) -> None:
    image = a_print(4)
    before = image.copy()
    image.setflags(write=False)
    embedder.embed(crops(image))
    np.testing.assert_array_equal(image, before)


def test_less_light_makes_it_no_other_thing(embedder: Embedder) -> None:
    """The nearest of six pictures to a darker copy of one of them is that one, whichever it is."""
    pictures = [a_print(seed) for seed in range(20, 26)]
    gallery = embedder.embed(crops(*pictures))
    queries = embedder.embed(crops(*(darker(each) for each in pictures)))
    assert (queries @ gallery.T).argmax(axis=1).tolist() == list(range(6))


def test_a_crop_must_be_a_picture(embedder: Embedder) -> None:
    with pytest.raises(InvalidInput, match=r"must be \(height, width, 3\) uint8, not \(0, 4, 3\) uint8"):
        embedder.embed(crops(np.zeros((0, 4, 3), np.uint8)))


def test_a_mask_of_everything_is_none(embedder: Embedder) -> None:
    """Of nets; other channels leave out the ground by themselves where there is no mask."""
    whole = [Crop(image, Kind.THING, np.ones(image.shape[:2], np.bool_)) for image in MANY]
    with_masks, without = embedder.embed(whole), embedder.embed(crops(*MANY))
    channels = embedder.space.channels
    for name, part in parts(with_masks, channels).items():
        np.testing.assert_allclose(np.linalg.norm(part, axis=1), 1, atol=1e-5)
        if name not in ("colour", "layout", "texture"):
            np.testing.assert_array_equal(part, parts(without, channels)[name])


def test_the_background_of_a_thing_that_is_cut_out_has_no_colour(embedder: Embedder) -> None:
    grounds = [green_on(0), green_on(255), green_on(90), green_on(a_print(5, 96, 96))]
    colour = parts(embedder.embed(grounds), embedder.space.channels)["colour"]
    for other in colour[1:]:
        np.testing.assert_array_equal(other, colour[0])
    uncut = embedder.embed([Crop(crop.image, Kind.THING) for crop in grounds])
    free = parts(uncut, embedder.space.channels)["colour"]
    assert not np.array_equal(free[0], free[3])


def test_things_that_are_cut_out_are_nearer_than_their_pictures(embedder: Embedder) -> None:
    """What is around a thing moves its look less when it is cut out; texture alone sees its edge."""
    one, other = green_on(a_print(5, 96, 96)), green_on(a_print(6, 96, 96))
    channels = embedder.space.channels
    cut_out = parts(embedder.embed([one, other]), channels)
    as_they_are = parts(embedder.embed(crops(one.image, other.image)), channels)
    for name in cut_out.keys() - {"texture"}:
        assert cut_out[name][0] @ cut_out[name][1] > as_they_are[name][0] @ as_they_are[name][1], name


SEEDS = [11, 12, 13]
CUT_OUT = [green_on(255), Crop(a_print(7), Kind.THING), Crop(garment()[0], Kind.UPPER, garment()[0].min(axis=2) < 200)]


def test_augmented_looks_come_with_their_views(embedder: Embedder) -> None:
    looks, views = embedder.embed_augmented(CUT_OUT, SEEDS)
    learned = embedder.space.learned
    assert looks.shape == (3, embedder.space.dimension)
    assert views.shape == (3, VIEWS, sum(channel.dimension for channel in learned))
    assert looks.dtype == views.dtype == np.float32
    for part in (*parts(looks, embedder.space.channels).values(), *parts(views, learned).values()):
        np.testing.assert_allclose(np.linalg.norm(part, axis=-1), 1, atol=1e-5)


def test_what_is_learned_of_a_look_is_the_mean_of_its_views(embedder: Embedder) -> None:
    looks, views = embedder.embed_augmented(CUT_OUT, SEEDS)
    plain = parts(embedder.embed(CUT_OUT), embedder.space.channels)
    seen = parts(views, embedder.space.learned)
    for name, part in parts(looks, embedder.space.channels).items():
        if name in seen:
            mean = seen[name].mean(axis=1)
            np.testing.assert_allclose(part, mean / np.linalg.norm(mean, axis=1, keepdims=True), atol=1e-5)
            assert not np.array_equal(part, plain[name])
        else:
            np.testing.assert_array_equal(part, plain[name])


def test_views_are_those_of_the_seed_in_order(embedder: Embedder) -> None:
    _, views = embedder.embed_augmented(CUT_OUT[:1], SEEDS[:1])
    mask = CUT_OUT[0].mask
    assert mask is not None
    alone = parts(embedder.embed(crops(*augmented(CUT_OUT[0].image, mask, SEEDS[0]))), embedder.space.channels)
    for name, part in parts(views, embedder.space.learned).items():
        np.testing.assert_allclose(part[0], alone[name], atol=1e-6)


def test_the_same_seeds_give_the_same_looks_and_each_picture_has_its_own(embedder: Embedder) -> None:
    looks, views = embedder.embed_augmented(CUT_OUT, SEEDS)
    for crop, seed, look, seen in zip(CUT_OUT, SEEDS, looks, views, strict=True):
        [alone], [alone_seen] = embedder.embed_augmented([crop], [seed])
        np.testing.assert_array_equal(look, alone)
        np.testing.assert_array_equal(seen, alone_seen)
    if embedder.space.learned:
        _, others = embedder.embed_augmented(CUT_OUT, SEEDS[::-1])
        assert not np.array_equal(others[0], views[0])


def test_nothing_augmented_is_nothing(embedder: Embedder) -> None:
    looks, views = embedder.embed_augmented([], [])
    assert looks.shape == (0, embedder.space.dimension)
    assert views.shape == (0, VIEWS, sum(channel.dimension for channel in embedder.space.learned))


TEXT_PACKS = ("words",)
TEXTS = ["red", "a green thing", "red and Blue", "Blue", "white " * 40, "red"]


@pytest.fixture(scope="module", params=TEXT_PACKS)
def eyes(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Eyes:
    return open_eyes(request.param, tmp_path_factory.mktemp("texts"))


@pytest.fixture
def texts(eyes: Eyes) -> TextEmbedder:
    assert isinstance(eyes.text, PackTextEmbedder)
    return eyes.text


def test_texts_share_a_channel_of_the_pictures(eyes: Eyes, texts: TextEmbedder) -> None:
    [channel] = [channel for channel in eyes.embedder.space.channels if channel.name == texts.channel]
    vectors = texts.embed_texts(TEXTS)
    assert vectors.shape == (len(TEXTS), channel.dimension)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert texts.logit_scale > 0


def test_no_texts_no_vectors(texts: TextEmbedder) -> None:
    [nothing] = texts.embed_texts([""])
    assert np.isfinite(nothing).all()
    assert texts.embed_texts([]).shape == (0, len(nothing))


def test_vectors_stand_in_the_order_of_texts(texts: TextEmbedder) -> None:
    together = texts.embed_texts(TEXTS)
    np.testing.assert_array_equal(together, np.concatenate([texts.embed_texts([text]) for text in TEXTS]))
    np.testing.assert_array_equal(together[0], together[-1])
    assert len(np.unique(together, axis=0)) == len(TEXTS) - 1


def test_a_picture_is_nearest_to_its_own_word(eyes: Eyes, texts: TextEmbedder) -> None:
    start = 0
    for channel in eyes.embedder.space.channels:
        if channel.name == texts.channel:
            break
        start += channel.dimension
    pictures = [blank(0), blank(0), blank(0)]
    for colour, picture in enumerate(pictures):
        picture[..., colour] = 230
    seen = eyes.embedder.embed(crops(*pictures))[:, start : start + channel.dimension]
    likeness = texts.embed_texts(["red", "green", "blue"]) @ seen.T
    assert likeness.argmax(axis=1).tolist() == [0, 1, 2]
