"""High dynamic range to what screens, catalog pictures and nets know: BT.2020 with PQ or HLG becomes sRGB.

Transfer functions are those of Rec. ITU-R BT.2100 (tables 4 and 5), the white of paper is 203 cd/m² (Report BT.2408),
primaries change by Report BT.2407 (matrix, then clipping). What is no brighter than 0.8 of that white comes out as it
was graded; brighter light bends towards white on its largest component, so that hues stay.
"""

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import ColorTrc
from numpy.typing import NDArray

if TYPE_CHECKING:
    from shoppable.model.arrays import Image

_WHITE_NITS = 203.0
_HLG_PEAK_NITS, _HLG_GAMMA = 1000.0, 1.2
_KNEE = 0.8
_BITS = 12
_ROWS = 64  # at a time: what they need stays in the cache
_BT2020_LUMA = np.asarray([0.2627, 0.6780, 0.0593], np.float32)
_BT709_OF_BT2020 = np.asarray(
    [[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]], np.float32
)

Light = NDArray[np.float32]


def is_hdr(frame: VideoFrame) -> bool:
    """Whether a frame says that it is in PQ or HLG."""
    return int(frame.color_trc) in (ColorTrc.SMPTE2084, ColorTrc.ARIB_STD_B67)


def mapped(signal: NDArray[Any], transfer: int) -> "Image":
    """(height, width, 3) uint8 sRGB of a picture in BT.2020.

    Args:
        signal: (height, width, 3) uint16 R'G'B', 65535 for the largest signal.
        transfer: `ColorTrc` of the frame.
    """
    out = np.empty(signal.shape, np.uint8)
    hlg = transfer == ColorTrc.ARIB_STD_B67
    for top in range(0, len(signal), _ROWS):
        light = _table(_hlg_scene if hlg else _pq)[signal[top : top + _ROWS] >> (16 - _BITS)]
        if hlg:
            luma = np.maximum(light @ _BT2020_LUMA, 1e-6)
            light *= (_HLG_PEAK_NITS / _WHITE_NITS) * luma[..., None] ** (_HLG_GAMMA - 1)
        light = light @ _BT709_OF_BT2020.T
        brightest = np.maximum(light.max(axis=-1, keepdims=True), _KNEE)
        bent = 1 - (1 - _KNEE) * np.exp((_KNEE - brightest) / (1 - _KNEE))
        light *= bent / brightest
        out[top : top + _ROWS] = _srgb()[(light.clip(0, 1) * (len(_srgb()) - 1)).astype(np.int32)]
    return out


@cache
def _table(of: Callable[[Light], Light]) -> Light:
    return np.asarray(of(np.linspace(0, 1, 1 << _BITS, dtype=np.float32)), np.float32)


def _pq(signal: Light) -> Light:
    """Light of PQ signals, 1 for the white of paper."""
    m1, m2, c1, c2, c3 = 2610 / 16384, 2523 / 32, 3424 / 4096, 2413 / 128, 2392 / 128
    power = signal.astype(np.float64) ** (1 / m2)
    nits = 10_000 * (np.maximum(power - c1, 0) / (c2 - c3 * power)) ** (1 / m1)
    return np.asarray(nits / _WHITE_NITS, np.float32)


def _hlg_scene(signal: Light) -> Light:
    """Light of the scene of HLG signals, 1 for the brightest."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    return np.asarray(np.where(signal <= 0.5, signal**2 / 3, (np.exp((signal - c) / a) + b) / 12), np.float32)


@cache
def _srgb() -> NDArray[np.uint8]:
    """sRGB (IEC 61966-2-1) of light from 0 to 1."""
    light = np.linspace(0, 1, 1 << 14)
    signal = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    return np.asarray((255 * signal).round(), np.uint8)
