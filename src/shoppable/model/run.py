"""Runs of pipelines, and the append-only events that tell their story."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import Field, JsonValue

from shoppable.model.noun import Noun


class State(StrEnum):
    """States of a run and of a step, as operators see them."""

    PENDING = "pending"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CAUGHT = "caught"
    CANCELLED = "cancelled"


class Run(Noun):
    """One run of a pipeline over one input. `run_id` comes from both, so that the same input is the same run."""

    run_id: str
    pipeline: str
    inputs: dict[str, JsonValue]
    state: State
    started_at: datetime
    ended_at: datetime | None = None
    error: str | None = None
    result: JsonValue = None


class StepEvent(Noun):
    """One thing that happened to one step (or one item of a fan-out) in one attempt. Never changed once written."""

    run_id: str
    step: str
    item: int | None = Field(default=None, description="Which item of a fan-out; None for a plain step.")
    attempt: int = Field(default=1, ge=1)
    state: State
    at: datetime
    error: str | None = None
    figures: dict[str, Any] = Field(default_factory=dict, description="Counts such as done, total, frames, bytes.")
