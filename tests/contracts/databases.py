"""The databases that records and events are tried on. A new one is a new entry in DATABASES."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine

from shoppable.adapters.records.database import open_database


def sqlite(request: pytest.FixtureRequest) -> Engine:
    folder: Path = request.getfixturevalue("tmp_path")
    engine = open_database(folder / "shop.db")
    request.addfinalizer(engine.dispose)
    return engine


def postgres(request: pytest.FixtureRequest) -> Engine:
    engine: Engine = request.getfixturevalue("postgres")
    return engine


DATABASES: list[Callable[[pytest.FixtureRequest], Engine]] = [sqlite, postgres]
