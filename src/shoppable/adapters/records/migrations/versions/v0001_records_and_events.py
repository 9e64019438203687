"""The first tables: records, and the events of steps."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Makes both tables."""
    key = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
    op.create_table(
        "records",
        sa.Column("partition", key, primary_key=True),
        sa.Column("sort", key, primary_key=True),
        sa.Column("noun", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
    )
    op.create_table(
        "step_events",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("run_id", sa.Text, nullable=False),
        sa.Column("step", sa.Text, nullable=False),
        sa.Column("item", sa.Integer),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("error", sa.Text),
        sa.Column("figures", sa.JSON, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("step_events_of_run", "step_events", ["run_id", "number"])
