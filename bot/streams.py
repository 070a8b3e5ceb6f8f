"""Blocking iterators, read in a thread of their own, one item ahead of whoever consumes them."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


async def read_ahead(open_iterator: Callable[[], Iterator[T]]) -> AsyncIterator[T]:
    """Yields what the iterator yields; while one item is worked on, the thread already fetches the next."""
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(1, "source") as thread:
        iterator = await loop.run_in_executor(thread, open_iterator)
        coming = loop.run_in_executor(thread, next, iterator, None)
        while (item := await coming) is not None:
            coming = loop.run_in_executor(thread, next, iterator, None)
            yield item
