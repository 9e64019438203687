"""Sets through the commands a user gives: catalogs are taken in, videos analysed, and the time is taken."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from bench.sets import Case, LabelledSet, case_of, read


class Give(Protocol):
    """Gives one command to `shoppable`, in one data folder; fails when it fails."""

    def __call__(self, *arguments: object) -> object: ...


def in_processes(home: Path, *, heard: bool = False) -> Give:
    """Commands as a user gives them: each a process of its own, with whatever settings stand in the environment.

    `heard` lets their words through to the terminal.
    """

    def give(*arguments: object) -> None:
        command = [sys.executable, "-c", "from shoppable.cli.main import main; main()", *map(str, arguments)]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(each for each in sys.path if each)}
        told = subprocess.run(
            [*command, "--home", str(home)], env=environment, capture_output=not heard, text=True, check=False
        )
        if told.returncode:
            raise SystemExit(f"shoppable {arguments[0]} failed:\n{told.stderr or ''}")

    return give


def add_pack(give: Give, samples: Path, pack: str) -> None:
    """Brings a pack's nets from the samples folder, where they lie there."""
    if (samples / "models" / pack).is_dir():
        give("models", "add", samples / "models" / pack)


def analysed(sets: Sequence[LabelledSet], pack: str, give: Give, folder: Path) -> list[Case]:
    """What a pack finds in each set.

    Args:
        sets: What to look at.
        pack: What to look with.
        give: Runs the commands.
        folder: Where results are written. One that lies there already is taken as it is, and nothing is done anew.
    """
    return [_analysed(each, pack, give, folder) for each in sets]


def _analysed(where: LabelledSet, pack: str, give: Give, folder: Path) -> Case:
    out, times = folder / f"{where.name}.json", folder / f"{where.name}.times.json"
    if not (out.is_file() and times.is_file()):
        folder.mkdir(parents=True, exist_ok=True)
        which = ("--catalog", where.name, "--pack", pack)
        ingest_s = _seconds(give, "ingest", where.feed, *which)
        analyze_s = _seconds(give, "analyze", where.video, *which, "--no-renditions", "--json", out)
        times.write_text(json.dumps({"ingest_s": ingest_s, "analyze_s": analyze_s}) + "\n", encoding="utf-8")
    return case_of(where, out, **read(times))


def _seconds(give: Give, *arguments: object) -> float:
    began = time.monotonic()
    give(*arguments)
    return round(time.monotonic() - began, 2)
