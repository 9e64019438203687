"""Links that want to lead us into a private network: whatever they are made of, nobody there is ever connected to.

Connections go over a small internet on this machine, in which a canary sits at every address that no public server has.
"""

import io
import ssl
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpcore
import pytest
import trustme

from shoppable.adapters.fetching.addresses import is_public, may_be_private
from shoppable.adapters.fetching.http import HttpFetcher
from shoppable.adapters.fetching.network import resolved
from shoppable.errors import InvalidInput, ShoppableError, Unavailable
from shoppable.ports import Wanted
from tests.forged import FORGED
from tests.strangers import Names, SmallInternet, Stranger, Talk, reply, saying

NOBODY = 1
"""A port on which nothing listens."""
SHOP, CDN = "93.184.216.34", "2606:2800:220:1::1"
NAMES: Mapping[str, Sequence[Sequence[str]]] = {
    "shop.example": [[SHOP]],
    "cdn.example": [[CDN]],
    "intranet": [["192.168.0.7"]],
    "metadata.example": [["169.254.169.254"]],
    "mixed.example": [[SHOP, "127.0.0.1"]],
    "mixed6.example": [[SHOP, CDN, "fd00::1"]],
    "zone.example": [["fe80::1%lo"]],
    "mapped.example": [["::ffff:127.0.0.1"]],
    "nat64.example": [["64:ff9b::a00:1"]],
    "empty.example": [[]],
}


class Guarded(SmallInternet):
    """At every address without a server sits the canary."""

    def __init__(self, ports: dict[str, int], canary: int) -> None:
        super().__init__(ports)
        self._canary = canary

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        if host not in self._ports:
            self.lead(host, self._canary)
        return super().connect_tcp(host, port, timeout, local_address, socket_options)


@dataclass
class World:
    """A shop, a canary, and a fetcher among them."""

    shop: Stranger
    canary: Stranger
    internet: Guarded
    names: Names
    trusted: tuple[str, ...] = ()
    fetcher: HttpFetcher | None = None

    def fetch(self, url: str) -> bytes:
        def resolve(host: str, port: int) -> Any:
            try:
                return self.names(host, port)
            except OSError:
                return resolved(host, port)

        into = io.BytesIO()
        if self.fetcher is None:
            self.fetcher = HttpFetcher(self.trusted, pause_s=0, retry_s=0, resolve=resolve, beneath=self.internet)
        self.fetcher.fetch(Wanted(url, 1_000_000), into)
        return into.getvalue()

    def refuse(self, url: str) -> None:
        """The link is refused, by one line, and nobody but the shop was dialled."""
        with pytest.raises(ShoppableError) as caught:
            self.fetch(url)
        assert isinstance(caught.value, InvalidInput | Unavailable)
        assert "\n" not in str(caught.value)
        assert "password" not in str(caught.value)
        assert self.canary.connections == 0
        assert set(self.internet.dialled) <= {SHOP}


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[trustme.CA]:
    authority = trustme.CA()
    path = tmp_path_factory.mktemp("authority") / "authority.pem"
    authority.cert_pem.write_to_path(str(path))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(path))
        yield authority


def world_of(authority: trustme.CA, talk: Talk, names: Mapping[str, Sequence[Sequence[str]]] | None = None) -> World:
    """Its servers are not yet running."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("shop.example", "cdn.example", "images.shop.lan").configure_cert(context)
    shop, canary = Stranger(talk, context), Stranger(saying(reply(body=b"secret")))
    internet = Guarded({SHOP: shop.port, CDN: shop.port}, canary.port)
    return World(shop, canary, internet, Names({**NAMES, **(names or {})}))


@pytest.fixture
def world(authority: trustme.CA) -> Iterator[World]:
    world = world_of(authority, saying(reply(body=b"a picture")))
    with world.shop, world.canary:
        yield world


def test_there_are_many_forms() -> None:
    assert len(set(FORGED)) >= 120


def test_the_shop_is_asked_at_the_address_that_was_tested(world: World) -> None:
    assert world.fetch("https://shop.example/a.jpg") == b"a picture"
    assert world.fetch("HTTPS://Shop.Example.:443/a.jpg#top") == b"a picture"
    assert world.fetch("https://cdn.example?x=https://127.0.0.1/") == b"a picture"
    assert world.fetch("https://shop.example#@127.0.0.1/") == b"a picture"
    assert world.internet.dialled == [SHOP, CDN]
    assert world.shop.names == ["shop.example", "cdn.example"]
    assert [headers["host"].partition(".")[0] for _, headers in world.shop.asked] == ["shop", "shop", "cdn", "shop"]


def test_the_canary_would_sing(world: World) -> None:
    world.trusted = ("http://127.0.0.1", "http://intranet:8080", "http://[::1]")
    for url in ("http://127.0.0.1/", "http://intranet:8080/", "http://[::1]/"):
        assert world.fetch(url) == b"secret"
    assert world.canary.connections == 3


@pytest.mark.parametrize("link", FORGED)
def test_a_forged_link_leads_nowhere(world: World, link: str) -> None:
    world.refuse(link)


def test_a_redirect_leads_nowhere_else(authority: trustme.CA) -> None:
    """Relative ones lead back to the shop, for ever; all others are refused at once."""
    at = {f"/{number}": link for number, link in enumerate(FORGED) if link and link.isprintable()}
    at = {path: link.encode().decode("latin-1") for path, link in at.items()}
    answers = {path: reply("302 Found", Location=link) for path, link in at.items()}
    world = world_of(authority, saying(answers))
    with world.shop, world.canary:
        for path in at:
            with pytest.raises(ShoppableError):
                world.fetch(f"https://shop.example{path}")
        assert world.canary.connections == 0
        assert set(world.internet.dialled) == {SHOP}
    assert len(at) > 100


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_chain_of_redirects_is_tested_at_every_hop(authority: trustme.CA, status: int) -> None:
    answers = {
        "/a": reply(f"{status} Moved", Location="https://cdn.example/b"),
        "/b": reply(f"{status} Moved", Location="//shop.example/c"),
        "/c": reply(f"{status} Moved", Location="https://metadata.example/latest"),
    }
    world = world_of(authority, saying(answers))
    with world.shop, world.canary:
        with pytest.raises(InvalidInput, match="private network"):
            world.fetch("https://shop.example/a")
        assert world.canary.connections == 0
    assert [path for path, _ in world.shop.asked] == ["/a", "/b", "/c"]


def test_https_is_not_left_even_for_a_trusted_server(authority: trustme.CA) -> None:
    world = world_of(authority, saying(reply("302 Found", Location="http://intranet/")))
    world.trusted = ("http://intranet",)
    with world.shop, world.canary:
        with pytest.raises(InvalidInput, match="from https to http"):
            world.fetch("https://shop.example/a")
        assert world.canary.connections == 0


def test_a_name_that_changes_its_address_is_tested_each_time(authority: trustme.CA) -> None:
    names = {"rebind.example": [["203.0.114.9"], ["127.0.0.1"]]}
    world = world_of(authority, saying(reply(body=b"x")), names)
    with world.shop, world.canary:
        world.internet.lead("203.0.114.9", NOBODY)  # so that it is tried again
        with pytest.raises(InvalidInput, match="private network"):
            world.fetch("https://rebind.example/")
        assert world.canary.connections == 0
    assert world.internet.dialled == ["203.0.114.9"]
    assert world.names.asked == ["rebind.example"] * 2


def test_a_name_is_resolved_once_a_connection_and_what_was_tested_is_dialled(authority: trustme.CA) -> None:
    """The second answer would lead to the canary, if it was ever asked for."""
    world = world_of(authority, saying(reply(body=b"x")), {"shop.example": [[SHOP], ["127.0.0.1"]]})
    with world.shop, world.canary:
        assert world.fetch("https://shop.example/a") == b"x"
        assert world.canary.connections == 0
    assert (world.internet.dialled, world.names.asked) == ([SHOP], ["shop.example"])


def test_the_second_address_is_tried_when_the_first_is_silent(authority: trustme.CA) -> None:
    world = world_of(authority, saying(reply(body=b"x")), {"shop.example": [["203.0.114.9", SHOP]]})
    with world.shop, world.canary:
        world.internet.lead("203.0.114.9", NOBODY)
        assert world.fetch("https://shop.example/a") == b"x"
    assert world.internet.dialled == ["203.0.114.9", SHOP]


def test_a_trusted_server_may_be_private_and_no_other(authority: trustme.CA) -> None:
    names = {"images.shop.lan": [["10.0.0.5"]], "other.shop.lan": [["10.0.0.5"]]}
    world = world_of(authority, saying(reply(body=b"x")), names)
    world.trusted = ("https://images.shop.lan:8443",)
    with world.shop, world.canary:
        world.internet.lead("10.0.0.5", world.shop.port)
        assert world.fetch("https://images.shop.lan:8443/a") == b"x"
        for link in (
            "https://images.shop.lan/a",
            "http://images.shop.lan:8443/a",
            "https://images.shop.lan:8444/a",
            "https://other.shop.lan:8443/a",
            "https://other.shop.lan/a",
            "https://10.0.0.5:8443/a",
        ):
            with pytest.raises(InvalidInput):
                world.fetch(link)
    assert world.internet.dialled == ["10.0.0.5"]


def test_no_trust_opens_what_clouds_tell_their_machines(world: World) -> None:
    world.trusted = ("https://metadata.example", "http://169.254.169.254")
    world.refuse("https://metadata.example/")
    world.refuse("http://169.254.169.254/latest/meta-data/")


def test_a_certificate_for_another_name_is_not_taken(world: World) -> None:
    world.names = Names({"other.example": [[SHOP]]})
    with pytest.raises(Unavailable, match=r"(?i)certificate"):
        world.fetch("https://other.example/")


@pytest.mark.parametrize(
    "origin", ["intranet", "https://intranet/images", "https://a@intranet", "https://in tranet", ""]
)
def test_what_is_no_origin_cannot_be_trusted(origin: str) -> None:
    with pytest.raises(InvalidInput):
        HttpFetcher([origin])


@pytest.mark.parametrize("address", ["8.8.8.8", SHOP, CDN, "2a00:1450:4001:81b::200e", "64:ff9b::808:808"])
def test_public_addresses_are_told_from_others(address: str) -> None:
    assert is_public(address)
    assert may_be_private(address)


@pytest.mark.parametrize(
    "address", ["fe80::1", "fe80::1%lo", "169.254.0.1", "224.0.0.1", "::", "0.0.0.0", "x", "::ffff:10.0.0.1"]
)
def test_some_addresses_are_nobodys_server(address: str) -> None:
    assert not is_public(address)
    assert not may_be_private(address)
