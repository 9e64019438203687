"""Reliability curves: how often a pack is right when it says that it is sure."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

BINS = 10

Pairs = Sequence[tuple[float, bool]]
"""Probability of each prediction, and whether it was right."""

_SIDE_PX, _MARGIN_PX, _COUNTS_PX = 420, 64, 90
_GROUND, _INK, _PALE, _GRID = "#ffffff", "#1c2330", "#7a8494", "#e3e7ed"
_BAR, _COUNT, _DOT = "#c9dcf7", "#9aa5b5", "#1859b8"


@dataclass(frozen=True)
class Bin:
    """Predictions of about one probability: how many, their mean probability, and the share that is right."""

    count: int
    said: float
    right: float


def binned(pairs: Pairs, bins: int = BINS) -> list[Bin | None]:
    """Predictions by probability in equal steps of [0, 1]; None for a step that has none."""
    inside: list[list[tuple[float, bool]]] = [[] for _ in range(bins)]
    for said, right in pairs:
        inside[min(int(max(said, 0) * bins), bins - 1)].append((said, right))
    return [
        Bin(len(each), sum(said for said, _ in each) / len(each), sum(right for _, right in each) / len(each))
        if each
        else None
        for each in inside
    ]


def draw_curves(curves: Sequence[tuple[str, Pairs]], out: Path) -> None:
    """Writes a PNG with a curve for each titled lot of predictions, side by side.

    Bars: share that is right; dots: mean probability against it; the dashed line is where both agree. Below: how many.
    """
    width = len(curves) * (_SIDE_PX + 2 * _MARGIN_PX)
    sheet = Image.new("RGB", (width, _SIDE_PX + 2 * _MARGIN_PX + _COUNTS_PX), _GROUND)
    for number, (title, pairs) in enumerate(curves):
        _draw(ImageDraw.Draw(sheet), number * (_SIDE_PX + 2 * _MARGIN_PX) + _MARGIN_PX, title, binned(pairs))
    sheet.save(out)


def _draw(pen: ImageDraw.ImageDraw, left: int, title: str, bins: Sequence[Bin | None]) -> None:
    top, floor = _MARGIN_PX, _MARGIN_PX + _SIDE_PX
    small, large = ImageFont.load_default(size=13), ImageFont.load_default(size=17)
    pen.text((left + _SIDE_PX / 2, top - 34), title, fill=_INK, font=large, anchor="mm")
    for tenth in range(0, 11, 2):
        along = tenth / 10 * _SIDE_PX
        pen.line((left, floor - along, left + _SIDE_PX, floor - along), fill=_GRID)
        pen.text((left - 8, floor - along), f"{tenth / 10:.1f}", fill=_PALE, font=small, anchor="rm")
        pen.text((left + along, floor + 12), f"{tenth / 10:.1f}", fill=_PALE, font=small, anchor="mm")
    pen.text((left, top - 12), "share that is right", fill=_PALE, font=small, anchor="lm")
    bottom = floor + 38 + _COUNTS_PX
    pen.text(
        (left + _SIDE_PX / 2, bottom + 12), "probability that was said; how many", fill=_PALE, font=small, anchor="mm"
    )
    step, most = _SIDE_PX / len(bins), max((each.count for each in bins if each), default=1)
    for number, each in enumerate(bins):
        if each is None:
            continue
        x0, x1 = left + number * step + 3, left + (number + 1) * step - 3
        pen.rectangle((x0, floor - each.right * _SIDE_PX, x1, floor), fill=_BAR)
        high = max(each.count / most * (_COUNTS_PX - 20), 1)
        pen.rectangle((x0, bottom - high, x1, bottom), fill=_COUNT)
        pen.text(((x0 + x1) / 2, bottom - high - 8), str(each.count), fill=_INK, font=small, anchor="mm")
    for dash in range(0, _SIDE_PX, 12):
        pen.line((left + dash, floor - dash, left + dash + 6, floor - dash - 6), fill=_PALE, width=2)
    dots = [(left + each.said * _SIDE_PX, floor - each.right * _SIDE_PX) for each in bins if each]
    if len(dots) > 1:
        pen.line(dots, fill=_DOT, width=2)
    for x, y in dots:
        pen.ellipse((x - 5, y - 5, x + 5, y + 5), fill=_DOT)
    pen.rectangle((left, top, left + _SIDE_PX, floor), outline=_PALE)
