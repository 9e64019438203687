"""Pictures that shops send where a product should be: size charts, text, logos, placeholders, codes, plain colours.

Such a picture is drawn, not photographed: a few even colours, and on them nothing but letters, rules, bars and a small
mark. Goods show shades of colour, or a shape that is none of these. A good picture lost costs more than a chart kept,
so whatever is not clearly such a picture counts as a product. Limits were set between drawn cards and two real
catalogs.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from shoppable.adapters.vision.codes import shows_code
from shoppable.adapters.vision.drawn import NO_COLOUR, Drawn, Plane, as_drawn, even_colours, shaded, smooth
from shoppable.model.arrays import Image

_SIDE_PX = 480
_LEAST_SIDE_PX = 64
_MAX_SHADED = 0.0035
"""Share of the picture; photographs of goods on white have 0.01 and more, but for black and white goods."""
_MAX_SMOOTH, _MAX_SMOOTH_FEW = 0.045, 0.01
"""Share of the picture, and the same where few letters speak for a card; faint bands with grain have 0.04."""
_LEAST_CRISP = 0.965
"""Letters have 0.97 and more, creases of cloth mostly less than 0.9."""
_FEW, _MANY = 4, 20
"""Letters that make a word, and that make a text."""
_MAX_LETTERS = 800
_MAX_LETTER = 0.18
"""Height of a letter, as a share of the picture's long side."""
_MAX_MARKS, _MAX_OTHER = 0.12, 0.08
"""Share of the picture under broad shapes, such as an emblem, and in the boxes of other ink, such as an icon."""
_RULE_PX = 61
_STROKE_PX = 6
_LEAST_VARIETY = 0.12

Lengths = NDArray[np.float32]


def why_no_product(image: Image) -> str | None:
    """What a picture shows instead of a product, in plain words; None when it may well show one."""
    small = _scaled(image)
    if _is_one_colour(small):
        return "one colour"
    if min(small.shape[:2]) < _LEAST_SIDE_PX:
        return None
    colours, labels = even_colours(small)
    uneven = smooth(small, labels)
    if shaded(labels) > _MAX_SHADED or uneven > _MAX_SMOOTH:
        return None
    if shows_code(small):
        return "a barcode or QR code"
    drawn = as_drawn(small, colours, labels)
    if drawn is None or drawn.crisp < _LEAST_CRISP:
        return None
    marks, bars = _shapes(drawn)
    letters = 0.0 if marks > _MAX_MARKS else _letters(drawn.ink & (1 - bars))
    if letters < _FEW or (letters < _MANY and uneven > _MAX_SMOOTH_FEW):
        return None
    return "a logo or a few words" if letters < _MANY else "a chart or text"


def _scaled(image: Image) -> Image:
    factor = _SIDE_PX / max(image.shape[:2])
    if factor >= 1:
        return image
    size = max(1, round(image.shape[1] * factor)), max(1, round(image.shape[0] * factor))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_LINEAR), np.uint8)


def _is_one_colour(image: Image) -> bool:
    """Whether nothing stands out, be it large and faint or fine as the threads of a cloth."""
    tiny = cv2.resize(image, (64, 64), interpolation=cv2.INTER_AREA).reshape(-1, 3).astype(np.int16)
    return int(np.ptp(tiny, axis=0).max()) <= 6 and float(cv2.meanStdDev(image)[1].max()) <= 4.5


def _shapes(drawn: Drawn) -> tuple[float, Plane]:
    """Share of the picture under broad shapes that are neither ground, panel nor bar; and a mask of the bars.

    A panel reaches across the picture; a bar is low and wide, and may be made of the cells of a table.
    """
    height, width = drawn.calm.shape
    sizes = np.bincount(drawn.calm.ravel(), minlength=NO_COLOUR + 1)[: len(drawn.colours)]
    marks, bars = 0, np.zeros_like(drawn.calm)
    for number in np.flatnonzero(sizes):
        if number == sizes.argmax():
            continue
        here = (drawn.calm == number).astype(np.uint8)
        joined = cv2.morphologyEx(here, cv2.MORPH_CLOSE, np.ones((1, 41), np.uint8))
        _, _, found, _ = cv2.connectedComponentsWithStats(joined, connectivity=4)
        for left, top, wide, tall, area in found[1:].tolist():
            if area >= 0.6 * wide * tall and wide >= 3 * tall and tall <= 0.16 * height:
                bars[top : top + tall, left : left + wide] = 1
            elif area < 0.85 * wide * tall or (wide < 0.98 * width and tall < 0.98 * height):
                marks += area
    return marks / drawn.calm.size, bars


def _letters(ink: Plane) -> float:
    """How many letters stand in lines; 0 when more than they, rules and a small mark was drawn."""
    near_rules = cv2.dilate(_rules(ink), np.ones((3, 3), np.uint8))
    parts = _parts(np.asarray(ink & (near_rules == 0), np.uint8))
    if not _FEW <= len(parts) <= _MAX_LETTERS:
        return 0
    x, y, wide, tall, area = parts.T.astype(np.float32)
    can_be = (tall >= 4) & (tall <= _MAX_LETTER * max(ink.shape)) & (wide <= 12 * tall)
    in_row = _in_row(y, tall) & can_be[:, None]
    apart = np.maximum.outer(x, x) - np.minimum.outer(x + wide, x + wide)
    highest = np.maximum.outer(tall, tall)
    beside = in_row & in_row.T & (apart <= 1.2 * highest) & (apart > -0.15 * highest)
    in_line = beside.any(axis=1)
    if in_line.sum() < _FEW or not _differ(wide[in_line], tall[in_line], area[in_line]):
        return 0
    in_line |= can_be & (wide > 2.5 * tall)  # a word whose letters touch
    placed = in_line | (in_row & in_line).any(axis=1)
    other = float((wide * tall)[~placed].sum()) / ink.size
    return 0 if other > _MAX_OTHER else float(np.maximum(1, wide[in_line] / (0.8 * tall[in_line])).sum())


def _differ(wide: Lengths, tall: Lengths, area: Lengths) -> bool:
    """Whether shapes differ as letters do; beads and screws are alike."""
    slim, full = wide / tall, area / (wide * tall)
    return float(slim.std() / slim.mean() + full.std() / full.mean()) >= _LEAST_VARIETY


def _in_row(y: Lengths, tall: Lengths) -> NDArray[np.bool_]:
    """(n, n): which parts are of like height and stand in one row."""
    lowest, highest = np.minimum.outer(tall, tall), np.maximum.outer(tall, tall)
    shared = np.minimum.outer(y + tall, y + tall) - np.maximum.outer(y, y)
    like = (shared >= 0.5 * lowest) & (highest <= 2.2 * lowest)
    np.fill_diagonal(like, False)
    return np.asarray(like, np.bool_)


def _rules(ink: Plane) -> Plane:
    """Mask of long thin lines, straight across or down."""
    thick = cv2.dilate(_fitting(ink, _STROKE_PX, _STROKE_PX), np.ones((5, 5), np.uint8))
    return np.asarray((_fitting(ink, 1, _RULE_PX) | _fitting(ink, _RULE_PX, 1)) & (thick == 0), np.uint8)


def _fitting(ink: Plane, tall: int, wide: int) -> Plane:
    """Mask of the places into which a rectangle of that size fits."""
    return np.asarray(cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((tall, wide), np.uint8)), np.uint8)


def _parts(ink: Plane) -> NDArray[np.int32]:
    """(n, 5): left, top, width, height and area in px of what hangs together; specks are left out."""
    _, _, found, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    return np.asarray(found[1:][found[1:, cv2.CC_STAT_AREA] >= 4], np.int32)
