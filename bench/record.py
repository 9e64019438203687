"""The committed record of what each pack reaches, and what has become worse since."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.scoring import ALL, EVERY_TIER, EXACT, OFFERED, Scorer, scored
from bench.sets import Case, names

RECORD = Path(__file__).with_name("seeing.json")

MAY_DROP = 0.03
MAY_RISE_S = 1.0
"""How much worse than the record a figure may be: machines and thread counts move the nets' last digits."""

GOOD = {
    "f1": "F1 at tier exact",
    "group_f1": "F1 of item groups at tiers exact and similar",
    "coverage": "coverage",
}
"""Figures that must not drop."""

Key = dict[str, Any]
"""The key figures of one pack: those of `key_figures`, and `sets`."""


def key_figures(scorer: Scorer, cases: Sequence[Case]) -> Key:
    """What the record keeps of a pack: figures over all sets, of tier exact where nothing else is said."""
    exact, offered, every = (scored(scorer, cases, tiers)[ALL] for tiers in (EXACT, OFFERED, EVERY_TIER))
    photo = scored(scorer, cases, EXACT, "photo").get(ALL)
    right = 0 if photo is None else photo["product_tp@0.5"]
    return {
        "sets": names(cases),
        "precision": exact["product_precision@0.5"],
        "recall": exact["product_recall@0.5"],
        "f1": exact["product_f1@0.5"],
        "coverage": exact["product_coverage"],
        "wrong_s_per_min": exact["product_wrong_s_per_min"],
        "group_f1": offered["group_f1@0.5"],
        "top5": exact["product_top5"],
        "box_iou": exact["box_iou"],
        "ece": exact["ece"],
        "ece_every_tier": every["ece"],
        "photo_exact": 0 if photo is None else right + photo["product_fp@0.5"],
        "photo_exact_right": right,
    }


def read_record(path: Path) -> dict[str, Key]:
    """Key figures by pack; none while there is no record."""
    if not path.is_file():
        return {}
    record: dict[str, Key] = json.loads(path.read_text(encoding="utf-8"))
    return record


def update_record(path: Path, pack: str, key: Key) -> None:
    """Writes a pack's figures, and leaves those of the others."""
    record = dict(sorted({**read_record(path), pack: key}.items()))
    path.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")


def losses(record: Mapping[str, Key], pack: str, now: Key) -> list[str]:
    """What is worse now than the record by more than it may be, a line for each; empty when all is well."""
    was = record.get(pack)
    if was is None:
        return [f"{pack}: there is no record of it; write one with --update"]
    if was["sets"] != now["sets"]:
        return [f"{pack}: the record is of {', '.join(was['sets'])}, these are {', '.join(now['sets'])}"]
    lines = [
        f"{pack}: {said} fell from {was[name]:.3f} to {_value(now[name])}"
        for name, said in GOOD.items()
        if was[name] is not None and (now[name] is None or now[name] < was[name] - MAY_DROP)
    ]
    if now["wrong_s_per_min"] > was["wrong_s_per_min"] + MAY_RISE_S:
        lines.append(
            f"{pack}: wrong seconds a minute rose from {was['wrong_s_per_min']:.2f} to {now['wrong_s_per_min']:.2f}"
        )
    return lines


def _value(figure: float | None) -> str:
    return "nothing" if figure is None else f"{figure:.3f}"
