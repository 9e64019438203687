"""PUBLISH: the appearances of a run become the current cue sheet of a video."""

from collections.abc import Iterable

from pydantic import JsonValue

from shoppable.errors import InvalidInput, NotFound
from shoppable.logic.cueing import ShownTier
from shoppable.model.catalog import Catalog
from shoppable.model.keys import catalog_key, video_key
from shoppable.model.match import Tier
from shoppable.model.video import Video
from shoppable.pipelines.spec import Pipeline, Step
from shoppable.ports import Records
from shoppable.steps.publish import current_publication, move_pointer, stamp, write_sheet

# The same inputs are the same run, which is not done twice. So the inputs name all that decides what is published:
# `catalog_revision` because prices move, `replaces` (the version seen as current) because a pointer does.
PUBLISH = Pipeline(
    name="publish",
    takes=("video_id", "run_id", "catalog", "catalog_revision", "tiers", "replaces"),
    steps=(
        Step("stamp", stamp, needs=("replaces",)),
        Step("sheet", write_sheet, needs=("video_id", "run_id", "catalog", "tiers", "stamp")),
        Step("publication", move_pointer, needs=("sheet",)),
    ),
)


def publish_inputs(
    records: Records,
    tenant: str,
    video_id: str,
    *,
    run_id: str | None = None,
    tiers: Iterable[ShownTier] = (Tier.EXACT,),
) -> dict[str, JsonValue]:
    """Inputs of PUBLISH as things stand now.

    Args:
        records: Where the video, its catalog and its publication are read.
        tenant: Whose video it is.
        video_id: Which video.
        run_id: The run whose appearances are published; the latest when None.
        tiers: What viewers are shown.

    Raises:
        NotFound: No such video or catalog.
        InvalidInput: The video was not analysed against a catalog, or `tiers` is empty.
    """
    video = records.get(video_key(tenant, video_id), Video)
    if video is None:
        raise NotFound(f"there is no video {video_id}; analyse its file first")
    chosen = run_id or video.value.latest_run_id
    if chosen is None or video.value.catalog is None:
        raise InvalidInput(f"video {video_id} was not analysed against a catalog yet; analyse it, then publish")
    catalog = records.get(catalog_key(tenant, video.value.catalog), Catalog)
    if catalog is None:
        raise NotFound(f"there is no catalog {video.value.catalog}, which video {video_id} was analysed against")
    shown = set(tiers)
    if not shown:
        raise InvalidInput("no tier was chosen, so nothing could be shown; choose exact, similar or both")
    current = current_publication(records, tenant, video_id)
    return {
        "video_id": video_id,
        "run_id": chosen,
        "catalog": catalog.value.catalog,
        "catalog_revision": catalog.value.revision,
        "tiers": [tier.value for tier in (Tier.EXACT, Tier.SIMILAR) if tier in shown],
        "replaces": current.version if current else 0,
    }
