"""Makes ONNX nets of a few bytes, and packs of them, at test time."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from shoppable.adapters.vision.manifest import NetFile, NetInput
from shoppable.adapters.vision.nets import Net
from shoppable.adapters.vision.packs import Eyes, Packs
from tests.samples import samples

TINY_SIDE = 8
TINY_CELLS = 4
TINY_DIMENSION = 3 * TINY_CELLS * TINY_CELLS

PACKS = ("classic", "tiny", "lite")
"""What the contracts of vision run on: no nets; an ONNX net made here; the nets of the samples."""

_TINY = """\
name = "tiny"
version = 1
summary = "One net, made by a test"
rank = 5

[calibration]
slope = 1.0
even = 2.0

[[channel]]
name = "colour"
source = "colour"
dimension = 1568

[[channel]]
name = "patches"
source = "net"
net = "patches"
dimension = {dimension}

[[net]]
name = "patches"
file = "patches.onnx"
url = "{url}"
sha256 = "{sha256}"
bytes = {bytes}
licence = "Apache-2.0 (made by a test)"
input = {{ width = 8, height = 8, colours = "rgb", layout = "nchw", kind = "float32" }}
"""


def write_net(
    path: Path,
    nodes: Sequence[onnx.NodeProto],
    *,
    shape: Sequence[int],
    outputs: Mapping[str, Sequence[int]],
    constants: Mapping[str, NDArray[Any]] | None = None,
    kind: int = TensorProto.FLOAT,
) -> Path:
    """Writes an ONNX net with one input `x`; outputs are float32, in the order given."""
    graph = helper.make_graph(
        nodes,
        path.stem,
        [helper.make_tensor_value_info("x", kind, shape)],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, dims) for name, dims in outputs.items()],
        [numpy_helper.from_array(array, name) for name, array in (constants or {}).items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString())
    return path


def write_patches(path: Path) -> Path:
    """A net that gives the mean colours of 4 x 4 patches of its 8 x 8 input, colour after colour: (1, 48)."""
    pool = helper.make_node("AveragePool", ["x"], ["means"], kernel_shape=[2, 2], strides=[2, 2])
    flat = helper.make_node("Flatten", ["means"], ["y"])
    return write_net(path, [pool, flat], shape=(1, 3, 8, 8), outputs={"y": (1, TINY_DIMENSION)})


def write_constant(path: Path, *outputs: NDArray[np.float32]) -> Path:
    """A net that takes 32 x 32 RGB bytes and gives the same whatever it is shown."""
    nodes = [helper.make_node("Identity", [f"c{index}"], [f"y{index}"]) for index in range(len(outputs))]
    return write_net(
        path,
        nodes,
        shape=(1, 32, 32, 3),
        kind=TensorProto.UINT8,
        outputs={f"y{index}": array.shape for index, array in enumerate(outputs)},
        constants={f"c{index}": array for index, array in enumerate(outputs)},
    )


def manifest_of(path: Path, wanted: NetInput, *, url: str = "https://nets.example/net") -> NetFile:
    """The entry of a pack for a net that lies there."""
    data = path.read_bytes()
    return NetFile(
        name=path.stem,
        file=path.name,
        url=url,
        sha256=hashlib.sha256(data).hexdigest(),
        bytes=len(data),
        licence="Apache-2.0",
        input=wanted,
    )


def net_at(path: Path, wanted: NetInput) -> Net:
    """The net that lies there, ready to run."""
    return Net(manifest_of(path, wanted), path.parent, threads=1)


def write_tiny_pack(folder: Path, *, url: str = "https://nets.example/patches.onnx", padding: int = 0) -> Path:
    """A folder with a whole pack called `tiny`.

    Args:
        folder: Is made.
        url: Where its manifest says the net comes from.
        padding: Bytes to add to the net's file, for tests that want a larger one.
    """
    folder.mkdir(parents=True)
    net = write_patches(folder / "patches.onnx")
    if padding:
        model = onnx.load(net)
        model.doc_string = "x" * padding
        net.write_bytes(model.SerializeToString())
    entry = manifest_of(net, NetInput(width=8, height=8), url=url)
    text = _TINY.format(dimension=TINY_DIMENSION, url=url, sha256=entry.sha256, bytes=entry.bytes)
    (folder / "pack.toml").write_text(text)
    return folder


def open_eyes(pack: str, folder: Path) -> Eyes:
    """One of `PACKS`, opened in a data folder of its own; skips `lite` where there are no samples."""
    packs = Packs(folder / "packs", threads=1)
    if pack == "tiny":
        packs.add(write_tiny_pack(folder / "source"))
    elif pack == "lite":
        packs.add(samples("models", "lite"))
    return packs.open(pack)
