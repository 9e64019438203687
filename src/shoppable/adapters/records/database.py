"""The SQL database behind records and events: opening it, bringing it up to date, and transactions on it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from sqlite3 import Connection as SqliteConnection

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.exc import DataError, DBAPIError, TimeoutError
from sqlalchemy.pool import ConnectionPoolEntry

from shoppable.adapters.records.tables import SCHEMA, SCHEMA_TABLE, metadata
from shoppable.errors import InvalidInput, Unavailable

_BUSY_S = 5.0
_NO_DATABASE = re.compile(r"not a database|malformed|unable to open")


def open_database(path: Path) -> Engine:
    """Opens the SQLite database at `path`, making it and its folder when they are missing, at the newest schema.

    What was committed outlives a power cut. Threads and processes may share it: readers never wait, writers wait for
    one another for some seconds.

    Raises:
        InvalidInput: The file is something else, or was written by a newer version.
        Unavailable: There is no room, or another process will not let go of it.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InvalidInput(f"cannot keep a database in {path.parent}: {error.strerror}; use another folder") from error
    engine = create_engine(URL.create("sqlite", database=str(path)), connect_args={"timeout": _BUSY_S})
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    try:
        migrate(engine)
    except BaseException:
        engine.dispose()
        raise
    return engine


def migrate(engine: Engine) -> None:
    """Brings an empty or old database to the newest schema; costs one query when it is there already.

    Raises:
        InvalidInput: The database was written by a newer version, or is another program's.
    """
    place = engine.url.database
    with transaction(engine) as connection:
        names = set(inspect(connection).get_table_names())
        found = connection.scalar(text(f"SELECT version_num FROM {SCHEMA_TABLE}")) if SCHEMA_TABLE in names else None
    if found == SCHEMA:
        return
    if found is not None and found > SCHEMA:
        raise InvalidInput(f"{place} was written by a newer shoppable (schema {found}, not {SCHEMA}): update shoppable")
    if found is None and names & set(metadata.tables):
        raise InvalidInput(f"{place} is another program's database: use another one")

    from alembic import command  # slow to import, and seldom needed
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    with transaction(engine, writes=True) as connection:  # a second process waits here and finds nothing left to do
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


@contextmanager
def transaction(engine: Engine, *, writes: bool = False) -> Iterator[Connection]:
    """All that is done inside is seen and kept as one; nothing of it when it fails.

    Args:
        engine: Of SQLite or Postgres.
        writes: Whether it will write: on SQLite it then waits for other writers before it reads.

    Raises:
        InvalidInput: The file is no database, or a value cannot be kept in one.
        Unavailable: The database is busy, full or away.
    """
    place = engine.url.database
    try:
        with engine.connect().execution_options(writes=writes) as connection, connection.begin():
            yield connection
    except UnicodeEncodeError as error:
        raise InvalidInput(f"{error.object[:80]!r} is no text that can be stored: {error.reason}") from error
    except TimeoutError as error:
        raise Unavailable(f"database {place} is busy with other work: try again") from error
    except DBAPIError as error:
        why = str(error.orig).partition("\n")[0]
        if isinstance(error, DataError):
            raise InvalidInput(f"database {place} cannot keep this: {why}") from error
        if _NO_DATABASE.search(why):
            raise InvalidInput(f"{place} is not a database of shoppable ({why}): use another one") from error
        if "is full" in why:
            why = "no room left on its disk: free some space and run the same command again"
        elif "is locked" in why:
            why = "it is busy with other work: try again"
        raise Unavailable(f"database {place} cannot be used: {why}") from error


def _prepare(connection: SqliteConnection, _: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # the driver would begin transactions when it sees fit; `_begin` does
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
