"""What an admin releases is decided at once, even in the middle of a sweep."""

import asyncio
from datetime import timedelta
from typing import Any

from bot.database import Database
from jobs.schedule import Schedule, Scheduled
from tests.factories import until


async def test_a_job_that_is_wanted_soon_while_it_runs_runs_once_more(database: Database) -> None:
    started, finish = [], asyncio.Event()

    async def work() -> dict[str, Any]:
        started.append(len(started))
        await finish.wait()
        return {}

    schedule = Schedule(database, [Scheduled("sweep", timedelta(hours=1), work)])
    schedule.start()
    try:
        await until(lambda: len(started) == 1, "it runs at its usual time")
        schedule.soon("sweep")
        await asyncio.sleep(0)
        finish.set()
        await until(lambda: len(started) == 2, "it runs again, an hour before its next time")
    finally:
        schedule.stop()
        await asyncio.sleep(0.05)
