"""A catalog picture as cameras might see it: other light, other sharpness, other edges, other backgrounds."""

import cv2
import numpy as np

from shoppable.model.arrays import Floats, Image, Mask

VIEWS = 4
"""Augmented crops of a picture: more of them did not help, fewer leave the covariance thin."""

_LOOSE = (-0.10, 0.12)
_LONG_SIDE_PX = (130, 420)
_EXPOSURE, _TEMPERATURE, _GAMMA = 0.2, 0.09, 0.15
_SHADING = 0.35
_BLUR_PX = (0.3, 1.4)


def augmented(image: Image, mask: Mask, seed: int) -> list[Image]:
    """`VIEWS` pictures of the thing in the mask, around its box, before blurred backgrounds of all colours.

    What a net makes of the background has to differ from view to view as wildly as it can, so that the metric learns
    to pay it no heed: before muted ones a net is right for a third as many garments outdoors.

    Args:
        image: (height, width, 3) uint8 RGB.
        mask: Where the thing is.
        seed: The same seed gives the same views.
    """
    draw = np.random.default_rng(seed)
    return [_view(image, mask, draw) for _ in range(VIEWS)]


def tight(mask: Mask) -> tuple[int, int, int, int]:
    """The smallest box around a mask in px: x0, y0, x1, y1, ends exclusive; all of it when the mask is empty."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return 0, 0, mask.shape[1], mask.shape[0]
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def _view(image: Image, mask: Mask, draw: np.random.Generator) -> Image:
    cut, covered = _loosely_cut(image, mask, draw)
    scale = min(1.0, draw.uniform(*_LONG_SIDE_PX) / max(cut.shape[:2]))
    size = (max(8, int(cut.shape[1] * scale)), max(8, int(cut.shape[0] * scale)))
    thing = _resized(cut, size)
    share = cv2.GaussianBlur(_resized(covered, size), (0, 0), 0.8)[..., None]
    view = thing * share + _background(size, draw) * (1 - share)
    warm, cold = 1 + draw.normal(0, _TEMPERATURE), 1 + draw.normal(0, _TEMPERATURE)
    gain = np.exp(draw.normal(0, _EXPOSURE)) * np.asarray([warm, 1, cold])
    view = 255 * (np.clip(view * gain, 0, 255) / 255) ** np.exp(draw.normal(0, _GAMMA))
    view = cv2.GaussianBlur(view * _shading(size, draw), (0, 0), draw.uniform(*_BLUR_PX))
    if draw.random() < 0.5:
        view = view[:, ::-1]
    return np.ascontiguousarray(np.clip(view, 0, 255), np.uint8)


def _loosely_cut(image: Image, mask: Mask, draw: np.random.Generator) -> tuple[Floats, Floats]:
    """The thing's box with its edges moved, as float pixels and as the share of the thing in each."""
    x0, y0, x1, y1 = tight(mask)
    wide, tall = x1 - x0, y1 - y0
    jitter = draw.uniform(*_LOOSE, 4)
    left, top = int(x0 - jitter[0] * wide), int(y0 - jitter[1] * tall)
    right, bottom = max(int(x1 + jitter[2] * wide), left + 8), max(int(y1 + jitter[3] * tall), top + 8)
    edge = max(0, -left, -top, right - image.shape[1], bottom - image.shape[0])
    padded = np.pad(image, ((edge, edge), (edge, edge), (0, 0)), mode="edge")
    share = np.pad(mask.astype(np.float32), edge)
    rows, columns = slice(top + edge, bottom + edge), slice(left + edge, right + edge)
    return padded[rows, columns].astype(np.float32), share[rows, columns]


def _background(size: tuple[int, int], draw: np.random.Generator) -> Floats:
    """Blurred patches of any colour, finer ones over coarse ones: (height, width, 3) in 0..255."""
    width, height = size
    cells = int(draw.integers(2, 5))
    coarse = draw.uniform(30, 230, (cells, cells, 1)) + draw.normal(0, 35, (cells, cells, 3))
    fine = draw.normal(0, 12, (max(2, height // 16), max(2, width // 16), 3))
    plate = cv2.resize(coarse.astype(np.float32), size, interpolation=cv2.INTER_CUBIC)
    return np.asarray(np.clip(plate + cv2.resize(fine.astype(np.float32), size), 0, 255), np.float32)


def _resized(plane: Floats, size: tuple[int, int]) -> Floats:
    return np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_AREA), np.float32)


def _shading(size: tuple[int, int], draw: np.random.Generator) -> Floats:
    """Light that falls off evenly in some direction: (height, width, 1), at most 1."""
    width, height = size
    depth, angle = draw.uniform(0, _SHADING), draw.uniform(0, 2 * np.pi)
    rows, columns = np.linspace(-1, 1, height)[:, None], np.linspace(-1, 1, width)[None]
    light = 1 - depth / 2 + depth / 2 * (columns * np.cos(angle) + rows * np.sin(angle))
    return np.asarray(light[..., None], np.float32)
