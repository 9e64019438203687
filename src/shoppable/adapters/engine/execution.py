"""Carries out one run of a pipeline, step by step, on top of whatever keeps the outcomes of finished steps."""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed, wait
from contextvars import copy_context
from enum import Enum
from typing import Protocol

from pydantic import JsonValue

from shoppable.adapters.engine.story import Story
from shoppable.errors import Cancelled, InvalidInput, ShoppableError
from shoppable.model.run import State
from shoppable.pipelines.spec import Pipeline, Step
from shoppable.ports import Ports, Progress, Scope

log = logging.getLogger(__name__)

MakePorts = Callable[[Scope, Progress], Ports]


class Checkpoint(Protocol):
    """A place, reserved in the run's order, that keeps the outcome of one step or item."""

    def __call__(self, name: str, work: Callable[[], JsonValue]) -> JsonValue:
        """What is kept there; when nothing is, does the work and keeps what it returns. Keeps nothing of `Halted`."""


class Halted(BaseException):
    """The run stops here and nothing is kept of this step, so that it is done again when the run goes on.

    Not an `Exception`: an engine keeps those as the step's outcome and would raise them again for ever.
    """


class Why(Enum):
    """Why a run stops before its end; the value is the state its running steps end in."""

    CANCELLED = State.CANCELLED
    CLOSING = State.PENDING


REASONS = {
    Why.CANCELLED: "the run was cancelled",
    Why.CLOSING: "the engine is closing; the run goes on when it is started again",
}


def one_line(error: BaseException) -> str:
    """An error as one line for people: the message alone when it was raised on purpose."""
    text = " ".join(str(error).split())
    return text if isinstance(error, ShoppableError) and text else f"{type(error).__name__}: {text}".rstrip(": ")


class Execution:
    """One run of a pipeline in this process.

    Steps run one after another in declared order; the items of a fan-out run side by side in `pool`. The first
    failure stops the run: items that are under way hear it at their next word of progress.

    Args:
        pipeline: What to run.
        inputs: Its inputs.
        scope: Whose run it is.
        make_ports: Gives the ports of one step or item.
        story: Where the run is told.
        pool: Threads for the items of fan-outs.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        inputs: Mapping[str, JsonValue],
        scope: Scope,
        make_ports: MakePorts,
        story: Story,
        pool: ThreadPoolExecutor,
    ) -> None:
        self._pipeline = pipeline
        self._inputs = inputs
        self._scope = scope
        self._make_ports = make_ports
        self._story = story
        self._pool = pool
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self.why: Why | None = None
        self.failure: Exception | None = None

    def halt(self, why: Why) -> None:
        """Asks the run to stop; its running steps hear it at their next word of progress."""
        with self._lock:
            if self.why is not Why.CANCELLED:
                self.why = why
            self._stop.set()

    def run(self, reserve: Callable[[], Checkpoint]) -> JsonValue:
        """Does what is not done yet and returns the run's result.

        Args:
            reserve: Gives the next checkpoint; called in the same order on every attempt at the run.

        Raises:
            Halted: The run was stopped (see `why`) or failed (see `failure`).
        """
        values = dict(self._inputs)
        try:
            for step in self._pipeline.steps:
                arguments = [values[need] for need in step.needs]
                if step.over is None:
                    values[step.name] = self._one(step, None, arguments, reserve())
                else:
                    values[step.name] = self._fan_out(step, arguments, reserve)
                self._heed()
        except Exception as error:
            self._fail(error)
            raise Halted from error
        return values[self._pipeline.steps[-1].name]

    def _fan_out(self, step: Step, arguments: Sequence[JsonValue], reserve: Callable[[], Checkpoint]) -> JsonValue:
        """Runs the step for each item and returns the results in the order of the items."""
        place = step.needs.index(step.over or "")
        items = arguments[place]
        if not isinstance(items, list):
            raise InvalidInput(f"step {step.name} maps over {step.over}, which is no list")
        total = len(items)
        if not self._story.has_succeeded(step.name):
            self._story.begin(step.name, None, done=0, total=total)
        futures: list[Future[JsonValue]] = []
        for index, item in enumerate(items):
            given = [*arguments[:place], item, *arguments[place + 1 :]]
            futures.append(self._pool.submit(copy_context().run, self._one, step, index, given, reserve()))
        try:
            for done, future in enumerate(as_completed(futures), 1):
                future.result()
                if not self._story.has_succeeded(step.name):
                    self._story.progress(step.name, None, done=done, total=total)
        except BaseException as error:
            if isinstance(error, Exception):
                self._fail(error)
            wait([future for future in futures if not future.cancel()])
            if self.failure is not None and self.why is None:
                self._story.end(step.name, None, State.FAILED, one_line(self.failure))
            else:
                self._stopped(step, None)
            raise
        self._story.succeeded(step.name, None)
        return [future.result() for future in futures]

    def _one(self, step: Step, item: int | None, arguments: Sequence[JsonValue], checkpoint: Checkpoint) -> JsonValue:
        """The outcome of one step or item: the one that is kept, or that of doing it now."""

        def work() -> JsonValue:
            try:
                return self._attempts(step, item, tuple(arguments))
            except Exception as error:
                self._fail(error)
                raise Halted from error

        self._heed()
        try:
            outcome = checkpoint(step.name if item is None else f"{step.name}[{item}]", work)
        except Exception as error:
            self._story.end(step.name, item, State.FAILED, one_line(error))
            raise
        self._story.succeeded(step.name, item)
        return outcome

    def _attempts(self, step: Step, item: int | None, arguments: tuple[JsonValue, ...]) -> JsonValue:
        """Does the step, again and again as its `retry` allows for errors that pass by themselves."""
        scope = Scope(self._scope.tenant, self._scope.run_id, step.name, item)
        ports = self._make_ports(scope, _StepProgress(self, self._story, step.name, item))
        wait_s = step.retry.wait_s
        tries = 1
        while True:
            self._heed()
            self._story.begin(step.name, item)
            try:
                return step.call(ports, arguments)
            except Cancelled as error:
                if not self._stop.is_set():
                    self.halt(Why.CANCELLED)
                self._stopped(step, item)
                raise Halted from error
            except Exception as error:
                self._story.end(step.name, item, State.FAILED, one_line(error))
                if not (isinstance(error, ShoppableError) and error.retryable and tries < step.retry.tries):
                    raise
                log.warning("step %s failed and is tried again in %g s: %s", step.name, wait_s, one_line(error))
            if self._stop.wait(wait_s):
                self._stopped(step, item)
                raise Halted
            wait_s *= step.retry.backoff
            tries += 1

    def _stopped(self, step: Step, item: int | None) -> None:
        """Tells that a step was stopped from outside: it is to be done again unless the run was cancelled."""
        self._story.end(step.name, item, State.PENDING if self.why is None else self.why.value)

    def _fail(self, error: Exception) -> None:
        """The run fails with its first error; whatever else is under way stops."""
        with self._lock:
            if self.failure is None:
                self.failure = error
            self._stop.set()
        if not isinstance(error, ShoppableError):
            log.error("run %s failed unexpectedly", self._scope.run_id, exc_info=error)

    def _heed(self) -> None:
        if self._stop.is_set():
            raise Halted

    def listen(self) -> None:
        """`Cancelled` when the run is to stop: what a step hears when it says how far it is."""
        if self._stop.is_set():
            raise Cancelled(REASONS[self.why] if self.why else "another item of the step failed")


class _StepProgress:
    """Where one step or item says how far it is."""

    def __init__(self, execution: Execution, story: Story, step: str, item: int | None) -> None:
        self._execution = execution
        self._story = story
        self._step = step
        self._item = item

    def at(self, done: int, total: int | None = None, **figures: float) -> None:
        self._execution.listen()
        whole = {} if total is None else {"total": total}
        self._story.progress(self._step, self._item, done=done, **whole, **figures)

    def heed(self) -> None:
        self._execution.listen()
