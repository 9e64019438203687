"""Judges the quality of seeing: `python -m bench.seeing --pack lite`.

Takes the catalog of each labelled set in, analyses its video with the commands a user gives, and prints what the
samples' scorer says: for what a viewer is shown (tier exact) and for exact and similar together, and apart for each
kind of shot. Draws how far probabilities can be believed, the worst mistakes and what was missed. Keeps, and checks,
the record of what each pack reaches. Settings in the environment hold for the commands too.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.mistakes import misses, worst
from bench.record import RECORD, key_figures, losses, read_record, update_record
from bench.reliability import draw_curves
from bench.running import add_pack, analysed, in_processes
from bench.scoring import ALL, EVERY_TIER, EXACT, KINDS, OFFERED, Figures, Scorer, scored
from bench.sets import Case, set_from, sets_in
from bench.sheets import draw_misses, draw_mistakes

MOST_MISTAKES = 16

ROWS = {
    "precision": "product_precision@0.5",
    "recall": "product_recall@0.5",
    "F1": "product_f1@0.5",
    "F1 at 0.3": "product_f1@0.3",
    "F1 of item groups": "group_f1@0.5",
    "coverage": "product_coverage",
    "wrong seconds a minute": "product_wrong_s_per_min",
    "wrong share of negatives": "product_wrong_share_of_negative",
    "right among first five": "product_top5",
    "single: right first": "det_top1",
    "single: right in five": "det_top5",
    "box IoU": "box_iou",
    "ECE": "ece",
    "shots F1": "shot_f1",
    "true appearances": "n_truth",
    "judged predictions": "n_scored_pred",
}

OF_NOTHING = ("wrong seconds a minute", "wrong share of negatives", "ECE", "judged predictions")
"""Rows that mean something where nothing true is on screen."""

console = Console(highlight=False, width=None if sys.stdout.isatty() else 120)


def main() -> None:
    """Reads the command line, and exits with 1 when `--check` finds a loss."""
    given = _parser().parse_args()
    try:
        sets = [set_from(each) for each in given.set] or sets_in(given.samples)
        scorer = Scorer(given.samples / "truth" / "score.py")
    except (ValueError, OSError) as error:
        sys.exit(f"bench.seeing: {error}")
    with tempfile.TemporaryDirectory() as scratch:
        folder: Path = (given.keep or Path(scratch)).absolute() / given.pack
        give = in_processes(folder / "home")
        if not all((folder / f"{each.name}.json").is_file() for each in sets):
            add_pack(give, given.samples, given.pack)
        cases = analysed(sets, given.pack, give, folder)
    _tell(scorer, cases, given.pack)
    for path in _draw(scorer, cases, given.pack, given.out):
        console.print(f"drawn: {path}")
    key = key_figures(scorer, cases)
    lost = losses(read_record(given.record), given.pack, key) if given.check else []
    if given.update:
        update_record(given.record, given.pack, key)
        console.print(f"recorded: {given.record}")
    for line in lost:
        print(line, file=sys.stderr)
    if lost:
        sys.exit(1)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.seeing", description=(__doc__ or "").partition(":")[0])
    parser.add_argument("--pack", default="lite", help="Pack to judge.")
    parser.add_argument(
        "--samples",
        type=Path,
        default=Path(os.environ.get("SHOPPABLE_SAMPLES") or "../shared"),
        help="Folder with labelled videos, nets and the scorer.",
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=CATALOG.csv,VIDEO.mp4,TRUTH.json",
        help="A labelled set to use instead of those of the samples; can be given again.",
    )
    parser.add_argument(
        "--keep", type=Path, help="Keep data and results here; what an earlier call kept is not analysed again."
    )
    parser.add_argument("--out", type=Path, default=Path("build/seeing"), help="Folder for the pictures.")
    parser.add_argument("--record", type=Path, default=RECORD, help="File with the key figures of each pack.")
    parser.add_argument("--check", action="store_true", help="Fail when figures are worse than the record's.")
    parser.add_argument("--update", action="store_true", help="Write the figures to the record.")
    return parser


def _tell(scorer: Scorer, cases: Sequence[Case], pack: str) -> None:
    settings = {name: said for name, said in sorted(os.environ.items()) if name.startswith("SHOPPABLE_")}
    told = "".join(f", {name}={said}" for name, said in settings.items())
    console.print(f"[bold]pack {pack}[/bold]{told}")
    console.print(_times(cases))
    for tiers, said in ((EXACT, "tier exact"), (OFFERED, "tiers exact and similar")):
        console.print(_table(said, scored(scorer, cases, tiers)))
    for kind in KINDS:
        for tiers, said in ((EXACT, "tier exact"), (OFFERED, "tiers exact and similar")):
            figures = scored(scorer, cases, tiers, kind)
            if not figures:
                continue
            console.print(_table(f"{kind} shots, {said}", figures))
            if kind == "photo" and tiers == EXACT:
                console.print(_right_on_photos(figures))


def _times(cases: Sequence[Case]) -> Table:
    table = Table(box=None, pad_edge=False, title="\ntime", title_justify="left", title_style="bold")
    for heading in ("set", "video", "ingest", "analysis", "of its length", "times real time"):
        table.add_column(heading, justify="left" if heading == "set" else "right")
    for case in cases:
        if case.ingest_s is not None and case.analyze_s is not None:
            took = [f"{seconds:.1f} s" for seconds in (case.video_s, case.ingest_s, case.analyze_s)]
            share = case.analyze_s / case.video_s
            table.add_row(case.where.name, *took, f"{share:.2f}", f"{1 / share:.2f}")
    return table


def _table(title: str, figures: Mapping[str, Figures]) -> Table:
    table = Table(box=None, pad_edge=False, title=f"\n{title}", title_justify="left", title_style="bold")
    table.add_column("", width=26)
    for name in figures:
        table.add_column(name, justify="right", min_width=10)
    there = any(each["n_truth"] for each in figures.values())
    for said, name in ROWS.items():
        if not there and said not in OF_NOTHING:
            continue
        values = [each.get(name) for each in figures.values()]
        if any(value is not None for value in values):
            table.add_row(said, *(_said(value) for value in values))
    return table


def _said(value: float | int | None) -> str:
    if value is None:
        return "-"
    return str(value) if isinstance(value, int) else f"{value:.3f}"


def _right_on_photos(figures: Mapping[str, Figures]) -> str:
    """One product that is shown twice in one place counts once, and what is set aside does not count."""
    told = [
        f"{name} {each['product_tp@0.5']} of {each['product_tp@0.5'] + each['product_fp@0.5']}"
        for name, each in figures.items()
    ]
    total = figures[ALL]["n_truth"]
    return f"right exact appearances on photo shots: {', '.join(told)} ({total} are there)"


def _draw(scorer: Scorer, cases: Sequence[Case], pack: str, out: Path) -> list[Path]:
    out.mkdir(parents=True, exist_ok=True)
    curves = []
    for said, tiers in (("all predictions", EVERY_TIER), ("tier exact", EXACT)):
        pairs = [pair for case in cases for pair in scorer.sums(case, tiers)["cal"]]
        error = scorer.ece(pairs)
        told = "none" if error is None else f"ECE {error:.3f}"
        curves.append((f"{pack}, {said}: {len(pairs)}, {told}", pairs))
    drawn = [out / f"{pack}-reliability.png"]
    draw_curves(curves, drawn[0])
    for case in cases:
        name = case.where.name
        mistakes, missed = worst(scorer, case, MOST_MISTAKES), misses(scorer, case)
        drawn += [out / f"{pack}-{name}-mistakes.png", out / f"{pack}-{name}-missed.png"]
        title = f"{pack}, {name}: the {len(mistakes)} worst mistakes, sure ones first (red: found, green: true)"
        draw_mistakes(case, mistakes, title, drawn[-2])
        title = (
            f"{pack}, {name}: {len(missed)} true appearances that tier exact does not show (green: true, red: found)"
        )
        draw_misses(case, missed, title, drawn[-1])
    return drawn


if __name__ == "__main__":
    main()
