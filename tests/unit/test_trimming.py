"""Nets without most of their padding: the same answer from a smaller input, or the net as it is."""

from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto, helper

from shoppable.adapters.vision.manifest import NetInput
from shoppable.adapters.vision.nets import prepare
from shoppable.adapters.vision.trimming import trimmed, with_shape
from shoppable.model.arrays import Image
from tests.tiny_graphs import write_graph
from tests.tiny_nets import net_at

SIDE = 416
WANTED = NetInput(width=SIDE, height=SIDE, fit="letterbox", layout="nchw", kind="float32")


def picture(width: int, height: int) -> Image:
    return np.random.default_rng(1).integers(0, 256, (height, width, 3), np.uint8)


@pytest.mark.parametrize(
    ("size", "input_size"),
    [
        ((1280, 720), (416, 256)),
        ((720, 1280), (256, 416)),
        ((640, 480), (416, 320)),
        ((500, 500), (416, 416)),
        ((2000, 10), (416, 32)),
        ((832, 448), (416, 224)),  # 224 rows exactly
    ],
)
def test_padding_is_cut_down_to_whole_blocks(size: tuple[int, int], input_size: tuple[int, int]) -> None:
    image = picture(*size)
    smaller = trimmed(WANTED, image, 32)
    assert (smaller.width, smaller.height) == input_size
    part, whole = prepare(image, smaller), prepare(image, WANTED)
    np.testing.assert_array_equal(part, whole[:, :, : smaller.height, : smaller.width])


@pytest.mark.parametrize("change", [{"fit": "stretch"}, {"fit": "square"}, {"layout": "nhwc"}])
def test_only_letterboxed_nets_are_trimmed(change: dict[str, str]) -> None:
    other = WANTED.model_copy(update=change)
    assert trimmed(other, picture(1280, 720), 32) == other


def write_pool(path: Path, side: int = SIDE, *, fixed: bool = False) -> Path:
    """A net that gives the mean colours of blocks of 32 px; a fixed one adds numbers for each block of its square."""
    cells = side // 32
    nodes = [helper.make_node("AveragePool", ["x"], ["means"], kernel_shape=[32, 32], strides=[32, 32])]
    last = helper.make_node("Add", ["means", "c"], ["y"]) if fixed else helper.make_node("Identity", ["means"], ["y"])
    constants = {"c": np.zeros((1, 3, cells, cells), np.float32)} if fixed else {}
    inputs = {"x": (TensorProto.FLOAT, (1, 3, side, side))}
    outputs = {"y": ("n", 3, "rows", "columns")}
    return write_graph(path, [*nodes, last], inputs=inputs, outputs=outputs, constants=constants)


def test_a_net_gives_for_less_padding_what_it_gives_for_all(tmp_path: Path) -> None:
    net, image = net_at(write_pool(tmp_path / "pool.onnx"), WANTED), picture(1280, 720)
    (whole,) = net.run(image)
    (part,), wanted = net.run_trimmed(image, 32)
    assert (wanted.height, part.shape) == (256, (1, 3, 8, 13))
    np.testing.assert_allclose(part, whole[:, :, :8], rtol=1e-5)


def test_a_net_that_takes_its_own_size_only_is_run_at_that(tmp_path: Path) -> None:
    net, image = net_at(write_pool(tmp_path / "fixed.onnx", fixed=True), WANTED), picture(1280, 720)
    (found,), wanted = net.run_trimmed(image, 32)
    assert wanted == WANTED
    np.testing.assert_array_equal(found, net.run(image)[0])


@pytest.mark.parametrize("model", [b"nothing of the kind", b"\x0a\x02\x08\x01\x0a\x02\x08\x05" * 2])
def test_where_bytes_are_not_plain_the_file_is_left_alone(model: bytes) -> None:
    assert with_shape(model, (1, 5), (1, 6)) is None


def test_a_number_of_another_length_is_left_alone() -> None:
    model = b"\x0a\x02\x08\x01\x0a\x03\x08\xa0\x03"
    assert with_shape(model, (1, 416), (1, 256)) == b"\x0a\x02\x08\x01\x0a\x03\x08\x80\x02"
    assert with_shape(model, (1, 416), (1, 32)) is None
