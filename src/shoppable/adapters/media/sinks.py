"""Who sees the frames of a scan as they are decoded. A new one is a class and a line in `SINKS`."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Protocol

from av.video.frame import VideoFrame

from shoppable.adapters.media.cutting import RENDITIONS
from shoppable.adapters.media.encoding import Renditions
from shoppable.adapters.media.outline import Outline
from shoppable.adapters.media.upright import Easel
from shoppable.adapters.media.wire import Said
from shoppable.logic.sampling import Sampler

if TYPE_CHECKING:
    from shoppable.model.arrays import Image


class Sink(Protocol):
    """Somebody who wants each decoded frame of a span, in order."""

    def take(self, t_ms: int, frame: VideoFrame, plane: "Image") -> Iterator[Said]:
        """Looks at a frame, and says what there is to say. The frame is as decoded: neither upright nor RGB.

        Args:
            t_ms: Its presentation time.
            frame: Not to be changed.
            plane: (36, 64, 3) uint8 RGB, the whole upright frame squeezed to that size.
        """

    def beyond(self, t_ms: int, frame: VideoFrame) -> None:
        """Looks at the first frame after the span, before `end`; not called when the video ends with the span."""

    def end(self) -> Iterator[Said]:
        """After the last frame of the span. Not called when the scan fails or is given up."""


class Glances:
    """The planes of all frames and the pictures of those that are sampled: what `Media.scan` gives."""

    def __init__(self, easel: Easel, sampler: Sampler) -> None:
        self._easel = easel
        self._sampler = sampler

    def take(self, t_ms: int, frame: VideoFrame, plane: "Image") -> Iterator[Said]:
        """See `Sink`."""
        if not self._sampler.wants(t_ms, plane):
            yield Said({"t": t_ms}, (plane,))
            return
        image = self._easel.image(frame)
        yield Said({"t": t_ms, "size": image.shape[:2]}, (plane, image))

    def beyond(self, t_ms: int, frame: VideoFrame) -> None:
        """See `Sink`."""

    def end(self) -> Iterator[Said]:
        """See `Sink`."""
        return iter(())


SINKS: dict[str, Callable[[Outline, dict[str, Any]], Sink]] = {RENDITIONS: Renditions}
"""By name, what makes a sink of the video's outline and the options in the request. What it says must have a head with
`of`, its name: `LibavMedia.scan` hands that to whoever asked for the sink."""
