"""Streams of a video, its poster, and the small pictures of its scrub bar. What lies under an address never changes."""

from pathlib import PurePosixPath
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from pydantic import Field

from shoppable.api.access import Given, Store, Tenant, VideoId
from shoppable.api.serving import IMMUTABLE, streamed, whole
from shoppable.exports.hls import MASTER
from shoppable.model.keys import rendition_blob, renditions_key, still_blob, stills_key
from shoppable.model.noun import Noun
from shoppable.model.renditions import Rendition, Renditions, Stills
from shoppable.steps.renditions import FILM

router = APIRouter(prefix="/v1/videos/{video_id}", tags=["videos"])

MEDIA_TYPES = {
    ".m3u8": "application/vnd.apple.mpegurl",
    ".mp4": "video/mp4",
    ".m4s": "video/iso.segment",
    ".jpg": "image/jpeg",
    ".vtt": "text/vtt",
}

_FILE: dict[int | str, dict[str, Any]] = {
    200: {"description": "The whole file.", "content": {kind: {} for kind in MEDIA_TYPES.values()}},
    206: {"description": "The bytes asked for by a Range header.", "content": {"video/*": {}}},
    304: {"description": "The copy at hand is good."},
    416: {"description": "The range lies outside of the file."},
}

RenditionsId = Annotated[str, Path(pattern=r"^[0-9a-f]{16}$", description="As the video names it.")]
Folder = Annotated[str, Path(pattern=r"^[a-z0-9]{1,8}$", description="A rendition.")]
FileName = Annotated[str, Path(pattern=r"^[a-z0-9]{1,16}\.(m3u8|mp4|m4s)$", description="A file in it.")]
StillName = Annotated[str, Path(pattern=r"^[a-z]{1,12}-[0-9a-f]{16}\.(jpg|vtt)$", description="As the video names it.")]


class StreamsResource(Noun):
    """How a video can be played other than as the file that came in; addresses are relative to the answer's own."""

    hls: str = Field(description="Master playlist of all renditions.")
    film: str = Field(description="One MP4 of the largest rendition, for downloads and old players.")
    film_bytes: int
    pictures: tuple[Rendition, ...] = Field(description="Largest first.")
    sound: Rendition | None
    copied: bool = Field(description="Whether the largest is made of the file's own packets.")


class StillsResource(Noun):
    """Pictures that stand for a video; addresses are relative to the answer's own."""

    poster: str | None
    poster_ms: int = Field(description="Which moment it shows.")
    thumbnails: str | None = Field(description="WebVTT that says which part of which sheet shows a moment.")


def streams_of(store: Store, tenant: str, video_id: str, base: str) -> StreamsResource | None:
    """The streams of a video; None while it has none. `base` is the video's address."""
    entry = store.records.get(renditions_key(tenant, video_id), Renditions)
    if entry is None:
        return None
    made = entry.value
    folder = f"{base}/renditions/{made.renditions_id}"
    return StreamsResource(
        hls=f"{folder}/{MASTER}",
        film=f"{folder}/{FILM}",
        film_bytes=made.film_bytes,
        pictures=made.pictures,
        sound=made.sound,
        copied=made.copied,
    )


def stills_of(store: Store, tenant: str, video_id: str, base: str) -> StillsResource | None:
    """The stills of a video; None while it has none. `base` is the video's address."""
    entry = store.records.get(stills_key(tenant, video_id), Stills)
    if entry is None:
        return None
    still = entry.value
    return StillsResource(
        poster=f"{base}/stills/{still.poster}" if still.poster else None,
        poster_ms=still.poster_ms,
        thumbnails=f"{base}/stills/{still.thumbnails}" if still.thumbnails else None,
    )


@router.get("/renditions/{renditions_id}/{name}", response_class=Response, responses=_FILE)
def get_rendition_file(
    store: Given, tenant: Tenant, video_id: VideoId, renditions_id: RenditionsId, name: FileName, request: Request
) -> Response:
    """The master playlist, or the film in one file."""
    return _served(store, tenant, video_id, renditions_id, name, request)


@router.get("/renditions/{renditions_id}/{folder}/{name}", response_class=Response, responses=_FILE)
def get_segment(
    store: Given,
    tenant: Tenant,
    video_id: VideoId,
    renditions_id: RenditionsId,
    folder: Folder,
    name: FileName,
    request: Request,
) -> Response:
    """The playlist of one rendition, its init file, or a segment."""
    return _served(store, tenant, video_id, renditions_id, f"{folder}/{name}", request)


@router.get("/stills/{name}", response_class=Response, responses=_FILE)
def get_still(store: Given, tenant: Tenant, video_id: VideoId, name: StillName, request: Request) -> Response:
    """The poster, a sheet of small pictures, or the text that says where each of them lies."""
    key = still_blob(tenant, video_id, name)
    kind = MEDIA_TYPES[PurePosixPath(name).suffix]
    return whole(request, store.blobs, key, media_type=kind, what=f"still {name} of video {video_id}")


def _served(store: Store, tenant: str, video_id: str, renditions_id: str, path: str, request: Request) -> Response:
    return streamed(
        request,
        store.blobs,
        rendition_blob(tenant, video_id, renditions_id, path),
        media_type=MEDIA_TYPES[PurePosixPath(path).suffix],
        etag=f'"{renditions_id}-{path.replace("/", "-")}"',
        what=f"{path} in renditions {renditions_id} of video {video_id}",
        caching=IMMUTABLE,
    )
