"""`shoppable feed check FEED`."""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import click
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from shoppable.cli.following import console
from shoppable.cli.options import feed_options, with_feed_options
from shoppable.model.catalog import FeedRow, RowProblem

_FIRST = 10
_EVERY_ROWS = 500


@click.group()
def feed() -> None:
    """Product feeds, before they are taken in."""


@feed.command()
@click.argument("feed", type=click.Path(path_type=Path))
@with_feed_options
@click.option(
    "--report",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the problems here, as CSV, or as JSON where the name ends in .json.",
)
def check(feed: Path, format_: str | None, mapping: Path | None, report: Path | None) -> None:
    """Check every row of FEED and write nothing but a report.

    Pictures are not opened. Exits with 1 when rows are rejected.
    """
    from shoppable.feeds.formats import FORMATS, open_feed
    from shoppable.feeds.report import csv_lines, json_lines
    from shoppable.steps.intake import opened_feed

    tally = _Tally()
    with opened_feed(feed) as stream, _bar(feed) as progress:
        opened = open_feed(stream, feed.name, feed_options(format_, mapping))
        problems = tally.problems(_watched(opened.rows, stream, progress))
        if report is None:
            for _ in problems:
                pass
        else:
            lines = json_lines if report.suffix.lower() == ".json" else csv_lines
            report.parent.mkdir(parents=True, exist_ok=True)
            with report.open("w", encoding="utf-8", newline="") as file:
                file.writelines(lines(problems))
    out = Console(highlight=False)
    out.print(f"{escape(feed.name)}: {FORMATS[opened.format].summary} ({opened.format})")
    out.print(tally.table())
    if tally.first:
        out.print(tally.first_table())
    if report is not None:
        console.print(f"all problems: {report}")
    if tally.rejected or not tally.good:
        sys.exit(1)


@dataclass
class _Tally:
    """Counts of a feed while it is read."""

    good: int = 0
    rejected: int = 0
    warnings: int = 0
    kinds: Counter[tuple[str, str]] = field(default_factory=Counter)
    first: list[RowProblem] = field(default_factory=list)
    _last_line: int = -1

    def problems(self, rows: Iterable[FeedRow | RowProblem]) -> Iterator[RowProblem]:
        """The problems among the rows; counts all."""
        for row in rows:
            if isinstance(row, FeedRow):
                self.good += 1
                continue
            if row.severity == "warning":
                self.warnings += 1
            elif row.line != self._last_line:
                self.rejected += 1
                self._last_line = row.line
            self.kinds[row.severity, row.field or ""] += 1
            if len(self.first) < _FIRST:
                self.first.append(row)
            yield row

    def table(self) -> Table:
        table = Table(box=None, pad_edge=False, show_header=False)
        table.add_row("good products", str(self.good))
        table.add_row("rejected rows", str(self.rejected))
        table.add_row("warnings", str(self.warnings))
        for (severity, name), count in self.kinds.most_common(_FIRST):
            table.add_row(f"  {severity}: {escape(name) or 'whole row'}", str(count))
        return table

    def first_table(self) -> Table:
        table = Table(box=None, pad_edge=False, title_justify="left", title=f"the first {len(self.first)} problems")
        for heading in ("line", "id", "field", "problem", "what to do"):
            table.add_column(heading, overflow="fold")
        for each in self.first:
            cells = (str(each.line), each.product_id or "", each.field or "", each.problem, each.remedy)
            table.add_row(*map(escape, cells), style="" if each.severity == "rejected" else "dim")
        return table


def _bar(feed: Path) -> Progress:
    return Progress(
        TextColumn(escape(feed.name)),
        BarColumn(),
        DownloadColumn(),
        TimeRemainingColumn(compact=True),
        console=console,
        transient=True,
        disable=not sys.stderr.isatty(),
    )


def _watched(
    rows: Iterable[FeedRow | RowProblem], stream: BinaryIO, progress: Progress
) -> Iterator[FeedRow | RowProblem]:
    """The rows, while the bar moves with the place in the file."""
    at = stream.tell()
    task = progress.add_task("", total=stream.seek(0, 2))
    stream.seek(at)
    for number, row in enumerate(rows):
        if number % _EVERY_ROWS == 0:
            progress.update(task, completed=stream.tell())
        yield row
