"""The demo's clock over the real bot: a jump is lived through day by day."""

import asyncio
import shutil
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, closing, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from starlette.applications import Starlette

from bot import clock
from bot.app import App, build
from bot.clock import day_of
from bot.demo import Place, remember
from bot.demo_clock import DemoClock, Life, steps
from bot.letters.links import signer
from bot.manifest import FILE
from bot.outgoing import slack_session
from bot.sandbox.company import CAST, ROOMS, build_company
from bot.sandbox.company.cast import JANA, MAYA, WEI
from bot.sandbox.server import Letter, Sandbox
from handlers.web.letters import letter_routes
from jobs.deciding import decide_all
from jobs.lease import lease
from jobs.report import Report
from jobs.sweep import Sweep
from models import Account, Alert, Contact, Event, Job, Play, Response, Trace
from tests.factories import until

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


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Callable[[date], Path]:
    """The company as of a day, built once."""

    @cache
    def build_once(today: date) -> Path:
        folder = tmp_path_factory.mktemp("company")
        build_company(folder, today)
        return folder

    return build_once


@pytest.fixture
async def demo(tmp_path: Path, sqlite_template: Path, built: Callable[[date], Path]) -> AsyncIterator[Demo]:
    async with AsyncExitStack() as stack:
        now = DemoClock()
        sandbox = Sandbox(people=CAST, rooms=ROOMS, manifest=yaml.safe_load(FILE.read_text()), clock=now)
        await stack.enter_async_context(sandbox.serve())
        settings = Place(tmp_path, sandbox, 40_000).settings()
        shutil.copy(sqlite_template, tmp_path / "staysail.db")
        today = day_of(now(), settings.zone)
        shutil.copytree(built(today), tmp_path, dirs_exist_ok=True)
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


async def test_a_company_with_a_past_lives_through_a_jump_by_days_and_cards_carry_the_day_on_which_they_were_due(demo: Demo) -> None:
    await remember(demo.app, demo.now())
    before = await demo.app.database.read(_responses)
    assert len(before) > 100
    began = demo.now()
    await demo.now.forward(2 * DAY.total_seconds())
    kinds = await demo.app.database.read(lambda session: set(session.scalars(select(Alert.kind)).all()))
    assert kinds
    assert "survey" not in kinds, "of the past nothing is told"
    assert await demo.app.database.read(_responses) == before
    assert abs(demo.now() - clock.now() - 2 * DAY) < timedelta(seconds=1)
    assert str(demo.now.now().tzinfo) == "Europe/Prague"
    assert demo.now() <= demo.now()
    posted = [datetime.fromtimestamp(float(message.ts), UTC) for room in ROOMS for message in demo.sandbox.messages(room.id)]
    days = {round((at - began) / DAY, 2) for at in posted}
    assert 1 in days
    assert days <= {1, 1.5, 2}
    for csm in (JANA, MAYA, WEI):
        assert "What needs you today" in str(demo.sandbox.direct_messages(csm.id)), "wherever they live"
    assert [round((moment - began) / DAY, 2) for moment in demo.noted.moments] == [1, 2]
    assert demo.noted.contested == [False] * 2, "the scheduler's own sweep had its chance"
    with closing(sqlite3.connect(demo.home / "usage.db")) as usage:
        newest = usage.execute("SELECT max(day) FROM product_usage").fetchone()[0]
    assert newest == (day_of(demo.now(), demo.app.settings.zone) - DAY).isoformat()
    job: Any = await demo.app.database.read(lambda session: session.get(Job, "sweep"))
    assert job.problem is None
    assert job.report["accounts"] == 61, "one more has signed meanwhile"
    assert job.holder is None


def _responses(session: Session) -> list[int]:
    return list(session.scalars(select(Response.id)))


async def test_praise_becomes_a_letter_in_the_inbox_and_nobody_who_unsubscribed_gets_another(demo: Demo) -> None:
    database, settings = demo.app.database, demo.app.settings
    await demo.app.sweep.poll(Report(), demo.now())
    await decide_all(database, settings, demo.app.sweep.usage, Report(), demo.now())
    champion: Contact = await database.read(lambda session: session.scalars(_champions()).first())

    async def praise(key: str) -> None:
        event = {"key": key, "name": "nps_promoter", "at": demo.now(), "account_id": champion.account_id, "contact_id": champion.id}
        await database.run(lambda session: session.add(Event(**event)))
        await demo.app.sweep.go_on()
        demo.app.worker.wake()

    def letters() -> list[Letter]:
        return [letter for letter in demo.sandbox.mail if champion.email in letter.recipients]

    before = len(letters())
    await praise("first")
    await until(lambda: len(letters()) == before + 1, "a letter of thanks arrives")
    link = letters()[-1].message["List-Unsubscribe"].strip("<>")
    links = signer(settings.environment.staysail_url, settings.environment.staysail_secret)
    pages = Starlette(routes=letter_routes(database, links, demo.now))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(pages)) as browser:
        assert (await browser.get(link)).status_code == 200
        assert not await database.read(lambda session: session.get_one(Contact, champion.id).unsubscribed_at)
        assert (await browser.post(link, data={"List-Unsubscribe": "One-Click"})).status_code == 200
    await database.run(lambda session: session.execute(update(Play).values(ended_at=demo.now() - 400 * DAY)))
    await praise("second")
    skipped = select(Trace.detail).where(Trace.account_id == champion.account_id, Trace.step.is_not(None)).order_by(Trace.id.desc())
    assert "unsubscribed" in str(await database.read(lambda session: session.scalars(skipped.limit(2)).all()))
    assert len(letters()) == before + 1


def _champions() -> Any:
    """Of accounts that nobody worries about."""
    worried = select(Alert.account_id).where(Alert.closed_at.is_(None))
    free = (Contact.role == "champion", Contact.opted_out.is_(False), Contact.email.is_not(None), Contact.account_id.not_in(worried))
    return (
        select(Contact).where(*free).join(Account, Account.id == Contact.account_id).where(Account.stage == "growth").order_by(Contact.id)
    )


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
    assert [step.ahead for step in steps(hours * HOUR) if step.whole] == [stop * HOUR for stop in stops]
    between = [step.ahead / HOUR for step in steps(hours * HOUR) if not step.whole]
    assert between == list(range(12, hours, 24)), "when it is morning on the other side of the earth"
