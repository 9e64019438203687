"""What a catalog learns from its own pictures: which directions of a look tell one product from another.

A net that was made to name things hears light, pose and background as loudly as the goods. Augmented crops of catalog
pictures show which directions move though the product stays; those are turned down. The measure is linear discriminant
analysis with a shrunk within-class covariance (Fisher, "The use of multiple measurements in taxonomic problems", 1936;
Friedman, "Regularized discriminant analysis", JASA 1989), but instead of cutting directions off, each is scaled by how
much of its variance the products explain, as probabilistic LDA does (Ioffe, ECCV 2006): there is no rank to choose.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from shoppable.errors import InvalidInput
from shoppable.model.arrays import Floats
from shoppable.model.space import Channel, Space

MAX_SAMPLE = 6000
"""Most pictures that a metric is learnt from: the covariance of a thousand dimensions is known by then."""

_LEAST_SD = 0.02


@dataclass(frozen=True)
class Metric:
    """Turns looks into vectors.

    Attributes:
        projections: One for each channel of the space, (dimension, kept) float32.
        scales: (channels,) float32: lengths of the channels of a vector, which is of unit length; 0 where a weight is.
    """

    projections: tuple[Floats, ...]
    scales: Floats

    @classmethod
    def unpacked(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """The metric from the arrays of `arrays`."""
        count = len(arrays["scales"])
        return cls(tuple(arrays[f"projection_{number}"] for number in range(count)), arrays["scales"])

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Arrays to be stored."""
        return {f"projection_{number}": each for number, each in enumerate(self.projections)} | {"scales": self.scales}

    def space(self, looks: Space, number: int) -> Space:
        """The space of the vectors it makes, as the catalog's metric of this number."""
        channels = tuple(
            channel.model_copy(update={"dimension": projection.shape[1]})
            for channel, projection in zip(looks.channels, self.projections, strict=True)
        )
        return looks.model_copy(update={"channels": channels, "metric": number})

    def vectors(self, looks: Floats) -> Floats:
        """(n, kept) float32 of unit length, from looks (n, dimension)."""
        parts = [
            _unit(part @ projection) * scale
            for part, projection, scale in zip(self._split(looks), self.projections, self.scales, strict=True)
        ]
        return np.concatenate(parts, axis=1).astype(np.float32)

    def shares(self, a: Floats, b: Floats) -> Floats:
        """What each channel adds to the similarity of two vectors (kept,): (channels,) float32."""
        ends = np.cumsum([projection.shape[1] for projection in self.projections])[:-1]
        parts = zip(np.split(a, ends), np.split(b, ends), strict=True)
        return np.asarray([float(x @ y) for x, y in parts], np.float32)

    def _split(self, looks: Floats) -> list[Floats]:
        lengths = [projection.shape[0] for projection in self.projections]
        if looks.ndim != 2 or looks.shape[1] != sum(lengths):
            raise InvalidInput(f"looks of shape {looks.shape} are not of this metric, which wants (n, {sum(lengths)})")
        return np.split(looks, np.cumsum(lengths)[:-1], axis=1)


def learn(looks: Floats, augmented: Floats, products: Sequence[str], groups: Sequence[str], space: Space) -> Metric:
    """Learns a metric from pictures of a catalog.

    Args:
        looks: (n, dimension) float32, one a picture.
        augmented: (n, views, d) float32: the learned channels of augmented crops of the same pictures, side by side.
        products: n ids: which product each picture shows.
        groups: n ids: pictures of other item groups are strangers to each other.
        space: Of the looks.

    Raises:
        InvalidInput: There is no picture, or the arrays disagree.
    """
    wide = sum(channel.dimension for channel in space.learned)
    if not len(looks) == len(augmented) == len(products) == len(groups) or augmented.shape[2:] != (wide,):
        raise InvalidInput(f"{len(products)} pictures, looks {looks.shape}, augmented crops {augmented.shape}")
    if not len(looks):
        raise InvalidInput("a metric is learnt from pictures, and there is none")
    projections = []
    for channel, part, views in _channels(looks, augmented, space):
        projections.append(
            _principal(part, channel.kept) if views is None else discriminant(views, products, channel.kept)
        )
    plain = Metric(tuple(projections), np.ones(len(projections), np.float32))
    strangers = _codes(groups)
    spread = [
        _spread(_unit(part @ projection), strangers)
        for part, projection in zip(plain._split(looks), projections, strict=True)
    ]
    weights = np.asarray([channel.weight for channel in space.channels]) / np.asarray(spread)
    return Metric(plain.projections, np.sqrt(weights / weights.sum()).astype(np.float32))


def discriminant(views: Floats, products: Sequence[str], kept: int) -> Floats:
    """Directions that tell products apart, best first, each scaled by the share of variance products explain in it.

    Args:
        views: (n, v, d) float32: v views of each of n pictures.
        products: n ids.
        kept: Most directions returned.

    Returns:
        (d, k) float32, k at most `kept` and at most one less than there are products (but at least 1).
    """
    _, each, dimension = views.shape
    flat = views.reshape(-1, dimension).astype(np.float64)
    codes = np.repeat(_codes(products), each)
    members = np.bincount(codes)
    means = np.stack([np.bincount(codes, column, len(members)) for column in flat.T], axis=1) / members[:, None]
    rest = flat - means[codes]
    within = rest.T @ rest / len(flat)
    values, basis = np.linalg.eigh(within)
    whiten = basis / np.sqrt(np.maximum(values, 0) + max(float(values.mean()), 1e-9))
    between = (means - means.mean(axis=0)) @ whiten
    explained, turned = np.linalg.eigh(between.T @ between / len(means))
    order = np.argsort(-explained)[: max(1, min(kept, len(means) - 1))]
    share = np.sqrt(np.maximum(explained[order], 1e-9) / (np.maximum(explained[order], 0) + 1))
    return np.asarray(whiten @ (turned[:, order] * share), np.float32)


def sample(count: int) -> NDArray[np.int64]:
    """Which of `count` pictures a metric is learnt from: all, or `MAX_SAMPLE` of them spread evenly.

    >>> len(sample(10)), len(sample(1_000_000)) == MAX_SAMPLE
    (10, True)
    """
    return np.unique(np.linspace(0, max(count - 1, 0), min(count, MAX_SAMPLE)).astype(np.int64))


def outgrown(pictures: int, learnt_from: int) -> bool:
    """Whether a catalog of so many pictures should learn its metric anew.

    >>> outgrown(120, 100), outgrown(126, 100), outgrown(70, 100)
    (False, True, True)
    """
    return abs(pictures - learnt_from) > 0.25 * learnt_from


def _channels(looks: Floats, augmented: Floats, space: Space) -> Iterator[tuple[Channel, Floats, Floats | None]]:
    """Each channel with its part of the looks, and of the augmented crops when it is learned."""
    at = learned_at = 0
    for channel in space.channels:
        views = None
        if channel.learned:
            views = augmented[..., learned_at : learned_at + channel.dimension]
            learned_at += channel.dimension
        yield channel, looks[:, at : at + channel.dimension], views
        at += channel.dimension


def _principal(part: Floats, kept: int) -> Floats:
    """The directions in which the looks lie, not centred, so that cosines stay what they are: (d, k) float32."""
    _, _, rows = np.linalg.svd(part, full_matrices=False)
    return np.ascontiguousarray(rows[:kept].T, np.float32)


def _spread(part: Floats, strangers: NDArray[np.int64]) -> float:
    """Standard deviation of the cosine between strangers; 1 where there are none."""
    some = np.unique(np.linspace(0, len(part) - 1, min(len(part), 2000)).astype(np.int64))
    apart = strangers[some][:, None] != strangers[some][None]
    return max(float((part[some] @ part[some].T)[apart].std()), _LEAST_SD) if apart.any() else 1.0


def _codes(names: Sequence[str]) -> NDArray[np.int64]:
    return np.unique(np.asarray(names, np.str_), return_inverse=True)[1].astype(np.int64)


def _unit(rows: Floats) -> Floats:
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9), np.float32)
