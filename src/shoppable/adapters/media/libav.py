"""`Media` by PyAV, which carries its own FFmpeg: probing, and one decode that serves shots and samples alike."""

import logging
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from av.video.frame import VideoFrame

from shoppable.adapters.media.clock import Clock, exact, first_of_multiple
from shoppable.adapters.media.containers import AVI, MPEGTS
from shoppable.adapters.media.copying import copy, survey
from shoppable.adapters.media.cutting import write_list
from shoppable.adapters.media.decoding import decoded, ends_ms, seek
from shoppable.adapters.media.encoding import Encoders
from shoppable.adapters.media.opening import MAX_HOURS, OpenVideo, check_size, opened
from shoppable.adapters.media.sound import write_sound
from shoppable.adapters.media.upright import Easel, Pose, square_size
from shoppable.errors import InvalidInput
from shoppable.model.arrays import Glance
from shoppable.model.renditions import CLOCK_HZ, Ladder, Survey
from shoppable.model.time import Span
from shoppable.model.video import VideoInfo
from shoppable.ports import Making

log = logging.getLogger(__name__)

_FALLBACK_RATE = Fraction(25)
_MAX_MS = MAX_HOURS * 3_600_000
_TAIL_MS = 2_000
_SHORT_MS = 1_000


@dataclass(frozen=True)
class _Outline:
    """What head and first frame of a video tell; sizes are upright with square pixels."""

    clock: Clock
    pose: Pose
    width: int
    height: int
    rate: Fraction
    declared_ms: float | None


class LibavMedia:
    """Reads video files with the FFmpeg that PyAV carries.

    Every look opens the file anew, so that one object serves many threads.
    """

    def __init__(self, threads: int) -> None:
        """Args:
        threads: How many threads decode one file.
        """
        self._threads = threads

    def probe(self, path: Path) -> VideoInfo:
        """What the file holds, from its head, its first frame and its last packets. See `ports.Media`."""
        with opened(path, self._threads) as video:
            outline = _outline(video)
            name, container, codec = video.name, video.kind.name, video.codec
            sounds = [track.codec_context for track in video.file.streams.audio if track.codec_context is not None]
            sound = sounds[0].codec.canonical_name if sounds else None
        duration_ms = self._end_ms(path, outline)
        _warn_if_short(name, duration_ms, outline.declared_ms)
        if duration_ms <= 0:
            raise InvalidInput(f"{name} lasts no time at all: it is damaged or cut short; copy it again")
        if duration_ms > _MAX_MS:
            raise InvalidInput(f"{name} is longer than {MAX_HOURS} hours: cut it into parts")
        return VideoInfo(
            container=container,
            video_codec=codec,
            audio_codec=sound,
            duration_ms=duration_ms,
            width=outline.width,
            height=outline.height,
            rotation=outline.pose.rotation,
            frame_rate=float(outline.rate),
        )

    def survey(self, path: Path) -> Survey:
        """What the packets tell; see `ports.Media`."""
        with opened(path, self._threads) as video:
            outline = _outline(video)
        with opened(path, self._threads) as video:
            return survey(video, outline.clock, outline.pose)

    def repack(self, path: Path, ladder: Ladder, folder: Path) -> None:
        """Writes the copied rung and the sound; see `ports.Media`."""
        with opened(path, self._threads) as video:
            clock = _outline(video).clock
        segments = []
        if ladder.copied:
            with opened(path, self._threads) as video:
                segments += copy(video, clock, ladder, folder)
        if ladder.sound:
            with opened(path, self._threads) as video:
                segments += write_sound(video, clock, ladder, folder)
        write_list(folder, segments)

    def scan(self, path: Path, span: Span, *, every_ms: int, making: Making | None = None) -> Iterator[Glance]:
        """Decodes the frames in `span`; see `ports.Media`. Closing the iterator early closes the file."""
        if every_ms < 1:
            raise InvalidInput(f"samples every {every_ms} ms make no sense: give 1 ms or more")
        with opened(path, self._threads) as video:
            outline, name = _outline(video), video.name
        easel = Easel(outline.pose, outline.width, outline.height)
        encoders = making and Encoders(making.ladder, outline.pose, outline.rate, making.folder)
        before: int | None = None
        end, ended = _ticks(span.end_ms), True
        with closing(self._frames(path, outline.clock, span.start_ms)) as frames:
            for t_ms, frame in frames:
                shown = _ticks(exact(outline.clock, t_ms, frame)) if before is not None else 0
                if t_ms >= span.end_ms:
                    end, ended = shown, False
                    break
                if t_ms >= span.start_ms:
                    sampled = first_of_multiple(before, t_ms, every_ms)
                    yield Glance(t_ms, easel.plane(frame), easel.image(frame) if sampled else None)
                    if encoders:
                        encoders.add(t_ms, shown, frame)
                before = t_ms
        if making and encoders:
            write_list(making.folder, encoders.close(end))
        if ended and before is not None and span.end_ms - before > _SHORT_MS:
            _warn_if_short(name, before, outline.declared_ms)

    def _frames(self, path: Path, clock: Clock, from_ms: int) -> Generator[tuple[int, VideoFrame]]:
        """Frames with their times, beginning with one before `from_ms` or with the first of the video.

        A keyframe is a good start only if it is shown before `from_ms`: then all that follows can be decoded, and the
        frame before `from_ms` is known. Containers seek by decoding time, so the try is repeated further back.
        """
        back_ms = 1
        while True:
            start_ms = 0 if clock.counted else max(0, from_ms - back_ms)
            with opened(path, self._threads) as video:
                if start_ms == 0:
                    yield from clock.timed(decoded(video, after_seek=False), video.name)
                    return
                if seek(video, clock.tick(start_ms)):
                    frames = clock.timed(decoded(video, after_seek=True), video.name)
                    first = next(frames, None)
                    if first is not None and first[0] < from_ms:
                        yield first
                        yield from frames
                        return
                    back_ms = max(1_000, 2 * back_ms)
                else:
                    back_ms = from_ms

    def _end_ms(self, path: Path, outline: _Outline) -> int:
        """Where the last whole packet ends, on the video's clock; 0 when there is none.

        Read from the packets, because headers also count other tracks, and what a cut short file has lost.
        """
        clock, declared_ms = outline.clock, outline.declared_ms
        back_ms = _TAIL_MS
        while True:
            start_ms = 0 if clock.counted or declared_ms is None else max(0, int(declared_ms) - back_ms)
            with opened(path, self._threads) as video:
                if start_ms == 0 or seek(video, clock.tick(start_ms)):
                    end_ms = max(ends_ms(video, clock), default=0)
                    if end_ms or start_ms == 0:
                        return end_ms
            back_ms *= 4


def _outline(video: OpenVideo) -> _Outline:
    """`InvalidInput` when no frame can be decoded, or the frames are of absurd size or far from time 0."""
    track = video.track
    frame = next(decoded(video, after_seek=False), None)
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
    return _Outline(clock, pose, width, height, rate, _declared_ms(video, clock))


def _ticks(t_ms: int | Fraction) -> int:
    """A time in ticks of the renditions' clock."""
    return round(t_ms * CLOCK_HZ / 1000)


def _declared_ms(video: OpenVideo, clock: Clock) -> float | None:
    """Where the video ends by its header, on its clock."""
    track, file = video.track, video.file
    if track.duration:
        return float(clock.at((track.start_time or 0) + track.duration))
    if file.duration:
        return ((file.start_time or 0) + file.duration) / 1000 - float(clock.origin * clock.unit_ms)
    return None


def _warn_if_short(name: str, end_ms: int, declared_ms: float | None) -> None:
    if declared_ms is not None and declared_ms - end_ms > _SHORT_MS:
        log.warning(
            "%s: its pictures end at %.1f s, though %.1f s were announced; what is there is used",
            name,
            end_ms / 1000,
            declared_ms / 1000,
        )
