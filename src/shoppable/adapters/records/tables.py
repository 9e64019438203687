"""The tables, as SQLite and Postgres both have them.

To change one: change it here, write the next file in `migrations/versions`, and raise `SCHEMA` to its number. A test
compares what the migrations make with what stands here.
"""

from sqlalchemy import JSON, Column, Index, Integer, MetaData, Table, Text
from sqlalchemy.dialects import postgresql

SCHEMA = "0001"
"""The newest revision in `migrations/versions`. Revisions are numbers of four digits, so that text order is theirs."""

SCHEMA_TABLE = "schema_version"
"""Where a database keeps its revision."""

metadata = MetaData()

# Sort keys are compared byte by byte everywhere; Postgres would otherwise follow the language of its host.
_KEY = Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")

records = Table(
    "records",
    metadata,
    Column("partition", _KEY, primary_key=True),
    Column("sort", _KEY, primary_key=True),
    Column("noun", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("version", Integer, nullable=False),
)

step_events = Table(
    "step_events",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("run_id", Text, nullable=False),
    Column("step", Text, nullable=False),
    Column("item", Integer),
    Column("attempt", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("error", Text),
    Column("figures", JSON, nullable=False),
    Index("step_events_of_run", "run_id", "number"),
    sqlite_autoincrement=True,  # a number is never given twice
)
