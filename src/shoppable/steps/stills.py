"""Poster and scrub-bar pictures of a video, from what its chunks kept of the pass."""

import hashlib

import numpy as np

from shoppable.exports.thumbnails import thumbnails_vtt
from shoppable.model.arrays import unpacked
from shoppable.model.keys import still_blob, stills_key
from shoppable.model.renditions import Stills
from shoppable.model.video import Video
from shoppable.ports import Ports
from shoppable.steps.seeing import Seen
from shoppable.steps.tiles import as_jpeg

_COLUMNS = _ROWS = 10
_QUALITY = 70


def make_stills(ports: Ports, video: Video, seen: list[Seen]) -> Stills:
    """Writes the poster, the sheets of small pictures, and the WebVTT that says which of them shows a moment."""
    parts = [unpacked(ports.blobs.get(each.stills_key)) for each in seen]
    times = np.concatenate([part["times_ms"] for part in parts])
    tiles = np.concatenate([part["tiles"] for part in parts])
    if not len(times):
        stills = Stills(video_id=video.video_id, poster=None, thumbnails=None)
    else:
        best = max(parts, key=lambda part: float(part["score"][0]))
        height, width = tiles.shape[1:3]
        sheets = []
        for at in range(0, len(tiles), _COLUMNS * _ROWS):
            part = tiles[at : at + _COLUMNS * _ROWS]
            rows = -(-len(part) // _COLUMNS)
            sheet = np.zeros((rows * _COLUMNS, height, width, 3), np.uint8)
            sheet[: len(part)] = part
            grid = sheet.reshape(rows, _COLUMNS, height, width, 3).swapaxes(1, 2)
            picture = np.ascontiguousarray(grid.reshape(rows * height, _COLUMNS * width, 3))
            sheets.append(_kept(ports, video, "sheet", "jpg", as_jpeg(picture, quality=_QUALITY)))
        vtt = thumbnails_vtt(
            [int(t) for t in times], video.info.duration_ms, sheets, columns=_COLUMNS, rows=_ROWS, size=(width, height)
        )
        stills = Stills(
            video_id=video.video_id,
            poster=_kept(ports, video, "poster", "jpg", best["poster"].tobytes()),
            poster_ms=int(best["score"][1]),
            thumbnails=_kept(ports, video, "thumbnails", "vtt", vtt.encode()),
        )
    ports.records.put(stills_key(ports.tenant, video.video_id), stills)
    return stills


def _kept(ports: Ports, video: Video, what: str, ending: str, data: bytes) -> str:
    """Writes a file under a name that tells its contents, so that it never changes; returns that name."""
    name = f"{what}-{hashlib.sha256(data).hexdigest()[:16]}.{ending}"
    ports.blobs.put(still_blob(ports.tenant, video.video_id, name), data)
    return name
