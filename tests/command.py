"""The `shoppable` command as a user gives it, in this process: what it printed, and what it exited with."""

import contextlib
import io
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from shoppable.cli.main import main


@dataclass(frozen=True)
class Said:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def line(self) -> str:
        """The one line of an error."""
        lines = self.err.strip().splitlines()
        told = [line for line in lines if line.startswith("shoppable: ")]
        assert len(told) == 1, self.err
        assert lines[-1] == told[0], self.err
        return told[0]


class Command:
    """Gives commands with one data folder."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def __call__(self, *arguments: object, code: int = 0) -> Said:
        """Runs `shoppable`; fails unless it exits with `code`."""
        out, err = io.StringIO(), io.StringIO()
        with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            patch.setattr(sys, "argv", ["shoppable", *map(str, arguments)])
            patch.setenv("SHOPPABLE_HOME", str(self.home))
            patch.setenv("SHOPPABLE_THREADS", "1")
            try:
                main()
                ended = 0
            except SystemExit as exit_:
                ended = int(exit_.code or 0)
        said = Said(code=ended, out=out.getvalue(), err=err.getvalue())
        assert said.code == code, f"exit {said.code}\n{said.out}\n{said.err}"
        return said
