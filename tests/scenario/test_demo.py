"""The demo's clock over the real bot: a jump is lived through day by day."""

import asyncio
import shutil
import sqlite3
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, closing, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot import clock
from bot.app import App, build
from bot.clock import day_of
from bot.demo import Place
from bot.demo_clock import DemoClock, Life, steps
from bot.manifest import FILE
from bot.outgoing import slack_session
from bot.sandbox.company import CAST, ROOMS, build_company
from bot.sandbox.server import Sandbox
from jobs.lease import lease
from jobs.sweep import Report, Sweep
from models import Job

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass
class Noted:
    """A sweep that remembers when it ran, and whether somebody else could have."""

    sweep: Sweep
    app: App
    now: DemoClock
    moments: list[datetime] = field(default_factory=list)
    contested: list[bool] = field(default_factory=list)

    async def run(self) -> Report:
        self.moments.append(self.now())
        async with lease(self.app.database, "sweep", wait=False) as ours:
            self.contested.append(ours)
        return await self.sweep.run()


@dataclass
class Demo:
    now: DemoClock
    sandbox: Sandbox
    app: App
    home: Path
    noted: Noted


@pytest.fixture
async def demo(tmp_path: Path, sqlite_template: Path) -> AsyncIterator[Demo]:
    async with AsyncExitStack() as stack:
        now = DemoClock()
        sandbox = Sandbox(people=CAST, rooms=ROOMS, manifest=yaml.safe_load(FILE.read_text()), clock=now)
        await stack.enter_async_context(sandbox.serve())
        settings = Place(tmp_path, sandbox, 40_000).settings()
        shutil.copy(sqlite_template, tmp_path / "staysail.db")
        today = day_of(now(), settings.zone)
        build_company(tmp_path, today)
        app = build(settings, await stack.enter_async_context(slack_session()), now)
        stack.callback(app.database.close)
        noted = Noted(app.sweep, app, now)
        now.join(Life(replace(app, sweep=noted), tmp_path, today))  # type: ignore[arg-type]
        await app.directory.refresh(now())
        worker = asyncio.ensure_future(app.worker.run())
        stack.push_async_callback(_end, worker)
        yield Demo(now, sandbox, app, tmp_path, noted)


async def _end(task: "asyncio.Future[None]") -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def test_three_days_are_three_sweeps_each_as_of_its_day(demo: Demo) -> None:
    began = demo.now()
    await demo.now.forward(3 * DAY.total_seconds())
    assert [round((moment - began) / DAY, 2) for moment in demo.noted.moments] == [1, 2, 3]
    assert demo.noted.contested == [False] * 3, "the scheduler's own sweep had its chance"
    with closing(sqlite3.connect(demo.home / "usage.db")) as usage:
        newest = usage.execute("SELECT max(day) FROM product_usage").fetchone()[0]
    assert newest == (day_of(demo.now(), demo.app.settings.zone) - DAY).isoformat()
    job: Any = await demo.app.database.read(lambda session: session.get(Job, "sweep"))
    assert job.problem is None
    assert job.report["accounts"] == 61, "one more has signed meanwhile"
    assert job.holder is None


async def test_cards_carry_the_day_on_which_they_were_due(demo: Demo) -> None:
    await demo.now.forward(HOUR.total_seconds())
    first = {message.ts for room in ROOMS for message in demo.sandbox.messages(room.id)}
    assert first
    latest = datetime.fromtimestamp(float(max(first)), UTC)
    assert abs(latest - clock.now() - HOUR) < timedelta(minutes=2)
    await demo.now.forward(DAY.total_seconds())
    later = {message.ts for room in ROOMS for message in demo.sandbox.messages(room.id)} - first
    assert all(float(ts) - float(max(first)) > 86_000 for ts in later)


async def test_time_goes_on_by_itself_and_is_told_in_the_workspaces_zone(demo: Demo) -> None:
    await demo.now.forward(HOUR.total_seconds())
    assert abs(demo.now() - clock.now() - HOUR) < timedelta(seconds=1)
    assert str(demo.now.now().tzinfo) == "Europe/Prague"
    assert demo.now() <= demo.now()


def test_the_demo_has_an_address_a_secret_and_a_mail_server(tmp_path: Path) -> None:
    sandbox = Sandbox(people=CAST, rooms=ROOMS)
    sandbox.smtp_url, sandbox.workspace.base_url = "smtp://127.0.0.1:1025", "http://127.0.0.1:8123"
    environment = Place(tmp_path, sandbox, 40_001).settings().environment
    assert environment.staysail_url == "http://127.0.0.1:40001"
    assert len(environment.staysail_secret or "") >= 32
    written = yaml.safe_load((tmp_path / "staysail.yml").read_text())
    assert written["email"]["url"] == sandbox.smtp_url
    assert written["links"]["docs"] == "http://127.0.0.1:8123/elsewhere/docs"


@pytest.mark.parametrize(
    ("hours", "stops"), [(1, [1]), (24, [24]), (25, [24, 25]), (63, [24, 48, 63]), (168, [24, 48, 72, 96, 120, 144, 168])]
)
def test_a_jump_is_walked_by_days(hours: int, stops: list[int]) -> None:
    assert list(steps(hours * HOUR)) == [stop * HOUR for stop in stops]
