"""What one chunk of video showed: decode once, look at the samples, keep what is there."""

import io
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from shoppable.model.arrays import Image, Sightings, packed, unpacked
from shoppable.model.geometry import Box
from shoppable.model.noun import Noun
from shoppable.model.renditions import Ladder
from shoppable.model.sampling import Sampling
from shoppable.model.seen import Region
from shoppable.model.video import Chunk, Video
from shoppable.ports import Ports
from shoppable.steps.renditions import making
from shoppable.steps.tiles import Tiles

SURROUNDINGS = 0.2
"""What a crop shows around its box, in shares of the box: enough to tell the thing from its background."""

_CROP_SIDE_PX = 450
_THUMBNAIL = 6
_LEAST_PX = 8
_NOISE = 80.0
"""A place of this sharpness is noise, such as a dead channel: white noise has 117, the sharpest goods of films 25."""

_LINES = 64
_CUTTERS = 2
_BATCH = 8


class Seen(Noun):
    """What `see` gives for a chunk: where its arrays are, and how much they hold."""

    seen_key: str
    frames: int
    samples: int
    sightings: int
    stills_key: str = ""


def see(ports: Ports, video: Video, chunk: Chunk, sampling: Sampling, ladder: Ladder | None = None) -> Seen:
    """Decodes a chunk once: measures every frame for shots, finds and keeps what is in the sampled ones.

    The same pass encodes the chunk's part of the renditions, unless they are there already.

    Args:
        ports: Uses blobs, media, shots, localizer and progress.
        video: Whose file is read.
        chunk: The stretch to look at.
        sampling: Which frames are looked at. It begins anew with each chunk.
        ladder: The renditions to make; None for none.
    """
    measures: list[NDArray[np.float32]] = []
    times: list[int] = []
    batch: list[tuple[int, Image]] = []
    samples: list[int] = []
    tiles = Tiles(chunk, video.info)
    with (
        ports.blobs.local(video.source_key) as path,
        making(ports, video, chunk, ladder) as order,
        _Gathered(ports) as gathered,
    ):
        heed = ports.progress.heed
        for glance in ports.media.scan(path, chunk, sampling=sampling, making=order, heed=heed):
            times.append(glance.t_ms)
            measures.append(ports.shots.measure(glance.plane))
            if glance.image is not None:
                tiles.add(glance.t_ms, glance.image)
                batch.append((glance.t_ms, glance.image))
                samples.append(glance.t_ms)
            if len(batch) == _BATCH:
                gathered.add(batch)
                batch = []
            ports.progress.at(min(glance.t_ms - chunk.start_ms, chunk.duration_ms), chunk.duration_ms)
        gathered.add(batch)
    key = ports.scope.work_key("seen.npz")
    ports.blobs.put(
        key,
        packed(
            frame_times_ms=np.asarray(times, np.int64),
            samples_ms=np.asarray(samples, np.int64),
            measures=np.stack(measures) if measures else np.zeros((0, 1), np.float32),
            **gathered.arrays(),
        ),
    )
    stills_key = ports.scope.work_key("stills.npz")
    ports.blobs.put(stills_key, packed(**tiles.arrays()))
    ports.progress.at(chunk.duration_ms, chunk.duration_ms, frames=len(times), sightings=len(gathered))
    return Seen(seen_key=key, frames=len(times), samples=len(samples), sightings=len(gathered), stills_key=stills_key)


def sightings_of(ports: Ports, seen: Sequence[Seen]) -> tuple[Sightings, list[bytes]]:
    """The sightings of all chunks in one, and the JPEG of each one's crop."""
    parts = [unpacked(ports.blobs.get(each.seen_key)) for each in seen]
    crops = [
        part["crops"][start:end].tobytes()
        for part in parts
        for start, end in zip(part["crop_ends"] - part["crop_sizes"], part["crop_ends"], strict=True)
    ]

    def joined(name: str) -> NDArray[Any]:
        return np.concatenate([part[name] for part in parts])

    return Sightings(
        times_ms=joined("times_ms"),
        boxes=joined("boxes"),
        kinds=joined("kinds"),
        confidence=joined("confidence"),
        sharpness=joined("sharpness"),
        thumbnails=joined("thumbnails"),
    ), crops


def frames_of(ports: Ports, seen: Sequence[Seen]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Times (n,) and measures (n, d) of every decoded frame, by time."""
    parts = [unpacked(ports.blobs.get(each.seen_key)) for each in seen if each.frames]
    if not parts:
        return np.zeros(0, np.int64), np.zeros((0, 1), np.float32)
    return np.concatenate([p["frame_times_ms"] for p in parts]), np.concatenate([p["measures"] for p in parts])


def samples_of(ports: Ports, seen: Sequence[Seen]) -> NDArray[np.int64]:
    """Times (n,) of the frames that were looked at, ascending."""
    return np.concatenate([unpacked(ports.blobs.get(each.seen_key))["samples_ms"] for each in seen])


class _Gathered:
    """Sightings as they come in. They are looked for and cut out behind the decoder's back, one batch at a time."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._behind = ThreadPoolExecutor(1, thread_name_prefix="seeing")
        self._cutters = ThreadPoolExecutor(_CUTTERS, thread_name_prefix="cutting")
        self._pending: Future[None] | None = None
        self._rows: list[tuple[int, Region, float]] = []
        self._thumbnails: list[NDArray[np.float32]] = []
        self._crops: list[bytes] = []

    def __len__(self) -> int:
        return len(self._rows)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if self._pending is not None and kind is None:
                self._pending.result()
        finally:
            self._behind.shutdown(cancel_futures=True)
            self._cutters.shutdown(cancel_futures=True)

    def add(self, batch: Sequence[tuple[int, Image]]) -> None:
        """Hands a batch over; waits, and raises what went wrong, if the one before is not done yet."""
        if self._pending is not None:
            self._pending.result()
        self._pending = self._behind.submit(self._look, batch)

    def _look(self, batch: Sequence[tuple[int, Image]]) -> None:
        found = self._ports.localizer.in_frames([image for _, image in batch])
        places = [
            (t_ms, image, region)
            for (t_ms, image), regions in zip(batch, found, strict=True)
            for region in regions
            if min(cut(image, region.box).shape[:2]) >= _LEAST_PX
        ]
        for (t_ms, _, region), (sharp, small, crop) in zip(places, self._cutters.map(_kept, places), strict=True):
            if sharp > _NOISE:
                continue
            self._rows.append((t_ms, region, sharp))
            self._thumbnails.append(small)
            self._crops.append(crop)

    def arrays(self) -> dict[str, NDArray[Any]]:
        sizes = np.asarray([len(crop) for crop in self._crops], np.int64)
        boxes = [[r.box.x0, r.box.y0, r.box.x1, r.box.y1] for _, r, _ in self._rows]
        empty = np.zeros((0, 3 * _THUMBNAIL**2), np.float32)
        return {
            "times_ms": np.asarray([t_ms for t_ms, _, _ in self._rows], np.int64),
            "boxes": np.asarray(boxes, np.float32).reshape(-1, 4),
            "kinds": np.asarray([str(region.kind) for _, region, _ in self._rows], np.str_),
            "confidence": np.asarray([region.confidence for _, region, _ in self._rows], np.float32),
            "sharpness": np.asarray([sharp for _, _, sharp in self._rows], np.float32),
            "thumbnails": np.stack(self._thumbnails) if self._thumbnails else empty,
            "crops": np.frombuffer(b"".join(self._crops), np.uint8),
            "crop_sizes": sizes,
            "crop_ends": np.cumsum(sizes),
        }


def _kept(place: tuple[int, Image, Region]) -> tuple[float, NDArray[np.float32], bytes]:
    """What is kept of one sighting: its sharpness, its thumbnail, and the JPEG of it with its surroundings."""
    _, image, region = place
    crop = cut(image, region.box)
    return sharpness(crop), thumbnail(crop), jpeg(cut(image, region.box.grown(SURROUNDINGS)))


def cut(image: Image, box: Box) -> Image:
    """The part of a picture in a box, at least one pixel where the box is not empty."""
    height, width = image.shape[:2]
    x0, y0 = int(box.x0 * width), int(box.y0 * height)
    x1, y1 = max(x0 + 1, round(box.x1 * width)), max(y0 + 1, round(box.y1 * height))
    return np.ascontiguousarray(image[y0:y1, x0:x1])


def sharpness(crop: Image) -> float:
    """Mean absolute gradient of the green channel, in grey levels a pixel; of a large crop along some lines only."""
    green = crop[..., 1]
    every = max(1, min(green.shape) // _LINES)
    across, down = green[::every].astype(np.int16), green[:, ::every].astype(np.int16)
    steps = (np.abs(np.diff(down, axis=0)), np.abs(np.diff(across, axis=1)))
    return float(sum(each.mean() for each in steps if each.size))


def thumbnail(crop: Image) -> NDArray[np.float32]:
    """The crop squeezed to 6 x 6 pixels, each the mean of some pixels of its cell: (108,) float32 in [0, 1]."""
    rows, columns = (np.arange(4 * _THUMBNAIL) * side // (4 * _THUMBNAIL) for side in crop.shape[:2])
    some = crop[rows[:, None], columns[None]].astype(np.float32)
    cells = some.reshape(_THUMBNAIL, 4, _THUMBNAIL, 4, 3).mean(axis=(1, 3))
    return np.asarray(cells.ravel() / 255, np.float32)


def jpeg(crop: Image) -> bytes:
    """The crop as JPEG, a large one at the half, third, ... of its size whose long side is nearest to 450 px.

    Whole parts are averaged in a fraction of the time that any other size takes.
    """
    picture = Pillow.fromarray(crop)
    part = max(1, round(max(picture.size) / _CROP_SIDE_PX))
    out = io.BytesIO()
    picture.reduce(part).save(out, "JPEG", quality=88)
    return out.getvalue()


def from_jpeg(data: bytes) -> Image:
    """(height, width, 3) uint8 RGB of a JPEG that this product wrote."""
    return np.asarray(Pillow.open(io.BytesIO(data), formats=("JPEG",)).convert("RGB"), np.uint8)
