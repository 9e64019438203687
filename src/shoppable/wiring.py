"""From `Settings` to the ports: the only file that names adapters. Imports stand inside the arms that need them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from shoppable.model.arrays import Image
from shoppable.model.geometry import WHOLE
from shoppable.model.seen import Kind, Region
from shoppable.ports import Blobs, Engine, Events, Fetcher, Ports, Progress, Records, Scope
from shoppable.settings import Settings

if TYPE_CHECKING:
    from shoppable.adapters.vision.packs import Packs
    from shoppable.pipelines.spec import Pipeline


MOST_AT_ONCE = 8
"""Chunks, or batches of a catalog, worked on at once: each holds some hundred megabytes."""


@dataclass(frozen=True)
class Store:
    """What is kept, without anything that can work on it: enough to serve and to read."""

    blobs: Blobs
    records: Records
    events: Events


@dataclass(frozen=True)
class House:
    """Everything: what is kept, what can work on it, and the engine that makes it."""

    store: Store
    ports: Ports
    engine: Engine


class _Unheard:
    """Progress of work that no run stands behind."""

    def at(self, done: int, total: int | None = None, **figures: float) -> None:
        """Says nothing."""

    def heed(self) -> None:
        """Nobody can cancel it."""


class _Blind:
    """Fits `ports.Localizer`: what work on a video costs before anything is looked for. Frames hold nothing."""

    def in_pictures(self, pictures: Sequence[Image], kinds: Sequence[Kind]) -> list[Region]:
        """The whole of each picture."""
        return [Region(box=WHOLE, kind=kind, confidence=0.0) for _, kind in zip(pictures, kinds, strict=True)]

    def why_no_product(self, picture: Image) -> str | None:  # noqa: ARG002 - it does not look
        """Nothing is known against any picture."""
        return None

    def in_frames(self, frames: Sequence[Image]) -> list[list[Region]]:
        """No regions."""
        return [[] for _ in frames]


def open_store(settings: Settings) -> Store:
    """Opens what is kept, making it when it is not there.

    Raises:
        InvalidInput: The data folder holds something else, or belongs to a newer version.
    """
    match settings.profile:
        case "embedded":
            from shoppable.adapters.blobs import FolderBlobs
            from shoppable.adapters.records.database import open_database
            from shoppable.adapters.records.events import SqlEvents
            from shoppable.adapters.records.sql import SqlRecords

            database = open_database(settings.home / "shoppable.db")
            return Store(
                blobs=FolderBlobs(settings.home / "blobs"), records=SqlRecords(database), events=SqlEvents(database)
            )


@contextmanager
def open_house(
    settings: Settings, doing: str, *, pipelines: "Sequence[Pipeline] | None" = None, nets: bool = True
) -> Iterator[House]:
    """Opens everything for one command; one process at a time works on a data folder.

    Args:
        settings: Where and how.
        doing: What a second process is told is going on, such as `analyze film.mp4`.
        pipelines: What can be run; None for all that users know.
        nets: Whether anything is looked for in frames; without, all work but that is done.

    Raises:
        Conflict: Another process works on the same data folder.
        NotFound: The pack is not on this machine.
    """
    from shoppable.adapters.engine.dbos import DbosEngine
    from shoppable.adapters.engine.lock import hold
    from shoppable.adapters.media.libav import LibavMedia
    from shoppable.adapters.shots.content import ContentShots
    from shoppable.adapters.vectors.copied import CopiedVectors
    from shoppable.pipelines.registry import PIPELINES

    with hold(settings.home, doing):
        eyes = packs(settings).open(settings.pack)
        store = open_store(settings)
        ports = Ports(
            scope=Scope(tenant=settings.tenant, run_id=""),
            blobs=store.blobs,
            records=store.records,
            vectors=CopiedVectors(settings.home / "vectors"),
            media=LibavMedia(threads=settings.threads),
            shots=ContentShots(),
            localizer=eyes.localizer if nets else _Blind(),
            segmenter=eyes.segmenter,
            embedder=eyes.embedder,
            verifier=eyes.verifier,
            progress=_Unheard(),
            fetcher=open_fetcher(settings),
            max_picture_px=settings.max_picture_mpx * 1_000_000,
            texts=eyes.text,
            taxonomy=eyes.taxonomy,
        )

        def ports_for(scope: Scope, progress: Progress) -> Ports:
            return replace(ports, scope=scope, progress=progress)

        engine = DbosEngine(
            settings.home / "engine.db",
            PIPELINES if pipelines is None else pipelines,
            ports_for,
            events=store.events,
            records=store.records,
            tenant=settings.tenant,
            concurrency=min(settings.threads, MOST_AT_ONCE),
        )
        try:
            yield House(store=store, ports=ports, engine=engine)
        finally:
            engine.close()


def open_fetcher(settings: Settings) -> Fetcher:
    """What gets things from other people's servers.

    Raises:
        InvalidInput: A trusted origin or the proxy is no address.
    """
    from shoppable.adapters.fetching.http import HttpFetcher

    return HttpFetcher(settings.fetch_trusted, proxy=settings.fetch_proxy or None, per_host=settings.fetch_per_host)


def packs(settings: Settings) -> "Packs":
    """The packs of nets on this machine."""
    from shoppable.adapters.vision.packs import Packs

    return Packs(settings.home / "packs", threads=settings.threads, fetcher=open_fetcher(settings))
