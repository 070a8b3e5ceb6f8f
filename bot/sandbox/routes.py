"""The HTTP and WebSocket addresses of the sandbox."""

from html import escape
from pathlib import Path
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles

from bot.sandbox.api.dispatch import WebApi
from bot.sandbox.control import Control
from bot.sandbox.delivery.socket import SocketHub
from bot.sandbox.live import Live
from bot.sandbox.responses import ResponseUrls
from bot.sandbox.workspace import Workspace

ELSEWHERE = """<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>{name}</title>
<style>
:root {{ color-scheme: light dark; font: 17px/1.5 Lato, Inter, "Noto Sans", "Segoe UI", sans-serif }}
body {{ display: grid; place-content: center; height: 90vh; margin: 0 24px; text-align: center }}
p {{ opacity: .7 }}
</style>
<h1>{name}</h1><p>Here a customer would see this page of your site. The demo has none, and leads nobody out of this machine.</p></html>"""
STATIC = Path(__file__).parent / "static"


async def index(request: Request) -> Response:
    return FileResponse(STATIC / "index.html", headers={"cache-control": "no-store"})


async def elsewhere(request: Request) -> Response:
    """Where links to the company's own site lead: there is none, and a demo must not send anybody out."""
    return HTMLResponse(ELSEWHERE.format(name=escape(request.path_params["name"])))


class Files:
    """Uploaded bytes: in by the upload URL, out for the page."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    async def upload(self, request: Request) -> Response:
        upload = self._workspace.contents.uploads.get(request.path_params["id"])
        if upload is None:
            return PlainTextResponse("not found", 404)
        upload.content = await request.body()
        suffix = Path(upload.name).suffix.lower()
        known = {
            ".png": "image/png",
            ".jpg": "image/jpeg",
            ".svg": "image/svg+xml",
            ".csv": "text/csv",
            ".pdf": "application/pdf",
            ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        }
        upload.content_type = known.get(suffix, upload.content_type)
        return PlainTextResponse(f"OK - {len(upload.content)}")

    async def download(self, request: Request) -> Response:
        upload = self._workspace.contents.uploads.get(request.path_params["id"])
        if upload is None:
            return PlainTextResponse("not found", 404)
        named = "" if upload.content_type.startswith("image/") else f"attachment; filename*=UTF-8''{quote(upload.name)}"
        return Response(upload.content, media_type=upload.content_type, headers={"content-disposition": named} if named else {})


def application(workspace: Workspace, api: WebApi, control: Control, hub: SocketHub, responses: ResponseUrls, live: Live) -> Starlette:
    files = Files(workspace)
    return Starlette(
        routes=[
            Route("/", index),
            Route("/api/{method}", api.__call__, methods=["GET", "POST"]),
            Route("/elsewhere/{name}", elsewhere),
            Route("/sandbox/state", control.state),
            Route("/sandbox/calls", control.calls),
            Route("/sandbox/deliveries", control.deliveries),
            Route("/sandbox/act", control.act, methods=["POST"]),
            Route("/sandbox/faults", control.faults, methods=["GET", "POST", "DELETE"]),
            Route("/sandbox/reset", control.reset, methods=["POST"]),
            Route("/sandbox/response/{key}", responses.__call__, methods=["POST"]),
            Route("/sandbox/upload/{id}", files.upload, methods=["POST"]),
            Route("/sandbox/file/{id}", files.download),
            WebSocketRoute("/sandbox/socket", hub.endpoint),
            WebSocketRoute("/sandbox/live", live.endpoint),
            Mount("/static", StaticFiles(directory=STATIC)),
        ]
    )
