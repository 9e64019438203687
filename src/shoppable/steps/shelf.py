"""A catalog at one of its revisions, as matching needs it."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np

from shoppable.errors import InvalidInput, NotFound
from shoppable.logic.calibration import ProductNorms, probability
from shoppable.logic.categories import kind_of
from shoppable.logic.matching import Offer, judge, rank, with_signal
from shoppable.logic.relearning import SIGNAL, looks_log_odds, relearn
from shoppable.model.arrays import Floats, unpacked
from shoppable.model.catalog import Catalog, Picture, Product
from shoppable.model.decision import Decision, Platt
from shoppable.model.keys import catalog_key, decisions_of, look_blob, product_key, stats_blob
from shoppable.model.match import Candidate
from shoppable.model.seen import Kind
from shoppable.ports import IndexName, Ports
from shoppable.steps.learning import open_metric

_SHORTLIST = 10
_NEAREST = 200
_NOTHING_LEARNT: Mapping[Kind, Platt] = MappingProxyType({})


class Shelf:
    """What matching needs of a catalog at one of its revisions.

    Args:
        ports: Uses blobs, records, vectors and embedder.
        catalog: Its name.
        revision: Which one.
        learnt: What decisions on matches with it made of log-odds, by kind of product.
    """

    def __init__(
        self, ports: Ports, catalog: str, revision: int, learnt: Mapping[Kind, Platt] = _NOTHING_LEARNT
    ) -> None:
        self.ports = ports
        self.revision = revision
        self.learnt = learnt
        stats = unpacked(ports.blobs.get(stats_blob(ports.tenant, catalog, revision)))
        number = int(stats["metric"])
        self.metric = open_metric(ports, catalog, number)
        self.space = self.metric.space(ports.embedder.space, number)
        self.norms = ProductNorms.unpacked(stats)
        self.offers: dict[str, Offer] = {}
        self.pictures: dict[str, tuple[Picture, ...]] = {}
        self._index = IndexName(tenant=ports.tenant, catalog=catalog, space=self.space)
        self._looks: dict[tuple[str, str], Floats] = {}
        for entry in ports.records.query(product_key(ports.tenant, catalog, "").partition, Product):
            product = entry.value
            kind = kind_of(product.row.category, product.row.title)
            self.offers[product.product_id] = Offer(product.product_id, product.item_group_id, kind)
            self.pictures[product.product_id] = product.pictures

    def candidates(self, seen: Kind, vector: Floats) -> list[Candidate]:
        """The products nearest to a (d,) vector, best first, each with what makes it so."""
        hits = self.ports.vectors.search(self._index, vector[None], _NEAREST)[0]
        return self.judged(rank(hits, self.offers, self.norms, seen, limit=_SHORTLIST), vector)

    def candidate(self, product_id: str, vector: Floats) -> Candidate:
        """One product, as like a (d,) vector as its best picture is; not judged."""
        of_pictures = {each.picture_id: self._vector(product_id, each.picture_id) for each in self.pictures[product_id]}
        best = max(of_pictures, key=lambda picture_id: float(of_pictures[picture_id] @ vector))
        similarity = float(of_pictures[best] @ vector)
        return Candidate(
            product_id=product_id,
            item_group_id=self.offers[product_id].item_group_id,
            score=0,
            similarity=similarity,
            affinity=self.norms.affinity(product_id, similarity),
            picture_id=best,
        )

    def judged(self, candidates: Sequence[Candidate], vector: Floats) -> list[Candidate]:
        """The candidates with what makes each of them likely, given a (d,) vector."""
        parts = {each.product_id: self._parts(each, vector) for each in candidates}
        return [self._relearned(each) for each in judge(candidates, parts, self.space.calibration)]

    def _relearned(self, candidate: Candidate) -> Candidate:
        """The candidate as likely as decisions on products of its kind make it."""
        curve = self.learnt.get(self.offers[candidate.product_id].kind)
        if curve is None:
            return candidate
        return with_signal(candidate, SIGNAL, probability(curve.applied(looks_log_odds(candidate))))

    def _parts(self, candidate: Candidate, vector: Floats) -> dict[str, float]:
        """What each channel adds to the affinity of a candidate."""
        assert candidate.picture_id is not None  # hits name their picture
        of_picture = self._vector(candidate.product_id, candidate.picture_id)
        parts = self.norms.parts(candidate.product_id, self.metric.shares(vector, of_picture))
        return {channel.name: float(part) for channel, part in zip(self.space.channels, parts, strict=True)}

    def _vector(self, product_id: str, picture_id: str) -> Floats:
        kind = self.offers[product_id].kind
        if (picture_id, kind) not in self._looks:
            key = look_blob(self.ports.tenant, self.ports.embedder.space.name, picture_id, kind)
            look = unpacked(self.ports.blobs.get(key))["look"].astype(np.float32)
            self._looks[picture_id, kind] = self.metric.vectors(look[None])[0]
        return self._looks[picture_id, kind]


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


def learnt_from_decisions(ports: Ports, catalog: str) -> dict[Kind, Platt]:
    """What people's decisions on matches with a catalog say of its products, by kind; empty while there are few."""
    entries = ports.records.query(decisions_of(ports.tenant, catalog), Decision)
    return dict(relearn((entry.value for entry in entries), ports.embedder.space.name))
