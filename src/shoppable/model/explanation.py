"""Why a seen thing was matched as it was: its evidence, beside what the catalog says of its candidates."""

from pydantic import Field

from shoppable.model.match import Candidate
from shoppable.model.noun import Noun
from shoppable.model.seen import Appearance


class Considered(Candidate):
    """A candidate, with what the catalog says of it now."""

    title: str | None = Field(description="None when the catalog no longer has the product.")
    shown_picture_id: str | None = Field(
        description="The picture to show of it: the one that it looks most like, else the main one; None for neither."
    )


class Explanation(Noun):
    """An appearance, and all that its match rests on."""

    video_id: str
    video: str = Field(description="What people call it.")
    run_id: str = Field(description="The run that saw and matched it.")
    catalog: str | None = Field(description="What it was matched with; None when the record of its run is gone.")
    catalog_revision: int | None = Field(description="Of that catalog, at the time.")
    appearance: Appearance
    considered: tuple[Considered, ...] = Field(description="Its candidates, best first.")
