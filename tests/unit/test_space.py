"""Spaces: what their channels weigh, and that no weight is nonsense."""

import pytest
from pydantic import ValidationError

from shoppable.model.space import Calibration, Channel, Space

COLOUR = Channel(name="colour", dimension=3, weight=0.7, weight_uncoloured=0)
SHAPE = Channel(name="shape", dimension=5)


def test_a_space_is_its_channels_side_by_side() -> None:
    space = Space(pack="small", version=3, channels=(COLOUR, SHAPE))
    assert space.name == "small@3"
    assert space.dimension == 8
    assert space.weights(by_colour=True) == (0.7, 1)
    assert space.weights(by_colour=False) == (0, 1)


@pytest.mark.parametrize("said", [{"weight": 0}, {"weight_uncoloured": 0}])
def test_some_channel_must_count(said: dict[str, float]) -> None:
    silent = (Channel(name="a", dimension=1, **said), Channel(name="b", dimension=1, **said))
    with pytest.raises(ValidationError, match="space small@1 has no channel with a weight above 0"):
        Space(pack="small", version=1, channels=silent)


@pytest.mark.parametrize("wrong", [-0.1, float("nan"), float("inf")])
def test_a_weight_is_a_plain_number(wrong: float) -> None:
    with pytest.raises(ValidationError):
        Channel(name="a", dimension=1, weight=wrong)
    with pytest.raises(ValidationError):
        Calibration(slope=wrong, even=0)


def test_a_space_has_channels() -> None:
    with pytest.raises(ValidationError, match="at least 1 item"):
        Space(pack="small", version=1, channels=())
