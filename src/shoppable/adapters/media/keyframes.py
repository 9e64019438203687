"""The job `keyframes`: where decoding can begin, found from packets alone."""

from collections.abc import Iterator

from shoppable.adapters.media.clock import Clock
from shoppable.adapters.media.decoding import packets, seek
from shoppable.adapters.media.opening import OpenVideo, Source, opened
from shoppable.adapters.media.probing import outline_of
from shoppable.adapters.media.requests import Keyframes
from shoppable.adapters.media.wire import Said

"""How many packets without a decoding time may follow a keyframe before it counts as passed."""


def keyframes(source: Source, request: Keyframes) -> Iterator[Said]:
    """One message, `at_ms`: times of keyframes near those asked for, ascending, none twice, none at the beginning."""
    with opened(source, request.threads) as video:
        clock = outline_of(video).clock
    found: list[int] = []
    if not clock.counted:
        with opened(source, request.threads) as video:
            for near_ms in request.near_ms:
                source.alive()
                at_ms = _keyframe(video, clock, near_ms)
                if at_ms is not None and max([0, *found[-1:]]) < at_ms <= near_ms:
                    found.append(at_ms)
    yield Said({"at_ms": found})


def _keyframe(video: OpenVideo, clock: Clock, near_ms: int) -> int | None:
    """When the last keyframe up to `near_ms` is shown.

    Transport streams have no index: a seek there may lead past it, and is repeated further back.
    """
    back_ms = 0
    while back_ms < near_ms and seek(video, clock.tick(near_ms - back_ms)):
        found = None
        for packet in packets(video):
            if packet.pts is not None and packet.is_keyframe:
                at_ms = round(clock.at(packet.pts))
                if at_ms > near_ms:
                    break
                found = at_ms
            if packet.dts is not None and clock.at(packet.dts) > near_ms:
                break
        if found is not None:
            return found
        back_ms = max(1_000, 4 * back_ms)
    return None
