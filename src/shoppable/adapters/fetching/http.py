"""The one client of the product: whatever is got from somebody else's server comes through here."""

import threading
import weakref
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from typing import BinaryIO, NoReturn

import httpcore
import httpx

from shoppable.adapters.fetching.addresses import is_public
from shoppable.adapters.fetching.bodies import TooMuch, Unreadable, announced, drain, fresh_s, pieces, retry_after_s
from shoppable.adapters.fetching.links import Link, read_link, redirected, trusted_origins
from shoppable.adapters.fetching.manners import GivenUp, Manners
from shoppable.adapters.fetching.network import Budget, GuardedNetwork, GuardedTransport, Refused, Resolve, resolved
from shoppable.errors import InvalidInput, NotFound, Unavailable
from shoppable.model.fetched import NO_VERSION, Fetched, Validators
from shoppable.ports import Wanted

_REDIRECTS = 5
_TRIES = 4
_TRIES_OF_A_LINE = 2
_LONGEST_REST_S = 30.0
_MOVED = {301, 302, 303, 307, 308}
_GONE = {404, 410}
_BUSY = {429, 502, 503, 504}
_NOT_MODIFIED, _PARTIAL, _NO_SUCH_RANGE = 304, 206, 416
_ENOUGH_TO_KNOW_BYTES = 512
_AGAIN = "try again later"


class _Busy(Exception):
    """To be asked again after `rest_s`, until it was tried `tries` times; then `why` is told."""

    def __init__(self, why: str, rest_s: float | None = None, *, tries: int = _TRIES) -> None:
        super().__init__(why)
        self.rest_s = rest_s
        self.tries = tries


class HttpFetcher:
    """Fetches over https, from public addresses only, politely. Safe to use from many threads.

    Args:
        trusted: Origins such as `https://images.shop.lan:8443` that may lie in a private network, be asked by plain
            HTTP when they begin so, and on the port they name.
        proxy: Address of an HTTP proxy that is to be used for everything; it resolves names and has to guard them.
        per_host: Requests to one host at a time.
        pause_s: Between the beginnings of two requests to one host.
        retry_s: Before the first of three further tries; each next one waits twice as long.
        connect_s: A connection has to stand after so long.
        silence_s: No server may say nothing for longer.
        resolve: Gives addresses of a host.
        beneath: Opens connections to addresses.

    Raises:
        InvalidInput: A trusted origin or the proxy is no address.
    """

    def __init__(
        self,
        trusted: Iterable[str] = (),
        *,
        proxy: str | None = None,
        per_host: int = 4,
        pause_s: float = 0.02,
        retry_s: float = 0.5,
        connect_s: float = 10.0,
        silence_s: float = 20.0,
        resolve: Resolve = resolved,
        beneath: httpcore.NetworkBackend | None = None,
    ) -> None:
        self._trusted = trusted_origins(trusted)
        open_to = {(link.host, link.port) for link in (read_link(each, self._trusted) for each in self._trusted)}
        if proxy is not None:
            open_to.add(_address_of(proxy))
        self._proxy = proxy
        self._network = GuardedNetwork(frozenset(open_to), resolve, beneath or httpcore.SyncBackend())
        self._manners = Manners(per_host, pause_s)
        self._retry_s = retry_s
        self._timeout = httpx.Timeout(silence_s, connect=connect_s, pool=None).as_dict()
        self._opening = threading.Lock()
        self._transport: GuardedTransport | None = None
        self._agent = f"shoppable/{version('shoppable')} (product feeds and pictures)"

    def fetch(self, wanted: Wanted, into: BinaryIO, said: Callable[[int, int], None] | None = None) -> Fetched:
        budget = Budget(wanted.max_s)
        link = first = read_link(wanted.url, self._trusted)
        for _ in range(1 + _REDIRECTS):
            came = self._persisting(link, wanted, into, said, budget)
            if isinstance(came, Fetched):
                return came
            link = came
        raise InvalidInput(f"{first.shown}: sends us on more than {_REDIRECTS} times; link to the file itself")

    def _persisting(
        self, link: Link, wanted: Wanted, into: BinaryIO, said: Callable[[int, int], None] | None, budget: Budget
    ) -> Fetched | Link:
        """Asks a server, several times if it is busy; returns what came, or where it sends us on."""
        for number in range(_TRIES):
            try:
                with self._manners.turn(link.origin), budget.spending():
                    return self._asked(link, wanted, into, said)
            except GivenUp:
                raise Unavailable(f"{link.shown}: its host does not answer any more; {_AGAIN}") from None
            except _Busy as busy:
                rest_s = self._retry_s * 2**number if busy.rest_s is None else busy.rest_s
                if rest_s > _LONGEST_REST_S:
                    wait = f"try again in {rest_s / 60:.0f} minutes" if rest_s < 86_400 else _AGAIN
                    raise Unavailable(f"{link.shown}: {busy}; {wait}") from busy
                if number + 1 >= busy.tries:
                    self._manners.failed(link.origin)
                    raise Unavailable(f"{link.shown}: {busy}; {_AGAIN}") from busy
                self._manners.rest(link.origin, rest_s)
        raise AssertionError("the last try returns or raises")

    def _asked(
        self, link: Link, wanted: Wanted, into: BinaryIO, said: Callable[[int, int], None] | None
    ) -> Fetched | Link:
        start = wanted.start
        with self._answer(link, wanted, start) as answer:
            if answer.status_code != _NO_SUCH_RANGE or not start:
                return self._taken(link, answer, wanted, start, into, said)
        with self._answer(link, wanted, 0) as answer:  # what is there already is longer than what there is
            return self._taken(link, answer, wanted, 0, into, said)

    @contextmanager
    def _answer(self, link: Link, wanted: Wanted, start: int) -> Iterator[httpx.Response]:
        """A server's answer, its body still to come; failures of the line, then and later, are told as ours."""
        headers = {
            "User-Agent": self._agent,
            "Accept": "*/*",
            "Accept-Encoding": "gzip" if wanted.packed else "identity",
        }
        if start:
            headers["Range"] = f"bytes={start}-"
        if wanted.known.etag is not None:
            headers["If-None-Match"] = wanted.known.etag
        if wanted.known.last_modified is not None:
            headers["If-Modified-Since"] = wanted.known.last_modified
        answer: httpx.Response | None = None
        try:
            request = httpx.Request("GET", link.url, headers=headers, extensions={"timeout": self._timeout})
            answer = self._way(link).handle_request(request)
            self._manners.worked(link.origin)
            yield answer
        except Refused as error:
            raise InvalidInput(f"{link.shown}: {error}; use a public host, or trust {link.origin}") from error
        except TooMuch as error:
            raise InvalidInput(f"{link.shown}: more than {_size(wanted.max_bytes)}; link to a smaller file") from error
        except Unreadable as error:
            raise InvalidInput(f"{link.shown}: {error}; send it as it is") from error
        except httpx.TimeoutException as error:
            self._manners.failed(link.origin)
            raise Unavailable(f"{link.shown}: it takes too long to answer; {_AGAIN}") from error
        except httpx.InvalidURL as error:
            raise InvalidInput(f"{link.shown}: the link is no web address; correct it") from error
        except httpx.HTTPError as error:
            why = " ".join(str(error).split()) or type(error).__name__
            if answer is None and "SSL" not in why:
                raise _Busy(why, tries=_TRIES_OF_A_LINE) from error
            raise Unavailable(f"{link.shown}: {why}; {_AGAIN}") from error
        finally:
            if answer is not None:
                answer.close()

    def _way(self, link: Link) -> GuardedTransport:
        judged_here = self._proxy is not None and link.origin not in self._trusted and _is_address(link.host)
        if judged_here and not is_public(link.host):  # names are the proxy's to judge
            raise Refused("its host lies in a private network")
        with self._opening:
            if self._transport is None:
                self._transport = GuardedTransport(self._network, httpx.create_ssl_context(), self._proxy)
                weakref.finalize(self, self._transport.close)
        return self._transport

    def _taken(
        self,
        link: Link,
        answer: httpx.Response,
        wanted: Wanted,
        start: int,
        into: BinaryIO,
        said: Callable[[int, int], None] | None,
    ) -> Fetched | Link:
        status = answer.status_code
        if status not in (httpx.codes.OK, _PARTIAL):
            drain(answer)
        if status in _MOVED and "Location" in answer.headers:
            return redirected(link, answer.headers["Location"], self._trusted)
        if status == _NOT_MODIFIED and wanted.known != NO_VERSION:
            return Fetched(
                changed=False, bytes=0, validators=_validators(answer, wanted.known), fresh_s=fresh_s(answer)
            )
        if status != httpx.codes.OK and not (status == _PARTIAL and start):
            _refuse(link, answer)
        _check_media(link, answer, wanted)
        done = start if status == _PARTIAL else 0
        if done and not answer.headers.get("Content-Range", "").startswith(f"bytes {start}-"):
            raise InvalidInput(f"{link.shown}: it sends another part than was asked for; get it from its beginning")
        into.seek(done)
        into.truncate()
        total = done + announced(answer) if announced(answer) and "Content-Encoding" not in answer.headers else 0
        first = b""
        judged = bool(done) or wanted.judge is None
        for piece in pieces(answer, wanted.max_bytes - done):
            into.write(piece)
            done += len(piece)
            if not judged:
                first += piece
                judged = len(first) >= _ENOUGH_TO_KNOW_BYTES and _judged(link, wanted, first)
            if said is not None:
                said(done, total)
        if not judged:
            _judged(link, wanted, first)
        return Fetched(changed=True, bytes=done, validators=_validators(answer, NO_VERSION), fresh_s=fresh_s(answer))


def _refuse(link: Link, answer: httpx.Response) -> NoReturn:
    status = answer.status_code
    why = f"{status} {answer.reason_phrase}".strip()[:100]
    if status in _BUSY:
        raise _Busy(why, retry_after_s(answer))
    if status in _GONE:
        raise NotFound(f"{link.shown}: {why}; correct the link")
    if status >= httpx.codes.INTERNAL_SERVER_ERROR:
        raise Unavailable(f"{link.shown}: {why}; {_AGAIN}")
    if status in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
        raise InvalidInput(f"{link.shown}: {why}; let it be fetched without a login")
    raise InvalidInput(f"{link.shown}: {why}; link to the file itself")


def _check_media(link: Link, answer: httpx.Response, wanted: Wanted) -> None:
    media = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if media and wanted.media and not any(media.startswith(each) for each in wanted.media):
        raise InvalidInput(f"{link.shown}: the server sends {media[:60]!r}; link to the file itself")


def _judged(link: Link, wanted: Wanted, first: bytes) -> bool:
    why = None if wanted.judge is None else wanted.judge(first[:_ENOUGH_TO_KNOW_BYTES])
    if why is not None:
        raise InvalidInput(f"{link.shown}: {why}; link to the file itself")
    return True


def _validators(answer: httpx.Response, before: Validators) -> Validators:
    etag, last_modified = answer.headers.get("ETag"), answer.headers.get("Last-Modified")
    return Validators(
        etag=etag if etag is not None and len(etag) <= 1000 else before.etag,
        last_modified=last_modified
        if last_modified is not None and len(last_modified) <= 100
        else before.last_modified,
    )


def _address_of(proxy: str) -> tuple[str, int]:
    try:
        url = httpx.URL(proxy)
    except httpx.InvalidURL as error:
        raise InvalidInput(f"the proxy {proxy[:100]!r} is no address: {error}") from error
    if url.scheme != "http" or not url.host:
        raise InvalidInput("the proxy is no address: write it as http://host:port")
    return url.host, url.port or 80


def _is_address(host: str) -> bool:
    return ":" in host or host.replace(".", "").isdigit()


def _size(count: int) -> str:
    return f"{count / 1e6:.0f} MB" if count >= 1_000_000 else f"{count} bytes"
