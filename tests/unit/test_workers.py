"""Threads that a pack's nets and descriptors share."""

import threading
import time

import pytest

from shoppable.adapters.vision.workers import Workers


@pytest.mark.parametrize("threads", [1, 2, 4])
def test_results_stand_in_the_order_of_items_whichever_is_done_first(threads: int) -> None:
    def slow_at_first(number: int) -> int:
        time.sleep(0.02 if number == 0 else 0)
        return number * number

    assert Workers(threads).threads == threads
    assert Workers(threads).map(slow_at_first, range(9)) == [number * number for number in range(9)]
    assert Workers(threads).map(slow_at_first, []) == []


@pytest.mark.parametrize("threads", [1, 4])
def test_the_first_error_is_raised_whichever_comes_earlier(threads: int) -> None:
    def refuse(number: int) -> int:
        if number == 2:
            time.sleep(0.02)
        if number >= 2:
            raise ValueError(f"not {number}")
        return number

    with pytest.raises(ValueError, match="not 2"):
        Workers(threads).map(refuse, range(5))


def test_work_goes_on_after_an_error() -> None:
    workers = Workers(2)
    with pytest.raises(ZeroDivisionError):
        workers.map(lambda number: 1 // number, [1, 0, 2])
    assert workers.map(lambda number: 6 // number, [1, 2, 3]) == [6, 3, 2]


def test_one_thread_works_in_the_caller() -> None:
    assert set(Workers(1).map(lambda _: threading.get_ident(), range(5))) == {threading.get_ident()}


def test_one_item_is_no_work_for_others() -> None:
    assert Workers(4).map(lambda _: threading.get_ident(), [0]) == [threading.get_ident()]


def test_two_threads_work_at_the_same_time() -> None:
    """Each waits until the other has come: one thread alone would wait in vain."""
    met = threading.Barrier(2, timeout=10)
    found = Workers(2).map(lambda _: met.wait(), range(2))
    assert sorted(found) == [0, 1]
