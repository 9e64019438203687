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
from shoppable.steps.beside import pictures_beside
from shoppable.steps.catalog import check_space, index_of, list_batches, plan_sync
from shoppable.steps.embedding import embed_batch
from shoppable.steps.indexing import index_products, summarize
from shoppable.steps.intake import check_catalog_name, fingerprint, read_feed
from shoppable.steps.linked import fetch_pictures

# The same inputs are the same run, which is not done twice. So `world` stands for all else that decides what is done:
# the pictures beside the feed, the catalog as it is, and the pack that looks.
INDEX_CATALOG = Pipeline(
    name="index-catalog",
    takes=("catalog", "feed", "feed_hash", "options", "pictures", "rebuild", "recheck", "world"),
    steps=(
        Step("rows", read_feed, needs=("catalog", "feed", "feed_hash", "options")),
        Step("fetched", fetch_pictures, needs=("recheck", "rows")),
        Step("plan", plan_sync, needs=("catalog", "pictures", "rebuild", "rows", "fetched")),
        Step("batches", list_batches, needs=("plan",)),
        Step("embedded", embed_batch, needs=("pictures", "rebuild", "batches"), over="batches", machine="vision"),
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
    pictures: Path | None = None,
    rebuild: bool = False,
    recheck: bool = True,
) -> dict[str, JsonValue]:
    """Inputs of INDEX_CATALOG as things stand now.

    Equal inputs are one run. When the last run over the catalog was broken off and the feed and its pictures are still
    the same, its own inputs come out again, wherever it stopped, so that asking again goes on with it. So do those of a
    run that found nothing to do, as long as nothing changed; but what pictures by URL are only their servers know, so
    that each run that is to ask them is a new one.

    Args:
        ports: Uses blobs, records, vectors and embedder.
        catalog: Its name; made when there is none.
        feed: Path of the feed.
        pictures: Folder or zip with the pictures that it names by path; None is the feed's own folder, or the feed
            itself when that is a zip.
        options: What the feed does not say itself: its format, a mapping.
        rebuild: Whether everything is looked at anew, whatever pack looked before.
        recheck: Whether servers are asked for newer versions of pictures by URL that are kept.

    Raises:
        NotFound: There is no such feed, or nothing where pictures should be.
        InvalidInput: The name, feed or pictures cannot be used, or the catalog is of another space and this is no
            rebuild.
    """
    check_catalog_name(catalog)
    feed = feed.resolve()
    beside = pictures_beside(feed) if pictures is None else pictures.resolve()
    space = ports.embedder.space
    entry = ports.records.get(catalog_key(ports.tenant, catalog), Catalog)
    check_space(entry, space, rebuild=rebuild)
    options = options or FeedOptions()
    feed_hash, states, linked = fingerprint(feed, beside, options)
    unfinished_by = entry.value.run_id if entry and entry.value.stats_key is None else None
    whole = entry is not None and entry.value.products and not unfinished_by and not rebuild
    lost = bool(entry and whole and not ports.vectors.count(index_of(ports, entry.value)))

    def inputs(revision: int, *more: JsonValue) -> dict[str, JsonValue]:
        world = [states, revision, space.name, lost, *more]
        return {
            "catalog": catalog,
            "feed": str(feed),
            "feed_hash": feed_hash,
            "pictures": str(beside),
            "options": options.model_dump(mode="json"),
            "rebuild": rebuild,
            "recheck": recheck and linked,
            "world": hashlib.sha256(json.dumps(world).encode()).hexdigest(),
        }

    def next_inputs(revision: int) -> dict[str, JsonValue]:
        asked, again = inputs(revision), 0
        while recheck and linked and _state(ports, asked) is State.SUCCEEDED:
            again += 1
            asked = inputs(revision, again)
        return asked

    if entry is None:
        return next_inputs(0)
    asked = next_inputs(entry.value.revision)
    if unfinished_by not in (None, INDEX_CATALOG.run_id(asked)):
        return inputs(entry.value.revision, unfinished_by)
    # A run that was broken off when the catalog was written, but before that was known, still has to say so.
    before = next_inputs(entry.value.revision - 1)
    wrote_it = entry.value.run_id == INDEX_CATALOG.run_id(before)
    return before if wrote_it and _state(ports, before) not in (None, State.SUCCEEDED) else asked


def _state(ports: Ports, inputs: dict[str, JsonValue]) -> State | None:
    run = ports.records.get(run_key(ports.tenant, INDEX_CATALOG.run_id(inputs)), Run)
    return None if run is None else run.value.state
