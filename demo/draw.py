"""Draw the demo: `python -m demo.draw OUT` writes a feed with pictures, a film, and the truth about the film."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import cv2

from demo.catalog import groups, write_catalog
from demo.film import shoot


def draw(out: Path, *, seed: int = 7, seconds: float = 36.0, width: int = 960) -> None:
    """Write `feed.csv`, `images/`, `film.mp4` and `film.truth.json`.

    Args:
        out: Folder, made if it is missing; what it holds under these names is replaced.
        seed: Decides creases of cloth, grain and small things in the background; the goods stay the same.
        seconds: Length of the film, at least 1.
        width: Of the film, px; it is 16:9.
    """
    out.mkdir(parents=True, exist_ok=True)
    write_catalog(out, seed)
    truth = shoot(out / "film.mp4", seconds=seconds, width=width, seed=seed, groups=groups(), catalog="feed.csv")
    (out / "film.truth.json").write_text(json.dumps(truth, separators=(",", ":")) + "\n", encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line and draw."""
    parser = argparse.ArgumentParser(prog="python -m demo.draw", description=__doc__)
    parser.add_argument("out", type=Path, metavar="OUT", help="folder to write to")
    parser.add_argument("--seed", type=int, default=7, help="another number gives other creases and grain (default 7)")
    parser.add_argument("--seconds", type=float, default=36.0, help="length of the film (default 36)")
    parser.add_argument("--width", type=int, default=960, help="width of the film in pixels (default 960)")
    chosen = parser.parse_args(arguments)
    if chosen.seconds < 1 or chosen.width < 160 or chosen.seed < 0:
        parser.error("--seconds must be at least 1, --width at least 160, --seed not negative")
    cv2.setNumThreads(1)
    draw(chosen.out, seed=chosen.seed, seconds=chosen.seconds, width=chosen.width)
    print(f"drawn: {chosen.out / 'feed.csv'}, {chosen.out / 'film.mp4'}, {chosen.out / 'film.truth.json'}")


if __name__ == "__main__":
    main()
