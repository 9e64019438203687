"""Who sees the frames of a scan as they are decoded. A new one is a class and a line in `SINKS`."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Protocol

from av.video.frame import VideoFrame

from shoppable.adapters.media.cutting import RENDITIONS
from shoppable.adapters.media.encoding import Renditions
from shoppable.adapters.media.outline import Outline
from shoppable.adapters.media.upright import Easel
from shoppable.adapters.media.wire import Said

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


class Sampler(Protocol):
    """Which frames of a span are looked at in full."""

    def wants(self, t_ms: int, plane: "Image | None") -> bool:
        """Asked once for each frame in order, beginning before the span: those frames come without a plane, and their
        answer does not count."""


class EveryMs:
    """The first frame at or after each multiple of a step.

    >>> step = EveryMs(400)
    >>> [step.wants(t_ms, None) for t_ms in (0, 360, 399, 433, 466)]
    [True, False, False, True, False]
    """

    def __init__(self, every_ms: int) -> None:
        self._every_ms = every_ms
        self._before: int | None = None

    def wants(self, t_ms: int, plane: "Image | None") -> bool:  # noqa: ARG002 - time alone decides
        """See `Sampler`."""
        before, self._before = self._before, t_ms
        return before is None or t_ms // self._every_ms > before // self._every_ms


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
