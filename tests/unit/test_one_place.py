"""Appearances on one place: the surer one is shown, and what goes on is one thing."""

import pytest

from shoppable.logic.matching import bridged, one_product_a_place, share_a_place
from shoppable.model.match import Candidate, Tier
from shoppable.model.seen import Appearance, BoxAt, Kind


def candidate(product_id: str, score: float, inliers: int = 0) -> Candidate:
    return Candidate(
        product_id=product_id, item_group_id=product_id, score=score, similarity=0.5, affinity=0.5, inliers=inliers
    )


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
        kind=Kind.THING,
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


def test_of_equally_probable_ones_the_clearer_print_has_the_place() -> None:
    clear = appearance("b", 0.9).model_copy(update={"candidates": (candidate("product-b", 0.9, 70),)})
    assert shown(appearance("a", 0.9), clear) == ["b"]


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


def times_and_boxes(seen: Appearance) -> list[tuple[int, float]]:
    return [(box.t_ms, box.x0) for box in seen.boxes]


def thought_of(seen: Appearance, *product_ids: str) -> Appearance:
    return seen.model_copy(update={"candidates": tuple(candidate(each, seen.score) for each in product_ids)})


def test_a_loser_that_thought_of_the_same_product_lends_its_time() -> None:
    sure = appearance("a", 0.9, start=400)
    unsure = thought_of(appearance("b", 0.6, 0.12), "product-b", "product-a")
    winner, loser = one_product_a_place([sure, unsure])
    assert (winner.start_ms, winner.end_ms) == (0, 1600)
    assert times_and_boxes(winner) == [(0, 0.12), (400, 0.1), (800, 0.1), (1200, 0.1)]
    assert (winner.tier, winner.score, winner.candidates) == (Tier.EXACT, 0.9, sure.candidates)
    assert (loser.tier, loser.start_ms, loser.end_ms) == (Tier.NONE, 0, 1200)


def test_boxes_are_those_of_the_one_that_was_seen_longer() -> None:
    short = appearance("a", 0.9, start=400).model_copy(update={"end_ms": 1000})
    short = short.model_copy(update={"boxes": short.boxes[:2]})
    long = thought_of(appearance("b", 0.6, 0.12), "product-a")
    winner, _ = one_product_a_place([short, long])
    assert times_and_boxes(winner) == [(0, 0.12), (400, 0.12), (800, 0.12)]
    assert (winner.start_ms, winner.end_ms) == (0, 1200)


def test_one_that_is_not_shown_lends_its_time_too() -> None:
    hidden = thought_of(appearance("b", 0.3, 0.12, tier=Tier.NONE), "product-b", "product-a")
    winner, left = one_product_a_place([appearance("a", 0.9, start=400), hidden])
    assert (winner.start_ms, winner.end_ms) == (0, 1600)
    assert left == hidden


@pytest.mark.parametrize(("place", "start_ms"), [(4, 0), (5, 400)])
def test_a_product_that_was_hardly_thought_of_is_another_thing(place: int, start_ms: int) -> None:
    others = [f"x{number}" for number in range(6)]
    unsure = thought_of(appearance("b", 0.6, 0.12), *others[:place], "product-a")
    winner, loser = one_product_a_place([appearance("a", 0.9, start=400), unsure])
    assert winner.start_ms == start_ms
    assert loser.tier is Tier.NONE


def test_a_winner_takes_the_time_of_all_that_it_was() -> None:
    parts = [
        thought_of(appearance("b", 0.6, start=start), "product-b", "product-a").model_copy(
            update={"appearance_id": f"b{start}"}
        )
        for start in (0, 800)
    ]
    winner = one_product_a_place([appearance("a", 0.9, start=400), *parts])[0]
    assert (winner.start_ms, winner.end_ms) == (0, 2000)
    assert times_and_boxes(winner) == [(t_ms, 0.1) for t_ms in range(0, 2000, 400)]


def test_places_are_shared_both_ways() -> None:
    there, here = appearance("a", 0.9), appearance("b", 0.8, 0.11, width=0.05)
    assert share_a_place(there, here)
    assert share_a_place(here, there)
    assert not share_a_place(there, appearance("c", 0.8, 0.6))


def again(start: int, x: float = 0.1, **said: object) -> Appearance:
    """The same product once more."""
    seen = appearance("b", 0.8, x, start=start)
    return thought_of(seen, "product-a").model_copy(update=said)


def joined(*appearances: Appearance) -> list[tuple[str, int, int]]:
    return [(each.appearance_id, each.start_ms, each.end_ms) for each in bridged(appearances)]


@pytest.mark.parametrize(("gap_ms", "one"), [(0, True), (2000, True), (2001, False)])
def test_what_goes_on_at_its_place_is_one_thing(gap_ms: int, one: bool) -> None:
    found = joined(appearance("a", 0.9), again(1200 + gap_ms))
    assert found == ([("a", 0, 2400 + gap_ms)] if one else [("a", 0, 1200), ("b", 1200 + gap_ms, 2400 + gap_ms)])


def test_the_surer_one_keeps_its_evidence_and_both_their_boxes() -> None:
    (found,) = bridged([again(0), appearance("a", 0.9, 0.12, start=2000)])
    assert (found.appearance_id, found.score) == ("a", 0.9)
    times = [(0, 0.1), (400, 0.1), (800, 0.1), (2000, 0.12), (2400, 0.12), (2800, 0.12)]
    assert times_and_boxes(found) == times


def test_three_in_a_row_are_one_whatever_their_order() -> None:
    parts = [appearance("a", 0.9), again(1600), again(3200).model_copy(update={"appearance_id": "c"})]
    assert joined(*parts) == joined(*reversed(parts)) == [("a", 0, 4400)]


def test_how_long_a_gap_may_be_can_be_told() -> None:
    assert len(bridged([appearance("a", 0.9), again(1300)], max_gap_ms=50)) == 2


@pytest.mark.parametrize(
    "other",
    [
        again(1600, 0.25),  # a seventh of an overlap
        again(1600, shot_index=1),
        again(1600, tier=Tier.SIMILAR),
        again(1600, tier=Tier.NONE),
        again(1000),  # while the first is still there
        appearance("b", 0.8, start=1600),
    ],
    ids=["elsewhere", "another shot", "another tier", "not shown", "at the same time", "another product"],
)
def test_what_does_not_go_on_is_left_alone(other: Appearance) -> None:
    first = appearance("a", 0.9)
    assert sorted(bridged([first, other]), key=lambda each: each.appearance_id) == [first, other]


def test_what_is_not_shown_is_never_joined() -> None:
    hidden = [appearance("a", 0.3, tier=Tier.NONE), again(1600, tier=Tier.NONE)]
    assert bridged(hidden) == hidden
    unknown = [each.model_copy(update={"candidates": ()}) for each in hidden]
    assert bridged(unknown) == unknown
    assert bridged([]) == []


def test_a_thing_that_moved_goes_on_where_it_was_last_seen() -> None:
    moving = appearance("a", 0.9)
    boxes = tuple(
        box.model_copy(update={"x0": 0.1 + 0.2 * i, "x1": 0.3 + 0.2 * i}) for i, box in enumerate(moving.boxes)
    )
    moved = moving.model_copy(update={"boxes": boxes})
    assert len(bridged([moved, again(1600, 0.5)])) == 1
    assert len(bridged([moved, again(1600, 0.1)])) == 2
