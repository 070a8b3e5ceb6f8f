"""WebSocket to the web page: every change, as soon as it happened."""

import asyncio
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from bot.sandbox.people import Json
from bot.sandbox.snapshot import shown_change
from bot.sandbox.workspace import Workspace


class Live:
    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._queues: set[asyncio.Queue[Json]] = set()
        workspace.watchers.append(self._changed)

    def _changed(self, change: Json) -> None:
        if self._queues:
            shown = shown_change(self._workspace, change)
            for queue in self._queues:
                queue.put_nowait(shown)

    async def endpoint(self, websocket: WebSocket) -> None:
        await websocket.accept()
        queue: asyncio.Queue[Json] = asyncio.Queue()
        self._queues.add(queue)
        sender = asyncio.create_task(_pump(websocket, queue))
        try:
            async for _ in websocket.iter_text():
                pass
        finally:
            self._queues.discard(queue)
            sender.cancel()
            await asyncio.gather(sender, return_exceptions=True)


async def _pump(websocket: WebSocket, queue: "asyncio.Queue[Any]") -> None:
    try:
        while True:
            await websocket.send_json(await queue.get())
    except (WebSocketDisconnect, RuntimeError):
        return
