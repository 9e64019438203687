"""One appearance, and all that its match rests on."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from shoppable.api.access import SAFE_ID, AppearanceId, Given, Tenant, VideoId
from shoppable.api.videos import AppearanceResource, crop_names
from shoppable.model.explanation import Considered
from shoppable.model.match import Candidate
from shoppable.model.seen import Appearance
from shoppable.steps.explaining import explain

router = APIRouter(prefix="/v1/videos", tags=["videos"])


class ConsideredResource(Candidate):
    """A candidate, what speaks for and against it, and what the catalog says of it now."""

    title: str | None = Field(description="None when the catalog no longer has the product.")
    picture: str | None = Field(
        description="URL of the picture it looks most like, else of its main one, relative to this answer's own."
    )


class ExplainedAppearance(AppearanceResource):
    """One thing on screen over time, what was decided about it, and why."""

    video_id: str
    run_id: str = Field(description="The run that saw and matched it.")
    space: str = Field(description="Pack and version of the vectors it was matched by; empty when it was not kept.")
    catalog: str | None = Field(description="What it was matched with.")
    catalog_revision: int | None = Field(description="Of that catalog, at the time.")
    candidates: tuple[ConsideredResource, ...]
    crops: tuple[str, ...] = Field(description="URLs of its crops at those times, relative to this answer's own.")


RunAsked = Annotated[
    str | None, Query(pattern=SAFE_ID, description="The run that saw it; the current one when left out.")
]


@router.get("/{video_id}/appearances/{appearance_id}")
def get_appearance(
    store: Given, tenant: Tenant, video_id: VideoId, appearance_id: AppearanceId, run_id: RunAsked = None
) -> ExplainedAppearance:
    """Why something was matched as it was."""
    explanation = explain(store.records, tenant, video_id, appearance_id, run_id=run_id)
    seen = explanation.appearance
    shared = ExplainedAppearance.model_fields.keys() & Appearance.model_fields.keys()
    said = seen.model_dump(include=set(shared) - {"candidates", "catalog_revision"})
    return ExplainedAppearance(
        **said,
        video_id=explanation.video_id,
        run_id=explanation.run_id,
        catalog=explanation.catalog,
        catalog_revision=explanation.catalog_revision,
        candidates=tuple(_considered(each) for each in explanation.considered),
        crops=tuple(f"../crops/{explanation.run_id}/{name}.jpg" for name in crop_names(seen)),
    )


def _considered(candidate: Considered) -> ConsideredResource:
    picture_id = candidate.shown_picture_id
    return ConsideredResource(
        **candidate.model_dump(exclude={"shown_picture_id"}),
        picture=None if picture_id is None else f"../../../pictures/{picture_id}.jpg",
    )
