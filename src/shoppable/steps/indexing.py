"""Writing a catalog: vectors, products, score statistics, and last the catalog's own record.

A run broken off anywhere, and then resumed, asked for anew or followed by another, ends in a whole catalog. So the
catalog's record is marked as unfinished (it has no `stats_key`) before anything else is written, and whoever marks it
keeps others out; a product's record is absent while its vectors change; and the catalog's record comes last, with the
revision that others look for.
"""

from collections.abc import Collection, Iterator
from pathlib import Path

import numpy as np

from shoppable.errors import Conflict, InvalidInput
from shoppable.feeds.report import problems_csv
from shoppable.logic.calibration import fit
from shoppable.model.arrays import VectorRows, packed, unpacked
from shoppable.model.catalog import Catalog, FeedRow, IngestSummary, Product, RowProblem
from shoppable.model.keys import Key, catalog_key, product_key, report_blob, stats_blob
from shoppable.model.noun import Noun
from shoppable.ports import Entry, IndexName, Ports
from shoppable.steps.catalog import SyncPlan
from shoppable.steps.embedding import Embedded, Planned
from shoppable.steps.intake import FeedRead, no_good_row, rejected_rows
from shoppable.steps.lines import read_lines

_ROWS_AT_ONCE = 4096
_IDS_AT_ONCE = 500
_PAGE = 1000


class Indexed(Noun):
    """What `index_products` gives: counts of products; `embedded` counts pictures."""

    revision: int
    added: int
    changed: int
    removed: int
    embedded: int


def index_products(
    ports: Ports, catalog: str, feed: str, rebuild: bool, plan: SyncPlan, embedded: list[Embedded]
) -> Indexed:
    """Brings vectors, products and score statistics of a catalog up to a plan.

    Args:
        ports: Uses blobs, records, vectors, embedder and progress.
        catalog: Which catalog.
        feed: Path of the feed, for messages.
        rebuild: Whether the catalog is made anew.
        plan: What is to be done.
        embedded: Products with their vectors, batch by batch.

    Raises:
        InvalidInput: Not one product of the feed can be used; nothing was changed.
        Conflict: Somebody else wrote the catalog meanwhile.
    """
    added, changed = sum(batch.added for batch in embedded), sum(batch.changed for batch in embedded)
    if not added + changed + plan.moved_rows + plan.unchanged:
        raise InvalidInput(no_good_row(Path(feed).name, _problems(ports, plan, embedded)))
    writing = _Writing(ports, catalog)
    gone = [str(product_id) for product_id in unpacked(ports.blobs.get(plan.gone_key))["product_ids"]]
    touched = bool(added or changed or plan.moved_rows or gone or rebuild or plan.unfinished)
    now = Catalog(
        catalog=catalog,
        space=writing.index.space.name,
        revision=plan.revision + touched,
        stats_key=stats_blob(ports.tenant, catalog, plan.revision + touched),
        products=added + (changed if rebuild else plan.held - plan.removed),
        run_id=ports.scope.run_id,
    )
    result = Indexed(
        revision=now.revision,
        added=added,
        changed=changed + plan.moved_rows,
        removed=plan.removed if not rebuild else plan.held - changed,
        embedded=sum(batch.pictures for batch in embedded),
    )
    key = catalog_key(ports.tenant, catalog)
    entry = ports.records.get(key, Catalog)
    if not touched or (entry is not None and entry.value == now):
        return result
    version = _marked(ports, catalog, entry, plan)
    if rebuild:
        writing.clear()
    writing.remove(gone)
    for number, batch in enumerate(embedded, 1):
        writing.replace(batch)
        ports.progress.at(number, len(embedded))
    writing.finish()
    writing.move_rows(plan)
    ports.vectors.optimize(writing.index)
    _write_stats(
        ports, writing.index, plan, now, refit=plan.refit or plan.unfinished or rebuild or bool(added or changed)
    )
    ports.records.put(key, now, expect=version)
    return result


def summarize(
    ports: Ports, catalog: str, read: FeedRead, plan: SyncPlan, embedded: list[Embedded], indexed: Indexed
) -> IngestSummary:
    """Counts what was done, and writes the report when there is something to report."""
    problems = _problems(ports, plan, embedded)
    report_key = None
    if problems:
        report_key = report_blob(ports.tenant, catalog, ports.scope.run_id)
        ports.blobs.put(report_key, problems_csv(problems))
    return IngestSummary(
        catalog=catalog,
        rows=read.rows,
        added=indexed.added,
        changed=indexed.changed,
        removed=indexed.removed,
        unchanged=plan.unchanged,
        embedded=indexed.embedded,
        rejected=rejected_rows(problems),
        warnings=sum(problem.severity == "warning" for problem in problems),
        revision=indexed.revision,
        report_key=report_key,
    )


def _marked(ports: Ports, catalog: str, entry: Entry[Catalog] | None, plan: SyncPlan) -> int:
    """Marks the catalog as unfinished by this run, and returns the version of that record."""
    run_id = ports.scope.run_id
    if entry is not None and entry.value.stats_key is None and entry.value.run_id == run_id:
        return entry.version
    if (entry.version if entry else 0) != plan.written:
        raise Conflict(f"catalog {catalog} was written by another run meanwhile; ingest the feed again")
    before = entry.value if entry else Catalog(catalog=catalog)
    mark = before.model_copy(update={"stats_key": None, "run_id": run_id})
    return ports.records.put(catalog_key(ports.tenant, catalog), mark, expect=plan.written)


class _Writing:
    """One catalog's products and vectors while they change, in blocks that stores like."""

    def __init__(self, ports: Ports, catalog: str) -> None:
        self._ports = ports
        self._catalog = catalog
        self.index = IndexName(tenant=ports.tenant, catalog=catalog, space=ports.embedder.space)
        self._products: list[Product] = []
        self._blocks: list[VectorRows] = []

    def clear(self) -> None:
        """Empties the catalog; products first, so that none is left without vectors."""
        while page := self._ports.records.query(self._key("").partition, Product, limit=_PAGE):
            self._ports.records.delete_many([entry.key for entry in page])
        self._ports.vectors.drop(self.index.tenant, self._catalog)

    def remove(self, product_ids: list[str]) -> None:
        for start in range(0, len(product_ids), _IDS_AT_ONCE):
            some = product_ids[start : start + _IDS_AT_ONCE]
            self._ports.records.delete_many([self._key(product_id) for product_id in some])
            self._ports.vectors.delete(self.index, some)

    def replace(self, batch: Embedded) -> None:
        """Takes new vectors and products, and writes them once there are enough."""
        self._products += read_lines(self._ports, batch.products_key, Product)
        arrays = unpacked(self._ports.blobs.get(batch.vectors_key))
        self._blocks.append(
            VectorRows(
                product_ids=arrays["product_ids"].tolist(),
                picture_ids=arrays["picture_ids"].tolist(),
                vectors=arrays["vectors"],
            )
        )
        if sum(len(block) for block in self._blocks) >= _ROWS_AT_ONCE:
            self.finish()

    def finish(self) -> None:
        """Writes what was taken: old records go, vectors change, new records come."""
        if self._products:
            self.remove([product.product_id for product in self._products])
            self._ports.vectors.upsert(self.index, joined(self._blocks))
            self._ports.records.put_many([(self._key(product.product_id), product) for product in self._products])
        self._products, self._blocks = [], []

    def move_rows(self, plan: SyncPlan) -> None:
        """Writes products of which only the row changed, with the pictures they have."""
        moved: list[tuple[Key, Product]] = []
        for planned in read_lines(self._ports, plan.rows_key, Planned):
            key = self._key(planned.row.product_id)
            entry = self._ports.records.get(key, Product)
            if entry is None:
                raise Conflict(
                    f"product {planned.row.product_id} of catalog {self._catalog} went away meanwhile; ingest again"
                )
            moved.append((key, entry.value.model_copy(update={"row": planned.row, "row_hash": planned.row_hash})))
        self._ports.records.put_many(moved)

    def _key(self, product_id: str) -> Key:
        return product_key(self.index.tenant, self._catalog, product_id)


def joined(blocks: list[VectorRows]) -> VectorRows:
    """Rows of several blocks in one; there is at least one."""
    return VectorRows(
        product_ids=[product_id for block in blocks for product_id in block.product_ids],
        picture_ids=[picture_id for block in blocks for picture_id in block.picture_ids],
        vectors=np.concatenate([block.vectors for block in blocks]),
    )


def _write_stats(ports: Ports, index: IndexName, plan: SyncPlan, now: Catalog, *, refit: bool) -> None:
    """Score statistics under the new revision; copied from the last one when nothing they depend on changed."""
    key = stats_blob(index.tenant, index.catalog, now.revision)
    if not refit:
        ports.blobs.put(key, ports.blobs.get(stats_blob(index.tenant, index.catalog, plan.revision)))
        return
    sold = {row.product_id: (row.item_group_id, row.color is not None) for row in _rows(ports, index)}
    rows = joined([_of_products(block, sold.keys()) for block in ports.vectors.rows(index)])
    groups = [sold[product_id][0] for product_id in rows.product_ids]
    by_colour = [sold[product_id][1] for product_id in rows.product_ids]
    ports.blobs.put(key, packed(**fit(rows, groups, by_colour, index.space)))


def _of_products(block: VectorRows, product_ids: Collection[str]) -> VectorRows:
    keep = [number for number, product_id in enumerate(block.product_ids) if product_id in product_ids]
    return VectorRows(
        product_ids=[block.product_ids[number] for number in keep],
        picture_ids=[block.picture_ids[number] for number in keep],
        vectors=block.vectors[keep],
    )


def _rows(ports: Ports, index: IndexName) -> Iterator[FeedRow]:
    partition, after = product_key(index.tenant, index.catalog, "").partition, ""
    while page := ports.records.query(partition, Product, after=after, limit=_PAGE):
        yield from (entry.value.row for entry in page)
        after = page[-1].key.sort


def _problems(ports: Ports, plan: SyncPlan, embedded: list[Embedded]) -> list[RowProblem]:
    problems = list(read_lines(ports, plan.problems_key, RowProblem))
    for batch in embedded:
        problems += read_lines(ports, batch.problems_key, RowProblem)
    return sorted(problems, key=lambda problem: problem.line)
