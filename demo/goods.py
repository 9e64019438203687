"""Packaged goods as solids: boxes, cartons and pouches in perspective; cans and bottles are in `demo.turned`.

A good stands with the middle of its base at the origin, up is negative y; units are centimetres of the figures. Its
printed panels are the same for the catalog picture and for the film; only the pose differs.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np

from demo import labels
from demo.ink import Canvas, Colour, Matrix, Pixels, Point, Sprite, darker, lighter, moved, scaled, smooth
from demo.layouts import Label
from demo.stage import Placed
from demo.turned import METAL, TurnedBody, turn

Shape = Literal["box", "carton", "pouch", "can", "bottle"]
VIEW_DISTANCE = 130.0


@dataclass(frozen=True)
class Good:
    """A packaged good: its shape, label, outer size in units, and the colour of cap, glass or rim."""

    shape: Shape
    label: Label
    width: float
    height: float
    depth: float = 6.0
    extra: Colour = METAL


@dataclass(frozen=True)
class Model:
    """A good made ready to be posed at one size: its flat pieces, or its turned body."""

    good: Good
    pieces: dict[str, Sprite]
    turned: TurnedBody | None = None

    def posed(self, yaw: float, pitch: float = 0.16) -> list[Placed]:
        """Turn it by `yaw` radians around its axis and look down on it by `pitch` radians."""
        if self.turned is not None:
            return [Placed(self.turned.spun(yaw), moved())]
        return _posed_box(self, yaw, pitch)


def model(good: Good, per_unit: float) -> Model:
    """Make a good ready to be drawn at `per_unit` pixels per unit."""
    w, h, d = good.width, good.height, good.depth
    if good.shape in ("can", "bottle"):
        return Model(good, {}, turn(good.shape, good.label, w, h, good.extra, per_unit))
    if good.shape == "pouch":
        return Model(good, {"front": _pouch(good, per_unit)})
    made = {
        "front": _flat(labels.front(good.label, w, h), w, h, per_unit, 1.0),
        "side": _flat(labels.side(good.label, d, h), d, h, per_unit, 0.74),
        "top": _flat(labels.top(good.label, w, d), w, d, per_unit, 1.08),
    }
    if good.shape == "carton":
        roof = h * 0.16
        made["top"] = _flat(labels.top(good.label, w, roof), w, roof, per_unit, 0.93)
        made["fin"] = _flat(labels.top(good.label, w, 2.2), w, 2.2, per_unit, 1.05)
        canvas = Canvas(d, roof, per_unit)
        canvas.pen.fill([(0, roof), (d / 2, 0), (d, roof)], darker(good.label.colours[0], 0.38))
        made["gable"] = canvas.sprite()
    return Model(good, made)


def _flat(panel: Pixels, w: float, h: float, per_unit: float, light: float) -> Sprite:
    """A rectangular face, origin at its upper left; a soft gradient and darker edges make it stand out."""
    size = (max(2, round(w * per_unit)), max(2, round(h * per_unit)))
    small = cv2.resize(panel, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    x, y = np.linspace(-1, 1, size[0]), np.linspace(-1, 1, size[1])
    glow = (
        1.03 - 0.05 * x[None, :] - 0.05 * y[:, None] - 0.12 * (np.maximum(np.abs(x)[None, :], np.abs(y)[:, None]) ** 14)
    )
    small = (small * (light * glow)[..., None]).clip(0, 255)
    return Sprite(np.dstack([small, np.full(size[::-1], 255)]).astype(np.uint8), scaled(w / size[0], h / size[1]))


def _pouch(good: Good, per_unit: float) -> Sprite:
    """A stand-up pouch: crimped top, bulging sides, crinkled foil, a valve. Origin at its upper left."""
    w, h = good.width, good.height
    canvas = Canvas(w, h, per_unit)
    pen = canvas.pen
    right: list[Point] = [
        (w * 0.97, 0),
        (w * 0.965, h * 0.1),
        (w * 0.985, h * 0.3),
        (w, h * 0.6),
        (w * 0.985, h * 0.9),
        (w * 0.93, h),
    ]
    outline = smooth(right, closed=False) + smooth([(w - x, y) for x, y in right[::-1]], closed=False)
    foil = good.label.colours[0]
    with pen.inside(outline):
        pen.box(0, 0, w, h, darker(foil, 0.1))
        pen.paste(labels.front(good.label, w, h * 0.86), 0, h * 0.1, w, h * 0.96)
        pen.box(0, 0, w, h * 0.085, lighter(foil, 0.1))
        for i in range(int(w / 0.42)):
            pen.line([(0.2 + i * 0.42, 0), (0.2 + i * 0.42, h * 0.08)], 0.12, darker(foil, 0.3), opacity=0.6)
        pen.line([(0, h * 0.087), (w, h * 0.087)], 0.2, darker(foil, 0.4))
    grain = 3.0
    size = (max(6, round(w * grain)), max(6, round(h * grain)))
    rng = np.random.default_rng(good.label.seed + 11)
    bump = np.asarray(
        cv2.resize(rng.normal(0, 1, (9, 6)).astype(np.float32), size, interpolation=cv2.INTER_CUBIC), np.float32
    )
    x = np.linspace(-1, 1, size[0])[None, :]
    y = np.linspace(-1, 1, size[1])[:, None]
    light = 1.06 - 0.1 * x - 0.26 * np.abs(x) ** 5 - 0.12 * np.abs(y) ** 8
    light = light + np.clip(0.11 * cv2.Sobel(bump, cv2.CV_32F, 1, 0), -0.1, 0.1)
    canvas.shade(np.asarray(light, np.float32))
    return canvas.sprite()


def _project(point: tuple[float, float, float], yaw: float, pitch: float) -> Point:
    """Where a point of the solid is seen; z points to the viewer."""
    x, y, z = point
    x, z = x * math.cos(yaw) + z * math.sin(yaw), -x * math.sin(yaw) + z * math.cos(yaw)
    y, z = y * math.cos(pitch) + z * math.sin(pitch), -y * math.sin(pitch) + z * math.cos(pitch)
    near = VIEW_DISTANCE / (VIEW_DISTANCE - z)
    return x * near, y * near


def _onto(w: float, h: float, corners: list[tuple[float, float, float]], yaw: float, pitch: float) -> Matrix:
    """The perspective that carries a w x h face to four corners of the solid, clockwise from its upper left."""
    source = np.array([(0, 0), (w, 0), (w, h), (0, h)], np.float32)
    target = np.array([_project(c, yaw, pitch) for c in corners], np.float32)
    return np.asarray(cv2.getPerspectiveTransform(source, target), np.float64)


def _posed_box(made: Model, yaw: float, pitch: float) -> list[Placed]:
    good = made.good
    w, h, d = good.width, good.height, good.depth
    x, z = w / 2, d / 2
    if good.shape == "pouch":
        front = _onto(w, h, [(-x, -h, 0), (x, -h, 0), (x, 0, 0), (-x, 0, 0)], yaw, pitch)
        return [Placed(made.pieces["front"], front)]
    faces: list[tuple[str, float, float, list[tuple[float, float, float]]]] = []
    right = [(x, -h, z), (x, -h, -z), (x, 0, -z), (x, 0, z)]
    left = [(-x, -h, -z), (-x, -h, z), (-x, 0, z), (-x, 0, -z)]
    shown = (right if yaw < 0 else left) if abs(yaw) > 0.02 else None
    if shown is not None:
        faces.append(("side", d, h, shown))
    if good.shape == "carton":
        roof = h * 0.16
        ridge = -h - roof * 0.85
        if shown is not None:
            s = x if yaw < 0 else -x
            gable = [(s, ridge, z), (s, ridge, -z), (s, -h, -z), (s, -h, z)]
            faces.append(("gable", d, roof, gable if yaw < 0 else [gable[1], gable[0], gable[3], gable[2]]))
        faces.append(
            ("fin", w, 2.2, [(-x, ridge - 2.0, 0), (x, ridge - 2.0, 0), (x, ridge + 0.2, 0), (-x, ridge + 0.2, 0)])
        )
        faces.append(("top", w, roof, [(-x, ridge, 0), (x, ridge, 0), (x, -h, z), (-x, -h, z)]))
    else:
        faces.append(("top", w, d, [(-x, -h, -z), (x, -h, -z), (x, -h, z), (-x, -h, z)]))
    faces.append(("front", w, h, [(-x, -h, z), (x, -h, z), (x, 0, z), (-x, 0, z)]))
    return [Placed(made.pieces[name], _onto(fw, fh, corners, yaw, pitch)) for name, fw, fh, corners in faces]
