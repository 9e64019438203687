"""Makes ONNX nets of a few bytes, and packs of them, at test time."""

import hashlib
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper

from shoppable.adapters.vision.eyes import Eyes
from shoppable.adapters.vision.manifest import NetFile, NetInput, PackFile
from shoppable.adapters.vision.nets import Net
from shoppable.adapters.vision.packs import Packs
from shoppable.adapters.vision.workers import Workers
from tests.samples import samples
from tests.tiny_graphs import write_net
from tests.tiny_words import write_words_pack

TINY_SIDE = 8
TINY_CELLS = 4
TINY_DIMENSION = 3 * TINY_CELLS * TINY_CELLS

PACKS = ("classic", "tiny", "words", "lite")
"""What the contracts of vision run on: no nets; an ONNX net made here; nets of pictures and words in the layout of
Hugging Face, made here; the nets of the samples."""

_TINY = """\
name = "tiny"
version = 1
summary = "One net, made by a test"
rank = 5

[calibration]
chance = -6.0
affinity = 8.0

[[channel]]
name = "colour"
source = "colour"
dimension = 1568

[[channel]]
name = "patches"
source = "net"
net = "patches"
dimension = {dimension}
learned = true

[[net]]
name = "patches"
file = "patches.onnx"
url = "{url}"
sha256 = "{sha256}"
bytes = {bytes}
licence = "Apache-2.0 (made by a test)"
input = {{ width = 8, height = 8, colours = "rgb", layout = "nchw", kind = "float32" }}
"""


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


def file_of(path: Path) -> PackFile:
    """The entry of a pack for a file that lies there and takes no pictures."""
    data = path.read_bytes()
    return PackFile(
        name=path.stem,
        file=path.name,
        url="https://nets.example/file",
        sha256=hashlib.sha256(data).hexdigest(),
        bytes=len(data),
        licence="Apache-2.0",
    )


def net_at(path: Path, wanted: NetInput) -> Net:
    """The net that lies there, ready to run."""
    return Net(manifest_of(path, wanted), path.parent, Workers(1))


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
    elif pack == "words":
        packs.add(write_words_pack(folder / "source"))
    elif pack == "lite":
        packs.add(samples("models", "lite"))
    return packs.open(pack)
