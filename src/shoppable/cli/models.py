"""`shoppable models list | add DIR | pull NAME`."""

import sys
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn
from rich.table import Table

from shoppable.cli.options import with_settings
from shoppable.settings import Settings


@click.group()
def models() -> None:
    """Packs of nets: what finds and embeds goods. `classic` is always there and needs no download."""


@models.command("list")
@with_settings()
def list_(settings: Settings) -> None:
    """Show the packs known here; the first one present is what `auto` takes."""
    from shoppable.wiring import packs

    table = Table(box=None, pad_edge=False)
    for heading in ("pack", "here", "size"):
        table.add_column(heading, no_wrap=True)
    for heading in ("licences", "what it is"):
        table.add_column(heading)
    for shelf in packs(settings).shelves():
        licences = sorted({each.licence.split(" (")[0] for each in shelf.pack.files}) or ["Apache-2.0"]
        here = "yes" if shelf.present else f"no: shoppable models pull {shelf.pack.name}"
        told = "" if shelf.pack.checked else "; checksum recorded on first pull"
        table.add_row(shelf.pack.space.name, here, shelf.pack.size, ", ".join(licences), shelf.pack.summary + told)
    Console(highlight=False).print(table)


@models.command()
@click.argument("folder", type=click.Path(path_type=Path))
@with_settings()
def add(settings: Settings, folder: Path) -> None:
    """Add a pack from FOLDER: its own pack.toml and files, or the files of a pack known here."""
    from shoppable.wiring import packs

    shelf = packs(settings).add(folder)
    click.echo(f"pack {shelf.pack.name} is here, {shelf.pack.size} in {len(shelf.pack.files)} files")


@models.command()
@click.argument("name")
@with_settings()
def pull(settings: Settings, name: str) -> None:
    """Download pack NAME; an interrupted download goes on where it stopped."""
    from shoppable.wiring import packs

    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        disable=not sys.stderr.isatty(),
    ) as progress:
        tasks = {}

        def say(file: str, done: int, total: int) -> None:
            if file not in tasks:
                tasks[file] = progress.add_task(file, total=total or None)
            progress.update(tasks[file], completed=done)

        shelf = packs(settings).pull(name, say)
    click.echo(f"pack {shelf.pack.name} is here, {shelf.pack.size} in {len(shelf.pack.files)} files")
