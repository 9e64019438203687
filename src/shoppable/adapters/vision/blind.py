"""A `Localizer` without eyes: what work on a video costs before anything is looked for."""

from collections.abc import Sequence

from shoppable.model.arrays import Image
from shoppable.model.geometry import WHOLE
from shoppable.model.seen import Kind, Region


class SeesNothing:
    """Fits `ports.Localizer`. Frames hold nothing; of a picture, all of it is the product."""

    def in_pictures(self, pictures: Sequence[Image], kinds: Sequence[Kind]) -> list[Region]:
        """The whole of each picture."""
        return [Region(box=WHOLE, kind=kind, confidence=0.0) for _, kind in zip(pictures, kinds, strict=True)]

    def why_no_product(self, picture: Image) -> str | None:  # noqa: ARG002 - it does not look
        """Nothing is known against any picture."""
        return None

    def in_frames(self, frames: Sequence[Image]) -> list[list[Region]]:
        """No regions."""
        return [[] for _ in frames]
