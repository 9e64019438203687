"""Published cue sheets: the pointer that moves, and the versions that do not."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from starlette.responses import RedirectResponse

from shoppable.api.access import Given, Tenant, VideoId
from shoppable.api.serving import whole
from shoppable.errors import NotFound
from shoppable.model.cue import CueSheet
from shoppable.steps.publish import current_publication, publication_of

router = APIRouter(prefix="/v1/videos/{video_id}", tags=["cue sheets"])

POINTER_CACHE = "public, max-age=10"
"""How long a viewer may go on with the version before."""


@router.get(
    "/cue-sheet",
    response_class=Response,
    status_code=307,
    responses={307: {"description": "To the current version."}},
)
def get_current_cue_sheet(store: Given, tenant: Tenant, video_id: VideoId) -> Response:
    """Leads to the current version of the cue sheet."""
    publication = current_publication(store.records, tenant, video_id)
    if publication is None:
        raise NotFound(f"nothing is published of video {video_id}")
    return RedirectResponse(f"cue-sheets/{publication.version}", 307, {"cache-control": POINTER_CACHE})


@router.get(
    "/cue-sheets/{version}",
    response_model=CueSheet,
    responses={304: {"description": "The copy at hand is good."}},
)
def get_cue_sheet(
    store: Given,
    tenant: Tenant,
    video_id: VideoId,
    version: Annotated[str, Path(pattern=r"^[1-9][0-9]{0,5}$", description="Counts from 1.")],
    request: Request,
) -> Response:
    """One version of the cue sheet; it never changes."""
    publication = publication_of(store.records, tenant, video_id, int(version))
    what = f"version {version} of the cue sheet of video {video_id}"
    if publication is None:
        raise NotFound(f"there is no {what}")
    return whole(request, store.blobs, publication.sheet_key, media_type="application/json", what=what)
