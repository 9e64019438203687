"""Good manners: few requests to one host at a time, with a pause between, and rest when it asks for it."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

_GIVEN_UP_AFTER = 8
_GIVEN_UP_FOR_S = 60.0


class GivenUp(Exception):
    """The host failed so often in a row that it is not asked for a while."""


class _Host:
    def __init__(self, at_once: int) -> None:
        self.places = threading.BoundedSemaphore(at_once)
        self.next_at = 0.0
        self.failures = 0
        self.given_up_until = 0.0


class Manners:
    """Keeps all threads of one fetcher polite.

    Args:
        at_once: Requests to one host at a time.
        pause_s: Seconds between the beginnings of two requests to one host.
    """

    def __init__(self, at_once: int, pause_s: float) -> None:
        self._at_once = at_once
        self._pause_s = pause_s
        self._lock = threading.Lock()
        self._hosts: dict[str, _Host] = {}

    @contextmanager
    def turn(self, origin: str) -> Iterator[None]:
        """Waits until it is our turn to ask a host. `GivenUp` when it failed eight times in a row a moment ago."""
        host = self._host(origin)
        with host.places:
            while (wait_s := self._wait(host)) > 0:
                time.sleep(wait_s)
            yield

    def rest(self, origin: str, seconds: float) -> None:
        """Nobody asks this host for so long."""
        host = self._host(origin)
        with self._lock:
            host.next_at = max(host.next_at, time.monotonic() + seconds)

    def worked(self, origin: str) -> None:
        """The host answered."""
        host = self._host(origin)
        with self._lock:
            host.failures, host.given_up_until = 0, 0.0

    def failed(self, origin: str) -> None:
        """The host could not be reached, or did not answer in time."""
        host = self._host(origin)
        with self._lock:
            host.failures += 1
            if host.failures >= _GIVEN_UP_AFTER:
                host.given_up_until = time.monotonic() + _GIVEN_UP_FOR_S

    def _host(self, origin: str) -> _Host:
        with self._lock:
            return self._hosts.setdefault(origin, _Host(self._at_once))

    def _wait(self, host: _Host) -> float:
        """Seconds to wait; 0 takes the turn."""
        with self._lock:
            now = time.monotonic()
            if now < host.given_up_until:
                raise GivenUp
            if now < host.next_at:
                return host.next_at - now
            host.next_at = now + self._pause_s
            return 0.0
