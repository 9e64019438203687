"""What a seen thing is, and whether to say so.

Candidates are ranked by similarity and judged by affinity and lead (`calibration`); local features overrule both where
a print or a label is in view. When in doubt nothing is said.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from shoppable.logic.calibration import ProductNorms, probability
from shoppable.logic.impairing import always
from shoppable.model.arrays import Hit
from shoppable.model.geometry import WHOLE, Box
from shoppable.model.match import Candidate, Tier
from shoppable.model.seen import Appearance, Impairment, Kind
from shoppable.model.space import Calibration

VERIFIED = 0.95
"""Probability once local features agree: of 23 products that were shown for it on labelled videos 22 were right."""


_SAME_THING = 5
_SAME_PLACE = 0.5
_NOWHERE: Mapping[str, Box] = MappingProxyType({})
_STILL_THERE = 0.2


@dataclass(frozen=True)
class Limits:
    """Where the line is drawn.

    Attributes:
        exact: Least probability of tier `exact`.
        similar: Least probability of tier `similar`.
        lead: How many times the inliers of the next item group a verified product must have, and for tier `exact`
            those of a variant that looks as much alike.
        variant_lead: Least affinity by which tier `exact` is ahead of other variants of its item group.
    """

    exact: float = 0.6
    similar: float = 0.5
    lead: float = 1.25
    variant_lead: float = 0.03


@dataclass(frozen=True)
class Offer:
    """What matching needs to know of a product."""

    product_id: str
    item_group_id: str
    kind: Kind


def fits(seen: Kind, offered: Kind) -> bool:
    """Whether a region of this kind can show such a product.

    A region of a person shows what is worn there; a box around any other thing may hold anything.
    """
    return seen in (offered, Kind.THING)


def rank(
    hits: Sequence[Hit], offers: Mapping[str, Offer], norms: ProductNorms, seen: Kind, *, limit: int = 10
) -> list[Candidate]:
    """The products behind the nearest pictures, best first, not judged yet; a product counts with its best picture.

    Args:
        hits: Nearest pictures, best first, with similarities in [-1, 1].
        offers: Products by id; hits of products that are not offered are passed over.
        norms: What strangers reach against each product; products that came after they were measured are passed over.
        seen: What sort of region was seen.
        limit: Most candidates returned.
    """
    found: dict[str, Candidate] = {}
    for hit in hits:
        offer = offers.get(hit.product_id)
        if offer is None or hit.product_id not in norms.row or hit.product_id in found or not fits(seen, offer.kind):
            continue
        found[hit.product_id] = Candidate(
            product_id=hit.product_id,
            item_group_id=offer.item_group_id,
            score=0,
            similarity=hit.similarity,
            affinity=norms.affinity(hit.product_id, hit.similarity),
            picture_id=hit.picture_id,
        )
        if len(found) == limit:
            break
    return list(found.values())


def judge(
    candidates: Sequence[Candidate], parts: Mapping[str, Mapping[str, float]], calibration: Calibration
) -> list[Candidate]:
    """The candidates with their probabilities, and what each signal adds to the log-odds of them.

    Args:
        candidates: Best first.
        parts: For each product, what each channel adds to its affinity.
        calibration: Of the pack.
    """
    judged = []
    for candidate in candidates:
        rivals = (each.affinity for each in candidates if each.item_group_id != candidate.item_group_id)
        lead = candidate.affinity - max(rivals, default=candidate.affinity)
        signals = {"chance": calibration.chance}
        signals |= {name: calibration.affinity * part for name, part in parts[candidate.product_id].items()}
        signals["lead"] = calibration.lead * lead
        score = probability(sum(signals.values()))
        told = {name: round(value, 3) for name, value in signals.items()}
        judged.append(candidate.model_copy(update={"score": score, "signals": told}))
    return judged


def decide(
    candidates: Sequence[Candidate], limits: Limits, impaired: Mapping[Impairment, float] | None = None
) -> tuple[Tier, float, str]:
    """Tier, probability and reason in plain words, of the first candidate.

    What is impaired in two ways in every view, such as small and cut off, is never `exact`.

    Args:
        candidates: Best first.
        limits: Where the line is drawn.
        impaired: In which part of the views each impairment is, in [0, 1].
    """
    if not candidates:
        return Tier.NONE, 0.0, "nothing like it in the catalog"
    first = candidates[0]
    said = f"looks {100 * first.affinity:.0f} % of the way from a stranger to itself"
    if "details" in first.signals:
        said = f"{first.inliers} details of its print agree"
    elif "rival print" in first.signals:
        rival = max((each.inliers for each in candidates if each.item_group_id != first.item_group_id), default=0)
        said = f"{first.inliers} details of its print agree, and {rival} of another label's"
    elif "seen again" in first.signals:
        said = f"{said}, and just like where it is seen better"
    variants = [each for each in candidates[1:] if each.item_group_id == first.item_group_id]
    if first.score >= limits.exact:
        alike = [each for each in variants if first.affinity - each.affinity < limits.variant_lead]
        if "details" in first.signals:
            if any(first.inliers < limits.lead * each.inliers for each in alike):
                return Tier.SIMILAR, first.score, f"{said}, and nearly as many of another variant's"
        elif alike:
            return Tier.SIMILAR, first.score, f"{said}, but so does another variant"
        if len(poorly := always(impaired or {})) > 1:
            return Tier.SIMILAR, first.score, f"{said}, but it is {' and '.join(poorly)} in every view"
        return Tier.EXACT, first.score, said
    if first.score >= limits.similar:
        return Tier.SIMILAR, first.score, f"{said}: same kind and look"
    return Tier.NONE, first.score, f"{said}: not sure enough"


def verified(
    candidates: Sequence[Candidate], min_inliers: int, limits: Limits, places: Mapping[str, Box] = _NOWHERE
) -> list[list[Candidate]]:
    """The candidates, one first whose local features agree with the seen ones as no other item group's do.

    A box may hold several printed goods. Prints contest a match only at the same place of the box, and for each place
    where one is proven the candidates come once, most details first.

    When those of several item groups agree at a place, and none clearly best, they share what is likely by what agrees:
    labels of one brand are alike in all but a word.

    Args:
        candidates: With their inliers.
        min_inliers: That prove a print.
        limits: Where the line is drawn.
        places: Where in the box the print of each candidate was found; of one without a place, all over the box.
    """
    leaders: list[Candidate] = []
    for each in sorted(candidates, key=lambda candidate: -candidate.inliers):
        if each.inliers >= min_inliers and not any(_meet(each, leader, places) for leader in leaders):
            leaders.append(each)
    proven = [each for each in leaders if each.inliers >= limits.lead * _rival(each, candidates, places)]
    if proven:
        return [_led(each, candidates) for each in proven]
    return [[_contested(each, candidates, places) for each in candidates] if leaders else list(candidates)]


def _led(leader: Candidate, candidates: Sequence[Candidate]) -> list[Candidate]:
    first = with_signal(leader, "details", max(leader.score, VERIFIED))
    return [first, *(each for each in candidates if each.product_id != leader.product_id)]


def _meet(a: Candidate, b: Candidate, places: Mapping[str, Box]) -> bool:
    """Whether two candidates claim one place, or are variants, whose labels are alike all over."""
    return a.item_group_id == b.item_group_id or _cross(a, b, places)


def _cross(a: Candidate, b: Candidate, places: Mapping[str, Box]) -> bool:
    """Whether the prints of two candidates lie over each other by more than half of the smaller one."""
    one, other = places.get(a.product_id, WHOLE), places.get(b.product_id, WHOLE)
    return one.shared(other) > _SAME_PLACE * min(one.area, other.area)


def _rival(candidate: Candidate, candidates: Sequence[Candidate], places: Mapping[str, Box]) -> int:
    """Most inliers of another item group at the place of a candidate."""
    rivals = (each for each in candidates if each.item_group_id != candidate.item_group_id)
    return max((each.inliers for each in rivals if _cross(candidate, each, places)), default=0)


def _contested(candidate: Candidate, candidates: Sequence[Candidate], places: Mapping[str, Box]) -> Candidate:
    rival = _rival(candidate, candidates, places)
    share = candidate.inliers / max(candidate.inliers + rival, 1)
    return with_signal(candidate, "rival print", share) if rival and share < candidate.score else candidate


def with_signal(candidate: Candidate, name: str, score: float) -> Candidate:
    """The candidate at another probability, which one more signal accounts for; in place of what it said before."""
    bounded = min(max(score, 0.001), 0.999)
    others = {each: value for each, value in candidate.signals.items() if each != name}
    added = math.log(bounded / (1 - bounded)) - sum(others.values())
    return candidate.model_copy(update={"score": bounded, "signals": {**others, name: round(added, 3)}})


def one_product_a_place(appearances: Sequence[Appearance]) -> list[Appearance]:
    """Where two appearances lie on one place at one time, only the surer one is shown.

    They share a place when their boxes overlap by more than 0.4 of their union, or one lies by more than 0.8 in the
    other, for most of the time they share. The less sure one keeps its candidates and falls to tier `none`. When it
    thought of the same product among its first five, the two are one thing seen twice, and the one that is shown takes
    the whole time over, and the boxes of the one that was seen longer.
    """
    kept: list[Appearance] = []
    out: dict[str, Appearance] = {}
    for appearance in sorted(appearances, key=_surest_first):
        winner = next((k for k in kept if share_a_place(appearance, k)), None)
        if winner is not None and appearance.candidates:
            first = winner.candidates[0].product_id
            if first in [each.product_id for each in appearance.candidates[:_SAME_THING]]:
                together = _together(out[winner.appearance_id], appearance)
                out[winner.appearance_id] = together
            if appearance.tier is not Tier.NONE:
                appearance = appearance.model_copy(
                    update={"tier": Tier.NONE, "reason": f"{first} is surer at the same place"}
                )
        elif appearance.tier is not Tier.NONE:
            kept.append(appearance)
        out[appearance.appearance_id] = appearance
    return [out[each.appearance_id] for each in appearances]


def bridged(appearances: Sequence[Appearance], *, max_gap_ms: int = 2000) -> list[Appearance]:
    """Appearances of one product that follow each other at one place of a shot, as the one thing that they are.

    Only those that are shown are joined; the surer one keeps its evidence, and the gap is filled by interpolation.
    """
    out: list[Appearance] = []
    shown: dict[int, list[int]] = {}
    for appearance in sorted(appearances, key=lambda each: (each.start_ms, each.appearance_id)):
        here = shown.setdefault(appearance.shot_index, [])
        before = next((place for place in here if _goes_on(out[place], appearance, max_gap_ms)), None)
        if before is not None:
            out[before] = _together(*sorted((out[before], appearance), key=_surest_first))
            continue
        if appearance.tier is not Tier.NONE:
            here.append(len(out))
        out.append(appearance)
    return out


def _goes_on(before: Appearance, after: Appearance, max_gap_ms: int) -> bool:
    if after.tier is not before.tier:
        return False
    near = -max_gap_ms <= before.end_ms - after.start_ms <= 0
    same = before.candidates[0].product_id == after.candidates[0].product_id
    return same and near and before.boxes[-1].iou(after.boxes[0]) > _STILL_THERE


def _together(shown: Appearance, other: Appearance) -> Appearance:
    """The one that is shown, for as long as either was seen."""
    longer, shorter = (other, shown) if other.duration_ms > shown.duration_ms else (shown, other)
    start, end = min(shown.start_ms, other.start_ms), max(shown.end_ms, other.end_ms)
    more = (box for box in shorter.boxes if not longer.start_ms <= box.t_ms < longer.end_ms)
    boxes = tuple(sorted((*longer.boxes, *more), key=lambda box: box.t_ms))
    return shown.model_copy(update={"start_ms": start, "end_ms": end, "boxes": boxes})


def _surest_first(appearance: Appearance) -> tuple[float, int, int, str]:
    """By probability; among equally probable ones, by how much of a print agrees."""
    inliers = appearance.candidates[0].inliers if appearance.candidates else 0
    return -appearance.score, -inliers, appearance.start_ms, appearance.appearance_id


def share_a_place(a: Appearance, b: Appearance) -> bool:
    """Whether two appearances lie on one place most of the time they share, as `one_product_a_place` says."""
    if a.shot_index != b.shot_index or a.overlap_ms(b) == 0:
        return False
    times = {box.t_ms: box for box in b.boxes}
    pairs = [(box, times[box.t_ms]) for box in a.boxes if box.t_ms in times]
    if not pairs:
        return False
    close = sum(x.iou(y) > 0.4 or x.inside(y) > 0.8 or y.inside(x) > 0.8 for x, y in pairs)
    return close > len(pairs) / 2
