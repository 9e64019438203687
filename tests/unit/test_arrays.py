"""Arrays in flight: checked when made, shown by shape, packed the same way every time."""

import numpy as np
import pytest

from shoppable.errors import InvalidInput
from shoppable.model.arrays import Crop, Glance, Sightings, VectorRows, check_image, packed, unpacked
from shoppable.model.seen import Kind


@pytest.mark.parametrize(
    "wrong",
    [np.zeros((4, 4), np.uint8), np.zeros((4, 4, 4), np.uint8), np.zeros((4, 4, 3)), np.zeros((4, 0, 3), np.uint8)],
    ids=["grey", "alpha", "floats", "empty"],
)
def test_a_picture_is_rgb_bytes(wrong: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> None:
    with pytest.raises(InvalidInput, match=r"a picture must be \(height, width, 3\) uint8, not"):
        check_image(wrong)
    with pytest.raises(InvalidInput):
        Crop(wrong, Kind.THING)


def test_arrays_are_shown_by_shape() -> None:
    image = np.zeros((4, 6, 3), np.uint8)
    assert repr(Crop(image, Kind.UPPER)) == "Crop(upper, 6x4 px)"
    assert repr(Glance(40, image, None)) == "Glance(t_ms=40, sampled=False)"
    assert repr(VectorRows(["a"], ["p"], np.zeros((1, 5), np.float32))) == "VectorRows(n=1, d=5)"
    assert repr(nothing_seen()) == "Sightings(n=0)"


def nothing_seen() -> Sightings:
    none = np.zeros(0, np.float32)
    boxes = np.zeros((0, 4), np.float32)
    return Sightings(np.zeros(0, np.int64), boxes, np.zeros(0, np.str_), none, none, np.zeros((0, 5), np.float32))


def test_a_mask_covers_its_crop() -> None:
    image = np.zeros((4, 6, 3), np.uint8)
    assert Crop(image, Kind.THING).mask is None
    assert Crop(image, Kind.THING, np.ones((4, 6), np.bool_)).mask is not None
    with pytest.raises(InvalidInput, match=r"a mask of \(6, 4\) does not cover a picture of \(4, 6, 3\)"):
        Crop(image, Kind.THING, np.ones((6, 4), np.bool_))


def test_rows_must_agree() -> None:
    with pytest.raises(InvalidInput, match=r"rows disagree: 2 products, 1 pictures, vectors of shape \(2, 5\)"):
        VectorRows(["a", "b"], ["p"], np.zeros((2, 5), np.float32))
    with pytest.raises(InvalidInput, match="rows disagree"):
        VectorRows(["a"], ["p"], np.zeros(1, np.float32))
    with pytest.raises(InvalidInput, match=r"sightings disagree: .*'confidence': 1"):
        Sightings(**{**vars(nothing_seen()), "confidence": np.zeros(1, np.float32)})
    with pytest.raises(InvalidInput, match=r"boxes \(0, 3\)"):
        Sightings(**{**vars(nothing_seen()), "boxes": np.zeros((0, 3), np.float32)})
    with pytest.raises(InvalidInput, match="sightings disagree"):
        Sightings(**{**vars(nothing_seen()), "thumbnails": np.zeros(0, np.float32)})


def test_packed_arrays_come_back_and_are_the_same_bytes() -> None:
    arrays = {
        "a": np.arange(6, dtype=np.int64).reshape(2, 3),
        "names": np.asarray(["x", "yz"]),
        "none": np.zeros((0, 4)),
    }
    data = packed(**arrays)
    assert data == packed(**{name: array.copy() for name, array in arrays.items()})
    found = unpacked(data)
    assert list(found) == list(arrays)
    for name, array in arrays.items():
        assert found[name].dtype == array.dtype
        np.testing.assert_array_equal(found[name], array)


def test_nothing_is_unpickled() -> None:
    with pytest.raises(ValueError, match="Object arrays"):
        packed(evil=np.asarray([{}], object))
