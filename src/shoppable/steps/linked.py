"""Pictures by URL: fetched when they are new or may have changed, and kept."""

import hashlib
import io
import threading
import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack

from shoppable.errors import Cancelled, InvalidInput, NotFound, ShoppableError, Unavailable
from shoppable.model.catalog import FeedRow
from shoppable.model.fetched import NO_VERSION, LinkedPicture
from shoppable.model.keys import Key, linked_picture_key, picture_blob
from shoppable.model.noun import Noun
from shoppable.ports import Ports, Wanted
from shoppable.steps.beside import is_link
from shoppable.steps.intake import FeedRead
from shoppable.steps.lines import read_lines
from shoppable.steps.pictures import (
    MAX_FILE_BYTES,
    OPEN_REMEDY,
    encode_picture,
    open_picture,
    picture_id_of,
    why_no_picture,
)

_AT_ONCE = 16
_OPENED_AT_ONCE = 2
_RECORDS_AT_ONCE = 32
_PICTURE_S = 60.0
_MEDIA = ("image/", "application/octet-stream", "binary/octet-stream")


class LinkedCount(Noun):
    """What `fetch_pictures` gives: how many pictures the feed names by URL, and how many of them cannot be used."""

    links: int
    failed: int


def linked_picture(ports: Ports, link: str) -> LinkedPicture | None:
    """What is known of a picture by URL; None when it was never asked for."""
    entry = ports.records.get(_key(ports, link), LinkedPicture)
    return None if entry is None else entry.value


def fetch_pictures(ports: Ports, recheck: bool, read: FeedRead) -> LinkedCount:
    """Fetches the pictures that a feed names by URL and that are not kept, or may have changed.

    A picture that was fetched before is asked for by its version, and only when it is no longer fresh. When its server
    does not answer, the version that is kept stands in. Asked again, as after a crash, a run goes on where it stopped.

    Args:
        ports: Uses blobs, records, fetcher and progress.
        recheck: Whether servers are asked for newer versions of pictures that are kept.
        read: The feed's rows.
    """
    rows = read_lines(ports, read.rows_key, FeedRow)
    links = list(dict.fromkeys(link for row in rows for link in row.image_links if is_link(link)))
    failed = done = 0
    with ExitStack() as at_end:
        asking = _Asking(ports)
        at_end.callback(asking.flush)
        pool = at_end.enter_context(ThreadPoolExecutor(_AT_ONCE))
        at_end.callback(pool.shutdown, wait=False, cancel_futures=True)
        at_end.callback(asking.stop.set)
        waiting: set[Future[bool]] = set()
        for number, link in enumerate(links, 1):
            known = linked_picture(ports, link)
            if known is not None and _settled(ports, known, recheck=recheck):
                done, failed = done + 1, failed + (known.picture_id is None)
            else:
                waiting.add(pool.submit(asking.ask, link, known))
            while waiting and (number == len(links) or len(waiting) >= 2 * _AT_ONCE):
                ended, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                done, failed = done + len(ended), failed + sum(not future.result() for future in ended)
                ports.progress.at(done, len(links), failed=failed)
            if not waiting:
                ports.progress.at(done, len(links), failed=failed)
    return LinkedCount(links=len(links), failed=failed)


def _key(ports: Ports, link: str) -> Key:
    return linked_picture_key(ports.tenant, hashlib.sha256(link.encode("utf-8", "replace")).hexdigest())


def _settled(ports: Ports, known: LinkedPicture, *, recheck: bool) -> bool:
    """Whether a picture need not be asked for."""
    if known.asked_by == ports.scope.run_id:
        return True
    fresh = not recheck or known.fresh_until_s > time.time()
    return known.picture_id is not None and fresh and _is_kept(ports, known.picture_id)


def _is_kept(ports: Ports, picture_id: str) -> bool:
    try:
        return ports.blobs.size(picture_blob(ports.tenant, picture_id)) > 0
    except NotFound:
        return False


class _Asking:
    """Asks for pictures in many threads, and writes down what came, some at a time."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._opening = threading.BoundedSemaphore(_OPENED_AT_ONCE)
        self._writing = threading.Lock()
        self._unwritten: list[tuple[Key, LinkedPicture]] = []
        self.stop = threading.Event()

    def ask(self, link: str, known: LinkedPicture | None) -> bool:
        """Fetches, opens and keeps a picture. What is wrong with it is written down; returns whether there is one."""
        self._heard(0, 0)
        if known is not None and (known.picture_id is None or not _is_kept(self._ports, known.picture_id)):
            known = None
        found = self._asked(link, known)
        with self._writing:
            self._unwritten.append((_key(self._ports, link), found))
        if len(self._unwritten) >= _RECORDS_AT_ONCE:
            self.flush()
        return found.picture_id is not None

    def flush(self) -> None:
        """Writes down the rest."""
        with self._writing:
            self._ports.records.put_many(self._unwritten)
            self._unwritten = []

    def _asked(self, link: str, kept: LinkedPicture | None) -> LinkedPicture:
        run_id = self._ports.scope.run_id
        into = io.BytesIO()
        wanted = Wanted(
            link,
            MAX_FILE_BYTES,
            max_s=_PICTURE_S,
            media=_MEDIA,
            judge=why_no_picture,
            known=kept.validators if kept else NO_VERSION,
        )
        try:
            came = self._ports.fetcher.fetch(wanted, into, self._heard)
        except Unavailable as error:
            return _flawed(run_id, error) if kept is None else kept.model_copy(update={"asked_by": run_id})
        except (InvalidInput, NotFound) as error:
            return _flawed(run_id, error)
        picture_id = kept.picture_id if kept is not None else None
        if came.changed:
            data = into.getvalue()
            picture_id = picture_id_of(data)
            try:
                with self._opening:
                    self._keep(picture_id, data)
            except InvalidInput as error:
                return LinkedPicture(asked_by=run_id, problem=str(error), remedy=OPEN_REMEDY)
        return LinkedPicture(
            picture_id=picture_id,
            validators=came.validators,
            fresh_until_s=int(time.time()) + came.fresh_s if came.fresh_s else 0,
            asked_by=run_id,
        )

    def _keep(self, picture_id: str, data: bytes) -> None:
        if not _is_kept(self._ports, picture_id):
            plain = encode_picture(open_picture(data, self._ports.max_picture_px))
            self._ports.blobs.put(picture_blob(self._ports.tenant, picture_id), plain)

    def _heard(self, done: int, total: int) -> None:
        """Stops what would take longer; a picture that came whole is kept."""
        if self.stop.is_set() and (not total or done < total):
            raise Cancelled("the run was cancelled")


def _flawed(run_id: str, error: ShoppableError) -> LinkedPicture:
    problem, _, remedy = str(error).rpartition("; ")
    return LinkedPicture(asked_by=run_id, problem=problem, remedy=remedy)
