"""From a person's joints to where garments are."""

from dataclasses import dataclass

import numpy as np

from shoppable.model.arrays import Floats
from shoppable.model.geometry import Box
from shoppable.model.seen import Kind, Region

FACE, SHOULDERS, ELBOWS, WRISTS, HIPS, KNEES, ANKLES = (
    (0, 1, 2, 3, 4),
    (5, 6),
    (7, 8),
    (9, 10),
    (11, 12),
    (13, 14),
    (15, 16),
)
"""Rows of the 17 COCO joints."""

_SEEN = 0.25


@dataclass(frozen=True)
class Body:
    """A person in a picture.

    Attributes:
        box: The whole person, in [0, 1] of the picture.
        joints: (17, 3) float32: x and y in [0, 1] of the picture, confidence in [0, 1]; COCO order.
        confidence: Of the person, in [0, 1].
    """

    box: Box
    joints: Floats
    confidence: float

    def seen(self, rows: tuple[int, ...]) -> Floats:
        """The (k, 2) positions of those joints that were seen."""
        chosen = self.joints[list(rows)]
        return np.asarray(chosen[chosen[:, 2] >= _SEEN, :2], np.float32)

    def garments(self) -> list[Region]:
        """Regions that garments of this person may fill: whole, upper, lower, feet, head."""
        found = [Region(box=self.box, kind=Kind.WHOLE, confidence=self.confidence)]
        for kind, box in self._regions():
            if box.width > 0.02 and box.height > 0.03:
                found.append(Region(box=box, kind=kind, confidence=self.confidence))
        return found

    def band(self, kind: Kind) -> tuple[float, float] | None:
        """Between which heights, in [0, 1] of the picture, a garment of this kind is; None where joints do not tell."""
        shoulders, hips = self.seen(SHOULDERS), self.seen(HIPS)
        if not len(shoulders) or not len(hips):
            return None
        top, waist = float(shoulders[:, 1].mean()), float(hips[:, 1].mean())
        torso = waist - top
        if torso <= 0.02:
            return None
        ankles = self.seen(ANKLES)
        ankle = float(ankles[:, 1].max()) if len(ankles) else self.box.y1
        match kind:
            case Kind.UPPER:
                return top - 0.12 * torso, waist + 0.18 * torso
            case Kind.LOWER:
                return waist - 0.3 * torso, ankle
            case Kind.FEET:
                return ankle - 0.25 * torso, self.box.y1
            case Kind.HEAD:
                return self.box.y0, top
            case _:
                return None

    def _regions(self) -> list[tuple[Kind, Box]]:
        shoulders, hips = self.seen(SHOULDERS), self.seen(HIPS)
        height = self.box.height
        top = float(shoulders[:, 1].mean()) if len(shoulders) else self.box.y0 + 0.16 * height
        waist = float(hips[:, 1].mean()) if len(hips) else max(top + 0.1 * height, self.box.y0 + 0.52 * height)
        torso = max(waist - top, 0.05 * height)
        found: list[tuple[Kind, Box]] = []
        if len(shoulders) or len(hips):
            arms = (*SHOULDERS, *ELBOWS, *WRISTS, *HIPS)
            found.append((Kind.UPPER, self._band(arms, top - 0.14 * torso, waist + 0.2 * torso, 0.3 * torso)))
        if waist + 0.3 * torso < self.box.y1:
            ankles = self.seen(ANKLES)
            ankle = float(ankles[:, 1].max()) if len(ankles) else self.box.y1
            legs = (*HIPS, *KNEES, *ANKLES)
            found.append((Kind.LOWER, self._band(legs, waist - 0.18 * torso, ankle + 0.05 * torso, 0.22 * torso)))
            if len(ankles):
                feet = self._band(ANKLES, float(ankles[:, 1].min()) - 0.1 * torso, self.box.y1, 0.3 * torso)
                found.append((Kind.FEET, feet))
        if len(self.seen(FACE)) and len(shoulders):
            face = self._band(FACE, self.box.y0, top - 0.15 * torso, 0.22 * torso)
            found.append((Kind.HEAD, face))
        return found

    def _band(self, rows: tuple[int, ...], top: float, bottom: float, margin: float) -> Box:
        """A stretch of the person between two heights, as wide as the seen joints in it and a margin (in heights)."""
        points = self.seen(rows)
        points = points[(points[:, 1] > top - 0.5 * margin) & (points[:, 1] < bottom + 0.5 * margin)]
        if len(points) >= 2:
            x0, x1 = float(points[:, 0].min()) - margin, float(points[:, 0].max()) + margin
        else:
            x0, x1 = self.box.x0, self.box.x1
        return Box.clipped(max(x0, self.box.x0), max(top, self.box.y0), min(x1, self.box.x1), min(bottom, self.box.y1))
