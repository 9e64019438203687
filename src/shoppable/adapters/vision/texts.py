"""Texts in the channel of the pictures."""

from collections.abc import Sequence

import numpy as np

from shoppable.adapters.vision.channels import unit
from shoppable.adapters.vision.manifest import PackChannel, Text
from shoppable.adapters.vision.nets import TextNet, fitting
from shoppable.adapters.vision.words import Tokenizer
from shoppable.errors import InvalidInput
from shoppable.model.arrays import Floats


class PackTextEmbedder:
    """The text side of a pack whose net learned pictures and texts together."""

    def __init__(self, text: Text, channel: PackChannel, *, net: TextNet, tokenizer: Tokenizer) -> None:
        self._text = text
        self._dimension = channel.dimension
        self._net = net
        self._tokenizer = tokenizer

    @property
    def channel(self) -> str:
        """The channel of the pack's space that its vectors compare with."""
        return self._text.channel

    @property
    def logit_scale(self) -> float:
        """Log-odds for a cosine of 1, as the nets were trained."""
        return self._text.logit_scale

    def embed_texts(self, texts: Sequence[str]) -> Floats:
        """(n, d) float32 of unit length, n texts in order. `InvalidInput` when the net gives another length."""
        vectors = np.zeros((len(texts), self._dimension), np.float32)
        outputs = self._net.each(self._tokenizer.words(texts))
        for row, given in zip(vectors, outputs, strict=True):
            vector = fitting(given, self._dimension)
            if vector.shape != row.shape:
                raise InvalidInput(
                    f"net {self._text.net} gave {vector.shape} for a text, channel {self.channel} has {self._dimension}"
                )
            row[:] = unit(vector)
        return vectors
