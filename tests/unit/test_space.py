"""Spaces: what their channels are, how they are called, and that no weight is nonsense."""

import pytest
from pydantic import ValidationError

from shoppable.model.space import Calibration, Channel, Space

COLOUR = Channel(name="colour", dimension=3, weight=0.7)
SHAPE = Channel(name="shape", dimension=5, learned=True, kept=4)


def test_a_space_is_its_channels_side_by_side() -> None:
    space = Space(pack="small", version=3, channels=(COLOUR, SHAPE))
    assert space.dimension == 8
    assert space.learned == (SHAPE,)
    assert Space(pack="small", version=3, channels=(COLOUR,)).learned == ()


def test_looks_and_the_vectors_of_each_metric_are_called_otherwise() -> None:
    looks = Space(pack="small", version=3, channels=(COLOUR, SHAPE))
    first, second = (looks.model_copy(update={"metric": number}) for number in (1, 2))
    newer = looks.model_copy(update={"version": 4})
    assert [each.name for each in (looks, first, second, newer)] == ["small@3", "small@3+1", "small@3+2", "small@4"]


def test_some_channel_must_count() -> None:
    silent = (Channel(name="a", dimension=1, weight=0), Channel(name="b", dimension=1, weight=0))
    with pytest.raises(ValidationError, match="space small@1 has no channel with a weight above 0"):
        Space(pack="small", version=1, channels=silent)
    assert Space(pack="small", version=1, channels=(silent[0], SHAPE)).dimension == 6


@pytest.mark.parametrize("wrong", [-0.1, float("nan"), float("inf")])
def test_a_weight_is_a_plain_number(wrong: float) -> None:
    with pytest.raises(ValidationError, match="weight"):
        Channel(name="a", dimension=1, weight=wrong)
    with pytest.raises(ValidationError, match="affinity"):
        Calibration(chance=-6, affinity=wrong)
    with pytest.raises(ValidationError, match="lead"):
        Calibration(chance=-6, affinity=8, lead=wrong)


def test_likeness_always_speaks_for_a_product() -> None:
    assert Calibration(chance=-6, affinity=8).lead == 0
    with pytest.raises(ValidationError, match="affinity"):
        Calibration(chance=-6, affinity=0)
    with pytest.raises(ValidationError, match="chance"):
        Calibration(chance=float("nan"), affinity=8)


@pytest.mark.parametrize("said", [{"dimension": 0}, {"kept": 0}])
def test_a_channel_has_directions(said: dict[str, int]) -> None:
    with pytest.raises(ValidationError, match="greater than 0"):
        Channel.model_validate({"name": "a", "dimension": 4} | said)


def test_a_space_has_channels() -> None:
    with pytest.raises(ValidationError, match="at least 1 item"):
        Space(pack="small", version=1, channels=())
