"""What a seen thing is, and whether to say so."""

import math

import numpy as np
import pytest

from shoppable.logic.calibration import ProductNorms, probability
from shoppable.logic.matching import (
    VERIFIED,
    Limits,
    Offer,
    decide,
    fits,
    judge,
    rank,
    verified,
    with_signal,
)
from shoppable.model.arrays import Hit
from shoppable.model.geometry import Box
from shoppable.model.match import Candidate, Tier
from shoppable.model.seen import Kind
from shoppable.model.space import Calibration

WHOLE, UPPER, LOWER, FEET, HEAD, THING = Kind.WHOLE, Kind.UPPER, Kind.LOWER, Kind.FEET, Kind.HEAD, Kind.THING
MIN_INLIERS = 20
CALIBRATION = Calibration(chance=-5, affinity=8, lead=10)


@pytest.mark.parametrize(
    ("seen", "offered"),
    [
        (UPPER, {UPPER}),
        (LOWER, {LOWER}),
        (WHOLE, {WHOLE}),
        (FEET, {FEET}),
        (HEAD, {HEAD}),
        (THING, set(Kind)),
    ],
)
def test_what_a_region_can_show(seen: Kind, offered: set[Kind]) -> None:
    assert {kind for kind in Kind if fits(seen, kind)} == offered


def offer(product_id: str, *, group: str | None = None, kind: Kind = THING) -> Offer:
    return Offer(product_id=product_id, item_group_id=group or product_id, kind=kind)


def offers(*made: Offer) -> dict[str, Offer]:
    return {each.product_id: each for each in made}


def norms(**means: float) -> ProductNorms:
    """What strangers reach against each product, in a space of one channel."""
    mean = np.asarray(list(means.values()), np.float32)[:, None]
    return ProductNorms({name: row for row, name in enumerate(means)}, mean)


def hits(*found: tuple[str, float]) -> list[Hit]:
    return [
        Hit(product_id, f"{product_id}-{index}", similarity) for index, (product_id, similarity) in enumerate(found)
    ]


ABC = offers(offer("a"), offer("b", group="g"), offer("c", group="g"))
NORMS = norms(a=0.5, b=0.2, c=0.0)


def test_products_are_ranked_by_their_best_picture() -> None:
    found = rank(hits(("a", 0.7), ("b", 0.6), ("a", 0.5), ("c", 0.4), ("b", 0.3)), ABC, NORMS, THING)
    assert [(each.product_id, each.item_group_id) for each in found] == [("a", "a"), ("b", "g"), ("c", "g")]
    assert [each.similarity for each in found] == [0.7, 0.6, 0.4]
    assert [each.picture_id for each in found] == ["a-0", "b-1", "c-3"]
    assert [each.affinity for each in found] == pytest.approx([0.4, 0.5, 0.4])
    assert {(each.score, each.inliers) for each in found} == {(0, 0)}  # not judged yet


def test_only_so_many_and_only_what_is_offered_and_fits() -> None:
    found = hits(("a", 0.9), ("gone", 0.8), ("b", 0.7), ("c", 0.6))
    assert [each.product_id for each in rank(found, ABC, NORMS, THING, limit=2)] == ["a", "b"]
    worn = ABC | offers(offer("a", kind=LOWER), offer("b", kind=UPPER), offer("c", kind=WHOLE))
    assert [each.product_id for each in rank(found, worn, NORMS, UPPER)] == ["b"]
    assert [each.product_id for each in rank(found, worn, NORMS, THING)] == ["a", "b", "c"]
    assert rank([], ABC, NORMS, THING) == []
    assert rank(found, {}, NORMS, THING) == []


def test_a_product_that_came_after_the_norms_is_passed_over() -> None:
    found = rank(hits(("d", 0.9), ("a", 0.8)), ABC | offers(offer("d")), NORMS, THING)
    assert [each.product_id for each in found] == ["a"]


def candidate(
    product_id: str, score: float = 0.1, inliers: int = 0, group: str | None = None, *, affinity: float = 0.5
) -> Candidate:
    """A candidate whose signals make up its score."""
    made = Candidate(
        product_id=product_id,
        item_group_id=group or product_id,
        score=score,
        similarity=0.5,
        affinity=affinity,
        inliers=inliers,
    )
    return with_signal(made, "colour", score).model_copy(update={"score": score})


def logit(score: float) -> float:
    return math.log(score / (1 - score))


def judged(*candidates: Candidate, calibration: Calibration = CALIBRATION) -> list[Candidate]:
    """All of each affinity comes from two channels, colour the larger."""
    parts = {each.product_id: {"colour": each.affinity + 0.1, "shape": -0.1} for each in candidates}
    return judge(candidates, parts, calibration)


def test_what_each_signal_adds_makes_up_the_probability() -> None:
    first, second = judged(candidate("a", affinity=0.7), candidate("b", affinity=0.5))
    assert first.signals == pytest.approx({"chance": -5, "colour": 6.4, "shape": -0.8, "lead": 2})
    assert second.signals == pytest.approx({"chance": -5, "colour": 4.8, "shape": -0.8, "lead": -2})
    assert first.score == pytest.approx(probability(2.6))
    for each in (first, second):
        assert sum(each.signals.values()) == pytest.approx(logit(each.score), abs=2e-3)


def test_the_lead_is_over_the_best_of_other_groups_only() -> None:
    shirt, variant, mug = judged(
        candidate("a", group="g", affinity=0.7), candidate("b", group="g", affinity=0.69), candidate("c", affinity=0.4)
    )
    assert shirt.signals["lead"] == pytest.approx(3)
    assert variant.signals["lead"] == pytest.approx(2.9)
    assert mug.signals["lead"] == pytest.approx(-3)


def test_without_rivals_there_is_no_lead() -> None:
    (alone,) = judged(candidate("a", affinity=0.7))
    assert alone.signals["lead"] == 0
    both = judged(candidate("a", group="g", affinity=0.7), candidate("b", group="g", affinity=0.3))
    assert [each.signals["lead"] for each in both] == [0, 0]
    assert judged() == []


def test_a_calibration_that_knows_no_lead_makes_nothing_of_it() -> None:
    plain = Calibration(chance=-5, affinity=8)
    far, near = (
        judged(candidate("a", affinity=0.7), candidate("b", affinity=other), calibration=plain)[0].score
        for other in (0.1, 0.69)
    )
    assert far == near == pytest.approx(probability(0.6))


@pytest.mark.parametrize("score", [0.97, 0.3, 0.0, 1.0])
def test_one_more_signal_accounts_for_another_probability(score: float) -> None:
    found = with_signal(candidate("a", 0.6), "details", score)
    assert found.score == pytest.approx(score, abs=0.0011)
    assert 0 < found.score < 1
    assert set(found.signals) == {"colour", "details"}
    assert sum(found.signals.values()) == pytest.approx(logit(found.score), abs=2e-3)


def test_a_signal_that_is_told_again_takes_the_place_of_what_it_said() -> None:
    once = with_signal(candidate("a", 0.2), "seen again", 0.5)
    twice = with_signal(once, "seen again", 0.8)
    assert twice == with_signal(candidate("a", 0.2), "seen again", 0.8)
    assert sum(twice.signals.values()) == pytest.approx(logit(0.8), abs=2e-3)


def decided(*candidates: Candidate, limits: Limits | None = None) -> tuple[Tier, float, str]:
    return decide(candidates, limits or Limits())


def test_without_candidates_there_is_nothing() -> None:
    assert decided() == (Tier.NONE, 0, "nothing like it in the catalog")


LOOKS = "looks 50 % of the way from a stranger to itself"


@pytest.mark.parametrize(
    ("score", "tier", "reason"),
    [
        (0.6, Tier.EXACT, LOOKS),
        (0.599, Tier.SIMILAR, f"{LOOKS}: same kind and look"),
        (0.5, Tier.SIMILAR, f"{LOOKS}: same kind and look"),
        (0.499, Tier.NONE, f"{LOOKS}: not sure enough"),
    ],
)
def test_tiers_begin_at_their_limits(score: float, tier: Tier, reason: str) -> None:
    assert decided(candidate("a", score), candidate("b", 0.99)) == (tier, score, reason)


def test_limits_can_be_others() -> None:
    strict = Limits(exact=0.95, similar=0.9)
    assert decided(candidate("a", 0.94), limits=strict)[0] is Tier.SIMILAR
    assert decided(candidate("a", 0.89), limits=strict)[0] is Tier.NONE


@pytest.mark.parametrize(
    ("affinity", "tier"), [(0.4, Tier.EXACT), (0.4695, Tier.EXACT), (0.4705, Tier.SIMILAR), (0.6, Tier.SIMILAR)]
)
def test_which_variant_it_is_must_be_seen_to_be_said(affinity: float, tier: Tier) -> None:
    found = decided(candidate("a", 0.9, group="g"), candidate("b", 0.8, group="g", affinity=affinity))
    said = LOOKS if tier is Tier.EXACT else f"{LOOKS}, but so does another variant"
    assert found == (tier, 0.9, said)


def test_the_nearest_variant_counts_wherever_it_stands() -> None:
    far = candidate("b", 0.8, group="g", affinity=0.1)
    near = candidate("c", 0.1, group="g", affinity=0.49)
    assert decided(candidate("a", 0.9, group="g"), far, candidate("x", 0.2), near)[0] is Tier.SIMILAR


def test_another_style_is_no_variant() -> None:
    assert decided(candidate("a", 0.9, group="g"), candidate("b", 0.8, affinity=0.5))[0] is Tier.EXACT


def test_a_print_tells_variants_apart() -> None:
    found = checked(candidate("a", 0.9, 40, "g"), candidate("b", 0.8, group="g"))
    assert decided(*found)[:2] == (Tier.EXACT, VERIFIED)


def checked(*candidates: Candidate, limits: Limits | None = None) -> list[Candidate]:
    [found] = verified(candidates, MIN_INLIERS, limits or Limits())
    return found


def ids(candidates: list[Candidate]) -> list[str]:
    return [each.product_id for each in candidates]


def test_a_print_that_agrees_overrules_looks() -> None:
    found = checked(candidate("a", 0.5), candidate("b", 0.2, 20), candidate("c", 0.1))
    assert ids(found) == ["b", "a", "c"]
    assert decided(*found) == (Tier.EXACT, VERIFIED, "20 details of its print agree")
    assert sum(found[0].signals.values()) == pytest.approx(logit(VERIFIED), abs=2e-3)
    assert found[1:] == [candidate("a", 0.5), candidate("c", 0.1)]


def test_looks_that_are_surer_than_a_print_keep_their_score() -> None:
    (found,) = checked(candidate("a", 0.97, 30))
    assert found.score == 0.97
    assert found.signals["details"] == pytest.approx(0, abs=1e-3)
    assert decided(found)[:2] == (Tier.EXACT, 0.97)


def test_too_few_details_prove_nothing() -> None:
    few = [candidate("a", 0.5), candidate("b", 0.2, 19)]
    assert checked(*few) == few
    assert checked() == []


def test_what_counts_as_a_print_is_the_packs_to_say() -> None:
    few = [candidate("a", 0.5), candidate("b", 0.2, 19)]
    assert [ids(each) for each in verified(few, 19, Limits())] == [["b", "a"]]


@pytest.mark.parametrize(("rival", "alone"), [(24, True), (25, False), (30, False)])
def test_another_product_with_the_same_print_makes_it_unsure(rival: int, alone: bool) -> None:
    found = checked(candidate("a", 0.1, rival), candidate("b", 0.1, 30))
    assert ids(found) == (["b", "a"] if alone else ["a", "b"])
    assert decided(*found)[0] is (Tier.EXACT if alone else Tier.NONE)


def test_how_far_ahead_a_print_must_be_can_be_told() -> None:
    close = [candidate("a", 0.1, 28), candidate("b", 0.1, 30)]
    assert ids(checked(*close, limits=Limits(lead=1))) == ["b", "a"]


def test_rival_prints_share_what_is_likely_by_what_agrees() -> None:
    first, second, third = checked(candidate("a", 0.9, 30), candidate("b", 0.8, 26), candidate("c", 0.7))
    assert first.score == pytest.approx(30 / 56)
    assert second.score == pytest.approx(26 / 56)
    assert third.score == pytest.approx(0.001)
    for each in (first, second, third):
        assert each.signals["rival print"] < 0
        assert sum(each.signals.values()) == pytest.approx(logit(each.score), abs=2e-3)
    told = "30 details of its print agree, and 26 of another label's"
    assert decided(first, second, third) == (Tier.SIMILAR, first.score, f"{told}: same kind and look")


def test_a_rival_print_never_makes_anything_likelier() -> None:
    found = checked(candidate("a", 0.3, 30), candidate("b", 0.1, 28))
    assert found == [candidate("a", 0.3, 30), candidate("b", 0.1, 28)]


def test_what_looks_best_and_has_no_print_in_common_is_told_so() -> None:
    found = checked(candidate("a", 0.9), candidate("b", 0.1, 30), candidate("c", 0.1, 28))
    tier, score, reason = decided(*found)
    assert (tier, score) == (Tier.NONE, 0.001)
    assert reason == "0 details of its print agree, and 30 of another label's: not sure enough"


def test_variants_of_one_group_are_no_rivals() -> None:
    variants = [candidate("a", 0.3, 30, "g"), candidate("b", 0.2, 31, "g"), candidate("c", 0.1, 15)]
    found = checked(*variants)
    assert ids(found) == ["b", "a", "c"]
    told = "31 details of its print agree, and nearly as many of another variant's"
    assert decided(*found) == (Tier.SIMILAR, VERIFIED, told)


def test_rivals_of_one_group_are_measured_by_the_other_group() -> None:
    first, second, _ = checked(candidate("a", 0.9, 30, "g"), candidate("b", 0.9, 28, "g"), candidate("c", 0.9, 27))
    assert first.score == pytest.approx(30 / 57)
    assert second.score == pytest.approx(28 / 55)


def test_of_equal_prints_the_better_looks_decide() -> None:
    assert ids(checked(candidate("a", 0.3, 30, "g"), candidate("b", 0.2, 30, "g"))) == ["a", "b"]


LEFT, RIGHT = Box(x0=0, y0=0, x1=0.55, y1=1), Box(x0=0.45, y0=0, x1=1, y1=1)


def test_two_printed_goods_side_by_side_are_both_proven() -> None:
    found = verified(
        [candidate("a", 0.3, 30), candidate("b", 0.2, 31), candidate("c", 0.1)],
        MIN_INLIERS,
        Limits(),
        {"a": LEFT, "b": RIGHT},
    )
    assert [ids(each) for each in found] == [["b", "a", "c"], ["a", "b", "c"]]
    assert [decided(*each)[:2] for each in found] == [(Tier.EXACT, VERIFIED)] * 2


def test_a_rival_contests_its_own_place_only() -> None:
    found = verified(
        [candidate("a", 0.3, 30), candidate("b", 0.2, 40), candidate("c", 0.1, 38)],
        MIN_INLIERS,
        Limits(),
        {"a": LEFT, "b": RIGHT, "c": RIGHT},
    )
    assert [ids(each) for each in found] == [["a", "b", "c"]]


def test_a_part_of_a_label_lies_at_its_place() -> None:
    logo = Box(x0=0.1, y0=0.1, x1=0.3, y1=0.2)
    [found] = verified(
        [candidate("a", 0.9, 30), candidate("b", 0.8, 26)], MIN_INLIERS, Limits(), {"a": LEFT, "b": logo}
    )
    assert "rival print" in found[0].signals


def test_variants_side_by_side_are_one_thing() -> None:
    found = verified(
        [candidate("a", 0.3, 30, "g"), candidate("b", 0.2, 31, "g")], MIN_INLIERS, Limits(), {"a": LEFT, "b": RIGHT}
    )
    assert [ids(each) for each in found] == [["b", "a"]]


def test_what_is_known_from_elsewhere_is_told_so() -> None:
    found = with_signal(candidate("a", 0.2), "seen again", 0.8)
    assert decided(found) == (Tier.EXACT, 0.8, f"{LOOKS}, and just like where it is seen better")
