"""Socket Mode: up to ten connections, each envelope to one of them, an acknowledgement by its envelope id."""

import asyncio
import json
import secrets
import time
import uuid
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from bot.sandbox.delivery.parcel import Parcel, ParcelKind, Receipt, Status
from bot.sandbox.people import Json

MAX_CONNECTIONS, RETURN_SECONDS = 10, 1.0


@dataclass(eq=False)
class Connection:
    websocket: WebSocket
    waiting: dict[str, asyncio.Future[Any]] = field(default_factory=dict)

    def acknowledge(self, frame: Json) -> None:
        future = self.waiting.pop(frame.get("envelope_id", ""), None)
        if future is not None and not future.done():
            future.set_result(frame.get("payload"))

    def lost(self) -> None:
        for future in self.waiting.values():
            if not future.done():
                future.set_exception(ConnectionResetError())
        self.waiting.clear()


class SocketHub:
    def __init__(self, app_id: str, ack_seconds: float) -> None:
        self._app_id = app_id
        self._ack_seconds = ack_seconds
        self._tickets: set[str] = set()
        self._turn = 0
        self._last_lost = float("-inf")
        self._arrived = asyncio.Event()
        self.connections: list[Connection] = []
        self.leaving: list[Connection] = []
        self.base_url = ""

    def new_url(self) -> str:
        """A WebSocket address for one connection."""
        ticket = secrets.token_hex(16)
        self._tickets.add(ticket)
        return f"{self.base_url.replace('http', 'ws', 1)}/sandbox/socket?ticket={ticket}&app_id={self._app_id}"

    async def endpoint(self, websocket: WebSocket) -> None:
        ticket = websocket.query_params.get("ticket", "")
        if ticket not in self._tickets:
            await websocket.close(1008)
            return
        self._tickets.discard(ticket)
        await websocket.accept()
        if len(self.connections) >= MAX_CONNECTIONS:
            await websocket.send_json(self._farewell("too_many_websockets"))
            await websocket.close()
            return
        await self._serve(Connection(websocket))

    async def _serve(self, connection: Connection) -> None:
        self.connections.append(connection)
        self._arrived.set()
        try:
            await connection.websocket.send_json(self._hello())
            async for text in connection.websocket.iter_text():
                connection.acknowledge(json.loads(text))
        except WebSocketDisconnect:
            pass
        finally:
            self._forget(connection)
            connection.lost()

    def _forget(self, connection: Connection) -> None:
        for group in (self.connections, self.leaving):
            if connection in group:
                group.remove(connection)
                self._last_lost = time.monotonic()

    def _hello(self) -> Json:
        debug = {"host": "sandbox", "build_number": 1, "approximate_connection_time": 18060}
        info = {"app_id": self._app_id}
        return {"type": "hello", "connection_info": info, "num_connections": len(self.connections), "debug_info": debug}

    def _farewell(self, reason: str) -> Json:
        return {"type": "disconnect", "reason": reason, "debug_info": {"host": "sandbox"}}

    async def disconnect(self, reason: str = "refresh_requested", abruptly: bool = False) -> None:
        """A frame after which the client opens a new connection and closes this one. Until then nothing new is sent
        here, unless there is no other. `abruptly` closes without a word."""
        if abruptly:
            await self._hang_up()
            return
        for connection in list(self.connections):
            self._forget(connection)
            self.leaving.append(connection)
            with suppress(WebSocketDisconnect, RuntimeError):
                await connection.websocket.send_json(self._farewell(reason))

    async def _hang_up(self) -> None:
        for connection in [*self.connections, *self.leaving]:
            self._forget(connection)
            with suppress(WebSocketDisconnect, RuntimeError):
                await connection.websocket.close(1001)

    async def send(self, parcel: Parcel) -> Receipt:
        started = time.perf_counter()
        await self._wait_for_return()
        usable = self.connections or self.leaving
        if not usable:
            return Receipt(Status.UNREACHABLE, None, (time.perf_counter() - started) * 1000)
        self._turn += 1
        connection = usable[self._turn % len(usable)]
        envelope = self._envelope(parcel)
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        connection.waiting[envelope["envelope_id"]] = future
        status, body = await self._exchange(connection, envelope, future)
        return Receipt(status, body, (time.perf_counter() - started) * 1000)

    async def _wait_for_return(self) -> None:
        """A client that is just changing its connection gets the time to do so."""
        patience = min(self._last_lost + RETURN_SECONDS - time.monotonic(), self._ack_seconds)
        if not self.connections and patience > 0:
            self._arrived.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._arrived.wait(), patience)

    async def _exchange(self, connection: Connection, envelope: Json, future: asyncio.Future[Any]) -> tuple[Status, Any]:
        try:
            await connection.websocket.send_json(envelope)
            return Status.ACKED, await asyncio.wait_for(future, self._ack_seconds)
        except TimeoutError:
            return Status.TIMEOUT, None
        except (WebSocketDisconnect, ConnectionError, RuntimeError):
            return Status.UNREACHABLE, None
        finally:
            connection.waiting.pop(envelope["envelope_id"], None)

    def _envelope(self, parcel: Parcel) -> Json:
        envelope: Json = {
            "envelope_id": str(uuid.uuid4()),
            "type": str(parcel.kind),
            "accepts_response_payload": parcel.kind is not ParcelKind.EVENT,
            "payload": parcel.payload,
        }
        if parcel.kind is ParcelKind.EVENT:
            envelope |= {"retry_attempt": parcel.retry_attempt, "retry_reason": parcel.retry_reason}
        return envelope
