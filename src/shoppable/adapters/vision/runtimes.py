"""What runs a loaded net: ONNX Runtime or LiteRT. Tensors by name in, float32 out; safe to use from many threads."""

import logging
import threading
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from shoppable.adapters.vision.trimming import with_shape
from shoppable.model.arrays import Floats

log = logging.getLogger(__name__)

Tensor = NDArray[Any]

WORDS = ("input_ids", "attention_mask", "token_type_ids")
"""Inputs of a net that takes texts, as Hugging Face names them: (n, length) int64 each."""

_MASK = "pixel_mask"
_WANTED_PROVIDERS = ("CUDAExecutionProvider", "CPUExecutionProvider")


class Runtime(Protocol):
    """A loaded net."""

    @property
    def batches(self) -> bool:
        """Whether the first input may hold any number of pictures or texts."""

    def run(self, picture: Tensor | None, words: Mapping[str, Tensor], outputs: Sequence[str] | None) -> list[Floats]:
        """Runs once.

        Args:
            picture: What the net sees; None for one that takes texts only.
            words: By the names of `WORDS`; those the net does not take are passed over.
            outputs: Names, for these outputs in this order; None for what the manifest says, else all of the net's.

        Raises:
            ValueError: The net takes or gives something else than that.
        """


class OnnxRuntime:
    """ONNX Runtime, on a GPU where there is one that it can use."""

    def __init__(self, model: Path | bytes, threads: int, output: str | None) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        providers = chosen_providers(onnxruntime.get_available_providers())
        self._session = onnxruntime.InferenceSession(
            model if isinstance(model, bytes) else str(model), options, providers=providers
        )
        inputs = self._session.get_inputs()
        self._inputs = {each.name: each for each in inputs}
        self._outputs = [each.name for each in self._session.get_outputs()]
        self._wanted = None if output is None else self._known([output])
        self.batches = not isinstance(inputs[0].shape[0], int) if inputs[0].shape else False

    def run(self, picture: Tensor | None, words: Mapping[str, Tensor], outputs: Sequence[str] | None) -> list[Floats]:
        """See `Runtime`."""
        wanted = self._wanted if outputs is None else self._known(outputs)
        found = self._session.run(wanted, dict(self._feeds(picture, words)))
        return [np.asarray(each, np.float32) for each in found]

    @classmethod
    def resized(cls, path: Path, threads: int, output: str | None, size: tuple[int, int]) -> Self | None:
        """The net in a file for pictures of another (height, width); None where it takes only those it was made for."""
        first = next(iter(cls(path, threads, output)._inputs.values()))
        if len(first.shape) != 4 or not all(isinstance(each, int) for each in first.shape):
            return None
        shape = [*first.shape[:2], *size]
        model = with_shape(path.read_bytes(), first.shape, shape)
        if model is None:
            return None
        kind = np.float32 if first.type == "tensor(float)" else np.uint8
        try:
            net = cls(model, threads, output)
            net.run(np.zeros(shape, kind), {}, None)
        except Exception as error:  # noqa: BLE001 - ONNX Runtime's own errors have no class in common
            log.info("%s is run at its own size: %s", path.name, error)
            return None
        return net

    def _known(self, names: Sequence[str]) -> list[str]:
        missing = [name for name in names if name not in self._outputs]
        if missing:
            raise ValueError(f"it has no output {missing[0]}: it has {', '.join(self._outputs)}")
        return list(names)

    def _feeds(self, picture: Tensor | None, words: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
        given: dict[str, Tensor] = {}
        waiting = picture
        for name, wanted in self._inputs.items():
            if name in words:
                given[name] = words[name]
            elif name == _MASK and picture is not None:
                given[name] = _all_seen(picture, wanted.shape)
            elif waiting is not None and name not in WORDS:
                given[name], waiting = waiting, None
            else:
                raise ValueError(f"it wants {name}, and nothing gives it that")
        return given


class LiteRuntime:
    """LiteRT on the CPU; `output` names an inner tensor by part of its name.

    An interpreter holds the picture it works on, so every thread has its own.
    """

    batches = False

    def __init__(self, path: Path, threads: int, output: str | None) -> None:
        self._path = path
        self._threads = threads
        self._output = output
        self._own = threading.local()
        self._interpreter()

    def run(self, picture: Tensor | None, words: Mapping[str, Tensor], outputs: Sequence[str] | None) -> list[Floats]:
        """See `Runtime`; takes pictures only, and has no names for its outputs."""
        if words or outputs is not None:
            raise ValueError("a .tflite net takes no words, and its outputs have no names")
        net, into, wanted = self._interpreter()
        net.set_tensor(into, picture)
        net.invoke()
        return [_dequantized(net.get_tensor(index), scale, zero) for index, scale, zero in wanted]

    def _interpreter(self) -> tuple[Any, int, list[tuple[int, float, int]]]:
        """This thread's interpreter, the index of its input, and of its outputs with their scales and zeros."""
        if not hasattr(self._own, "loaded"):
            self._own.loaded = self._load()
        loaded: tuple[Any, int, list[tuple[int, float, int]]] = self._own.loaded
        return loaded

    def _load(self) -> tuple[Any, int, list[tuple[int, float, int]]]:
        from ai_edge_litert.interpreter import Interpreter

        inner = self._output
        with warnings.catch_warnings():  # it warns of the memory that inner tensors cost; these nets are small
            warnings.simplefilter("ignore", UserWarning)
            net = Interpreter(
                model_path=str(self._path),
                num_threads=self._threads,
                experimental_preserve_all_tensors=inner is not None,
            )
        net.allocate_tensors()
        details = net.get_output_details()
        if inner is not None:
            details = [each for each in net.get_tensor_details() if inner in each["name"]][:1]
            if not details:
                raise ValueError(f"it has no tensor whose name holds {inner}")
        return net, net.get_input_details()[0]["index"], [(each["index"], *each["quantization"]) for each in details]


def _dequantized(raw: Tensor, scale: float, zero: int) -> Floats:
    values = np.asarray(raw, np.float32)
    return (values - zero) * np.float32(scale) if scale else values


def chosen_providers(available: Sequence[str]) -> list[str]:
    """Where ONNX Runtime computes: on CUDA when its build can, and on the CPU what CUDA cannot.

    >>> chosen_providers(["AzureExecutionProvider", "CPUExecutionProvider"])
    ['CPUExecutionProvider']
    """
    return [each for each in _WANTED_PROVIDERS if each in available]


def _all_seen(picture: Tensor, wanted: Sequence[object]) -> Tensor:
    """A mask that hides no pixel, (n, height, width) int64, in the size the net fixes, else that of its input."""
    sides = [want if isinstance(want, int) else got for want, got in zip(wanted[1:], picture.shape[2:], strict=True)]
    return np.ones((len(picture), *sides), np.int64)
