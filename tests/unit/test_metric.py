"""What a catalog learns from its own pictures: what varies within a product is turned down, what tells goods stays."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shoppable.errors import InvalidInput
from shoppable.logic.metric import MAX_SAMPLE, Metric, discriminant, learn, outgrown, sample
from shoppable.model.arrays import Floats, packed, unpacked
from shoppable.model.space import Channel, Space

WIDE, GOODS, LIGHT = 12, 4, 4
"""Directions of a look: the first four tell goods apart, the fifth is another in every view, the rest is some noise."""

NET = Channel(name="net", dimension=WIDE, learned=True, kept=4)
COLOUR = Channel(name="colour", dimension=3)
ONE = Space(pack="small", version=1, channels=(NET,))
TWO = Space(pack="small", version=1, channels=(COLOUR, NET))


def seen(products: int, views: int, *, light: float = 2) -> Floats:
    """(products, views, WIDE) looks: each product has its place among goods, and each view its light."""
    chance = np.random.default_rng(3)
    found = chance.normal(0, 0.05, (products, views, WIDE))
    found[..., :GOODS] += chance.normal(0, 1, (products, 1, GOODS))
    found[..., LIGHT] += light * chance.normal(0, 1, (products, views))
    return found.astype(np.float32)


def unit(rows: Floats) -> Floats:
    return np.asarray(rows / np.linalg.norm(rows, axis=-1, keepdims=True), np.float32)


def ids(count: int) -> list[str]:
    return [f"{number:03}" for number in range(count)]


def left(projection: Floats) -> tuple[float, float]:
    """How much is left of a direction of goods, the least one, and of light."""
    gains = np.linalg.norm(projection, axis=1)
    return float(gains[:GOODS].min()), float(gains[LIGHT])


def colours(count: int, seed: int = 5) -> Floats:
    return unit(np.random.default_rng(seed).random((count, COLOUR.dimension)).astype(np.float32))


def learnt(count: int = 12, space: Space = TWO) -> tuple[Metric, Floats]:
    """A metric, and the looks it was learnt from."""
    views = unit(seen(count, 5))
    looks = np.concatenate([colours(count), views[:, 0]], axis=1) if len(space.channels) == 2 else views[:, 0]
    return learn(looks, views, ids(count), ids(count), space), looks


def test_what_varies_within_products_is_turned_down_and_what_tells_them_apart_survives() -> None:
    projection = discriminant(seen(30, 8), ids(30), WIDE)
    assert projection.dtype == np.float32
    goods, light = left(projection)
    assert goods > 5 * light


def test_which_pictures_are_of_one_product_is_what_it_learns_from() -> None:
    """The same pictures, told to be of one product when they are in one light, are turned the other way."""
    views = seen(20, 2).reshape(40, 1, WIDE)
    goods, light = left(discriminant(views, np.repeat(ids(20), 2).tolist(), WIDE))
    assert goods > 2 * light
    place = np.argsort(np.argsort(views[:, 0, LIGHT]))
    goods, light = left(discriminant(views, [f"{number // 2}" for number in place], WIDE))
    assert light > 2 * goods


def test_directions_come_best_first() -> None:
    views = seen(30, 8)
    projection = discriminant(views, ids(30), WIDE)
    apart = (views.mean(axis=1) @ projection).std(axis=0)
    assert (np.diff(apart) <= 1e-6).all()
    assert apart[0] > 3 * apart[GOODS + 1]


@pytest.mark.parametrize(("kept", "products", "directions"), [(4, 20, 4), (40, 20, WIDE), (4, 3, 2), (4, 2, 1)])
def test_at_most_so_many_directions_are_kept(kept: int, products: int, directions: int) -> None:
    assert discriminant(seen(products, 6), ids(products), kept).shape == (WIDE, directions)


@pytest.mark.parametrize(("products", "views"), [(1, 6), (1, 1), (2, 1)])
def test_few_pictures_leave_a_metric_that_is_one(products: int, views: int) -> None:
    projection = discriminant(seen(products, views), ids(products), 4)
    assert projection.shape == (WIDE, 1)
    assert np.isfinite(projection).all()


def test_products_tell_themselves_apart_where_light_hid_them() -> None:
    """A picture in other light is nearest to its own product by the metric, and often was not by its look."""
    views = unit(seen(30, 9))
    looks, others = views[:, 0], views[:, 8]
    metric = learn(looks, views[:, :8], ids(30), ids(30), ONE)
    right = np.arange(30)
    by_look = float(np.mean(np.argmax(others @ looks.T, axis=1) == right))
    by_metric = float(np.mean(np.argmax(metric.vectors(others) @ metric.vectors(looks).T, axis=1) == right))
    assert by_look < 0.7
    assert by_metric > 0.9


def test_vectors_are_of_unit_length_and_their_likeness_is_the_weighted_mean_of_cosines() -> None:
    metric, looks = learnt()
    vectors = metric.vectors(looks)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    shares = metric.shares(vectors[0], vectors[1])
    assert shares.shape == (2,)
    assert float(shares.sum()) == pytest.approx(float(vectors[0] @ vectors[1]), abs=1e-5)
    np.testing.assert_allclose(metric.shares(vectors[0], vectors[0]), metric.scales**2, atol=1e-5)
    assert float((metric.scales**2).sum()) == pytest.approx(1)


def test_each_channel_learns_from_its_own_views() -> None:
    """Whatever stands before and between them in a look."""
    first, second = NET, NET.model_copy(update={"name": "other", "dimension": 8})
    space = Space(pack="small", version=1, channels=(first, COLOUR, second))
    here, there = seen(12, 5), seen(12, 5, light=0.5)[..., :8]
    looks = np.concatenate([here[:, 0], colours(12), there[:, 0]], axis=1)
    metric = learn(looks, np.concatenate([here, there], axis=2), ids(12), ids(12), space)
    np.testing.assert_array_equal(metric.projections[0], discriminant(here, ids(12), 4))
    np.testing.assert_array_equal(metric.projections[2], discriminant(there, ids(12), 4))


def test_a_channel_that_is_not_learnt_keeps_its_cosines() -> None:
    metric, looks = learnt()
    first, second = metric.vectors(looks)[:2]
    cosine = float(metric.shares(first, second)[0]) / float(metric.scales[0] ** 2)
    assert cosine == pytest.approx(float(looks[0, :3] @ looks[1, :3]), abs=1e-5)


@pytest.mark.parametrize(("kept", "dimension"), [(2, 2), (3, 3), (9, 3)])
def test_a_channel_that_is_not_learnt_is_kept_to_its_bound(kept: int, dimension: int) -> None:
    space = Space(pack="small", version=1, channels=(COLOUR.model_copy(update={"kept": kept}),))
    metric = learn(colours(12), np.zeros((12, 5, 0), np.float32), ids(12), ids(12), space)
    assert metric.projections[0].shape == (3, dimension)
    assert metric.vectors(colours(2)).shape == (2, dimension)


def weighed(weights: tuple[float, float], spreads: tuple[float, float] = (1, 1)) -> Floats:
    """Squared scales of two channels whose cosines between strangers spread so."""
    angles = np.linspace(-1, 1, 9)
    parts = [np.stack([np.cos(spread * angles), np.sin(spread * angles)], axis=1) for spread in spreads]
    channels = tuple(Channel(name=f"{n}", dimension=2, weight=weight) for n, weight in enumerate(weights))
    looks = np.concatenate(parts, axis=1).astype(np.float32)
    space = Space(pack="small", version=1, channels=channels)
    return np.asarray(learn(looks, np.zeros((9, 1, 0), np.float32), ids(9), ids(9), space).scales ** 2, np.float32)


def test_a_channel_has_the_say_that_its_weight_gives_it() -> None:
    np.testing.assert_allclose(weighed((1, 1)), [0.5, 0.5], atol=1e-5)
    np.testing.assert_allclose(weighed((3, 1)), [0.75, 0.25], atol=1e-5)
    np.testing.assert_allclose(weighed((0, 2)), [0, 1], atol=1e-5)


def test_a_channel_that_tells_strangers_less_is_listened_to_more_closely() -> None:
    wide, narrow = weighed((1, 1), (1, 0.5))
    assert narrow > 2 * wide


def test_a_channel_in_which_all_look_alike_does_not_drown_the_others() -> None:
    varied, same = weighed((1, 1), (1, 0))
    assert np.isfinite([varied, same]).all()
    assert varied > 0.02


def test_only_strangers_measure_how_far_a_channel_spreads() -> None:
    """Two styles of four variants: likeness within a style is no spread."""
    by_style = np.radians(np.repeat([0, 60], 4) + np.tile([0, 2, 4, 6], 2))
    anyhow = np.radians([0, 30, 60, 10, 40, 70, 20, 50])
    parts = [np.stack([np.cos(angles), np.sin(angles)], axis=1) for angles in (by_style, anyhow)]
    space = Space(pack="small", version=1, channels=(Channel(name="a", dimension=2), Channel(name="b", dimension=2)))
    looks, none = np.concatenate(parts, axis=1).astype(np.float32), np.zeros((8, 1, 0), np.float32)
    for groups in ([f"style {number // 4}" for number in range(8)], ids(8)):
        squares = learn(looks, none, ids(8), groups, space).scales ** 2
        expected = _stranger_spread(parts[0], groups) / _stranger_spread(parts[1], groups)
        assert float(squares[1] / squares[0]) == pytest.approx(expected, rel=1e-3)


def _stranger_spread(rows: np.ndarray[tuple[int, ...], np.dtype[np.float64]], groups: Sequence[str]) -> float:
    count = len(rows)
    return float(np.std([rows[a] @ rows[b] for a in range(count) for b in range(count) if groups[a] != groups[b]]))


@pytest.mark.parametrize("pictures", [1, 2, 3])
def test_one_product_or_one_picture_is_a_catalog(pictures: int) -> None:
    views = unit(seen(pictures, 4))
    looks = np.concatenate([colours(pictures), views[:, 0]], axis=1)
    metric = learn(looks, views, ["mug"] * pictures, ["mug"] * pictures, TWO)
    vectors = metric.vectors(looks)
    assert vectors.shape == (pictures, metric.space(TWO, 1).dimension)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(metric.scales**2, [0.5, 0.5], atol=1e-5)  # no strangers: weights alone


def test_without_a_picture_there_is_nothing_to_learn_from() -> None:
    with pytest.raises(InvalidInput, match="learnt from pictures, and there is none"):
        learn(np.zeros((0, 15), np.float32), np.zeros((0, 4, WIDE), np.float32), [], [], TWO)


@pytest.mark.parametrize("difference", [0, 1e-6, 1e-3])
def test_variants_that_hardly_differ_are_no_trouble(difference: float) -> None:
    """A catalog of copies: strangers' cosines do not spread at all, and there is nothing that tells them."""
    views = np.repeat(unit(seen(1, 1)), 8, axis=0).repeat(4, axis=1)
    views = unit(views + difference * np.random.default_rng(1).normal(0, 1, views.shape).astype(np.float32))
    looks = np.concatenate([np.repeat(colours(1), 8, axis=0), views[:, 0]], axis=1)
    metric = learn(looks, views, ids(8), ids(8), TWO)
    vectors = metric.vectors(looks)
    assert all(np.isfinite(each).all() for each in (*metric.projections, metric.scales, vectors))
    assert float((vectors[0] @ vectors.T).max()) <= 1 + 1e-5


def test_a_look_of_nothing_is_no_trouble_either() -> None:
    metric, looks = learnt()
    assert np.isfinite(metric.vectors(np.zeros_like(looks))).all()


def test_pictures_that_disagree_are_refused() -> None:
    views = unit(seen(4, 3))
    looks = np.concatenate([colours(4), views[:, 0]], axis=1)
    with pytest.raises(InvalidInput, match=r"3 pictures, looks \(4, 15\), augmented crops \(4, 3, 12\)"):
        learn(looks, views, ids(3), ids(3), TWO)
    with pytest.raises(InvalidInput, match=r"augmented crops \(3, 3, 12\)"):
        learn(looks, views[:3], ids(4), ids(4), TWO)
    with pytest.raises(InvalidInput, match=r"augmented crops \(4, 3, 11\)"):
        learn(looks, views[..., :11], ids(4), ids(4), TWO)


@pytest.mark.parametrize("shape", [(2, 14), (2, 16), (15,), (0, 14)])
def test_looks_of_another_length_are_refused(shape: tuple[int, ...]) -> None:
    metric, _ = learnt()
    with pytest.raises(InvalidInput, match=r"are not of this metric, which wants \(n, 15\)"):
        metric.vectors(np.zeros(shape, np.float32))


def test_no_looks_make_no_vectors() -> None:
    metric, _ = learnt()
    assert metric.vectors(np.zeros((0, 15), np.float32)).shape == (0, metric.space(TWO, 1).dimension)


def test_its_space_is_that_of_its_vectors_and_never_that_of_looks() -> None:
    metric, looks = learnt()
    space = metric.space(TWO, 3)
    assert (space.name, space.metric) == ("small@1+3", 3)
    assert space.dimension == metric.vectors(looks).shape[1] == 3 + 4
    assert [(each.name, each.dimension) for each in space.channels] == [("colour", 3), ("net", 4)]
    assert space.calibration == TWO.calibration
    assert space.name != metric.space(TWO, 4).name != TWO.name


def test_a_metric_is_kept_as_arrays() -> None:
    metric, looks = learnt()
    again = Metric.unpacked(unpacked(packed(**metric.arrays())))
    np.testing.assert_array_equal(again.vectors(looks), metric.vectors(looks))


def test_the_same_pictures_teach_the_same() -> None:
    first, second = learnt()[0], learnt()[0]
    assert packed(**first.arrays()) == packed(**second.arrays())


@example(count=7000)
@given(count=st.integers(0, 3 * MAX_SAMPLE))
def test_a_sample_is_spread_over_all_pictures(count: int) -> None:
    found = sample(count)
    if count == 0:
        assert len(found) == 0
        return
    assert len(found) == min(count, MAX_SAMPLE)
    assert (found[0], found[-1]) == (0, count - 1)
    assert (np.diff(found) > 0).all()
    assert len(found) < 2 or np.diff(found).max() <= (count - 1) / (len(found) - 1) + 1


@given(learnt_from=st.integers(1, 10_000), pictures=st.integers(0, 20_000))
def test_a_catalog_outgrows_its_metric_by_a_quarter_either_way(learnt_from: int, pictures: int) -> None:
    assert outgrown(pictures, learnt_from) is (4 * abs(pictures - learnt_from) > learnt_from)
