"""What every `Embedder` promises. A new adapter is a new name in PACKS, or a new branch of the fixture."""

import numpy as np
import pytest

from shoppable.adapters.vision.embed import PackEmbedder
from shoppable.errors import InvalidInput
from shoppable.model.arrays import Crop, Image
from shoppable.model.seen import Kind
from shoppable.ports import Embedder
from tests.pictures import a_print, blank, darker, garment
from tests.tiny_nets import PACKS, open_eyes


@pytest.fixture(scope="module", params=PACKS)
def embedder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Embedder:
    made = open_eyes(request.param, tmp_path_factory.mktemp("embedder")).embedder
    assert isinstance(made, PackEmbedder)
    return made


def crops(*images: Image) -> list[Crop]:
    return [Crop(image, Kind.THING) for image in images]


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
