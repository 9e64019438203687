"""The pages people open, and the built front end they load."""

import os
from pathlib import Path

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from shoppable.api.access import VideoId

BUILT = Path(__file__).parent / "static"
"""Where the front end's build puts it."""

NOT_BUILT = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>shoppable</title>
<h1>The pages are not built yet</h1>
<p>Run <code>make setup</code> in the project's folder, then load this page again.</p>
<p>The API needs no build: <a href="/v1/openapi.json">its description</a>.</p>
</html>
"""

REVALIDATE = {"cache-control": "no-cache"}
"""The names of built files say nothing of what is in them."""


def page_router(built: Path) -> APIRouter:
    """The pages, from the folder with the built front end."""
    router = APIRouter(include_in_schema=False)

    @router.get("/")
    def index() -> Response:
        return _page(built / "index.html")

    @router.get("/watch/{video_id}")
    def watch(video_id: VideoId) -> Response:  # noqa: ARG001 - the page reads it from its own address
        return _page(built / "watch.html")

    return router


def _page(path: Path) -> Response:
    if not path.is_file():
        return HTMLResponse(NOT_BUILT, 503, REVALIDATE)
    return FileResponse(path, headers=REVALIDATE)


class FrontEnd(StaticFiles):
    """The built files; they may also be built while the server runs."""

    async def check_config(self) -> None:
        """404 while there is nothing to serve, where the library would end in an error of its own."""
        if self.directory is None or not Path(self.directory).is_dir():
            raise HTTPException(404, "the front end is not built; run make setup")

    def file_response(
        self, full_path: str | os.PathLike[str], stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers.update(REVALIDATE)
        return response
