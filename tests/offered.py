"""Lets a film in and makes its renditions and stills, by the steps of ANALYZE_VIDEO that do so and no others."""

from dataclasses import dataclass, replace
from pathlib import Path

from shoppable.adapters.media.libav import LibavMedia
from shoppable.model.arrays import packed
from shoppable.model.keys import video_key
from shoppable.model.renditions import Renditions, Stills
from shoppable.model.video import Video
from shoppable.ports import Ports, Scope
from shoppable.steps.renditions import making, offer, plan_ladder, repack
from shoppable.steps.seeing import Seen
from shoppable.steps.stills import make_stills
from shoppable.steps.tiles import Tiles
from shoppable.steps.video import let_in, plan_chunks, probe
from tests.sampling import every
from tests.shop import Shop, ports_of


class Quiet:
    """Progress that nobody hears."""

    def at(self, done: int, total: int | None = None, **figures: float) -> None:
        """Says nothing."""

    def heed(self) -> None:
        """Never stops."""


@dataclass(frozen=True)
class Offered:
    video: Video
    renditions: Renditions
    stills: Stills


def working(shop: Shop) -> Ports:
    """What the steps need that make renditions and stills."""
    return replace(ports_of(shop), media=LibavMedia(2), progress=Quiet(), scope=Scope(shop.tenant, "run", "seen"))


def offered(shop: Shop, path: Path, *, chunk_ms: int = 4_000) -> Offered:
    """The film, in chunks of `chunk_ms`, which are shorter than usual."""
    ports = working(shop)
    video = probe(ports, let_in(ports, path))
    ladder = plan_ladder(ports, video, True, chunk_ms=chunk_ms)
    chunks = plan_chunks(ports, video, ladder, chunk_ms=chunk_ms)
    seen = []
    for chunk in chunks:
        tiles, frames = Tiles(chunk, video.info), 0
        with making(ports, video, chunk, ladder) as order:
            for glance in ports.media.scan(path, chunk, sampling=every(400), making=order):
                frames += 1
                if glance.image is not None:
                    tiles.add(glance.t_ms, glance.image)
        key = replace(ports.scope, item=chunk.index).work_key("stills.npz")
        ports.blobs.put(key, packed(**tiles.arrays()))
        seen.append(Seen(seen_key="", frames=frames, samples=0, sightings=0, stills_key=key))
    made = offer(ports, video, ladder, chunks, [], repack(ports, video, ladder))
    assert made is not None
    ports.records.put(video_key(ports.tenant, video.video_id), video)
    return Offered(video, made, make_stills(ports, video, seen))
