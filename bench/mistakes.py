"""What went wrong, worst first: products that are not there, and products that were not seen."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from bench.scoring import EXACT, Scorer
from bench.sets import Case, Document

MEANT = 0.3
"""Least overlap of boxes for a found thing to be meant for a true one."""

NEAR = 0.1
"""Least overlap at which the scorer lets candidates count for a true appearance."""


@dataclass(frozen=True)
class Mistake:
    """A found appearance whose product is not there; `should_be` is the true one in its place, if there is one."""

    found: Document
    should_be: Document | None


@dataclass(frozen=True)
class Miss:
    """A true appearance that was not shown.

    Attributes:
        there: The true appearance.
        nearest: The found appearance at its place that has the right product first, or else lies on it best; None
            when nothing was found there.
        rank: Place of the right product among all its candidates, from 1; None when it is not among them.
    """

    there: Document
    nearest: Document | None
    rank: int | None


def worst(scorer: Scorer, case: Case, most: int) -> list[Mistake]:
    """Found appearances that are wrong, sure ones first: tier exact, then similar, then what was refused."""
    tiers = ("exact", "similar", "none")
    found = sorted(case.found["appearances"], key=lambda each: (tiers.index(each["tier"]), -each["score"]))
    wrong = (each for each in found if scorer.is_wrong(case, each))
    return [Mistake(each, _meant(scorer, case, each)) for each in islice(wrong, most)]


def misses(scorer: Scorer, case: Case) -> list[Miss]:
    """True appearances that tier exact does not show, by time."""
    return [
        _miss(scorer, case, there) for there in sorted(scorer.missed(case, EXACT), key=lambda each: each["start_ms"])
    ]


def rank_of(product_id: str, found: Document) -> int | None:
    """Place of a product among the candidates of a found appearance, from 1; None when it is not among them."""
    ranked = [candidate["product_id"] for candidate in found["candidates"]]
    return ranked.index(product_id) + 1 if product_id in ranked else None


def shared_moment(one: Document, other: Document) -> float:
    """Middle of the time that two appearances share, in milliseconds."""
    return float(max(one["start_ms"], other["start_ms"]) + min(one["end_ms"], other["end_ms"])) / 2


def _meant(scorer: Scorer, case: Case, found: Document) -> Document | None:
    over = _over(scorer, case.truth["appearances"], found, MEANT)
    return max(over, default=(0.0, None), key=lambda each: each[0])[1]


def _miss(scorer: Scorer, case: Case, there: Document) -> Miss:
    near = list(_over(scorer, case.found["appearances"], there, NEAR))
    if not near:
        return Miss(there, None, None)
    ranks = [(rank_of(there["product_id"], found) or len(found["candidates"]) + 99, -iou) for iou, found in near]
    nearest = near[ranks.index(min(ranks))][1]
    return Miss(there, nearest, rank_of(there["product_id"], nearest))


def _over(
    scorer: Scorer, others: list[Document], appearance: Document, least: float
) -> Iterator[tuple[float, Document]]:
    """Others on screen at the same time whose boxes overlap this one's by at least `least`, each with its overlap."""
    for other in others:
        if other["start_ms"] < appearance["end_ms"] and appearance["start_ms"] < other["end_ms"]:
            overlap = scorer.overlap(other, appearance, shared_moment(other, appearance))
            if overlap >= least:
                yield overlap, other
