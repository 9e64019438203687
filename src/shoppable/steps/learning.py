"""From looks of catalog pictures to a catalog's vectors: the metric it learns, and what it makes of each look."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from shoppable.errors import NotFound, Unavailable
from shoppable.logic.categories import kind_of
from shoppable.logic.metric import Metric, learn, sample
from shoppable.model.arrays import VectorRows, packed, unpacked
from shoppable.model.catalog import Product
from shoppable.model.keys import look_blob, metric_blob, product_key
from shoppable.ports import Ports

_PAGE = 1000


@dataclass(frozen=True)
class Shown:
    """One picture of one product."""

    product_id: str
    item_group_id: str
    picture_id: str
    kind: str

    @classmethod
    def of(cls, product: Product) -> list["Shown"]:
        """Each picture of a product, in its order."""
        kind = str(kind_of(product.row.category, product.row.title))
        return [
            cls(product.product_id, product.item_group_id, picture.picture_id, kind) for picture in product.pictures
        ]


def shown(ports: Ports, catalog: str) -> Iterator[Shown]:
    """Every picture of a catalog, by product."""
    partition, after = product_key(ports.tenant, catalog, "").partition, ""
    while page := ports.records.query(partition, Product, after=after, limit=_PAGE):
        for entry in page:
            yield from Shown.of(entry.value)
        after = page[-1].key.sort


def learn_metric(ports: Ports, catalog: str, pictures: Sequence[Shown], number: int) -> Metric:
    """Learns a metric from (some of) the pictures of a catalog and keeps it under its number."""
    chosen = [pictures[place] for place in sample(len(pictures))]
    looks, augmented = [], []
    for done, picture in enumerate(chosen, 1):
        arrays = _look(ports, picture)
        looks.append(arrays["look"])
        augmented.append(arrays["augmented"])
        ports.progress.at(done, len(chosen))
    metric = learn(
        np.stack(looks).astype(np.float32),
        np.stack(augmented).astype(np.float32),
        [picture.product_id for picture in chosen],
        [picture.item_group_id for picture in chosen],
        ports.embedder.space,
    )
    ports.blobs.put(metric_blob(ports.tenant, catalog, number), packed(**metric.arrays()))
    return metric


def open_metric(ports: Ports, catalog: str, number: int) -> Metric:
    """The metric that a catalog learnt under this number. `NotFound`."""
    try:
        return Metric.unpacked(unpacked(ports.blobs.get(metric_blob(ports.tenant, catalog, number))))
    except NotFound as error:
        raise NotFound(
            f"what catalog {catalog} learnt from its pictures is gone: ingest its feed again with --rebuild"
        ) from error


def vectors_of(ports: Ports, metric: Metric, pictures: Sequence[Shown]) -> VectorRows:
    """The vectors that a metric makes of the looks of some pictures."""
    looks = np.stack([_look(ports, picture)["look"] for picture in pictures]).astype(np.float32)
    return VectorRows(
        product_ids=[picture.product_id for picture in pictures],
        picture_ids=[picture.picture_id for picture in pictures],
        vectors=metric.vectors(looks),
    )


def _look(ports: Ports, picture: Shown) -> dict[str, np.ndarray[tuple[int, ...], np.dtype[np.float16]]]:
    key = look_blob(ports.tenant, ports.embedder.space.name, picture.picture_id, picture.kind)
    try:
        return unpacked(ports.blobs.get(key))
    except NotFound as error:
        raise Unavailable(
            f"what was seen in a picture of product {picture.product_id} is gone: ingest the feed again with --rebuild"
        ) from error
