"""The sweep: poll, measure, decide, advance plays, enqueue. One pass; the same for the scheduler and the command line."""

import asyncio
import time
from collections.abc import Awaitable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.accounts.measure import Measurement, Pass, measure
from bot.accounts.poll import Poll, Vanishing, poll
from bot.clock import Clock, day_of
from bot.connectors.ports import Crm, Usage
from bot.database import Database
from bot.delivery import outbox
from bot.playbooks.decide import Decided, decide, decide_events
from bot.playbooks.follow import standing
from bot.playbooks.loading import guard_of, load_rulebook
from bot.playbooks.moves import anything_due
from bot.playbooks.rulebook import Rulebook
from bot.playbooks.runner import Moved, advance_plays, read_trends
from bot.settings import LiveSettings, Settings
from jobs.duty import duty
from jobs.surveys import look_after_surveys
from models import Account


@dataclass
class Report:
    """What a sweep did: the object that `sweep --json` prints."""

    accounts: int = 0
    signals: int = 0
    opened: int = 0
    updated: int = 0
    resolved: int = 0
    suppressed: dict[str, int] = field(default_factory=dict)
    started: int = 0
    moved: int = 0
    letters: int = 0
    duty: dict[str, int] = field(default_factory=dict)
    surveys: dict[str, int] = field(default_factory=dict)
    playbook_problems: list[str] = field(default_factory=list)
    seconds: float = 0.0
    sources: list[dict[str, Any]] = field(default_factory=list)
    bad_rows: list[str] = field(default_factory=list)

    def in_words(self) -> str:
        held = ", ".join(f"{count} {reason}" for reason, count in sorted(self.suppressed.items())) or "none"
        counts = f"{self.opened} opened, {self.updated} updated, {self.resolved} resolved themselves; held back: {held}"
        return f"{self.accounts} accounts, {self.signals} signals: {counts} ({self.seconds:g} s)"

    @property
    def problems(self) -> list[str]:
        return [f"{source['name']}: {source['problem']}" for source in self.sources if source["problem"]]


class Sweep:
    """Everything a pass needs, joined once by the composition root."""

    def __init__(self, live: LiveSettings, database: Database, crm: Crm, usage: Usage | None, now: Clock) -> None:
        self._live, self._database, self._now = live, database, now
        self.crm, self.usage = crm, usage

    @property
    def _settings(self) -> Settings:
        return self._live.current

    async def run(self) -> Report:
        """Reads everything, CRM and usage at the same time, then decides, then looks after what is due for people."""
        began = time.perf_counter()
        now = self._now()
        report = Report()
        polling = asyncio.ensure_future(self.poll(report, now))
        try:
            await self.measure(report, now, polling)
        finally:
            await polling
        await self.decide(report, now)
        report.duty = await duty(self._database, self._settings, now)
        report.surveys = await look_after_surveys(self._database, self._settings, now)
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

    async def decide(self, report: Report, now: datetime) -> None:
        rulebook = await self._database.read(load_rulebook, self._settings, day_of(now, self._settings.zone))
        decided = await self._decide(rulebook, now)
        report.updated, report.resolved, report.suppressed = decided.updated, decided.resolved, decided.suppressed
        moved = await advance_plays(self._database, self.usage, rulebook, now)
        report.started, report.moved = decided.started, moved.plays
        report.opened, report.letters = moved.opened, moved.letters
        report.playbook_problems = [str(problem) for problem in rulebook.problems]
        await self._database.run(outbox.probe_dead)

    async def go_on(self) -> Moved:
        """Between sweeps: what has happened meanwhile, and the plays whose waiting is over. Next to nothing when there is nothing."""
        now = self._now()
        if not await self._database.read(anything_due, now):
            return Moved()
        rulebook = await self._database.read(load_rulebook, self._settings, day_of(now, self._settings.zone))
        await self._database.run(decide_events, rulebook, guard_of(self._settings, now), now)
        return await advance_plays(self._database, self.usage, rulebook, now)

    async def _decide(self, rulebook: Rulebook, now: datetime) -> Decided:
        trends = {}
        for playbook in rulebook.playbooks.values():
            accounts = await self._database.read(standing, playbook.name)
            trends[playbook.name] = await read_trends(self.usage, rulebook.signals, playbook, accounts)
        return await self._database.run(decide, rulebook, guard_of(self._settings, now), trends, now)


def _of_poll(report: Poll) -> dict[str, Any]:
    found = asdict(report)
    found["bad_examples"] = [str(bad) for bad in report.bad_examples]
    return {"name": found.pop("source"), **found}


def _of_measurement(report: Measurement) -> dict[str, Any]:
    newest = report.newest_day.isoformat() if report.newest_day else None
    return {"name": report.source, "rows": report.rows, "newest_day": newest, "problem": report.problem}


def _count_accounts(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Account).where(Account.gone_at.is_(None))) or 0
