"""The constants of the shot detector stand on a plateau: nothing changes when one of them is a quarter off."""

from dataclasses import fields, replace

import numpy as np
import pytest

from shoppable.adapters.shots.changes import Tuning
from shoppable.adapters.shots.content import ContentShots
from shoppable.errors import InvalidInput
from tests.contracts.test_shots import cut, dissolve, fade, found, take

FILM = fade(dissolve(cut(take(1, 60), take(2, 60)), take(3, 75), 15), take(4, 60), 12, 4)
NUMBERS = [field.name for field in fields(Tuning) if isinstance(field.default, float | int)]


@pytest.mark.parametrize("factor", [0.75, 1.25])
@pytest.mark.parametrize("name", NUMBERS)
def test_a_quarter_more_or_less_finds_the_same(name: str, factor: float) -> None:
    usual = Tuning()
    moved = replace(usual, **{name: getattr(usual, name) * factor})
    assert found(ContentShots(moved), FILM) == pytest.approx(found(ContentShots(usual), FILM), abs=40)


def test_the_film_has_all_kinds_of_boundary() -> None:
    assert len(found(ContentShots(), FILM)) == 3


def test_measures_of_another_detector_are_refused() -> None:
    with pytest.raises(InvalidInput, match="124 numbers"):
        ContentShots().detect(np.arange(3, dtype=np.int64) * 40, np.zeros((3, 7), np.float32), 120)


def test_planes_that_do_not_fall_into_cells_are_refused() -> None:
    with pytest.raises(InvalidInput, match="63 x 36"):
        ContentShots().measure(np.zeros((36, 63, 3), np.uint8))
