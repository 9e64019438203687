"""Stores with one drawn shop, and what a catalog run leaves in them."""

import csv
import io
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from obstore.store import MemoryStore
from pydantic import JsonValue

from shoppable.adapters.blobs import StoreBlobs
from shoppable.adapters.fetching.http import HttpFetcher
from shoppable.adapters.records.database import open_database
from shoppable.adapters.records.sql import SqlRecords
from shoppable.adapters.vectors.copied import CopiedVectors
from shoppable.adapters.vision.verify import SiftVerifier
from shoppable.adapters.vision.workers import Workers
from shoppable.errors import Cancelled
from shoppable.logic.calibration import fit
from shoppable.logic.metric import outgrown
from shoppable.model.arrays import unpacked
from shoppable.model.catalog import Catalog, IngestSummary, Product
from shoppable.model.keys import catalog_key, product_key, stats_blob
from shoppable.pipelines.catalog import INDEX_CATALOG, index_inputs
from shoppable.ports import IndexName, Ports, Scope
from shoppable.steps.catalog import index_of
from shoppable.steps.learning import open_metric, shown, vectors_of
from tests.direct import run_directly
from tests.shopfront import Shopfront
from tests.small_vision import SmallEmbedder, SmallLocalizer, SmallSegmenter

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

    def heed(self) -> None:
        """Nothing is counted."""


@dataclass(frozen=True)
class House:
    """Stores, a shop, and the ports of one tenant."""

    ports: Ports
    shop: Shopfront

    def inputs(self, *, rebuild: bool = False) -> dict[str, JsonValue]:
        return index_inputs(self.ports, CATALOG, self.shop.feed, rebuild=rebuild)

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
        return index_of(self.ports, self.catalog)

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

    def contents(self) -> tuple[dict[str, dict[str, Any]], set[tuple[str, str]], int]:
        """What the feed decides of the catalog: all but its metric, which depends on when it was learnt."""
        products, vectors, _ = self.state()
        return products, set(vectors), self.catalog.products

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
        """Vectors, products, statistics, metric and the catalog's own record agree."""
        catalog, vectors, stats = self.catalog, self.vectors, self.stats()
        pictures = list(shown(self.ports, CATALOG))
        assert set(vectors) == {(each.product_id, each.picture_id) for each in pictures}
        assert set(stats["product_ids"]) == set(self.products)
        assert catalog.products == len(self.products)
        assert catalog.space == self.ports.embedder.space.name
        assert catalog.stats_key == stats_blob(self.ports.tenant, CATALOG, catalog.revision)
        assert int(stats["metric"]) == catalog.metric
        assert not outgrown(len(pictures), catalog.learnt_from)
        rows = vectors_of(self.ports, open_metric(self.ports, CATALOG, catalog.metric), pictures)
        for product_id, picture_id, vector in zip(rows.product_ids, rows.picture_ids, rows.vectors, strict=True):
            assert vectors[product_id, picture_id] == pytest.approx(vector.tolist(), abs=2e-4)
        groups = [each.item_group_id for each in pictures]
        again = fit(rows, groups, self.index.space)
        order = [again["product_ids"].tolist().index(each) for each in stats["product_ids"].tolist()]
        np.testing.assert_allclose(stats["mean"], again["mean"][order], atol=2e-3)


def build(folder: Path, tenant: str = "default") -> House:
    nothing = cast(Any, None)  # this pipeline has no business with videos
    ports = Ports(
        scope=Scope(tenant, ""),
        blobs=StoreBlobs(MemoryStore(), "memory"),
        records=SqlRecords(open_database(folder / "records.db")),
        vectors=CopiedVectors(folder / "vectors"),
        media=nothing,
        shots=nothing,
        localizer=SmallLocalizer(),
        segmenter=SmallSegmenter(),
        embedder=SmallEmbedder(),
        verifier=SiftVerifier(Workers(1)),
        progress=Heard(),
        fetcher=HttpFetcher(),
    )
    return House(ports, Shopfront(folder / f"shop-{tenant}"))


def counts(summary: IngestSummary) -> dict[str, int]:
    names = ("added", "changed", "removed", "unchanged", "rejected", "embedded")
    return {name: getattr(summary, name) for name in names if getattr(summary, name)}
