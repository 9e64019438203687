"""What the links of a feed mean: pictures beside it, or pictures by URL that were fetched before."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from shoppable.feeds.flaw import Flaw
from shoppable.model.keys import picture_blob
from shoppable.ports import Ports
from shoppable.steps.beside import is_link, open_beside
from shoppable.steps.linked import linked_picture
from shoppable.steps.pictures import picture_id_of


@dataclass(frozen=True)
class Sent:
    """A picture; `data` gives a file of it, still to be opened."""

    picture_id: str
    data: Callable[[], bytes]


class Sources:
    """Where a feed's pictures come from.

    Args:
        ports: Uses blobs and records.
        beside: Folder or zip that paths are relative to.

    Raises:
        NotFound: There is nothing at `beside`.
        InvalidInput: It is neither folder nor zip.
    """

    def __init__(self, ports: Ports, beside: Path) -> None:
        self._ports = ports
        self._beside = open_beside(beside)

    def find(self, link: str) -> Sent | Flaw:
        """The picture that a link means, or why there is none."""
        if is_link(link):
            return self._fetched(link)
        data = self._beside.read(link)
        return data if isinstance(data, Flaw) else Sent(picture_id_of(data), lambda: data)

    def _fetched(self, link: str) -> Sent | Flaw:
        known = linked_picture(self._ports, link)
        if known is None:
            return Flaw("the picture was not fetched", "ingest the feed again")
        if known.picture_id is None:
            return Flaw(known.problem or "the picture cannot be used", known.remedy or "correct the link")
        key = picture_blob(self._ports.tenant, known.picture_id)
        return Sent(known.picture_id, lambda: self._ports.blobs.get(key))
