"""A second, close look: local features that agree on one homography prove a print or a label."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from shoppable.adapters.vision.workers import Workers
from shoppable.model.arrays import NO_AGREEMENT, Agreement, Floats, Image, LocalFeatures

_LEAST_PAIRS = 8
_MARGIN = 0.3  # of the agreeing features' extent: prints seldom reach the edge
_MOST_ENLARGED = 2.0
_MOST_STRETCH = 3.0  # of one side against another: a label turned by 70 degrees


class SiftVerifier:
    """RootSIFT, Lowe's ratio test, RANSAC homography.

    Lowe, "Distinctive Image Features from Scale-Invariant Keypoints", IJCV 2004; Arandjelović and Zisserman, "Three
    things everyone should know to improve object retrieval", CVPR 2012.

    Args:
        workers: Pictures and pairs are worked on side by side.
        features: Most features kept of a picture.
        long_side_px: Pictures are brought to this size, so that both sides show like detail; small ones are enlarged
            at most to the double.
        ratio: Best distance over second best, in (0, 1): lower keeps surer pairs.
        tolerance_px: How far a pair may lie from the homography.
    """

    def __init__(
        self,
        workers: Workers,
        *,
        features: int = 500,
        long_side_px: int = 300,
        ratio: float = 0.8,
        tolerance_px: float = 5.0,
    ) -> None:
        self._workers = workers
        self._features = features
        self._long_side_px = long_side_px
        self._ratio = ratio
        self._tolerance_px = tolerance_px

    def describe(self, images: Sequence[Image]) -> list[LocalFeatures]:
        """Features of each (height, width, 3) uint8 RGB picture, strongest first."""
        return self._workers.map(self._describe, images)

    def agree(self, pairs: Sequence[tuple[LocalFeatures, LocalFeatures]]) -> list[Agreement]:
        """Features that agree on a homography which keeps the picture's shape plausible, and where it puts it.

        Pairs of one thing seen are to stand side by side: their pictures are compared with it in one matrix product.
        """
        found: list[Agreement] = []
        for _, some in groupby(pairs, key=lambda pair: id(pair[0])):
            together = list(some)
            alike = self._alike(together[0][0], [catalog for _, catalog in together])
            found += self._workers.map(
                lambda each: self._agree(*each[0], each[1]), list(zip(together, alike, strict=True))
            )
        return found

    def _describe(self, image: Image) -> LocalFeatures:
        scale = min(self._long_side_px / max(image.shape[:2]), _MOST_ENLARGED)
        way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        across, down = max(scale, 1 / image.shape[1]), max(scale, 1 / image.shape[0])  # a line stays a line
        image = np.asarray(cv2.resize(image, None, fx=across, fy=down, interpolation=way), np.uint8)
        height, width = image.shape[:2]
        grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
        found, descriptors = cv2.SIFT.create(nfeatures=self._features).detectAndCompute(grey, None)
        if descriptors is None or len(found) == 0:
            nothing = np.zeros((0, 2), np.float32)
            return LocalFeatures(nothing, np.zeros((0, 128), np.uint8), (height, width))
        points = np.asarray([point.pt for point in found], np.float32).reshape(-1, 2) / [width, height]
        return LocalFeatures(np.asarray(points, np.float32), descriptors.astype(np.uint8), (height, width))

    def _agree(self, seen: LocalFeatures, catalog: LocalFeatures, pairs: NDArray[np.int64]) -> Agreement:
        if len(pairs) < _LEAST_PAIRS:
            return NO_AGREEMENT
        source, target = _px(catalog)[pairs[:, 1]], _px(seen)[pairs[:, 0]]
        found = cv2.findHomography(source, target, cv2.RANSAC, self._tolerance_px, maxIters=500)
        matrix: NDArray[Any] | None = found[0]  # None where no four pairs agree: cv2's annotation leaves it out
        if matrix is None:
            return NO_AGREEMENT
        agreeing = source[found[1].ravel() > 0]
        if len(agreeing) < _LEAST_PAIRS:
            return NO_AGREEMENT
        outline = _moved(_grown(agreeing, catalog.shape), matrix)
        if outline is None:
            return NO_AGREEMENT
        outline /= np.asarray(seen.shape[::-1], np.float32)
        box = np.concatenate([outline.min(axis=0), outline.max(axis=0)])
        return Agreement(inliers=len(agreeing), box=box)

    def _alike(self, seen: LocalFeatures, catalog: Sequence[LocalFeatures]) -> list[NDArray[np.int64]]:
        """For each picture (n, 2): index in `seen`, index in the picture; each feature of a picture is used once."""
        told = [min(len(seen.points), len(each.points)) >= _LEAST_PAIRS for each in catalog]
        compared = [each.descriptors for each, enough in zip(catalog, told, strict=True) if enough]
        if not compared:
            return [np.zeros((0, 2), np.int64)] * len(catalog)
        likeness = _rooted(seen.descriptors) @ _rooted(np.concatenate(compared)).T
        parts = iter(np.split(likeness, np.cumsum([len(each) for each in compared])[:-1], axis=1))
        return [self._nearest(next(parts)) if enough else np.zeros((0, 2), np.int64) for enough in told]

    def _nearest(self, likeness: Floats) -> NDArray[np.int64]:
        """(n, 2): pairs of row and column that are far more alike than the row and any other column; writes to it."""
        rows = np.arange(len(likeness))
        best = likeness.argmax(axis=1)
        first = likeness[rows, best]
        likeness[rows, best] = -1
        second = likeness.max(axis=1)
        near, next_near = (np.sqrt(np.maximum(2 - 2 * each, 0)) for each in (first, second))
        kept = np.flatnonzero(near < self._ratio * next_near)
        kept = kept[np.argsort(near[kept], kind="stable")]
        _, unused = np.unique(best[kept], return_index=True)
        return np.stack([kept[unused], best[kept[unused]]], axis=1).astype(np.int64)


def _rooted(descriptors: NDArray[np.uint8]) -> Floats:
    """RootSIFT: the roots of descriptors that sum up to 1, so of unit length."""
    found = descriptors.astype(np.float32)
    found /= np.maximum(found.sum(axis=1, keepdims=True), 1)
    return np.asarray(np.sqrt(found, out=found), np.float32)


def _px(features: LocalFeatures) -> Floats:
    """(n, 2) positions in px."""
    return np.asarray(features.points * np.asarray(features.shape[::-1], np.float32), np.float32)


def _grown(points: Floats, shape: tuple[int, int]) -> Floats:
    """The four corners of the points' bounding box and a margin around it, inside the picture.

    A packshot shows more than one face of a package; only the one that agrees lies on the homography's plane.
    """
    low, high = points.min(axis=0), points.max(axis=0)
    margin = (high - low) * _MARGIN
    x0, y0 = np.maximum(low - margin, 0)
    x1, y1 = np.minimum(high + margin, shape[::-1])
    return np.asarray([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], np.float32)


def _moved(corners: Floats, matrix: NDArray[Any]) -> Floats | None:
    """Four corners as a camera would see them: not mirrored, not folded, not blown up beyond reason; else None."""
    area = cv2.contourArea(corners)
    homogeneous = np.c_[corners, np.ones(4)] @ np.asarray(matrix, np.float64).T
    if area < 64 or (homogeneous[:, 2] <= 0.05).any():
        return None
    moved = np.asarray(homogeneous[:, :2] / homogeneous[:, 2:], np.float32)
    same_turn = cv2.contourArea(corners, oriented=True) * cv2.contourArea(moved, oriented=True) > 0
    growth = cv2.contourArea(moved) / area
    if not (same_turn and cv2.isContourConvex(moved) and 0.02 < growth < 25):
        return None
    stretch = _sides(moved) / np.maximum(_sides(corners), 1e-6)
    return moved if stretch.max() < _MOST_STRETCH * stretch.min() else None


def _sides(corners: Floats) -> Floats:
    """(4,) lengths of a quadrilateral's sides, in order."""
    return np.asarray(np.linalg.norm(np.roll(corners, -1, axis=0) - corners, axis=1), np.float32)
