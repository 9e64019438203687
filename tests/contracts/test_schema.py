"""The migrations make the tables that the code expects, on every database."""

from collections.abc import Callable
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from shoppable.adapters.records import migrations
from shoppable.adapters.records.database import migrate
from shoppable.adapters.records.sql import SqlRecords
from shoppable.adapters.records.tables import SCHEMA, SCHEMA_TABLE, metadata
from shoppable.errors import InvalidInput
from shoppable.model.keys import Key
from shoppable.model.time import Span
from tests.contracts.databases import DATABASES


@pytest.fixture(params=DATABASES)
def database(request: pytest.FixtureRequest) -> Engine:
    make: Callable[[pytest.FixtureRequest], Engine] = request.param
    return make(request)


def test_the_tables_are_those_of_the_code(database: Engine) -> None:
    with database.connect() as connection:
        options = {"compare_type": True, "compare_server_default": True, "version_table": SCHEMA_TABLE}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, metadata) == []
        assert context.get_current_revision() == SCHEMA


def test_migrating_again_changes_nothing(database: Engine) -> None:
    SqlRecords(database).put(Key("a", "b"), Span(start_ms=1, end_ms=2))
    migrate(database)
    migrate(database)
    assert SqlRecords(database).get(Key("a", "b"), Span) is not None


def test_a_newer_database_is_refused(database: Engine) -> None:
    set_to = f"UPDATE {SCHEMA_TABLE} SET version_num = '{{}}'"
    with database.begin() as connection:
        connection.exec_driver_sql(set_to.format("0009"))
    try:
        with pytest.raises(InvalidInput, match=rf"written by a newer shoppable \(schema 0009, not {SCHEMA}\): update"):
            migrate(database)
    finally:
        with database.begin() as connection:
            connection.exec_driver_sql(set_to.format(SCHEMA))


def test_the_newest_revision_is_the_one_the_code_names() -> None:
    scripts = ScriptDirectory(str(Path(migrations.__file__).parent))
    assert scripts.get_heads() == [SCHEMA]
    assert all(len(script.revision) == 4 and script.revision.isdigit() for script in scripts.walk_revisions())
