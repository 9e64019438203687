"""What the API reads, and whose data a request is about."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Path, Request

from shoppable.pipelines.spec import Pipeline
from shoppable.ports import Blobs, Events, Records

SAFE_ID = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$"
"""What any id may look like; nothing in it can lead out of its place in a key."""


@dataclass(frozen=True)
class Store:
    """All that the API reads.

    Attributes:
        blobs: Videos, pictures, crops and cue sheets.
        records: Everything that is listed or looked up.
        events: What happened in runs.
        pipelines: By name.
        tenant: Whose data is served.
    """

    blobs: Blobs
    records: Records
    events: Events
    pipelines: Mapping[str, Pipeline]
    tenant: str


def _store(request: Request) -> Store:
    store = request.app.state.store
    if not isinstance(store, Store):
        raise TypeError("the application was not made by create_app")
    return store


Given = Annotated[Store, Depends(_store)]


def _tenant(store: Given) -> str:
    """The one place that says whose data a request may see; every key is made from its answer."""
    return store.tenant


Tenant = Annotated[str, Depends(_tenant)]
VideoId = Annotated[str, Path(pattern=SAFE_ID, description="A video, as its list names it.")]
RunId = Annotated[str, Path(pattern=SAFE_ID, description="A run, as its list names it.")]
AppearanceId = Annotated[str, Path(pattern=SAFE_ID, description="An appearance, as the list of its video names it.")]
