"""What the clock starts, in one table."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot import clock
from bot.database import Database
from bot.errors import StaysailError
from bot.log import log
from jobs.lease import lease, record


@dataclass(frozen=True)
class Scheduled:
    """A job: how often, and what it does. `work` gives what the job's last report is to show.

    `everywhere`: every process does it for itself, and nothing is noted of it.
    """

    name: str
    every: timedelta
    work: Callable[[], Awaitable[dict[str, Any]]]
    everywhere: bool = False


class Schedule:
    """Runs each job at once and then every so often; one process at a time."""

    def __init__(self, database: Database, jobs: Sequence[Scheduled]) -> None:
        self._database = database
        self._jobs = {job.name: job for job in jobs}
        self._under_way: set[asyncio.Task[Any]] = set()
        self._scheduler = AsyncIOScheduler(timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None})
        for job in jobs:
            first = clock.now() + timedelta(seconds=1)
            seconds = job.every.total_seconds()
            self._scheduler.add_job(self._run, "interval", [job], seconds=seconds, id=job.name, next_run_time=first)

    def start(self) -> None:
        self._scheduler.start()

    async def stop(self) -> None:
        """Jobs under way are ended and waited for: they give their leases back before the database is closed."""
        self._scheduler.shutdown(wait=False)
        under_way = tuple(self._under_way)
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)

    def soon(self, name: str) -> None:
        """Runs a job now, besides its usual times; while it runs already, once more afterwards: what changed meanwhile counts."""
        more = {"id": f"{name}.soon", "replace_existing": True, "max_instances": 2}
        self._scheduler.add_job(self._run, args=[self._jobs[name], True], **more)

    async def _run(self, job: Scheduled, wait: bool = False) -> None:
        """Ends quietly when it is cancelled: the process is ending, and the scheduler would log that as a failure."""
        task = asyncio.current_task()
        assert task is not None
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        with suppress(asyncio.CancelledError):
            if job.everywhere:
                await run_quietly(job.name, job.work)
                return
            async with lease(self._database, job.name, wait=wait) as ours:
                if ours:
                    await run_recorded(self._database, job.name, job.work)


async def run_quietly(name: str, work: Callable[[], Awaitable[dict[str, Any]]]) -> None:
    """It is tried again at its next time."""
    try:
        await work()
    except Exception as error:
        log.warning("job_failed", job=name, problem=str(error))


async def run_recorded(database: Database, name: str, work: Callable[[], Awaitable[dict[str, Any]]]) -> None:
    """A job that fails is seen in `/stay status` and tried again at its next time; the scheduler lives on."""
    started: datetime = clock.now()
    problem, report = None, None
    try:
        report = await work()
    except StaysailError as error:
        problem = str(error)
        log.warning("job_failed", job=name, problem=problem)
    except Exception as error:
        problem = f"{type(error).__name__}: {error}"
        log.error("job_failed", job=name, problem=problem, exc_info=True)
    await database.run(record, name, started, problem, report)
