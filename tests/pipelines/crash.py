"""Kills a process at a chosen moment of a pipeline, to see that the next one goes on where it stopped.

A scenario is a module-level function of strings that opens an engine with `armed` pipelines and `ArmedEvents`, and runs
one. `Nursery` is a process that has imported the scenario already and forks a child for each call, so that a crash
costs some tenths of a second. Only what is armed here reads the environment; the product knows nothing of it.
"""

import functools
import importlib
import json
import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from shoppable.model.run import State, StepEvent
from shoppable.pipelines.spec import Pipeline, Step
from shoppable.ports import Events, Ports, VectorIndex

ENVIRONMENT = "SHOPPABLE_TEST_KILL"
ROOT = Path(__file__).parents[2]


class Moment(StrEnum):
    """When the process dies."""

    BEFORE_EFFECT = "before the step does anything"
    AFTER_EFFECT = "after the step is done, before the engine keeps its outcome"
    KEPT = "after the engine kept the outcome, before it says so"


@dataclass(frozen=True)
class Kill:
    """Where the process dies; `item` says which one of a fan-out."""

    step: str
    moment: Moment
    item: int | None = None

    @property
    def place(self) -> str:
        return self.step if self.item is None else f"{self.step}[{self.item}]"


def kills(pipeline: Pipeline, item: int) -> list[Kill]:
    """Every moment of every step; of a fan-out those of one item, and the end of the whole."""
    all_of = [
        Kill(step.name, moment, None if step.over is None else item) for step in pipeline.steps for moment in Moment
    ]
    return all_of + [Kill(step.name, Moment.KEPT) for step in pipeline.steps if step.over is not None]


def armed(pipeline: Pipeline) -> Pipeline:
    """The same pipeline, of the same version, whose steps kill the process when the environment says so."""
    return replace(pipeline, steps=tuple(replace(step, run=_armed(step)) for step in pipeline.steps))


def _armed(step: Step) -> Callable[..., Any]:
    @functools.wraps(step.run)
    def run(ports: Ports, *values: Any, **options: Any) -> Any:
        _die_if(step.name, ports.scope.item, Moment.BEFORE_EFFECT)
        value = step.run(ports, *values, **options)
        _die_if(step.name, ports.scope.item, Moment.AFTER_EFFECT)
        return value

    return run


class ArmedEvents:
    """Events that kill the process in place of telling that the chosen step or item succeeded."""

    def __init__(self, events: Events) -> None:
        self._events = events

    def append(self, event: StepEvent) -> int:
        if event.state is State.SUCCEEDED:
            _die_if(event.step, event.item, Moment.KEPT)
        return self._events.append(event)

    def read(self, run_id: str, *, after: int = 0) -> list[tuple[int, StepEvent]]:
        return self._events.read(run_id, after=after)


class ArmedVectors:
    """Vectors that kill the process in place of a method that is armed as if it were a step."""

    def __init__(self, vectors: VectorIndex) -> None:
        self._vectors = vectors

    def __getattr__(self, name: str) -> Any:
        _die_if(f"vectors.{name}", None, Moment.BEFORE_EFFECT)
        return getattr(self._vectors, name)


def _die_if(step: str, item: int | None, moment: Moment) -> None:
    if os.environ.get(ENVIRONMENT) == _encoded(Kill(step, moment, item)):
        os.kill(os.getpid(), signal.SIGKILL)


def _encoded(kill: Kill) -> str:
    return json.dumps(asdict(kill))


class Nursery:
    """Runs a scenario in fresh processes, one at a time.

    Args:
        scenario: The function.
    """

    def __init__(self, scenario: Callable[..., None]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__, f"{scenario.__module__}:{scenario.__name__}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
            text=True,
        )

    def run(self, *arguments: str, kill: Kill | None = None) -> int:
        """Calls the scenario; returns the exit status of its process, that is -9 when it was killed."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        wish = {"arguments": arguments, "kill": None if kill is None else _encoded(kill)}
        self._process.stdin.write(json.dumps(wish) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._process.communicate()


def tend(wishes: Iterable[str], scenario: Callable[..., None]) -> None:
    """The nursery's own life: a child for each line, and a line for how it ended."""
    for line in wishes:
        wish = json.loads(line)
        child = os.fork()
        if child == 0:
            os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
            if wish["kill"] is not None:
                os.environ[ENVIRONMENT] = wish["kill"]
            try:
                scenario(*wish["arguments"])
            except BaseException:  # noqa: BLE001 - the child must not live on as a second nursery
                traceback.print_exc()
                os._exit(1)
            os._exit(0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    module, _, name = sys.argv[1].partition(":")
    tend(sys.stdin, getattr(importlib.import_module(module), name))
