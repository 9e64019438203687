"""Runs of pipelines, and the graphs that show how they stand."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from pydantic import Field

from shoppable.api.access import SAFE_ID, Given, RunId, Store, Tenant
from shoppable.api.paging import Cursor, Limit, cursor_at, link_next, position
from shoppable.errors import NotFound
from shoppable.model.keys import run_key
from shoppable.model.noun import Noun
from shoppable.model.run import Run
from shoppable.pipelines.graph import Graph, graph
from shoppable.pipelines.spec import Pipeline

router = APIRouter(prefix="/v1", tags=["runs"])


class RunList(Noun):
    runs: tuple[Run, ...]
    next: str | None = Field(description="Cursor of the next page; None on the last.")


@router.get("/runs")
def list_runs(
    store: Given, tenant: Tenant, request: Request, response: Response, limit: Limit = 50, cursor: Cursor = None
) -> RunList:
    """Runs, the newest first."""
    # Records are kept by run id, which says nothing of time: all of them are read to find the newest.
    entries = store.records.query(run_key(tenant, "").partition, Run)
    runs = sorted((entry.value for entry in entries), key=_age)
    if cursor is not None:
        before = position(cursor)
        place = next((place for place, run in enumerate(runs) if run.run_id == before), None)
        if place is None:
            raise NotFound("the run this page begins after is gone; begin without a cursor")
        runs = runs[place + 1 :]
    after = cursor_at(runs[limit - 1].run_id) if len(runs) > limit else None
    link_next(request, response, limit, after)
    return RunList(runs=tuple(runs[:limit]), next=after)


@router.get("/runs/{run_id}")
def get_run(store: Given, tenant: Tenant, run_id: RunId) -> Run:
    """One run."""
    return _find_run(store, tenant, run_id)


@router.get("/runs/{run_id}/graph")
def get_run_graph(store: Given, tenant: Tenant, run_id: RunId) -> Graph:
    """The pipeline of a run as nodes and edges, and how each step stands."""
    run = _find_run(store, tenant, run_id)
    events = [event for _, event in store.events.read(run_id)]
    return graph(_find_pipeline(store, run.pipeline), events)


@router.get("/pipelines/{name}/graph")
def get_pipeline_graph(store: Given, name: Annotated[str, Path(pattern=SAFE_ID)]) -> Graph:
    """A pipeline as nodes and edges."""
    return graph(_find_pipeline(store, name))


def _age(run: Run) -> tuple[float, str]:
    return -run.started_at.timestamp(), run.run_id


def _find_run(store: Store, tenant: str, run_id: str) -> Run:
    entry = store.records.get(run_key(tenant, run_id), Run)
    if entry is None:
        raise NotFound(f"there is no run {run_id}")
    return entry.value


def _find_pipeline(store: Store, name: str) -> Pipeline:
    if name not in store.pipelines:
        raise NotFound(f"there is no pipeline {name}; there are {', '.join(sorted(store.pipelines))}")
    return store.pipelines[name]
