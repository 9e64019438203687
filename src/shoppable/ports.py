"""What the core asks of the outside, as Protocols, and `Ports`, the frozen bundle of them.

Adapters do not inherit from these; they fit. Every adapter of a port passes the one file of that port in
`tests/contracts/`. A port speaks nouns of `model`, bytes, str and Path; vendor shapes stop at the adapter. Adapters
raise only the errors of `errors`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import JsonValue

from shoppable.model.arrays import Agreement, Crop, Floats, Glance, Hit, Image, LocalFeatures, Mask, VectorRows
from shoppable.model.fetched import NO_VERSION, Fetched, Validators
from shoppable.model.keys import Key, work_prefix
from shoppable.model.noun import Noun
from shoppable.model.renditions import Ladder, Piece, Survey
from shoppable.model.run import Run, StepEvent
from shoppable.model.sampling import Sampling
from shoppable.model.seen import Kind, Region
from shoppable.model.space import Space
from shoppable.model.taxonomy import Taxonomy
from shoppable.model.time import Span
from shoppable.model.video import Chapter, Shot, VideoInfo

N = TypeVar("N", bound=Noun)


class Blobs(Protocol):
    """Bytes under keys such as `t/default/pictures/ab.jpg`. A key is whole or absent, never half written."""

    def put(self, key: str, data: bytes | Path) -> None:
        """Writes a blob, replacing what was there. `Unavailable` when there is no room for it."""

    def get(self, key: str) -> bytes:
        """The whole blob. `NotFound` when there is none."""

    def read(self, key: str, start: int, end: int) -> bytes:
        """Bytes `start` (included) to `end` (not). `NotFound`; `InvalidInput` when the range lies outside."""

    def size(self, key: str) -> int:
        """Bytes of the blob. `NotFound` when there is none."""

    def keys(self, prefix: str) -> Iterator[str]:
        """Keys that begin with `prefix` (whole path parts), in order."""

    def local(self, key: str) -> AbstractContextManager[Path]:
        """A file on this machine with the blob's bytes, read-only, for the length of the `with`. `NotFound`."""

    def delete(self, keys: Sequence[str]) -> None:
        """Removes blobs; those that are not there are passed over."""


@dataclass(frozen=True)
class Entry(Generic[N]):
    """A record as it was read; `version` counts its writes from 1."""

    key: Key
    value: N
    version: int


class Records(Protocol):
    """Nouns under keys: read by key or by prefix, written whole, with a version to notice a second writer."""

    def get(self, key: Key, noun: type[N]) -> Entry[N] | None:
        """The record, or None."""

    def put(self, key: Key, value: Noun, *, expect: int | None = None) -> int:
        """Writes one record and returns its new version.

        Args:
            key: Where.
            value: What.
            expect: The version it must have now (0: it must not exist), else `Conflict`. None writes in any case.
        """

    def put_many(self, items: Sequence[tuple[Key, Noun]]) -> None:
        """Writes many records in one transaction each few hundred: all of a group or none."""

    def query(
        self, partition: str, noun: type[N], *, prefix: str = "", after: str = "", limit: int | None = None
    ) -> list[Entry[N]]:
        """Records of one partition whose sort key begins with `prefix` and comes after `after`, in sort order."""

    def delete_many(self, keys: Sequence[Key]) -> None:
        """Removes records; those that are not there are passed over."""


class Events(Protocol):
    """The append-only table of step events. Whatever shows progress reads it; nothing is changed in it."""

    def append(self, event: StepEvent) -> int:
        """Adds an event durably and returns its number, which only grows."""

    def read(self, run_id: str, *, after: int = 0) -> list[tuple[int, StepEvent]]:
        """Events of a run with a number above `after`, in order."""


@dataclass(frozen=True)
class IndexName:
    """Which vectors are meant. Vectors of another space are refused, never compared."""

    tenant: str
    catalog: str
    space: Space


class VectorIndex(Protocol):
    """Vectors of catalog pictures, one index a catalog. Similarity is the inner product.

    Every method raises `InvalidInput` when the index exists in another space than `index.space`.
    """

    def upsert(self, index: IndexName, rows: VectorRows) -> None:
        """Writes rows, replacing those with the same product and picture."""

    def delete(self, index: IndexName, product_ids: Sequence[str]) -> None:
        """Removes all rows of these products."""

    def search(self, index: IndexName, queries: Floats, k: int) -> list[list[Hit]]:
        """The `k` best rows for each query of the (n, d) array, best first; fewer when the index has fewer."""

    def rows(self, index: IndexName) -> Iterator[VectorRows]:
        """All rows in blocks of at most some thousands, in a fixed order."""

    def count(self, index: IndexName) -> int:
        """Rows in the index; 0 when it was never written."""

    def optimize(self, index: IndexName) -> None:
        """To be called after a batch of writes: compacts, and builds or refreshes the search structure."""

    def drop(self, tenant: str, catalog: str) -> None:
        """Removes a catalog's index, whatever its space."""


@dataclass(frozen=True)
class Making:
    """An order to encode while decoding: the rungs of `ladder` that are not copied; `keep` is handed each piece."""

    ladder: Ladder
    keep: Callable[[Piece], None]


class Media(Protocol):
    """Reads video files; hostile ones are refused by `InvalidInput`, one line that says why."""

    def probe(self, path: Path) -> VideoInfo:
        """What the file holds. Opens allowed containers only, and never anything the file points to."""

    def decode(self, path: Path) -> int:
        """Decodes every frame once and throws it away; returns how many there were. What no analysis can undercut."""

    def keyframes(self, path: Path, near_ms: Sequence[int]) -> list[int]:
        """Times at which decoding can begin without what comes before: the last one up to each of `near_ms`, which
        ascend; ascending, none twice, never 0. Fewer, or none, where the video cannot be entered there."""

    def survey(self, path: Path, *, heed: Callable[[], None] | None = None) -> Survey:
        """What its packets tell, nothing decoded: whether browsers take them as they are, and where keyframes are."""

    def repack(self, path: Path, ladder: Ladder, *, heed: Callable[[], None] | None = None) -> Iterator[Piece]:
        """What of a ladder needs no picture decoded: the copied rung, and the sound."""

    def scan(
        self,
        path: Path,
        span: Span,
        *,
        sampling: Sampling,
        making: Making | None = None,
        heed: Callable[[], None] | None = None,
    ) -> Iterator[Glance]:
        """Decodes once the frames whose time lies in `span`, in presentation order.

        Those that a `Sampler` of this span wants carry their full picture. Rotation and pixel shape are applied. With
        `after_keyframes_ms`, what comes later after a keyframe is passed over, unless times are not known without it. A
        frame that cannot be decoded is left out; `InvalidInput` when none can. `heed` is called several times a second
        while a frame is waited for, and ends the scan by raising.

        With `making`, the same pass encodes the rungs of a ladder that are not copied: the segments that begin in
        `span`, each rung's init file before them. All are handed over when the iterator has come to its end.
        """


class ShotDetector(Protocol):
    """Finds where one camera hands over to the next."""

    def measure(self, plane: Image) -> Floats:
        """What `detect` needs to know of one frame's plane: a (d,) float32 vector, d of the detector's choosing."""

    def detect(self, times_ms: NDArray[np.int64], measures: Floats, duration_ms: int) -> tuple[Shot, ...]:
        """Shots that cover the video without a gap.

        Args:
            times_ms: (n,) int64, ascending.
            measures: (n, d) float32, a row for each frame.
            duration_ms: Length of the video.
        """

    def chapters(self, shots: Sequence[Shot], times_ms: NDArray[np.int64], measures: Floats) -> tuple[Chapter, ...]:
        """Few chapters that cover the video, each beginning with a shot; of what `detect` took, and gave."""


class Localizer(Protocol):
    """Finds where to look."""

    def in_pictures(self, pictures: Sequence[Image], kinds: Sequence[Kind]) -> list[Region]:
        """The product's box in each catalog picture; `kinds` says what sort of thing each product is."""

    def why_no_product(self, picture: Image) -> str | None:
        """What a catalog picture shows instead of a product, such as `a chart or text`; None when it may show one."""

    def in_frames(self, frames: Sequence[Image]) -> list[list[Region]]:
        """Regions of each frame that may hold goods, most confident first; possibly none."""


class Segmenter(Protocol):
    """Tells the thing in a box from what is around it."""

    def cut_out(self, pictures: Sequence[Image], regions: Sequence[Region]) -> list[Mask]:
        """For each picture the pixels of what its region shows, without ground, background, skin and hair.

        A mask is as large as its picture, empty outside the region's box, and never empty inside: where the thing
        cannot be told from the rest, the middle of the box is taken.
        """


class Embedder(Protocol):
    """Turns crops into looks of one space."""

    @property
    def space(self) -> Space:
        """The space of its looks."""

    def embed(self, crops: Sequence[Crop]) -> Floats:
        """(n, d) float32 in the order of `crops`; each channel of a row has unit length."""

    def embed_augmented(self, crops: Sequence[Crop], seeds: Sequence[int]) -> tuple[Floats, Floats]:
        """Looks of catalog pictures, as cameras would see them: other light, sharpness, edges and backgrounds.

        Args:
            crops: Cut out, with masks.
            seeds: One for each crop; the same seed gives the same.

        Returns:
            Looks (n, d) float32, and the learned channels of their augmented views side by side, (n, views, k) float32;
            each channel has unit length.
        """


class TextEmbedder(Protocol):
    """Puts texts where pictures are, so that one can be looked for, or named, by the other."""

    @property
    def channel(self) -> str:
        """The channel of the embedder's space that its vectors share."""

    @property
    def logit_scale(self) -> float:
        """Log-odds for a cosine of 1 between a text and a picture."""

    def embed_texts(self, texts: Sequence[str]) -> Floats:
        """(n, d) float32 of unit length in the order of `texts`; d is that of the channel."""


class Verifier(Protocol):
    """Looks again, closely: do two pictures show the same printed surface?"""

    def describe(self, images: Sequence[Image]) -> list[LocalFeatures]:
        """Local features of each picture; few or none for a plain one."""

    def agree(self, pairs: Sequence[tuple[LocalFeatures, LocalFeatures]]) -> list[Agreement]:
        """For each pair of something seen and a catalog picture, how many features agree on one plausible homography,
        and where it puts the part that agrees."""


@dataclass(frozen=True)
class Wanted:
    """What to fetch, and what of it is acceptable.

    Attributes:
        url: As a stranger wrote it.
        max_bytes: It may not be larger, neither as it is sent nor unpacked.
        max_s: Seconds it may take in all, waiting for our turn not counted.
        media: Beginnings of acceptable media types, such as `image/`; whatever the server says when empty.
        judge: Says of the first bytes (512, or all) why they cannot be what is wanted; None when they can.
        known: Of the version we have: when it is still the newest, nothing is sent.
        start: So many bytes are there already, and the server is asked for the rest.
        packed: Whether the server may pack it with gzip on the way.
    """

    url: str
    max_bytes: int
    max_s: float = 60.0
    media: tuple[str, ...] = ()
    judge: Callable[[bytes], str | None] | None = None
    known: Validators = NO_VERSION
    start: int = 0
    packed: bool = False


class Fetcher(Protocol):
    """Gets things from strangers' servers, without being led into anybody's private network. Safe in many threads."""

    def fetch(self, wanted: Wanted, into: BinaryIO, said: Callable[[int, int], None] | None = None) -> Fetched:
        """Writes what a server sends into a file.

        Messages say the host, the path without its query, what is wrong, and after the last `; ` what to do.

        Args:
            wanted: What.
            into: Seekable. Holds `wanted.start` bytes already; it is emptied when the server begins anew. After an
                error it holds what came so far.
            said: Told the bytes so far and in all, 0 in all where nobody knows. It may raise to stop.

        Raises:
            InvalidInput: The link is not followed, or what is there cannot be what is wanted.
            NotFound: The server has no such thing.
            Unavailable: The server cannot be reached, is busy, or broke off.
        """


class Progress(Protocol):
    """Where a step says how far it is, and hears that it should stop."""

    def at(self, done: int, total: int | None = None, **figures: float) -> None:
        """Says `done` of `total` items. Cheap enough to call for each item. `Cancelled` when the run was cancelled."""

    def heed(self) -> None:
        """Says nothing. `Cancelled` when the run was cancelled."""


@dataclass(frozen=True)
class Scope:
    """Whose work this is: what every key a step writes is made from."""

    tenant: str
    run_id: str
    step: str = ""
    item: int | None = None

    def work_key(self, name: str) -> str:
        """Blob key for a thing this step makes; the same on every repetition."""
        item = "" if self.item is None else f"{self.item:06}-"
        return f"{work_prefix(self.tenant, self.run_id)}/{self.step}/{item}{name}"


@dataclass(frozen=True)
class Ports:
    """Everything a step may use of the outside."""

    scope: Scope
    blobs: Blobs
    records: Records
    vectors: VectorIndex
    media: Media
    shots: ShotDetector
    localizer: Localizer
    segmenter: Segmenter
    embedder: Embedder
    verifier: Verifier
    progress: Progress
    fetcher: Fetcher
    max_picture_px: int = 50_000_000
    texts: TextEmbedder | None = None
    taxonomy: Taxonomy | None = None

    @property
    def tenant(self) -> str:
        return self.scope.tenant


class Engine(Protocol):
    """Runs pipelines durably: what finished is not done again after a crash."""

    def start(self, pipeline: str, inputs: Mapping[str, JsonValue]) -> str:
        """Starts a run, or finds the run of the same pipeline, inputs and declarations; returns its id.

        A run of that id that failed or was interrupted goes on where it stopped. `NotFound`: no such pipeline;
        `InvalidInput`: inputs are not what the pipeline takes.
        """

    def wait(self, run_id: str) -> Run:
        """Returns the run when it ended: succeeded, failed or cancelled."""

    def run(self, run_id: str) -> Run:
        """The run as it is now. `NotFound`."""

    def cancel(self, run_id: str) -> None:
        """Asks a run to stop; running steps hear it at their next word of progress."""

    def close(self) -> None:
        """Stops the engine; interrupted runs go on at the next start."""
