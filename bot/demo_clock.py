"""The demo's clock: real time, put forward from the page. A jump is lived through a day at a time, as nightly sweeps would."""

import asyncio
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from bot import clock
from bot.app import App
from bot.clock import day_of
from bot.delivery.outbox import is_behind
from bot.sandbox.company import live_on
from jobs.lease import lease
from jobs.schedule import run_recorded
from models import OutboxMessage

DAY = timedelta(days=1)
PATIENCE = 3.0
GLANCE = 0.02


class Life:
    """The sample company in `company`, built for `today`, and the bot that looks after it."""

    def __init__(self, app: App, company: Path, today: date) -> None:
        self.app, self._company, self._today = app, company, today
        self._lived_until = today

    async def catch_up(self) -> None:
        """The company lives on until now; the bot sweeps and sends what falls due."""
        day = day_of(self.app.world.now(), self.app.settings.zone)
        await asyncio.to_thread(live_on, self._company, self._today, self._lived_until, day)
        self._lived_until = day
        await run_recorded(self.app.database, "sweep", self._sweep)
        await self._sent()

    async def _sweep(self) -> dict[str, Any]:
        return asdict(await self.app.sweep.run())

    async def _sent(self) -> None:
        """Waits until everything due has left, so that it carries the time of its own day. Not for long: a fault may be planned."""
        self.app.worker.wake()
        for _ in range(int(PATIENCE / GLANCE)):
            if not await self.app.database.read(_sending, self.app.world.now(), clock.now()):
                return
            await asyncio.sleep(GLANCE)


def _sending(session: Session, now: datetime, machine_now: datetime) -> int:
    """Messages that are due and not put off after a failure."""
    ready = or_(OutboxMessage.retry_at.is_(None), OutboxMessage.retry_at <= machine_now)
    return session.scalar(select(func.count()).where(is_behind(), OutboxMessage.due_at <= now, ready)) or 0


class DemoClock:
    """The bot's clock (`Clock`) and the sandbox's (`ClockPort`). It stands at the real time until `join`ed and put forward."""

    def __init__(self) -> None:
        self._ahead = timedelta()
        self._zone: tzinfo = UTC
        self._life: Life | None = None

    def join(self, life: Life) -> None:
        self._life, self._zone = life, life.app.settings.zone

    def __call__(self) -> datetime:
        return clock.now() + self._ahead

    def now(self) -> datetime:
        """In the workspace's zone."""
        return self().astimezone(self._zone)

    async def forward(self, seconds: float) -> None:
        """Under the sweep's lease: the scheduler's own sweep waits, or skips its turn."""
        if self._life is None:
            self._ahead += timedelta(seconds=seconds)
            return
        async with lease(self._life.app.database, "sweep", wait=True):
            began = self._ahead
            for step in steps(timedelta(seconds=seconds)):
                self._ahead = began + step
                await self._life.catch_up()


def steps(length: timedelta) -> Iterator[timedelta]:
    """A day, two days …, and the whole length."""
    for day in range(1, -(-length // DAY)):
        yield day * DAY
    yield length
