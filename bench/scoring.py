"""Figures of a pack: those of the samples' scorer, by tier and by kind of shot.

What counts as right, wrong, set aside and covered is the scorer's business (`truth/score.py` of the samples folder). A
viewer is shown tier `exact`; tier `similar` is for shops that want more, so both are scored.
"""

import importlib.util
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from bench.sets import Case, Document

EXACT = ("exact",)
OFFERED = ("exact", "similar")
EVERY_TIER = ("exact", "similar", "none")
KINDS = ("photo", "cutout", "negative")
ALL = "ALL"

Figures = dict[str, Any]
"""The scorer's figures by name; None where there is nothing to take one from."""


class Scorer:
    """The scorer of a samples folder, loaded from its file."""

    def __init__(self, path: Path) -> None:
        spec = importlib.util.spec_from_file_location("score", path)
        if spec is None or spec.loader is None or not path.is_file():
            raise FileNotFoundError(f"no scorer {path}: name the folder with the samples in --samples")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        self._rules: Any = module

    def sums(self, case: Case, tiers: Collection[str]) -> Figures:
        """What can be added up over sets: right, wrong and missed ones, seconds, pairs for calibration."""
        sums: Figures = self._rules.score_one(case.truth, offering(case.found, tiers), case.groups)
        return {**sums, "duration_s": sum(each["end_ms"] - each["start_ms"] for each in case.truth["shots"]) / 1000}

    def figures(self, sums: Sequence[Figures]) -> Figures:
        """The figures over several sets: every second and every appearance weighs the same."""
        shared = set.intersection(*(set(each) for each in sums))
        total = self._rules.total([{name: each[name] for name in shared} for each in sums])
        figures: Figures = self._rules.report(total)
        counts = ("product_tp@0.5", "product_fp@0.5", "product_fn@0.5")
        return {**figures, **{name: total[name] for name in counts}}

    def ece(self, pairs: Sequence[tuple[float, bool]]) -> float | None:
        """Expected calibration error of (probability, whether right) pairs; None without any."""
        error: float | None = self._rules.ece(list(pairs))
        return error

    def missed(self, case: Case, tiers: Collection[str]) -> list[Document]:
        """True appearances of a product that no prediction of these tiers meets for at least half of their union."""
        shown = [each for each in offering(case.found, tiers)["appearances"] if each["shown"]]
        there = [each for each in case.truth["appearances"] if each["level"] == "product"]
        truth, predicted = (self._rules.join(items, lambda each: each["product_id"], 500) for items in (there, shown))
        met, _ = self._rules.match(truth, predicted, 0.5)
        return [dict(each["parts"][0]) for number, each in enumerate(truth) if number not in met]

    def is_wrong(self, case: Case, prediction: Document) -> bool:
        """Whether a prediction, taken alone, is for most of its time a product that is not there, nor set aside."""
        alone = {"appearances": [{**prediction, "shown": True}]}
        sums = self._rules.score_one(case.truth, alone, case.groups)
        wrong_ms = 1000 * float(sums["product_wrong_s"])
        return wrong_ms > float(prediction["end_ms"] - prediction["start_ms"]) / 2

    def overlap(self, prediction: Document, there: Document, t_ms: float) -> float:
        """Intersection over union of the boxes of two appearances at a moment, in [0, 1]."""
        boxes = (self._rules.box_at(each["boxes"], t_ms) for each in (prediction, there))
        return float(self._rules.iou_box(*boxes)[0])


def scored(
    scorer: Scorer, cases: Sequence[Case], tiers: Collection[str], kind: str | None = None
) -> dict[str, Figures]:
    """The figures of each set, and of all together, for what these tiers offer.

    Args:
        scorer: Knows what is right.
        cases: At least one.
        tiers: What counts as shown.
        kind: Of the only shots to look at; None looks at all. A set without such a shot is left out.
    """
    looked = [case if kind is None else only(case, kind) for case in cases]
    by_name = {case.where.name: scorer.sums(case, tiers) for case in looked if case.truth["shots"]}
    if not by_name:
        return {}
    each = {name: scorer.figures([sums]) for name, sums in by_name.items()}
    return {**each, ALL: scorer.figures(list(by_name.values()))}


def offering(found: Document, tiers: Collection[str]) -> Document:
    """A result in which the appearances of these tiers are shown and no others."""
    appearances = [{**each, "shown": each["tier"] in tiers} for each in found["appearances"]]
    return {**found, "appearances": appearances}


def only(case: Case, kind: str) -> Case:
    """A case with nothing but its shots of one kind.

    A true appearance belongs to the shot it is labelled with, a found one to the shot that it shares most time with;
    both stay whole. What is set aside stays set aside. Seconds a minute are those of these shots'
    minutes; shot boundaries are not judged.
    """
    kinds = {shot["index"]: shot["kind"] for shot in case.truth["shots"]}
    shots = [shot for shot in case.truth["shots"] if shot["kind"] == kind]
    there = [each for each in case.truth["appearances"] if kinds[each["shot"]] == kind]
    found = [each for each in case.found["appearances"] if _shot_of(each, case.truth["shots"])["kind"] == kind]
    truth = {**case.truth, "shots": shots, "appearances": there}
    result = {name: value for name, value in case.found.items() if name not in ("shots", "boundaries")}
    return Case(case.where, truth, {**result, "appearances": found}, case.products)


def _shot_of(appearance: Document, shots: Sequence[Document]) -> Document:
    def shared_ms(shot: Document) -> int:
        return int(min(appearance["end_ms"], shot["end_ms"]) - max(appearance["start_ms"], shot["start_ms"]))

    return max(shots, key=shared_ms)
