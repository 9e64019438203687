"""What probabilities learn from people's decisions.

A pack's calibration holds for shops it never saw. Once enough was decided on goods of one kind in one catalog, the
log-odds of their looks are stretched and moved so that they fit what people said: Platt scaling (Platt, "Probabilistic
outputs for support vector machines", 1999), found by Newton's method as Lin, Lin and Weng do ("A note on Platt's
probabilistic outputs for support vector machines", Machine Learning 68, 2007).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shoppable.model.decision import Decision, Platt
from shoppable.model.match import Candidate
from shoppable.model.seen import Kind

SIGNAL = "decisions"
"""Name of the signal that says what decisions add to the log-odds of a candidate."""

LEAST = 50
"""Decisions on goods of a kind before anything is learnt from them."""

LEAST_OF_EACH = 5
"""Of these, how many must be right and how many wrong: all of one outcome tell no slope."""

_BEYOND_LOOKS = {"details", "rival print", "seen again"}

_STEPS = 100
_SMALL = 1e-9
_DECIMALS = 4

Reals = NDArray[np.float64]


@dataclass(frozen=True)
class Tally:
    """How many decisions there are on goods of one kind."""

    right: int = 0
    wrong: int = 0

    @property
    def total(self) -> int:
        return self.right + self.wrong

    @property
    def missing_right(self) -> int:
        """How many there must still be that a match is right, whatever else is decided."""
        return max(0, LEAST_OF_EACH - self.right)

    @property
    def missing_wrong(self) -> int:
        return max(0, LEAST_OF_EACH - self.wrong)

    @property
    def missing(self) -> int:
        """Least number of further decisions until they count; 0 when they do.

        >>> Tally(right=40).missing, Tally(right=60).missing, Tally(right=45, wrong=5).missing
        (10, 5, 0)
        """
        return max(0, LEAST - self.total, self.missing_right + self.missing_wrong)


def looks_log_odds(candidate: Candidate) -> float:
    """The log-odds that the looks of a candidate gave it: without decisions, and without what came after them."""
    return sum(value for name, value in candidate.signals.items() if name not in {SIGNAL, *_BEYOND_LOOKS})


def by_looks(candidate: Candidate) -> bool:
    """Whether nothing but looks (and decisions) speaks for or against it."""
    return _BEYOND_LOOKS.isdisjoint(candidate.signals)


def tallies(decisions: Iterable[Decision], space: str) -> Mapping[Kind, Tally]:
    """How many decisions there are that could count, by kind.

    Args:
        decisions: Of one catalog.
        space: Name of the space that is matched in; decisions made with another pack or version do not count.
    """
    counted: dict[Kind, Tally] = {}
    for each in _of_use(decisions, space):
        so_far = counted.get(each.kind, Tally())
        counted[each.kind] = Tally(so_far.right + each.right, so_far.wrong + (not each.right))
    return counted


def relearn(decisions: Iterable[Decision], space: str) -> Mapping[Kind, Platt]:
    """How the log-odds of looks have to be read, by kind; kinds that too little was decided on stay out.

    So do those where people found the likelier matches no more often right: that says that something else is wrong.

    Args:
        decisions: Of one catalog.
        space: Name of the space that is matched in; decisions made with another pack or version do not count.
    """
    useful = _of_use(decisions, space)
    learnt: dict[Kind, Platt] = {}
    for kind, tally in sorted(tallies(useful, space).items()):
        if tally.missing:
            continue
        of_kind = [each for each in useful if each.kind is kind]
        curve = _fit(np.asarray([each.log_odds for each in of_kind]), np.asarray([each.right for each in of_kind]))
        if curve is not None:
            learnt[kind] = curve
    return learnt


def _of_use(decisions: Iterable[Decision], space: str) -> list[Decision]:
    return [each for each in decisions if each.by_looks and _pack(each.space) == _pack(space)]


def _pack(space: str) -> str:
    """Pack and version, without the number of a catalog's metric, which is learnt anew as the catalog changes."""
    return space.partition("+")[0]


def _fit(log_odds: Reals, right: NDArray[np.bool_]) -> Platt | None:
    """The likeliest curve for smoothed labels; None when it does not rise.

    Labels are those of Platt: not 1 and 0, but as sure as so many decisions can make one. That keeps the slope finite
    where all right matches lie above all wrong ones. Log-odds are brought to mean 0 and deviation 1 meanwhile.

    Args:
        log_odds: (n,) float64.
        right: (n,) bool; both outcomes occur.
    """
    centre, spread = float(log_odds.mean()), float(log_odds.std())
    if spread < _SMALL:
        return None
    x = (log_odds - centre) / spread
    yes, no = int(right.sum()), int((~right).sum())
    wanted = np.where(right, (yes + 1) / (yes + 2), 1 / (no + 2))
    curve = np.asarray([0.0, np.log((yes + 1) / (no + 1))])
    for _ in range(_STEPS):
        residual, share = _residual(x, wanted, curve)
        gradient = np.asarray([residual @ x, residual.sum()])
        if np.abs(gradient).max() < _SMALL:
            break
        weight = share * (1 - share)
        hessian = np.asarray([[weight @ x**2, weight @ x], [weight @ x, weight.sum()]])
        step = np.linalg.solve(hessian + 1e-12 * np.eye(2), gradient)
        curve = _descended(x, wanted, curve, step, float(gradient @ step))
    slope = round(float(curve[0]) / spread, _DECIMALS)
    if slope <= 0:
        return None
    return Platt(slope=slope, offset=round(float(curve[1]) - float(curve[0]) * centre / spread, _DECIMALS))


def _residual(x: Reals, wanted: Reals, curve: Reals) -> tuple[Reals, Reals]:
    share = 1 / (1 + np.exp(-np.clip(curve[0] * x + curve[1], -60, 60)))
    return share - wanted, share


def _descended(x: Reals, wanted: Reals, curve: Reals, step: Reals, decrease: float) -> Reals:
    """The curve a Newton step further, or as much of one as makes it likelier."""
    before = _unlikely(x, wanted, curve)
    length = 1.0
    while length > _SMALL:
        further = curve - length * step
        if _unlikely(x, wanted, further) <= before - 1e-4 * length * decrease:
            return np.asarray(further)
        length /= 2
    return curve


def _unlikely(x: Reals, wanted: Reals, curve: Reals) -> float:
    """Cross-entropy of the wanted labels under a curve, in nats."""
    log_odds = curve[0] * x + curve[1]
    return float(np.sum(np.logaddexp(0, log_odds) - wanted * log_odds))
