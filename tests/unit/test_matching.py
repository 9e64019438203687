"""What a seen thing is, and whether to say so."""

import numpy as np
import pytest

from shoppable.logic.calibration import ProductNorms, probability
from shoppable.logic.matching import VERIFIED, Limits, Offer, decide, fits, one_product_a_place, rank
from shoppable.model.arrays import Hit
from shoppable.model.match import Candidate, Tier
from shoppable.model.seen import Appearance, BoxAt, Kind
from shoppable.model.space import Calibration, Channel, Space

WHOLE, UPPER, LOWER, FEET, HEAD, THING = Kind.WHOLE, Kind.UPPER, Kind.LOWER, Kind.FEET, Kind.HEAD, Kind.THING
SPACE = Space(
    pack="small",
    version=1,
    channels=(Channel(name="only", dimension=2),),
    calibration=Calibration(slope=2, even=1),
    min_inliers=20,
)


@pytest.mark.parametrize(
    ("seen", "offered"),
    [
        (UPPER, {UPPER, WHOLE}),
        (LOWER, {LOWER, WHOLE}),
        (WHOLE, {WHOLE, UPPER, LOWER}),
        (FEET, {FEET}),
        (HEAD, {HEAD}),
        (THING, set(Kind)),
    ],
)
def test_what_a_region_can_show(seen: Kind, offered: set[Kind]) -> None:
    assert {kind for kind in Kind if fits(seen, kind)} == offered


def offer(product_id: str, *, group: str | None = None, kind: Kind = THING) -> Offer:
    return Offer(product_id=product_id, item_group_id=group or product_id, kind=kind, by_colour=False)


def offers(*made: Offer) -> dict[str, Offer]:
    return {each.product_id: each for each in made}


def norms(**means: float) -> ProductNorms:
    """Deviation 0.1 for all."""
    mean = np.asarray(list(means.values()), np.float32)
    return ProductNorms({name: row for row, name in enumerate(means)}, mean, np.full(len(mean), 0.1, np.float32))


def hits(*found: tuple[str, float]) -> list[Hit]:
    return [
        Hit(product_id, f"{product_id}-{index}", similarity) for index, (product_id, similarity) in enumerate(found)
    ]


ABC = offers(offer("a"), offer("b", group="g"), offer("c", group="g"))
NORMS = norms(a=0.5, b=0.2, c=0.0)


def test_products_are_ranked_by_their_best_picture() -> None:
    found = rank(hits(("a", 0.7), ("b", 0.6), ("a", 0.5), ("c", 0.4), ("b", 0.3)), ABC, NORMS, THING, SPACE)
    assert [(each.product_id, each.item_group_id) for each in found] == [("a", "a"), ("b", "g"), ("c", "g")]
    assert [each.similarity for each in found] == [0.7, 0.6, 0.4]
    assert [each.z for each in found] == pytest.approx([2, 4, 4])
    assert [each.score for each in found] == pytest.approx([probability(z, SPACE.calibration) for z in (2, 4, 4)])
    assert [each.inliers for each in found] == [0, 0, 0]


def test_only_so_many_and_only_what_is_offered_and_fits() -> None:
    found = hits(("a", 0.9), ("gone", 0.8), ("b", 0.7), ("c", 0.6))
    assert [each.product_id for each in rank(found, ABC, NORMS, THING, SPACE, limit=2)] == ["a", "b"]
    worn = ABC | offers(offer("a", kind=LOWER), offer("b", kind=UPPER), offer("c", kind=WHOLE))
    assert [each.product_id for each in rank(found, worn, NORMS, UPPER, SPACE)] == ["b", "c"]
    assert rank([], ABC, NORMS, THING, SPACE) == []
    assert rank(found, {}, NORMS, THING, SPACE) == []


def test_a_product_that_came_after_the_norms_is_passed_over() -> None:
    found = rank(hits(("d", 0.9), ("a", 0.8)), ABC | offers(offer("d")), NORMS, THING, SPACE)
    assert [each.product_id for each in found] == ["a"]


def candidate(product_id: str, score: float = 0.1, inliers: int = 0, group: str | None = None) -> Candidate:
    return Candidate(
        product_id=product_id, item_group_id=group or product_id, score=score, similarity=0.5, z=2.25, inliers=inliers
    )


def decided(
    *candidates: Candidate, kind: Kind = THING, limits: Limits | None = None
) -> tuple[Tier, float, str, list[str]]:
    known = offers(*(offer(each.product_id, group=each.item_group_id, kind=kind) for each in candidates))
    tier, score, reason, ordered = decide(candidates, known, SPACE, limits or Limits())
    return tier, score, reason, [each.product_id for each in ordered]


def test_without_candidates_there_is_nothing() -> None:
    assert decided() == (Tier.NONE, 0, "nothing like it in the catalog", [])


@pytest.mark.parametrize(
    ("score", "tier", "reason"),
    [
        (0.6, Tier.EXACT, "looks +2.2 deviations more like it than strangers do"),
        (0.599, Tier.SIMILAR, "looks +2.2 deviations more like it than strangers do: same kind and look"),
        (0.4, Tier.SIMILAR, "looks +2.2 deviations more like it than strangers do: same kind and look"),
        (0.399, Tier.NONE, "looks +2.2 deviations more like it than strangers do: not sure enough"),
    ],
)
def test_tiers_begin_at_their_limits(score: float, tier: Tier, reason: str) -> None:
    assert decided(candidate("a", score), candidate("b", 0.99)) == (tier, score, reason, ["a", "b"])


def test_limits_can_be_others() -> None:
    strict = Limits(exact=0.95, similar=0.9)
    assert decided(candidate("a", 0.94), limits=strict)[0] is Tier.SIMILAR
    assert decided(candidate("a", 0.89), limits=strict)[0] is Tier.NONE


def test_a_print_that_agrees_overrules_looks() -> None:
    found = decided(candidate("a", 0.5), candidate("b", 0.2, 20), candidate("c", 0.1))
    assert found == (Tier.EXACT, VERIFIED, "20 details of its print agree", ["b", "a", "c"])


def test_looks_that_are_surer_than_a_print_keep_their_score() -> None:
    assert decided(candidate("a", 0.97, 30))[:2] == (Tier.EXACT, 0.97)


def test_the_chosen_candidate_says_the_score() -> None:
    known = offers(offer("a"), offer("b"))
    _, score, _, ordered = decide([candidate("a"), candidate("b", 0.2, 40)], known, SPACE, Limits())
    assert ordered[0].score == score == VERIFIED
    assert ordered[1] == candidate("a")


def test_too_few_details_prove_nothing() -> None:
    assert decided(candidate("a", 0.5), candidate("b", 0.2, 19))[0] is Tier.SIMILAR
    assert decided(candidate("a", 0.2), candidate("b", 0.2, 19))[3] == ["a", "b"]


@pytest.mark.parametrize(("inliers", "tier"), [(39, Tier.NONE), (40, Tier.EXACT)])
@pytest.mark.parametrize("kind", [UPPER, WHOLE, FEET])
def test_garments_need_twice_the_details(inliers: int, tier: Tier, kind: Kind) -> None:
    assert decided(candidate("a", 0.1, inliers), kind=kind)[0] is tier


@pytest.mark.parametrize(("rival", "tier"), [(15, Tier.EXACT), (16, Tier.NONE), (30, Tier.NONE)])
def test_another_product_with_the_same_print_makes_it_unsure(rival: int, tier: Tier) -> None:
    assert decided(candidate("a", 0.1, rival), candidate("b", 0.1, 30))[0] is tier


def test_variants_of_one_group_are_no_rivals() -> None:
    variants = [candidate("a", 0.3, 30, "g"), candidate("b", 0.2, 31, "g"), candidate("c", 0.1, 15)]
    tier, score, reason, ordered = decided(*variants)
    assert (tier, score, reason) == (Tier.EXACT, VERIFIED, "31 details of its print agree")
    assert ordered == ["b", "a", "c"]


def test_of_equal_prints_the_better_looks_decide() -> None:
    assert decided(candidate("a", 0.3, 30, "g"), candidate("b", 0.2, 30, "g"))[3] == ["a", "b"]


def appearance(
    name: str,
    score: float,
    x: float = 0.1,
    *,
    start: int = 0,
    shot: int = 0,
    tier: Tier = Tier.EXACT,
    width: float = 0.2,
) -> Appearance:
    """Three sampled frames, 400 ms apart, of a box that stays."""
    boxes = tuple(BoxAt(t_ms=start + 400 * i, x0=x, y0=0.2, x1=x + width, y1=0.8) for i in range(3))
    return Appearance(
        appearance_id=name,
        start_ms=start,
        end_ms=start + 1200,
        shot_index=shot,
        kind=THING,
        boxes=boxes,
        tier=tier,
        score=score,
        candidates=(candidate(f"product-{name}", score),),
    )


def shown(*appearances: Appearance) -> list[str]:
    found = one_product_a_place(appearances)
    assert [each.appearance_id for each in found] == [each.appearance_id for each in appearances]
    return [each.appearance_id for each in found if each.tier is not Tier.NONE]


def test_the_surer_one_has_the_place() -> None:
    a, b = appearance("a", 0.7), appearance("b", 0.9, 0.12)
    assert shown(a, b) == ["b"]
    loser, winner = one_product_a_place([a, b])
    assert winner == b
    assert loser.reason == "product-b is surer at the same place"
    assert loser.candidates == a.candidates
    assert loser.score == a.score


def test_of_equals_the_earlier_has_the_place() -> None:
    assert shown(appearance("b", 0.9), appearance("a", 0.9)) == ["a"]
    assert shown(appearance("b", 0.9), appearance("a", 0.9, start=400)) == ["b"]


@pytest.mark.parametrize(
    "other",
    [
        appearance("b", 0.8, 0.6),  # beside it
        appearance("b", 0.8, shot=1),
        appearance("b", 0.8, start=1200),
        appearance("b", 0.8, start=200),  # at the same time, but in no frame together
        appearance("b", 0.8, 0.19),  # half an overlap of each: 0.38 of the union
    ],
    ids=["beside", "another shot", "later", "other frames", "less overlap"],
)
def test_elsewhere_or_at_another_time_both_are_shown(other: Appearance) -> None:
    assert shown(appearance("a", 0.9), other) == ["a", "b"]


@pytest.mark.parametrize(
    ("x", "width"), [(0.185, 0.2), (0.11, 0.05), (0.0, 0.9)], ids=["0.4 of the union", "inside it", "around it"]
)
def test_one_in_the_other_is_one_place(x: float, width: float) -> None:
    assert shown(appearance("a", 0.9), appearance("b", 0.8, x, width=width)) == ["a"]


def test_places_are_shared_when_they_mostly_are() -> None:
    moving = appearance("b", 0.8)
    for together, both in ((1, True), (2, False)):
        boxes = [
            box.model_copy(update={"x0": 0.7, "x1": 0.9}) if i >= together else box
            for i, box in enumerate(moving.boxes)
        ]
        found = shown(appearance("a", 0.9), moving.model_copy(update={"boxes": tuple(boxes)}))
        assert found == (["a", "b"] if both else ["a"])


def test_what_is_not_shown_takes_no_place() -> None:
    hidden = appearance("a", 0.9, tier=Tier.NONE)
    assert shown(hidden, appearance("b", 0.5)) == ["b"]
    assert one_product_a_place([hidden, appearance("b", 0.5)])[0] == hidden


def test_a_loser_takes_no_place_either() -> None:
    """b loses to a; c overlaps b only, so it is shown."""
    a, b, c = appearance("a", 0.9, 0.1), appearance("b", 0.8, 0.16), appearance("c", 0.7, 0.22)
    assert shown(a, b) == ["a"]
    assert shown(b, c) == ["b"]
    assert shown(a, c) == ["a", "c"]
    assert shown(a, b, c) == ["a", "c"]
