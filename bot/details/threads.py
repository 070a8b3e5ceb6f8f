"""Threads for connectors, which block: a few for each source, so that one that is stuck holds up nobody but itself."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
AT_ONCE = 4


class Threads:
    """What waits for a thread when its asker gives up is never begun; what was begun ends by the connector's own time-out."""

    def __init__(self, name: str) -> None:
        self._pool = ThreadPoolExecutor(AT_ONCE, f"details-{name}")

    async def do(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)
