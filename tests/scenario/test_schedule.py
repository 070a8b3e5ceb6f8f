"""What an admin releases is decided at once, even in the middle of a sweep."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from bot.database import Database
from jobs.schedule import Schedule, Scheduled
from models import Job
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
        await schedule.stop()


async def test_a_job_under_way_gives_its_lease_back_when_the_process_ends(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    started: list[int] = []

    async def work() -> dict[str, Any]:
        started.append(1)
        await asyncio.sleep(60)
        return {}

    schedule = Schedule(database, [Scheduled("sweep", timedelta(hours=1), work)])
    schedule.start()
    await until(lambda: bool(started), "it runs")
    await schedule.stop()
    job: Any = await database.read(lambda session: session.get(Job, "sweep"))
    assert (job.holder, job.problem) == (None, None)
    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == []
