"""The thing in a box, pixel by pixel: all but a studio's ground, else what GrabCut parts from its surroundings."""

from collections.abc import Sequence

import cv2
import numpy as np

from shoppable.adapters.vision.nets import Net
from shoppable.adapters.vision.studio import ground_mask
from shoppable.adapters.vision.workers import Workers
from shoppable.model.arrays import Image, Mask
from shoppable.model.geometry import Box
from shoppable.model.seen import Kind, Region

_SIDE_PX = 100
_ROUNDS = 2
_BARE = 0.55
_LEAST_SHARE = 0.08
_SPECK = 0.08


class GrabSegmenter:
    """Studio ground by its white, other backgrounds by GrabCut, bare skin and hair by a net where the pack has one.

    Rother, Kolmogorov and Blake, "GrabCut: interactive foreground extraction using iterated graph cuts", SIGGRAPH 2004.

    Args:
        workers: Pictures are worked on side by side.
        skin: Gives (1, 3, h, w): probabilities of skin, clothes and hair.
    """

    def __init__(self, workers: Workers, skin: Net | None = None) -> None:
        self._workers = workers
        self._skin = skin

    def cut_out(self, pictures: Sequence[Image], regions: Sequence[Region]) -> list[Mask]:
        """For each picture the pixels of what its region shows."""
        return self._workers.map(lambda pair: self._cut_out(*pair), list(zip(pictures, regions, strict=True)))

    def _cut_out(self, picture: Image, region: Region) -> Mask:
        inside = box_mask(picture, region.box)
        ground = ground_mask(picture)
        if ground is not None:
            thing = inside & ~ground
            thing = thing if region.kind is Kind.THING else self._dressed(picture, thing)
        elif region.box.area > 0.9:
            thing = inside
        else:
            thing = inside & grabbed(picture, region.box)
            thing = thing if region.kind is Kind.THING else self._dressed(picture, thing)
        thing = without_specks(thing)
        if thing.sum() < _LEAST_SHARE * inside.sum():
            return inside if ground is not None else middle(picture, region.box)
        return thing

    def _dressed(self, picture: Image, thing: Mask) -> Mask:
        """The thing without the person who wears or holds it."""
        if self._skin is None:
            return thing
        skin, _, hair = np.asarray(self._skin.run(picture)[0]).reshape(3, *self._skin_shape)
        bare = np.maximum(skin, hair)
        bare = np.asarray(cv2.resize(bare, picture.shape[1::-1], interpolation=cv2.INTER_LINEAR), np.float32)
        return thing & (bare <= _BARE)

    @property
    def _skin_shape(self) -> tuple[int, int]:
        assert self._skin is not None
        wanted = self._skin.manifest.input
        return wanted.height, wanted.width


def grabbed(picture: Image, box: Box) -> Mask:
    """What GrabCut takes for the foreground of a box, everything outside the box being background."""
    scale = min(1.0, _SIDE_PX / max(picture.shape[:2]))
    height, width = (max(8, round(side * scale)) for side in picture.shape[:2])
    small = cv2.cvtColor(cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2BGR)
    x0, y0 = int(box.x0 * width), int(box.y0 * height)
    x1, y1 = round(box.x1 * width), round(box.y1 * height)
    labels = np.full((height, width), cv2.GC_BGD, np.uint8)
    if x1 - x0 < 4 or y1 - y0 < 4:
        return box_mask(picture, box)
    cv2.setRNGSeed(1)
    models = (np.zeros((1, 65)), np.zeros((1, 65)))
    try:
        cv2.grabCut(small, labels, (x0, y0, x1 - x0, y1 - y0), *models, _ROUNDS, cv2.GC_INIT_WITH_RECT)
    except cv2.error:  # of one colour, or nothing is outside: there are no two sides to tell apart
        return box_mask(picture, box)
    kept = ((labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD)).astype(np.uint8)
    return np.asarray(cv2.resize(kept, picture.shape[1::-1], interpolation=cv2.INTER_NEAREST) > 0, np.bool_)


def box_mask(picture: Image, box: Box) -> Mask:
    """The pixels in a box, at least one."""
    height, width = picture.shape[:2]
    mask = np.zeros((height, width), np.bool_)
    x0, y0 = min(int(box.x0 * width), width - 1), min(int(box.y0 * height), height - 1)
    mask[y0 : max(y0 + 1, round(box.y1 * height)), x0 : max(x0 + 1, round(box.x1 * width))] = True
    return mask


def middle(picture: Image, box: Box) -> Mask:
    """The ellipse in the middle of a box, three quarters as wide and high; all of a box that is too thin for one."""
    height, width = picture.shape[:2]
    rows = (np.arange(height)[:, None] + 0.5) / height - (box.y0 + box.y1) / 2
    columns = (np.arange(width)[None] + 0.5) / width - (box.x0 + box.x1) / 2
    tall, wide = max(0.375 * box.height, 1 / height), max(0.375 * box.width, 1 / width)
    inside = box_mask(picture, box)
    ellipse = inside & ((rows / tall) ** 2 + (columns / wide) ** 2 <= 1)
    return ellipse if ellipse.any() else inside


def without_specks(mask: Mask) -> Mask:
    """The mask smoothed, without parts that are small beside all of it."""
    opened = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(opened, connectivity=8)
    sizes = stats[1:count, cv2.CC_STAT_AREA]
    kept = 1 + np.flatnonzero(sizes > _SPECK * sizes.sum())
    return np.asarray(np.isin(labels, kept), np.bool_)
