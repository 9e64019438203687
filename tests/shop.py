"""A small shop with one analysed video, written into a real store, for tests of what reads it.

open_shop(tmp_path, "acme")  # a store with nothing in it
stock(shop)                  # a catalog of two products and a video in which both are seen
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

from pydantic import JsonValue

from shoppable.adapters.blobs import FolderBlobs
from shoppable.adapters.records.database import open_database
from shoppable.adapters.records.events import SqlEvents
from shoppable.adapters.records.sql import SqlRecords
from shoppable.logic.cueing import ShownTier
from shoppable.model.catalog import Catalog, FeedRow, Money, Picture, Product
from shoppable.model.geometry import WHOLE
from shoppable.model.keys import (
    appearance_key,
    catalog_key,
    chapter_key,
    crop_blob,
    picture_blob,
    product_key,
    run_key,
    shot_key,
    video_blob,
    video_key,
)
from shoppable.model.match import Candidate, Tier
from shoppable.model.run import Run, State
from shoppable.model.seen import Appearance, BoxAt, Kind
from shoppable.model.video import Chapter, Shot, Video, VideoInfo
from shoppable.pipelines.publish import PUBLISH, publish_inputs
from shoppable.ports import Blobs, Events, Ports, Records, Scope
from shoppable.steps.publish import PublishSummary

VIDEO = "7f3a9c0b12de"
RUN = "analyze-video-0001"
CATALOG = "spring"
COAT, HAT = "coat", "hat"
PICTURES = {COAT: "c0" * 32, HAT: "a7" * 32}
FILM = bytes(range(256)) * 12_000  # 3 MB: more than one piece
BEGIN = datetime(2026, 11, 1, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Shop:
    """A tenant's part of a store."""

    blobs: Blobs
    records: Records
    events: Events
    tenant: str

    def of(self, tenant: str) -> "Shop":
        """Another tenant's part of the same store."""
        return Shop(self.blobs, self.records, self.events, tenant)


def product(product_id: str, *, minor: int = 5200, line: int = 2) -> Product:
    picture_id = PICTURES[product_id]
    row = FeedRow(
        line=line,
        product_id=product_id,
        item_group_id=product_id,
        title=f"A {product_id}",
        link=f"https://shop.example/{product_id}",
        image_links=(f"https://shop.example/{product_id}.jpg",),
        price=Money(minor=minor, currency="EUR"),
    )
    picture = Picture(picture_id=picture_id, picture_key="somewhere", width_px=10, height_px=10, box=WHOLE)
    return Product(row=row, row_hash=str(minor), pictures=(picture,))


def video(*, latest_run_id: str | None = RUN) -> Video:
    info = VideoInfo(
        container="mp4",
        video_codec="h264",
        audio_codec=None,
        duration_ms=10_000,
        width=1280,
        height=720,
        frame_rate=25,
    )
    return Video(
        video_id=VIDEO,
        name="Autumn walk",
        source_key="set by stock",
        media_type="video/mp4",
        info=info,
        latest_run_id=latest_run_id,
        catalog=CATALOG,
    )


def appearance(name: str, product_id: str, start_ms: int, *, tier: Tier, crop_key: str) -> Appearance:
    return Appearance(
        appearance_id=name,
        shot_index=start_ms // 5000,
        kind=Kind.UPPER,
        start_ms=start_ms,
        end_ms=start_ms + 2000,
        boxes=(BoxAt(x0=0.1, y0=0.1, x1=0.4, y1=0.9, t_ms=start_ms),),
        view_times_ms=(start_ms,),
        crop_keys=(crop_key,),
        tier=tier,
        score=0.95,
        reason="the print agrees",
        candidates=(
            Candidate(product_id=product_id, item_group_id=product_id, score=0.95, similarity=0.8, affinity=0.5),
        ),
    )


def put_products(shop: Shop, *products: Product, revision: int) -> None:
    for each in products:
        shop.records.put(product_key(shop.tenant, CATALOG, each.product_id), each)
        shop.blobs.put(picture_blob(shop.tenant, each.pictures[0].picture_id), f"JPEG of {each.product_id}".encode())
    catalog = Catalog(catalog=CATALOG, space="pack@1", revision=revision, products=2)
    shop.records.put(catalog_key(shop.tenant, CATALOG), catalog)


def put_analysis(shop: Shop, run_id: str, *, tiers: tuple[Tier, Tier] = (Tier.EXACT, Tier.SIMILAR)) -> None:
    """What a run found: two shots, the coat in the first and the hat in the second."""
    for index in (0, 1):
        shot = Shot(index=index, start_ms=index * 5000, end_ms=index * 5000 + 5000)
        shop.records.put(shot_key(shop.tenant, VIDEO, run_id, index), shot)
        chapter = Chapter(index=index, start_ms=index * 5000, end_ms=index * 5000 + 5000)
        shop.records.put(chapter_key(shop.tenant, VIDEO, run_id, index), chapter)
    for name, product_id, start_ms, tier in (("a1", COAT, 1000, tiers[0]), ("a2", HAT, 6000, tiers[1])):
        crop_key = crop_blob(shop.tenant, VIDEO, run_id, f"{name}-0")
        shop.blobs.put(crop_key, f"JPEG of {name}".encode())
        seen = appearance(name, product_id, start_ms, tier=tier, crop_key=crop_key)
        shop.records.put(appearance_key(shop.tenant, VIDEO, run_id, start_ms, name), seen)


def put_run(shop: Shop, run_id: str, *, pipeline: str = "analyze-video", after_s: int = 0) -> None:
    began = BEGIN + timedelta(seconds=after_s)
    run = Run(run_id=run_id, pipeline=pipeline, inputs={"video_id": VIDEO}, state=State.SUCCEEDED, started_at=began)
    shop.records.put(run_key(shop.tenant, run_id), run)


def stock(shop: Shop) -> Shop:
    """Fills a shop, and returns it."""
    source_key = video_blob(shop.tenant, VIDEO, ".mp4")
    shop.blobs.put(source_key, FILM)
    shop.records.put(video_key(shop.tenant, VIDEO), video().model_copy(update={"source_key": source_key}))
    put_products(shop, product(COAT), product(HAT, minor=1900, line=3), revision=1)
    put_analysis(shop, RUN)
    put_run(shop, RUN)
    return shop


def ports_of(shop: Shop) -> Ports:
    """What a step of PUBLISH needs: blobs and records. Whatever else it touched would fail."""
    nothing = cast(Any, None)
    return Ports(
        scope=Scope(tenant=shop.tenant, run_id="publish-test"),
        blobs=shop.blobs,
        records=shop.records,
        vectors=nothing,
        media=nothing,
        shots=nothing,
        localizer=nothing,
        segmenter=nothing,
        embedder=nothing,
        verifier=nothing,
        progress=nothing,
        fetcher=nothing,
    )


def do(shop: Shop, values: dict[str, JsonValue], *steps: str) -> None:
    """Does the named steps of PUBLISH, or all of them, on the values so far, as an engine would."""
    for step in PUBLISH.steps:
        if not steps or step.name in steps:
            values[step.name] = step.call(ports_of(shop), tuple(values[need] for need in step.needs))


def publish(shop: Shop, inputs: Mapping[str, JsonValue]) -> PublishSummary:
    """A whole run of PUBLISH."""
    PUBLISH.check_inputs(inputs)
    values = dict(inputs)
    do(shop, values)
    return PublishSummary.model_validate(values["publication"])


def publish_now(shop: Shop, run_id: str | None = None, tiers: tuple[ShownTier, ...] = (Tier.EXACT,)) -> PublishSummary:
    """Publishes the video as things stand."""
    return publish(shop, publish_inputs(shop.records, shop.tenant, VIDEO, run_id=run_id, tiers=tiers))


@contextmanager
def open_shop(folder: Path, tenant: str = "acme") -> Iterator[Shop]:
    """A store of its own in `folder`, with nothing in it."""
    database = open_database(folder / "shop.db")
    try:
        yield Shop(FolderBlobs(folder / "blobs"), SqlRecords(database), SqlEvents(database), tenant)
    finally:
        database.dispose()
