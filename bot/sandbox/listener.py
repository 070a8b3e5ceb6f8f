"""A uvicorn server inside the running loop: no signal handlers, and connections that can be dropped unanswered."""

import asyncio
import itertools
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol


class DroppingProtocol(H11Protocol):
    """Leaves in `scope["state"]["drop"]` a way to close the TCP connection at once."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.app_state = {**self.app_state, "drop": transport.abort}


START_SECONDS = 10.0


class Listener(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals belong to the program that runs us."""
        yield

    async def main_loop(self) -> None:
        """uvicorn's loop, which notices within 10 instead of 100 ms that it should end."""
        ticks = itertools.count()
        while not self.should_exit:
            count = next(ticks)
            if count % 10 == 0:
                await self.on_tick(count // 10)
            await asyncio.sleep(0.01)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """uvicorn's farewell without its waits of 100 ms: stop listening, close, cancel what is left after a second."""
        for server in self.servers:
            server.close()
        state = self.server_state
        for connection in list(state.connections):
            connection.shutdown()
        for _ in range(200):
            if not state.connections and not state.tasks:
                return
            await asyncio.sleep(0.005)
        for task in list(state.tasks):
            task.cancel()


@asynccontextmanager
async def listening(app: Any, host: str, port: int) -> AsyncIterator[str]:
    """Serves the application; yields its address. Port 0 takes a free one. OSError when the port is taken."""
    # With the protocol left out, asyncio would not set TCP_NODELAY, and every answer would wait 40 ms for an ACK.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listening_socket:
        listening_socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening_socket.bind((host, port))
        config = uvicorn.Config(
            app,
            http=DroppingProtocol,
            ws="websockets-sansio",
            lifespan="off",
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=1,
        )
        server = Listener(config)
        task = asyncio.create_task(server.serve(sockets=[listening_socket]))
        try:
            await asyncio.wait_for(server.ready.wait(), START_SECONDS)
            yield f"http://{host}:{listening_socket.getsockname()[1]}"
        finally:
            server.should_exit = True
            await task
