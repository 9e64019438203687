"""Running one net: how pictures go in, how results come out, and what a file that is no net leads to."""

import hashlib
import re
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from pydantic import ValidationError

from shoppable.adapters.vision.manifest import NetInput
from shoppable.adapters.vision.nets import Net, letterbox_scale, prepare, squared
from shoppable.adapters.vision.packs import Packs
from shoppable.adapters.vision.workers import Workers
from shoppable.errors import InvalidInput, NotFound
from shoppable.model.arrays import Image
from tests.pictures import a_print, blank
from tests.samples import samples
from tests.tiny_nets import TINY_DIMENSION, manifest_of, net_at, write_constant, write_patches

RED, GREEN, BLUE = (200, 10, 20), (30, 180, 40), (50, 60, 170)


def columns(*colours: tuple[int, int, int], width: int = 4, height: int = 4) -> Image:
    """Upright bars of one colour each."""
    bars = [np.full((height, width, 3), colour, np.uint8) for colour in colours]
    return np.concatenate(bars, axis=1)


def wanted(**said: Any) -> NetInput:
    return NetInput(**{"width": 8, "height": 8, **said})


def test_stretch_fills_the_input_whatever_the_shape() -> None:
    tensor = prepare(columns(RED, BLUE, width=10, height=5), wanted())
    assert tensor.shape == (1, 8, 8, 3)
    assert tensor.dtype == np.uint8
    assert tensor.flags.c_contiguous
    np.testing.assert_array_equal(tensor[0, :, :4], np.broadcast_to(RED, (8, 4, 3)))
    np.testing.assert_array_equal(tensor[0, :, 4:], np.broadcast_to(BLUE, (8, 4, 3)))


def test_square_repeats_the_edges() -> None:
    """12 x 4 px become 12 x 12: the bars go on above and below, none is squeezed."""
    tensor = prepare(columns(RED, GREEN, BLUE), wanted(width=12, height=12, fit="square"))
    for bar, colour in enumerate((RED, GREEN, BLUE)):
        np.testing.assert_array_equal(tensor[0, :, 4 * bar : 4 * bar + 4], np.broadcast_to(colour, (12, 4, 3)))


def test_squared_puts_the_odd_pixel_at_the_end() -> None:
    tall = columns(RED, BLUE, width=1, height=5)
    square = squared(tall)
    assert square.shape == (5, 5, 3)
    assert [tuple(map(int, pixel)) for pixel in square[0]] == [RED, RED, BLUE, BLUE, BLUE]
    np.testing.assert_array_equal(squared(np.ascontiguousarray(tall.transpose(1, 0, 2))), square.transpose(1, 0, 2))


@pytest.mark.parametrize(
    ("size", "filled", "scale"), [((16, 8), (8, 4), 0.5), ((4, 16), (2, 8), 0.5), ((2, 2), (8, 8), 4)]
)
def test_letterbox_keeps_the_shape_at_the_top_left(
    size: tuple[int, int], filled: tuple[int, int], scale: float
) -> None:
    tensor = prepare(blank(7, *size), wanted(fit="letterbox", pad=99))[0]
    width, height = filled
    assert (tensor[:height, :width] == 7).all()
    assert (tensor[height:] == 99).all()
    assert (tensor[:, width:] == 99).all()
    assert letterbox_scale(blank(7, *size), wanted()) == scale


def test_letterbox_never_loses_a_whole_side() -> None:
    tensor = prepare(blank(7, 1000, 1), wanted(fit="letterbox"))[0]
    assert (tensor[0] == 7).all()
    assert (tensor[1:] == 114).all()


@pytest.mark.parametrize(
    ("said", "shape", "dtype", "pixel"),
    [
        ({}, (1, 8, 8, 3), np.uint8, (200, 10, 20)),
        ({"colours": "bgr"}, (1, 8, 8, 3), np.uint8, (20, 10, 200)),
        ({"layout": "nchw"}, (1, 3, 8, 8), np.uint8, (200, 10, 20)),
        ({"layout": "nchw", "colours": "bgr"}, (1, 3, 8, 8), np.uint8, (20, 10, 200)),
        ({"kind": "float32"}, (1, 8, 8, 3), np.float32, (200, 10, 20)),
        ({"kind": "float32", "mean": (100, 10, 0), "sd": (50, 2, 4)}, (1, 8, 8, 3), np.float32, (2, 0, 5)),
        (
            {"kind": "float32", "mean": (0, 10, 100), "sd": (4, 2, 50), "colours": "bgr", "layout": "nchw"},
            *((1, 3, 8, 8), np.float32, (5, 0, 2)),
        ),
    ],
)
def test_colours_layout_and_kind(
    said: dict[str, Any], shape: tuple[int, ...], dtype: type, pixel: tuple[float, ...]
) -> None:
    tensor = prepare(columns(RED), wanted(**said))
    assert tensor.shape == shape
    assert tensor.dtype == dtype
    assert tensor.flags.c_contiguous
    channel = 1 if said.get("layout") == "nchw" else 3
    np.testing.assert_array_equal(np.moveaxis(tensor, channel, -1).reshape(-1, 3), np.broadcast_to(pixel, (64, 3)))


def test_width_is_width() -> None:
    assert prepare(columns(RED), wanted(width=5, height=9)).shape == (1, 9, 5, 3)
    assert prepare(columns(RED), wanted(width=5, height=9, layout="nchw", fit="letterbox")).shape == (1, 3, 9, 5)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"mean": (1, 2, 3)}, "for kind float32 only"),
        ({"sd": (2, 2, 2)}, "for kind float32 only"),
        ({"kind": "float32", "sd": (1, 0, 1)}, "greater than 0"),
        ({"kind": "float32", "mean": (1, float("nan"), 1)}, "finite"),
        ({"width": 0}, "greater than 0"),
        ({"fit": "crop"}, "'stretch', 'square' or 'letterbox'"),
    ],
)
def test_an_input_that_makes_no_sense_is_refused(said: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        wanted(**said)


TINY_INPUT = wanted(layout="nchw", kind="float32")


def test_an_onnx_net_runs(tmp_path: Path) -> None:
    net = net_at(write_patches(tmp_path / "patches.onnx"), TINY_INPUT)
    [found] = net.run(columns(RED, BLUE, width=4, height=8))
    assert found.shape == (1, TINY_DIMENSION)
    assert found.dtype == np.float32
    planes = found.reshape(3, 4, 4)
    np.testing.assert_allclose(planes[:, :, 0], np.repeat([RED], 4, axis=0).T)
    np.testing.assert_allclose(planes[:, :, 3], np.repeat([BLUE], 4, axis=0).T)


def test_outputs_come_in_the_nets_own_order(tmp_path: Path) -> None:
    arrays = [np.full(shape, value, np.float32) for value, shape in enumerate([(1, 3, 4), (1, 3), (2,)])]
    net = net_at(write_constant(tmp_path / "constant.onnx", *arrays), wanted(width=32, height=32))
    found = net.run(blank(0))
    assert [each.shape for each in found] == [(1, 3, 4), (1, 3), (2,)]
    assert [float(each.flat[0]) for each in found] == [0, 1, 2]


def test_threads_share_a_net(tmp_path: Path) -> None:
    net = net_at(write_patches(tmp_path / "patches.onnx"), TINY_INPUT)
    pictures = [a_print(seed, 40, 40) for seed in range(8)]
    expected = [net.run(picture)[0] for picture in pictures]
    found: list[NDArray[np.float32] | None] = [None] * 8
    fresh = net_at(tmp_path / "patches.onnx", TINY_INPUT)

    def look(index: int) -> None:
        found[index] = fresh.run(pictures[index])[0]

    threads = [threading.Thread(target=look, args=(index,)) for index in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    np.testing.assert_array_equal(found, expected)


def one_line(told: pytest.ExceptionInfo[Exception]) -> str:
    assert "\n" not in str(told.value)
    return str(told.value)


@pytest.mark.parametrize("name", ["net.onnx", "net.tflite"])
def test_a_damaged_file_is_told_by_its_checksum(tmp_path: Path, name: str) -> None:
    path = write_patches(tmp_path / "net.onnx").rename(tmp_path / name)
    net = net_at(path, TINY_INPUT)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(InvalidInput, match="the file is damaged or another one") as told:
        net.run(blank(0))
    assert str(path) in one_line(told)
    assert "https://nets.example/net" in str(told.value)


@pytest.mark.parametrize("name", ["net.onnx", "net.tflite"])
@pytest.mark.parametrize("data", [b"", b"no net at all" * 9], ids=["empty", "text"])
def test_what_is_no_net_cannot_be_loaded(tmp_path: Path, name: str, data: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(b"x")
    manifest = manifest_of(path, TINY_INPUT).model_copy(update={"sha256": hashlib.sha256(data).hexdigest()})
    path.write_bytes(data)
    with pytest.raises(InvalidInput, match="cannot be loaded as a net: ") as told:
        Net(manifest, tmp_path, Workers(1)).run(blank(0))
    assert str(path) in one_line(told)


def test_a_missing_file_is_not_found(tmp_path: Path) -> None:
    net = net_at(write_patches(tmp_path / "patches.onnx"), TINY_INPUT)
    (tmp_path / "patches.onnx").unlink()
    with pytest.raises(NotFound, match=re.escape(f"patches.onnx is missing from {tmp_path}")):
        net.run(blank(0))


@pytest.mark.parametrize("said", [{"width": 9}, {"kind": "uint8"}, {"layout": "nhwc"}])
def test_a_net_that_wants_another_input_says_so(tmp_path: Path, said: dict[str, Any]) -> None:
    path = write_patches(tmp_path / "patches.onnx")
    with pytest.raises(InvalidInput, match=r"patches\.onnx does not take .* as its manifest says: ") as told:
        net_at(path, TINY_INPUT.model_copy(update=said)).run(blank(0))
    one_line(told)


def lite_net(name: str, folder: Path) -> Net:
    shelf = Packs(folder, threads=1).add(samples("models", "lite"))
    [manifest] = [net for net in shelf.pack.net if net.name == name]
    return Net(manifest, shelf.folder, Workers(1))


def test_litert_reads_an_inner_tensor_in_its_own_scale(tmp_path: Path) -> None:
    """The tensor before the classifier: means of values after a ReLU6, so all lie in 0..6."""
    net = lite_net("mobilenet-v2", tmp_path)
    [found] = net.run(a_print(1))
    assert found.size == 1280
    assert found.dtype == np.float32
    assert 0 <= found.min() < found.max() <= 6
    levels = np.unique(found)
    assert 10 < len(levels) <= 256  # it is kept as bytes
    assert np.diff(levels).min() < 0.2
    np.testing.assert_array_equal(net.run(a_print(1))[0], found)
    assert not np.array_equal(net.run(a_print(2))[0], found)


def test_litert_gives_joints(tmp_path: Path) -> None:
    [found] = lite_net("joints", tmp_path).run(a_print(1))
    assert found.shape == (1, 1, 17, 3)
    assert 0 <= found.min() < found.max() <= 1.05


def test_litert_says_when_there_is_no_such_tensor(tmp_path: Path) -> None:
    net = lite_net("mobilenet-v2", tmp_path)
    other = net.manifest.model_copy(update={"output": "bottom/Reshape"})
    with pytest.raises(InvalidInput, match="it has no tensor whose name holds bottom/Reshape"):
        Net(other, tmp_path / "lite", Workers(1)).run(blank(0))


def test_an_onnx_net_gives_the_output_that_is_named(tmp_path: Path) -> None:
    arrays = [np.full(shape, value, np.float32) for value, shape in enumerate([(1, 3, 4), (1, 3), (2,)])]
    entry = manifest_of(write_constant(tmp_path / "constant.onnx", *arrays), wanted(width=32, height=32))
    [found] = Net(entry.model_copy(update={"output": "y1"}), tmp_path, Workers(1)).run(blank(0))
    np.testing.assert_array_equal(found, arrays[1])
    with pytest.raises(InvalidInput, match=r"it has no output means: it has y0, y1, y2"):
        Net(entry.model_copy(update={"output": "means"}), tmp_path, Workers(1)).run(blank(0))
    both = Net(entry, tmp_path, Workers(1)).each([blank(0)] * 2, outputs=["y1", "y0"])
    assert [[each.shape for each in outputs] for outputs in both] == [[(1, 3), (1, 3, 4)]] * 2


def test_a_smaller_picture_is_enlarged_smoothly_where_the_pack_says_so() -> None:
    small, large = columns(RED, BLUE, width=2, height=2), columns(RED, BLUE, width=40, height=20)
    blocky = prepare(small, wanted(width=32, height=32))
    smooth = prepare(small, wanted(width=32, height=32, enlarge="cubic"))
    assert len(np.unique(blocky[0, 0], axis=0)) < len(np.unique(smooth[0, 0], axis=0))
    for enlarge in ("area", "cubic"):
        np.testing.assert_array_equal(
            prepare(large, wanted(enlarge=enlarge)), prepare(large, wanted())
        )  # a larger one is averaged
