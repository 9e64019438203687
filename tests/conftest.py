"""Two workers share two cores: each keeps to one thread, set before NumPy is loaded."""

import os

import pytest

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(name, "1")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first, so that the other worker does the rest meanwhile."""
    items.sort(key=lambda item: item.path.name != "test_real_goods.py")
