"""The job `probe`: what a file holds, from its head, its first frame and its last packets."""

import logging
from collections.abc import Iterator
from fractions import Fraction

from shoppable.adapters.media.clock import Clock
from shoppable.adapters.media.containers import AVI, MPEGTS
from shoppable.adapters.media.decoding import Damage, decoded, ends_ms, seek
from shoppable.adapters.media.opening import MAX_HOURS, OpenVideo, Source, check_size, opened
from shoppable.adapters.media.outline import Outline
from shoppable.adapters.media.requests import Probe
from shoppable.adapters.media.upright import Pose, square_size
from shoppable.adapters.media.wire import Said
from shoppable.errors import InvalidInput

log = logging.getLogger(__name__)

SHORT_MS = 1_000
"""How much earlier than announced a video may end without a word."""

_FALLBACK_RATE = Fraction(25)
_MAX_MS = MAX_HOURS * 3_600_000
_TAIL_MS = 2_000


def probe(source: Source, request: Probe) -> Iterator[Said]:
    """One message: the fields of `model.video.VideoInfo`."""
    with opened(source, request.threads) as video:
        outline = outline_of(video)
        name, container, codec = video.name, video.kind.name, video.codec
        sounds = [track.codec_context for track in video.file.streams.audio if track.codec_context is not None]
        sound = sounds[0].codec.canonical_name if sounds else None
    duration_ms = _end_ms(source, request.threads, outline)
    warn_if_short(outline, duration_ms)
    if duration_ms <= 0:
        raise InvalidInput(f"{name} lasts no time at all: it is damaged or cut short; copy it again")
    if duration_ms > _MAX_MS:
        raise InvalidInput(f"{name} is longer than {MAX_HOURS} hours: cut it into parts")
    yield Said(
        {
            "container": container,
            "video_codec": codec,
            "audio_codec": sound,
            "duration_ms": duration_ms,
            "width": outline.width,
            "height": outline.height,
            "rotation": outline.pose.rotation,
            "frame_rate": float(outline.rate),
        }
    )


def outline_of(video: OpenVideo) -> Outline:
    """`InvalidInput` when no frame can be decoded, or the frames are of absurd size or far from time 0."""
    track = video.track
    frame = next(decoded(video, Damage(), after_seek=False), None)
    if frame is None:
        raise InvalidInput(
            f"{video.name} has no frame that can be decoded: it is damaged, cut short or encrypted; copy it again"
        )
    rate = track.average_rate or track.guessed_rate
    if not rate or rate <= 0:
        rate = _FALLBACK_RATE
    unit_ms = 1000 * Fraction(track.time_base or 0)
    # AVI keeps no presentation times: with B-frames its stamps are in decoding order.
    counted = frame.pts is None or (video.kind is AVI and track.codec_context.has_b_frames)
    first = frame.pts or 0
    started = video.file.start_time
    origin = min(0, first)
    if video.kind is MPEGTS:
        origin = first if started is None else min(first, round(Fraction(started, 1000) / unit_ms))
    clock = Clock(unit_ms, origin, min(Fraction(1000), 1000 / rate), counted)
    if clock.at(first) > _MAX_MS:
        raise InvalidInput(
            f"{video.name} begins {float(clock.at(first)) / 3_600_000:.0f} hours after its own time 0: "
            "set its clock back, for example `ffmpeg -i IN -c copy OUT.mp4`"
        )
    pose = Pose.of(frame)
    width, height = square_size(frame.width, frame.height, track.sample_aspect_ratio)
    if pose.swapped:
        width, height = height, width
    check_size(video.name, width, height)
    return Outline(video.name, clock, pose, width, height, rate, _declared_ms(video, clock))


def warn_if_short(outline: Outline, end_ms: int) -> None:
    """Says so in the log when the pictures end well before their announced end."""
    if outline.declared_ms is not None and outline.declared_ms - end_ms > SHORT_MS:
        log.warning(
            "%s: its pictures end at %.1f s, though %.1f s were announced; what is there is used",
            outline.name,
            end_ms / 1000,
            outline.declared_ms / 1000,
        )


def _end_ms(source: Source, threads: int, outline: Outline) -> int:
    """Where the last whole packet ends, on the video's clock; 0 when there is none.

    Read from the packets, because headers also count other tracks, and what a cut short file has lost.
    """
    clock, declared_ms = outline.clock, outline.declared_ms
    back_ms = _TAIL_MS
    while True:
        start_ms = 0 if clock.counted or declared_ms is None else max(0, int(declared_ms) - back_ms)
        with opened(source, threads) as video:
            if start_ms == 0 or seek(video, clock.tick(start_ms)):
                end_ms = max(ends_ms(video, clock), default=0)
                if end_ms or start_ms == 0:
                    return end_ms
        back_ms *= 4


def _declared_ms(video: OpenVideo, clock: Clock) -> float | None:
    """Where the video ends by its header, on its clock."""
    track, file = video.track, video.file
    if track.duration:
        return float(clock.at((track.start_time or 0) + track.duration))
    if file.duration:
        return ((file.start_time or 0) + file.duration) / 1000 - float(clock.origin * clock.unit_ms)
    return None
