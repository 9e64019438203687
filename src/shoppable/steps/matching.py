"""Matching: what the appearances of a video are, compared with a catalog in one piece."""

import numpy as np

from shoppable.logic.matching import Limits, bridged, decide, one_product_a_place
from shoppable.logic.placing import laid_over
from shoppable.logic.returning import handed_on
from shoppable.model.arrays import Floats, unpacked
from shoppable.model.decision import Platt
from shoppable.model.noun import Noun
from shoppable.model.seen import Appearance, Kind
from shoppable.ports import Ports
from shoppable.steps.details import verified_by_details
from shoppable.steps.lines import read_lines, write_lines
from shoppable.steps.looking import Looks
from shoppable.steps.shelf import Shelf


class Matched(Noun):
    """What `match` gives."""

    appearances_key: str
    exact: int
    similar: int
    none: int


def match(ports: Ports, catalog: str, revision: int, decisions: dict[Kind, Platt], looks: Looks) -> Matched:
    """Compares every appearance with the catalog as it was at this revision, and says so only when sure."""
    shelf = Shelf(ports, catalog, revision, decisions)
    appearances = list(read_lines(ports, looks.appearances_key, Appearance))
    arrays = unpacked(ports.blobs.get(looks.looks_key))
    vectors = np.zeros((len(appearances), shelf.space.dimension), np.float32)
    vectors[arrays["of"]] = shelf.metric.vectors(arrays["looks"].astype(np.float32))
    for number in arrays["of"]:
        candidates = shelf.candidates(appearances[number].kind, vectors[number])
        appearances[number] = appearances[number].model_copy(update={"candidates": tuple(candidates)})
    appearances, of, places = verified_by_details(ports, shelf, appearances, vectors)
    if shelf.space.learned:  # without nets, strangers look as much alike as one garment does in two shots
        worn = {product_id for product_id, offer in shelf.offers.items() if offer.kind is not Kind.THING}
        appearances = handed_on(appearances, vectors[of], worn)
    decided = [_decided(each, shelf, places.get(each.appearance_id)) for each in appearances]
    matched = bridged(one_product_a_place(decided))
    tiers = [str(each.tier) for each in matched]
    return Matched(
        appearances_key=write_lines(ports, "matched.jsonl", matched),
        exact=tiers.count("exact"),
        similar=tiers.count("similar"),
        none=tiers.count("none"),
    )


def _decided(appearance: Appearance, shelf: Shelf, place: Floats | None) -> Appearance:
    """The appearance with its tier; and with its boxes drawn closer where local features tell the place."""
    tier, score, reason = decide(appearance.candidates, Limits(), appearance.impaired)
    verified = bool(appearance.candidates and "details" in appearance.candidates[0].signals)
    return appearance.model_copy(
        update={
            "tier": tier,
            "score": score,
            "reason": reason,
            "boxes": laid_over(appearance.boxes, place) if verified and place is not None else appearance.boxes,
            "space": shelf.space.name,
            "catalog_revision": shelf.revision,
        }
    )
