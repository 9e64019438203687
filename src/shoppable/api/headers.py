"""What every answer carries, and HEAD, as ASGI middleware."""

import re

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self' blob:; "
    "object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
)

SECURITY = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "strict-origin-when-cross-origin",
    "cache-control": "no-store",
}
"""Set on every answer that does not say otherwise."""

EMBEDDED = re.compile(
    r"/v1/(videos/[^/]+/(cue-sheets?(/|$)|renditions/|stills/)|pictures/)|/player/shoppable-video\.js$"
)
"""What a player on somebody else's page reads. Nothing here depends on who asks: no cookie is looked at."""

HEAD = "shoppable.head"
"""In the scope when only the head of the answer is wanted, so that a body need not be read to be thrown away."""


class Headers:
    """Adds the headers of every answer, and lets any site read what a player needs."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY.items():
                    headers.setdefault(name, value)
                if EMBEDDED.match(scope["path"]):
                    headers["access-control-allow-origin"] = "*"
            await send(message)

        await self._app(scope, receive, sending)


class HeadAsGet:
    """Answers HEAD as GET without its body, for every resource alike."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def sending(message: Message) -> None:
            await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

        await self._app({**scope, "method": "GET", HEAD: True}, receive, sending)
