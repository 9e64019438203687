"""Which appearances are worth a close look: what may be sold, and not the same place again and again."""

from shoppable.logic.choosing import worth_a_look
from shoppable.model.seen import Appearance, BoxAt, Kind


def seen(
    kind: Kind = Kind.THING, *, duration_ms: int = 2000, left: float = 0.1, wide: float = 0.3, shot: int = 0
) -> Appearance:
    boxes = tuple(BoxAt(t_ms=t_ms, x0=left, y0=0.2, x1=left + wide, y1=0.8) for t_ms in range(0, duration_ms, 200))
    return Appearance(appearance_id="a", start_ms=0, end_ms=duration_ms, shot_index=shot, kind=kind, boxes=boxes)


def test_what_the_shop_does_not_sell_is_not_looked_at() -> None:
    appearances = [seen(Kind.FEET), seen(Kind.UPPER), seen(Kind.THING)]
    assert worth_a_look(appearances, {Kind.UPPER}) == [1, 2]
    assert worth_a_look(appearances, {Kind.THING}) == [2]
    assert worth_a_look(appearances, set()) == []


def test_three_things_at_one_place_are_enough_the_longest_and_largest() -> None:
    at_one_place = [seen(duration_ms=1000), seen(), seen(wide=0.32), seen(wide=0.34), seen(wide=0.28)]
    assert worth_a_look(at_one_place, {Kind.THING}) == [1, 2, 3]


def test_other_places_and_other_shots_have_looks_of_their_own() -> None:
    appearances = [seen(), seen(), seen(), seen(left=0.6), seen(shot=1)]
    assert worth_a_look(appearances, {Kind.THING}) == [0, 1, 2, 3, 4]


def test_things_that_come_and_go_are_nothing_but_garments_count() -> None:
    appearances = [seen(duration_ms=400), seen(Kind.LOWER, duration_ms=400)]
    assert worth_a_look(appearances, {Kind.THING, Kind.LOWER}) == [1]


def test_regions_of_persons_are_all_looked_at() -> None:
    assert worth_a_look([seen(Kind.UPPER)] * 5, {Kind.UPPER}) == [0, 1, 2, 3, 4]
