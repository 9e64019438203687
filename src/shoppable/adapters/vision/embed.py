"""The embedder of a pack: every channel of every crop."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from shoppable.adapters.vision.channels import colour, texture, unit
from shoppable.adapters.vision.manifest import Pack, PackChannel
from shoppable.adapters.vision.nets import Net
from shoppable.errors import InvalidInput
from shoppable.model.arrays import Crop, Floats, Image
from shoppable.model.space import Space


class PackEmbedder:
    """Channels of a pack side by side, each of unit length."""

    def __init__(self, pack: Pack, nets: Mapping[str, Net]) -> None:
        self._space = pack.space
        self._channels = [(channel, _source(channel, nets)) for channel in pack.channel]

    @property
    def space(self) -> Space:
        """The space of its vectors."""
        return self._space

    def embed(self, crops: Sequence[Crop]) -> Floats:
        """(n, d) float32, n crops in order. `InvalidInput` when a net gives another length than its manifest says."""
        vectors = np.zeros((len(crops), self._space.dimension), np.float32)
        for row, crop in zip(vectors, crops, strict=True):
            start = 0
            for channel, look in self._channels:
                part = look(crop.image)
                if part.shape != (channel.dimension,):
                    raise InvalidInput(f"channel {channel.name} gave {part.shape}, its pack says {channel.dimension}")
                row[start : start + channel.dimension] = part
                start += channel.dimension
        return vectors


def _source(channel: PackChannel, nets: Mapping[str, Net]) -> Callable[[Image], Floats]:
    match channel.source:
        case "colour":
            return colour
        case "texture":
            return texture
        case "net":
            net = nets[channel.net or ""]
            return lambda image: unit(net.run(image)[0].ravel())
