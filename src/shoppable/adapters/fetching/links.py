"""Links from strangers, read strictly: what two programs could understand in two ways is refused."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from urllib.parse import quote, urljoin

import idna

from shoppable.errors import InvalidInput

_PORTS = {"https": 443, "http": 80}
_MAX_CHARS = 4000
_SHOWN_CHARS = 200
_SHAPE = re.compile(
    r"(?P<scheme>[a-z]+)://(?P<authority>[^/?#]*)(?P<path>[^?#]*)(?P<query>\?[^#]*)?(#.*)?", re.I | re.S
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_NAME = re.compile(r"(?=.{1,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER = re.compile(r"([0-9]+|0x[0-9a-f]*)")
_PLAIN = "%/:=&?~+!$,;'@()*[]|"


@dataclass(frozen=True)
class Link:
    """A link in its one form: host in lower case and ASCII, an address as such, no login, no fragment."""

    scheme: str
    host: str
    port: int
    path: str
    query: str

    @property
    def origin(self) -> str:
        """Scheme, host and port, as a trusted origin is written; the port only when it is an odd one."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}" + ("" if self.port == _PORTS[self.scheme] else f":{self.port}")

    @property
    def url(self) -> str:
        return f"{self.origin}{self.path}{self.query}"

    @property
    def shown(self) -> str:
        """Fit to be told: without its query, which may hold a secret."""
        told = f"{self.origin.removeprefix('https://')}{self.path}"
        return told if len(told) <= _SHOWN_CHARS else f"{told[:_SHOWN_CHARS]}…"


def trusted_origins(texts: Iterable[str]) -> frozenset[str]:
    """Origins such as `https://images.shop.lan:8443` in their one form.

    Raises:
        InvalidInput: One of them is no origin.
    """
    found = set()
    for text in texts:
        link = _parsed(text)
        if link.path != "/" or link.query:
            raise InvalidInput(f"{text} is no origin: write scheme, host and port, like https://images.shop.lan:8443")
        found.add(link.origin)
    return frozenset(found)


def read_link(url: str, trusted: frozenset[str]) -> Link:
    """A link that may be asked for, as far as its text tells.

    Args:
        url: As a stranger wrote it.
        trusted: Origins that may be asked by plain HTTP, or on any port.

    Raises:
        InvalidInput: It is no https link, carries a login, names an odd port, or its host is written in an odd way.
    """
    link = _parsed(url)
    if link.origin in trusted:
        return link
    if link.scheme != "https":
        raise InvalidInput(f"{link.shown}: not an https link; offer it by https, or trust {link.origin}")
    if link.port != _PORTS["https"]:
        raise InvalidInput(f"{link.shown}: port {link.port} is not asked; use 443, or trust {link.origin}")
    return link


def redirected(link: Link, location: str, trusted: frozenset[str]) -> Link:
    """Where a server sends us on. `InvalidInput` when that is no link to follow, or leaves https."""
    try:
        there = read_link(urljoin(link.url, location), trusted)
    except (InvalidInput, ValueError) as error:
        raise InvalidInput(
            f"{link.shown}: sends us on to where we do not go ({error}); link to the file itself"
        ) from error
    if link.scheme == "https" and there.scheme != "https":
        raise InvalidInput(f"{link.shown}: sends us on from https to http; link to the file itself")
    return there


def _parsed(url: str) -> Link:
    if len(url) > _MAX_CHARS:
        raise InvalidInput(f"the link has {len(url)} characters; {_MAX_CHARS} are allowed")
    shape = None if _CONTROL.search(url) or "\\" in url else _SHAPE.fullmatch(url)
    if shape is None or shape["scheme"].lower() not in _PORTS:
        raise InvalidInput("the link is no web address; write it as https://host/path")
    scheme, authority = shape["scheme"].lower(), shape["authority"]
    if "@" in authority:
        raise InvalidInput("the link carries a login; remove what stands before the @")
    found = re.fullmatch(r"(?P<host>\[[^\]]*\]|[^:\[\]]*)(:(?P<port>[0-9]{0,5}))?", authority, re.ASCII)
    if found is None or not found["host"]:
        raise InvalidInput("the link names no host; write it as https://host/path")
    port = int(found["port"] or _PORTS[scheme])
    path, query = quote(shape["path"] or "/", safe=_PLAIN), quote(shape["query"] or "", safe=_PLAIN)
    return Link(scheme, _host(found["host"]), port, path, query)


def _host(text: str) -> str:
    """The one form of a host's name or address."""
    odd = InvalidInput("the link's host is written in an odd way; write its plain name")
    if text.startswith("["):
        try:
            address = IPv6Address(text[1:-1])
        except ValueError:
            raise odd from None
        if address.scope_id is not None:
            raise odd
        return address.compressed
    name = text.lower().removesuffix(".")
    if not name.isascii():
        try:
            name = idna.encode(name).decode()
        except (idna.IDNAError, UnicodeError):
            raise odd from None
    if not _NAME.fullmatch(name):
        raise odd
    if not _NUMBER.fullmatch(name.rpartition(".")[2]):
        return name
    try:
        return str(ip_address(name))  # in four decimal numbers only: what else ends in a number is octal, hex or short
    except ValueError:
        raise odd from None
