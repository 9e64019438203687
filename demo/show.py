"""The main job on goods the project draws itself: `python -m demo.show OUT`.

Draws a shop and a film, takes the shop in, analyses and publishes the film with the same commands a user gives, then
compares what was found with what is really there, and leaves a contact sheet to look at.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from demo.comparing import Outcome, compare
from demo.contact_sheet import draw_contact_sheet

CATALOG = "demo"

console = Console(highlight=False)


def main() -> None:
    """Reads the command line and shows the demo."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("out", type=Path, help="Folder for everything the demo makes; made anew.")
    parser.add_argument("--pack", default="auto", help="Pack of nets to see with.")
    given = parser.parse_args()
    out: Path = given.out.absolute()
    if out.exists():
        shutil.rmtree(out)
    began = time.monotonic()
    drawn, home, found = out / "drawn", out / "home", out / "found.json"

    _step("1. Drawing a shop and a film")
    subprocess.run([sys.executable, "-m", "demo.draw", drawn], check=True)
    _step("2. Taking the shop in")
    _shoppable(home, "ingest", drawn / "feed.csv", "--catalog", CATALOG, "--pack", given.pack)
    _step("3. Analysing the film")
    video_id = _shoppable(
        home, "analyze", drawn / "film.mp4", "--catalog", CATALOG, "--pack", given.pack, "--json", found
    )
    _step("4. Publishing what is sure")
    _shoppable(home, "publish", video_id)
    _step("5. What was found, against what is really there")
    truth: dict[str, Any] = json.loads((drawn / "film.truth.json").read_text(encoding="utf-8"))
    result: dict[str, Any] = json.loads(found.read_text(encoding="utf-8"))
    outcome = compare(truth, result)
    _tell(outcome)
    sheet = out / "contact-sheet.jpg"
    draw_contact_sheet(drawn / "film.mp4", truth, result, sheet)

    console.print(f"\nDone in {time.monotonic() - began:.0f} s. One picture of every shot: {_here(sheet)}")
    console.print(f"Watch it:  [bold]{_here(_command())} serve --home {_here(home)}[/bold]")
    console.print(f"then open  [bold]http://127.0.0.1:8000/watch/{video_id}[/bold]  and pause.")


def _shoppable(home: Path, *arguments: object) -> str:
    """Runs one command as a user would; returns what it printed."""
    command = [str(_command()), *map(str, arguments), "--home", str(home)]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def _command() -> Path:
    return Path(sys.executable).parent / "shoppable"


def _tell(outcome: Outcome) -> None:
    table = Table(box=None, pad_edge=False)
    for heading in ("product on screen", "from", "to", "outcome"):
        table.add_column(heading)
    colours = {"found": "green", "missed": "yellow", "refused": "yellow"}
    for line in outcome.lines:
        said = f"[{colours[line.outcome]}]{line.outcome}[/] {line.detail}"
        table.add_row(line.product_id, f"{line.start_ms / 1000:.1f} s", f"{line.end_ms / 1000:.1f} s", said)
    console.print(table)
    console.print(
        f"\n{outcome.found} of {len(outcome.lines)} found, {outcome.refused} refused for want of certainty, "
        f"{outcome.missed} missed; wrong products shown for [bold]{outcome.wrong_s:.1f}[/bold] of "
        f"{outcome.duration_s:.0f} s"
    )
    for wrong in outcome.wrong:
        console.print(f"  [red]wrong[/] {wrong}")


def _step(said: str) -> None:
    console.print(f"\n[bold]{said}[/bold]")


def _here(path: Path) -> str:
    return os.path.relpath(path)


if __name__ == "__main__":
    main()
