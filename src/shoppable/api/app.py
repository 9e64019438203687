"""The HTTP API, put together."""

from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI

from shoppable.api import appearances, catalogs, pictures, renditions, runs, sheets, videos
from shoppable.api.access import Given, Store, Tenant
from shoppable.api.errors import describe_errors, handle_errors
from shoppable.api.headers import HeadAsGet, Headers
from shoppable.api.pages import BUILT, FrontEnd, page_router
from shoppable.model.catalog import Catalog
from shoppable.model.keys import catalog_key
from shoppable.model.noun import Noun
from shoppable.pipelines.spec import Pipeline
from shoppable.ports import Blobs, Events, Records

DESCRIPTION = "Reads what was analysed and published. URLs in answers are relative to the answer's own."


class Api(FastAPI):
    """FastAPI, whose description of itself tells of our errors."""

    def openapi(self) -> dict[str, Any]:
        fresh = self.openapi_schema is None
        document = super().openapi()
        if fresh:
            describe_errors(document)
        return document


health = APIRouter(tags=["health"])


class Health(Noun):
    status: str


@health.get("/healthz")
def get_health(store: Given, tenant: Tenant) -> Health:
    """Whether requests can be served: 503 while the records cannot be read."""
    store.records.query(catalog_key(tenant, "").partition, Catalog, limit=1)
    return Health(status="ok")


def create_app(
    *,
    blobs: Blobs,
    records: Records,
    events: Events,
    tenant: str,
    pipelines: Iterable[Pipeline],
    built: Path = BUILT,
) -> FastAPI:
    """The application, reading what it is given.

    Args:
        blobs: Videos, pictures, crops and cue sheets.
        records: Everything that is listed or looked up.
        events: What happened in runs.
        tenant: Whose data is served.
        pipelines: Those whose graphs can be shown.
        built: Folder of the built front end; it need not be there.
    """
    app = Api(
        title="shoppable",
        version=version("shoppable"),
        description=DESCRIPTION,
        openapi_url="/v1/openapi.json",
        # Both pages load scripts from elsewhere, which the content security policy rightly forbids.
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.name,
    )
    app.state.store = Store(
        blobs=blobs,
        records=records,
        events=events,
        pipelines={pipeline.name: pipeline for pipeline in pipelines},
        tenant=tenant,
    )
    handle_errors(app)
    app.add_middleware(HeadAsGet)
    app.add_middleware(Headers)
    for router in (
        videos.router,
        renditions.router,
        appearances.router,
        sheets.router,
        pictures.router,
        catalogs.router,
        runs.router,
        health,
    ):
        app.include_router(router)
    app.include_router(page_router(built))
    app.mount("/player", FrontEnd(directory=built, check_dir=False))
    return app
