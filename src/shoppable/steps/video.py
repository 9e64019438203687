"""The steps of ANALYZE_VIDEO, in the order of `pipelines/video.py`.

What one chunk shows is in `seeing.py`, what the appearances are in `matching.py`.
"""

import hashlib
from itertools import pairwise
from pathlib import Path

import numpy as np

from shoppable.errors import InvalidInput
from shoppable.logic.impairing import impairments, shares
from shoppable.logic.ladder import nearest_starts
from shoppable.logic.linking import best_views, link, span_of
from shoppable.logic.placing import boxes_at
from shoppable.logic.smoothing import smooth
from shoppable.model.geometry import Box
from shoppable.model.keys import (
    appearance_key,
    chapter_key,
    crop_blob,
    shot_key,
    video_blob,
    video_key,
)
from shoppable.model.noun import Noun
from shoppable.model.renditions import Ladder
from shoppable.model.seen import Appearance, Kind
from shoppable.model.video import Chapter, Chunk, Shot, Upload, Video
from shoppable.ports import Ports
from shoppable.steps.lines import read_lines, write_lines
from shoppable.steps.looking import Evidence
from shoppable.steps.matching import Matched
from shoppable.steps.seeing import SURROUNDINGS, Seen, frames_of, samples_of, sightings_of


class Analysis(Noun):
    """What one run of ANALYZE_VIDEO found."""

    video_id: str
    run_id: str
    catalog: str
    shots: int
    chapters: int
    sightings: int
    appearances: int
    exact: int
    similar: int
    none: int


_MEDIA_TYPES = {
    "mp4": "video/mp4",
    "mov": "video/quicktime",
    "webm": "video/webm",
    "matroska": "video/x-matroska",
    "mpegts": "video/mp2t",
    "avi": "video/x-msvideo",
}


def let_in(ports: Ports, path: Path) -> Upload:
    """Takes a video file into the store, if it is one; the same file again is the same upload.

    Raises:
        NotFound: No such file.
        InvalidInput: It is no video that can be worked on; nothing is stored.
    """
    ports.media.probe(path)
    video_id = video_id_of(path)
    key = video_blob(ports.tenant, video_id, path.suffix.lower())
    if not any(True for _ in ports.blobs.keys(key)):
        ports.blobs.put(key, path)
    return Upload(video_id=video_id, name=path.name, source_key=key)


def video_id_of(path: Path) -> str:
    """The id of a video, which its contents decide."""
    with path.open("rb") as file:
        return f"v{hashlib.file_digest(file, 'sha256').hexdigest()[:16]}"


def probe(ports: Ports, upload: Upload) -> Video:
    """What the file holds, and what to serve it as."""
    with ports.blobs.local(upload.source_key) as path:
        info = ports.media.probe(path)
    return Video(
        video_id=upload.video_id,
        name=upload.name,
        source_key=upload.source_key,
        media_type=_MEDIA_TYPES.get(info.container, "application/octet-stream"),
        info=info,
    )


def plan_chunks(ports: Ports, video: Video, ladder: Ladder | None = None, *, chunk_ms: int) -> list[Chunk]:
    """Cuts the video into stretches of about `chunk_ms`, each from a keyframe on, so that no frame is decoded twice.

    A short rest joins the last chunk, and so does what comes before a keyframe much too early: chunks are half of
    `chunk_ms` at least. A video that has keyframes nowhere but at its start is one chunk. With a ladder, chunks begin
    where segments do, so that each segment is made by one worker.
    """
    duration = video.info.duration_ms
    count = max(1, round(duration / chunk_ms))
    wanted = [round(index * duration / count) for index in range(1, count)]
    if not wanted:
        starts = []
    elif ladder is not None:
        starts = nearest_starts(wanted, ladder.starts_ms)
    else:
        with ports.blobs.local(video.source_key) as path:
            starts = ports.media.keyframes(path, wanted)
    edges = [0]
    for at_ms in starts:
        if at_ms - edges[-1] >= chunk_ms / 2 and duration - at_ms >= chunk_ms / 2:
            edges.append(at_ms)
    edges.append(duration)
    return [Chunk(index=index, start_ms=start, end_ms=end) for index, (start, end) in enumerate(pairwise(edges))]


def find_shots(ports: Ports, video: Video, seen: list[Seen]) -> list[Shot]:
    """Where one camera hands over to the next, from the measures of all frames."""
    times, measures = frames_of(ports, seen)
    if not len(times):
        raise InvalidInput(f"{video.name}: not one frame could be decoded")
    return list(ports.shots.detect(times, measures, video.info.duration_ms))


def find_chapters(ports: Ports, seen: list[Seen], shots: list[Shot]) -> list[Chapter]:
    """Shots that belong together, from the measures of all frames."""
    times, measures = frames_of(ports, seen)
    return list(ports.shots.chapters(shots, times, measures))


def link_sightings(ports: Ports, video: Video, seen: list[Seen], shots: list[Shot]) -> Evidence:
    """Sightings become appearances; each keeps the crops of its best views. Black and credits show no goods."""
    sightings, crops = sightings_of(ports, seen)
    samples_ms = samples_of(ports, seen)
    tracks = link(sightings, [shot for shot in shots if shot.may_show_goods], samples_ms)
    impaired = impairments(sightings, video.info.width, video.info.height)
    by_start = np.asarray([shot.start_ms for shot in shots])
    appearances = []
    for number, track in enumerate(tracks):
        times = [int(t) for t in sightings.times_ms[track]]
        shot = shots[int(np.searchsorted(by_start, times[0], side="right")) - 1]
        views = best_views(sightings, track, shot, impaired)
        keys = []
        for order, view in enumerate(views):
            key = crop_blob(ports.tenant, video.video_id, ports.scope.run_id, f"{number:06}-{order}")
            ports.blobs.put(key, crops[int(view)])
            keys.append(key)
        span = span_of(times, shot, samples_ms)
        seen_boxes = [Box.clipped(*map(float, sightings.boxes[view])) for view in views]
        appearances.append(
            Appearance(
                appearance_id=f"a{number:06}",
                start_ms=span.start_ms,
                end_ms=span.end_ms,
                shot_index=shot.index,
                kind=Kind(str(sightings.kinds[track[0]])),
                boxes=boxes_at(*smooth(times, sightings.boxes[track], span)),
                view_times_ms=tuple(int(t) for t in sightings.times_ms[views]),
                crop_keys=tuple(keys),
                impaired=shares(impaired, track),
                view_boxes=tuple(box.seen_from(box.grown(SURROUNDINGS)) for box in seen_boxes),
            )
        )
        ports.progress.at(number + 1, len(tracks))
    return Evidence(appearances_key=write_lines(ports, "appearances.jsonl", appearances), count=len(appearances))


def store(
    ports: Ports,
    video: Video,
    catalog: str,
    seen: list[Seen],
    shots: list[Shot],
    chapters: list[Chapter],
    matched: Matched,
) -> Analysis:
    """Writes shots, chapters and appearances as records, and makes this run the video's current one."""
    run_id, video_id = ports.scope.run_id, video.video_id
    appearances = list(read_lines(ports, matched.appearances_key, Appearance))
    ports.records.put_many([(shot_key(ports.tenant, video_id, run_id, shot.index), shot) for shot in shots])
    ports.records.put_many([(chapter_key(ports.tenant, video_id, run_id, each.index), each) for each in chapters])
    ports.records.put_many(
        [
            (appearance_key(ports.tenant, video_id, run_id, each.start_ms, each.appearance_id), each)
            for each in appearances
        ]
    )
    current = video.model_copy(update={"latest_run_id": run_id, "catalog": catalog})
    ports.records.put(video_key(ports.tenant, video_id), current)
    return Analysis(
        video_id=video_id,
        run_id=run_id,
        catalog=catalog,
        shots=len(shots),
        chapters=len(chapters),
        sightings=sum(each.sightings for each in seen),
        appearances=len(appearances),
        exact=matched.exact,
        similar=matched.similar,
        none=matched.none,
    )
