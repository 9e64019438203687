"""What the match of an appearance rests on, gathered from the records. No step: it reads, and writes nothing."""

from shoppable.errors import NotFound
from shoppable.model.catalog import Product
from shoppable.model.explanation import Considered, Explanation
from shoppable.model.keys import appearances_prefix, product_key, run_key, video_key, video_parts
from shoppable.model.match import Candidate
from shoppable.model.run import Run
from shoppable.model.seen import Appearance
from shoppable.model.video import Video
from shoppable.ports import Records


def explain(
    records: Records, tenant: str, video_id: str, appearance_id: str, *, run_id: str | None = None
) -> Explanation:
    """The evidence of one appearance, with its candidates as the catalog has them now.

    Args:
        records: Where everything is read.
        tenant: Whose video it is.
        video_id: Which video.
        appearance_id: One of the ids that the run gave.
        run_id: The run that saw it; the video's current one when None.

    Raises:
        NotFound: No such video, no finished run, or the run saw no such appearance.
    """
    stored = records.get(video_key(tenant, video_id), Video)
    if stored is None:
        raise NotFound(f"there is no video {video_id}; `shoppable analyze` prints the id of the file it is given")
    video = stored.value
    chosen = run_id or video.latest_run_id
    if chosen is None:
        raise NotFound(f"video {video_id} was not analysed to the end yet; give its `shoppable analyze` again")
    seen = records.query(video_parts(tenant, video_id), Appearance, prefix=appearances_prefix(chosen))
    appearance = next((each.value for each in seen if each.value.appearance_id == appearance_id), None)
    if appearance is None:
        raise NotFound(_not_seen(video_id, appearance_id, chosen, current=video.latest_run_id, seen=bool(seen)))
    run = records.get(run_key(tenant, chosen), Run)
    inputs = {} if run is None else run.value.inputs
    catalog, revision = inputs.get("catalog"), inputs.get("revision")
    if not isinstance(catalog, str):
        catalog = video.catalog if chosen == video.latest_run_id else None
    return Explanation(
        video_id=video_id,
        video=video.name,
        run_id=chosen,
        catalog=catalog,
        catalog_revision=revision if isinstance(revision, int) else appearance.catalog_revision,
        appearance=appearance,
        considered=tuple(_considered(records, tenant, catalog, each) for each in appearance.candidates),
    )


def _not_seen(video_id: str, appearance_id: str, run_id: str, *, current: str | None, seen: bool) -> str:
    if not seen and run_id != current:
        return f"run {run_id} saw nothing in video {video_id}; leave the run out to ask the current one"
    return (
        f"run {run_id} saw no appearance {appearance_id} in video {video_id}; "
        f"take an id from `shoppable analyze --json` or /v1/videos/{video_id}/appearances"
    )


def _considered(records: Records, tenant: str, catalog: str | None, candidate: Candidate) -> Considered:
    entry = None if catalog is None else records.get(product_key(tenant, catalog, candidate.product_id), Product)
    main = None if entry is None else entry.value.pictures[0].picture_id
    return Considered(
        **candidate.model_dump(),
        title=None if entry is None else entry.value.row.title,
        shown_picture_id=candidate.picture_id or main,
    )
