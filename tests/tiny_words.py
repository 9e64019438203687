"""Makes, at test time, small nets with the interface of Hugging Face's: pictures, words, and detectors of both kinds.

They are honest: the picture's vector is its mean colours in 4 x 4 patches, a word's is such a picture of its colour,
the detector boxes what differs from the picture's corner, and the one that is asked in words finds the half that has
the colour.
"""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import NodeProto, TensorProto, helper
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

from tests.tiny_graphs import write_graph

PATCHES = 4
DIMENSION = 3 * PATCHES * PATCHES
SIDE = 16
LENGTH = 8
COLOURS = {"red": (1, -1, -1), "green": (-1, 1, -1), "blue": (-1, -1, 1), "white": (1, 1, 1)}
VOCABULARY = {word: row for row, word in enumerate(["<pad>", "</s>", "<unk>", *COLOURS])}

_F, _I = TensorProto.FLOAT, TensorProto.INT64


Constants = dict[str, NDArray[Any]]


def _node(kind: str, inputs: str, outputs: str, **attributes: Any) -> NodeProto:
    return helper.make_node(kind, inputs.split(), outputs.split(), **attributes)


def _array(*values: float) -> NDArray[np.float32]:
    return np.asarray(values, np.float32)


def write_tokenizer(path: Path, *, pads: bool = True, lower: bool = True) -> Path:
    """A tokenizer.json that knows four colours, ends each text with `</s>` and, with `pads`, names `<pad>`."""
    made = Tokenizer(models.WordLevel(VOCABULARY, unk_token="<unk>"))
    if lower:
        made.normalizer = normalizers.Lowercase()
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    made.post_processor = processors.TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 1)])
    if pads:
        made.enable_padding(pad_id=0, pad_token="<pad>")
    path.parent.mkdir(parents=True, exist_ok=True)
    made.save(str(path))
    return path


def write_vision(path: Path, *, batch: int | str = "batch_size") -> Path:
    """`pixel_values` (n, 3, 16, 16) to `last_hidden_state` (n, 16, 6) and `pooler_output` (n, 48)."""
    nodes = [
        _node("AveragePool", "pixel_values", "means", kernel_shape=[4, 4], strides=[4, 4]),
        _node("Flatten", "means", "pooler_output"),
        _node("Reshape", "means flat", "tokens"),
        _node("Transpose", "tokens", "patches", perm=[0, 2, 1]),
        _node("Concat", "patches patches", "last_hidden_state", axis=2),
    ]
    return write_graph(
        path,
        nodes,
        inputs={"pixel_values": (_F, [batch, 3, SIDE, SIDE])},
        outputs={"last_hidden_state": [batch, 16, 6], "pooler_output": [batch, DIMENSION]},
        constants={"flat": np.asarray([0, 3, 16], np.int64)},
    )


def write_text(path: Path, *, batch: int | str = "batch_size") -> Path:
    """`input_ids` (n, length) to `last_hidden_state` and `pooler_output` (n, 48): the sum over the words."""
    table = np.zeros((len(VOCABULARY), DIMENSION), np.float32)
    for word, colour in COLOURS.items():
        table[VOCABULARY[word]] = np.repeat(colour, PATCHES * PATCHES)
    nodes = [
        _node("Gather", "table input_ids", "last_hidden_state"),
        _node("ReduceSum", "last_hidden_state axis", "pooler_output", keepdims=0),
    ]
    return write_graph(
        path,
        nodes,
        inputs={"input_ids": (_I, [batch, "sequence_length"])},
        outputs={
            "last_hidden_state": [batch, "sequence_length", DIMENSION],
            "pooler_output": [batch, DIMENSION],
        },
        constants={"table": table, "axis": np.asarray([1], np.int64)},
    )


def write_detector(path: Path) -> Path:
    """In the manner of YOLOS: `logits` (n, 1, 3) for package, dress and nothing, `pred_boxes` (n, 1, 4).

    The box is that of what differs from the pixel in the top left corner of the (n, 3, 64, 64) input in 0..255.
    """
    side = 64
    steps = np.arange(side, dtype=np.float32) / side
    nodes = [
        _node("Slice", "pixel_values zero_zero one_one axes_yx", "corner"),
        _node("Sub", "pixel_values corner", "offset"),
        _node("Abs", "offset", "distance"),
        _node("ReduceMax", "distance", "largest", axes=[1], keepdims=0),
        _node("Greater", "largest least", "differs"),
        _node("Cast", "differs", "mask", to=_F),
        _node("ReduceMax", "mask", "columns", axes=[1], keepdims=0),
        _node("ReduceMax", "mask", "rows", axes=[2], keepdims=0),
        *(node for axis, line in (("x", "columns"), ("y", "rows")) for node in _extent(axis, line)),
        _node("Concat", "cx cy wx wy", "box", axis=1),
        _node("Unsqueeze", "box second", "pred_boxes"),
        _node("ReduceMax", "columns", "any", axes=[1], keepdims=1),
        _node("Mul", "any eight", "sure"),
        _node("Add", "sure minus", "package"),
        _node("Mul", "any zero", "nothing"),
        _node("Add", "nothing minus", "dress"),
        _node("Concat", "package dress nothing", "row", axis=1),
        _node("Unsqueeze", "row second", "logits"),
    ]
    constants: Constants = {
        "zero_zero": np.asarray([0, 0], np.int64),
        "one_one": np.asarray([1, 1], np.int64),
        "axes_yx": np.asarray([2, 3], np.int64),
        "second": np.asarray([1], np.int64),
        "least": _array(40),
        "ends": steps + np.float32(1 / side),
        "starts": 1 - steps,
        "one": _array(1),
        "half": _array(0.5),
        "eight": _array(8),
        "minus": _array(-4),
        "zero": _array(0),
    }
    return write_graph(
        path,
        nodes,
        inputs={"pixel_values": (_F, ["batch_size", 3, side, side])},
        outputs={"logits": ["batch_size", 1, 3], "pred_boxes": ["batch_size", 1, 4]},
        constants=constants,
    )


def _extent(axis: str, line: str) -> list[NodeProto]:
    """Middle and width of where a line is 1."""
    return [
        _node("Mul", f"{line} ends", f"reach_{axis}"),
        _node("ReduceMax", f"reach_{axis}", f"end_{axis}", axes=[1], keepdims=1),
        _node("Mul", f"{line} starts", f"back_{axis}"),
        _node("ReduceMax", f"back_{axis}", f"far_{axis}", axes=[1], keepdims=1),
        _node("Sub", f"one far_{axis}", f"start_{axis}"),
        _node("Sub", f"end_{axis} start_{axis}", f"w{axis}"),
        _node("Add", f"end_{axis} start_{axis}", f"both_{axis}"),
        _node("Mul", f"both_{axis} half", f"c{axis}"),
    ]


def write_asked(path: Path) -> Path:
    """In the manner of OWLv2: the left and the right half of the picture against each text.

    `input_ids` and `attention_mask` (texts, length), `pixel_values` (n, 3, 16, 16) to `logits` (n, 2, texts),
    `pred_boxes` (n, 2, 4) and `text_embeds` (texts, 3).
    """
    table = np.zeros((len(VOCABULARY), 3), np.float32)
    for word, colour in COLOURS.items():
        table[VOCABULARY[word]] = np.asarray(colour, np.float32) / 3
    nodes = [
        _node("AveragePool", "pixel_values", "halves", kernel_shape=[16, 8], strides=[16, 8]),
        _node("Reshape", "halves flat", "means"),
        _node("Transpose", "means", "seen", perm=[0, 2, 1]),
        _node("Gather", "table input_ids", "words"),
        _node("Cast", "attention_mask", "mask", to=_F),
        _node("Unsqueeze", "mask last", "weights"),
        _node("Mul", "words weights", "meant"),
        _node("ReduceSum", "meant second", "text_embeds", keepdims=0),
        _node("Transpose", "text_embeds", "columns", perm=[1, 0]),
        _node("MatMul", "seen columns", "cosines"),
        _node("Mul", "cosines scale", "scaled"),
        _node("Sub", "scaled bias", "logits"),
        _node("Shape", "logits", "shape"),
        _node("Gather", "shape first", "count"),
        _node("Concat", "count boxes_shape", "wanted", axis=0),
        _node("Expand", "boxes wanted", "pred_boxes"),
    ]
    constants: Constants = {
        "flat": np.asarray([0, 3, 2], np.int64),
        "last": np.asarray([2], np.int64),
        "second": np.asarray([1], np.int64),
        "first": np.asarray([0], np.int64),
        "boxes_shape": np.asarray([2, 4], np.int64),
        "boxes": _array(0.25, 0.5, 0.5, 1, 0.75, 0.5, 0.5, 1).reshape(1, 2, 4),
        "table": table,
        "scale": _array(10),
        "bias": _array(5),
    }
    return write_graph(
        path,
        nodes,
        inputs={
            "input_ids": (_I, ["texts", "length"]),
            "pixel_values": (_F, ["images", 3, SIDE, SIDE]),
            "attention_mask": (_I, ["texts", "length"]),
        },
        outputs={
            "logits": ["images", 2, "texts"],
            "pred_boxes": ["images", 2, 4],
            "text_embeds": ["texts", 3],
        },
        constants=constants,
    )


_PACK = """\
name = "words"
version = 1
summary = "Pictures and words, made by a test"
rank = 6

[calibration]
chance = -6.0
affinity = 8.0

[[channel]]
name = "colour"
source = "colour"
dimension = 1568

[[channel]]
name = "shared"
source = "net"
net = "vision"
dimension = 48

[labels]
net = "detector"
scores = "softmax"
classes = ["package", "dress"]

[text]
net = "text"
channel = "shared"
logit_scale = 20.0
tokens = { file = "tokens", length = 8 }

[[net]]
name = "vision"
file = "onnx/vision_model.onnx"
url = "https://nets.example/onnx/vision_model.onnx"
licence = "Apache-2.0 (made by a test)"

[net.input]
width = 16
height = 16
layout = "nchw"
kind = "float32"
mean = [127.5, 127.5, 127.5]
sd = [127.5, 127.5, 127.5]

[[net]]
name = "detector"
file = "detector/model.onnx"
url = "https://nets.example/detector/model.onnx"
licence = "Apache-2.0 (made by a test)"
input = { width = 64, height = 64, layout = "nchw", kind = "float32" }

[[file]]
name = "text"
file = "onnx/text_model.onnx"
url = "https://nets.example/onnx/text_model.onnx"
licence = "Apache-2.0 (made by a test)"

[[file]]
name = "tokens"
file = "tokenizer.json"
url = "https://nets.example/tokenizer.json"
licence = "Apache-2.0 (made by a test)"
"""


def write_words_pack(folder: Path, *, url: str = "https://nets.example") -> Path:
    """A folder with a whole pack called `words`, in the layout of Hugging Face; its manifest knows no checksum."""
    write_vision(folder / "onnx" / "vision_model.onnx")
    write_text(folder / "onnx" / "text_model.onnx")
    write_detector(folder / "detector" / "model.onnx")
    write_tokenizer(folder / "tokenizer.json")
    (folder / "pack.toml").write_text(_PACK.replace("https://nets.example", url))
    return folder
