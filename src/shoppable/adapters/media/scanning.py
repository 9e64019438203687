"""The job `scan`: one decode of a span, whose frames all who want them see."""

import math
from collections.abc import Generator, Iterator
from contextlib import closing
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

from av.video.frame import VideoFrame

from shoppable.adapters.media.clock import Clock
from shoppable.adapters.media.decoding import Damage, beginnings, decoded, seek
from shoppable.adapters.media.opening import OpenVideo, Source, opened
from shoppable.adapters.media.probing import SHORT_MS, outline_of, warn_if_short
from shoppable.adapters.media.requests import Scan
from shoppable.adapters.media.sinks import SINKS, Glances
from shoppable.adapters.media.upright import Easel
from shoppable.adapters.media.wire import Said
from shoppable.logic.sampling import Sampler

if TYPE_CHECKING:
    from shoppable.model.sampling import Sampling


def scan(source: Source, request: Scan) -> Iterator[Said]:
    """Each frame in the span, shown to each sink; the glances come first."""
    with opened(source, request.threads) as video:
        outline = outline_of(video)
    easel = Easel(outline.pose, outline.width, outline.height)
    how = SimpleNamespace(**request.sampling)
    after_ms: int | None = how.after_keyframes_ms
    others = [SINKS[name](outline, options) for name, options in request.sinks.items()]
    sinks = [Glances(easel, Sampler(cast("Sampling", how))), *others]
    last_ms: int | None = None
    damage = Damage()
    with closing(_frames(source, request.threads, outline.clock, request.start_ms, after_ms, damage)) as frames:
        for t_ms, frame in frames:
            if t_ms >= request.end_ms:
                for sink in sinks:
                    sink.beyond(t_ms, frame)
                break
            last_ms = t_ms
            if t_ms < request.start_ms:
                source.alive()
                continue
            plane = easel.plane(frame)
            for sink in sinks:
                yield from sink.take(t_ms, frame, plane)
        else:
            if last_ms is not None and after_ms is None and request.end_ms - last_ms > SHORT_MS:
                warn_if_short(outline, last_ms)
    damage.tell(outline.name)
    for sink in sinks:
        yield from sink.end()


def _frames(
    source: Source, threads: int, clock: Clock, from_ms: int, after_ms: int | None, damage: Damage
) -> Generator[tuple[int, VideoFrame]]:
    """Frames with their times, beginning at or before the first one from `from_ms` on.

    A keyframe shown at `from_ms` is a good start, or one before it: then all that follows can be decoded. Containers
    seek by decoding time, so the try is repeated further back. With `after_ms`, what comes later than that after a
    keyframe is passed over, unless frames have to be counted.
    """

    def read(video: OpenVideo, *, after_seek: bool) -> Iterator[VideoFrame]:
        if after_ms is None or clock.counted:
            return decoded(video, damage, after_seek=after_seek)
        return beginnings(video, math.ceil(after_ms / clock.unit_ms))

    back_ms = -1
    while True:
        start_ms = 0 if clock.counted or from_ms == 0 else max(0, from_ms - back_ms)
        damage.lost = damage.hurt = 0
        with opened(source, threads) as video:
            if start_ms == 0:
                yield from clock.timed(read(video, after_seek=False), video.name)
                return
            if seek(video, clock.tick(start_ms)):
                frames = clock.timed(read(video, after_seek=True), video.name)
                first = next(frames, None)
                if first is not None and first[0] <= from_ms:
                    yield first
                    yield from frames
                    return
                back_ms = max(1_000, 2 * back_ms) if back_ms > 0 else 1
            else:
                back_ms = from_ms
