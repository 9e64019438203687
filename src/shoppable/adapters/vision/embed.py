"""The embedder of a pack: every channel of every crop."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from shoppable.adapters.vision.augment import VIEWS, augmented
from shoppable.adapters.vision.channels import colour, layout, texture, unit
from shoppable.adapters.vision.manifest import Pack, PackChannel
from shoppable.adapters.vision.nets import Net, fitting
from shoppable.adapters.vision.workers import Workers
from shoppable.errors import InvalidInput
from shoppable.model.arrays import Crop, Floats, Image, Mask
from shoppable.model.space import Space

_GREY = 128

Look = Callable[[Sequence[Image], Sequence[Mask | None]], Sequence[Floats]]


class PackEmbedder:
    """Channels of a pack side by side, each of unit length.

    A net looks at a crop twice: as it is, and with all but the thing greyed out; background and cut-out edges each
    mislead it, and seldom in the same way.
    """

    def __init__(self, pack: Pack, nets: Mapping[str, Net], workers: Workers) -> None:
        self._space = pack.space
        self._channels = [(channel, _source(channel, nets, workers)) for channel in pack.channel]
        self._workers = workers

    @property
    def space(self) -> Space:
        """The space of its looks."""
        return self._space

    def embed(self, crops: Sequence[Crop]) -> Floats:
        """(n, d) float32, n crops in order. `InvalidInput` when a net gives another length than its manifest says."""
        images, masks = [crop.image for crop in crops], [crop.mask for crop in crops]
        return np.concatenate([_channel(*each, images, masks) for each in self._channels], axis=1)

    def embed_augmented(self, crops: Sequence[Crop], seeds: Sequence[int]) -> tuple[Floats, Floats]:
        """Looks of catalog pictures, and their learned channels in augmented views, whose mean those looks hold."""
        images, masks = [crop.image for crop in crops], [crop.mask for crop in crops]
        drawn: list[Image] = []
        if self._space.learned:
            for views in self._workers.map(lambda pair: _views(*pair), list(zip(crops, seeds, strict=True))):
                drawn += views
        looks: list[Floats] = []
        learned = [np.zeros((len(crops), VIEWS, 0), np.float32)]
        for channel, look in self._channels:
            if channel.learned:
                views_of = _channel(channel, look, drawn, [None] * len(drawn)).reshape(-1, VIEWS, channel.dimension)
                learned.append(views_of)
                looks.append(
                    np.stack([unit(views.mean(axis=0)) for views in views_of]) if len(crops) else views_of[:, 0]
                )
            else:
                looks.append(_channel(channel, look, images, masks))
        return np.concatenate(looks, axis=1), np.concatenate(learned, axis=2)


def _channel(channel: PackChannel, look: Look, images: Sequence[Image], masks: Sequence[Mask | None]) -> Floats:
    """(n, dimension) float32: one channel of n crops."""
    rows = np.zeros((len(images), channel.dimension), np.float32)
    for row, part in zip(rows, look(images, masks), strict=True):
        if part.shape != (channel.dimension,):
            raise InvalidInput(f"channel {channel.name} gave {part.shape}, its pack says {channel.dimension}")
        row[:] = part
    return rows


def _views(crop: Crop, seed: int) -> list[Image]:
    return augmented(crop.image, np.ones(crop.image.shape[:2], np.bool_) if crop.mask is None else crop.mask, seed)


def _source(channel: PackChannel, nets: Mapping[str, Net], workers: Workers) -> Look:
    match channel.source:
        case "colour" | "layout" | "texture":
            measure = {"colour": colour, "layout": layout, "texture": texture}[channel.source]
            return lambda images, masks: workers.map(lambda pair: measure(*pair), list(zip(images, masks, strict=True)))
        case "net":
            net = nets[channel.net or ""]
            return _twice(lambda images: [unit(fitting(found, channel.dimension)) for found in net.each(images)])


def _twice(look: Callable[[Sequence[Image]], list[Floats]]) -> Look:
    """What crops look like as they are, and the thing in them alone, in one."""

    def both(images: Sequence[Image], masks: Sequence[Mask | None]) -> list[Floats]:
        parts = look(images)
        cut_out = [number for number, mask in enumerate(masks) if mask is not None and not mask.all()]
        alone = look([_greyed(images[number], masks[number]) for number in cut_out])
        for number, part in zip(cut_out, alone, strict=True):
            parts[number] = unit(parts[number] + part)
        return parts

    return both


def _greyed(image: Image, mask: Mask | None) -> Image:
    """The picture, all but the thing in it grey."""
    assert mask is not None  # only crops with a mask come here
    return np.asarray(np.where(mask[..., None], image, np.uint8(_GREY)), np.uint8)
