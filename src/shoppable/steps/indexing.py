"""Writing a catalog: products, metric, vectors, score statistics, and last the catalog's own record.

A run broken off anywhere, and then resumed, asked for anew or followed by another, ends in a whole catalog. So the
catalog's record is marked as unfinished (it has no `stats_key`) before anything else is written, and whoever marks it
keeps others out; a run that finds a mark writes metric and vectors all anew; and the catalog's record comes last, with
the revision that others look for.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shoppable.errors import Conflict, InvalidInput
from shoppable.feeds.report import problems_csv, problems_json
from shoppable.logic.calibration import fit
from shoppable.logic.metric import Metric, outgrown
from shoppable.model.arrays import VectorRows, packed, unpacked
from shoppable.model.catalog import Catalog, IngestSummary, Product, RowProblem
from shoppable.model.keys import Key, catalog_key, product_key, report_blob, stats_blob
from shoppable.model.noun import Noun
from shoppable.ports import Entry, IndexName, Ports
from shoppable.steps.catalog import SyncPlan
from shoppable.steps.embedding import Embedded, Planned
from shoppable.steps.intake import FeedRead, no_good_row, rejected_rows
from shoppable.steps.learning import Shown, learn_metric, open_metric, shown, vectors_of
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
    gone = [str(product_id) for product_id in unpacked(ports.blobs.get(plan.gone_key))["product_ids"]]
    touched = bool(added or changed or plan.moved_rows or gone or rebuild or plan.unfinished)
    revision = plan.revision + touched
    result = Indexed(
        revision=revision,
        added=added,
        changed=changed + plan.moved_rows,
        removed=plan.removed if not rebuild else plan.held - changed,
        embedded=sum(batch.pictures for batch in embedded),
    )
    key = catalog_key(ports.tenant, catalog)
    entry = ports.records.get(key, Catalog)
    before = entry.value if entry else Catalog(catalog=catalog)
    written = (before.revision, before.run_id) == (revision, ports.scope.run_id) and before.stats_key is not None
    if not touched or written:
        return result
    version = _marked(ports, catalog, entry, plan)
    writing = _Writing(ports, catalog)
    if rebuild:
        writing.clear()
    writing.remove(gone)
    for number, batch in enumerate(embedded, 1):
        writing.replace(batch)
        ports.progress.at(number, len(embedded))
    writing.move_rows(plan)
    pictures = list(shown(ports, catalog))
    metric, learnt_from = before.metric, before.learnt_from
    if metric == 0 or rebuild or plan.unfinished or outgrown(len(pictures), learnt_from):
        metric, learnt_from = revision, len(pictures)
        rows = _write_all_vectors(ports, catalog, learn_metric(ports, catalog, pictures, metric), metric, pictures)
    else:
        rows = _write_some_vectors(ports, catalog, metric, pictures, [*gone, *writing.replaced])
    stats_key = stats_blob(ports.tenant, catalog, revision)
    if added or changed or plan.refit or metric != before.metric:
        ports.blobs.put(stats_key, packed(metric=np.asarray(metric), **_stats(ports, rows, pictures)))
    else:
        ports.blobs.put(stats_key, ports.blobs.get(stats_blob(ports.tenant, catalog, plan.revision)))
    now = Catalog(
        catalog=catalog,
        space=ports.embedder.space.name,
        metric=metric,
        learnt_from=learnt_from,
        revision=revision,
        stats_key=stats_key,
        products=added + (changed if rebuild else plan.held - plan.removed),
        run_id=ports.scope.run_id,
    )
    ports.records.put(key, now, expect=version)
    return result


def summarize(
    ports: Ports, catalog: str, read: FeedRead, plan: SyncPlan, embedded: list[Embedded], indexed: Indexed
) -> IngestSummary:
    """Counts what was done, and writes the report when there is something to report."""
    problems = _problems(ports, plan, embedded)
    report_key = report_json_key = None
    if problems:
        report_key, report_json_key = (
            report_blob(ports.tenant, catalog, ports.scope.run_id, ending) for ending in ("csv", "json")
        )
        ports.blobs.put(report_key, problems_csv(problems))
        ports.blobs.put(report_json_key, problems_json(problems))
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
        report_json_key=report_json_key,
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
    """One catalog's products while they change."""

    def __init__(self, ports: Ports, catalog: str) -> None:
        self._ports = ports
        self._catalog = catalog
        self.replaced: list[str] = []

    def clear(self) -> None:
        """Empties the catalog."""
        while page := self._ports.records.query(self._key("").partition, Product, limit=_PAGE):
            self._ports.records.delete_many([entry.key for entry in page])

    def remove(self, product_ids: list[str]) -> None:
        for start in range(0, len(product_ids), _IDS_AT_ONCE):
            some = product_ids[start : start + _IDS_AT_ONCE]
            self._ports.records.delete_many([self._key(product_id) for product_id in some])

    def replace(self, batch: Embedded) -> None:
        """Writes the products of a batch, whose vectors have to be written anew."""
        products = list(read_lines(self._ports, batch.products_key, Product))
        self._ports.records.put_many([(self._key(product.product_id), product) for product in products])
        self.replaced += [product.product_id for product in products]

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
        return product_key(self._ports.tenant, self._catalog, product_id)


def _write_all_vectors(ports: Ports, catalog: str, metric: Metric, number: int, pictures: Sequence[Shown]) -> IndexName:
    """Writes a catalog's index anew, with the vectors of a new metric."""
    index = IndexName(ports.tenant, catalog, metric.space(ports.embedder.space, number))
    ports.vectors.drop(ports.tenant, catalog)
    _upsert(ports, index, metric, pictures)
    ports.vectors.optimize(index)
    return index


def _write_some_vectors(
    ports: Ports, catalog: str, number: int, pictures: Sequence[Shown], product_ids: Sequence[str]
) -> IndexName:
    """Writes the vectors of some products anew, or removes them when the catalog has no pictures of them."""
    metric = open_metric(ports, catalog, number)
    index = IndexName(ports.tenant, catalog, metric.space(ports.embedder.space, number))
    for start in range(0, len(product_ids), _IDS_AT_ONCE):
        ports.vectors.delete(index, product_ids[start : start + _IDS_AT_ONCE])
    changed = set(product_ids)
    _upsert(ports, index, metric, [picture for picture in pictures if picture.product_id in changed])
    if product_ids:
        ports.vectors.optimize(index)
    return index


def _upsert(ports: Ports, index: IndexName, metric: Metric, pictures: Sequence[Shown]) -> None:
    for start in range(0, len(pictures), _ROWS_AT_ONCE):
        ports.vectors.upsert(index, vectors_of(ports, metric, pictures[start : start + _ROWS_AT_ONCE]))
        ports.progress.at(min(start + _ROWS_AT_ONCE, len(pictures)), len(pictures))


def _stats(ports: Ports, index: IndexName, pictures: Sequence[Shown]) -> dict[str, NDArray[Any]]:
    """Score statistics of the products in an index."""
    group_of = {picture.product_id: picture.item_group_id for picture in pictures}
    blocks = list(ports.vectors.rows(index))
    rows = VectorRows(
        product_ids=[product_id for block in blocks for product_id in block.product_ids],
        picture_ids=[picture_id for block in blocks for picture_id in block.picture_ids],
        vectors=np.concatenate([block.vectors for block in blocks]),
    )
    return fit(rows, [group_of[product_id] for product_id in rows.product_ids], index.space)


def _problems(ports: Ports, plan: SyncPlan, embedded: list[Embedded]) -> list[RowProblem]:
    problems = list(read_lines(ports, plan.problems_key, RowProblem))
    for batch in embedded:
        problems += read_lines(ports, batch.problems_key, RowProblem)
    return sorted(problems, key=lambda problem: problem.line)
