import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from shoppable.adapters.engine.lock import hold
from shoppable.errors import Conflict, InvalidInput

HOLDER = """
import sys, time
from pathlib import Path
from shoppable.adapters.engine.lock import hold
with hold(Path(sys.argv[1]), "analyze film.mp4"):
    print("held", flush=True)
    time.sleep(60)
"""


def test_the_lock_makes_the_folder_and_can_be_taken_again(tmp_path: Path) -> None:
    home = tmp_path / "deep" / "home"
    for doing in ("ingest feed.xml", "analyze film.mp4"):
        with hold(home, doing):
            assert (home / "lock").read_text(encoding="utf-8") == f"{os.getpid()}, {doing}"
    assert (home / "lock").read_text(encoding="utf-8") == ""


def test_a_second_process_is_told_who_works_here_until_the_first_is_killed(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", HOLDER, str(tmp_path)], stdout=subprocess.PIPE, text=True) as first:
        try:
            assert first.stdout is not None
            assert first.stdout.readline() == "held\n"
            with pytest.raises(Conflict) as refusal, hold(tmp_path, "serve"):
                pass
            assert str(refusal.value) == (
                f"another shoppable (pid {first.pid}, `analyze film.mp4`) is working in {tmp_path}: "
                "wait for it, or use another --home"
            )
        finally:
            first.send_signal(signal.SIGKILL)
    with hold(tmp_path, "serve"):
        pass


def test_it_is_let_go_when_the_work_fails(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), hold(tmp_path, "serve"):
        raise RuntimeError
    with hold(tmp_path, "serve"), pytest.raises(Conflict, match=rf"pid {os.getpid()}, `serve`"), hold(tmp_path, "x"):
        pass


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with (
        pytest.raises(InvalidInput, match=r"file/home: Not a directory; use another --home"),
        hold(tmp_path / "file" / "home", "serve"),
    ):
        pass
