"""Writes ONNX nets from their nodes."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper


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
    return write_graph(path, nodes, inputs={"x": (kind, shape)}, outputs=outputs, constants=constants or {})


def write_graph(
    path: Path,
    nodes: Sequence[onnx.NodeProto],
    *,
    inputs: Mapping[str, tuple[int, Sequence[int | str]]],
    outputs: Mapping[str, Sequence[int | str]],
    constants: Mapping[str, NDArray[Any]],
) -> Path:
    """Writes an ONNX net. A dimension with a name instead of a number may be any.

    Args:
        path: Where; its folder is made.
        nodes: What it computes.
        inputs: Type and shape by name, in order.
        outputs: Shape by name, in order; float32.
        constants: Arrays by name.
    """
    graph = helper.make_graph(
        nodes,
        path.stem,
        [helper.make_tensor_value_info(name, kind, shape) for name, (kind, shape) in inputs.items()],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in outputs.items()],
        [numpy_helper.from_array(array, name) for name, array in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.checker.check_model(model)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(model.SerializeToString())
    return path
