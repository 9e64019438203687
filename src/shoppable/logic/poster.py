"""Which picture stands for a video, and how often small ones are taken for its scrub bar."""

import numpy as np

from shoppable.model.arrays import Image

_DARK, _BRIGHT, _FLAT = 0.12, 0.9, 0.06
_GOOD_LIGHT = (0.3, 0.65)
_GOOD_CONTRAST, _GOOD_COLOUR = 0.22, 0.2
_TILE_MS, _MAX_TILES = 2_000, 400


def poster_score(tile: Image, sharpness: float) -> float:
    """How well a picture would stand for its video: 0 for black, white or flat ones, more for sharp, well-lit ones.

    Args:
        tile: The picture, squeezed to some hundred pixels a side or fewer.
        sharpness: Of the full picture, in grey levels a pixel.
    """
    pixels = tile.astype(np.float32) / 255
    light = pixels.mean(axis=2)
    mean, contrast = float(light.mean()), float(light.std())
    if mean < _DARK or mean > _BRIGHT or contrast < _FLAT:
        return 0.0
    low, high = _GOOD_LIGHT
    well_lit = min(1.0, mean / low, (1 - mean) / (1 - high))
    colour = float((pixels.max(axis=2) - pixels.min(axis=2)).mean())
    lively = min(1.0, contrast / _GOOD_CONTRAST) * (0.6 + 0.4 * min(1.0, colour / _GOOD_COLOUR))
    return float(np.log1p(sharpness)) * well_lit * lively


def tile_every_ms(duration_ms: int) -> int:
    """Distance of the small pictures, in whole seconds: 2, or more for a film that would have more than 400.

    >>> tile_every_ms(90_000), tile_every_ms(3_600_000)
    (2000, 9000)
    """
    return max(_TILE_MS, -(-duration_ms // _MAX_TILES // 1000) * 1000)
