"""Step events in a SQL database: rows are added, and never touched again."""

from sqlalchemy import Engine, RowMapping, insert, select

from shoppable.adapters.records.database import transaction
from shoppable.adapters.records.tables import step_events
from shoppable.model.run import StepEvent


class SqlEvents:
    """The append-only table of step events.

    Args:
        engine: Of a database at the newest schema, as `open_database` gives it.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def append(self, event: StepEvent) -> int:
        row = event.model_dump(mode="json")
        with transaction(self._engine, writes=True) as connection:
            if connection.dialect.name == "postgresql":
                # Numbers must come into sight in their order, or a reader that asks for what is new would miss one.
                connection.exec_driver_sql(f"LOCK TABLE {step_events.name} IN SHARE ROW EXCLUSIVE MODE")
            number: int = connection.execute(insert(step_events).returning(step_events.c.number), row).scalar_one()
        return number

    def read(self, run_id: str, *, after: int = 0) -> list[tuple[int, StepEvent]]:
        wanted = select(step_events).where(step_events.c.run_id == run_id, step_events.c.number > after)
        with transaction(self._engine) as connection:
            rows = connection.execute(wanted.order_by(step_events.c.number)).mappings().all()
        return [(row["number"], _event(row)) for row in rows]


def _event(row: RowMapping) -> StepEvent:
    return StepEvent.model_validate({name: value for name, value in row.items() if name != "number"})
