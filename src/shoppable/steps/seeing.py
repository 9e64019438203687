"""What one chunk of video showed: decode once, look at the samples, embed what is there."""

import io
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from shoppable.model.arrays import Crop, Image, Sightings, packed, unpacked
from shoppable.model.geometry import Box
from shoppable.model.noun import Noun
from shoppable.model.seen import Region
from shoppable.model.video import Chunk, Video
from shoppable.ports import Ports

_CROP_SIDE_PX = 400
_BATCH = 8


class Seen(Noun):
    """What `see` gives for a chunk: where its arrays are, and how much they hold."""

    seen_key: str
    frames: int
    samples: int
    sightings: int


def see(ports: Ports, video: Video, chunk: Chunk, *, every_ms: int) -> Seen:
    """Decodes a chunk once: measures every frame for shots, finds and embeds what is in the sampled ones.

    Args:
        ports: Uses blobs, media, shots, localizer, embedder and progress.
        video: Whose file is read.
        chunk: The stretch to look at.
        every_ms: Distance of samples in ms.
    """
    gathered = _Gathered(ports)
    measures: list[NDArray[np.float32]] = []
    times: list[int] = []
    batch: list[tuple[int, Image]] = []
    samples = 0
    with ports.blobs.local(video.source_key) as path:
        for glance in ports.media.scan(path, chunk, every_ms=every_ms):
            times.append(glance.t_ms)
            measures.append(ports.shots.measure(glance.plane))
            if glance.image is not None:
                batch.append((glance.t_ms, glance.image))
                samples += 1
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
            measures=np.stack(measures) if measures else np.zeros((0, 1), np.float32),
            **gathered.arrays(),
        ),
    )
    ports.progress.at(chunk.duration_ms, chunk.duration_ms, frames=len(times), sightings=len(gathered))
    return Seen(seen_key=key, frames=len(times), samples=samples, sightings=len(gathered))


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
        vectors=joined("vectors").astype(np.float32),
    ), crops


def frames_of(ports: Ports, seen: Sequence[Seen]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Times (n,) and measures (n, d) of every decoded frame, by time."""
    parts = [unpacked(ports.blobs.get(each.seen_key)) for each in seen if each.frames]
    if not parts:
        return np.zeros(0, np.int64), np.zeros((0, 1), np.float32)
    return np.concatenate([p["frame_times_ms"] for p in parts]), np.concatenate([p["measures"] for p in parts])


class _Gathered:
    """Sightings as they come in."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._rows: list[tuple[int, Region, float]] = []
        self._vectors: list[NDArray[np.float16]] = []
        self._crops: list[bytes] = []

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, batch: Sequence[tuple[int, Image]]) -> None:
        if not batch:
            return
        found = self._ports.localizer.in_frames([image for _, image in batch])
        crops = []
        for (t_ms, image), regions in zip(batch, found, strict=True):
            for region in regions:
                crop = cut(image, region.box)
                if min(crop.shape[:2]) < 8:
                    continue
                crops.append(Crop(crop, region.kind))
                self._rows.append((t_ms, region, sharpness(crop)))
                self._crops.append(jpeg(crop))
        if crops:
            self._vectors.append(self._ports.embedder.embed(crops).astype(np.float16))

    def arrays(self) -> dict[str, NDArray[Any]]:
        sizes = np.asarray([len(crop) for crop in self._crops], np.int64)
        boxes = [[r.box.x0, r.box.y0, r.box.x1, r.box.y1] for _, r, _ in self._rows]
        empty = np.zeros((0, self._ports.embedder.space.dimension), np.float16)
        return {
            "times_ms": np.asarray([t_ms for t_ms, _, _ in self._rows], np.int64),
            "boxes": np.asarray(boxes, np.float32).reshape(-1, 4),
            "kinds": np.asarray([str(region.kind) for _, region, _ in self._rows], np.str_),
            "confidence": np.asarray([region.confidence for _, region, _ in self._rows], np.float32),
            "sharpness": np.asarray([sharp for _, _, sharp in self._rows], np.float32),
            "vectors": np.concatenate(self._vectors) if self._vectors else empty,
            "crops": np.frombuffer(b"".join(self._crops), np.uint8),
            "crop_sizes": sizes,
            "crop_ends": np.cumsum(sizes),
        }


def cut(image: Image, box: Box) -> Image:
    """The part of a picture in a box, at least one pixel where the box is not empty."""
    height, width = image.shape[:2]
    x0, y0 = int(box.x0 * width), int(box.y0 * height)
    x1, y1 = max(x0 + 1, round(box.x1 * width)), max(y0 + 1, round(box.y1 * height))
    return np.ascontiguousarray(image[y0:y1, x0:x1])


def sharpness(crop: Image) -> float:
    """Mean absolute gradient of the green channel, in grey levels a pixel."""
    green = crop[..., 1].astype(np.int16)
    return float(np.abs(np.diff(green, axis=0)).mean() + np.abs(np.diff(green, axis=1)).mean())


def jpeg(crop: Image) -> bytes:
    """The crop as JPEG, its long side at most 400 px."""
    picture = Pillow.fromarray(crop)
    picture.thumbnail((_CROP_SIDE_PX, _CROP_SIDE_PX), Pillow.Resampling.BOX)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=88)
    return out.getvalue()


def from_jpeg(data: bytes) -> Image:
    """(height, width, 3) uint8 RGB of a JPEG that this product wrote."""
    return np.asarray(Pillow.open(io.BytesIO(data), formats=("JPEG",)).convert("RGB"), np.uint8)
