"""Garments as jointed cut-outs: a body with sleeves, or hips with legs, sewn from printed panels and shaded as cloth.

The same pieces are laid flat for the catalog and hung on a figure for the film. Tops have their origin at the middle of
the neck, bottoms at the middle of the waist; sleeves and legs at the joint they turn around. Units: centimetres.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from demo import tailoring
from demo.ink import Canvas, Colour, Floats, Matrix, Pen, Pixels, Point, Sprite, darker, moved, scaled, smooth, turned
from demo.prints import FRONT, SLEEVE, Print, panel
from demo.stage import Placed

Cut = Literal["tee", "jumper", "hoodie", "shirt", "jacket", "trousers", "shorts", "skirt"]
TOPS: tuple[Cut, ...] = ("tee", "jumper", "hoodie", "shirt", "jacket")
SHOULDER = (17.0, 8.5)  # joint of the right sleeve; the left one mirrors it
HIP = (8.6, 12.0)
LIGHT_PX_PER_UNIT = 3.0
UPPER_ARM = 27.0
THIGH = 41.0


@dataclass(frozen=True)
class Garment:
    """What is sewn: the cut, the print and the colour of collars, cuffs and bands."""

    cut: Cut
    print_: Print
    trim: Colour

    @property
    def is_top(self) -> bool:
        """Whether it hangs from the shoulders."""
        return self.cut in TOPS

    @property
    def short_sleeves(self) -> bool:
        """Whether the forearms are bare."""
        return self.cut == "tee"


def _light(
    canvas: Canvas, bulk: list[Point], creases: tailoring.Creases, rng: np.random.Generator, depth: float
) -> Floats:
    """Light on padded, creased cloth: brighter towards the upper left, darker along the lower right rim and in folds.

    Args:
        canvas: Whose area is lit.
        bulk: Outline of the padding in canvas units; where it runs past the piece, as at an elbow, there is no rim.
        creases: Lines near which the cloth folds.
        rng: Decides the folds.
        depth: How padded the cloth looks.

    Returns:
        Factors near 1, at `LIGHT_PX_PER_UNIT`.
    """
    grain = LIGHT_PX_PER_UNIT
    size = (max(4, round(canvas.width * grain)), max(4, round(canvas.height * grain)))
    origin = (canvas.left, canvas.top)

    def path(points: list[Point]) -> NDArray[np.int32]:
        return np.rint((np.array(points) - origin) * grain * 16).astype(np.int32)

    solid = np.zeros(size[::-1], np.float32)
    cv2.fillPoly(solid, [path(bulk)], (1.0,), cv2.LINE_8, 4)
    soft = cv2.GaussianBlur(solid, (0, 0), 2.0 * grain, borderType=cv2.BORDER_REPLICATE)
    slope = 0.75 * cv2.Sobel(soft, cv2.CV_32F, 1, 0) + 0.65 * cv2.Sobel(soft, cv2.CV_32F, 0, 1)
    rim = np.clip((soft - 0.5) / 0.5, 0, 1)
    light = 1 + depth * (np.clip(0.16 * grain * slope, -0.3, 0.16) - 0.2 * (1 - rim))

    sharp, blunt = np.zeros(size[::-1], np.float32), np.zeros(size[::-1], np.float32)
    for (x0, y0), (x1, y1) in creases:
        ends = np.array([(x0, y0), ((x0 + x1) / 2, (y0 + y1) / 2), (x1, y1)]) + rng.normal(0, 1.6, (3, 2))
        curve = smooth([(float(x), float(y)) for x, y in ends], closed=False)
        layer, height = (sharp, blunt)[int(rng.integers(2))], float(rng.choice((-1.0, 1.0, 1.0)))
        cv2.polylines(layer, [path(curve)], False, (height,), int(rng.integers(3, 6)), cv2.LINE_8, 4)
    relief = np.asarray(cv2.GaussianBlur(sharp, (0, 0), 2.6) + cv2.GaussianBlur(blunt, (0, 0), 4.2), np.float32)
    coarse = rng.normal(0, 1, (7, 6)).astype(np.float32)
    relief += 0.8 * np.asarray(cv2.GaussianBlur(cv2.resize(coarse, size, interpolation=cv2.INTER_CUBIC), (0, 0), 5))
    fold = cv2.Sobel(relief, cv2.CV_32F, 1, 0) + 0.7 * cv2.Sobel(relief, cv2.CV_32F, 0, 1)
    return np.asarray(light + np.clip(0.1 * fold, -0.17, 0.13), np.float32)


def _sew(
    pattern: tailoring.Pattern,
    cloth: Pixels,
    cloth_area: tuple[float, float, float, float],
    per_unit: float,
    rng: np.random.Generator,
    *,
    shift: Point = (0.0, 0.0),
    detail: Callable[[Pen], None] | None = None,
    depth: float = 1.0,
    edge: Colour = (30, 20, 30),
) -> Sprite:
    """Cut a piece out of a panel, add its details, shade it.

    Args:
        pattern: Outline, padding and creases of the piece, in its own units.
        cloth: The printed panel.
        cloth_area: Where the panel lies: left, top, width, height.
        per_unit: Pixels per unit of the finished cut-out.
        rng: Decides the folds.
        shift: What to add to the piece's coordinates to get the panel's.
        detail: Draws collars, seams, pockets over the cloth.
        depth: How padded it looks.
        edge: Colour of the thin outline.
    """
    low, high = np.min(pattern.outline, 0) - 1.0, np.max(pattern.outline, 0) + 1.0
    canvas = Canvas(float(high[0] - low[0]), float(high[1] - low[1]), per_unit, float(low[0]), float(low[1]))
    pen = canvas.pen
    left, top, width, height = cloth_area
    with pen.inside(pattern.outline):
        pen.paste(cloth, left - shift[0], top - shift[1], left + width - shift[0], top + height - shift[1])
        if detail is not None:
            detail(pen)
        pen.line(pattern.bulk, 0.5, edge, closed=True, opacity=0.5)
    canvas.shade(_light(canvas, pattern.bulk, pattern.creases, rng, depth))
    if pattern.thin is not None:
        canvas.thin(*pattern.thin)
    return canvas.sprite()


def pieces(garment: Garment, per_unit: float, *, folds: int = 0) -> dict[str, Sprite]:
    """Sew all pieces of a garment.

    Args:
        garment: What to sew.
        per_unit: Pixels per unit of the cut-outs.
        folds: Another number gives other folds; the print stays.

    Returns:
        Tops: `body`, `sleeve`, with long sleeves `cuff`, and `hood` or `collar` for what lies behind the neck.
        Bottoms: `hips` with `thigh_left`, `thigh_right` (and `shin`), or `skirt`.
    """
    rng = np.random.default_rng([folds, zlib.crc32(f"{garment.cut}{garment.print_.name}".encode())])
    front, edge = panel(garment.print_, "front"), darker(garment.print_.cloth, 0.55)
    if not garment.is_top:
        return _bottom(garment, front, per_unit, rng, edge)
    cloth, cut = panel(garment.print_, "sleeve"), garment.cut
    sewn = {
        "body": _sew(
            tailoring.body(cut), front, FRONT, per_unit, rng, edge=edge,
            detail=lambda pen: tailoring.dress_body(pen, cut, garment.print_.cloth, garment.trim),
        ),
        "sleeve": _sew(
            tailoring.sleeve(cut), cloth, SLEEVE, per_unit, rng, edge=edge, depth=1.15,
            detail=lambda pen: tailoring.dress_sleeve(pen, cut, garment.print_.cloth, garment.trim),
        ),
        "collar": tailoring.inner_collar(cut, garment.print_.cloth, garment.trim, per_unit),
    }  # fmt: skip
    if not garment.short_sleeves:
        sewn["cuff"] = _sew(
            tailoring.cuff(cut), cloth, SLEEVE, per_unit, rng, shift=(0.0, UPPER_ARM), edge=edge,
            depth=1.15,
            detail=lambda pen: tailoring.dress_cuff(pen, cut, garment.print_.cloth, garment.trim),
        )  # fmt: skip
    return sewn


def _bottom(
    garment: Garment, front: Pixels, per_unit: float, rng: np.random.Generator, edge: Colour
) -> dict[str, Sprite]:
    cloth, trim, cut = garment.print_.cloth, garment.trim, garment.cut
    if cut == "skirt":
        return {
            "skirt": _sew(
                tailoring.skirt(), front, FRONT, per_unit, rng, edge=edge,
                detail=lambda pen: tailoring.dress_skirt(pen, cloth, trim),
            )
        }  # fmt: skip
    sewn = {
        "hips": _sew(
            tailoring.hips(), front, FRONT, per_unit, rng, edge=edge,
            detail=lambda pen: tailoring.dress_hips(pen, cloth, trim), depth=0.7,
        )
    }  # fmt: skip
    for side, name in ((-1, "thigh_left"), (1, "thigh_right")):
        sewn[name] = _sew(
            tailoring.thigh(cut), front, FRONT, per_unit, rng, shift=(side * HIP[0], HIP[1]), edge=edge,
            detail=lambda pen: tailoring.dress_thigh(pen, cut, cloth),
        )  # fmt: skip
    if cut == "trousers":
        sewn["shin"] = _sew(
            tailoring.shin(), front, FRONT, per_unit, rng, shift=(0.0, 30.0), edge=edge,
            detail=lambda pen: tailoring.dress_shin(pen, cloth),
        )  # fmt: skip
    return sewn


MIRROR = scaled(-1, 1)


def laid_flat(garment: Garment, sewn: dict[str, Sprite], owner: str | None = None) -> list[Placed]:
    """Lay a garment out for its picture: arms a little spread, legs apart."""

    def put(name: str, matrix: Matrix) -> Placed:
        return Placed(sewn[name], matrix, owner)

    if garment.cut == "skirt":
        return [put("skirt", moved())]
    if not garment.is_top:
        layers = []
        for side, name in ((-1, "thigh_left"), (1, "thigh_right")):
            leg = moved(side * HIP[0], HIP[1]) @ turned(-side * 0.07)
            if "shin" in sewn:
                layers.append(put("shin", leg @ moved(0, THIGH) @ turned(side * 0.03)))
            layers.append(put(name, leg))
        return [*layers, put("hips", moved())]
    layers = []
    spread = 0.75 if garment.short_sleeves else 0.36
    for side in (1, -1):
        arm = (moved() if side > 0 else MIRROR) @ moved(*SHOULDER) @ turned(-spread)
        if "cuff" in sewn:
            layers.append(put("cuff", arm @ moved(0, UPPER_ARM) @ turned(0.16)))
        layers.append(put("sleeve", arm))
    return [put("collar", moved()), *layers, put("body", moved())]
