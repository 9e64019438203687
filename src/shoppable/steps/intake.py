"""A product feed on this machine: reading it, and noticing that it or its pictures changed."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path

from pydantic import ValidationError

from shoppable.errors import Conflict, InvalidInput, NotFound
from shoppable.feeds.formats import open_feed
from shoppable.feeds.mapping import FeedOptions
from shoppable.feeds.report import problems_csv
from shoppable.model.catalog import Catalog, FeedRow, RowProblem
from shoppable.model.keys import report_blob
from shoppable.model.noun import Noun
from shoppable.ports import Ports
from shoppable.steps.beside import is_link, open_beside
from shoppable.steps.lines import write_lines


class FeedRead(Noun):
    """What `read_feed` gives; `rows` counts good and rejected ones."""

    rows_key: str
    problems_key: str
    rows: int


def read_feed(ports: Ports, catalog: str, feed: str, feed_hash: str, options: FeedOptions) -> FeedRead:
    """Checks every row of a feed.

    Args:
        ports: Uses blobs.
        catalog: Name of the catalog it is for.
        feed: Path of the feed on this machine.
        feed_hash: SHA-256 of the feed when the run was asked for.
        options: What the feed does not say itself.

    Raises:
        NotFound: There is no such file.
        Conflict: The feed was edited meanwhile.
        InvalidInput: It is no feed, or has no good row.
    """
    check_catalog_name(catalog)
    path = Path(feed)
    problems: list[RowProblem] = []
    good = 0

    def rows() -> Iterator[FeedRow]:
        nonlocal good
        for item in open_feed(stream, path.name, options).rows:
            if isinstance(item, RowProblem):
                problems.append(item)
            else:
                good += 1
                ports.progress.at(good)
                yield item

    with opened_feed(path) as stream:
        if hashlib.file_digest(stream, "sha256").hexdigest() != feed_hash:
            raise Conflict(f"{path.name} was edited since this run was asked for; ingest it again")
        stream.seek(0)
        rows_key = write_lines(ports, "rows.jsonl", rows())
    if not good:
        ports.blobs.put(report_blob(ports.tenant, catalog, ports.scope.run_id), problems_csv(problems))
        raise InvalidInput(no_good_row(path.name, problems))
    return FeedRead(
        rows_key=rows_key,
        problems_key=write_lines(ports, "problems.jsonl", problems),
        rows=good + rejected_rows(problems),
    )


def rejected_rows(problems: list[RowProblem]) -> int:
    """How many rows the problems reject; a row may have several."""
    return len({problem.line for problem in problems if problem.severity == "rejected"})


def no_good_row(name: str, problems: list[RowProblem]) -> str:
    """The message for a feed that would empty the catalog."""
    first = next((problem for problem in problems if problem.severity == "rejected"), None)
    why = "it has a header only" if first is None else f"line {first.line}: {first.problem}; {first.remedy}"
    return f"no good row in {name} ({why}); nothing was changed"


def check_catalog_name(catalog: str) -> None:
    """`InvalidInput` when the name cannot stand in keys."""
    try:
        Catalog(catalog=catalog)
    except ValidationError as error:
        rule = "letters, digits, dots, dashes and underscores, at most 64, the first a letter or digit"
        raise InvalidInput(f"{catalog!r} cannot name a catalog: use {rule}") from error


def fingerprint(feed: Path, pictures: Path, options: FeedOptions) -> tuple[str, str, bool]:
    """Tells whether a feed or a picture beside it changed.

    Args:
        feed: Path of the feed.
        pictures: Folder or zip with the pictures that it names by path.
        options: What the feed does not say itself.

    Returns:
        SHA-256 of the feed's bytes; SHA-256 of link and state of every picture it names; whether it names any by URL.

    Raises:
        NotFound: There is no such file, or nothing where pictures should be.
        InvalidInput: It is no feed, or the pictures are in neither folder nor zip.
    """
    states = hashlib.sha256()
    linked = False
    with opened_feed(feed) as stream:
        beside = open_beside(pictures)
        feed_hash = hashlib.file_digest(stream, "sha256").hexdigest()
        stream.seek(0)
        for item in open_feed(stream, feed.name, options).rows:
            for link in item.image_links if isinstance(item, FeedRow) else ():
                linked = linked or is_link(link)
                state = "" if is_link(link) else beside.state(link)
                states.update(f"{link}\0{state}\n".encode())
    return feed_hash, states.hexdigest(), linked


@contextmanager
def opened_feed(feed: Path) -> Iterator[BufferedReader]:
    """The bytes of a feed on this machine.

    Raises:
        NotFound: There is no such file.
        InvalidInput: It cannot be opened.
    """
    try:
        if not feed.exists():
            raise NotFound(f"there is no feed {feed}; check its path")
        if not feed.is_file():
            raise InvalidInput(f"the feed {feed} cannot be read: it is no plain file")
        stream = feed.open("rb")
    except (OSError, ValueError) as error:
        raise InvalidInput(f"the feed {feed} cannot be read: {error}") from error
    with stream:
        yield stream
