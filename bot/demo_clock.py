"""The demo's clock: real time, put forward from the page. A jump is lived through a day at a time, as nightly sweeps would."""

import asyncio
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from bot import clock
from bot.app import App
from bot.clock import day_of
from bot.delivery.outbox import is_behind
from bot.sandbox.company import live_on
from jobs.duty import duty
from jobs.lease import lease
from jobs.reviews import look_after_reviews
from jobs.schedule import run_recorded
from models import OutboxMessage

HALF_A_DAY = timedelta(hours=12)
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
        await run_recorded(self.app.database, "sweep", self._sweep)  # and with it what is due for people
        await self._meet()

    async def look_after(self) -> None:
        """What is due for people and meetings in the other half of a day: then it is morning elsewhere."""
        async with lease(self.app.database, "duty", wait=True):
            await duty(self.app.database, self.app.settings, self.app.world.now())
        await self._meet()

    async def _meet(self) -> None:
        database, briefs = self.app.database, True
        while briefs:  # a deck goes into the thread of its brief, which must stand first
            async with lease(database, "reviews", wait=True):
                done = await look_after_reviews(self.app.reviews)
            await self._sent()
            briefs = bool(done.get("briefs"))

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
                self._ahead = began + step.ahead
                await (self._life.catch_up() if step.whole else self._life.look_after())


class Step(NamedTuple):
    """`whole`: a day has gone by, or the jump ends; else half a day more."""

    ahead: timedelta
    whole: bool


def steps(length: timedelta) -> Iterator[Step]:
    """Half a day, a day, a day and a half …, and the whole length."""
    for half in range(1, -(-length // HALF_A_DAY)):
        yield Step(half * HALF_A_DAY, half % 2 == 0)
    yield Step(length, True)
