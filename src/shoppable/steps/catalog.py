"""INDEX_CATALOG: what a feed asks to be done to a catalog.

Reading the feed is in `intake.py`, looking at pictures in `embedding.py`, writing the catalog in `indexing.py`.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from shoppable.errors import InvalidInput
from shoppable.feeds.flaw import Flaw
from shoppable.logic.sync import Change, Known, change_of, cut_evenly, hash_row
from shoppable.model.arrays import packed
from shoppable.model.catalog import Catalog, FeedRow, Product, RowProblem
from shoppable.model.keys import catalog_key, product_key
from shoppable.model.noun import Noun
from shoppable.model.space import Space
from shoppable.ports import Entry, IndexName, Ports
from shoppable.steps.embedding import Planned, each_picture, of_known, opened_or_flaw
from shoppable.steps.intake import FeedRead
from shoppable.steps.learning import open_metric
from shoppable.steps.lines import read_lines, write_lines
from shoppable.steps.linked import LinkedCount
from shoppable.steps.sources import Sources

_BATCH = 32
_MAX_BATCHES = 250
_PAGE = 1000


class SyncPlan(Noun):
    """What `plan_sync` gives: blobs that say what to do, and what the catalog was when that was planned.

    Attributes:
        revision: Of the catalog, which the run moves on by one if anything changes.
        written: How often the catalog's record was written; tells of others who write meanwhile.
        held: Products the catalog holds.
        batches: Blob keys of the products to embed.
        rows_key: Blob key of the products of which only the row changed.
        gone_key: Blob key of the ids to remove: of products, and of vectors that belong to none.
        problems_key: Blob key of all problems so far.
        removed: Products to remove.
        unchanged: Products that need nothing.
        moved_rows: Products in `rows_key`.
        refit: Whether score statistics change even if nothing is embedded.
        unfinished: Whether the catalog was never written to the end.
    """

    revision: int
    written: int
    held: int
    batches: tuple[str, ...]
    rows_key: str
    gone_key: str
    problems_key: str
    removed: int
    unchanged: int
    moved_rows: int
    refit: bool
    unfinished: bool


def plan_sync(
    ports: Ports, catalog: str, pictures: str, rebuild: bool, read: FeedRead, fetched: LinkedCount
) -> SyncPlan:
    """Compares the feed with the catalog, product by product.

    A rejected row of a product that the catalog holds keeps that product as it was, and its problem says so; in a
    rebuild it is removed. Products that the feed no longer names are removed.

    Args:
        ports: Uses blobs, records, vectors, embedder and progress.
        catalog: Which catalog.
        pictures: Folder or zip with the pictures that the feed names by path.
        rebuild: Whether everything is looked at anew, whatever pack looked before.
        read: The feed's rows and problems.
        fetched: Says that the pictures by URL are there.

    Raises:
        InvalidInput: The catalog is of another embedding space, and this is no rebuild.
    """
    entry = ports.records.get(catalog_key(ports.tenant, catalog), Catalog)
    check_space(entry, ports.embedder.space, rebuild=rebuild)
    known = _known(ports, catalog)
    sources = Sources(ports, Path(pictures))
    stands = not rebuild and entry is not None
    lost, orphans = _amiss(ports, entry.value, known) if stands and entry else (set[str](), set[str]())
    problems = list(read_lines(ports, read.problems_key, RowProblem))
    feed_ids: set[str] = set()
    embed: list[Planned] = []
    rows: list[Planned] = []
    unchanged = 0
    regrouped = False
    for done, row in enumerate(read_lines(ports, read.rows_key, FeedRow), 1):
        before = known.get(row.product_id)
        feed_ids.add(row.product_id)
        planned = Planned(row=row, row_hash=hash_row(row), known=before is not None)
        ports.progress.at(done, read.rows)
        if before is None or rebuild or row.product_id in lost:
            embed.append(planned)
            continue
        picture_ids, found = each_picture(row, _identifying(ports, sources, before))
        if not picture_ids:
            problems += [*found[:-1], of_known(found[-1], rebuild=False)]
            continue
        change = change_of(before, row, tuple(dict.fromkeys(picture_ids)))
        if change is Change.LOOKS:
            embed.append(planned)
            continue
        problems += found
        if change is Change.ROW:
            rows.append(planned)
            regrouped = regrouped or not before.measures_as(row)
        else:
            unchanged += 1
    problems, kept = _with_fates(problems, known, feed_ids, rebuild=rebuild)
    gone = sorted(set(known) - feed_ids - kept)
    gone_key = ports.scope.work_key("gone.npz")
    ports.blobs.put(gone_key, packed(product_ids=np.asarray([*gone, *sorted(orphans)], np.str_)))
    return SyncPlan(
        revision=entry.value.revision if entry else 0,
        written=entry.version if entry else 0,
        held=len(known),
        batches=tuple(
            write_lines(ports, f"batch-{number:04}.jsonl", batch)
            for number, batch in enumerate(cut_evenly(embed, size=_BATCH, most=_MAX_BATCHES))
        ),
        rows_key=write_lines(ports, "rows.jsonl", rows),
        gone_key=gone_key,
        problems_key=write_lines(ports, "problems.jsonl", problems),
        removed=len(gone),
        unchanged=unchanged,
        moved_rows=len(rows),
        refit=regrouped or bool(gone) or bool(orphans),
        unfinished=entry is None or entry.value.stats_key is None,
    )


def list_batches(ports: Ports, plan: SyncPlan) -> list[str]:
    """Blob keys of the products to embed, a batch each."""
    return list(plan.batches)


def check_space(entry: Entry[Catalog] | None, space: Space, *, rebuild: bool) -> None:
    """`InvalidInput` when the catalog's vectors are of another space and are not to be made anew."""
    if entry is None or rebuild or entry.value.space in (None, space.name):
        return
    raise InvalidInput(
        f"catalog {entry.value.catalog} was indexed with {entry.value.space}, this is {space.name}: "
        f"choose the pack {str(entry.value.space).partition('@')[0]}, or ingest with --rebuild to index it anew"
    )


def index_of(ports: Ports, catalog: Catalog) -> IndexName:
    """Where the vectors of a catalog are, as its record stands; of an empty one, where there can be none yet.

    Raises:
        NotFound: Its metric is gone.
    """
    space = ports.embedder.space
    if catalog.metric:
        space = open_metric(ports, catalog.catalog, catalog.metric).space(space, catalog.metric)
    return IndexName(tenant=ports.tenant, catalog=catalog.catalog, space=space)


def _known(ports: Ports, catalog: str) -> dict[str, Known]:
    partition = product_key(ports.tenant, catalog, "").partition
    known: dict[str, Known] = {}
    after = ""
    while page := ports.records.query(partition, Product, after=after, limit=_PAGE):
        known |= {entry.value.product_id: Known.of(entry.value) for entry in page}
        after = page[-1].key.sort
    return known


def _amiss(ports: Ports, catalog: Catalog, known: Mapping[str, Known]) -> tuple[set[str], set[str]]:
    """Products whose vectors are not there, and ids in the index that no product has.

    Neither comes about by itself, but index and records are two stores, and one may have been lost or restored.
    """
    if catalog.stats_key is None:  # whoever writes it next writes all its vectors
        return set(), set()
    index = index_of(ports, catalog)
    if ports.vectors.count(index) == sum(len(each.picture_ids) for each in known.values()):
        return set(), set()
    indexed: dict[str, set[str]] = {}
    for block in ports.vectors.rows(index):
        for product_id, picture_id in zip(block.product_ids, block.picture_ids, strict=True):
            indexed.setdefault(product_id, set()).add(picture_id)
    lost = {product_id for product_id, each in known.items() if indexed.get(product_id) != set(each.picture_ids)}
    return lost, set(indexed) - set(known)


def _identifying(ports: Ports, sources: Sources, known: Known) -> Callable[[str], str | Flaw]:
    """Tells picture ids; pictures the catalog does not hold are opened, as they may be refused every time."""

    def look(link: str) -> str | Flaw:
        sent = sources.find(link)
        if isinstance(sent, Flaw):
            return sent
        if sent.picture_id not in known.picture_ids:
            image = opened_or_flaw(ports, sent.data())
            if isinstance(image, Flaw):
                return image
        return sent.picture_id

    return look


def _with_fates(
    problems: list[RowProblem], known: Mapping[str, Known], feed_ids: set[str], *, rebuild: bool
) -> tuple[list[RowProblem], set[str]]:
    """The problems, saying of rejected products in the catalog what becomes of them; and ids of those that stay."""
    told: list[RowProblem] = []
    kept: set[str] = set()
    for problem in problems:
        product_id = problem.product_id
        if problem.severity == "rejected" and product_id in known and product_id not in feed_ids:
            told.append(of_known(problem, rebuild=rebuild))
            kept |= set() if rebuild else {str(product_id)}
        else:
            told.append(problem)
    return told, kept
