"""INDEX_CATALOG: a product feed becomes a catalog of products and vectors."""

import hashlib
import json
from pathlib import Path

from pydantic import JsonValue

from shoppable.feeds.mapping import FeedOptions
from shoppable.model.catalog import Catalog
from shoppable.model.keys import catalog_key, run_key
from shoppable.model.run import Run, State
from shoppable.pipelines.spec import Pipeline, Step
from shoppable.ports import Ports
from shoppable.steps.catalog import check_space, index_of, list_batches, plan_sync
from shoppable.steps.embedding import embed_batch
from shoppable.steps.indexing import index_products, summarize
from shoppable.steps.intake import check_catalog_name, fingerprint, read_feed

# The same inputs are the same run, which is not done twice. So `world` stands for all else that decides what is done:
# the pictures beside the feed, the catalog as it is, and the pack that looks.
INDEX_CATALOG = Pipeline(
    name="index-catalog",
    takes=("catalog", "feed", "feed_hash", "options", "rebuild", "world"),
    steps=(
        Step("rows", read_feed, needs=("catalog", "feed", "feed_hash", "options")),
        Step("plan", plan_sync, needs=("catalog", "feed", "rebuild", "rows")),
        Step("batches", list_batches, needs=("plan",)),
        Step("embedded", embed_batch, needs=("feed", "rebuild", "batches"), over="batches", machine="vision"),
        Step("indexed", index_products, needs=("catalog", "feed", "rebuild", "plan", "embedded")),
        Step("summary", summarize, needs=("catalog", "rows", "plan", "embedded", "indexed")),
    ),
)


def index_inputs(
    ports: Ports,
    catalog: str,
    feed: Path,
    *,
    options: FeedOptions | None = None,
    rebuild: bool = False,
) -> dict[str, JsonValue]:
    """Inputs of INDEX_CATALOG as things stand now.

    Equal inputs are one run. When the last run over the catalog was broken off and the feed and its pictures are still
    the same, its own inputs come out again, wherever it stopped, so that asking again goes on with it. So do those of a
    run that found nothing to do, as long as nothing changed.

    Args:
        ports: Uses blobs, records, vectors and embedder.
        catalog: Its name; made when there is none.
        feed: Path of the feed; pictures lie in its folder.
        options: What the feed does not say itself: its format, a mapping.
        rebuild: Whether everything is looked at anew, whatever pack looked before.

    Raises:
        NotFound: There is no such feed.
        InvalidInput: The name or the feed cannot be used, or the catalog is of another space and this is no rebuild.
    """
    check_catalog_name(catalog)
    feed = feed.resolve()
    space = ports.embedder.space
    entry = ports.records.get(catalog_key(ports.tenant, catalog), Catalog)
    check_space(entry, space, rebuild=rebuild)
    options = options or FeedOptions()
    feed_hash, pictures = fingerprint(feed, options)
    unfinished_by = entry.value.run_id if entry and entry.value.stats_key is None else None
    whole = entry is not None and entry.value.products and not unfinished_by and not rebuild
    lost = bool(entry and whole and not ports.vectors.count(index_of(ports, entry.value)))

    def inputs(revision: int, *more: JsonValue) -> dict[str, JsonValue]:
        world = [pictures, revision, space.name, lost, *more]
        return {
            "catalog": catalog,
            "feed": str(feed),
            "feed_hash": feed_hash,
            "options": options.model_dump(mode="json"),
            "rebuild": rebuild,
            "world": hashlib.sha256(json.dumps(world).encode()).hexdigest(),
        }

    if entry is None:
        return inputs(0)
    asked = inputs(entry.value.revision)
    if unfinished_by not in (None, INDEX_CATALOG.run_id(asked)):
        return inputs(entry.value.revision, unfinished_by)
    # A run that was broken off when the catalog was written, but before that was known, still has to say so.
    before = inputs(entry.value.revision - 1)
    wrote_it = entry.value.run_id == INDEX_CATALOG.run_id(before)
    return before if wrote_it and _broken_off(ports, before) else asked


def _broken_off(ports: Ports, inputs: dict[str, JsonValue]) -> bool:
    run = ports.records.get(run_key(ports.tenant, INDEX_CATALOG.run_id(inputs)), Run)
    return run is not None and run.value.state is not State.SUCCEEDED
