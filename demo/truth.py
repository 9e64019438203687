"""The truth about the film: shots, transitions, and where each product is to be seen, frame by frame.

The form is that of the labelled sample videos: times in ms, ends exclusive, boxes xyxy in [0, 1] of the picture.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from demo.camera import Light
from demo.script import FPS, FRAME_MS, Cue
from demo.stage import Visible

STEP_FRAMES = 5  # a box every 200 ms
LEAST_SHARE = 0.25  # of a product that must be visible


@dataclass(frozen=True)
class Sample:
    """What is to be seen of the products in one frame."""

    frame: int
    seen: dict[str, Visible]


def sampled(first: int, end: int) -> list[int]:
    """Frames to measure between two frames: the first, every `STEP_FRAMES`, and the last.

    >>> sampled(10, 23)
    [10, 15, 20, 22]
    """
    frames = list(range(first, end, STEP_FRAMES))
    return frames if not frames or frames[-1] == end - 1 else [*frames, end - 1]


def frames_to_measure(cue: Cue) -> list[list[int]]:
    """Frames of a shot to measure: those before, between and after its fades, each part by itself."""
    first, end = cue.clear
    begin, finish = cue.shown
    return [sampled(begin, first), sampled(first, end), sampled(end, finish)]


def _box(sample: Sample, product: str) -> dict[str, float | int]:
    visible = sample.seen[product]
    x0, y0, x1, y1 = (round(v, 4) for v in visible.box)
    return {"t_ms": sample.frame * FRAME_MS, "x0": x0, "y0": y0, "x1": x1, "y1": y1, "visible": round(visible.share, 3)}


def _runs(samples: list[Sample], product: str, *, well: bool) -> list[list[Sample]]:
    """Stretches of neighbouring samples in which a product is seen well, or is seen only in part."""
    runs: list[list[Sample]] = []
    open_ = False
    for sample in samples:
        visible = sample.seen.get(product)
        fits = visible is not None and (visible.share >= LEAST_SHARE) == well
        if fits and open_:
            runs[-1].append(sample)
        elif fits:
            runs.append([sample])
        open_ = fits
    return runs


def _stretch(cue: Cue, run: list[Sample], product: str) -> dict[str, Any]:
    return {
        "shot": cue.index,
        "start_ms": run[0].frame * FRAME_MS,
        "end_ms": (run[-1].frame + 1) * FRAME_MS,
        "product_id": product,
        "boxes": [_box(sample, product) for sample in run],
    }


def _effects(light: Light) -> dict[str, Any]:
    return {
        "gain": list(light.gain), "temp": light.temp, "noise": light.noise, "motion_blur": False, "lower_third": False,
    }  # fmt: skip


def _boundary(cue: Cue) -> dict[str, Any]:
    t, half = cue.start * FRAME_MS, cue.lead * FRAME_MS
    return {"t_ms": t, "type": cue.enters, "start_ms": t - half, "end_ms": t + half}


def tell(
    cues: list[Cue],
    measured: Iterable[tuple[Cue, list[list[Sample]]]],
    groups: dict[str, str],
    *,
    video: str,
    seed: int,
    size: tuple[int, int],
    crf: int,
    catalog: str,
) -> dict[str, Any]:
    """Put the truth together.

    Args:
        cues: The time line.
        measured: For each cue the samples of `frames_to_measure`.
        groups: Item group of each product.
        video: Name of the film beside the truth.
        seed: Of the drawing.
        size: Of the picture, px.
        crf: Quality the film was encoded with.
        catalog: The feed, relative to the truth.
    """
    appearances: list[dict[str, Any]] = []
    ignore: list[dict[str, Any]] = []
    for cue, (before, clear, after) in measured:
        for product in cue.shot.products:
            for run in _runs(clear, product, well=True):
                found = _stretch(cue, run, product)
                boxes = found.pop("boxes")
                appearances.append(
                    {
                        **found,
                        "item_group_id": groups[product],
                        "level": "product",
                        "certainty": "exact",
                        "boxes": boxes,
                    }
                )
            ignore += [
                {**_stretch(cue, run, product), "reason": "partly_visible"} for run in _runs(clear, product, well=False)
            ]
            for fading in (before, after):
                for well in (True, False):
                    ignore += [
                        {**_stretch(cue, run, product), "reason": "fading"} for run in _runs(fading, product, well=well)
                    ]
    return {
        "version": 1,
        "video": video,
        "set": "demo",
        "seed": seed,
        "width": size[0],
        "height": size[1],
        "fps": FPS,
        "duration_ms": cues[-1].end * FRAME_MS,
        "crf": crf,
        "catalog": catalog,
        "shots": [
            {
                "index": cue.index,
                "start_ms": cue.start * FRAME_MS,
                "end_ms": cue.end * FRAME_MS,
                "kind": cue.shot.kind,
                "source": f"drawn/{cue.shot.place}/{cue.shot.name}",
                "view": "close" if cue.shot.move.closest < 100 else "wide",
                "move": cue.shot.move.name,
                "negative": cue.shot.kind == "negative",
                "in": cue.enters,
                "effects": _effects(cue.shot.light),
            }
            for cue in cues
        ],
        "boundaries": [_boundary(cue) for cue in cues[1:]],
        "appearances": sorted(appearances, key=lambda a: (a["start_ms"], a["product_id"])),
        "ignore": sorted(ignore, key=lambda i: (i["start_ms"], i["product_id"])),
    }
