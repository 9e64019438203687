from pathlib import Path

import pytest

from tests.pipelines.house import House, build


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = build(tmp_path)
    for number in range(6):
        house.shop.put(f"p{number}", pictures=1 + number % 3)
    return house
