"""A feed by URL: fetched when it is new or may have changed, and kept beside the data."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from shoppable.model.fetched import NO_VERSION, LinkedFeed
from shoppable.model.keys import Key, linked_feed_key
from shoppable.ports import Ports, Wanted

MAX_FEED_BYTES = 8_000_000_000
_FEED_S = 3600.0


@dataclass(frozen=True)
class BroughtFeed:
    """A feed that came from a server.

    Attributes:
        path: Where it lies now.
        news: Whether the catalog is in step with another version, or with none.
        key: Of the record that says which version the catalog is in step with.
        version: What it is to say once the catalog is in step with this one.
    """

    path: Path
    news: bool
    key: Key
    version: LinkedFeed

    def taken(self, ports: Ports) -> None:
        """Notes that the catalog is in step with it, so that it is not sent again while it stays the same."""
        ports.records.put(self.key, self.version)


def bring_feed(ports: Ports, url: str, catalog: str, folder: Path) -> BroughtFeed:
    """Fetches a feed, unless the version that the catalog is in step with is still the newest.

    Args:
        ports: Uses records and fetcher.
        url: Where it is.
        catalog: Which catalog it is for.
        folder: Feeds are kept here, each in a folder of its own.

    Raises:
        InvalidInput: The link is not followed, or the feed is too large.
        NotFound: The server has no such feed.
        Unavailable: The server cannot be reached, is busy, or broke off.
    """
    digest = hashlib.sha256(url.encode("utf-8", "replace")).hexdigest()
    key = linked_feed_key(ports.tenant, catalog, digest)
    path = folder / f"{catalog}-{digest[:16]}" / feed_name(url)
    path.parent.mkdir(parents=True, exist_ok=True)
    entry = ports.records.get(key, LinkedFeed)
    known = entry.value if entry is not None and path.is_file() and _hash(path) == entry.value.sha256 else None
    validators = NO_VERSION if known is None else known.validators
    part = path.with_name(".part")
    try:
        with part.open("w+b") as file:
            came = ports.fetcher.fetch(Wanted(url, MAX_FEED_BYTES, max_s=_FEED_S, known=validators, packed=True), file)
        if known is not None and not came.changed:
            return BroughtFeed(path, news=False, key=key, version=known)
        version = LinkedFeed(sha256=_hash(part), validators=came.validators)
        news = known is None or known.sha256 != version.sha256
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return BroughtFeed(path, news=news, key=key, version=version)


def feed_name(url: str) -> str:
    """A file's name for a feed: the last part of its path, made plain; fit to be told, as it has no query."""
    last = unquote(re.split(r"[?#]", url)[0].rpartition("/")[2])
    return re.sub(r"[^A-Za-z0-9._-]+", "_", last).strip("._-")[-80:] or "feed"


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
