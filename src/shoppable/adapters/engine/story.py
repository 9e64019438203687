"""The story of one run: what the engine appends to the events, and what it knows from those already there."""

import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime

from shoppable.model.run import State, StepEvent
from shoppable.ports import Events

PROGRESS_EVERY_S = 0.2


@dataclass
class _Line:
    """How one step, or one item of a fan-out, stands."""

    state: State = State.PENDING
    attempt: int = 0
    figures: dict[str, float] = field(default_factory=dict)
    said_at_s: float = float("-inf")


class Story:
    """Appends the events of one run and remembers how each step and item stands.

    Attempts are counted over the life of the run: one that a crash cut short is followed by the next number.

    Args:
        events: Where they are kept. Those of earlier attempts at the run are read once.
        run_id: Whose story.
    """

    def __init__(self, events: Events, run_id: str) -> None:
        self._events = events
        self._run_id = run_id
        self._lock = threading.Lock()
        self._lines: dict[tuple[str, int | None], _Line] = {}
        for _, event in events.read(run_id):
            line = self._line(event.step, event.item)
            line.state = event.state
            line.attempt = event.attempt

    def begin(self, step: str, item: int | None, **figures: float) -> None:
        """A new attempt starts."""
        line = self._line(step, item)
        line.attempt += 1
        line.figures = figures
        line.said_at_s = float("-inf")
        self._say(step, item, State.RUNNING)

    def progress(self, step: str, item: int | None, **figures: float) -> None:
        """Notes the latest figures; appends them when they are the first, the last, or some time after those before.

        Figures that are held back come with the event that ends the attempt.
        """
        line = self._line(step, item)
        line.figures = figures
        now_s = time.monotonic()
        whole = figures.get("done") == figures.get("total")
        if whole or now_s - line.said_at_s >= PROGRESS_EVERY_S:
            line.said_at_s = now_s
            self._say(step, item, State.RUNNING)

    def end(self, step: str, item: int | None, state: State, error: str | None = None) -> None:
        """The attempt ended so."""
        self._say(step, item, state, error)

    def succeeded(self, step: str, item: int | None) -> None:
        """What it gave is kept. Says nothing when the story tells so already, as when a run goes on after a crash."""
        if self._line(step, item).state is not State.SUCCEEDED:
            self._say(step, item, State.SUCCEEDED)

    def has_succeeded(self, step: str, item: int | None = None) -> bool:
        return self._line(step, item).state is State.SUCCEEDED

    def break_off(self, state: State, error: str | None = None) -> None:
        """Ends whatever the story says is running: the process that ran it is gone."""
        for (step, item), line in list(self._lines.items()):
            if line.state is State.RUNNING:
                self.end(step, item, state, error)

    def _line(self, step: str, item: int | None) -> _Line:
        with self._lock:
            return self._lines.setdefault((step, item), _Line())

    def _say(self, step: str, item: int | None, state: State, error: str | None = None) -> None:
        line = self._line(step, item)
        line.state = state
        self._events.append(
            StepEvent(
                run_id=self._run_id,
                step=step,
                item=item,
                attempt=max(line.attempt, 1),
                state=state,
                at=datetime.now(UTC),
                error=error,
                figures=dict(line.figures),
            )
        )
