"""What a seen thing is, and whether to say so.

Candidates are ranked by similarity and judged by z-norm (`calibration`); local features overrule both where a print or
a label is in view. When in doubt nothing is said.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shoppable.logic.calibration import ProductNorms, probability
from shoppable.model.arrays import Hit
from shoppable.model.match import Candidate, Tier
from shoppable.model.seen import Appearance, Kind
from shoppable.model.space import Space

VERIFIED = 0.9
"""Probability once local features agree: on labelled videos about one in ten was a variant of the same label."""


@dataclass(frozen=True)
class Limits:
    """Where the line is drawn.

    Attributes:
        exact: Least probability of tier `exact`.
        similar: Least probability of tier `similar`.
        lead: How many times the inliers of the next item group a verified product must have.
        garment_inliers: Factor on the pack's `min_inliers` for garments, whose folds agree by chance.
    """

    exact: float = 0.6
    similar: float = 0.4
    lead: float = 2.0
    garment_inliers: float = 2.0


@dataclass(frozen=True)
class Offer:
    """What matching needs to know of a product."""

    product_id: str
    item_group_id: str
    kind: Kind
    by_colour: bool


def fits(seen: Kind, offered: Kind) -> bool:
    """Whether a region of this kind can show such a product.

    Upper and lower regions show garments of that region (or whole ones); a whole person may wear any garment; a box
    around any other thing may hold anything.
    """
    match seen:
        case Kind.UPPER | Kind.LOWER:
            return offered in (seen, Kind.WHOLE)
        case Kind.WHOLE:
            return offered in (Kind.WHOLE, Kind.UPPER, Kind.LOWER)
        case Kind.FEET | Kind.HEAD:
            return offered is seen
        case Kind.THING:
            return True


def rank(
    hits: Sequence[Hit], offers: Mapping[str, Offer], norms: ProductNorms, seen: Kind, space: Space, *, limit: int = 10
) -> list[Candidate]:
    """The products behind the nearest pictures, best first; a product counts with its best picture.

    Args:
        hits: Nearest pictures, best first, with similarities in [-1, 1].
        offers: Products by id; hits of products that are not offered are passed over.
        norms: What strangers reach against each product; products that came after they were measured are passed over.
        seen: What sort of region was seen.
        space: Of the vectors.
        limit: Most candidates returned.
    """
    found: dict[str, Candidate] = {}
    for hit in hits:
        offer = offers.get(hit.product_id)
        if offer is None or hit.product_id not in norms.row or hit.product_id in found or not fits(seen, offer.kind):
            continue
        z = norms.z(hit.product_id, hit.similarity)
        found[hit.product_id] = Candidate(
            product_id=hit.product_id,
            item_group_id=offer.item_group_id,
            score=probability(z, space.calibration),
            similarity=hit.similarity,
            z=z,
        )
        if len(found) == limit:
            break
    return list(found.values())


def decide(
    candidates: Sequence[Candidate], offers: Mapping[str, Offer], space: Space, limits: Limits
) -> tuple[Tier, float, str, tuple[Candidate, ...]]:
    """Tier, probability, reason in plain words, and the candidates with the chosen one first."""
    if not candidates:
        return Tier.NONE, 0.0, "nothing like it in the catalog", ()
    verified = sorted(candidates, key=lambda each: -each.inliers)
    best = verified[0]
    needed = space.min_inliers
    if offers[best.product_id].kind is not Kind.THING:
        needed = round(needed * limits.garment_inliers)
    rival = max((each.inliers for each in verified if each.item_group_id != best.item_group_id), default=0)
    if best.inliers >= needed and best.inliers >= limits.lead * rival:
        first = best.model_copy(update={"score": max(best.score, VERIFIED)})
        rest = tuple(each for each in candidates if each.product_id != best.product_id)
        return Tier.EXACT, first.score, f"{best.inliers} details of its print agree", (first, *rest)
    first = candidates[0]
    said = f"looks {first.z:+.1f} deviations more like it than strangers do"
    if first.score >= limits.exact:
        return Tier.EXACT, first.score, said, tuple(candidates)
    if first.score >= limits.similar:
        return Tier.SIMILAR, first.score, f"{said}: same kind and look", tuple(candidates)
    return Tier.NONE, first.score, f"{said}: not sure enough", tuple(candidates)


def one_product_a_place(appearances: Sequence[Appearance]) -> list[Appearance]:
    """Where two appearances lie on one place at one time, only the surer one is shown.

    They share a place when their boxes overlap by more than 0.4 of their union, or one lies by more than 0.8 in the
    other, for most of the time they share. The less sure one keeps its candidates and falls to tier `none`.
    """
    kept: list[Appearance] = []
    out: dict[str, Appearance] = {}
    for appearance in sorted(appearances, key=lambda each: (-each.score, each.start_ms, each.appearance_id)):
        winner = next((k for k in kept if appearance.tier is not Tier.NONE and _same_place(appearance, k)), None)
        if winner is not None:
            appearance = appearance.model_copy(
                update={"tier": Tier.NONE, "reason": f"{winner.candidates[0].product_id} is surer at the same place"}
            )
        elif appearance.tier is not Tier.NONE:
            kept.append(appearance)
        out[appearance.appearance_id] = appearance
    return [out[each.appearance_id] for each in appearances]


def _same_place(a: Appearance, b: Appearance) -> bool:
    if a.shot_index != b.shot_index or a.overlap_ms(b) == 0:
        return False
    times = {box.t_ms: box for box in b.boxes}
    pairs = [(box, times[box.t_ms]) for box in a.boxes if box.t_ms in times]
    if not pairs:
        return False
    close = sum(x.iou(y) > 0.4 or x.inside(y) > 0.8 or y.inside(x) > 0.8 for x, y in pairs)
    return close > len(pairs) / 2
