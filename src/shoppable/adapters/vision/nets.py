"""Running one net on pictures or texts: preparation as the manifest says, then its runtime.

Nets are loaded when first used, checked against their checksum, and shared by the threads of a process. A small net
runs on one thread: many pictures side by side are faster than one picture on many threads.
"""

import threading
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TypeVar

import cv2
import numpy as np

from shoppable.adapters.vision.checksums import check_known
from shoppable.adapters.vision.manifest import NetFile, NetInput, PackFile
from shoppable.adapters.vision.runtimes import LiteRuntime, OnnxRuntime, Runtime, Tensor
from shoppable.adapters.vision.trimming import trimmed
from shoppable.adapters.vision.workers import Workers
from shoppable.errors import InvalidInput
from shoppable.model.arrays import Floats, Image

_SMALL_BYTES = 40_000_000
_AT_ONCE = 16
_AT_ONCE_PX = 1_500_000  # of a net's input: what attention needs grows faster than pictures
_NO_WORDS: Mapping[str, Tensor] = {}

Item = TypeVar("Item")


class Net:
    """One net of a pack, from picture to outputs."""

    def __init__(self, manifest: NetFile, folder: Path, workers: Workers) -> None:
        self.manifest = manifest
        self._workers = workers
        self._folder = folder
        self._loaded = _Loaded(manifest, folder, threads=_threads(manifest, workers), output=manifest.output)
        self._trimmed: dict[tuple[int, int], _Loaded] = {}

    def run(self, image: Image) -> list[Floats]:
        """Runs the net on a (height, width, 3) uint8 RGB picture and returns its outputs as float32.

        Raises:
            NotFound: The net's file is missing.
            InvalidInput: Its file has another checksum or is no net, or it wants another input than its manifest says.
        """
        return self._loaded.run(prepare(image, self.manifest.input))

    def run_trimmed(self, image: Image, block_px: int) -> tuple[list[Floats], NetInput]:
        """As `run`, without the padding that a net of convolutions can do without; and the input it was run with.

        Args:
            image: (height, width, 3) uint8 RGB.
            block_px: Both sides of the input stay multiples of this.
        """
        wanted = trimmed(self.manifest.input, image, block_px)
        if wanted == self.manifest.input:
            return self.run(image), wanted
        size = (wanted.height, wanted.width)
        threads = _threads(self.manifest, self._workers)
        loaded = self._trimmed.setdefault(
            size, _Loaded(self.manifest, self._folder, threads=threads, output=self.manifest.output, size=size)
        )
        if not loaded.fits:
            return self.run(image), self.manifest.input
        return loaded.run(prepare(image, wanted)), wanted

    def each(
        self,
        images: Sequence[Image],
        *,
        words: Mapping[str, Tensor] = _NO_WORDS,
        outputs: Sequence[str] | None = None,
    ) -> list[list[Floats]]:
        """Runs the net on several pictures, together where it takes any number, and side by side where it takes one.

        With words, which belong to the picture, never together.

        Args:
            images: (height, width, 3) uint8 RGB each; sizes may differ.
            words: What else it is given with each picture, as a `Tokenizer` makes it.
            outputs: Names, when others than the manifest's are wanted.

        Returns:
            For each picture what `run` would give: outputs whose first dimension is 1.

        Raises:
            NotFound: The net's file is missing.
            InvalidInput: As `run`.
        """
        wanted = self.manifest.input
        most = min(_AT_ONCE, max(1, _AT_ONCE_PX // (wanted.width * wanted.height)))
        if words or len(images) < 2 or not self._loaded.batches:
            return self._workers.map(lambda image: self._loaded.run(prepare(image, wanted), words, outputs), images)
        found: list[list[Floats]] = []
        for some in _parts(images, most):
            tensor = np.concatenate([prepare(image, wanted) for image in some])
            found += self._loaded.each(tensor, words, outputs)
        return found


class TextNet:
    """One net of a pack, from words to outputs."""

    def __init__(self, manifest: PackFile, folder: Path, workers: Workers, *, output: str | None) -> None:
        self.manifest = manifest
        self._loaded = _Loaded(manifest, folder, threads=_threads(manifest, workers), output=output)

    def each(self, words: Mapping[str, Tensor]) -> list[list[Floats]]:
        """Its outputs for each row of the words, as `Net.each`.

        Raises:
            NotFound: The net's file is missing.
            InvalidInput: Its file has another checksum or is no net, or it wants other words.
        """
        rows = range(len(next(iter(words.values()))))
        at_once = _AT_ONCE if rows and self._loaded.batches else 1
        found: list[list[Floats]] = []
        for some in _parts(rows, at_once):
            found += self._loaded.each(None, {name: each[some[0] : some[-1] + 1] for name, each in words.items()}, None)
        return found


class _Loaded:
    """A net's file and what runs it, once it is needed; with a `size`, for an input of that height and width."""

    def __init__(
        self,
        manifest: PackFile,
        folder: Path,
        *,
        threads: int,
        output: str | None,
        size: tuple[int, int] | None = None,
    ) -> None:
        self._manifest = manifest
        self._path = folder / manifest.file
        self._threads = threads
        self._output = output
        self._size = size
        self._lock = threading.Lock()
        self._alone = False

    @property
    def batches(self) -> bool:
        with self._lock:
            return self._runtime.batches and not self._alone

    @property
    def fits(self) -> bool:
        """Whether the net can be run at its `size`."""
        with self._lock:
            return self._resized is not None

    def run(
        self, picture: Tensor | None, words: Mapping[str, Tensor] = _NO_WORDS, outputs: Sequence[str] | None = None
    ) -> list[Floats]:
        with self._lock:
            runtime = self._runtime
        try:
            return runtime.run(picture, words, outputs)
        except Exception as error:  # ONNX Runtime's own errors have no class in common
            given = [each for each in (picture, *words.values()) if each is not None]
            what = ", ".join(f"{each.shape} {each.dtype}" for each in given)
            raise InvalidInput(f"{self._path} does not take {what} as its manifest says: {_told(error)}") from error

    def each(
        self, picture: Tensor | None, words: Mapping[str, Tensor], outputs: Sequence[str] | None
    ) -> list[list[Floats]]:
        """Outputs for each picture, or for each row of words where there is none.

        Some nets say that they take any number and mean one: then, and from then on, one by one.
        """
        count = len(next(iter(words.values())) if picture is None else picture)
        if count == 1:
            return [self.run(picture, words, outputs)]
        try:
            given = self.run(picture, words, outputs)
            if all(each.shape[:1] == (count,) for each in given):
                return [[each[row : row + 1] for each in given] for row in range(count)]
        except InvalidInput:
            self.run(*_row(picture, words, 0), outputs)  # says what is wrong, if more than the number is
        self._alone = True
        return [self.run(*_row(picture, words, row), outputs) for row in range(count)]

    @cached_property
    def _resized(self) -> Runtime | None:
        """Runs the net at its size; None where it has to stay as it is."""
        check_known(self._manifest, self._path)
        if self._path.suffix != ".onnx" or self._size is None:
            return None
        return OnnxRuntime.resized(self._path, self._threads, self._output, self._size)

    @cached_property
    def _runtime(self) -> Runtime:
        if self._resized is not None:
            return self._resized
        make = OnnxRuntime if self._path.suffix == ".onnx" else LiteRuntime
        try:
            return make(self._path, self._threads, self._output)
        except Exception as error:  # ONNX Runtime's own errors have no class in common
            raise InvalidInput(f"{self._path} cannot be loaded as a net: {_told(error)}") from error


def fitting(outputs: Sequence[Floats], dimension: int) -> Floats:
    """The vector among a net's outputs for one picture or text: the first of this length, else the first at all."""
    flat = [each.ravel() for each in outputs]
    return next((each for each in flat if each.shape == (dimension,)), flat[0])


def _row(picture: Tensor | None, words: Mapping[str, Tensor], row: int) -> tuple[Tensor | None, Mapping[str, Tensor]]:
    """One of several pictures, or one row of words where there is none."""
    if picture is not None:
        return picture[row : row + 1], words
    return None, {name: each[row : row + 1] for name, each in words.items()}


def _parts(items: Sequence[Item], at_once: int) -> Iterator[Sequence[Item]]:
    return (items[start : start + at_once] for start in range(0, len(items), at_once))


def _threads(manifest: PackFile, workers: Workers) -> int:
    """Threads for one picture: all for a net that is large, or of unknown size."""
    return 1 if manifest.bytes is not None and manifest.bytes < _SMALL_BYTES else workers.threads


def _told(error: Exception) -> str:
    """What a runtime says went wrong, in one line."""
    return " ".join(str(error).split())


def prepare(image: Image, wanted: NetInput) -> Tensor:
    """A picture as the net wants it: a batch of one, in the manifest's size, colour order, layout and type."""
    if wanted.fit == "letterbox":
        scale = letterbox_scale(image, wanted)
        size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
        fitted = np.full((wanted.height, wanted.width, 3), wanted.pad, np.uint8)
        fitted[: size[1], : size[0]] = _resized(image, size, wanted)
    else:
        image = squared(image) if wanted.fit == "square" else image
        fitted = _resized(image, (wanted.width, wanted.height), wanted)
    if wanted.colours == "bgr":
        fitted = fitted[..., ::-1]
    mean, sd = np.asarray(wanted.mean, np.float32), np.asarray(wanted.sd, np.float32)
    if wanted.layout == "nchw":
        fitted, mean, sd = fitted.transpose(2, 0, 1), mean[:, None, None], sd[:, None, None]
    tensor: Tensor = np.ascontiguousarray(fitted[None])
    if wanted.kind == "float32":
        tensor = tensor.astype(np.float32)
        if np.any(mean != 0) or np.any(sd != 1):
            tensor = (tensor - mean) / sd
    return tensor


def _resized(image: Image, size: tuple[int, int], wanted: NetInput) -> Image:
    """The picture at (width, height) `size`."""
    larger = size[0] > image.shape[1] or size[1] > image.shape[0]
    if larger:
        how = cv2.INTER_CUBIC if wanted.enlarge == "cubic" else cv2.INTER_AREA
        return np.asarray(cv2.resize(image, size, interpolation=how), np.uint8)
    return shrunk(image, size)


def shrunk(image: Image, size: tuple[int, int]) -> Image:
    """The picture at a smaller size (width, height), averaged over the pixels it loses.

    Whole factors first: averaging over 2x2 or 3x3 pixels is many times faster than over 2.4x2.4.
    """
    height, width = image.shape[:2]
    whole = min(width // size[0], height // size[1])
    if whole > 1:
        image = np.asarray(cv2.resize(image, (width // whole, height // whole), interpolation=cv2.INTER_AREA), np.uint8)
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_LINEAR), np.uint8)


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
