"""From a person's joints to where garments are."""

from dataclasses import dataclass

import numpy as np

from shoppable.model.arrays import Floats
from shoppable.model.geometry import Box
from shoppable.model.seen import Kind, Region

NOSE, SHOULDERS, ELBOWS, WRISTS, HIPS, KNEES, ANKLES = 0, (5, 6), (7, 8), (9, 10), (11, 12), (13, 14), (15, 16)
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
        """Regions that garments of this person may fill: upper, lower (long and short), whole, feet."""
        found = [Region(box=self.box, kind=Kind.WHOLE, confidence=self.confidence)]
        for kind, box in self._bands():
            if box.width > 0.02 and box.height > 0.03:
                found.append(Region(box=box, kind=kind, confidence=self.confidence))
        return found

    def garment(self, kind: Kind) -> Box:
        """The largest region of one kind; the whole person when the joints do not tell."""
        boxes = [box for each, box in self._bands() if each is kind and box.area > 0]
        return max(boxes, key=lambda box: box.area, default=self.box)

    def _bands(self) -> list[tuple[Kind, Box]]:
        shoulders, hips = self.seen(SHOULDERS), self.seen(HIPS)
        height = self.box.height
        top = float(shoulders[:, 1].mean()) if len(shoulders) else self.box.y0 + 0.16 * height
        waist = float(hips[:, 1].mean()) if len(hips) else max(top + 0.1 * height, self.box.y0 + 0.52 * height)
        torso = max(waist - top, 0.05 * height)
        bands: list[tuple[Kind, Box]] = []
        if len(shoulders) or len(hips):
            upper = self._band(
                (*SHOULDERS, *ELBOWS, *WRISTS, *HIPS), top - 0.14 * torso, waist + 0.2 * torso, 0.3 * torso
            )
            bands.append((Kind.UPPER, upper))
        if waist + 0.3 * torso < self.box.y1:
            knees, ankles = self.seen(KNEES), self.seen(ANKLES)
            knee = float(knees[:, 1].mean()) if len(knees) else waist + 0.9 * torso
            ankle = float(ankles[:, 1].max()) if len(ankles) else self.box.y1
            legs = (*HIPS, *KNEES, *ANKLES)
            bands.append((Kind.LOWER, self._band(legs, waist - 0.18 * torso, ankle + 0.05 * torso, 0.22 * torso)))
            if knee + 0.25 * torso < min(ankle, self.box.y1):
                short = self._band((*HIPS, *KNEES), waist - 0.18 * torso, knee + 0.05 * torso, 0.22 * torso)
                bands.append((Kind.LOWER, short))
            if len(ankles):
                feet = self._band(ANKLES, float(ankles[:, 1].min()) - 0.1 * torso, self.box.y1, 0.3 * torso)
                bands.append((Kind.FEET, feet))
        return bands

    def _band(self, rows: tuple[int, ...], top: float, bottom: float, margin: float) -> Box:
        """A stretch of the person between two heights, as wide as the seen joints in it and a margin (in heights)."""
        points = self.seen(rows)
        points = points[(points[:, 1] > top - 0.5 * margin) & (points[:, 1] < bottom + 0.5 * margin)]
        if len(points) >= 2:
            x0, x1 = float(points[:, 0].min()) - margin, float(points[:, 0].max()) + margin
        else:
            x0, x1 = self.box.x0, self.box.x1
        return Box.clipped(max(x0, self.box.x0), max(top, self.box.y0), min(x1, self.box.x1), min(bottom, self.box.y1))
