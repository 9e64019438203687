"""Connections to tested addresses only, and only for as long as a fetch may last."""

import logging
import socket
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from ssl import SSLContext
from typing import Any

import httpcore
import httpx

from shoppable.adapters.fetching.addresses import is_public, may_be_private

Resolve = Callable[[str, int], Sequence[str]]
_Options = Iterable[Any]

logging.getLogger("httpcore").setLevel(logging.INFO)  # at DEBUG it would tell queries and headers

_until: ContextVar[float] = ContextVar("until")


class Refused(Exception):
    """The name leads to an address that is not connected to."""


class Budget:
    """How many seconds a fetch may still spend on the network, all its tries and redirects together."""

    def __init__(self, seconds: float) -> None:
        self._left = seconds

    @contextmanager
    def spending(self) -> Iterator[None]:
        """Every connection and byte of this thread in the `with` counts; beyond the budget it times out."""
        began = time.monotonic()
        token = _until.set(began + self._left)
        try:
            yield
        finally:
            _until.reset(token)
            self._left -= time.monotonic() - began


def resolved(host: str, port: int) -> list[str]:
    """Addresses of a host by the system's resolver, in its order. `OSError` when there is none."""
    return list(dict.fromkeys(str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))


class GuardedNetwork(httpcore.NetworkBackend):
    """Resolves a name once, tests every address it got, and connects to exactly these.

    A name with one private address among public ones is refused as a whole. TLS still names and checks the host.

    Args:
        trusted: Host and port of origins that may lie at private addresses.
        resolve: Gives the addresses of a host.
        beneath: Opens the connections.
    """

    def __init__(self, trusted: frozenset[tuple[str, int]], resolve: Resolve, beneath: httpcore.NetworkBackend) -> None:
        self._trusted = trusted
        self._resolve = resolve
        self._beneath = beneath

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: _Options | None = None,
    ) -> httpcore.NetworkStream:
        try:
            addresses = self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError("its host is not known") from error
        open_to = may_be_private if (host, port) in self._trusted else is_public
        if not addresses:
            raise httpcore.ConnectError("its host is not known")
        if not all(open_to(address) for address in addresses):
            raise Refused("its host lies in a private network")
        failure: Exception | None = None
        for address in addresses:
            try:
                stream = self._beneath.connect_tcp(address, port, _clipped(timeout), local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _Timed(stream)
        assert failure is not None
        raise failure


class _Timed(httpcore.NetworkStream):
    """A connection on which nothing takes longer than the fetch it works for may."""

    def __init__(self, beneath: httpcore.NetworkStream) -> None:
        self._beneath = beneath

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._beneath.read(max_bytes, _clipped(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._beneath.write(buffer, _clipped(timeout))

    def close(self) -> None:
        self._beneath.close()

    def start_tls(
        self, ssl_context: SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Timed(self._beneath.start_tls(ssl_context, server_hostname, _clipped(timeout)))

    def get_extra_info(self, info: str) -> Any:
        return self._beneath.get_extra_info(info)


def _clipped(timeout: float | None) -> float | None:
    until = _until.get(None)
    if until is None:
        return timeout
    left = until - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("it took too long in all")
    return left if timeout is None else min(timeout, left)


class GuardedTransport(httpx.HTTPTransport):
    """httpx's way to servers, over connections of a network of ours.

    Args:
        network: Opens connections; with a proxy, only the one to the proxy, which then has to guard the rest itself.
        ssl: Whom to believe.
        proxy: Address of an HTTP proxy; None asks servers directly, whatever the environment says.
    """

    def __init__(self, network: httpcore.NetworkBackend, ssl: SSLContext, proxy: str | None) -> None:
        limits: dict[str, Any] = {"max_connections": 100, "max_keepalive_connections": 20, "keepalive_expiry": 15}
        self._pool: httpcore.ConnectionPool
        if proxy is None:
            self._pool = httpcore.ConnectionPool(ssl_context=ssl, network_backend=network, **limits)
        else:
            told = httpx.Proxy(proxy)
            self._pool = httpcore.HTTPProxy(
                proxy_url=str(told.url), proxy_auth=told.raw_auth, ssl_context=ssl, network_backend=network, **limits
            )
