"""Stores with one drawn shop, and what a catalog run leaves in them."""

import csv
import io
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from obstore.store import MemoryStore
from pydantic import JsonValue

from shoppable.adapters.blobs import StoreBlobs
from shoppable.adapters.records.database import open_database
from shoppable.adapters.records.sql import SqlRecords
from shoppable.adapters.vectors.lance import LanceVectors
from shoppable.errors import Cancelled
from shoppable.model.arrays import unpacked
from shoppable.model.catalog import Catalog, IngestSummary, Product
from shoppable.model.keys import catalog_key, product_key, stats_blob
from shoppable.pipelines.catalog import INDEX_CATALOG, index_inputs
from shoppable.ports import IndexName, Ports, Scope
from tests.direct import run_directly
from tests.shopfront import Shopfront
from tests.small_vision import SmallEmbedder, SmallLocalizer

CATALOG = "spring"


@dataclass
class Heard:
    """Progress that was reported, and after how many words the run is cancelled."""

    words: list[tuple[int, int | None]] = field(default_factory=list)
    cancel_after: int | None = None
    figures: dict[str, float] = field(default_factory=dict)

    def at(self, done: int, total: int | None = None, **figures: float) -> None:
        self.words.append((done, total))
        self.figures = figures
        if self.cancel_after is not None and len(self.words) > self.cancel_after:
            raise Cancelled("the run was cancelled")


@dataclass(frozen=True)
class House:
    """Stores, a shop, and the ports of one tenant."""

    ports: Ports
    shop: Shopfront

    def inputs(self, *, rebuild: bool = False) -> dict[str, JsonValue]:
        ports = self.ports
        space = ports.embedder.space
        return index_inputs(ports.records, ports.vectors, space, ports.tenant, CATALOG, self.shop.feed, rebuild=rebuild)

    def ingest(self, *, rebuild: bool = False, times: int = 1) -> IngestSummary:
        self.shop.write()
        result = run_directly(INDEX_CATALOG, self.ports, self.inputs(rebuild=rebuild), times=times)
        return IngestSummary.model_validate(result)

    @property
    def catalog(self) -> Catalog:
        entry = self.ports.records.get(catalog_key(self.ports.tenant, CATALOG), Catalog)
        assert entry is not None
        return entry.value

    @property
    def products(self) -> dict[str, Product]:
        entries = self.ports.records.query(product_key(self.ports.tenant, CATALOG, "").partition, Product)
        return {entry.value.product_id: entry.value for entry in entries}

    @property
    def index(self) -> IndexName:
        return IndexName(self.ports.tenant, CATALOG, self.ports.embedder.space)

    @property
    def vectors(self) -> dict[tuple[str, str], list[float]]:
        return {
            (product_id, picture_id): [round(float(each), 4) for each in vector]
            for block in self.ports.vectors.rows(self.index)
            for product_id, picture_id, vector in zip(block.product_ids, block.picture_ids, block.vectors, strict=True)
        }

    def report(self, summary: IngestSummary) -> list[dict[str, str]]:
        assert summary.report_key is not None
        text = self.ports.blobs.get(summary.report_key).decode()
        return list(csv.DictReader(io.StringIO(text, newline="")))

    def stats(self) -> dict[str, Any]:
        return unpacked(self.ports.blobs.get(stats_blob(self.ports.tenant, CATALOG, self.catalog.revision)))

    def state(self) -> tuple[dict[str, dict[str, Any]], dict[tuple[str, str], list[float]], Any]:
        """What others see of the catalog, except how often it changed and where in the feed a row stood."""
        products = {
            product_id: {**product.model_dump(), "row": product.row.model_dump(exclude={"line"})}
            for product_id, product in self.products.items()
        }
        for product in products.values():
            for picture in product["pictures"]:
                assert self.ports.blobs.size(picture["picture_key"]) > 0
        stats = {name: values.tolist() for name, values in self.stats().items()}
        return products, self.vectors, (self.catalog.products, self.catalog.space, stats)

    def assert_whole(self) -> None:
        """Vectors, products, statistics and the catalog's own record agree."""
        pictures = {(each.product_id, p.picture_id) for each in self.products.values() for p in each.pictures}
        assert set(self.vectors) == pictures
        assert set(self.stats()["product_ids"]) == set(self.products)
        assert self.catalog.products == len(self.products)
        assert self.catalog.space == self.ports.embedder.space.name
        assert self.catalog.stats_key == stats_blob(self.ports.tenant, CATALOG, self.catalog.revision)


def build(folder: Path, tenant: str = "default") -> House:
    nothing = cast(Any, None)  # this pipeline has no business with videos
    ports = Ports(
        scope=Scope(tenant, ""),
        blobs=StoreBlobs(MemoryStore(), "memory"),
        records=SqlRecords(open_database(folder / "records.db")),
        vectors=LanceVectors(folder / "vectors"),
        media=nothing,
        shots=nothing,
        localizer=SmallLocalizer(),
        embedder=SmallEmbedder(),
        verifier=nothing,
        progress=Heard(),
    )
    return House(ports, Shopfront(folder / f"shop-{tenant}"))


def counts(summary: IngestSummary) -> dict[str, int]:
    names = ("added", "changed", "removed", "unchanged", "rejected", "embedded")
    return {name: getattr(summary, name) for name in names if getattr(summary, name)}
