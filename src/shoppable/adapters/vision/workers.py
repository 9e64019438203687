"""Many pictures side by side: nets and OpenCV let go of Python's lock while they count."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import TypeVar

import cv2

A = TypeVar("A")
B = TypeVar("B")


class Workers:
    """Threads that a pack's nets and descriptors share; each works on one picture at a time.

    Args:
        threads: How many; with one, the calling thread does the work.
    """

    def __init__(self, threads: int) -> None:
        self._threads = threads

    @property
    def threads(self) -> int:
        """How many work at once."""
        return self._threads

    def map(self, work: Callable[[A], B], items: Sequence[A]) -> list[B]:
        """What `work` makes of each item, in their order. The first error is raised."""
        if self._threads == 1 or len(items) < 2:
            return [work(item) for item in items]
        return list(self._pool.map(work, items))

    @cached_property
    def _pool(self) -> ThreadPoolExecutor:
        cv2.setNumThreads(1)  # one picture a thread is faster than one picture on all
        return ThreadPoolExecutor(self._threads, thread_name_prefix="eyes")
