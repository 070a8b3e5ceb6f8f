"""A whole Staysail for each scenario: real Bolt app, real worker, local Slack, real database."""

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from bot.database import Database
from tests.conftest import on_postgresql, on_sqlite
from tests.factories import Plan, World, start_world

OpenWorld = Callable[..., Awaitable[World]]


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Slack's client honours HTTP_PROXY even for loopback."""
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)


@pytest.fixture
async def open_world(database: Database, tmp_path: Path) -> AsyncIterator[OpenWorld]:
    async with AsyncExitStack() as stack:

        async def start(**plan: Any) -> World:
            return await start_world(stack, tmp_path, database, Plan(**plan))

        yield start


@pytest.fixture
async def world(open_world: OpenWorld) -> World:
    """The default company, swept; by socket."""
    return await open_world()


__all__ = ["OpenWorld", "on_postgresql", "on_sqlite"]
