"""Records in a SQL database: one table of nouns as JSON, under partition and sort key."""

from collections.abc import Sequence
from typing import Any, TypeVar

from pydantic import ValidationError
from sqlalchemy import Engine, and_, bindparam, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from shoppable.adapters.records.database import transaction
from shoppable.adapters.records.tables import records
from shoppable.errors import Conflict, InvalidInput
from shoppable.model.keys import Key
from shoppable.model.noun import Noun
from shoppable.ports import Entry

N = TypeVar("N", bound=Noun)

_GROUP = 500
_LAST = "\U0010ffff"
_THERE = and_(records.c.partition == bindparam("at_partition"), records.c.sort == bindparam("at_sort"))


class SqlRecords:
    """Records in an SQLite or Postgres database.

    Args:
        engine: Of a database at the newest schema, as `open_database` gives it.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        on_postgres = engine.dialect.name == "postgresql"
        insert: postgresql.Insert | sqlite.Insert = (postgresql if on_postgres else sqlite).insert(records)
        self._insert = insert.on_conflict_do_nothing()
        self._upsert = insert.on_conflict_do_update(
            index_elements=["partition", "sort"],
            set_={"noun": insert.excluded.noun, "body": insert.excluded.body, "version": records.c.version + 1},
        )

    def get(self, key: Key, noun: type[N]) -> Entry[N] | None:
        with transaction(self._engine) as connection:
            row = connection.execute(select(records).where(_THERE), _at(key)).one_or_none()
        return None if row is None else _entry(row, noun)

    def put(self, key: Key, value: Noun, *, expect: int | None = None) -> int:
        row = _row(key, value)
        version: int | None
        with transaction(self._engine, writes=True) as connection:
            if expect is None:
                version = connection.scalar(self._upsert.returning(records.c.version), row)
            elif expect == 0:
                version = connection.scalar(self._insert.returning(records.c.version), row)
            else:
                changed = {"noun": row["noun"], "body": row["body"], "version": expect + 1}
                write = update(records).where(_THERE, records.c.version == expect).values(changed)
                version = connection.scalar(write.returning(records.c.version), _at(key))
            if version is None:
                found = connection.scalar(select(records.c.version).where(_THERE), _at(key))
                stands = f"has version {found}" if found else "does not exist"
                raise Conflict(f"record {key.partition} {key.sort} {stands}, not {expect}: read it again")
        return version

    def put_many(self, items: Sequence[tuple[Key, Noun]]) -> None:
        for start in range(0, len(items), _GROUP):
            rows = [_row(key, value) for key, value in items[start : start + _GROUP]]
            with transaction(self._engine, writes=True) as connection:
                connection.execute(self._upsert, rows)

    def query(
        self, partition: str, noun: type[N], *, prefix: str = "", after: str = "", limit: int | None = None
    ) -> list[Entry[N]]:
        wanted = select(records).where(records.c.partition == partition, records.c.sort >= prefix)
        end = _successor(prefix)
        if end:
            wanted = wanted.where(records.c.sort < end)
        if after:
            wanted = wanted.where(records.c.sort > after)
        with transaction(self._engine) as connection:
            rows = connection.execute(wanted.order_by(records.c.sort).limit(limit)).all()
        return [_entry(row, noun) for row in rows]

    def delete_many(self, keys: Sequence[Key]) -> None:
        for start in range(0, len(keys), _GROUP):
            with transaction(self._engine, writes=True) as connection:
                connection.execute(delete(records).where(_THERE), [_at(key) for key in keys[start : start + _GROUP]])


def _at(key: Key) -> dict[str, str]:
    return {"at_partition": key.partition, "at_sort": key.sort}


def _row(key: Key, value: Noun) -> dict[str, Any]:
    """A first version of the record."""
    return {
        "partition": key.partition,
        "sort": key.sort,
        "noun": type(value).__name__,
        "body": value.model_dump_json(),
        "version": 1,
    }


def _entry(row: Any, noun: type[N]) -> Entry[N]:
    """`InvalidInput` when the row holds another noun, or one of another time."""
    try:
        value = noun.model_validate_json(row.body)
    except ValidationError as error:
        first = error.errors()[0]
        at = ".".join(str(part) for part in first["loc"])
        raise InvalidInput(
            f"record {row.partition} {row.sort} is no {noun.__name__} ({at}: {first['msg']}): "
            f"another version wrote it as {row.noun}; make it again"
        ) from error
    return Entry(Key(row.partition, row.sort), value, row.version)


def _successor(prefix: str) -> str | None:
    """The least text above every text that begins with `prefix`; None when there is none.

    >>> _successor("RUN#1#")
    'RUN#1$'
    """
    stem = prefix.rstrip(_LAST)
    if not stem:
        return None
    last = ord(stem[-1]) + 1
    return stem[:-1] + chr(0xE000 if last == 0xD800 else last)  # what lies between are no characters
