"""From a mask to the crop that is embedded."""

import numpy as np

from shoppable.model.arrays import Crop, Image, Mask
from shoppable.model.geometry import Box
from shoppable.model.seen import Kind
from shoppable.steps.seeing import cut

_LEAST_PART = 0.3
_LEAST_PX = 8


def masked_crop(picture: Image, mask: Mask, box: Box, kind: Kind) -> Crop:
    """The part of a picture in a box, with its part of the mask."""
    wide = np.repeat(mask[..., None], 3, axis=2).astype(np.uint8)
    return Crop(cut(picture, box), kind, cut(wide, box)[..., 0] > 0)


def tightened(mask: Mask, box: Box) -> Box:
    """The box around a mask; on each side at least so near to `box` that three tenths of its extent are left."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return box
    height, width = mask.shape
    tight = Box.clipped(columns[0] / width, rows[0] / height, (columns[-1] + 1) / width, (rows[-1] + 1) / height)
    if tight.width < _LEAST_PART * box.width or tight.height < _LEAST_PART * box.height:
        return box
    if tight.width * width < _LEAST_PX or tight.height * height < _LEAST_PX:
        return box
    return tight
