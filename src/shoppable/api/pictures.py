"""Pictures: of products, and of what was seen in a video."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from shoppable.api.access import SAFE_ID, Given, RunId, Tenant, VideoId
from shoppable.api.serving import whole
from shoppable.model.keys import crop_blob, picture_blob

router = APIRouter(prefix="/v1", tags=["pictures"])

JPEG: dict[int | str, dict[str, Any]] = {
    200: {"description": "The picture.", "content": {"image/jpeg": {}}},
    304: {"description": "The copy at hand is good."},
}


@router.get("/pictures/{picture_id}.jpg", response_class=Response, responses=JPEG)
def get_picture(
    store: Given, tenant: Tenant, picture_id: Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")], request: Request
) -> Response:
    """A product picture; it never changes."""
    key = picture_blob(tenant, picture_id)
    return whole(request, store.blobs, key, media_type="image/jpeg", what=f"picture {picture_id}")


@router.get("/videos/{video_id}/crops/{run_id}/{name}.jpg", response_class=Response, responses=JPEG)
def get_crop(
    store: Given,
    tenant: Tenant,
    video_id: VideoId,
    run_id: RunId,
    name: Annotated[str, Path(pattern=SAFE_ID)],
    request: Request,
) -> Response:
    """What an appearance looked like in the frame; it never changes."""
    key = crop_blob(tenant, video_id, run_id, name)
    return whole(request, store.blobs, key, media_type="image/jpeg", what=f"crop {name} of video {video_id}")
