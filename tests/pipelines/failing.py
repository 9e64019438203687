"""Stores that fail from a chosen write on, as they do when a disk is full or a server goes away."""

from collections.abc import Callable
from typing import Any

from shoppable.errors import Unavailable
from shoppable.ports import Records, VectorIndex

_WRITES = {"put", "put_many", "delete_many", "upsert", "delete", "drop", "optimize"}


class Failing:
    """A store that fails for a passing reason from its nth write on.

    Args:
        store: The real one.
        left: Shared count of writes that are still let through, as a list of one.
    """

    def __init__(self, store: Records | VectorIndex, left: list[int]) -> None:
        self._store = store
        self._left = left

    def __getattr__(self, name: str) -> Any:
        method: Callable[..., Any] = getattr(self._store, name)
        if name not in _WRITES:
            return method

        def write(*arguments: Any, **options: Any) -> Any:
            self._left[0] -= 1
            if self._left[0] < 0:
                raise Unavailable("the store went away")
            return method(*arguments, **options)

        return write
