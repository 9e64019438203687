"""A closer look: the crops of appearances and the pictures of things they may be, compared detail by detail."""

from collections.abc import Mapping, Sequence

from shoppable.logic.matching import Limits, share_a_place, verified
from shoppable.logic.placing import outline
from shoppable.model.arrays import Agreement, Floats, LocalFeatures
from shoppable.model.geometry import Box
from shoppable.model.match import Candidate
from shoppable.model.seen import Appearance, Kind
from shoppable.ports import Ports
from shoppable.steps.seeing import cut, from_jpeg
from shoppable.steps.shelf import Shelf

_PROMISING = 8

Found = dict[str, list[Agreement]]
"""For each product that was looked for, the best agreement of any of its pictures with each crop."""


def verified_by_details(
    ports: Ports, shelf: Shelf, appearances: Sequence[Appearance], vectors: Floats
) -> tuple[list[Appearance], dict[str, Floats]]:
    """Looks for the prints of candidates in the crops of things; what agrees clearly comes first.

    A product that agrees in one appearance is looked for in every other at its place too, so that variants of one
    label meet wherever one of them is thought of. Garments are not looked for: folds agree by chance.

    Args:
        ports: Uses blobs, verifier and progress.
        shelf: The catalog.
        appearances: With their candidates.
        vectors: (n, d) float32, one for each appearance.

    Returns:
        The appearances with their candidates' inliers, and where in its boxes each verified product is, by appearance.
    """
    closer = _CloserLook(ports, shelf)
    found: list[Found] = []
    for number, appearance in enumerate(appearances):
        found.append(closer.look(appearance, _prints(appearance, shelf)))
        ports.progress.at(number + 1, 2 * len(appearances))
    looked = list(appearances)
    promising = _promising(appearances, found)
    places: dict[str, Floats] = {}
    for number, appearance in enumerate(appearances):
        beside = _beside(appearance, promising.get(appearance.shot_index, ()))
        candidates = list(appearance.candidates)
        known = {each.product_id for each in candidates}
        if more := sorted(beside - known):
            candidates += [shelf.candidate(product_id, vectors[number]) for product_id in more]
            candidates = shelf.judged(candidates, vectors[number])
        found[number] = found[number] | closer.look(appearance, sorted(beside - found[number].keys()))
        ordered = verified(_counted(candidates, found[number]), shelf.space.min_inliers, Limits())
        place = outline(found[number].get(ordered[0].product_id, ())) if ordered else None
        if place is not None:
            places[appearance.appearance_id] = place
        looked[number] = appearance.model_copy(update={"candidates": tuple(ordered)})
        ports.progress.at(len(appearances) + number + 1, 2 * len(appearances))
    return looked, places


def _prints(appearance: Appearance, shelf: Shelf) -> list[str]:
    """The candidates of a thing that may bear a print."""
    if appearance.kind is not Kind.THING:
        return []
    ids = (each.product_id for each in appearance.candidates)
    return [product_id for product_id in ids if shelf.offers[product_id].kind is Kind.THING]


def _promising(
    appearances: Sequence[Appearance], found: Sequence[Found]
) -> dict[int, list[tuple[Appearance, set[str]]]]:
    """By shot, the appearances in which products agree so much that they are worth a look all around."""
    by_shot: dict[int, list[tuple[Appearance, set[str]]]] = {}
    for appearance, agreements in zip(appearances, found, strict=True):
        products = {each for each, seen in agreements.items() if _most(seen) >= _PROMISING}
        if products:
            by_shot.setdefault(appearance.shot_index, []).append((appearance, products))
    return by_shot


def _beside(appearance: Appearance, promising: Sequence[tuple[Appearance, set[str]]]) -> set[str]:
    """The products of which much agrees in appearances that lie where this one does, itself included."""
    if appearance.kind is not Kind.THING or not appearance.candidates:
        return set()
    return {each for other, products in promising if share_a_place(appearance, other) for each in products}


def _counted(candidates: Sequence[Candidate], found: Found) -> list[Candidate]:
    return [each.model_copy(update={"inliers": _most(found.get(each.product_id, ()))}) for each in candidates]


def _most(agreements: Sequence[Agreement]) -> int:
    return max((each.inliers for each in agreements), default=0)


class _CloserLook:
    """Describes each crop and each picture once."""

    def __init__(self, ports: Ports, shelf: Shelf) -> None:
        self._ports = ports
        self._shelf = shelf
        self._described: dict[str, LocalFeatures] = {}

    def look(self, appearance: Appearance, product_ids: Sequence[str]) -> Found:
        """Looks for products in the crops of an appearance, best view first.

        A product that hardly agrees with one crop is not looked for in the next.
        """
        found: Found = {product_id: [] for product_id in product_ids}
        promising = list(product_ids)
        for order, key in enumerate(appearance.crop_keys):
            if not promising:
                break
            pictures = [(each, picture) for each in promising for picture in self._shelf.pictures[each]]
            self._describe({key: appearance.view_boxes[order]})
            self._describe({picture.picture_key: picture.box for _, picture in pictures})
            pairs = [(self._described[key], self._described[picture.picture_key]) for _, picture in pictures]
            best: Found = {product_id: [] for product_id in promising}
            for (product_id, _), agreement in zip(pictures, self._ports.verifier.agree(pairs), strict=True):
                best[product_id].append(agreement)
            for product_id in promising:
                found[product_id].append(max(best[product_id], key=lambda agreement: agreement.inliers))
            promising = [each for each in promising if found[each][-1].inliers >= _PROMISING]
        return found

    def _describe(self, boxes: Mapping[str, Box]) -> None:
        """Describes the part in a box of each picture, by blob key, that was not described yet."""
        new = [key for key in boxes if key not in self._described]
        images = [cut(from_jpeg(self._ports.blobs.get(key)), boxes[key]) for key in new]
        self._described |= zip(new, self._ports.verifier.describe(images), strict=True)
