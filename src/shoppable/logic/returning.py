"""The same garment seen again: what is sure in one shot helps where it is seen less well.

The same thing on the same person looks far more like itself, from shot to shot of one video, than like its catalog
picture. So when one appearance is surely a product, and another looks just like that appearance, it is the same product
nearly as surely. Probabilities are handed on from the surest to the less sure, and shrink with every hand.
"""

from collections.abc import Container, Sequence

from shoppable.logic.calibration import probability
from shoppable.logic.matching import with_signal
from shoppable.model.arrays import Floats
from shoppable.model.match import Candidate
from shoppable.model.seen import Appearance

SEEDS = 0.5
"""Least probability that is handed on."""

_EVEN, _SLOPE = 0.82, 40.0
"""Cosine at which two appearances are as likely one garment as two, and log-odds a unit: on labelled videos nearly all
pairs above 0.86 were one, and every other between 0.80 and 0.84 was not."""


def handed_on(appearances: Sequence[Appearance], vectors: Floats, worn: Container[str]) -> list[Appearance]:
    """The appearances, each with the probability that its likeness to surer ones gives it, where that is higher.

    Only garments are handed on: variants of a package look as much alike as the same package does, and their prints are
    looked at instead. Only appearances of one kind, at different times, that had the product among their own candidates
    are helped. The product then stands first among their candidates, and its signal `seen again` says what that added.

    Args:
        appearances: Judged, not yet decided.
        vectors: (n, d) float32 of unit length, one for each appearance; zeros where it was not looked at.
        worn: Products that are garments.
    """
    found = list(appearances)
    open_ = {number for number, each in enumerate(found) if each.candidates}
    while open_:
        surest = max(open_, key=lambda number: (found[number].candidates[0].score, -number))
        open_.discard(surest)
        seed = found[surest]
        first = seed.candidates[0]
        if first.score < SEEDS:
            break
        if first.product_id not in worn:
            continue
        likeness = vectors @ vectors[surest]
        for number in open_:
            other = found[number]
            if other.kind is not seed.kind or other.overlap_ms(seed):
                continue
            score = first.score * probability(_SLOPE * (float(likeness[number]) - _EVEN))
            same = next((each for each in other.candidates if each.product_id == first.product_id), None)
            if same is not None and score > max(other.candidates[0].score, same.score):
                found[number] = _first(other, with_signal(same, "seen again", score))
    return found


def _first(appearance: Appearance, candidate: Candidate) -> Appearance:
    rest = (each for each in appearance.candidates if each.product_id != candidate.product_id)
    return appearance.model_copy(update={"candidates": (candidate, *rest)})
