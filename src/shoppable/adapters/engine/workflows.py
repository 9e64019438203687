"""DBOS, whole: the only module that knows it. It keeps the outcomes of finished steps in a SQLite file.

DBOS sees one workflow that is either finished or to go on. Stops and failures never reach it, because it would keep
them and raise them again for ever; how a run stands is told by our own records.
"""

import logging
import os
import sqlite3
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer, SetWorkflowID, WorkflowStatusString
from dbos import error as dbos_error
from pydantic import JsonValue

from shoppable.adapters.engine.execution import Checkpoint
from shoppable.errors import Conflict, InvalidInput, Unavailable

APPLICATION_VERSION = "1"  # never changes: the id of a run carries the version of its declaration
QUEUE = "going-on"
QUEUE_POLL_S = 0.2  # what going on waits for at most; at 0.05 an idle engine takes 6 % of a core, here 2 %
LISTENER_NAP_S = 0.05  # what `close` waits for at most
SETTLE_S = 5.0
BEYOND_ALL_STEPS = 2**31 - 1  # rewinding to there forgets no outcome

CarryOut = Callable[[str, Callable[[], Checkpoint]], JsonValue]

_one_to_a_process = threading.Lock()
logging.getLogger("dbos").addHandler(logging.NullHandler())  # else DBOS adds one that writes to the terminal


class Workflows:
    """Durable runs of one workflow, which calls back with what keeps the outcomes of its steps.

    Args:
        path: The SQLite file; made when it is missing.
        carry_out: Called in a thread for each run that was set off, with its id and a function that reserves the next
            checkpoint. It returns the run's result, or raises `Halted`: then the run can be set off again.

    Raises:
        Conflict: This process has them already.
        InvalidInput: The file is something else.
        Unavailable: The file cannot be opened.
    """

    def __init__(self, path: Path, carry_out: CarryOut) -> None:
        if not _one_to_a_process.acquire(blocking=False):
            raise Conflict("this process has a durable engine already: close it first")
        self._path = path
        self._database = _database(path)
        self._begun: set[str] = set()
        try:
            self._workflow = self._launch(carry_out)
        except (sa.exc.SQLAlchemyError, dbos_error.DBOSException) as error:
            self._let_go()
            if "not a database" in _reason(error):
                raise InvalidInput(
                    f"{path} is not a file of this engine: move it away, and runs begin afresh"
                ) from error
            raise Unavailable(f"the engine's file {path} cannot be opened: {_reason(error)}") from error
        except BaseException:
            self._let_go()
            raise

    def set_off(self, run_id: str, pipeline: str, inputs: Mapping[str, JsonValue], *, afresh: bool) -> None:
        """Begins a run, or goes on with it where it stopped.

        Args:
            run_id: Which run; it must not be under way.
            pipeline: For whoever looks into the file.
            inputs: For whoever looks into the file.
            afresh: Forget what was kept of it.

        Raises:
            Unavailable: The file cannot be written to.
        """
        with self._keeping(f"run {run_id}"):
            kept = DBOS.get_workflow_status(run_id)
            if kept is not None and afresh:
                DBOS.delete_workflow(run_id)
                kept = None
            if kept is None:
                with SetWorkflowID(run_id):
                    DBOS.start_workflow(self._workflow, pipeline, dict(inputs))
            elif kept.status in (WorkflowStatusString.SUCCESS.value, WorkflowStatusString.ERROR.value):
                DBOS.rewind_workflow(run_id, start_step=BEYOND_ALL_STEPS, queue_name=QUEUE)
            else:
                DBOS.resume_workflow(run_id, queue_name=QUEUE)

    def close(self) -> None:
        """Ends all threads and connections. No run may be under way."""
        self._settle()
        self._let_go()

    def _launch(self, carry_out: CarryOut) -> Callable[[str, dict[str, JsonValue]], JsonValue]:
        """Starts DBOS: no network, no telemetry, no words on the terminal. Returns the workflow."""
        config: DBOSConfig = {
            "name": "shoppable",
            "system_database_engine": self._database,
            "application_version": APPLICATION_VERSION,
            # A new one each time: DBOS takes up by itself what its executor left; here `set_off` says what goes on.
            "executor_id": f"{os.getpid()}-{uuid.uuid4().hex[:8]}",
            "serializer": DBOSPortableJSONSerializer(),
            "enable_otlp": False,
            "log_level": "WARNING",
            "notification_listener_polling_interval_sec": LISTENER_NAP_S,
        }
        DBOS(config=config)

        @DBOS.workflow(name="run-pipeline", max_recovery_attempts=None)
        def run_pipeline(_pipeline: str, _inputs: dict[str, JsonValue]) -> JsonValue:
            run_id = DBOS.workflow_id or ""
            self._begun.add(run_id)
            try:
                return carry_out(run_id, self._reserve)
            except BaseException:
                self._begun.discard(run_id)
                raise

        DBOS.launch()
        DBOS.register_queue(QUEUE, polling_interval_sec=QUEUE_POLL_S, on_conflict="always_update")
        return run_pipeline

    def _reserve(self) -> Checkpoint:
        """The next place in the run's table of outcomes."""
        place = DBOS.reserve_step()

        def checkpoint(name: str, work: Callable[[], JsonValue]) -> JsonValue:
            with self._keeping(f"the outcome of {name}"):
                return place.run({"name": name}, work)

        return checkpoint

    @contextmanager
    def _keeping(self, what: str) -> Iterator[None]:
        """Says in our words that something cannot be kept."""
        try:
            yield
        except (sa.exc.SQLAlchemyError, dbos_error.DBOSException) as error:
            raise Unavailable(
                f"{what} cannot be kept in {self._path} ({_reason(error)}): make room there and start the run again"
            ) from error

    def _settle(self) -> None:
        """Waits for DBOS to note the success of the last runs, which it does after their function returned."""
        pending = WorkflowStatusString.PENDING.value
        latest_s = time.monotonic() + SETTLE_S
        while self._begun and time.monotonic() < latest_s:  # of no ids at all DBOS would list every workflow
            if not DBOS.list_workflows(
                workflow_ids=list(self._begun), status=pending, limit=1, load_input=False, load_output=False
            ):
                break
            time.sleep(0.005)

    def _let_go(self) -> None:
        DBOS.destroy(destroy_registry=True)
        self._database.dispose()
        _one_to_a_process.release()


def _reason(error: Exception) -> str:
    """What went wrong in words of the database, without SQLAlchemy's statement and link."""
    return " ".join(str(getattr(error, "orig", None) or error).split())


def _database(path: Path) -> sa.Engine:
    """SQLite as DBOS wants it (one writer at a time, patient), with a write-ahead log.

    `synchronous=NORMAL` outlives a killed process; a power cut may lose the last outcomes, and those steps run again.
    """
    database = sa.create_engine(sa.URL.create("sqlite", database=str(path)))

    @sa.event.listens_for(database, "connect")
    def prepare(connection: sqlite3.Connection, _: object) -> None:
        connection.isolation_level = "IMMEDIATE"
        for pragma in ("busy_timeout=30000", "journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    return database
