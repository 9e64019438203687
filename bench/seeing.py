"""Scores packs on the labelled sample videos: `python -m bench.seeing [--pack lite] [--samples DIR]`.

Takes each sample catalog in, analyses its video, and prints the scorer's figures beside the naive floor (one frame a
second, nearest catalog picture, always shown), with the time each command took and its share of the video's length.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SETS = ("luma", "grocery")
SECONDS = {"luma": 95.5, "grocery": 74.2}


def main() -> None:
    """Reads the command line and prints the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--pack", default="lite", help="Pack to score.")
    parser.add_argument("--samples", type=Path, default=Path("../shared"), help="Folder with data, models and scorer.")
    parser.add_argument("--keep", type=Path, help="Keep the data folder and the results here.")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        home: Path = given.keep or Path(scratch)
        _score(given.pack, given.samples, home)


def _score(pack: str, samples: Path, home: Path) -> None:
    if (samples / "models" / pack).is_dir():
        _shoppable(home, "models", "add", samples / "models" / pack)
    compared: list[Path] = []
    for name in SETS:
        out = home / f"{name}.json"
        video = samples / "data" / "videos" / f"{name}_dev.mp4"
        which = ("--catalog", name, "--pack", pack)
        took = _shoppable(home, "ingest", samples / "data" / name / "catalog.csv", *which)
        print(f"ingest {name}: {took:.1f} s")
        took = _shoppable(home, "analyze", video, *which, "--json", out)
        print(f"analyze {name}: {took:.1f} s, {took / SECONDS[name]:.2f} of its length")
        compared += [video.with_suffix(".truth.json"), out]
    subprocess.run([sys.executable, samples / "truth" / "score.py", *compared], check=True)


def _shoppable(home: Path, *arguments: object) -> float:
    """Runs a command on a data folder; returns the seconds it took, the start of Python included."""
    began = time.monotonic()
    command = [sys.executable, "-c", "from shoppable.cli.main import main; main()", *map(str, arguments)]
    subprocess.run([*command, "--home", str(home)], check=True, capture_output=True)
    return time.monotonic() - began


if __name__ == "__main__":
    main()
