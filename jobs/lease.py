"""One process at a time does a job, however many replicas there are. A process that dies loses its lease within half a minute."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import or_, update
from sqlalchemy.orm import Session

from bot import clock
from bot.bulk import upsert
from bot.database import Database
from models import Job

LEASE = timedelta(seconds=30)
RENEW = 10.0


@asynccontextmanager
async def lease(database: Database, job: str, wait: bool) -> AsyncIterator[bool]:
    """True: ours until the block ends. False: another process is at it (with `wait`, that one is waited for)."""
    holder = uuid4().hex
    while not (ours := await database.run(_take, job, holder, clock.now())) and wait:  # noqa: ASYNC110 (another process)
        await asyncio.sleep(1)
    renewing = asyncio.ensure_future(_renew(database, job, holder)) if ours else None
    try:
        yield ours
    finally:
        if renewing:
            renewing.cancel()
            with suppress(asyncio.CancelledError):
                await renewing
            await database.run(_give_back, job, holder)


async def _renew(database: Database, job: str, holder: str) -> None:
    while True:
        await asyncio.sleep(RENEW)
        await database.run(_take, job, holder, clock.now())


def _take(session: Session, job: str, holder: str, now: datetime) -> bool:
    if session.get(Job, job) is None:
        upsert(session, Job.__table__, ("name",), [(job,)])  # type: ignore[arg-type]
    free = or_(Job.holder.is_(None), Job.holder == holder, Job.lease_until < now)
    taken = update(Job).where(Job.name == job, free).values(holder=holder, lease_until=now + LEASE)
    return bool(session.execute(taken).rowcount)  # type: ignore[attr-defined]


def _give_back(session: Session, job: str, holder: str) -> None:
    session.execute(update(Job).where(Job.name == job, Job.holder == holder).values(holder=None, lease_until=None))


def record(session: Session, job: str, started: datetime, problem: str | None, report: dict[str, object] | None) -> None:
    values = {"started_at": started, "finished_at": clock.now(), "problem": problem, "report": report}
    session.execute(update(Job).where(Job.name == job).values(values))
