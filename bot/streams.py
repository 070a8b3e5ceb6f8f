"""Streams of items: read in a thread of their own, one item ahead of whoever consumes them, and worked on several at a time."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


async def read_beside(open_iterator: Callable[[], Iterator[T]], ahead: bool) -> AsyncIterator[T]:
    """Yields what the iterator yields, read in a thread. `ahead`: while one item is worked on, the thread already fetches the next."""
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(1, "source") as thread:
        iterator = await loop.run_in_executor(thread, open_iterator)
        coming = loop.run_in_executor(thread, next, iterator, None)
        while (item := await coming) is not None:
            if ahead:
                coming = loop.run_in_executor(thread, next, iterator, None)
            yield item
            if not ahead:
                coming = loop.run_in_executor(thread, next, iterator, None)


async def in_thread(work: Callable[[], T]) -> T:
    """Does blocking work in a thread of its own, which has ended when this returns, fails or is cancelled."""
    with ThreadPoolExecutor(1, "source") as thread:
        return await asyncio.get_running_loop().run_in_executor(thread, work)


async def work_off(items: AsyncIterator[T], work: Callable[[T], Awaitable[None]], at_once: int) -> None:
    """Begins the work on every item as it comes, on so many at once. What was begun has ended when this returns, or fails."""
    under_way: set[asyncio.Future[None]] = set()
    try:
        async for item in items:
            under_way.add(asyncio.ensure_future(work(item)))
            if len(under_way) >= at_once:
                done, under_way = await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
                await asyncio.gather(*done)
    finally:
        await asyncio.gather(*under_way)
