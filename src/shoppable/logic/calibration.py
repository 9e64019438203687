"""What a similarity means: measured against how a product behaves in its own catalog.

Some catalog pictures are near everything (dark or plain goods on white); a raw cosine rewards them. The z-norm of a
similarity tells by how many standard deviations it exceeds what pictures of *other* products reach against this one.
It needs the catalog only, and carries over from shop to shop where one cosine threshold does not. The idea comes from
speaker verification: Auckenthaler, Carey and Lloyd-Thomas, "Score normalization for text-independent speaker
verification systems", Digital Signal Processing 10, 2000.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from shoppable.errors import InvalidInput, NotFound
from shoppable.model.arrays import Floats, VectorRows
from shoppable.model.space import Calibration, Space

MAX_COHORT = 4096
"""Pictures that strangers are drawn from: enough for a mean and a deviation, whatever the size of the catalog."""

_LEAST_SD = 0.02
"""A catalog of one or two products has no strangers worth a deviation."""


def weighted(vectors: Floats, space: Space, *, by_colour: bool) -> Floats:
    """Queries whose inner product with stored vectors is the weighted mean of their channels' cosines.

    Args:
        vectors: (n, d) float32, each channel of unit length.
        space: Says where channels lie and what they weigh.
        by_colour: Whether goods are looked for that are sold by colour, or all others.

    Returns:
        (n, d) float32.
    """
    weights = np.asarray(space.weights(by_colour), np.float32)
    each = np.repeat(weights / weights.sum(), [channel.dimension for channel in space.channels])
    return np.asarray(vectors * each, np.float32)


@dataclass(frozen=True)
class ProductNorms:
    """Mean and standard deviation of strangers' similarity to each product.

    Attributes:
        row: Product id to row.
        mean: (n,) float32.
        sd: (n,) float32, above 0.
    """

    row: Mapping[str, int]
    mean: Floats
    sd: Floats

    @classmethod
    def unpacked(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """The norms from the arrays that `fit` gave."""
        rows = {str(product_id): index for index, product_id in enumerate(arrays["product_ids"])}
        return cls(row=rows, mean=arrays["mean"], sd=arrays["sd"])

    def z(self, product_id: str, similarity: float) -> float:
        """Standard deviations above strangers. `NotFound` for a product that was not there when norms were fitted."""
        index = self.row.get(product_id)
        if index is None:
            raise NotFound(f"product {product_id} has no norm: index the catalog again")
        return (similarity - float(self.mean[index])) / float(self.sd[index])


def fit(rows: VectorRows, groups: Sequence[str], by_colour: Sequence[bool], space: Space) -> dict[str, NDArray[Any]]:
    """Measures how similar strangers are to each product of a catalog.

    Args:
        rows: All pictures of the catalog; the rows of one product need not lie together.
        groups: The item group of each row: variants of one style are no strangers to each other.
        by_colour: For each row, whether its product is sold by colour.
        space: Of the vectors.

    Returns:
        Arrays to be stored: `product_ids` (n,), `mean` (n,) and `sd` (n,).

    Raises:
        InvalidInput: `groups` or `by_colour` has another length than `rows`.
    """
    if not len(groups) == len(by_colour) == len(rows):
        raise InvalidInput(f"{len(groups)} groups and {len(by_colour)} colour flags for {len(rows)} rows")
    product_ids = sorted(set(rows.product_ids))
    of_product: dict[str, list[int]] = {product_id: [] for product_id in product_ids}
    for index, product_id in enumerate(rows.product_ids):
        of_product[product_id].append(index)
    cohort = np.unique(np.linspace(0, max(len(rows) - 1, 0), min(len(rows), MAX_COHORT)).astype(np.int64))
    codes = {group: code for code, group in enumerate(sorted(set(groups)))}
    group = np.asarray([codes[each] for each in groups], np.int64)
    strangers = {each: weighted(rows.vectors[cohort], space, by_colour=each).T for each in set(by_colour)}
    mean = np.zeros(len(product_ids), np.float32)
    sd = np.full(len(product_ids), _LEAST_SD, np.float32)
    for line, product_id in enumerate(product_ids):
        own = of_product[product_id]
        scores = (rows.vectors[own] @ strangers[by_colour[own[0]]])[:, group[cohort] != group[own[0]]]
        if scores.size:
            mean[line] = scores.mean()
            sd[line] = max(float(scores.std()), _LEAST_SD)
    return {"product_ids": np.asarray(product_ids), "mean": mean, "sd": sd}


def probability(z: float, calibration: Calibration) -> float:
    """Probability that a first candidate at this z is the right product, in [0, 1].

    >>> round(probability(1.3, Calibration(slope=1.6, even=1.3)), 2)
    0.5
    """
    return 1 / (1 + math.exp(-max(-60.0, min(60.0, calibration.slope * (z - calibration.even)))))
