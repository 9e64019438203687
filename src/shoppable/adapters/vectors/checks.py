"""What every index of vectors refuses."""

import re

import numpy as np

from shoppable.errors import InvalidInput
from shoppable.model.arrays import Floats
from shoppable.ports import IndexName

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def check_name(name: str, whose: str) -> str:
    """The name of a tenant or catalog, or `InvalidInput` when it could lead to another folder."""
    if not _NAME.fullmatch(name):
        raise InvalidInput(f"{name!r} is no {whose}'s name: use letters, digits, dots, dashes and underscores")
    return name


def check_vectors(vectors: Floats, index: IndexName) -> None:
    """`InvalidInput` unless they are finite (n, d) float32 of the index's dimension."""
    if vectors.ndim != 2 or vectors.shape[1] != index.space.dimension:
        raise InvalidInput(
            f"vectors of space {index.space.name} are (n, {index.space.dimension}), not {vectors.shape}: "
            "embed with that pack"
        )
    if not np.isfinite(vectors).all():
        raise InvalidInput(f"vectors for catalog {index.catalog} are not all finite numbers: embed again")
