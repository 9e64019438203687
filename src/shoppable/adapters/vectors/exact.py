"""Exact search over rows held in memory."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from shoppable.model.arrays import Floats, Hit, VectorRows

EXACT_ROWS = 50_000
"""Up to so many rows every row is compared, in memory; beyond, an IVF index is asked."""

_BLOCK = 64
_TILE_SCORES = 16_000_000
_EXACT_AT_ONCE = 1024


@dataclass(frozen=True, repr=False)
class ExactRows:
    """All rows of an index, to be compared one by one with every query.

    Attributes:
        rows: In any order.
        order: (n,) int64, places of the rows by product and picture.
    """

    rows: VectorRows
    order: NDArray[np.int64]

    @property
    def nbytes(self) -> int:
        """Memory that the vectors take."""
        return self.rows.vectors.nbytes

    def blocks(self, size: int) -> Iterator[VectorRows]:
        """The rows by product and picture, at most `size` at a time."""
        for start in range(0, len(self.order), size):
            places = self.order[start : start + size]
            yield VectorRows(
                product_ids=[self.rows.product_ids[place] for place in places],
                picture_ids=[self.rows.picture_ids[place] for place in places],
                vectors=self.rows.vectors[places],
            )

    def search(self, queries: Floats, k: int) -> list[list[Hit]]:
        """The `k` best rows for each query of the (n, d) array, best first, equal ones by product and picture.

        A hit depends on its query and its row alone, to the last bit: not on the queries beside it, nor on where the
        row stands.
        """
        k = min(k, len(self.rows))
        if k < 1:
            return [[] for _ in queries]
        tile = max(1, _TILE_SCORES // len(self.rows))
        found: list[list[Hit]] = []
        for start in range(0, len(queries), tile):
            part = queries[start : start + tile]
            scores = part @ self.rows.vectors.T
            for query, row, floor in zip(part, scores, _floors(scores, k), strict=True):
                rounding = 1e-5 * self._longest * float(np.linalg.norm(query))
                places = np.flatnonzero(row >= floor - rounding)
                similarities = self._similarities(query, places)
                best = np.lexsort((self._rank[places], -similarities))[:k]
                found.append([self._hit(places[at], similarities[at]) for at in best])
        return found

    @cached_property
    def _rank(self) -> NDArray[np.int64]:
        """(n,) each row's place by product and picture."""
        rank = np.empty_like(self.order)
        rank[self.order] = np.arange(len(self.order))
        return rank

    @cached_property
    def _longest(self) -> float:
        """Length of the longest vector."""
        return float(np.sqrt(np.einsum("ij,ij->i", self.rows.vectors, self.rows.vectors).max()))

    def _similarities(self, query: Floats, places: NDArray[np.int64]) -> NDArray[np.float64]:
        """Inner products in an order of additions that is always the same, which a matrix product does not promise."""
        wide = query.astype(np.float64)
        parts = [
            np.einsum("ij,j->i", self.rows.vectors[places[start : start + _EXACT_AT_ONCE]].astype(np.float64), wide)
            for start in range(0, len(places), _EXACT_AT_ONCE)
        ]
        return np.concatenate(parts)

    def _hit(self, place: int, similarity: float) -> Hit:
        return Hit(self.rows.product_ids[place], self.rows.picture_ids[place], float(similarity))


def _floors(scores: Floats, k: int) -> Floats:
    """For each row of scores, a score that at least `k` of them reach, and few more.

    The k-th largest of the maxima of blocks is such a score, and far cheaper to find than the k-th largest of all.
    """
    queries, rows = scores.shape
    whole = rows // _BLOCK
    if whole < k:
        return np.partition(scores, rows - k, axis=1)[:, rows - k]
    maxima = scores[:, : whole * _BLOCK].reshape(queries, whole, _BLOCK).max(axis=2)
    return np.partition(maxima, whole - k, axis=1)[:, whole - k]
