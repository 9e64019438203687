"""Figures: jointed people who wear garments and hold goods.

A figure stands on the ground at y = 0 and is about 176 units (centimetres) tall. The torso has its origin at the middle
of the neck, as tops have. Angles are radians; 0 lets a limb hang straight down.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from demo import faces
from demo.faces import Look
from demo.garments import HIP, MIRROR, SHOULDER, THIGH, UPPER_ARM, Garment, pieces
from demo.ink import Canvas, Matrix, Point, Sprite, darker, lighter, mix, moved, points, ring, scaled, turned
from demo.stage import Placed

NECK_Y = -142.0
WAIST_Y = -101.0
FOREARM = 25.0
PALM = 8.5
HEAD_Y = -18.5
HEAD_SIZE = 1.13
TURN_PERSPECTIVE = 0.0045


@dataclass(frozen=True)
class Hand:
    """Where a hand is, from the middle of the neck, for the hand on the right of the picture; mirror it for the left.

    Attributes:
        at: The wrist.
        front: Whether the forearm is before the body.
        open: Whether the palm is shown, as in waving.
        close: Whether the elbow stays at the body.
    """

    at: Point = (24.5, 57.0)
    front: bool = False
    open: bool = False
    close: bool = False


@dataclass(frozen=True)
class Pose:
    """How a figure stands at one moment.

    Attributes:
        x: Where it stands.
        bob: How far it is lifted, units.
        lean: Of the upper body, radians.
        yaw: Turn of the body, radians; positive looks to the right of the picture.
        nod: Tilt of the head, radians.
        look: Sideways turn of the head beyond the body's, radians.
        step: Phase of walking, radians; None when it stands.
        blink: Whether the eyes are closed.
        left: Hand on the left of the picture.
        right: Hand on the right of the picture.
    """

    x: float = 0.0
    bob: float = 0.0
    lean: float = 0.0
    yaw: float = 0.0
    nod: float = 0.0
    look: float = 0.0
    step: float | None = None
    blink: bool = False
    left: Hand = Hand()
    right: Hand = Hand()


@dataclass(frozen=True)
class Worn:
    """A garment on a figure; `owner` is its product if the shop sells it."""

    garment: Garment
    owner: str | None


def yawed(angle: float) -> Matrix:
    """The flat drawing of a body, seen turned by `angle`."""
    matrix = np.diag([math.cos(angle), 1.0, 1.0])
    matrix[2, 0] = TURN_PERSPECTIVE * math.sin(angle)
    return matrix


def _through(matrix: Matrix, point: Point) -> Point:
    x, y, z = matrix @ (point[0], point[1], 1.0)
    return float(x / z), float(y / z)


def bend(shoulder: Point, wrist: Point, *, close: bool = False) -> tuple[float, float]:
    """Angles of upper arm and forearm that bring the wrist of the right arm to a place, elbow outside or close."""
    vx, vy = wrist[0] - shoulder[0], wrist[1] - shoulder[1]
    reach = min(max(math.hypot(vx, vy), 5.0), UPPER_ARM + FOREARM - 0.4)
    towards = math.atan2(vx, vy)
    inner = math.acos((UPPER_ARM**2 + reach**2 - FOREARM**2) / (2 * UPPER_ARM * reach))
    aside = 0.0 if close else 1.0
    best = max((towards + inner, towards - inner), key=lambda a: aside * math.sin(a) + 0.6 * math.cos(a))
    ex, ey = shoulder[0] + UPPER_ARM * math.sin(best), shoulder[1] + UPPER_ARM * math.cos(best)
    return best, math.atan2(shoulder[0] + reach * math.sin(towards) - ex, shoulder[1] + reach * math.cos(towards) - ey)


class Figure:
    """A dressed person at one drawing size."""

    def __init__(self, look: Look, top: Worn, bottom: Worn, per_unit: float, *, folds: int = 1) -> None:
        """Draw all pieces once; `per_unit` is in pixels, another `folds` creases the clothes in another way."""
        self.top, self.bottom = top, bottom
        self.skin = _skin(look, per_unit)
        self.skin["hair"] = faces.behind_head(look, per_unit)
        self.skin["head"] = faces.head(look, per_unit)
        self.skin["awake"] = faces.features(look, per_unit, blink=False)
        self.skin["asleep"] = faces.features(look, per_unit, blink=True)
        self.top_pieces = pieces(top.garment, per_unit, folds=folds)
        self.tucked = bottom.garment.cut in ("skirt", "shorts")
        if self.tucked:
            self.top_pieces["body"] = _cut_off(self.top_pieces["body"], WAIST_Y - NECK_Y + 3)
        self.bottom_pieces = pieces(bottom.garment, per_unit, folds=folds)

    def layers(self, pose: Pose, held: tuple[Placed, ...] = ()) -> list[Placed]:
        """Place all pieces for a pose, from back to front; `held` goods are placed from the middle of the neck."""
        base = moved(pose.x, -pose.bob)
        torso = base @ moved(0, WAIST_Y) @ turned(pose.lean) @ moved(0, NECK_Y - WAIST_Y)
        facing = yawed(pose.yaw)
        head = torso @ moved(5.0 * math.sin(pose.yaw), HEAD_Y + 6) @ turned(pose.nod) @ scaled(HEAD_SIZE) @ moved(0, -6)
        arms = {s: self._arm(s, h, facing) for s, h in ((-1, pose.left), (1, pose.right))}
        hung = [p.under(torso) for back, _ in arms.values() for p in back]
        front = [p.under(torso) for _, fore in arms.values() for p in fore]
        held_here = [p.under(torso) for p in held]
        fingers = [
            p.under(torso)
            for s, h in ((-1, pose.left), (1, pose.right))
            if h.front and held
            for p in self._fingers(s, h)
        ]
        glance = pose.yaw + pose.look
        gaze = head @ moved(4.6 * math.sin(glance), 0) @ scaled(math.cos(0.7 * glance), 1)
        collar = Placed(self.top_pieces["collar"], torso @ facing, self.top.owner)
        body = Placed(self.top_pieces["body"], torso @ facing, self.top.owner)
        legs, bottom = self._legs(pose, base)
        return [
            *legs,
            *(() if self.tucked else bottom),
            Placed(self.skin["hair"], head),
            collar,
            Placed(self.skin["neck"], torso @ moved(2.2 * math.sin(pose.yaw), 0)),
            *hung,
            body,
            *(bottom if self.tucked else ()),
            Placed(self.skin["head"], head @ yawed(0.6 * pose.yaw)),
            Placed(self.skin["asleep" if pose.blink else "awake"], gaze),
            *front,
            *held_here,
            *fingers,
        ]

    def _arm(self, side: int, hand: Hand, facing: Matrix) -> tuple[list[Placed], list[Placed]]:
        """Pieces of an arm behind and before the body, placed from the middle of the neck."""
        flip = MIRROR if side < 0 else moved()
        shoulder = _through(flip @ facing @ flip, SHOULDER)
        upper, fore = bend(shoulder, hand.at, close=hand.close)
        arm = flip @ moved(*shoulder) @ turned(-upper)
        elbow = arm @ moved(0, UPPER_ARM) @ turned(upper - fore)
        palm = self.skin["open" if hand.open else "hand"]
        lower = [Placed(palm, elbow @ moved(0, FOREARM - 1.5))]
        if self.top.garment.short_sleeves:
            lower.append(Placed(self.skin["forearm"], elbow))
            above = [Placed(self.skin["upper_arm"], arm), Placed(self.top_pieces["sleeve"], arm, self.top.owner)]
        else:
            lower.append(Placed(self.top_pieces["cuff"], elbow, self.top.owner))
            above = [Placed(self.top_pieces["sleeve"], arm, self.top.owner)]
        return (above, lower) if hand.front else ([*lower, *above], [])

    def _fingers(self, side: int, hand: Hand) -> list[Placed]:
        flip = MIRROR if side < 0 else moved()
        reach = PALM if hand.close else 0.0
        return [Placed(self.skin["fingers"], flip @ moved(hand.at[0] + reach, hand.at[1]))]

    def _legs(self, pose: Pose, base: Matrix) -> tuple[list[Placed], list[Placed]]:
        """Bare legs and shoes; what is worn on them."""
        waist = base @ moved(0, WAIST_Y)
        facing = yawed(0.7 * pose.yaw)
        cut, owner, worn = self.bottom.garment.cut, self.bottom.owner, self.bottom_pieces
        layers: list[Placed] = []
        bottom: list[Placed] = []
        for side in (-1, 1):
            swing = 0.0 if pose.step is None else math.sin(pose.step) * side
            lift = max(0.0, swing)
            leg = (
                waist
                @ facing
                @ moved(side * HIP[0], HIP[1])
                @ turned(-side * 0.03 - 0.05 * swing)
                @ scaled(1, 1 - 0.06 * lift)
            )
            knee = leg @ moved(0, THIGH) @ turned(side * 0.03) @ scaled(1, 1 - 0.12 * lift)
            flip = MIRROR if side < 0 else moved()
            layers.append(Placed(self.skin["shoe"], knee @ moved(0, 39) @ flip))
            layers.append(Placed(self.skin["shin"], knee))
            if cut == "trousers":
                bottom.append(Placed(worn["shin"], knee, owner))
            else:
                layers.append(Placed(self.skin["thigh"], leg))
            if cut != "skirt":
                bottom.append(Placed(worn["thigh_left" if side < 0 else "thigh_right"], leg, owner))
        if cut == "skirt":
            sway = 0.0 if pose.step is None else 0.05 * math.sin(pose.step)
            shear = np.array([[1.0, sway, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
            return layers, [Placed(worn["skirt"], waist @ facing @ shear, owner)]
        return layers, [*bottom, Placed(worn["hips"], waist @ facing, owner)]


def _cut_off(sprite: Sprite, y: float) -> Sprite:
    """Keep what is above height `y`."""
    row = round((y - sprite.to_units[1, 2]) / sprite.to_units[1, 1])
    return Sprite(np.ascontiguousarray(sprite.pixels[:row]), sprite.to_units)


def _skin(look: Look, per_unit: float) -> dict[str, Sprite]:
    """Neck, arms, hands, legs and shoes."""
    skin, shade = look.skin, mix(look.skin, look.lips, 0.16)
    drawn: dict[str, Canvas] = {
        "neck": Canvas(20, 30, per_unit, -10, -14),
        "upper_arm": Canvas(18, 42, per_unit, -9, -8),
        "forearm": Canvas(14, 38, per_unit, -7, -7),
        "hand": Canvas(14, 18, per_unit, -7, -4),
        "open": Canvas(18, 20, per_unit, -9, -4),
        "fingers": Canvas(16, 16, per_unit, -10, -8),
        "thigh": Canvas(22, 60, per_unit, -11, -10),
        "shin": Canvas(18, 56, per_unit, -9, -9),
        "shoe": Canvas(24, 16, per_unit, -10, -5),
    }
    pen = drawn["neck"].pen
    pen.blob(points("-5,-12 5,-12 5,-2 7.4,4 3,11 0,12 -3,11 -7.4,4 -5,-2"), skin)
    pen.blob(points("-5,-8 5,-8 5.2,-3.4 0,0.6 -5.2,-3.4"), darker(shade, 0.25), opacity=0.55)
    for name, top, low, length in (
        ("upper_arm", 6.2, 5.2, 27.0),
        ("forearm", 5.3, 3.7, 25.0),
        ("thigh", 9.0, 7.0, 41.0),
        ("shin", 7.0, 4.4, 40.0),
    ):
        pen = drawn[name].pen
        outline = [
            *ring(top, start=math.pi, stop=math.tau),
            *[(x, y + length) for x, y in ring(low, start=0.0, stop=math.pi)],
        ]
        pen.fill(outline, skin)
        with pen.inside(outline):
            pen.fill(
                [(top * 0.35, -top), (top * 1.2, -top), (top * 1.2, length + low), (low * 0.35, length + low)],
                darker(shade, 0.3),
                opacity=0.22,
            )
            pen.fill(
                [(-top * 0.7, -top), (-top * 0.3, -top), (-low * 0.3, length + low), (-low * 0.7, length + low)],
                lighter(skin, 0.5),
                opacity=0.22,
            )
    line = darker(shade, 0.35)
    pen = drawn["hand"].pen
    pen.blob(points("-3.4,-2 3.4,-2 4.4,4 3.6,10 0.4,12.4 -3,10.5 -4.2,4"), skin, fade=shade)
    pen.blob(points("-3.2,1 -5.6,4 -5.2,8.4 -3.6,8.2 -2.6,4"), shade)
    for x in (-1.2, 0.8, 2.5):
        pen.line([(x, 6.5), (x * 1.05, 11.0 - abs(x) * 0.4)], 0.3, line, opacity=0.6)
    pen = drawn["open"].pen
    for angle, length in ((-0.42, 11.5), (-0.14, 13.2), (0.14, 13.0), (0.42, 11.4)):
        x, y = math.sin(angle), math.cos(angle)
        pen.line([(2.6 * x, 4.5 * y), (length * x, length * y)], 2.3, skin)
    pen.line([(-2.4, 3.5), (-6.8, 6.6)], 2.5, skin)
    pen.blob(points("-3.4,-2 3.4,-2 4.6,3 4,7 0,8.2 -4,7 -4.6,3"), skin, fade=shade)
    pen.stroke([(-2.6, 2.6), (0, 4.2), (2.6, 3.6)], 0.3, line, opacity=0.6)
    pen = drawn["fingers"].pen
    for i in range(4):
        y = -4.6 + i * 2.6
        pen.line([(3.4, y * 0.9 + 0.4), (-4.6 + 0.5 * abs(i - 1.4), y)], 2.5, mix(skin, line, 0.5))
        pen.line([(3.4, y * 0.9 + 0.4), (-4.5 + 0.5 * abs(i - 1.4), y)], 2.1, mix(skin, shade, 0.3 * (i % 2)))
        pen.disc(-4.9 + 0.5 * abs(i - 1.4), y, 0.62, lighter(skin, 0.45))
    pen = drawn["shoe"].pen
    pen.blob(points("-5,-4 5,-4 6.4,2 9.5,5 9.2,8.2 -6,8.2 -6.2,2"), look.shoes)
    pen.box(-6.4, 7.0, 9.6, 9.2, lighter(look.shoes, 0.7))
    for i in range(3):
        pen.line([(1.5 + i * 1.4, -0.5 + i * 1.7), (4.6 + i * 1.2, -1.6 + i * 1.7)], 0.6, lighter(look.shoes, 0.75))
    return {name: canvas.sprite() for name, canvas in drawn.items()}


def waiting(pose: Pose, t: float, seed: int) -> Pose:
    """Let a standing figure breathe, look around and blink at `t` seconds."""
    breath = math.sin(1.7 * t + seed)
    return replace(
        pose,
        bob=pose.bob + 0.5 * breath,
        lean=pose.lean + 0.012 * math.sin(1.1 * t + seed),
        nod=pose.nod + 0.04 * math.sin(1.3 * t + 2 * seed),
        look=pose.look + 0.16 * math.sin(0.9 * t + seed),
        blink=(t + 0.7 * seed) % 2.3 < 0.12,
    )
