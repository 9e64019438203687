"""Matching: what the appearances of a video are, compared with a catalog in one piece."""

import numpy as np

from shoppable.errors import InvalidInput, NotFound
from shoppable.logic.calibration import ProductNorms, weighted
from shoppable.logic.categories import kind_of
from shoppable.logic.matching import Limits, Offer, decide, one_product_a_place, rank
from shoppable.logic.placing import laid_over, outline
from shoppable.model.arrays import NO_AGREEMENT, Agreement, Floats, Hit, LocalFeatures, unpacked
from shoppable.model.catalog import Catalog, Picture, Product
from shoppable.model.keys import catalog_key, product_key, stats_blob
from shoppable.model.noun import Noun
from shoppable.model.seen import Appearance, Kind
from shoppable.ports import IndexName, Ports
from shoppable.steps.lines import read_lines, write_lines
from shoppable.steps.seeing import cut, from_jpeg

_SHORTLIST = 10
_NEAREST = 200
_PROMISING = 8


class Evidence(Noun):
    """What `link` gives: appearances without a match yet, and what they look like."""

    appearances_key: str
    vectors_key: str
    count: int


class Matched(Noun):
    """What `match` gives."""

    appearances_key: str
    exact: int
    similar: int
    none: int


def match(ports: Ports, catalog: str, revision: int, evidence: Evidence) -> Matched:
    """Compares every appearance with the catalog as it was at this revision, and says so only when sure."""
    index = IndexName(tenant=ports.tenant, catalog=catalog, space=ports.embedder.space)
    offers, pictures = _offers(ports, catalog)
    norms = ProductNorms.unpacked(unpacked(ports.blobs.get(stats_blob(ports.tenant, catalog, revision))))
    appearances = list(read_lines(ports, evidence.appearances_key, Appearance))
    vectors = unpacked(ports.blobs.get(evidence.vectors_key))["vectors"]
    closer = _CloserLook(ports, pictures)
    matched = []
    for number, appearance in enumerate(appearances):
        vector = _unit_channels(vectors[number : number + 1], index)
        candidates = rank(
            _nearest(ports, index, vector, offers), offers, norms, appearance.kind, index.space, limit=_SHORTLIST
        )
        agreements: dict[str, list[Agreement]] = {}
        if appearance.kind is Kind.THING:
            agreements = closer.look(appearance, [each.product_id for each in candidates])
            candidates = [
                each.model_copy(update={"inliers": max(found.inliers for found in agreements[each.product_id])})
                for each in candidates
            ]
        tier, score, reason, ordered = decide(candidates, offers, index.space, Limits())
        boxes = appearance.boxes
        if ordered and ordered[0].inliers >= index.space.min_inliers:
            place = outline(agreements[ordered[0].product_id])
            boxes = boxes if place is None else laid_over(boxes, place)
        seen = {"tier": tier, "score": score, "reason": reason, "candidates": ordered, "boxes": boxes}
        matched.append(appearance.model_copy(update=seen))
        ports.progress.at(number + 1, len(appearances))
    matched = one_product_a_place(matched)
    tiers = [str(each.tier) for each in matched]
    return Matched(
        appearances_key=write_lines(ports, "matched.jsonl", matched),
        exact=tiers.count("exact"),
        similar=tiers.count("similar"),
        none=tiers.count("none"),
    )


def catalog_for(ports: Ports, catalog: str) -> Catalog:
    """The catalog to match with.

    Raises:
        NotFound: There is no such catalog, or nothing in it.
        InvalidInput: It was indexed by another pack.
    """
    entry = ports.records.get(catalog_key(ports.tenant, catalog), Catalog)
    if entry is None or entry.value.space is None:
        raise NotFound(f"no catalog {catalog}: make it with `shoppable ingest FEED --catalog {catalog}`")
    if entry.value.space != ports.embedder.space.name:
        pack = entry.value.space.split("@")[0]
        raise InvalidInput(
            f"catalog {catalog} was indexed with {entry.value.space}, this is {ports.embedder.space.name}: "
            f"choose `--pack {pack}`, or index it again with `shoppable ingest FEED --catalog {catalog} --rebuild`"
        )
    return entry.value


class _CloserLook:
    """Compares the crops of an appearance with the pictures of its candidates, detail by detail."""

    def __init__(self, ports: Ports, pictures: dict[str, tuple[Picture, ...]]) -> None:
        self._ports = ports
        self._pictures = pictures
        self._described: dict[str, LocalFeatures] = {}

    def look(self, appearance: Appearance, product_ids: list[str]) -> dict[str, list[Agreement]]:
        """For each product, the best agreement that any of its pictures reached with each crop; never empty.

        Crops are looked at best first. A product that hardly agrees with one is not looked for in the next.
        """
        verifier = self._ports.verifier
        found: dict[str, list[Agreement]] = {product_id: [NO_AGREEMENT] for product_id in product_ids}
        promising = product_ids
        for key in appearance.crop_keys:
            if not promising:
                break
            crop = verifier.describe(from_jpeg(self._ports.blobs.get(key)))
            for product_id in promising:
                each = (verifier.agree(crop, self._describe(picture)) for picture in self._pictures[product_id])
                found[product_id].append(max(each, key=lambda agreement: agreement.inliers))
            promising = [each for each in promising if found[each][-1].inliers >= _PROMISING]
        return found

    def _describe(self, picture: Picture) -> LocalFeatures:
        key = picture.picture_key
        if key not in self._described:
            whole = from_jpeg(self._ports.blobs.get(key))
            self._described[key] = self._ports.verifier.describe(cut(whole, picture.box))
        return self._described[key]


def _offers(ports: Ports, catalog: str) -> tuple[dict[str, Offer], dict[str, tuple[Picture, ...]]]:
    offers, pictures = {}, {}
    for entry in ports.records.query(product_key(ports.tenant, catalog, "").partition, Product):
        product = entry.value
        offers[product.product_id] = Offer(
            product_id=product.product_id,
            item_group_id=product.item_group_id,
            kind=kind_of(product.row.category, product.row.title),
            by_colour=product.row.color is not None,
        )
        pictures[product.product_id] = product.pictures
    return offers, pictures


def _nearest(ports: Ports, index: IndexName, vector: Floats, offers: dict[str, Offer]) -> list[Hit]:
    """Nearest pictures, best first, each by the weighting that suits its product."""
    hits = []
    for by_colour in sorted({offer.by_colour for offer in offers.values()}):
        query = weighted(vector, index.space, by_colour=by_colour)
        found = ports.vectors.search(index, query, _NEAREST)[0]
        hits += [h for h in found if h.product_id in offers and offers[h.product_id].by_colour is by_colour]
    return sorted(hits, key=lambda hit: -hit.similarity)


def _unit_channels(vectors: Floats, index: IndexName) -> Floats:
    """Means of unit vectors brought back to unit length, channel by channel."""
    ends = np.cumsum([channel.dimension for channel in index.space.channels])[:-1]
    parts = np.split(vectors, ends, axis=1)
    return np.concatenate([p / np.maximum(np.linalg.norm(p, axis=1, keepdims=True), 1e-9) for p in parts], axis=1)
