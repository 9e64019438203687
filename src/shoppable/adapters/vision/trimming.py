"""Letterboxed nets without most of their padding: a wide frame in a square is nearly half grey, and costs as much.

A net of convolutions alone takes any size. Its file fixes one, in the declared shape of its input and nowhere else, so
that the same file serves with another number in that place.
"""

import math
from collections.abc import Sequence

from shoppable.adapters.vision.manifest import NetInput
from shoppable.model.arrays import Image


def trimmed(wanted: NetInput, image: Image, block_px: int) -> NetInput:
    """The input of a letterboxed net with no more padding than whole blocks need; others as they are.

    Args:
        wanted: Of the whole net.
        image: What it is to see, (height, width, 3).
        block_px: What both sides must be a multiple of: the largest stride of the net.
    """
    if wanted.fit != "letterbox" or wanted.layout != "nchw":
        return wanted
    height, width = image.shape[:2]
    scale = min(wanted.width / width, wanted.height / height)
    sides = (max(1, math.ceil(round(side * scale) / block_px)) * block_px for side in (height, width))
    tall, wide = (min(side, most) for side, most in zip(sides, (wanted.height, wanted.width), strict=True))
    return wanted.model_copy(update={"height": tall, "width": wide})


def with_shape(model: bytes, declared: Sequence[int], wanted: Sequence[int]) -> bytes | None:
    """An ONNX file whose input has another shape; None where its bytes do not tell one place to change.

    In protocol buffers, a shape is a run of messages, one for each dimension, and each number takes as many bytes as
    its size needs (onnx.proto, `TensorShapeProto`): one of as many bytes can stand in its place.
    """
    before, after = _shape_bytes(declared), _shape_bytes(wanted)
    if model.count(before) != 1 or len(before) != len(after):
        return None
    return model.replace(before, after)


def _shape_bytes(shape: Sequence[int]) -> bytes:
    """Field 1 of a shape for each dimension, each with the number as its field 1."""
    numbers = [b"\x08" + _varint(each) for each in shape]
    return b"".join(b"\x0a" + _varint(len(each)) + each for each in numbers)


def _varint(number: int) -> bytes:
    """Seven bits a byte, the lowest first; all but the last have their top bit set."""
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)
