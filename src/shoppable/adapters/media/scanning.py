"""The job `scan`: one decode of a span, whose frames all who want them see."""

from collections.abc import Generator, Iterator
from contextlib import closing

from av.video.frame import VideoFrame

from shoppable.adapters.media.clock import Clock
from shoppable.adapters.media.decoding import Damage, decoded, seek
from shoppable.adapters.media.keyframes import before_ms
from shoppable.adapters.media.opening import Source, opened
from shoppable.adapters.media.probing import SHORT_MS, outline_of, warn_if_short
from shoppable.adapters.media.requests import Scan
from shoppable.adapters.media.sinks import SINKS, EveryMs, Glances
from shoppable.adapters.media.upright import Easel
from shoppable.adapters.media.wire import Said


def scan(source: Source, request: Scan) -> Iterator[Said]:
    """Each frame in the span, shown to each sink; the glances come first."""
    with opened(source, request.threads) as video:
        outline = outline_of(video)
    easel = Easel(outline.pose, outline.width, outline.height)
    sampler = EveryMs(request.every_ms)
    sinks = [Glances(easel, sampler), *(SINKS[name](outline, options) for name, options in request.sinks.items())]
    last_ms: int | None = None
    damage = Damage()
    earlier_ms = before_ms(source, request.threads, outline.clock, request.start_ms)
    with closing(_frames(source, request.threads, outline.clock, request.start_ms, damage)) as frames:
        for t_ms, frame in frames:
            if last_ms is None and t_ms >= request.start_ms and earlier_ms is not None:
                sampler.wants(earlier_ms, None)
            if t_ms >= request.end_ms:
                for sink in sinks:
                    sink.beyond(t_ms, frame)
                break
            last_ms = t_ms
            if t_ms < request.start_ms:
                sampler.wants(t_ms, None)
                source.alive()
                continue
            plane = easel.plane(frame)
            for sink in sinks:
                yield from sink.take(t_ms, frame, plane)
        else:
            if last_ms is not None and request.end_ms - last_ms > SHORT_MS:
                warn_if_short(outline, last_ms)
    damage.tell(outline.name)
    for sink in sinks:
        yield from sink.end()


def _frames(
    source: Source, threads: int, clock: Clock, from_ms: int, damage: Damage
) -> Generator[tuple[int, VideoFrame]]:
    """Frames with their times, beginning at or before the first one from `from_ms` on.

    A keyframe shown at `from_ms` is a good start, or one before it: then all that follows can be decoded. Containers
    seek by decoding time, so the try is repeated further back.
    """
    back_ms = -1
    while True:
        start_ms = 0 if clock.counted or from_ms == 0 else max(0, from_ms - back_ms)
        damage.lost = damage.hurt = 0
        with opened(source, threads) as video:
            if start_ms == 0:
                yield from clock.timed(decoded(video, damage, after_seek=False), video.name)
                return
            if seek(video, clock.tick(start_ms)):
                frames = clock.timed(decoded(video, damage, after_seek=True), video.name)
                first = next(frames, None)
                if first is not None and first[0] <= from_ms:
                    yield first
                    yield from frames
                    return
                back_ms = max(1_000, 2 * back_ms) if back_ms > 0 else 1
            else:
                back_ms = from_ms
