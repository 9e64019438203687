"""Where Alembic enters: it migrates over the connection that `migrate` hands it."""

from alembic import context

from shoppable.adapters.records.tables import SCHEMA_TABLE, metadata


def run() -> None:
    """Brings the database to the revision that was asked for, in the transaction the connection is in."""
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=metadata,
        version_table=SCHEMA_TABLE,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()


if __name__ == "env_py":  # Alembic loads this file under that name; anybody else only reads it
    run()
