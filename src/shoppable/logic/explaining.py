"""A match in plain words: what a tier means, what a signal is, and how much it says."""

import math
from collections.abc import Mapping

from shoppable.model.match import Candidate, Tier
from shoppable.model.seen import Impairment, Kind

TIER_WORDS = {
    Tier.EXACT: "this very product",
    Tier.SIMILAR: "the same kind and look, not surely this product",
    Tier.NONE: "refused: nothing is shown",
}

KIND_WORDS = {
    Kind.WHOLE: "all of a dressed person",
    Kind.UPPER: "upper garment",
    Kind.LOWER: "lower garment",
    Kind.FEET: "on the feet",
    Kind.HEAD: "on the head",
    Kind.THING: "a thing",
}

_SIGNAL_WORDS = {
    "chance": "before anything is compared",
    "colour": "colours",
    "lead": "lead over the next style",
    "decisions": "what people decided before",
    "details": "details of its print agree",
    "rival print": "another label agrees as well",
    "seen again": "just like where it is seen better",
}


def signal_words(name: str) -> str:
    """What a signal is; one that is not known here is called by its own name.

    >>> signal_words("shape_of_the_label")
    'shape of the label'
    """
    return _SIGNAL_WORDS.get(name, name.replace("_", " "))


def impairment_words(impaired: Mapping[Impairment, float]) -> str:
    """How well a thing is seen.

    >>> impairment_words({Impairment.SMALL: 1.0, Impairment.CUT_OFF: 0.4})
    'small in every view, cut off in 40 %'
    >>> impairment_words({})
    'whole, large and sharp in every view'
    """
    said = (f"{each} in {'every view' if share >= 1 else f'{100 * share:.0f} %'}" for each, share in impaired.items())
    return ", ".join(said) or "whole, large and sharp in every view"


def strength_words(log_odds: float) -> str:
    """What a contribution to the log-odds does to the odds.

    >>> strength_words(1.1), strength_words(-0.7), strength_words(0.01)
    ('3.0 times as likely', '2.0 times less likely', 'says nothing')
    """
    times = math.exp(min(abs(log_odds), 20))
    if times < 1.05:
        return "says nothing"
    said = f"{times:.0f}" if times >= 10 else f"{times:.1f}"
    return f"{said} times as likely" if log_odds > 0 else f"{said} times less likely"


def by_weight(candidate: Candidate) -> list[tuple[str, float]]:
    """The signals of a candidate by name, those that say most first; empty for a match that kept none."""
    return sorted(candidate.signals.items(), key=lambda signal: (-abs(signal[1]), signal[0]))


def measures(candidate: Candidate) -> str:
    """What was measured, whatever it was taken to say."""
    details = f", {candidate.inliers} details agree" if candidate.inliers else ""
    return f"cosine {candidate.similarity:.2f}, affinity {100 * candidate.affinity:.0f} %{details}"
