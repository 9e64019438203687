"""A closer look: the crops of appearances and the pictures of things they may be, compared detail by detail."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from shoppable.logic.matching import Limits, share_a_place, verified
from shoppable.logic.placing import outline
from shoppable.model.arrays import Agreement, Floats, LocalFeatures
from shoppable.model.geometry import Box
from shoppable.model.match import Candidate
from shoppable.model.seen import Appearance, Kind
from shoppable.ports import Ports
from shoppable.steps.printing import kept_prints
from shoppable.steps.seeing import cut, from_jpeg
from shoppable.steps.shelf import Shelf

_PROMISING = 8
_AT_ONCE = 16

Found = dict[str, list[Agreement]]
"""For each product that was looked for, the best agreement of any of its pictures with each crop."""


class Looked(NamedTuple):
    """What a closer look gives.

    Attributes:
        appearances: With their candidates' inliers. One whose box holds several proven goods stands there once for
            each, under ids of their own.
        of: For each of them, which of the given ones it is.
        places: Where in its boxes each verified product is, by appearance id.
    """

    appearances: list[Appearance]
    of: list[int]
    places: dict[str, Floats]


def verified_by_details(ports: Ports, shelf: Shelf, appearances: Sequence[Appearance], vectors: Floats) -> Looked:
    """Looks for the prints of candidates in the crops of things; what agrees clearly comes first.

    A product that agrees in one appearance is looked for in every other at its place too, so that variants of one
    label meet wherever one of them is thought of. Garments are not looked for: folds agree by chance.

    Args:
        ports: Uses blobs, verifier and progress.
        shelf: The catalog.
        appearances: With their candidates.
        vectors: (n, d) float32, one for each appearance.
    """
    closer = _CloserLook(ports, shelf, 2 * len(appearances))
    found = closer.look([(each, _prints(each, shelf)) for each in appearances])
    promising = _promising(appearances, found)
    beside = [_beside(each, promising.get(each.shot_index, ())) for each in appearances]
    unknown = [sorted(products - known.keys()) for products, known in zip(beside, found, strict=True)]
    more = closer.look(list(zip(appearances, unknown, strict=True)))
    looked = Looked([], [], {})
    for number, appearance in enumerate(appearances):
        agreed = found[number] | more[number]
        candidates = list(appearance.candidates)
        if others := sorted(beside[number] - {each.product_id for each in candidates}):
            candidates += [shelf.candidate(product_id, vectors[number]) for product_id in others]
            candidates = shelf.judged(candidates, vectors[number])
        goods = verified(_counted(candidates, agreed), shelf.space.min_inliers, Limits(), _where(agreed))
        for count, ordered in enumerate(goods):
            name = appearance.appearance_id + (f"-{count + 1}" if count else "")
            place = outline(agreed.get(ordered[0].product_id, ()), alone=len(goods) == 1) if ordered else None
            if place is not None:
                looked.places[name] = place
            looked.appearances.append(
                appearance.model_copy(update={"appearance_id": name, "candidates": tuple(ordered)})
            )
            looked.of.append(number)
    return looked


def _where(agreed: Found) -> dict[str, Box]:
    """Where in the crops each product agrees, as far as it does."""
    best = {name: max(some, key=lambda each: each.inliers) for name, some in agreed.items() if some}
    return {name: Box.clipped(*each.box.tolist()) for name, each in best.items() if each.inliers}


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


def _most(agreements: Iterable[Agreement]) -> int:
    return max((each.inliers for each in agreements), default=0)


class _CloserLook:
    """Describes each crop and each picture once.

    Args:
        ports: Uses blobs, verifier and progress.
        shelf: The catalog.
        total: How many appearances will be looked at, for progress.
    """

    def __init__(self, ports: Ports, shelf: Shelf, total: int) -> None:
        self._ports = ports
        self._total = total
        self._done = 0
        self._shelf = shelf
        self._seen: dict[str, LocalFeatures] = {}
        self._prints: dict[str, LocalFeatures] = {}

    def look(self, wanted: Sequence[tuple[Appearance, Sequence[str]]]) -> list[Found]:
        """Looks for some products in the crops of each appearance, best view first.

        A product that hardly agrees with one crop is not looked for in the next, and none is where one agrees twice as
        much as a proof needs.
        """
        found: list[Found] = []
        for start in range(0, len(wanted), _AT_ONCE):
            found += self._look(wanted[start : start + _AT_ONCE])
            self._done += len(found) - start
            self._ports.progress.at(self._done, self._total)
        return found

    def _look(self, wanted: Sequence[tuple[Appearance, Sequence[str]]]) -> list[Found]:
        found: list[Found] = [{product_id: [] for product_id in product_ids} for _, product_ids in wanted]
        promising = [list(product_ids) for _, product_ids in wanted]
        self._remember_prints({product_id for product_ids in promising for product_id in product_ids})
        for order in range(max((len(appearance.crop_keys) for appearance, _ in wanted), default=0)):
            looked = [
                (place, appearance)
                for place, (appearance, _) in enumerate(wanted)
                if promising[place] and order < len(appearance.crop_keys)
            ]
            self._remember_crops({each.crop_keys[order]: each.view_boxes[order] for _, each in looked})
            for place, appearance in looked:
                agreements = self._compared(appearance.crop_keys[order], promising[place])
                for product_id, agreement in agreements.items():
                    found[place][product_id].append(agreement)
                plain = _most(agreements.values()) >= 2 * self._shelf.space.min_inliers
                promising[place] = [
                    each for each in promising[place] if agreements[each].inliers >= _PROMISING and not plain
                ]
        return found

    def _compared(self, crop_key: str, product_ids: Sequence[str]) -> dict[str, Agreement]:
        """For each product, the best agreement of any of its pictures with a crop."""
        pictures = [(each, picture.picture_id) for each in product_ids for picture in self._shelf.pictures[each]]
        seen = self._seen[crop_key]
        agreed = self._ports.verifier.agree([(seen, self._prints[picture_id]) for _, picture_id in pictures])
        best: dict[str, Agreement] = {}
        for (product_id, _), agreement in zip(pictures, agreed, strict=True):
            if product_id not in best or agreement.inliers > best[product_id].inliers:
                best[product_id] = agreement
        return best

    def _remember_prints(self, product_ids: Collection[str]) -> None:
        new = {
            picture.picture_id: picture
            for product_id in sorted(product_ids)
            for picture in self._shelf.pictures[product_id]
            if picture.picture_id not in self._prints
        }
        self._prints |= zip(new, kept_prints(self._ports, list(new.values())), strict=True)

    def _remember_crops(self, boxes: Mapping[str, Box]) -> None:
        """Describes the part in a box of each crop, by blob key, that was not described yet."""
        new = [key for key in boxes if key not in self._seen]
        images = [cut(from_jpeg(self._ports.blobs.get(key)), boxes[key]) for key in new]
        self._seen |= zip(new, self._ports.verifier.describe(images), strict=True)
