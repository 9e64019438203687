"""`shoppable serve`: the API and the pages, on this machine."""

import contextlib
import errno
import ipaddress
import os
import socket

import click
import uvicorn

from shoppable.cli.options import with_settings
from shoppable.errors import Conflict, InvalidInput
from shoppable.settings import Settings

GRACE_S = 5
"""How long viewers may go on after Ctrl-C."""


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="Port; 0 picks a free one."
)
@with_settings()
def serve(settings: Settings, host: str, port: int) -> None:
    """Serve the videos, their cue sheets and the pages that show them."""
    from shoppable.api.app import create_app
    from shoppable.pipelines.registry import PIPELINES
    from shoppable.wiring import open_store

    with listen(host, port) as listening, contextlib.suppress(KeyboardInterrupt):
        store = open_store(settings)
        app = create_app(
            blobs=store.blobs,
            records=store.records,
            events=store.events,
            tenant=settings.tenant,
            pipelines=PIPELINES,
        )
        click.echo(f"Serving {settings.home} at {address(listening)} - stop with Ctrl-C.")
        if not _is_own(listening):
            click.echo("Anyone who reaches this address can see all videos: there is no sign-in.", err=True)
        config = uvicorn.Config(
            app, ws="none", log_level="warning", server_header=False, timeout_graceful_shutdown=GRACE_S
        )
        uvicorn.Server(config).run(sockets=[listening])


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens, before anything else is opened.

    Raises:
        Conflict: The port is in use.
        InvalidInput: This machine cannot listen there.
    """
    try:
        family, kind, protocol, _, at = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        # The protocol is named because asyncio sends small answers at once only where it is: 40 ms on each otherwise.
        listening = socket.socket(family, kind, protocol)
        try:
            if os.name == "posix":
                listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind(at)
            listening.listen()
        except BaseException:
            listening.close()
            raise
        return listening
    except (socket.gaierror, UnicodeError) as error:
        raise InvalidInput(f"there is no address {host}; give --host one of this machine") from error
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise Conflict(f"port {port} on {host} is in use; stop what uses it, or give another --port") from error
        raise InvalidInput(f"cannot listen on {host} port {port}: {error.strerror}; give another") from error


def address(listening: socket.socket) -> str:
    """Where to point a browser."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def _is_own(listening: socket.socket) -> bool:
    return ipaddress.ip_address(listening.getsockname()[0].partition("%")[0]).is_loopback
