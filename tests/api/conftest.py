import http.client
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import uvicorn
from fastapi import FastAPI

from shoppable.api.app import create_app
from shoppable.cli.serve import address, listen
from shoppable.pipelines.publish import PUBLISH
from tests.shop import Shop, open_shop, publish_now, stock


@dataclass(frozen=True)
class Site:
    """A stocked shop with one published version, and a client of the server in front of it."""

    shop: Shop
    client: httpx.Client
    built: Path


@contextmanager
def serving(app: FastAPI) -> Iterator[httpx.Client]:
    """The application behind a real server on a free port of this machine, and a client of it."""
    with listen("127.0.0.1", 0) as listening:
        server = uvicorn.Server(uvicorn.Config(app, log_level="critical", ws="none"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            while not server.started and thread.is_alive():
                time.sleep(0.01)
            with httpx.Client(base_url=address(listening), timeout=10) as client:
                yield client
        finally:
            server.should_exit = True
            thread.join()


def application(shop: Shop, built: Path) -> FastAPI:
    return create_app(
        blobs=shop.blobs,
        records=shop.records,
        events=shop.events,
        tenant=shop.tenant,
        pipelines=(PUBLISH,),
        built=built,
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One for all tests of a file, which only add to it."""
    folder = tmp_path_factory.mktemp("site")
    with open_shop(folder) as shop, serving(application(stock(shop), folder / "built")) as client:
        publish_now(shop)
        yield Site(shop, client, folder / "built")


def get_raw(client: httpx.Client, target: str) -> httpx.Response:
    """GETs a request target just as it is written: clients tidy `..` and escapes away."""
    connection = http.client.HTTPConnection(client.base_url.host, client.base_url.port, timeout=10)
    with closing(connection):
        connection.request("GET", target)
        answer = connection.getresponse()
        return httpx.Response(answer.status, headers=answer.getheaders(), content=answer.read())


Serve = Callable[[FastAPI], httpx.Client]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Serves any application until the end of the test."""
    with ExitStack() as open_servers:
        yield lambda app: open_servers.enter_context(serving(app))
