"""What a similarity means: how strangers compare, and probability from log-odds."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoppable.errors import InvalidInput, NotFound
from shoppable.logic import calibration
from shoppable.logic.calibration import ProductNorms, fit, probability
from shoppable.model.arrays import Floats, VectorRows, packed, unpacked
from shoppable.model.space import Channel, Space

MOST_TYPICAL = 0.9
PLAIN = Space(pack="plain", version=1, channels=(Channel(name="only", dimension=2),))
COLOUR_AND_SHAPE = Space(
    pack="small", version=1, channels=(Channel(name="colour", dimension=2), Channel(name="shape", dimension=2))
)


def unit(*angles_deg: float) -> Floats:
    radians = np.radians(angles_deg)
    return np.stack([np.cos(radians), np.sin(radians)], axis=1).astype(np.float32)


def side_by_side(colours: Floats, shapes: Floats, share: float = 0.75) -> Floats:
    """Vectors of unit length, of which colour makes this share of a similarity."""
    return np.concatenate([colours * np.sqrt(share), shapes * np.sqrt(1 - share)], axis=1).astype(np.float32)


def rows(product_ids: Sequence[str], vectors: Floats) -> VectorRows:
    return VectorRows(list(product_ids), [f"p{index}" for index in range(len(product_ids))], vectors)


def norms(
    product_ids: Sequence[str], vectors: Floats, groups: Sequence[str] | None = None, space: Space = PLAIN
) -> ProductNorms:
    return ProductNorms.unpacked(fit(rows(product_ids, vectors), groups or product_ids, space))


def typical(found: ProductNorms, product_id: str) -> float:
    return float(found.mean[found.row[product_id]].sum())


def cosines(*degrees: float) -> Floats:
    return np.cos(np.radians(np.asarray(degrees, np.float32)))


def test_affinity_is_the_way_from_strangers_to_the_product_itself() -> None:
    """Three products at 0, 60 and 90 degrees: each has the cosines of two angles to the others."""
    found = norms("abc", unit(0, 60, 90))
    for product_id, angles in {"a": (60, 90), "b": (60, 30), "c": (90, 30)}.items():
        stranger = float(cosines(*angles).mean())
        assert found.affinity(product_id, stranger) == pytest.approx(0, abs=1e-5)
        assert found.affinity(product_id, 1) == pytest.approx(1)
        assert found.affinity(product_id, (stranger + 1) / 2) == pytest.approx(0.5, abs=1e-5)
        assert found.affinity(product_id, stranger - (1 - stranger)) == pytest.approx(-1, abs=1e-5)


def test_one_similarity_says_less_of_a_product_that_is_near_everything() -> None:
    found = norms("abcd", unit(0, 20, 40, 170))
    assert found.affinity("b", 0.8) < found.affinity("d", 0.8)


def test_all_pictures_of_a_product_count_and_none_is_its_own_stranger() -> None:
    found = norms(["b", "a", "b"], unit(0, 60, 90))
    assert typical(found, "a") == pytest.approx(cosines(60, 30).mean())
    assert typical(found, "b") == pytest.approx(cosines(60, 30).mean())


def test_variants_of_one_group_are_no_strangers() -> None:
    found = norms("abc", unit(0, 1, 80), groups=["shirt", "shirt", "mug"])
    assert typical(found, "a") == pytest.approx(cosines(80)[0])
    assert typical(found, "c") == pytest.approx(cosines(80, 79).mean())
    assert typical(norms("abc", unit(0, 1, 80)), "a") > 0.5


def test_without_strangers_affinity_is_similarity() -> None:
    alone = norms(["a", "a"], unit(0, 10))
    assert typical(alone, "a") == 0
    assert alone.affinity("a", 0.7) == pytest.approx(0.7)


@pytest.mark.parametrize("space", [PLAIN, COLOUR_AND_SHAPE], ids=["one channel", "two channels"])
def test_in_a_catalog_of_copies_likeness_stays_finite_and_in_order(space: Space) -> None:
    """However many channels there are: the limit is that of their sum."""
    vectors = unit(0, 0, 0) if space is PLAIN else side_by_side(unit(0, 0, 0), unit(0, 0, 0), 0.5)
    found = norms("abc", vectors, space=space)
    assert typical(found, "a") == pytest.approx(MOST_TYPICAL)
    assert found.affinity("a", 1) == pytest.approx(1)
    assert found.affinity("a", 0.95) == pytest.approx(0.5, abs=1e-4)
    assert found.affinity("a", 0) == pytest.approx(-9, abs=1e-3)


def test_each_channel_is_measured_by_itself() -> None:
    """Colours all alike, shapes all different: strangers are near by colour, far by shape."""
    vectors = side_by_side(unit(0, 0, 0), unit(0, 90, 180))
    found = norms("abc", vectors, space=COLOUR_AND_SHAPE)
    np.testing.assert_allclose(found.mean[found.row["a"]], [0.75, -0.125], atol=1e-6)
    np.testing.assert_allclose(found.mean[found.row["b"]], [0.75, 0], atol=1e-6)


@given(shares=st.tuples(st.floats(-0.5, 0.5), st.floats(-0.5, 0.5)))
def test_what_the_channels_add_makes_up_the_affinity(shares: tuple[float, float]) -> None:
    found = norms("abc", side_by_side(unit(0, 30, 100), unit(0, 90, 45)), space=COLOUR_AND_SHAPE)
    for product_id in "abc":
        parts = found.parts(product_id, np.asarray(shares, np.float32))
        assert parts.shape == (2,)
        assert float(parts.sum()) == pytest.approx(found.affinity(product_id, sum(shares)), abs=1e-5)


def test_a_channel_in_which_it_is_no_more_alike_than_strangers_adds_nothing() -> None:
    found = norms("abc", side_by_side(unit(0, 0, 0), unit(0, 90, 90)), space=COLOUR_AND_SHAPE)
    colour, shape = found.parts("a", np.asarray([0.75, 0.25], np.float32))
    assert (float(colour), float(shape)) == pytest.approx((0, 1), abs=1e-6)


def test_an_empty_catalog_has_no_norms() -> None:
    found = norms([], np.zeros((0, 2), np.float32))
    assert len(found.row) == len(found.mean) == 0


def test_norms_are_kept_as_arrays() -> None:
    arrays = unpacked(packed(**fit(rows("cab", unit(0, 60, 90)), "cab", PLAIN)))
    found = ProductNorms.unpacked(arrays)
    assert dict(found.row) == {"a": 0, "b": 1, "c": 2}
    assert found.mean.dtype == np.float32
    assert found.mean[2] == pytest.approx(cosines(60, 90).mean())


def test_an_unknown_product_says_what_to_do() -> None:
    found = norms("ab", unit(0, 60))
    with pytest.raises(NotFound, match="product z has no norm: index the catalog again"):
        found.affinity("z", 0.5)
    with pytest.raises(NotFound, match="product z has no norm"):
        found.parts("z", np.zeros(1, np.float32))


def test_rows_and_groups_come_together() -> None:
    with pytest.raises(InvalidInput, match="2 groups for 3 rows"):
        fit(rows("abc", unit(0, 60, 90)), list("ab"), PLAIN)


def test_the_cohort_has_an_upper_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a catalog of twice the limit, every other picture is asked; here all that are point the same way."""
    monkeypatch.setattr(calibration, "MAX_COHORT", 64)
    names = [f"{index:03}" for index in range(127)]
    vectors = np.zeros((127, 2), np.float32)
    vectors[::2, 0] = vectors[1::2, 1] = 1
    found = norms(names, vectors)
    assert typical(found, "000") == pytest.approx(MOST_TYPICAL)
    assert typical(found, "001") == pytest.approx(0)


@given(
    angles=st.lists(st.integers(0, 180), min_size=2, max_size=12),
    products=st.lists(st.sampled_from("abcd"), min_size=12, max_size=12),
    limit=st.integers(1, 20),
)
def test_norms_are_those_of_a_plain_loop(angles: list[int], products: list[str], limit: int) -> None:
    product_ids = products[: len(angles)]
    group = {"a": "one", "b": "one", "c": "two", "d": "three"}
    vectors = unit(*angles)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(calibration, "MAX_COHORT", limit)
        found = norms(product_ids, vectors, [group[each] for each in product_ids])
    cohort = sorted({int(each) for each in np.linspace(0, len(angles) - 1, min(len(angles), limit))})
    for product_id in set(product_ids):
        scores = [
            float(vectors[own] @ vectors[other])
            for own in range(len(angles))
            for other in cohort
            if product_ids[own] == product_id and group[product_ids[other]] != group[product_id]
        ]
        expected = min(float(np.mean(scores)), MOST_TYPICAL) if scores else 0
        assert typical(found, product_id) == pytest.approx(expected, abs=1e-5)


def test_probability_is_logistic() -> None:
    assert probability(0) == 0.5
    assert probability(2) == pytest.approx(1 / (1 + np.exp(-2)))
    assert probability(-2) == pytest.approx(1 - probability(2))


@given(log_odds=st.floats(allow_nan=False))
def test_probability_stays_one(log_odds: float) -> None:
    assert 0 <= probability(log_odds) <= probability(log_odds + 1) <= 1
