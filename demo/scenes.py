"""A shot made ready to film: figures, goods and place drawn at its size, posed and placed for any moment."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from demo.assortment import GARMENTS, GOODS, product_of
from demo.figures import PALM, Figure, Hand, Pose, Worn, waiting
from demo.goods import Good, Model, model
from demo.ink import Matrix, Pixels, Sprite, moved, scaled, turned
from demo.places import FAR, plate
from demo.script import LOOKS, Part, Shot
from demo.stage import Placed, Visible, measure, paint

HOLD_Y = 47.0  # where the base of a good in both hands is, below the middle of the neck
SHOW_X = 39.0
SHOW_LIFT = -5.0


def _pose(part: Part, good: Good | None, t: float, seconds: float, seed: int) -> Pose:
    """How somebody stands after `t` seconds of a shot of `seconds`."""
    share = t / seconds
    wide = GARMENTS[part.bottom].cut == "skirt"
    rest = Hand((29.0, 56.0)) if wide else Hand()
    pose = Pose(x=part.x, left=rest, right=rest)
    if part.act == "wave":
        swing = math.sin(7.5 * t)
        pose = replace(
            pose, yaw=0.1 * math.sin(1.6 * t), right=Hand((33 + 5 * swing, -10 - abs(swing)), open=True), nod=0.05
        )
    elif part.act == "walk" and part.to_x is not None:
        step = 7.0 * t
        to_right = 1 if part.to_x > part.x else -1
        swing = 3.5 * math.sin(step)
        pose = replace(
            pose, x=part.x + (part.to_x - part.x) * share, step=step,
            bob=1.6 * abs(math.sin(step)), lean=0.018 * math.sin(step),
            yaw=0.16 * to_right + 0.08 * math.sin(step), left=Hand((rest.at[0] + 1.5, rest.at[1] + swing - 2)),
            right=Hand((rest.at[0] + 1.5, rest.at[1] - swing - 2)),
        )  # fmt: skip
    elif part.act == "turn":
        yaw = 0.42 * math.sin(1.9 * t - 0.6)
        pose = replace(
            pose,
            yaw=yaw,
            lean=0.02 * math.sin(1.9 * t),
            left=Hand((30.0 + 3 * yaw, 52.0)),
            right=Hand((30.0 - 3 * yaw, 52.0)),
        )
    elif part.act == "hold" and good is not None:
        x, y = _grip(good)
        hand = Hand((x, y + 0.8 * math.sin(1.5 * t)), front=True)
        pose = replace(pose, yaw=0.06 * math.sin(1.2 * t), left=hand, right=hand, nod=0.05 * math.sin(1.1 * t))
    elif part.act == "show" and good is not None:
        x, y = _grip(good)
        pose = replace(
            pose,
            yaw=0.1,
            right=Hand((SHOW_X + x - PALM, y + SHOW_LIFT + 1.2 * math.sin(1.7 * t)), front=True, close=True),
            nod=0.04,
        )
    return waiting(pose, t, seed)


def _grip(good: Good) -> tuple[float, float]:
    """Where a hand takes a good: beside its edge, a little below its middle."""
    return good.width / 2 + 2.4, HOLD_Y - 0.4 * good.height


class Scene:
    """One shot, drawn for pictures of `width` x `height` px."""

    def __init__(self, shot: Shot, seconds: float, width: int, height: int, seed: int, number: int) -> None:
        """Draw everything that shot `number` needs; `seconds` is how long it lasts in this film."""
        self.shot, self.seconds, self.width, self.height = shot, seconds, width, height
        per_unit = height / shot.move.closest
        self.plate = plate(shot.place, height / 120, seed)
        self.grain = shot.light.grain(width, height, seed + number)
        self.figures = [
            Figure(
                LOOKS[part.look],
                Worn(GARMENTS[part.top], product_of(part.top)),
                Worn(GARMENTS[part.bottom], product_of(part.bottom)),
                per_unit,
                folds=seed + 10 * number + i,
            )
            for i, part in enumerate(shot.parts)
        ]
        names = {part.holds for part in shot.parts if part.holds} | {prop.good for prop in shot.props}
        self.models: dict[str, Model] = {name: model(GOODS[name], per_unit) for name in sorted(names)}
        self.shadow = _soft_shadow()

    def layers(self, t: float) -> list[Placed]:
        """Everything before the background after `t` seconds, from back to front."""
        placed: list[Placed] = []
        for i, (part, figure) in enumerate(zip(self.shot.parts, self.figures, strict=True)):
            good = GOODS[part.holds] if part.holds else None
            pose = _pose(part, good, t, self.seconds, i + 1)
            placed.append(Placed(self.shadow, moved(pose.x, 0) @ np.diag([34.0, 3.4, 1.0])))
            placed += figure.layers(pose, self._held(part, t) if part.holds else ())
        if self.plate.front is not None:
            placed.append(Placed(self.plate.front, moved()))
        for prop in self.shot.props:
            good = GOODS[prop.good]
            placed.append(Placed(self.shadow, moved(prop.x + 1, prop.y) @ np.diag([good.width * 0.62, 1.5, 1.0])))
            placed += self._posed(prop.good, prop.yaw + prop.spin * t, moved(prop.x, prop.y))
        return placed

    def _posed(self, name: str, yaw: float, where: Matrix) -> list[Placed]:
        return [replace(p.under(where), owner=product_of(name)) for p in self.models[name].posed(yaw)]

    def _held(self, part: Part, t: float) -> tuple[Placed, ...]:
        name = part.holds or ""
        both = part.act == "hold"
        lift = 0.8 * math.sin(1.5 * t) if both else SHOW_LIFT + 1.2 * math.sin(1.7 * t)
        where = moved(0 if both else SHOW_X, HOLD_Y + lift) @ turned(0.03 * math.sin(1.3 * t) + (0.0 if both else 0.05))
        return tuple(self._posed(name, 0.2 * math.sin(1.4 * t + 0.5), where))

    def frame(self, t: float, number: int) -> Pixels:
        """Film the moment `t` seconds after the shot's beginning; `number` of the frame chooses the grain."""
        share = t / self.seconds
        move = self.shot.move
        picture = self.plate.fill(move.matrix(share, self.width, self.height, FAR), self.width, self.height)
        paint(picture, self.layers(t), move.matrix(share, self.width, self.height))
        return self.shot.light.develop(picture, share, self.grain, number)

    def visible(self, t: float) -> dict[str, Visible]:
        """Measure the products of the shop in that frame."""
        if not self.shot.products:
            return {}
        camera = self.shot.move.matrix(t / self.seconds, self.width, self.height)
        return measure(self.layers(t), camera, self.width, self.height)


def _soft_shadow() -> Sprite:
    """A round shadow of radius 1 unit around the origin."""
    y, x = np.mgrid[-1:1:48j, -1:1:48j]
    alpha = 120 * np.clip(1 - (x * x + y * y), 0, 1) ** 1.4
    tone = np.array([20, 16, 26]) / 255 * alpha[..., None]
    return Sprite(np.dstack([tone, alpha]).astype(np.uint8), moved(-1, -1) @ scaled(2 / 48))
