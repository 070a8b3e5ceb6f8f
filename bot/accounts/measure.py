"""Measure: one grouped statement a metric in the usage database; what it answers is kept per account.

Written in short units of work, so that a click never waits for more than one of them.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from bot.accounts.signals import FORMS, usage_source
from bot.bulk import count_anew, upsert
from bot.connectors.ports import Metric, Usage, UsageRow, Windows
from bot.database import Database
from bot.errors import SourceFailed
from bot.landing import Landing, Place, landing
from bot.streams import in_thread, read_beside, work_off
from models import Account, Reading, Source

READINGS: Any = Reading.__table__
LAST_DAY = (("last_day", "coalesce(excluded.last_day, readings.last_day)"),)
"""The last active day that was ever seen: a window without one does not take it away."""
COLUMNS = ("account_id", "recent", "baseline", "last_day")
COHORT = 5000
Same = Mapping[str, Any]
"""What all readings of one measuring have in common: their metric and their moment."""


@dataclass
class Measurement:
    """What one metric's measuring gave. `rows`: accounts with any usage. `problem`: why it failed; nothing changed then."""

    source: str
    rows: int = 0
    newest_day: date | None = None
    problem: str | None = None
    signals: int = 0


@dataclass(frozen=True)
class Pass:
    """A pass as of the start of `day`. `accounts_known` is awaited before anything that needs the accounts' own dates."""

    day: date
    now: datetime
    stale_after: timedelta
    accounts_known: Awaitable[None]


async def measure(database: Database, usage: Usage, metric: Metric, this: Pass) -> Measurement:
    """Measures one metric for every account."""
    day, now = this.day, this.now
    report = Measurement(usage_source(metric.name))
    windows, same = metric.windows(day), {"metric": metric.name, "measured_at": now}
    try:
        begin = partial(database.run, _forget_later, metric.name, now)
        if not await _land(database, partial(usage.land, metric.name, windows), report, begin, same):
            pages = read_beside(lambda: usage.measure(metric.name, windows), database.reads_ahead)
            counted = _counted(pages, report, begin)
            await work_off(counted, lambda rows: database.run(_store, rows, same), database.at_once)
        await this.accounts_known
        await _measure_young(database, usage, metric, windows, same)
        if report.newest_day is None or day - report.newest_day > this.stale_after:
            # Days of zeros are activity of the export, if not of the customers.
            report.newest_day = await asyncio.to_thread(usage.newest_day, metric.name, day) or report.newest_day
    except SourceFailed as error:
        report.problem = str(error)
        await this.accounts_known
    await database.run(_record, report, day, now)
    return report


async def _land(
    database: Database, land: Callable[[Landing], bool], report: Measurement, begin: Callable[[], Awaitable[None]], same: Same
) -> bool:
    """Where usage lies in a database of our own kind its answer need not pass through us. False: it has to."""
    with landing(database, Place(READINGS, COLUMNS, same, LAST_DAY)) as landed:
        if not await in_thread(partial(_filled, land, landed, report)):
            return False
        await begin()
        for unit in await in_thread(landed.units):
            await database.write(partial(landed.take, unit))
    return True


def _filled(land: Callable[[Landing], bool], landed: Landing, report: Measurement) -> bool:
    if not land(landed):
        return False
    report.rows, newest = landed.ask("count(*), max(last_day)")
    report.newest_day = date.fromisoformat(newest) if isinstance(newest, str) else newest
    return True


async def _counted(
    pages: AsyncIterator[list[UsageRow]], report: Measurement, begin: Callable[[], Awaitable[None]]
) -> AsyncIterator[list[UsageRow]]:
    """The pages, counted into the report; begins before the first of them, since only then is it sure that the source answers."""
    async for rows in pages:
        if not report.rows:
            await begin()
        report.rows += len(rows)
        report.newest_day = max(filter(None, (report.newest_day, *(row[3] for row in rows))), default=None)
        yield rows
    if not report.rows:
        await begin()


async def _measure_young(database: Database, usage: Usage, metric: Metric, windows: Windows, same: Same) -> None:
    """Usage rows from before an account's start must not count: those accounts are read again, one statement a start date."""
    for start, accounts in (await database.read(_young, windows, metric.min_baseline_days)).items():
        own = Windows(windows.day, windows.recent_days, (windows.recent_start - start).days)
        for at in range(0, len(accounts), COHORT):
            some = accounts[at : at + COHORT]
            silent = set(some)
            async for rows in read_beside(partial(usage.measure, metric.name, own, some), database.reads_ahead):
                await database.run(_store, rows, same)
                silent -= {row[0] for row in rows}
            await database.run(_store, [(account, 0.0, 0.0, None) for account in silent], same)


def _young(session: Session, windows: Windows, least: int) -> dict[date, list[str]]:
    """Accounts that started inside the baseline (early enough to have one), by that day: rows from before it must not count."""
    latest = windows.recent_start - timedelta(days=least)
    cohorts: dict[date, list[str]] = defaultdict(list)
    started = select(Account.started_on, Account.id).where(
        Account.started_on > windows.baseline_start, Account.started_on <= latest, Account.gone_at.is_(None)
    )
    for start, account in session.execute(started):
        if start:
            cohorts[start].append(account)
    return cohorts


def _store(session: Session, rows: list[UsageRow], same: Same) -> None:
    upsert(session, READINGS, COLUMNS, rows, same=same, rules=LAST_DAY)


def _forget_later(session: Session, metric: str, now: datetime) -> None:
    """A pass as of an earlier time must not see what a later one has read; nor one as of the same moment take it for its own."""
    source = session.get(Source, usage_source(metric))
    if source and source.read_at and source.read_at >= now:
        session.execute(delete(Reading).where(Reading.metric == metric, Reading.measured_at > now))
        same = (Reading.metric == metric, Reading.measured_at == now)
        session.execute(update(Reading).where(*same).values(measured_at=now - timedelta(seconds=1)))


def _record(session: Session, report: Measurement, day: date, now: datetime) -> None:
    source = session.get(Source, report.source) or Source(name=report.source)
    source.tried_at, source.problem = now, report.problem
    if report.problem is None:
        source.read_at, source.measured_for = now, day
        source.rows, source.newest_day = report.rows, report.newest_day
        accounts = session.scalar(select(func.count()).select_from(Account).where(Account.gone_at.is_(None))) or 0
        report.signals = accounts * len(FORMS)
    session.add(source)
    count_anew(session, READINGS, report.rows)
