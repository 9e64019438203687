"""What a chunk gives for the stills of a video, from the pictures that were sampled anyway."""

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from shoppable.logic.poster import poster_score, tile_every_ms
from shoppable.model.arrays import Image
from shoppable.model.time import Span
from shoppable.model.video import VideoInfo

TILE_SIDE_PX = 160
"""Longer side of a small picture."""

_POSTER_SIDE_PX = 1280
_LINES = 64


class Tiles:
    """Small pictures of a chunk at even distances, and the one of those moments that would stand best for the video."""

    def __init__(self, chunk: Span, info: VideoInfo) -> None:
        self._every_ms = tile_every_ms(info.duration_ms)
        self._before_ms = chunk.start_ms - 1
        scale = TILE_SIDE_PX / max(info.width, info.height)
        self._size = max(1, round(info.width * scale)), max(1, round(info.height * scale))
        self._times: list[int] = []
        self._tiles: list[Image] = []
        self._poster, self._score, self._poster_ms = b"", -1.0, 0

    def add(self, t_ms: int, image: Image) -> None:
        """Takes note of a sampled picture when its turn has come."""
        due = t_ms // self._every_ms > self._before_ms // self._every_ms
        self._before_ms = t_ms
        if not due:
            return
        small = Pillow.fromarray(image).resize(self._size, Pillow.Resampling.BILINEAR, reducing_gap=2.0)
        tile = np.asarray(small, np.uint8)
        self._times.append(t_ms)
        self._tiles.append(tile)
        score = poster_score(tile, _sharpness(image))
        if score > self._score:
            self._poster, self._score, self._poster_ms = as_jpeg(image, _POSTER_SIDE_PX), score, t_ms

    def arrays(self) -> dict[str, NDArray[Any]]:
        """All of it: `times_ms` (n,), `tiles` (n, height, width, 3), and the best picture as a JPEG with its score."""
        width, height = self._size
        return {
            "times_ms": np.asarray(self._times, np.int64),
            "tiles": np.stack(self._tiles) if self._tiles else np.zeros((0, height, width, 3), np.uint8),
            "poster": np.frombuffer(self._poster, np.uint8),
            "score": np.asarray([self._score, self._poster_ms], np.float64),
        }


def as_jpeg(image: Image, side_px: int | None = None, quality: int = 85) -> bytes:
    """A picture as JPEG, its longer side at most `side_px`."""
    picture = Pillow.fromarray(image)
    if side_px is not None:
        picture.thumbnail((side_px, side_px), Pillow.Resampling.BICUBIC)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality)
    return out.getvalue()


def _sharpness(image: Image) -> float:
    """Mean absolute step of the green channel from pixel to pixel, along some lines, in grey levels."""
    rows = image[:: max(1, len(image) // _LINES), :, 1].astype(np.int16)
    return float(np.abs(np.diff(rows, axis=1)).mean()) if rows.shape[1] > 1 else 0.0
