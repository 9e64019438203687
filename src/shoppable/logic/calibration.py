"""What a similarity means: measured against how a product behaves in its own catalog.

Some catalog pictures are near everything (dark or plain goods on white); a raw cosine rewards them. The *affinity* of a
similarity tells where it lies between what pictures of other products reach against this one (0) and the product
itself (1). It needs the catalog only, and carries over from shop to shop, where one cosine threshold does not: logistic
regressions on apparel and on groceries gave nearly the same slope and offset; those on a z-norm (Auckenthaler, Carey
and Lloyd-Thomas, Digital Signal Processing 10, 2000) did not, as a product with few look-alikes has a tiny deviation.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from shoppable.errors import InvalidInput, NotFound
from shoppable.model.arrays import Floats, VectorRows
from shoppable.model.space import Space

MAX_COHORT = 4096
"""Pictures that strangers are drawn from: enough for a mean and a deviation, whatever the size of the catalog."""

_MOST_TYPICAL = 0.9
"""Of strangers' similarity, all channels together: in a catalog of copies nothing is more alike than strangers are."""


@dataclass(frozen=True)
class ProductNorms:
    """Mean similarity of strangers to each product.

    Attributes:
        row: Product id to row.
        mean: (n, channels) float32: what each channel adds to it.
    """

    row: Mapping[str, int]
    mean: Floats

    @classmethod
    def unpacked(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """The norms from the arrays that `fit` gave."""
        rows = {str(product_id): index for index, product_id in enumerate(arrays["product_ids"])}
        return cls(row=rows, mean=arrays["mean"])

    def affinity(self, product_id: str, similarity: float) -> float:
        """0 when strangers are as similar, 1 at similarity 1.

        Raises:
            NotFound: The product was not there when norms were fitted.
        """
        typical = float(self._typical(product_id).sum())
        return (similarity - typical) / (1 - typical)

    def parts(self, product_id: str, shares: Floats) -> Floats:
        """What each channel adds to the affinity, from what it adds to the similarity: (channels,) float32."""
        typical = self._typical(product_id)
        return np.asarray((shares - typical) / (1 - typical.sum()), np.float32)

    def _typical(self, product_id: str) -> Floats:
        index = self.row.get(product_id)
        if index is None:
            raise NotFound(f"product {product_id} has no norm: index the catalog again")
        return np.asarray(self.mean[index], np.float32)


def fit(rows: VectorRows, groups: Sequence[str], space: Space) -> dict[str, NDArray[Any]]:
    """Measures how similar strangers are to each product of a catalog.

    Args:
        rows: All pictures of the catalog; the rows of one product need not lie together.
        groups: The item group of each row: variants of one style are no strangers to each other.
        space: Of the vectors.

    Returns:
        Arrays to be stored: `product_ids` (n,) and `mean` (n, channels).

    Raises:
        InvalidInput: `groups` has another length than `rows`.
    """
    if len(groups) != len(rows):
        raise InvalidInput(f"{len(groups)} groups for {len(rows)} rows")
    product_ids = sorted(set(rows.product_ids))
    of_product: dict[str, list[int]] = {product_id: [] for product_id in product_ids}
    for index, product_id in enumerate(rows.product_ids):
        of_product[product_id].append(index)
    cohort = np.unique(np.linspace(0, max(len(rows) - 1, 0), min(len(rows), MAX_COHORT)).astype(np.int64))
    codes = {group: code for code, group in enumerate(sorted(set(groups)))}
    group = np.asarray([codes[each] for each in groups], np.int64)
    everyone, count = (
        rows.vectors[cohort].sum(axis=0, dtype=np.float64),
        np.bincount(group[cohort], minlength=len(codes)),
    )
    of_group = np.zeros((len(codes), rows.vectors.shape[1]), np.float64)
    np.add.at(of_group, group[cohort], rows.vectors[cohort])
    edges = np.cumsum([0] + [channel.dimension for channel in space.channels])
    mean = np.zeros((len(product_ids), len(space.channels)), np.float32)
    for line, product_id in enumerate(product_ids):
        own = of_product[product_id]
        strangers = len(cohort) - count[group[own[0]]]
        if strangers:
            typical = rows.vectors[own].mean(axis=0) * (everyone - of_group[group[own[0]]]) / strangers
            mean[line] = [typical[start:end].sum() for start, end in pairwise(edges)]
    too_alike = np.maximum(mean.sum(axis=1, keepdims=True) / _MOST_TYPICAL, 1)
    return {"product_ids": np.asarray(product_ids), "mean": mean / too_alike}


def probability(log_odds: float) -> float:
    """In [0, 1].

    >>> probability(0), round(probability(1.6), 2)
    (0.5, 0.83)
    """
    return 1 / (1 + math.exp(-max(-60.0, min(60.0, log_odds))))
