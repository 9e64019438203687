import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import OperationalError

from shoppable.adapters.engine.dbos import DbosEngine
from shoppable.adapters.records.database import migrate
from shoppable.adapters.records.tables import metadata
from shoppable.pipelines.spec import Pipeline
from tests.contracts.workshop import Workshop
from tests.pipelines import tiny


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Engine]:
    """A Postgres server of its own, reached by a socket in a folder; skips where none is installed."""
    if shutil.which("initdb") is None or shutil.which("postgres") is None:
        pytest.skip("this machine has no Postgres")
    owner = "postgres" if os.getuid() == 0 else None  # it refuses to run as root
    with tempfile.TemporaryDirectory(prefix="shoppable-") as folder:
        if owner:
            shutil.chown(folder, owner)
        making = ["initdb", "--pgdata", f"{folder}/data", "--username", "shop", "--auth", "trust", "--no-sync"]
        subprocess.run([*making, "--locale", "C.UTF-8"], user=owner, cwd=folder, check=True, capture_output=True)
        with (
            Path(folder, "log").open("wb") as log,
            subprocess.Popen(
                ["postgres", "-D", f"{folder}/data", "-k", folder, "-c", "listen_addresses=", "-c", "fsync=off"],
                user=owner, cwd=folder, stdout=log, stderr=log,
            ) as server,
        ):  # fmt: skip
            engine = create_engine(f"postgresql+psycopg://shop@/postgres?host={folder}")
            try:
                _wait_for(engine)
                yield engine
            finally:
                engine.dispose()
                server.terminate()


@pytest.fixture
def postgres(postgres_server: Engine) -> Engine:
    """An empty database at the newest schema on that server."""
    migrate(postgres_server)
    with postgres_server.begin() as connection:
        for table in metadata.sorted_tables:
            connection.exec_driver_sql(f"TRUNCATE {table.name} RESTART IDENTITY")
    return postgres_server


def _wait_for(engine: Engine) -> None:
    for _ in range(300):
        try:
            engine.connect().close()
        except OperationalError:
            time.sleep(0.05)
        else:
            return
    pytest.fail("Postgres did not start")


@pytest.fixture(scope="module")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder in which nothing has run, to be copied: making one takes a while."""
    home = tmp_path_factory.mktemp("blank")
    with tiny.store(home) as (records, events), tiny.engine(home, records, events):
        return home


@pytest.fixture(params=["dbos"])
def workshop(request: pytest.FixtureRequest, blank: Path, tmp_path: Path) -> Iterator[Workshop]:
    engines = {"dbos": tiny.engine}
    copytree(blank, tmp_path, dirs_exist_ok=True)
    with tiny.store(tmp_path) as (records, events):

        def open_engine(*pipelines: Pipeline, **options: Any) -> AbstractContextManager[DbosEngine]:
            return engines[request.param](tmp_path, records, events, pipelines or tiny.ALL, **options)

        yield Workshop(tmp_path, records, events, open_engine)


@pytest.fixture
def engine(workshop: Workshop) -> Iterator[DbosEngine]:
    with workshop.open(concurrency=2) as engine:
        yield engine
