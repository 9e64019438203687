"""Steps of PUBLISH: from the appearances of a run to a new version of a video's cue sheet, and the pointer to it.

Versions follow one another without a gap: a version is given by winning the pointer, and a sheet's blob key holds the
digest of its bytes. So a publisher that loses leaves nothing that could be read, and a step that is repeated after a
crash writes what it wrote before.
"""

import hashlib
from datetime import UTC, datetime

from pydantic import Field

from shoppable.errors import Conflict, InvalidInput, NotFound
from shoppable.logic.cueing import CuePolicy, ShownTier, canonical, content_hash, cue, shown_product
from shoppable.model.catalog import Product
from shoppable.model.cue import CueSheet, Publication
from shoppable.model.keys import (
    appearances_prefix,
    past_publication_key,
    product_key,
    publication_key,
    sheet_blob,
    shots_prefix,
    video_key,
    video_parts,
)
from shoppable.model.noun import Noun
from shoppable.model.seen import Appearance
from shoppable.model.video import Shot, Video
from shoppable.ports import Ports, Records


class Stamp(Noun):
    """What a new version will be called. Recorded once, so that a repeated step writes the same sheet."""

    version: int = Field(ge=1)
    published_at: datetime


class WrittenSheet(Noun):
    """A sheet that lies in the store; `is_new` is false when the current version already offers the same."""

    publication: Publication
    is_new: bool
    products: int
    cues: int


class PublishSummary(Noun):
    """What one run of PUBLISH did; `changed` is false when the version before offers the same and stays."""

    video_id: str
    version: int
    changed: bool
    products: int
    cues: int


def stamp(ports: Ports, replaces: int) -> Stamp:
    """The version after `replaces` (0: there is none yet), and now."""
    if replaces < 0:
        raise InvalidInput(f"no version {replaces} could be replaced; give the current version, 0 when there is none")
    return Stamp(version=replaces + 1, published_at=datetime.now(UTC))


def write_sheet(
    ports: Ports, video_id: str, run_id: str, catalog: str, tiers: tuple[ShownTier, ...], stamp: Stamp
) -> WrittenSheet:
    """Writes the cue sheet of a run's appearances, unless the current version offers the same.

    Raises:
        NotFound: No such video, or the run did not analyse it.
        Conflict: Somebody published something else since `stamp` was made out.
    """
    sheet = _sheet(ports, video_id, run_id, catalog, CuePolicy(tiers=tiers), stamp)
    digest = content_hash(sheet)
    figures = {"products": len(sheet.products), "cues": len(sheet.cues)}
    current = current_publication(ports.records, ports.tenant, video_id)
    if current is not None and current.content_hash == digest:
        return WrittenSheet(publication=current, is_new=False, **figures)
    _check_turn(video_id, stamp.version, current)
    data = canonical(sheet.model_dump(mode="json"))
    sheet_key = sheet_blob(ports.tenant, video_id, stamp.version, hashlib.sha256(data).hexdigest())
    ports.blobs.put(sheet_key, data)
    publication = Publication(video_id=video_id, version=stamp.version, sheet_key=sheet_key, content_hash=digest)
    return WrittenSheet(publication=publication, is_new=True, **figures)


def move_pointer(ports: Ports, sheet: WrittenSheet) -> PublishSummary:
    """Makes a written sheet the current one. The one it replaces stays readable under its version.

    Raises:
        Conflict: Somebody else published that version first.
    """
    new = sheet.publication
    if sheet.is_new and not _was_published(ports, new):
        key = publication_key(ports.tenant, new.video_id)
        entry = ports.records.get(key, Publication)
        _check_turn(new.video_id, new.version, entry.value if entry else None)
        if entry is not None:
            past = past_publication_key(ports.tenant, new.video_id, entry.value.version)
            ports.records.put(past, entry.value)
        try:
            ports.records.put(key, new, expect=entry.version if entry else 0)
        except Conflict as error:
            if not _was_published(ports, new):
                raise Conflict(_beaten(new.video_id, new.version)) from error
    return PublishSummary(
        video_id=new.video_id, version=new.version, changed=sheet.is_new, products=sheet.products, cues=sheet.cues
    )


def current_publication(records: Records, tenant: str, video_id: str) -> Publication | None:
    """What is published of a video now; None when nothing is."""
    entry = records.get(publication_key(tenant, video_id), Publication)
    return entry.value if entry else None


def publication_of(records: Records, tenant: str, video_id: str, version: int) -> Publication | None:
    """A version of a video's cue sheet, current or past; None when that version was never published."""
    current = current_publication(records, tenant, video_id)
    if current is None or current.version == version:
        return current
    past = records.get(past_publication_key(tenant, video_id, version), Publication)
    return past.value if past and version < current.version else None


def _sheet(ports: Ports, video_id: str, run_id: str, catalog: str, policy: CuePolicy, stamp: Stamp) -> CueSheet:
    video = ports.records.get(video_key(ports.tenant, video_id), Video)
    if video is None:
        raise NotFound(f"there is no video {video_id}; analyse its file first")
    seen = video_parts(ports.tenant, video_id)
    if not ports.records.query(seen, Shot, prefix=shots_prefix(run_id), limit=1):
        raise NotFound(f"run {run_id} left no analysis of video {video_id}; name the run that analysed it")
    entries = ports.records.query(seen, Appearance, prefix=appearances_prefix(run_id))
    appearances = [entry.value for entry in entries]
    wanted = {product_id for each in appearances if (product_id := shown_product(each, policy))}
    found = (ports.records.get(product_key(ports.tenant, catalog, product_id), Product) for product_id in wanted)
    known = {each.value.product_id: each.value for each in found if each}
    products, cues = cue(appearances, known, policy, at=stamp.published_at)
    info = video.value.info
    return CueSheet(
        video_id=video_id,
        version=stamp.version,
        published_at=stamp.published_at,
        catalog=catalog,
        duration_ms=info.duration_ms,
        width=info.width,
        height=info.height,
        tiers=policy.tiers,
        products=products,
        cues=cues,
    )


def _was_published(ports: Ports, publication: Publication) -> bool:
    """Whether this very sheet is, or once was, the current one."""
    return publication_of(ports.records, ports.tenant, publication.video_id, publication.version) == publication


def _check_turn(video_id: str, version: int, current: Publication | None) -> None:
    if version != (current.version if current else 0) + 1:
        raise Conflict(_beaten(video_id, version))


def _beaten(video_id: str, version: int) -> str:
    return f"video {video_id} was published by somebody else while version {version} was made; look at it, then publish"
