"""The steps of ANALYZE_VIDEO, in the order of `pipelines/video.py`; what one chunk shows is in `seeing.py`."""

import hashlib
from itertools import pairwise
from pathlib import Path

import numpy as np

from shoppable.errors import InvalidInput, NotFound
from shoppable.logic.calibration import ProductNorms, weighted
from shoppable.logic.categories import kind_of
from shoppable.logic.linking import best_views, link, span_of
from shoppable.logic.matching import Limits, Offer, decide, one_product_a_place, rank
from shoppable.logic.placing import laid_over, outline
from shoppable.model.arrays import NO_AGREEMENT, Agreement, Floats, Hit, LocalFeatures, Sightings, packed, unpacked
from shoppable.model.catalog import Catalog, Picture, Product
from shoppable.model.keys import (
    appearance_key,
    catalog_key,
    crop_blob,
    product_key,
    shot_key,
    stats_blob,
    video_blob,
    video_key,
)
from shoppable.model.noun import Noun
from shoppable.model.seen import Appearance, BoxAt, Kind
from shoppable.model.video import Chunk, Shot, Upload, Video
from shoppable.ports import IndexName, Ports
from shoppable.steps.seeing import Seen, cut, frames_of, from_jpeg, sightings_of

_SHORTLIST = 10
_NEAREST = 200
_PROMISING = 8


class Evidence(Noun):
    """What `link` gives: appearances without a match yet, and what they look like."""

    appearances_key: str
    vectors_key: str
    count: int


class Matched(Noun):
    """What `match` gives."""

    appearances_key: str
    exact: int
    similar: int
    none: int


class Analysis(Noun):
    """What one run of ANALYZE_VIDEO found."""

    video_id: str
    run_id: str
    catalog: str
    shots: int
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
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    video_id = f"v{digest[:16]}"
    key = video_blob(ports.tenant, video_id, path.suffix.lower())
    if not any(True for _ in ports.blobs.keys(key)):
        ports.blobs.put(key, path)
    return Upload(video_id=video_id, name=path.name, source_key=key)


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


def plan_chunks(ports: Ports, video: Video, *, chunk_ms: int) -> list[Chunk]:
    """Cuts the video into stretches of `chunk_ms`; the last one takes what is left, and a short rest joins it."""
    duration = video.info.duration_ms
    count = max(1, round(duration / chunk_ms))
    edges = [*(index * chunk_ms for index in range(count)), duration]
    return [Chunk(index=index, start_ms=start, end_ms=end) for index, (start, end) in enumerate(pairwise(edges))]


def find_shots(ports: Ports, video: Video, seen: list[Seen]) -> list[Shot]:
    """Where one camera hands over to the next, from the measures of all frames."""
    times, measures = frames_of(ports, seen)
    if not len(times):
        raise InvalidInput(f"{video.name}: not one frame could be decoded")
    return list(ports.shots.detect(times, measures, video.info.duration_ms))


def link_sightings(ports: Ports, video: Video, seen: list[Seen], shots: list[Shot], *, every_ms: int) -> Evidence:
    """Sightings become appearances; each keeps its three best views, their mean look and their crops."""
    sightings, crops = sightings_of(ports, seen)
    tracks = link(sightings, shots)
    by_start = np.asarray([shot.start_ms for shot in shots])
    appearances, vectors = [], np.zeros((len(tracks), sightings.vectors.shape[1]), np.float32)
    for number, track in enumerate(tracks):
        times = [int(t) for t in sightings.times_ms[track]]
        shot = shots[int(np.searchsorted(by_start, times[0], side="right")) - 1]
        views = best_views(sightings, track, shot)
        keys = []
        for order, view in enumerate(views):
            key = crop_blob(ports.tenant, video.video_id, ports.scope.run_id, f"{number:06}-{order}")
            ports.blobs.put(key, crops[int(view)])
            keys.append(key)
        vectors[number] = sightings.vectors[views].mean(axis=0)
        span = span_of(times, shot, every_ms)
        appearances.append(
            Appearance(
                appearance_id=f"a{number:06}",
                start_ms=span.start_ms,
                end_ms=span.end_ms,
                shot_index=shot.index,
                kind=Kind(str(sightings.kinds[track[0]])),
                boxes=tuple(_box_at(sightings, int(row)) for row in track),
                view_times_ms=tuple(int(t) for t in sightings.times_ms[views]),
                crop_keys=tuple(keys),
            )
        )
        ports.progress.at(number + 1, len(tracks))
    appearances_key, vectors_key = ports.scope.work_key("appearances.json"), ports.scope.work_key("vectors.npz")
    ports.blobs.put(appearances_key, _Appearances(items=tuple(appearances)).model_dump_json().encode())
    ports.blobs.put(vectors_key, packed(vectors=vectors))
    return Evidence(appearances_key=appearances_key, vectors_key=vectors_key, count=len(appearances))


def match(ports: Ports, catalog: str, revision: int, evidence: Evidence) -> Matched:
    """Compares every appearance with the catalog as it was at this revision, and says so only when sure."""
    index = IndexName(tenant=ports.tenant, catalog=catalog, space=ports.embedder.space)
    offers, pictures = _offers(ports, catalog)
    norms = ProductNorms.unpacked(unpacked(ports.blobs.get(stats_blob(ports.tenant, catalog, revision))))
    appearances = _read(ports, evidence.appearances_key)
    vectors = unpacked(ports.blobs.get(evidence.vectors_key))["vectors"]
    closer = _CloserLook(ports, pictures)
    matched = []
    for number, appearance in enumerate(appearances):
        vector = _unit_channels(vectors[number : number + 1], index)
        candidates = rank(
            _nearest(ports, index, vector, offers), offers, norms, appearance.kind, index.space, limit=_SHORTLIST
        )
        agreements: dict[str, list[Agreement]] = {}
        if appearance.kind is Kind.THING:
            agreements = closer.look(appearance, [each.product_id for each in candidates])
            candidates = [
                each.model_copy(update={"inliers": max(found.inliers for found in agreements[each.product_id])})
                for each in candidates
            ]
        tier, score, reason, ordered = decide(candidates, offers, index.space, Limits())
        boxes = appearance.boxes
        if ordered and ordered[0].inliers >= index.space.min_inliers:
            place = outline(agreements[ordered[0].product_id])
            boxes = boxes if place is None else laid_over(boxes, place)
        seen = {"tier": tier, "score": score, "reason": reason, "candidates": ordered, "boxes": boxes}
        matched.append(appearance.model_copy(update=seen))
        ports.progress.at(number + 1, len(appearances))
    matched = one_product_a_place(matched)
    key = ports.scope.work_key("matched.json")
    ports.blobs.put(key, _Appearances(items=tuple(matched)).model_dump_json().encode())
    tiers = [str(each.tier) for each in matched]
    return Matched(
        appearances_key=key, exact=tiers.count("exact"), similar=tiers.count("similar"), none=tiers.count("none")
    )


def store(ports: Ports, video: Video, catalog: str, seen: list[Seen], shots: list[Shot], matched: Matched) -> Analysis:
    """Writes shots and appearances as records, and makes this run the video's current one."""
    run_id, video_id = ports.scope.run_id, video.video_id
    appearances = _read(ports, matched.appearances_key)
    ports.records.put_many([(shot_key(ports.tenant, video_id, run_id, shot.index), shot) for shot in shots])
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
        sightings=sum(each.sightings for each in seen),
        appearances=len(appearances),
        exact=matched.exact,
        similar=matched.similar,
        none=matched.none,
    )


def catalog_for(ports: Ports, catalog: str) -> Catalog:
    """The catalog to match with.

    Raises:
        NotFound: There is no such catalog, or nothing in it.
        InvalidInput: It was indexed by another pack.
    """
    entry = ports.records.get(catalog_key(ports.tenant, catalog), Catalog)
    if entry is None or entry.value.space is None:
        raise NotFound(f"no catalog {catalog}: make it with `shoppable ingest FEED --catalog {catalog}`")
    if entry.value.space != ports.embedder.space.name:
        pack = entry.value.space.split("@")[0]
        raise InvalidInput(
            f"catalog {catalog} was indexed with {entry.value.space}, this is {ports.embedder.space.name}: "
            f"choose `--pack {pack}`, or index it again with `shoppable ingest FEED --catalog {catalog} --rebuild`"
        )
    return entry.value


class _Appearances(Noun):
    items: tuple[Appearance, ...]


class _CloserLook:
    """Compares the crops of an appearance with the pictures of its candidates, detail by detail."""

    def __init__(self, ports: Ports, pictures: dict[str, tuple[Picture, ...]]) -> None:
        self._ports = ports
        self._pictures = pictures
        self._described: dict[str, LocalFeatures] = {}

    def look(self, appearance: Appearance, product_ids: list[str]) -> dict[str, list[Agreement]]:
        """For each product, the best agreement that any of its pictures reached with each crop; never empty.

        Crops are looked at best first. A product that hardly agrees with one is not looked for in the next.
        """
        verifier = self._ports.verifier
        found: dict[str, list[Agreement]] = {product_id: [NO_AGREEMENT] for product_id in product_ids}
        promising = product_ids
        for key in appearance.crop_keys:
            if not promising:
                break
            crop = verifier.describe(from_jpeg(self._ports.blobs.get(key)))
            for product_id in promising:
                each = (verifier.agree(crop, self._describe(picture)) for picture in self._pictures[product_id])
                found[product_id].append(max(each, key=lambda agreement: agreement.inliers))
            promising = [each for each in promising if found[each][-1].inliers >= _PROMISING]
        return found

    def _describe(self, picture: Picture) -> LocalFeatures:
        key = picture.picture_key
        if key not in self._described:
            whole = from_jpeg(self._ports.blobs.get(key))
            self._described[key] = self._ports.verifier.describe(cut(whole, picture.box))
        return self._described[key]


def _offers(ports: Ports, catalog: str) -> tuple[dict[str, Offer], dict[str, tuple[Picture, ...]]]:
    offers, pictures = {}, {}
    for entry in ports.records.query(product_key(ports.tenant, catalog, "").partition, Product):
        product = entry.value
        offers[product.product_id] = Offer(
            product_id=product.product_id,
            item_group_id=product.item_group_id,
            kind=kind_of(product.row.category, product.row.title),
            by_colour=product.row.color is not None,
        )
        pictures[product.product_id] = product.pictures
    return offers, pictures


def _nearest(ports: Ports, index: IndexName, vector: Floats, offers: dict[str, Offer]) -> list[Hit]:
    """Nearest pictures, best first, each by the weighting that suits its product."""
    hits = []
    for by_colour in sorted({offer.by_colour for offer in offers.values()}):
        query = weighted(vector, index.space, by_colour=by_colour)
        found = ports.vectors.search(index, query, _NEAREST)[0]
        hits += [h for h in found if h.product_id in offers and offers[h.product_id].by_colour is by_colour]
    return sorted(hits, key=lambda hit: -hit.similarity)


def _unit_channels(vectors: Floats, index: IndexName) -> Floats:
    """Means of unit vectors brought back to unit length, channel by channel."""
    ends = np.cumsum([channel.dimension for channel in index.space.channels])[:-1]
    parts = np.split(vectors, ends, axis=1)
    return np.concatenate([p / np.maximum(np.linalg.norm(p, axis=1, keepdims=True), 1e-9) for p in parts], axis=1)


def _box_at(sightings: Sightings, row: int) -> BoxAt:
    x0, y0, x1, y1 = (round(float(value), 5) for value in sightings.boxes[row])
    return BoxAt(t_ms=int(sightings.times_ms[row]), x0=x0, y0=y0, x1=x1, y1=y1)


def _read(ports: Ports, key: str) -> list[Appearance]:
    return list(_Appearances.model_validate_json(ports.blobs.get(key)).items)
