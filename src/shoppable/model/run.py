"""Runs of pipelines, and the append-only events that tell their story."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import Field, JsonValue

from shoppable.errors import ShoppableError
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
    error_kind: str | None = Field(default=None, description="Class of the error, as `errors` names it.")
    result: JsonValue = None

    def outcome(self) -> JsonValue:
        """The result of a run that succeeded.

        Raises:
            ShoppableError: The run ended otherwise, or has not ended; of the class it failed with where that was one
                of `errors`.
        """
        if self.state is State.SUCCEEDED:
            return self.result
        kinds = {kind.__name__: kind for kind in ShoppableError.__subclasses__()}
        raise kinds.get(self.error_kind or "", ShoppableError)(self.error or f"run {self.run_id} is {self.state}")


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
