"""Several pictures or texts in one run of a net, where it takes any number; names of inputs; where it computes."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx import TensorProto, helper

from shoppable.adapters.vision.manifest import NetInput
from shoppable.adapters.vision.nets import Net, TextNet, fitting
from shoppable.adapters.vision.runtimes import chosen_providers
from shoppable.adapters.vision.workers import Workers
from shoppable.errors import InvalidInput, NotFound
from shoppable.model.arrays import Image
from tests.pictures import a_print, blank
from tests.tiny_graphs import write_graph
from tests.tiny_nets import file_of, manifest_of, write_constant, write_patches
from tests.tiny_words import DIMENSION, write_asked, write_text, write_vision

SIGHT = NetInput(width=16, height=16, layout="nchw", kind="float32", mean=(127.5,) * 3, sd=(127.5,) * 3)
PICTURES: list[Image] = [a_print(seed, 40 + seed, 30) for seed in range(37)]


def counted(path: Path) -> Path:
    """A net that gives how many pictures it was shown at once, once for each."""
    nodes = [
        helper.make_node("Shape", ["x"], ["shape"]),
        helper.make_node("Gather", ["shape", "first"], ["count"]),
        helper.make_node("Cast", ["count"], ["number"], to=TensorProto.FLOAT),
        helper.make_node("ReduceMean", ["x"], ["means"], axes=[1, 2, 3], keepdims=0),
        helper.make_node("Mul", ["means", "zero"], ["zeros"]),
        helper.make_node("Add", ["zeros", "number"], ["y"]),
    ]
    return write_graph(
        path,
        nodes,
        inputs={"x": (TensorProto.FLOAT, ["n", 3, "height", "width"])},
        outputs={"y": ["n"]},
        constants={"first": np.asarray([0], np.int64), "zero": np.zeros(1, np.float32)},
    )


def net(path: Path, **said: Any) -> Net:
    return Net(manifest_of(path, SIGHT).model_copy(update=said), path.parent, Workers(1))


@pytest.mark.parametrize("batch", ["batch_size", 1])
def test_pictures_give_together_what_each_gives_alone(tmp_path: Path, batch: int | str) -> None:
    vision = net(write_vision(tmp_path / "vision.onnx", batch=batch))
    together = vision.each(PICTURES)
    assert len(together) == len(PICTURES)
    for picture, outputs in zip(PICTURES, together, strict=True):
        alone = vision.run(picture)
        assert [each.shape for each in outputs] == [each.shape for each in alone] == [(1, 16, 6), (1, DIMENSION)]
        for one, other in zip(outputs, alone, strict=True):
            np.testing.assert_array_equal(one, other)


def test_a_net_of_any_number_is_run_on_many_at_once(tmp_path: Path) -> None:
    found = net(counted(tmp_path / "counted.onnx")).each(PICTURES)
    assert [float(outputs[0][0]) for outputs in found] == [16] * 32 + [5] * 5


def test_large_pictures_are_fewer_at_once(tmp_path: Path) -> None:
    wide = SIGHT.model_copy(update={"width": 864, "height": 512})
    found = net(counted(tmp_path / "counted.onnx"), input=wide).each(PICTURES[:5])
    assert [float(outputs[0][0]) for outputs in found] == [3, 3, 3, 2, 2]


@pytest.mark.parametrize("batch", ["batch_size", 1])
def test_nothing_asked_nothing_given(tmp_path: Path, batch: int | str) -> None:
    assert net(write_vision(tmp_path / "vision.onnx", batch=batch)).each([]) == []


def test_a_net_that_says_any_number_and_means_one_is_run_one_by_one(tmp_path: Path) -> None:
    """Exports forget the first dimension inside: by a shape that is fixed, or by outputs that hold all in one."""
    makes = {
        "fixed": helper.make_node("Reshape", ["x", "one"], ["y"]),
        "mixed": helper.make_node("ReduceMean", ["x"], ["y"], axes=[0], keepdims=1),
    }
    for name, node in makes.items():
        path = write_graph(
            tmp_path / f"{name}.onnx",
            [node],
            inputs={"x": (TensorProto.FLOAT, ["n", 3, 16, 16])},
            outputs={"y": ["m", "k"] if name == "fixed" else ["m", 3, 16, 16]},
            constants={"one": np.asarray([1, 768], np.int64)},
        )
        made = net(path)
        for _ in range(2):
            found = made.each(PICTURES[:3])
            for picture, outputs in zip(PICTURES, found, strict=False):
                np.testing.assert_array_equal(outputs[0], made.run(picture)[0])


def test_what_is_wrong_with_one_is_told_of_many(tmp_path: Path) -> None:
    narrow = net(write_vision(tmp_path / "vision.onnx"), input=SIGHT.model_copy(update={"width": 8}))
    with pytest.raises(InvalidInput, match=r"vision\.onnx does not take \(1, 3, 16, 8\) float32"):
        narrow.each(PICTURES[:3])


WORDS = {
    "input_ids": np.asarray([[3, 1], [4, 1], [5, 1]], np.int64),
    "attention_mask": np.asarray([[1, 0], [1, 0], [1, 0]], np.int64),
    "token_type_ids": np.zeros((3, 2), np.int64),
}


@pytest.mark.parametrize("batch", ["batch_size", 1])
def test_texts_give_together_what_each_gives_alone(tmp_path: Path, batch: int | str) -> None:
    path = write_text(tmp_path / "text.onnx", batch=batch)
    words = {name: np.tile(each, (7, 1)) for name, each in WORDS.items()}
    found = TextNet(file_of(path), tmp_path, Workers(1), output="pooler_output").each(words)
    assert len(found) == 21
    assert [each.shape for outputs in found for each in outputs] == [(1, DIMENSION)] * 21
    for row in range(21):
        np.testing.assert_array_equal(found[row][0], found[row % 3][0])
    assert not np.array_equal(found[0][0], found[1][0])


def test_words_and_picture_go_in_by_name(tmp_path: Path) -> None:
    """The words belong to each picture; `token_type_ids`, which the net does not take, are passed over."""
    asked = net(write_asked(tmp_path / "asked.onnx"))
    found = asked.each([blank(0), blank(255)], words=WORDS, outputs=["text_embeds", "logits", "pred_boxes"])
    assert [[each.shape for each in outputs] for outputs in found] == [[(3, 3), (1, 2, 3), (1, 2, 4)]] * 2
    with pytest.raises(InvalidInput, match="it wants input_ids, and nothing gives it that"):
        asked.run(blank(0))


def test_a_mask_of_pixels_hides_none(tmp_path: Path) -> None:
    """DETR is told which pixels count, in a size of its own or in that of the picture."""
    for sides, count in ((["h", "w"], 16 * 16), ([8, 4], 8 * 4)):
        nodes = [
            helper.make_node("ReduceSum", ["pixel_mask", "axes"], ["sum"], keepdims=0),
            helper.make_node("Cast", ["sum"], ["y"], to=TensorProto.FLOAT),
            helper.make_node("Identity", ["pixel_values"], ["same"]),
        ]
        path = write_graph(
            tmp_path / f"masked-{count}.onnx",
            nodes,
            inputs={
                "pixel_values": (TensorProto.FLOAT, ["n", 3, 16, 16]),
                "pixel_mask": (TensorProto.INT64, ["n", *sides]),
            },
            outputs={"y": ["n"], "same": ["n", 3, 16, 16]},
            constants={"axes": np.asarray([1, 2], np.int64)},
        )
        assert [float(outputs[0][0]) for outputs in net(path).each(PICTURES[:3])] == [count] * 3


def test_a_file_nobody_vouched_for_is_not_run(tmp_path: Path) -> None:
    path = write_vision(tmp_path / "vision.onnx")
    with pytest.raises(InvalidInput, match=r"vision\.onnx has no recorded checksum: .*`shoppable models pull`"):
        net(path, sha256=None).run(blank(0))
    path.unlink()
    with pytest.raises(NotFound):
        net(write_patches(tmp_path / "patches.onnx"), file="gone.onnx").each([blank(0)])


def test_the_vector_is_the_output_of_its_length(tmp_path: Path) -> None:
    arrays = [np.full(shape, value, np.float32) for value, shape in enumerate([(1, 3, 4), (1, 5), (5,)])]
    outputs = Net(
        manifest_of(write_constant(tmp_path / "c.onnx", *arrays), NetInput(width=32, height=32)), tmp_path, Workers(1)
    ).run(blank(0))
    assert fitting(outputs, 5).tolist() == [1] * 5
    assert fitting(outputs, 12).tolist() == [0] * 12
    assert fitting(outputs, 7).shape == (12,)


@pytest.mark.parametrize(
    ("available", "chosen"),
    [
        (["CPUExecutionProvider"], ["CPUExecutionProvider"]),
        (
            ["TensorrtExecutionProvider", "CUDAExecutionProvider", "CPUExecutionProvider"],
            ["CUDAExecutionProvider", "CPUExecutionProvider"],
        ),
        (["AzureExecutionProvider", "CPUExecutionProvider"], ["CPUExecutionProvider"]),
    ],
)
def test_a_gpu_is_used_where_there_is_one(available: list[str], chosen: list[str]) -> None:
    assert chosen_providers(available) == chosen
