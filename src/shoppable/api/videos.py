"""Videos, the film itself, and what was seen in it."""

from pathlib import PurePosixPath

from fastapi import APIRouter, Request, Response
from pydantic import Field

from shoppable.api.access import Given, Store, Tenant, VideoId
from shoppable.api.paging import Cursor, Limit, link_next, page_of
from shoppable.api.renditions import StillsResource, StreamsResource, stills_of, streams_of
from shoppable.api.serving import streamed
from shoppable.errors import NotFound
from shoppable.exports.chapters import chapters_vtt
from shoppable.model.keys import appearances_prefix, chapters_prefix, shots_prefix, video_key, video_parts
from shoppable.model.match import Candidate, Tier
from shoppable.model.noun import Noun
from shoppable.model.seen import Appearance, BoxAt, Impairment, Kind
from shoppable.model.time import Span
from shoppable.model.video import Chapter, Shot, Video, VideoInfo
from shoppable.steps.publish import current_publication

router = APIRouter(prefix="/v1/videos", tags=["videos"])


class VideoResource(VideoInfo):
    """A video, and which version of its cue sheet is current."""

    video_id: str
    name: str
    media_type: str
    catalog: str | None
    latest_run_id: str | None = Field(description="The run whose shots and appearances are current.")
    cue_sheet_version: int | None = Field(description="None while nothing is published.")
    streams: StreamsResource | None = Field(description="None while none were made.")
    stills: StillsResource | None = Field(description="None while no run has come that far.")


class VideoList(Noun):
    videos: tuple[VideoResource, ...]
    next: str | None = Field(description="Cursor of the next page; None on the last.")


class AppearanceResource(Span):
    """One thing on screen over time, and what it was matched with."""

    appearance_id: str
    shot_index: int
    kind: Kind
    tier: Tier
    score: float
    reason: str
    boxes: tuple[BoxAt, ...]
    candidates: tuple[Candidate, ...]
    view_times_ms: tuple[int, ...] = Field(description="When it is seen best, best first.")
    impaired: dict[Impairment, float] = Field(description="In which part of its views, in (0, 1], it is seen poorly.")
    crops: tuple[str, ...] = Field(description="URLs of its crops at those times, relative to this list's own.")


class AppearanceList(Noun):
    run_id: str | None = Field(description="None while no run has finished.")
    appearances: tuple[AppearanceResource, ...]
    next: str | None = Field(description="Cursor of the next page; None on the last.")


class ChapterResource(Span):
    index: int
    title: str = Field(description="A number: what a chapter is about is not known.")


class ChapterList(Noun):
    run_id: str | None = Field(description="None while no run has finished.")
    chapters: tuple[ChapterResource, ...] = Field(description="All of them: they are few.")


class ShotList(Noun):
    run_id: str | None = Field(description="None while no run has finished.")
    shots: tuple[Shot, ...]
    next: str | None = Field(description="Cursor of the next page; None on the last.")


def find_video(store: Store, tenant: str, video_id: str) -> Video:
    """The video. `NotFound` when this tenant has none of that id."""
    entry = store.records.get(video_key(tenant, video_id), Video)
    if entry is None:
        raise NotFound(f"there is no video {video_id}")
    return entry.value


@router.get("")
def list_videos(
    store: Given, tenant: Tenant, request: Request, response: Response, limit: Limit = 100, cursor: Cursor = None
) -> VideoList:
    """All videos."""
    partition = video_key(tenant, "").partition
    entries, after = page_of(store.records, partition, Video, limit=limit, cursor=cursor)
    link_next(request, response, limit, after)
    return VideoList(videos=tuple(_resource(store, tenant, entry.value, "videos/") for entry in entries), next=after)


@router.get("/{video_id}")
def get_video(store: Given, tenant: Tenant, video_id: VideoId) -> VideoResource:
    """One video."""
    return _resource(store, tenant, find_video(store, tenant, video_id), "")


@router.get(
    "/{video_id}/media",
    response_class=Response,
    responses={
        200: {"description": "The whole file.", "content": {"video/*": {}}},
        206: {"description": "The bytes asked for by a Range header.", "content": {"video/*": {}}},
        304: {"description": "The copy at hand is good."},
        416: {"description": "The range lies outside of the file."},
    },
)
def get_media(store: Given, tenant: Tenant, video_id: VideoId, request: Request) -> Response:
    """The film as it came. Understands one byte range, If-Range, If-Match and If-None-Match."""
    video = find_video(store, tenant, video_id)
    return streamed(
        request,
        store.blobs,
        video.source_key,
        media_type=video.media_type,
        etag=f'"{video.video_id}"',
        what=f"file of video {video_id} any more",
    )


@router.get("/{video_id}/appearances")
def list_appearances(
    store: Given,
    tenant: Tenant,
    video_id: VideoId,
    request: Request,
    response: Response,
    limit: Limit = 200,
    cursor: Cursor = None,
) -> AppearanceList:
    """What the current run saw, by start time, whatever its tier."""
    run_id = find_video(store, tenant, video_id).latest_run_id
    if run_id is None:
        return AppearanceList(run_id=None, appearances=(), next=None)
    partition, prefix = video_parts(tenant, video_id), appearances_prefix(run_id)
    entries, after = page_of(store.records, partition, Appearance, limit=limit, cursor=cursor, prefix=prefix)
    link_next(request, response, limit, after)
    seen = tuple(_appearance(run_id, entry.value) for entry in entries)
    return AppearanceList(run_id=run_id, appearances=seen, next=after)


@router.get("/{video_id}/shots")
def list_shots(
    store: Given,
    tenant: Tenant,
    video_id: VideoId,
    request: Request,
    response: Response,
    limit: Limit = 200,
    cursor: Cursor = None,
) -> ShotList:
    """The shots of the current run, in order."""
    run_id = find_video(store, tenant, video_id).latest_run_id
    if run_id is None:
        return ShotList(run_id=None, shots=(), next=None)
    partition, prefix = video_parts(tenant, video_id), shots_prefix(run_id)
    entries, after = page_of(store.records, partition, Shot, limit=limit, cursor=cursor, prefix=prefix)
    link_next(request, response, limit, after)
    return ShotList(run_id=run_id, shots=tuple(entry.value for entry in entries), next=after)


@router.get("/{video_id}/chapters")
def list_chapters(store: Given, tenant: Tenant, video_id: VideoId) -> ChapterList:
    """The chapters of the current run, in order."""
    run_id = find_video(store, tenant, video_id).latest_run_id
    found = _chapters(store, tenant, video_id, run_id)
    told = tuple(ChapterResource(**each.model_dump(), title=each.title) for each in found)
    return ChapterList(run_id=run_id, chapters=told)


@router.get(
    "/{video_id}/chapters.vtt",
    response_class=Response,
    responses={200: {"description": "The chapters of the current run.", "content": {"text/vtt": {}}}},
)
def get_chapters_vtt(store: Given, tenant: Tenant, video_id: VideoId) -> Response:
    """The chapters of the current run as WebVTT, for a `<track kind="chapters">`."""
    run_id = find_video(store, tenant, video_id).latest_run_id
    vtt = chapters_vtt(_chapters(store, tenant, video_id, run_id))
    return Response(vtt, media_type="text/vtt; charset=utf-8")


def crop_names(seen: Appearance) -> list[str]:
    """What the crops of an appearance are called in the addresses of this API."""
    return [PurePosixPath(key).stem for key in seen.crop_keys]


def _chapters(store: Store, tenant: str, video_id: str, run_id: str | None) -> list[Chapter]:
    if run_id is None:
        return []
    entries = store.records.query(video_parts(tenant, video_id), Chapter, prefix=chapters_prefix(run_id))
    return [entry.value for entry in entries]


def _resource(store: Store, tenant: str, video: Video, under: str) -> VideoResource:
    """The video; `under` is what its address needs before its id, seen from the answer's own."""
    publication = current_publication(store.records, tenant, video.video_id)
    return VideoResource(
        **dict(video.info),
        video_id=video.video_id,
        name=video.name,
        media_type=video.media_type,
        catalog=video.catalog,
        latest_run_id=video.latest_run_id,
        cue_sheet_version=publication.version if publication else None,
        streams=streams_of(store, tenant, video.video_id, f"{under}{video.video_id}"),
        stills=stills_of(store, tenant, video.video_id, f"{under}{video.video_id}"),
    )


def _appearance(run_id: str, seen: Appearance) -> AppearanceResource:
    crops = tuple(f"crops/{run_id}/{name}.jpg" for name in crop_names(seen))
    shared = AppearanceResource.model_fields.keys() & Appearance.model_fields.keys()
    return AppearanceResource(**seen.model_dump(include=set(shared)), crops=crops)
