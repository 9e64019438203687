"""`shoppable bench VIDEO --catalog NAME`."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click
from pydantic import JsonValue
from rich.table import Table

from shoppable.cli.following import console
from shoppable.cli.options import with_settings
from shoppable.errors import Unavailable
from shoppable.ports import Engine
from shoppable.settings import Settings

if TYPE_CHECKING:
    from shoppable.model.renditions import Renditions

_DECODED = "decoding once"
_BLIND = "shots, samples, poster and thumbnails, no nets"
_STREAMS = "analysis that makes streams, too"
_FFMPEG = "ffmpeg making the same streams"

_NOT_NEEDED = shutil.ignore_patterns("videos", "work", ".staging")


@dataclass(frozen=True)
class Timed:
    """One line of the table.

    Attributes:
        what: Was done.
        seconds: It took.
        against: The line it is compared with, by `what`; None for a floor.
    """

    what: str
    seconds: float
    against: str | None = None


class _Lines:
    """Times one thing after the other, and says on the terminal what it is at."""

    def __init__(self) -> None:
        self.done: list[Timed] = []

    def add(self, what: str, work: Callable[[], object], against: str | None = None) -> None:
        with console.status(f"{what} …"):
            began = time.monotonic()
            work()
            self.done.append(Timed(what, round(time.monotonic() - began, 2), against))

    def ratio(self, line: Timed) -> float | None:
        """Its seconds to those of the line it is compared with."""
        floor = next((other.seconds for other in self.done if other.what == line.against), None)
        return round(line.seconds / floor, 3) if floor else None


@click.command()
@click.argument("video", type=click.Path(path_type=Path))
@click.option("--catalog", required=True, metavar="NAME", help="Catalog whose products to look for.")
@click.option(
    "--renditions/--no-renditions",
    default=True,
    show_default=True,
    help="Time the making of streams, too: against ffmpeg, where that is installed.",
)
@click.option("--json", "out", type=click.Path(dir_okay=False, path_type=Path), help="Write the times here.")
@with_settings(pack=True)
def bench(settings: Settings, video: Path, catalog: str, renditions: bool, out: Path | None) -> None:
    """Time what is done to VIDEO, a file, against decoding it once.

    All is done in a copy of the data folder, which is left as it is. Whole analyses are timed as the command is given:
    with the start of the program.
    """
    lines = _Lines()
    with _twin(settings) as twin:
        length_s = _without_nets(lines, twin, video)
        for what, options in (("analysis", ()), ("analysis, fast", ("--fast",))):
            lines.add(what, partial(_analyze, twin, video, "--catalog", catalog, "--no-renditions", *options), _DECODED)
        if renditions:
            _with_renditions(lines, twin, video, catalog)
    console.print(_table(lines, length_s, settings.threads))
    if out is not None:
        told = [{**asdict(line), "ratio": lines.ratio(line)} for line in lines.done]
        document = {"video_s": length_s, "threads": settings.threads, "lines": told}
        out.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


def _without_nets(lines: _Lines, settings: Settings, video: Path) -> float:
    """Times decoding, and all that is done in the pass but looking; returns the seconds the video lasts."""
    from shoppable.model.sampling import Sampling
    from shoppable.pipelines.overture import OVERTURE
    from shoppable.steps.video import let_in
    from shoppable.wiring import open_house

    length_s, sampling = 0.0, Sampling().model_dump(mode="json")
    for threads in sorted({settings.threads, 1}, reverse=True):
        there = settings.model_copy(update={"pack": "classic", "threads": threads, "home": settings.home / "blind"})
        with open_house(there, f"bench {video.name}", pipelines=(OVERTURE,), nets=False) as house:
            if threads == settings.threads:
                length_s = house.ports.media.probe(video).duration_ms / 1000
                lines.add(_DECODED, partial(house.ports.media.decode, video))
            upload = let_in(house.ports, video).model_dump(mode="json")
            run = partial(_run, house.engine, OVERTURE.name, {"upload": upload, "sampling": sampling, "ladder": None})
            if threads == settings.threads:
                lines.add(_BLIND, run, _DECODED)
            else:
                lines.add("the same on one core", run, _BLIND)
        shutil.rmtree(there.home)
    return length_s


def _run(engine: Engine, pipeline: str, inputs: Mapping[str, JsonValue]) -> None:
    engine.wait(engine.start(pipeline, inputs)).outcome()


def _with_renditions(lines: _Lines, settings: Settings, video: Path, catalog: str) -> None:
    """Times an analysis that makes streams in its pass, and ffmpeg making the same and nothing else."""
    from shoppable.model.keys import renditions_key
    from shoppable.model.renditions import Renditions
    from shoppable.steps.video import video_id_of
    from shoppable.wiring import open_store

    lines.add(_STREAMS, partial(_analyze, settings, video, "--catalog", catalog), _FFMPEG)
    ffmpeg = shutil.which("ffmpeg")
    if ffmpeg is None:
        console.print("ffmpeg is not installed: nothing to compare the making of streams with")
        return
    made = open_store(settings).records.get(renditions_key(settings.tenant, video_id_of(video)), Renditions)
    assert made is not None  # the analysis that just ended made them
    with tempfile.TemporaryDirectory(prefix="shoppable-") as folder:
        command = ffmpeg_command(ffmpeg, video, made.value, Path(folder))
        lines.add(_FFMPEG, partial(subprocess.run, command, check=True, capture_output=True))


def ffmpeg_command(ffmpeg: str, video: Path, made: "Renditions", folder: Path) -> list[str]:
    """How ffmpeg makes the streams that were made: the same sizes, limits, preset and segments."""
    from shoppable.logic.coding import CRF, PRESET
    from shoppable.logic.ladder import MAX_KBPS, SEGMENT_MS, rungs_for

    largest = made.pictures[0]
    rungs = {rung.name: rung for rung in rungs_for(largest.width or 0, largest.height or 0, MAX_KBPS)}
    encoded = [rungs[picture.folder] for picture in made.pictures[made.copied :]]
    split = "".join(f"[in{number}]" for number in range(len(encoded)))
    scaled = ";".join(
        f"[in{number}]scale={rung.width}:{rung.height}[out{number}]" for number, rung in enumerate(encoded)
    )
    hls = ("-f", "hls", "-hls_segment_type", "fmp4", "-hls_time", str(SEGMENT_MS // 1000), "-hls_list_size", "0")
    command = [ffmpeg, "-nostdin", "-y", "-loglevel", "error", "-i", str(video)]
    command += ["-filter_complex", f"[0:v]split={len(encoded)}{split};{scaled}"] if encoded else []
    for number, rung in enumerate(encoded):
        into = folder / rung.name
        into.mkdir()
        rate = ("-maxrate", f"{rung.max_kbps}k", "-bufsize", f"{2 * rung.max_kbps}k")
        keyframes = ("-force_key_frames", f"expr:gte(t,n_forced*{SEGMENT_MS // 1000})", "-sc_threshold", "0")
        coded = ("-c:v", "libx264", "-preset", PRESET, "-crf", str(CRF), *rate, *keyframes)
        command += ["-map", f"[out{number}]", *coded, *hls, str(into / "index.m3u8")]
    copies = [("video", "0:v", "-c:v")] * made.copied + [("sound", "0:a", "-c:a")] * (made.sound is not None)
    for name, track, codec in copies:
        (folder / name).mkdir()
        command += ["-map", track, codec, "copy", *hls, str(folder / name / "index.m3u8")]
    return command


def _analyze(settings: Settings, video: Path, *options: str) -> None:
    """The command as a user gives it; `Unavailable` when it fails."""
    command = [sys.executable, "-c", "from shoppable.cli.main import main; main()", "analyze", str(video), *options]
    given = (*command, "--home", str(settings.home), "--pack", settings.pack)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(each for each in sys.path if each)}
    told = subprocess.run(given, env=environment, capture_output=True, text=True, check=False)
    if told.returncode:
        raise Unavailable(told.stderr.strip().splitlines()[-1].removeprefix("shoppable: "))


@contextmanager
def _twin(settings: Settings) -> Iterator[Settings]:
    """The settings on a copy of the data folder, catalogs and packs only; blobs, which never change, are linked."""
    with tempfile.TemporaryDirectory(prefix="shoppable-bench-", dir=settings.home.parent) as folder:
        home = Path(folder) / "home"
        home.mkdir()
        for part in ("shoppable.db", "shoppable.db-wal"):
            if (settings.home / part).is_file():
                shutil.copy2(settings.home / part, home / part)
        for part, copy in (("vectors", shutil.copy2), ("blobs", os.link), ("packs", os.link)):
            if (settings.home / part).is_dir():
                shutil.copytree(settings.home / part, home / part, copy_function=copy, ignore=_NOT_NEEDED)
        twin = settings.model_copy(update={"home": home})
        _forget_runs(twin)
        yield twin


def _forget_runs(settings: Settings) -> None:
    """What was analysed before would be told at once."""
    from shoppable.model.keys import run_key
    from shoppable.model.run import Run
    from shoppable.wiring import open_store

    records = open_store(settings).records
    records.delete_many([entry.key for entry in records.query(run_key(settings.tenant, "").partition, Run)])


def _table(lines: _Lines, length_s: float, threads: int) -> Table:
    table = Table(
        box=None, pad_edge=False, title=f"\n{length_s:.0f} s of video, {threads} threads", title_justify="left"
    )
    for heading in ("", "seconds", "times real time", "ratio", "to"):
        table.add_column(heading, justify="left" if heading in ("", "to") else "right")
    for line in lines.done:
        ratio = lines.ratio(line)
        compared = (f"{ratio:.2f}", str(line.against)) if ratio else ("", "")
        table.add_row(line.what, f"{line.seconds:.1f}", f"{length_s / line.seconds:.1f}", *compared)
    return table
