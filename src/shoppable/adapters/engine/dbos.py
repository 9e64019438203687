"""The engine of one machine: runs pipelines on DBOS's checkpoints. See docs/decisions/0002-durable-engine.md."""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from pydantic import JsonValue

from shoppable.adapters.engine.execution import REASONS, Checkpoint, Execution, Halted, MakePorts, Why, one_line
from shoppable.adapters.engine.story import Story
from shoppable.adapters.engine.workflows import Workflows
from shoppable.errors import Cancelled, Conflict, NotFound, ShoppableError
from shoppable.model.keys import run_key
from shoppable.model.run import Run, State
from shoppable.pipelines.spec import Pipeline
from shoppable.ports import Events, Records, Scope

log = logging.getLogger(__name__)

ENDED = (State.SUCCEEDED, State.FAILED, State.CANCELLED)


@dataclass
class _Active:
    """A run under way in this process, and its record as it was last written."""

    run: Run
    execution: Execution
    ended: threading.Event = field(default_factory=threading.Event)


class DbosEngine:
    """Fits `ports.Engine`. One at a time in a process, and one process at a time to a file: see `lock.hold`.

    Call it from ordinary threads, not from a running event loop.

    Args:
        path: The SQLite file; made when it is missing.
        pipelines: All that can be started.
        make_ports: Gives the ports of one step or item.
        events: Where the story of each run is appended.
        records: Where each run's `Run` is kept.
        tenant: Whose runs these are.
        concurrency: How many items of fan-outs run at once, over all runs.
        recover: Whether runs that a dead process left behind go on at once. Otherwise they are pending until they are
            started again.

    Raises:
        Conflict: This process has an engine already.
        InvalidInput: The file is something else.
        Unavailable: The file cannot be opened.
    """

    def __init__(
        self,
        path: Path,
        pipelines: Sequence[Pipeline],
        make_ports: MakePorts,
        *,
        events: Events,
        records: Records,
        tenant: str,
        concurrency: int = 1,
        recover: bool = False,
    ) -> None:
        self._pipelines = {pipeline.name: pipeline for pipeline in pipelines}
        self._make_ports = make_ports
        self._events = events
        self._records = records
        self._tenant = tenant
        self._lock = threading.RLock()
        self._active: dict[str, _Active] = {}
        self._closed = False
        self._pool = ThreadPoolExecutor(concurrency, thread_name_prefix="item")
        self._workflows = Workflows(path, self._carry_out)
        try:
            self._tidy(recover)
        except BaseException:
            self.close()
            raise

    def start(self, pipeline: str, inputs: Mapping[str, JsonValue]) -> str:
        """See `ports.Engine`. `Conflict`: the run was cancelled and has not stopped yet, or the engine is closed."""
        declared = self._pipelines.get(pipeline)
        if declared is None:
            raise NotFound(f"no pipeline {pipeline}: there are {', '.join(sorted(self._pipelines))}")
        declared.check_inputs(inputs)
        run_id = declared.run_id(inputs)
        with self._lock:
            if self._closed:
                raise Conflict(f"the engine is closed: run {run_id} cannot be started")
            if run_id in self._active:
                if self._active[run_id].execution.why is not None:
                    raise Conflict(f"run {run_id} was cancelled and is still stopping: start it again in a moment")
                return run_id
            before = self._records.get(run_key(self._tenant, run_id), Run)
            if before is not None and before.value.state is State.SUCCEEDED:
                return run_id
            self._set_off(declared, run_id, inputs, before.value if before else None)
        return run_id

    def wait(self, run_id: str) -> Run:
        """See `ports.Engine`. `Conflict`: the run does not go on here, or the engine was closed meanwhile."""
        active = self._active.get(run_id)
        if active is not None:
            active.ended.wait()
        run = self.run(run_id) if active is None else active.run
        if run.state not in ENDED:
            raise Conflict(f"run {run_id} was interrupted: start it again, and it goes on where it stopped")
        return run

    def run(self, run_id: str) -> Run:
        """See `ports.Engine`."""
        entry = self._records.get(run_key(self._tenant, run_id), Run)
        if entry is None:
            raise NotFound(f"no run {run_id}")
        return entry.value

    def cancel(self, run_id: str) -> None:
        """See `ports.Engine`. The run is `cancelled` at once; it has an `ended_at` when its steps have stopped."""
        with self._lock:
            run = self.run(run_id)
            if run.state in ENDED:
                return
            cancelled = _ended(run, State.CANCELLED, Cancelled(REASONS[Why.CANCELLED]))
            if run_id in self._active:
                cancelled = cancelled.model_copy(update={"ended_at": None})
                self._active[run_id].execution.halt(Why.CANCELLED)
            self._put(cancelled)

    def close(self) -> None:
        """See `ports.Engine`. Returns when running steps have heard it, at their next word of progress."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            left = list(self._active.values())
        for active in left:
            active.execution.halt(Why.CLOSING)
        for active in left:
            active.ended.wait()
        self._pool.shutdown()
        self._workflows.close()

    def _set_off(self, declared: Pipeline, run_id: str, inputs: Mapping[str, JsonValue], before: Run | None) -> None:
        """Begins a run, or goes on with it. A run whose record was deleted begins afresh."""
        run = Run(
            run_id=run_id,
            pipeline=declared.name,
            inputs=dict(inputs),
            state=State.RUNNING,
            started_at=before.started_at if before else datetime.now(UTC),
        )
        scope = Scope(self._tenant, run_id)
        story = Story(self._events, run_id)
        self._active[run_id] = _Active(run, Execution(declared, inputs, scope, self._make_ports, story, self._pool))
        try:
            self._put(run)
            self._workflows.set_off(run_id, declared.name, inputs, afresh=before is None)
        except BaseException:
            del self._active[run_id]
            with suppress(ShoppableError):
                if before is None:
                    self._records.delete_many([run_key(self._tenant, run_id)])
                else:
                    self._put(before)
            raise

    def _carry_out(self, run_id: str, reserve: Callable[[], Checkpoint]) -> JsonValue:
        """Runs a run to its end; `Halted` unless it succeeded."""
        active = self._active.get(run_id)
        if active is None:
            raise Halted(f"nobody in this process started run {run_id}")
        ending = active.run.model_copy(update={"state": State.PENDING})
        try:
            result = active.execution.run(reserve)
            ending = _ended(active.run, State.SUCCEEDED, None, result)
        finally:
            self._end(active, ending)
        if active.run.state is not State.SUCCEEDED:
            raise Halted
        return result

    def _end(self, active: _Active, ending: Run) -> None:
        """Writes how a run ended, and tells those who wait for it."""
        execution = active.execution
        with self._lock:
            if execution.why is Why.CANCELLED:
                ending = _ended(ending, State.CANCELLED, Cancelled(REASONS[Why.CANCELLED]))
            elif execution.failure is not None:
                ending = _ended(ending, State.FAILED, execution.failure)
            active.run = ending
            del self._active[ending.run_id]
            try:
                self._put(ending)
            except ShoppableError as error:
                log.error("run %s %s, which could not be written down: %s", ending.run_id, ending.state, error)
            finally:
                active.ended.set()

    def _tidy(self, recover: bool) -> None:
        """Sees to the runs that a dead process left under way."""
        for entry in self._records.query(run_key(self._tenant, "").partition, Run):
            run = entry.value
            if run.state in ENDED and run.ended_at is not None:
                continue
            declared = self._pipelines.get(run.pipeline)
            story = Story(self._events, run.run_id)
            if run.state is State.CANCELLED:
                story.break_off(State.CANCELLED)
                self._put(run.model_copy(update={"ended_at": datetime.now(UTC)}))
            elif declared is None or declared.run_id(run.inputs) != run.run_id:
                changed = Conflict(f"{run.pipeline} has changed since run {run.run_id} began: start it anew")
                story.break_off(State.FAILED, str(changed))
                self._put(_ended(run, State.FAILED, changed))
            else:
                story.break_off(State.PENDING)
                self._put(run.model_copy(update={"state": State.PENDING}))
                if recover:
                    self.start(run.pipeline, run.inputs)

    def _put(self, run: Run) -> None:
        self._records.put(run_key(self._tenant, run.run_id), run)


def _ended(run: Run, state: State, error: Exception | None, result: JsonValue = None) -> Run:
    return run.model_copy(
        update={
            "state": state,
            "ended_at": datetime.now(UTC),
            "error": error and one_line(error),
            "error_kind": error and type(error).__name__,
            "result": result,
        }
    )
