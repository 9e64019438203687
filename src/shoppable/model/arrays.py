"""Arrays in flight: pictures, frames, vectors. Checked on making, shown by shape instead of contents."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from shoppable.errors import InvalidInput
from shoppable.model.seen import Kind

Image = NDArray[np.uint8]
"""A picture: (height, width, 3) uint8 RGB, upright."""

Mask = NDArray[np.bool_]
"""Which pixels are meant: (height, width) bool."""

Floats = NDArray[np.float32]
"""float32 of the shape the docstring names."""


def check_image(image: Image) -> Image:
    """Returns the picture, or raises `InvalidInput` with the offending shape."""
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8 or 0 in image.shape:
        raise InvalidInput(f"a picture must be (height, width, 3) uint8, not {image.shape} {image.dtype}")
    return image


@dataclass(frozen=True, repr=False)
class Glance:
    """One decoded frame: a small plane always, the full picture when it was sampled.

    Attributes:
        t_ms: Presentation time in ms from the start of the video.
        plane: (36, 64, 3) uint8 RGB, the whole frame squeezed to that size.
        image: (height, width, 3) uint8 RGB upright frame, or None when the frame is not a sample.
    """

    t_ms: int
    plane: Image
    image: Image | None

    def __repr__(self) -> str:
        return f"Glance(t_ms={self.t_ms}, sampled={self.image is not None})"


@dataclass(frozen=True, repr=False)
class Crop:
    """A region cut out of a picture, to be embedded.

    Attributes:
        image: (height, width, 3) uint8 RGB.
        kind: What sort of region it is.
        mask: (height, width) bool: what of it is the thing; None when all of it counts.
    """

    image: Image
    kind: Kind
    mask: Mask | None = None

    def __post_init__(self) -> None:
        check_image(self.image)
        if self.mask is not None and self.mask.shape != self.image.shape[:2]:
            raise InvalidInput(f"a mask of {self.mask.shape} does not cover a picture of {self.image.shape}")

    def __repr__(self) -> str:
        return f"Crop({self.kind}, {self.image.shape[1]}x{self.image.shape[0]} px)"


@dataclass(frozen=True)
class LocalFeatures:
    """Corners of a picture and what they look like.

    Attributes:
        points: (n, 2) float32, x and y in [0, 1] of the picture.
        descriptors: (n, d) uint8: what is around each, as far as a byte says it.
        shape: Height and width of the described picture in px.
    """

    points: Floats
    descriptors: NDArray[np.uint8]
    shape: tuple[int, int]

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Arrays to be stored."""
        return {"points": self.points, "descriptors": self.descriptors, "shape": np.asarray(self.shape)}

    @classmethod
    def unpacked(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """The features from the arrays of `arrays`."""
        height, width = (int(side) for side in arrays["shape"])
        return cls(arrays["points"], arrays["descriptors"], (height, width))


@dataclass(frozen=True)
class Agreement:
    """How well two pictures show the same printed surface.

    Attributes:
        inliers: Local features that agree on one homography; 0 when there is none.
        box: (4,) float32: where the part of the catalog picture that agrees lies in the seen one, with some margin,
            xyxy in [0, 1] of it; it may reach beyond.
    """

    inliers: int
    box: Floats


NO_AGREEMENT = Agreement(inliers=0, box=np.asarray([0, 0, 1, 1], np.float32))


@dataclass(frozen=True, repr=False)
class VectorRows:
    """Vectors of catalog pictures, one row a picture.

    Attributes:
        product_ids: n ids; a product has one row for each of its pictures.
        picture_ids: n ids; product and picture together name a row.
        vectors: (n, d) float32.
    """

    product_ids: Sequence[str]
    picture_ids: Sequence[str]
    vectors: Floats

    def __post_init__(self) -> None:
        if not len(self.product_ids) == len(self.picture_ids) == len(self.vectors) or self.vectors.ndim != 2:
            raise InvalidInput(
                f"rows disagree: {len(self.product_ids)} products, {len(self.picture_ids)} pictures, "
                f"vectors of shape {self.vectors.shape}"
            )

    def __len__(self) -> int:
        return len(self.product_ids)

    def __repr__(self) -> str:
        return f"VectorRows(n={len(self)}, d={self.vectors.shape[1]})"


@dataclass(frozen=True)
class Hit:
    """A catalog picture near a query; `similarity` is the inner product."""

    product_id: str
    picture_id: str
    similarity: float


def packed(**arrays: NDArray[Any]) -> bytes:
    """Arrays as the bytes of an uncompressed `.npz`; equal arrays give equal bytes."""
    out = io.BytesIO()
    np.savez(out, allow_pickle=False, **arrays)
    return out.getvalue()


def unpacked(data: bytes) -> dict[str, NDArray[Any]]:
    """The arrays of `packed`."""
    with np.load(io.BytesIO(data), allow_pickle=False) as stored:
        return {name: stored[name] for name in stored.files}


@dataclass(frozen=True, repr=False)
class Sightings:
    """Boxes seen in the sampled frames of a stretch of video, by time.

    Attributes:
        times_ms: (n,) int64, ascending; a frame with several boxes repeats its time.
        boxes: (n, 4) float32, xyxy in [0, 1] of the upright frame.
        kinds: (n,) text: what sort of thing each box holds.
        confidence: (n,) float32 in [0, 1]: of the localizer.
        sharpness: (n,) float32: mean gradient of the crop, 0 for a flat one.
        thumbnails: (n, d) float32 in [0, 1]: each crop squeezed to a few pixels, to know it again in the next frame.
    """

    times_ms: NDArray[np.int64]
    boxes: Floats
    kinds: NDArray[np.str_]
    confidence: Floats
    sharpness: Floats
    thumbnails: Floats

    def __post_init__(self) -> None:
        lengths = {name: len(values) for name, values in vars(self).items()}
        if len(set(lengths.values())) > 1 or self.boxes.shape[1:] != (4,) or self.thumbnails.ndim != 2:
            raise InvalidInput(f"sightings disagree: {lengths}, boxes {self.boxes.shape}")

    def __len__(self) -> int:
        return len(self.times_ms)

    def __repr__(self) -> str:
        return f"Sightings(n={len(self)})"
