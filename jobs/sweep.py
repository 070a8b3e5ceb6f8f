"""The sweep: poll, measure, decide, advance plays, enqueue. One pass; the same for the scheduler and the command line."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.accounts.measure import Measurement, Pass, measure
from bot.accounts.poll import Poll, Vanishing, poll
from bot.clock import Clock, day_of
from bot.connectors.ports import Crm, Usage
from bot.database import Database
from bot.settings import LiveSettings, Settings
from bot.streams import in_thread
from jobs.report import Report
from models import Account

if TYPE_CHECKING:
    from bot.playbooks.runner import Moved


class Sweep:
    """Everything a pass needs, joined once by the composition root."""

    def __init__(self, live: LiveSettings, database: Database, crm: Crm, usage: Usage | None, now: Clock) -> None:
        self._live, self._database, self._now = live, database, now
        self.crm, self.usage = crm, usage

    @property
    def _settings(self) -> Settings:
        return self._live.current

    async def run(self, decided: Callable[[], None] = lambda: None) -> Report:
        """Reads everything, CRM and usage at the same time; what decides then is loaded while databases are at work.

        `decided` is called when cards can leave: what is due for people besides comes after.
        """
        began = time.perf_counter()
        now = self._now()
        report = Report()
        loading = asyncio.ensure_future(in_thread(_second_half))
        polling = asyncio.ensure_future(self.poll(report, now))
        try:
            await self.measure(report, now, polling)
        finally:
            await asyncio.gather(polling, loading)
        act_on = loading.result()
        await act_on(self._database, self._settings, self.usage, report, now, decided)
        report.accounts = await self._database.read(_count_accounts)
        report.seconds = round(time.perf_counter() - began, 3)
        return report

    async def poll(self, report: Report, now: datetime) -> None:
        for polled in await poll(self._database, self.crm, now, Vanishing(self._settings.freshness.mass_drop)):
            report.sources.append(_of_poll(polled))
            report.bad_rows += [f"{polled.source}: {bad}" for bad in polled.bad_examples]

    async def measure(self, report: Report, now: datetime, accounts_known: Awaitable[None]) -> None:
        if self.usage is None:
            return
        for metric in self._settings.metrics.values():
            day, stale_after = day_of(now, self._settings.zone), self._settings.freshness.stale_after
            measured = await measure(self._database, self.usage, metric, Pass(day, now, stale_after, accounts_known))
            report.signals += measured.signals
            report.sources.append(_of_measurement(measured))

    async def go_on(self) -> "Moved":
        """Between sweeps: what has happened meanwhile, and the plays whose waiting is over."""
        from jobs.deciding import go_on  # noqa: PLC0415 (as in `_second_half`)

        return await go_on(self._database, self._settings, self.usage, self._now())


def _second_half() -> Callable[[Database, Settings, Usage | None, Report, datetime, Callable[[], None]], Awaitable[None]]:
    from jobs.deciding import act_on  # noqa: PLC0415 (a quarter of a second)

    return act_on


def _of_poll(report: Poll) -> dict[str, Any]:
    found = asdict(report)
    found["bad_examples"] = [str(bad) for bad in report.bad_examples]
    return {"name": found.pop("source"), **found}


def _of_measurement(report: Measurement) -> dict[str, Any]:
    newest = report.newest_day.isoformat() if report.newest_day else None
    return {"name": report.source, "rows": report.rows, "newest_day": newest, "problem": report.problem}


def _count_accounts(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Account).where(Account.gone_at.is_(None))) or 0
