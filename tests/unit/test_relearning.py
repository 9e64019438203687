"""Platt scaling of log-odds by decisions: what it finds, and when it keeps out."""

import itertools
import math
from collections.abc import Iterable
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shoppable.logic.calibration import probability
from shoppable.logic.matching import with_signal
from shoppable.logic.relearning import LEAST, SIGNAL, Tally, by_looks, looks_log_odds, relearn, tallies
from shoppable.model.decision import Decision
from shoppable.model.match import Candidate
from shoppable.model.seen import Kind

SPACE = "lite@2+3"
BEGIN = datetime(2026, 11, 1, 12, tzinfo=UTC)


def decisions(
    said: Iterable[tuple[float, bool]], kind: Kind = Kind.UPPER, space: str = SPACE, *, looks: bool = True
) -> list[Decision]:
    return [
        Decision(
            catalog="spring",
            video_id="v",
            run_id="r",
            appearance_id=f"a{number:06}",
            product_id="coat",
            kind=kind,
            space=space,
            log_odds=log_odds,
            by_looks=looks,
            right=right,
            decided_at=BEGIN,
        )
        for number, (log_odds, right) in enumerate(said)
    ]


def drawn(count: int, slope: float, offset: float, seed: int = 7) -> list[tuple[float, bool]]:
    """Log-odds, and whether people who follow this curve found them right."""
    draw = np.random.default_rng(seed)
    log_odds = draw.uniform(-6, 6, count)
    return [(float(each), bool(draw.random() < probability(slope * each + offset))) for each in log_odds]


def mixed(count: int) -> list[tuple[float, bool]]:
    """As many right as wrong, the right ones higher but for every fifth."""
    return [(number % 7 - 3 + 2.0 * (number % 2), bool(number % 2) != (number % 5 == 0)) for number in range(count)]


@pytest.mark.parametrize(("slope", "offset"), [(1.0, 0.0), (0.4, -1.0), (1.8, 1.5)])
def test_a_known_curve_is_found_from_what_was_drawn_by_it(slope: float, offset: float) -> None:
    curve = relearn(decisions(drawn(6000, slope, offset)), SPACE)[Kind.UPPER]
    assert curve.slope == pytest.approx(slope, rel=0.1)
    assert curve.offset == pytest.approx(offset, abs=0.15)


def test_probabilities_come_to_mean_what_they_say() -> None:
    said = drawn(400, 0.5, -1.5)
    curve = relearn(decisions(said), SPACE)[Kind.UPPER]
    promised = sum(probability(curve.applied(log_odds)) for log_odds, _ in said)
    before = sum(probability(log_odds) for log_odds, _ in said)
    found = sum(right for _, right in said)
    assert promised == pytest.approx(found, abs=3)
    assert abs(before - found) > 40


def test_nothing_is_learnt_from_one_too_few() -> None:
    assert relearn(decisions(mixed(LEAST - 1)), SPACE) == {}
    assert set(relearn(decisions(mixed(LEAST)), SPACE)) == {Kind.UPPER}


def test_each_kind_learns_from_its_own() -> None:
    upper = decisions(drawn(3000, 1, 1), Kind.UPPER)
    things = decisions(drawn(3000, 1, -1), Kind.THING)
    learnt = relearn([*upper, *things, *decisions(mixed(20), Kind.FEET)], SPACE)
    assert list(learnt) == sorted([Kind.UPPER, Kind.THING])
    assert learnt[Kind.UPPER].offset > 0.8
    assert learnt[Kind.THING].offset < -0.8


@pytest.mark.parametrize("right", [True, False])
def test_one_outcome_alone_teaches_nothing(right: bool) -> None:
    one = [(number % 9 - 4.0, right) for number in range(80)]
    few = [(-5.0 if right else 5.0, not right)] * 4
    assert relearn(decisions(one), SPACE) == {}
    assert relearn(decisions([*one, *few]), SPACE) == {}
    assert relearn(decisions([*one, *few, few[0]]), SPACE) != {}


@pytest.mark.parametrize("gap", [8.0, 1.0, 1e-3])
def test_right_ones_all_above_wrong_ones_stay_finite(gap: float) -> None:
    said = [(gap * (number % 2) + gap * number / 1000, bool(number % 2)) for number in range(60)]
    curve = relearn(decisions(said), SPACE)[Kind.UPPER]
    assert math.isfinite(curve.slope * curve.offset)
    for log_odds, right in said:
        surely = probability(curve.applied(log_odds)) if right else 1 - probability(curve.applied(log_odds))
        assert 0.9 < surely < 0.999


def test_decisions_against_all_likelihood_are_left_alone() -> None:
    upside_down = [(log_odds, not right) for log_odds, right in drawn(200, 1, 0)]
    assert relearn(decisions(upside_down), SPACE) == {}


def test_decisions_on_equal_log_odds_tell_no_slope() -> None:
    assert relearn(decisions([(2.94, bool(number % 2)) for number in range(60)]), SPACE) == {}


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.floats(-40, 40), st.booleans()), min_size=LEAST, max_size=90))
def test_the_order_of_candidates_is_never_reversed(said: list[tuple[float, bool]]) -> None:
    for curve in relearn(decisions(said), SPACE).values():
        told = [curve.applied(log_odds) for log_odds in sorted(log_odds for log_odds, _ in said)]
        assert all(math.isfinite(each) for each in told)
        assert all(first <= second for first, second in itertools.pairwise(told))


def test_another_metric_of_the_same_pack_counts_and_another_version_does_not() -> None:
    assert relearn(decisions(mixed(60), space="lite@2+9"), SPACE) == relearn(decisions(mixed(60)), "lite@2") != {}
    assert relearn(decisions(mixed(60), space="lite@1+3"), SPACE) == {}
    assert relearn(decisions(mixed(60), space="classic@2+3"), SPACE) == {}


def test_what_a_print_told_teaches_nothing_of_looks() -> None:
    assert relearn(decisions(mixed(60), looks=False), SPACE) == {}
    assert tallies(decisions(mixed(60), looks=False), SPACE) == {}


def test_what_is_missing_is_told() -> None:
    assert tallies([*decisions(mixed(10)), *decisions([(1, True)], Kind.FEET)], SPACE) == {
        Kind.UPPER: Tally(right=5, wrong=5),
        Kind.FEET: Tally(right=1),
    }
    assert Tally().missing == LEAST
    assert (Tally(right=48).missing, Tally(right=48).missing_wrong) == (5, 5)
    assert Tally(right=47, wrong=3).missing == 2
    assert Tally(right=45, wrong=5).missing == 0


def test_the_log_odds_of_looks_are_those_before_anything_else_was_heard() -> None:
    seen = Candidate(
        product_id="coat", item_group_id="coat", score=0.5, similarity=0.7, affinity=0.6, signals={"chance": -6, "a": 7}
    )
    relearned = with_signal(seen, SIGNAL, 0.2)
    assert looks_log_odds(seen) == looks_log_odds(relearned) == 1
    assert by_looks(relearned)
    for beyond in ("details", "rival print", "seen again"):
        changed = with_signal(relearned, beyond, 0.95)
        assert looks_log_odds(changed) == 1
        assert not by_looks(changed)
