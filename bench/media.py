"""Times the work on a film of ten minutes against decoding it once: `python -m bench.media`.

Makes the film when it is not there yet, takes the samples' apparel catalog in, and gives `shoppable bench`.
"""

import argparse
import os
from pathlib import Path

from bench.long_film import make_long_film
from bench.running import add_pack, in_processes
from bench.sets import sets_in


def main() -> None:
    """Reads the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.media", description=(__doc__ or "").partition(":")[0])
    parser.add_argument("--pack", default="lite", help="Pack to look with.")
    parser.add_argument("--samples", type=Path, default=Path(os.environ.get("SHOPPABLE_SAMPLES") or "../shared"))
    parser.add_argument("--folder", type=Path, default=Path("build/media"), help="Where film, data and times are kept.")
    parser.add_argument("--seconds", type=int, default=600, help="Length of the film.")
    given = parser.parse_args()
    folder: Path = given.folder.absolute()
    folder.mkdir(parents=True, exist_ok=True)
    film, sets = folder / f"film-{given.seconds}.mp4", sets_in(given.samples)
    if not film.is_file():
        make_long_film(film, [each.video for each in sets], seconds=given.seconds)
    shop = next(each for each in sets if each.name == "luma")
    give = in_processes(folder / f"home-{given.pack}", heard=True)
    add_pack(give, given.samples, given.pack)
    which = ("--catalog", shop.name, "--pack", given.pack)
    give("ingest", shop.feed, *which)
    give("bench", film, *which, "--json", folder / f"{given.pack}.json")


if __name__ == "__main__":
    main()
