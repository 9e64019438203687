"""Running one net on pictures: preparation as the manifest says, then ONNX Runtime or LiteRT.

Nets are loaded when first used, checked against their checksum, and shared by the threads of a process.
"""

import threading
import warnings
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from shoppable.adapters.vision.manifest import NetFile, NetInput, check_file
from shoppable.errors import InvalidInput
from shoppable.model.arrays import Floats, Image

Tensor = NDArray[Any]


class Runtime(Protocol):
    """A loaded net: one prepared input in, all its outputs as float32 out."""

    def run(self, tensor: Tensor) -> list[Floats]:
        """Outputs in the net's own order."""


class Net:
    """One net of a pack, from picture to outputs."""

    def __init__(self, manifest: NetFile, folder: Path, *, threads: int) -> None:
        self.manifest = manifest
        self._path = folder / manifest.file
        self._threads = threads
        self._lock = threading.Lock()

    def run(self, image: Image) -> list[Floats]:
        """Runs the net on a (height, width, 3) uint8 RGB picture and returns its outputs as float32.

        Raises:
            NotFound: The net's file is missing.
            InvalidInput: Its file has another checksum or is no net, or it wants another input than its manifest says.
        """
        tensor = prepare(image, self.manifest.input)
        with self._lock:
            runtime = self._runtime
            try:
                return runtime.run(tensor)
            except Exception as error:  # ONNX Runtime's own errors have no class in common
                what = f"{tensor.shape} {tensor.dtype}"
                raise InvalidInput(f"{self._path} does not take {what} as its manifest says: {_told(error)}") from error

    @cached_property
    def _runtime(self) -> Runtime:
        check_file(self.manifest, self._path)
        try:
            if self._path.suffix == ".onnx":
                return _OnnxRuntime(self._path, self._threads)
            return _LiteRuntime(self._path, self._threads, self.manifest.output)
        except Exception as error:  # ONNX Runtime's own errors have no class in common
            raise InvalidInput(f"{self._path} cannot be loaded as a net: {_told(error)}") from error


class _OnnxRuntime:
    def __init__(self, path: Path, threads: int) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        self._input = self._session.get_inputs()[0].name

    def run(self, tensor: Tensor) -> list[Floats]:
        return [np.asarray(each, np.float32) for each in self._session.run(None, {self._input: tensor})]


class _LiteRuntime:
    def __init__(self, path: Path, threads: int, inner: str | None) -> None:
        from ai_edge_litert.interpreter import Interpreter

        with warnings.catch_warnings():  # it warns of the memory that inner tensors cost; these nets are small
            warnings.simplefilter("ignore", UserWarning)
            self._net = Interpreter(
                model_path=str(path), num_threads=threads, experimental_preserve_all_tensors=inner is not None
            )
        self._net.allocate_tensors()
        self._input = self._net.get_input_details()[0]["index"]
        details = self._net.get_output_details()
        if inner is not None:
            details = [each for each in self._net.get_tensor_details() if inner in each["name"]][:1]
            if not details:
                raise ValueError(f"it has no tensor whose name holds {inner}")
        self._outputs = [(each["index"], *each["quantization"]) for each in details]

    def run(self, tensor: Tensor) -> list[Floats]:
        self._net.set_tensor(self._input, tensor)
        self._net.invoke()
        return [self._read(*output) for output in self._outputs]

    def _read(self, index: int, scale: float, zero: int) -> Floats:
        raw = np.asarray(self._net.get_tensor(index), np.float32)
        return (raw - zero) * np.float32(scale) if scale else raw


def _told(error: Exception) -> str:
    """What a runtime says went wrong, in one line."""
    return " ".join(str(error).split())


def prepare(image: Image, wanted: NetInput) -> Tensor:
    """A picture as the net wants it: a batch of one, in the manifest's size, colour order, layout and type."""
    if wanted.fit == "letterbox":
        scale = letterbox_scale(image, wanted)
        size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
        fitted = np.full((wanted.height, wanted.width, 3), wanted.pad, np.uint8)
        fitted[: size[1], : size[0]] = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    else:
        image = squared(image) if wanted.fit == "square" else image
        fitted = cv2.resize(image, (wanted.width, wanted.height), interpolation=cv2.INTER_AREA).astype(np.uint8)
    if wanted.colours == "bgr":
        fitted = fitted[..., ::-1]
    tensor: Tensor = fitted
    if wanted.kind == "float32":
        tensor = (fitted.astype(np.float32) - np.asarray(wanted.mean, np.float32)) / np.asarray(wanted.sd, np.float32)
    if wanted.layout == "nchw":
        tensor = tensor.transpose(2, 0, 1)
    return np.ascontiguousarray(tensor[None])


def squared(image: Image) -> Image:
    """The picture in the middle of a square, its edges repeated outwards."""
    height, width = image.shape[:2]
    side = max(height, width)
    top, left = (side - height) // 2, (side - width) // 2
    edges = (top, side - height - top, left, side - width - left)
    return np.asarray(cv2.copyMakeBorder(image, *edges, cv2.BORDER_REPLICATE), np.uint8)


def letterbox_scale(image: Image, wanted: NetInput) -> float:
    """Pixels of the net's input for one pixel of the picture."""
    height, width = image.shape[:2]
    return float(min(wanted.width / width, wanted.height / height))
