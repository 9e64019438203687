"""The SQLite database: what may stand at its path, crashes, full disks, many processes."""

import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from shoppable.adapters.records.database import open_database
from shoppable.adapters.records.events import SqlEvents
from shoppable.adapters.records.sql import SqlRecords
from shoppable.errors import InvalidInput, Unavailable
from shoppable.model.keys import Key
from shoppable.model.time import Span

NOTE = Span(start_ms=1, end_ms=2)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Engine]:
    engine = open_database(tmp_path / "shop.db")
    yield engine
    engine.dispose()


@pytest.mark.parametrize("name", ["shop.db", "a b%20?c=d#e'ü.db", "deep/er/shop.db"])
def test_a_database_is_made_with_its_folder_and_opened_again(tmp_path: Path, name: str) -> None:
    path = tmp_path / "100%" / name
    for version in (1, 2):
        engine = open_database(path)
        assert SqlRecords(engine).put(Key("a", "b"), NOTE) == version
        engine.dispose()
    assert path.read_bytes().startswith(b"SQLite format 3")


def test_opening_a_database_that_is_up_to_date_needs_no_alembic(database: Engine) -> None:
    script = (
        "import sys; from pathlib import Path; from shoppable.adapters.records.database import open_database\n"
        "open_database(Path(sys.argv[1])).dispose(); print('alembic' in sys.modules)"
    )
    command = [sys.executable, "-W", "error", "-c", script, str(database.url.database)]
    assert subprocess.run(command, check=True, capture_output=True, text=True).stdout == "False\n"


def test_commits_are_written_through(database: Engine) -> None:
    with database.connect() as connection:
        settings = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "busy_timeout", "foreign_keys")
        ]
    assert settings == ["wal", 2, 5000, 1]


def test_a_prefix_is_a_range_of_the_primary_key(database: Engine) -> None:
    ran: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: Any, *_rest: object) -> None:
        ran.append((statement, parameters))

    event.listen(database, "before_cursor_execute", note)
    SqlRecords(database).query("P", Span, prefix="RUN#1#", after="RUN#1#3", limit=5)
    statement, parameters = next(each for each in ran if each[0].startswith("SELECT"))
    with database.connect() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
    steps = [row[3] for row in plan]
    assert steps == ["SEARCH records USING INDEX sqlite_autoindex_records_1 (partition=? AND sort>? AND sort<?)"]


def test_something_else_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no database, but long enough to look at " * 100, encoding="utf-8")
    with pytest.raises(InvalidInput, match=r"text is not a database of shoppable \(.*\): use another one$"):
        open_database(tmp_path / "text")
    (tmp_path / "folder").mkdir()
    with pytest.raises(InvalidInput, match=r"folder is not a database of shoppable \(.*\): use another one$"):
        open_database(tmp_path / "folder")
    with pytest.raises(InvalidInput, match=r"^cannot keep a database in .*text: .*; use another folder$"):
        open_database(tmp_path / "text" / "shop.db")


def test_the_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "music.db")
    connection.execute("CREATE TABLE records (artist TEXT)")
    connection.close()
    with pytest.raises(InvalidInput, match=r"music.db is another program's database: use another one"):
        open_database(tmp_path / "music.db")
    connection = sqlite3.connect(tmp_path / "music.db")
    assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("records",)]
    connection.close()


def test_a_writer_that_never_lets_go_is_told(database: Engine, tmp_path: Path) -> None:
    with database.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout = 50")
    other = sqlite3.connect(tmp_path / "shop.db")
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable, match=r"shop.db cannot be used: it is busy with other work: try again$"):
        SqlRecords(database).put(Key("a", "b"), NOTE)
    assert SqlRecords(database).get(Key("a", "b"), Span) is None
    other.rollback()
    other.close()
    assert SqlRecords(database).put(Key("a", "b"), NOTE) == 1


def count_up(path: Path) -> None:
    engine = open_database(path)
    for number in range(40):
        SqlRecords(engine).put(Key("a", "b"), Span(start_ms=0, end_ms=number))
    engine.dispose()


def test_processes_may_make_and_write_one_database_together(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; import alembic.command; from tests.unit.test_database import count_up\n"
        "print('ready', flush=True); sys.stdin.readline(); count_up(Path(sys.argv[1]))"
    )
    command = [sys.executable, "-c", script, str(tmp_path / "shop.db")]
    root, pipe = Path(__file__).parents[2], subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, cwd=root) as other:
        assert other.stdout is not None
        assert other.stdin is not None
        other.stdout.readline()
        other.stdin.write(b"go\n")
        other.stdin.flush()
        count_up(tmp_path / "shop.db")
        assert other.communicate()[1] == b""
    engine = open_database(tmp_path / "shop.db")
    found = SqlRecords(engine).get(Key("a", "b"), Span)
    engine.dispose()
    assert found is not None
    assert found.version == 2 * 40


def test_what_was_written_outlives_a_kill(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from datetime import UTC, datetime\n"
        "from shoppable.adapters.records.database import open_database\n"
        "from shoppable.adapters.records.events import SqlEvents\n"
        "from shoppable.model.run import State, StepEvent\n"
        "events = SqlEvents(open_database(Path(sys.argv[1])))\n"
        "while True:\n"
        "    event = StepEvent(run_id='r', step='s', state=State.RUNNING, at=datetime.now(UTC))\n"
        "    print(events.append(event), flush=True)"
    )
    command = [sys.executable, "-c", script, str(tmp_path / "shop.db")]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        told = [int(writer.stdout.readline()) for _ in range(100)]
        writer.send_signal(signal.SIGKILL)
    engine = open_database(tmp_path / "shop.db")
    numbers = [number for number, _ in SqlEvents(engine).read("r")]
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
    engine.dispose()
    assert numbers[: len(told)] == told


def test_a_full_disk_is_told_and_loses_nothing(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    (tmp_path / "fill.py").write_text(
        "import sys; from pathlib import Path\n"
        "from shoppable.adapters.records.database import open_database\n"
        "from shoppable.adapters.records.sql import SqlRecords\n"
        "from shoppable.errors import Unavailable; from shoppable.model.keys import Key\n"
        "from shoppable.model.noun import Noun\n"
        "class Note(Noun): text: str\n"
        "records = SqlRecords(open_database(Path(sys.argv[1])))\n"
        "written = 0\n"
        "try:\n"
        "    while True: records.put(Key('a', str(written)), Note(text='x' * 100_000)); written += 1\n"
        "except Unavailable as error: print(error)\n"
        "assert written > 5 and len(records.query('a', Note)) == written",
        encoding="utf-8",
    )
    own_mounts = ["unshare", "--map-root-user", "--mount", "sh", "-c"]
    try:
        subprocess.run([*own_mounts, f"mount -t tmpfs none '{disk}'"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this machine lets nobody mount a small disk")
    script = (
        f"mount -t tmpfs -o size=4m none '{disk}' && '{sys.executable}' -W error '{tmp_path}/fill.py' '{disk}/shop.db'"
    )
    said = subprocess.run([*own_mounts, script], check=True, capture_output=True, text=True).stdout
    place = f"database {disk}/shop.db"
    assert said == (
        f"{place} cannot be used: no room left on its disk: free some space and run the same command again\n"
    )
