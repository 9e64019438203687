"""Renditions of a video: planned, made while chunks are decoded, and put together. What was made is not made again."""

import hashlib
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from shoppable.errors import InvalidInput, NotFound
from shoppable.exports.fragments import INIT, track_of
from shoppable.exports.hls import MASTER, PLAYLIST, master_playlist, measured, media_playlist
from shoppable.exports.progressive import Reel, head_of, order_of, samples_bytes
from shoppable.logic.ladder import plan
from shoppable.model.keys import rendition_blob, renditions_key
from shoppable.model.renditions import Ladder, Piece, Rendition, Renditions, Segment
from shoppable.model.video import Chunk, Video
from shoppable.ports import Making, Ports

FILM = "film.mp4"
"""The one file for downloads and old players."""

_SOUND = "sound"
_REPACKED = "made/repacked.jsonl"


def plan_ladder(ports: Ports, video: Video, renditions: bool, *, chunk_ms: int) -> Ladder | None:
    """Which renditions the video gets; None when none are asked for."""
    if not renditions:
        return None
    with ports.blobs.local(video.source_key) as path:
        return plan(video.info, ports.media.survey(path, heed=ports.progress.heed), chunk_ms=chunk_ms)


@contextmanager
def making(ports: Ports, video: Video, chunk: Chunk, ladder: Ladder | None) -> Iterator[Making | None]:
    """The order to encode a chunk's part while it is decoded; None when there is nothing to make, or it is made.

    When the `with` ends well, what was made is in the store, and last of all a list that says so.
    """
    listed = f"made/{chunk.start_ms:09}-{chunk.end_ms:09}.jsonl"
    if ladder is None or not ladder.encoded or _is_made(ports, video, ladder, listed):
        yield None
        return
    segments: list[Segment] = []
    yield Making(ladder, lambda piece: _keep(ports, video, ladder, piece, segments))
    _list(ports, video, ladder, listed, segments)


def repack(ports: Ports, video: Video, ladder: Ladder | None) -> int:
    """Makes what needs no picture decoded: the copied rung, and the sound. Returns the number of segments."""
    if ladder is None:
        return 0
    if not _is_made(ports, video, ladder, _REPACKED):
        segments: list[Segment] = []
        with ports.blobs.local(video.source_key) as path:
            for piece in ports.media.repack(path, ladder, heed=ports.progress.heed):
                _keep(ports, video, ladder, piece, segments)
        _list(ports, video, ladder, _REPACKED, segments)
    return len(_listed(ports, video, ladder, _REPACKED))


def offer(
    ports: Ports, video: Video, ladder: Ladder | None, chunks: list[Chunk], seen: list[object], repacked: int
) -> Renditions | None:
    """Writes playlists over all segments and the one file for downloads, and says what there is.

    Args:
        ports: Uses blobs and records.
        video: Whose renditions they are.
        ladder: What was planned; None when none were asked for.
        chunks: The parts in which the encoded rungs were made.
        seen: Comes from the pass that encoded.
        repacked: Segments that were made without one.
    """
    if ladder is None:
        return None
    key, made_id = renditions_key(ports.tenant, video.video_id), renditions_id(ladder)
    there = ports.records.get(key, Renditions)
    if there is not None and there.value.renditions_id == made_id:
        return there.value
    lists = [_REPACKED, *(f"made/{chunk.start_ms:09}-{chunk.end_ms:09}.jsonl" for chunk in chunks if ladder.encoded)]
    segments = [segment for listed in lists for segment in _listed(ports, video, ladder, listed)]
    by_folder = {
        folder: sorted((s for s in segments if s.folder == folder), key=lambda s: s.index)
        for folder in [rung.name for rung in ladder.rungs] + [_SOUND]
    }
    pictures = [_rendition(ports, video, ladder, by_folder[rung.name]) for rung in ladder.rungs if by_folder[rung.name]]
    if not pictures:
        raise InvalidInput(f"{video.name}: not one picture could be made into a stream")
    sound = _rendition(ports, video, ladder, by_folder[_SOUND]) if by_folder[_SOUND] else None
    master = master_playlist(pictures, sound, ladder.sound, video.info.frame_rate)
    ports.blobs.put(_blob(ports, video, ladder, MASTER), master.encode())
    best = [by_folder[pictures[0].folder], *([by_folder[_SOUND]] if sound else [])]
    made = Renditions(
        video_id=video.video_id,
        renditions_id=made_id,
        pictures=tuple(pictures),
        sound=sound,
        copied=ladder.copied,
        film_bytes=_write_film(ports, video, ladder, best),
    )
    ports.records.put(key, made)
    return made


def renditions_id(ladder: Ladder) -> str:
    """What equal ladders have in common."""
    return hashlib.sha256(ladder.model_dump_json().encode()).hexdigest()[:16]


def _rendition(ports: Ports, video: Video, ladder: Ladder, segments: Sequence[Segment]) -> Rendition:
    """Writes the playlist of one rendition, and measures it."""
    folder = segments[0].folder
    track = track_of(ports.blobs.get(_blob(ports, video, ladder, f"{folder}/{INIT}")))
    peak, mean = measured(segments, track.clock_hz)
    playlist = media_playlist(segments, track.clock_hz)
    ports.blobs.put(_blob(ports, video, ladder, f"{folder}/{PLAYLIST}"), playlist.encode())
    return Rendition(
        folder=folder,
        codec=track.codec,
        width=track.width or None,
        height=track.height or None,
        peak_bps=peak,
        mean_bps=mean,
    )


def _write_film(ports: Ports, video: Video, ladder: Ladder, renditions: Sequence[Sequence[Segment]]) -> int:
    """Joins the samples of pictures and sound, as they are, in one file; returns its size."""

    def bytes_of(segment: Segment) -> bytes:
        return ports.blobs.get(_blob(ports, video, ladder, f"{segment.folder}/{segment.name}"))

    reels = []
    for segments in renditions:
        reel = Reel(track_of(ports.blobs.get(_blob(ports, video, ladder, f"{segments[0].folder}/{INIT}"))))
        for segment in segments:
            reel.add(bytes_of(segment))
        reels.append(reel)
    with tempfile.TemporaryDirectory(prefix="shoppable-") as folder:
        path = Path(folder) / FILM
        with path.open("wb") as file:
            file.write(head_of(reels))
            for number, (which, segment_at) in enumerate(order_of(reels), 1):
                file.write(samples_bytes(bytes_of(renditions[which][segment_at])))
                ports.progress.at(number, sum(map(len, renditions)))
        ports.blobs.put(_blob(ports, video, ladder, FILM), path)
        return path.stat().st_size


def _blob(ports: Ports, video: Video, ladder: Ladder, path: str) -> str:
    return rendition_blob(ports.tenant, video.video_id, renditions_id(ladder), path)


def _is_made(ports: Ports, video: Video, ladder: Ladder, listed: str) -> bool:
    try:
        return ports.blobs.size(_blob(ports, video, ladder, listed)) >= 0
    except NotFound:
        return False


def _listed(ports: Ports, video: Video, ladder: Ladder, listed: str) -> list[Segment]:
    lines = ports.blobs.get(_blob(ports, video, ladder, listed)).decode().splitlines()
    return [Segment.model_validate_json(line) for line in lines]


def _keep(ports: Ports, video: Video, ladder: Ladder, piece: Piece, segments: list[Segment]) -> None:
    ports.blobs.put(_blob(ports, video, ladder, piece.path), piece.data)
    if piece.segment is not None:
        segments.append(piece.segment)


def _list(ports: Ports, video: Video, ladder: Ladder, listed: str, segments: Sequence[Segment]) -> None:
    lines = "".join(f"{segment.model_dump_json()}\n" for segment in segments)
    ports.blobs.put(_blob(ports, video, ladder, listed), lines.encode())
