"""The same garment seen again: what is sure in one shot helps where it is seen less well."""

import math
from collections.abc import Sequence

import numpy as np
import pytest

from shoppable.logic.matching import with_signal
from shoppable.logic.returning import SEEDS, handed_on
from shoppable.model.arrays import Floats
from shoppable.model.match import Candidate
from shoppable.model.seen import Appearance, BoxAt, Kind

COAT, HAT, MUG = "coat", "hat", "mug"
WORN = {COAT, HAT}


def candidate(product_id: str, score: float) -> Candidate:
    plain = Candidate(product_id=product_id, item_group_id=product_id, score=score, similarity=0.5, affinity=0.5)
    return with_signal(plain, "colour", score)


def seen(start_s: int, *candidates: tuple[str, float], kind: Kind = Kind.UPPER) -> Appearance:
    """A garment for one second, thought to be these products."""
    start_ms = 1000 * start_s
    return Appearance(
        appearance_id=f"at {start_s}",
        shot_index=start_s,
        kind=kind,
        start_ms=start_ms,
        end_ms=start_ms + 1000,
        boxes=(BoxAt(t_ms=start_ms, x0=0.1, y0=0.1, x1=0.4, y1=0.9),),
        candidates=tuple(candidate(product_id, score) for product_id, score in candidates),
    )


def looks(*cosines: float) -> Floats:
    """Unit vectors with these cosines to the first axis."""
    return np.asarray([(each, math.sqrt(1 - each**2)) for each in cosines], np.float32)


def handed(appearances: Sequence[Appearance], vectors: Floats) -> list[tuple[str, float]]:
    """First candidate and probability of each."""
    found = handed_on(appearances, vectors, WORN)
    assert [each.appearance_id for each in found] == [each.appearance_id for each in appearances]
    return [(each.candidates[0].product_id, each.candidates[0].score) for each in found]


def logit(score: float) -> float:
    return math.log(score / (1 - score))


SURE = seen(0, (COAT, 0.9), (HAT, 0.1))
UNSURE = seen(5, (HAT, 0.4), (COAT, 0.2))


def test_what_looks_just_like_a_sure_one_is_nearly_as_sure() -> None:
    (first, kept), (second, given) = handed([SURE, UNSURE], looks(1, 1))
    assert (first, second) == (COAT, COAT)
    assert 0.88 < given < kept == pytest.approx(0.9)


def test_the_product_stands_first_and_its_signal_says_what_that_added() -> None:
    _, helped = handed_on([SURE, UNSURE], looks(1, 0.95), WORN)
    assert [each.product_id for each in helped.candidates] == [COAT, HAT]
    coat, hat = helped.candidates
    assert coat.signals["seen again"] > 0
    assert sum(coat.signals.values()) == pytest.approx(logit(coat.score), abs=2e-3)
    assert hat == UNSURE.candidates[0]


def test_it_does_not_matter_which_is_seen_first() -> None:
    assert handed([UNSURE, SURE], looks(1, 1)) == list(reversed(handed([SURE, UNSURE], looks(1, 1))))


def test_the_less_alike_the_less_is_handed_on() -> None:
    alike = [handed([SURE, UNSURE], looks(1, cosine))[1][1] for cosine in (1, 0.9, 0.85, 0.81)]
    assert alike == sorted(alike, reverse=True)
    assert len(set(alike)) == 4


@pytest.mark.parametrize("cosine", [0.7, 0.3, -1])
def test_nothing_is_handed_on_where_likeness_is_low(cosine: float) -> None:
    assert handed_on([SURE, UNSURE], looks(1, cosine), WORN) == [SURE, UNSURE]


def test_what_was_not_looked_at_is_not_helped() -> None:
    unseen = np.asarray([(1, 0), (0, 0)], np.float32)
    assert handed_on([SURE, UNSURE], unseen, WORN) == [SURE, UNSURE]


def test_every_hand_makes_it_less_sure() -> None:
    """b is like a, c like b and d like c, but none like the one before: 20 degrees lie between neighbours."""
    degrees = np.radians(np.asarray([0, 20, 40, 60]))
    vectors = np.stack([np.cos(degrees), np.sin(degrees)], axis=1).astype(np.float32)
    chain = [SURE, *(seen(time, (HAT, 0.3), (COAT, 0.2)) for time in (3, 6, 9))]
    scores = [score for product_id, score in handed(chain, vectors) if product_id == COAT]
    assert len(scores) == 4
    assert scores == sorted(scores, reverse=True)
    assert scores[3] < scores[1] - 0.01
    assert handed_on([chain[0], chain[3]], vectors[[0, 3]], WORN) == [chain[0], chain[3]]


@pytest.mark.parametrize("score", [SEEDS, 0.49])
def test_only_what_is_more_likely_than_not_is_handed_on(score: float) -> None:
    found = handed([seen(0, (COAT, score)), seen(5, (HAT, 0.1), (COAT, 0.05))], looks(1, 1))
    assert found[1][0] == (COAT if score >= SEEDS else HAT)


def test_what_is_no_garment_is_never_handed_on() -> None:
    mugs = [seen(0, (MUG, 0.95), kind=Kind.THING), seen(5, (MUG, 0.3), kind=Kind.THING)]
    assert handed_on(mugs, looks(1, 1), WORN) == mugs
    assert handed_on(mugs, looks(1, 1), {MUG}) != mugs


def test_a_sure_thing_that_is_no_garment_does_not_end_the_handing_on() -> None:
    mug = seen(9, (MUG, 0.99), kind=Kind.THING)
    assert handed([mug, SURE, UNSURE], looks(0, 1, 1))[2][0] == COAT


def test_only_appearances_of_one_kind_are_helped() -> None:
    trousers = seen(5, (HAT, 0.4), (COAT, 0.2), kind=Kind.LOWER)
    assert handed_on([SURE, trousers], looks(1, 1), WORN) == [SURE, trousers]


def test_two_at_one_time_are_two_things() -> None:
    beside = seen(0, (HAT, 0.4), (COAT, 0.2)).model_copy(update={"appearance_id": "beside"})
    assert handed_on([SURE, beside], looks(1, 1), WORN) == [SURE, beside]
    next_to_it = beside.model_copy(update={"start_ms": 1000, "end_ms": 2000})
    assert handed([SURE, next_to_it], looks(1, 1))[1][0] == COAT


def test_only_a_product_that_was_thought_of_is_helped() -> None:
    other = seen(5, (HAT, 0.4))
    assert handed_on([SURE, other], looks(1, 1), WORN) == [SURE, other]


def test_what_is_surer_by_itself_is_left_alone() -> None:
    surer = seen(5, (COAT, 0.95))
    assert handed_on([SURE, surer], looks(1, 0.85), WORN)[1] == surer
    otherwise_sure = seen(5, (HAT, 0.89), (COAT, 0.3))
    assert handed_on([SURE, otherwise_sure], looks(1, 0.85), WORN)[1] == otherwise_sure


def test_of_two_that_could_help_the_more_convincing_does_and_the_signals_still_sum_up() -> None:
    """The surest is somewhat alike and helps first; the next is just like it, and says more."""
    near = seen(9, (COAT, 0.85))
    vectors = looks(0.85, 1, 1)
    once = handed_on([SURE, UNSURE], vectors[:2], WORN)[1].candidates[0]
    twice = handed_on([SURE, UNSURE, near], vectors, WORN)[1].candidates[0]
    assert 0.4 < once.score < twice.score < 0.85
    assert set(twice.signals) == {"colour", "seen again"}
    assert sum(twice.signals.values()) == pytest.approx(logit(twice.score), abs=2e-3)


def test_nothing_comes_of_nothing() -> None:
    assert handed_on([], np.zeros((0, 2), np.float32), WORN) == []
    unknown = seen(5)
    assert handed_on([SURE, unknown], looks(1, 1), WORN) == [SURE, unknown]


def test_what_was_given_is_not_changed() -> None:
    given = [SURE, UNSURE]
    before = [each.model_copy(deep=True) for each in given]
    handed_on(given, looks(1, 1), WORN)
    assert given == before
