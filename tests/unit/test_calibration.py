"""What a similarity means: norms from strangers, and probability from norms."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoppable.errors import InvalidInput, NotFound
from shoppable.logic import calibration
from shoppable.logic.calibration import ProductNorms, fit, probability, weighted
from shoppable.model.arrays import Floats, VectorRows, packed, unpacked
from shoppable.model.space import Calibration, Channel, Space

LEAST_SD = 0.02
COLOUR_AND_SHAPE = Space(
    pack="small",
    version=1,
    channels=(
        Channel(name="colour", dimension=2, weight=3, weight_uncoloured=0),
        Channel(name="shape", dimension=2, weight=1, weight_uncoloured=2),
    ),
)
PLAIN = Space(pack="plain", version=1, channels=(Channel(name="only", dimension=2),))


def unit(*angles_deg: float) -> Floats:
    radians = np.radians(angles_deg)
    return np.stack([np.cos(radians), np.sin(radians)], axis=1).astype(np.float32)


def rows(product_ids: Sequence[str], vectors: Floats) -> VectorRows:
    return VectorRows(list(product_ids), [f"p{index}" for index in range(len(product_ids))], vectors)


def norms(
    product_ids: Sequence[str],
    vectors: Floats,
    groups: Sequence[str] | None = None,
    by_colour: Sequence[bool] | None = None,
    space: Space = PLAIN,
) -> ProductNorms:
    colours = [True] * len(product_ids) if by_colour is None else by_colour
    return ProductNorms.unpacked(fit(rows(product_ids, vectors), groups or product_ids, colours, space))


def cosines(*degrees: float) -> Floats:
    return np.cos(np.radians(np.asarray(degrees, np.float32)))


@pytest.mark.parametrize(("by_colour", "shares"), [(True, (0.75, 0.25)), (False, (0, 1))])
def test_similarity_is_the_weighted_mean_of_cosines(by_colour: bool, shares: tuple[float, float]) -> None:
    query = np.concatenate([unit(0), unit(0)], axis=1)
    stored = np.concatenate([unit(60), unit(90)], axis=1)
    found = weighted(query, COLOUR_AND_SHAPE, by_colour=by_colour)
    assert found.shape == (1, 4)
    assert found.dtype == np.float32
    assert float((found @ stored.T)[0, 0]) == pytest.approx(shares[0] * 0.5 + shares[1] * 0, abs=1e-6)
    assert float((found @ query.T)[0, 0]) == pytest.approx(1)


def test_strangers_are_all_other_products() -> None:
    """Three products at 0, 60 and 90 degrees: each has the cosines of two angles to the others."""
    found = norms("abc", unit(0, 60, 90))
    for product_id, angles in {"a": (60, 90), "b": (60, 30), "c": (90, 30)}.items():
        scores = cosines(*angles)
        assert found.z(product_id, float(scores.mean())) == pytest.approx(0, abs=1e-4)
        assert found.z(product_id, float(scores.mean() + scores.std())) == pytest.approx(1, abs=1e-4)


def test_all_pictures_of_a_product_count_and_none_is_its_own_stranger() -> None:
    found = norms(["b", "a", "b"], unit(0, 60, 90))
    assert found.mean[found.row["a"]] == pytest.approx(cosines(60, 30).mean())
    assert found.mean[found.row["b"]] == pytest.approx(cosines(60, 30).mean())
    assert found.sd[found.row["b"]] == pytest.approx(cosines(60, 30).std())


def test_variants_of_one_group_are_no_strangers() -> None:
    found = norms("abc", unit(0, 1, 80), groups=["shirt", "shirt", "mug"])
    assert found.mean[found.row["a"]] == pytest.approx(cosines(80)[0])
    assert found.mean[found.row["c"]] == pytest.approx(cosines(80, 79).mean())
    apart = norms("abc", unit(0, 1, 80))
    assert apart.mean[apart.row["a"]] > 0.5


def test_few_or_equal_strangers_leave_a_least_deviation() -> None:
    alone = norms(["a", "a"], unit(0, 10))
    assert (alone.mean[0], alone.sd[0]) == (0, pytest.approx(LEAST_SD))
    assert alone.z("a", 1) == pytest.approx(1 / LEAST_SD)
    twins = norms("abc", unit(0, 90, 90))
    assert twins.sd[twins.row["a"]] == pytest.approx(LEAST_SD)


def test_each_product_is_measured_by_its_own_weights() -> None:
    """Colours all alike, shapes all different: strangers are near by colour, far by shape."""
    vectors = np.concatenate([unit(0, 0, 0), unit(0, 90, 90)], axis=1)
    found = norms("abc", vectors, by_colour=[True, False, False], space=COLOUR_AND_SHAPE)
    assert found.mean[found.row["a"]] == pytest.approx(0.75)
    assert found.mean[found.row["b"]] == pytest.approx(0.5)  # 0 with a, 1 with c


def test_an_empty_catalog_has_no_norms() -> None:
    found = norms([], np.zeros((0, 2), np.float32))
    assert len(found.row) == len(found.mean) == len(found.sd) == 0


def test_norms_are_kept_as_arrays() -> None:
    arrays = unpacked(packed(**fit(rows("cab", unit(0, 60, 90)), "cab", [True] * 3, PLAIN)))
    found = ProductNorms.unpacked(arrays)
    assert dict(found.row) == {"a": 0, "b": 1, "c": 2}
    assert found.mean.dtype == found.sd.dtype == np.float32
    assert found.mean[2] == pytest.approx(cosines(60, 90).mean())


def test_an_unknown_product_says_what_to_do() -> None:
    with pytest.raises(NotFound, match="product z has no norm: index the catalog again"):
        norms("ab", unit(0, 60)).z("z", 0.5)


@pytest.mark.parametrize(("groups", "by_colour"), [("ab", [True] * 3), ("abc", [True] * 2)])
def test_rows_groups_and_colours_come_together(groups: str, by_colour: list[bool]) -> None:
    told = f"{len(groups)} groups and {len(by_colour)} colour flags for 3 rows"
    with pytest.raises(InvalidInput, match=told):
        fit(rows("abc", unit(0, 60, 90)), list(groups), by_colour, PLAIN)


def test_the_cohort_has_an_upper_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a catalog of twice the limit, every other picture is asked; here all that are point the same way."""
    monkeypatch.setattr(calibration, "MAX_COHORT", 64)
    names = [f"{index:03}" for index in range(127)]
    vectors = np.zeros((127, 2), np.float32)
    vectors[::2, 0] = vectors[1::2, 1] = 1
    found = norms(names, vectors)
    assert found.mean[found.row["000"]] == pytest.approx(1)
    assert found.mean[found.row["001"]] == pytest.approx(0)


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
        row = found.row[product_id]
        assert found.mean[row] == pytest.approx(np.mean(scores) if scores else 0, abs=1e-5)
        assert found.sd[row] == pytest.approx(max(np.std(scores), LEAST_SD) if scores else LEAST_SD, abs=1e-5)


def test_probability_is_logistic() -> None:
    logistic = Calibration(slope=2, even=1.5)
    assert probability(1.5, logistic) == 0.5
    assert probability(2.5, logistic) == pytest.approx(1 / (1 + np.exp(-2)))
    assert probability(0.5, logistic) == pytest.approx(1 - probability(2.5, logistic))


@given(z=st.floats(allow_nan=False), slope=st.floats(1e-3, 1e3))
def test_probability_stays_one(z: float, slope: float) -> None:
    assert 0 <= probability(z, Calibration(slope=slope, even=1)) <= 1
    assert probability(z, Calibration(slope=slope, even=1)) <= probability(z + 1, Calibration(slope=slope, even=1))
