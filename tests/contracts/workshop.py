"""Engines opened one after another on one data folder, and what their runs left there."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from shoppable.adapters.engine.dbos import DbosEngine
from shoppable.model.run import State, StepEvent
from shoppable.ports import Events, Records

ROOT = Path(__file__).parents[2]
PATIENCE_S = 20.0


def until(holds: Callable[[], bool]) -> None:
    """Waits until something holds; fails when it does not come to hold."""
    latest_s = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < latest_s, "waited in vain"
        time.sleep(0.002)


@dataclass
class Workshop:
    """A data folder, its store, and engines opened on it one after another."""

    home: Path
    records: Records
    events: Events
    open: Callable[..., AbstractContextManager[DbosEngine]]

    def told(self, run_id: str) -> list[StepEvent]:
        return [event for _, event in self.events.read(run_id)]

    def states(self, run_id: str, step: str, item: int | None = None) -> list[State]:
        """The states of a step or item, in order, each mentioned once in a row."""
        states = [event.state for event in self.told(run_id) if (event.step, event.item) == (step, item)]
        return [state for at, state in enumerate(states) if at == 0 or states[at - 1] is not state]

    def is_there(self, name: str) -> bool:
        return (self.home / name).exists()
