"""The precision ledger: verdicts come from closings, a playbook that is too often wrong loses its cards, an admin restores it."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from bot.database import Database
from bot.duty.precision import judge, restore
from bot.errors import AlreadyDone
from bot.messages.actions import Action
from models import Alert, PlaybookStatus, Reason, Trace
from tests.cast import ADMIN, GUEST, JANA, LEAD, OLIVER
from tests.factories import Card, Company, World, dropped, silent, steady
from tests.scenario.conftest import OpenWorld, on_postgresql, on_sqlite

HOUR = timedelta(hours=1)
NAME = "usage-drop"


def quiet_company(company: Company) -> None:
    """Nothing is open at first: what is about verdicts counts them itself."""
    company.account("Acme", steady, owner_email=JANA.email, arr=120_000)
    company.account("Borealis", steady, owner_email=OLIVER.email)


PLAN: dict[str, Any] = {"accounts": quiet_company, "settings": {"channels": {"admins": "#cs-leads"}, "digest": {"enabled": True}}}


@pytest.fixture
async def world(open_world: OpenWorld) -> World:
    world = await open_world(**PLAN)
    await world.quiet()
    return world


async def demoted(world: World) -> None:
    await verdicts(world, *[WRONG] * 20)
    await world.duty(minutes=1)


async def verdicts(world: World, *closings: tuple[str, str], playbook: str = NAME) -> None:
    """Alerts that were closed so, an hour apart, the last one just now."""

    def add(session: Session) -> None:
        for ago, (state, outcome) in enumerate(reversed(closings)):
            _closed(session, world, playbook, state, outcome, world.clock.at - ago * HOUR)

    await world.app.database.run(add)


def _closed(session: Session, world: World, playbook: str, state: str, outcome: str, at: Any) -> None:
    common = {"account_id": "a1", "playbook": playbook, "card": "churn-risk", "kind": "risk", "version": 2, "opened_at": at - HOUR}
    alert = Alert(state=state, outcome=outcome, closed_at=at, closed_by=JANA.id, **common)
    session.add(alert)
    session.flush()
    began = {"began_at": at - HOUR, "measured_at": at, "cause": {}, "facts": {}, "trend": []}
    session.add(Reason(alert_id=alert.id, playbook=playbook, ended_at=at, ended=state, **began))


WRONG, GOOD, KNOWN, ITSELF = ("dismissed", "seasonal"), ("resolved", "saved"), ("dismissed", "known"), ("recovered", "recovered")


async def status(world: World) -> PlaybookStatus:
    return await world.app.database.read(lambda session: session.get_one(PlaybookStatus, NAME))


def notices(world: World) -> list[Card]:
    told = world.sandbox.workspace.channels["C0LEADS"].messages.values()
    cards = [Card(message) for message in told if message.from_bot]
    return [card for card in cards if "demoted to the digest*" in card.words or "cards back" in card.words]


async def test_twenty_verdicts_below_the_least_take_the_cards_away(world: World) -> None:
    await verdicts(world, *[GOOD] * 5, *[WRONG] * 14)
    assert "judged" not in await world.duty(minutes=1)
    await verdicts(world, WRONG)
    assert (await world.duty(minutes=1))["judged"] == 1
    assert "judged" not in await world.duty(minutes=1)
    (notice,) = notices(world)
    assert "*Usage drop is demoted to the digest*" in notice.read
    assert "Useful in 5 of the last 20 verdicts: 25 % (95 % interval 11 to 47 %); the least is 30 %." in notice.read
    assert notice.buttons == ["Restore", "Open the playbook"]
    listed = (await world.command(JANA, "playbooks")).read
    assert "*Usage drop* · live, demoted to the digest" in listed
    assert "5 useful, 15 false alarms · useful in 5 of the last 20 verdicts: 25 % (95 % interval 11 to 47 %)" in listed


async def test_its_alerts_are_then_lines_of_the_digest_until_an_admin_restores_it(open_world: OpenWorld) -> None:
    world = await open_world(**PLAN, begin=demoted)
    world.company.tells("Acme", dropped)
    await world.sweep()
    await world.quiet()
    alert = await world.alert("Acme")
    assert (alert.quiet, alert.state) == (True, "open")
    assert not [row for row in await world.rows() if row.subject == f"alert:{alert.id}"], "no card"
    world.clock.move(days=1)
    await world.duty()
    (message,) = [m for m in world.sandbox.direct_messages(JANA.id) if "What needs you today" in str(m.blocks)]
    assert "no card: its playbook is demoted to the digest" in Card(message).read
    (notice,) = notices(world)
    for person in (JANA, LEAD, GUEST):
        await world.click(person, notice, Action.PRECISION_RESTORE, NAME)
    assert (await status(world)).demoted_at is not None
    assert "Only admins may do this" in world.told(LEAD)[-1]
    assert "guest" in world.told(GUEST)[-1]
    assert (await world.click(ADMIN, notice, Action.PRECISION_RESTORE, NAME)).ok
    await world.quiet()
    assert "*Usage drop has its cards back*" in notice.read
    assert f"<@{ADMIN.id}> restored it" in notice.read
    assert notice.buttons == []
    assert "judged" not in await world.duty(minutes=1), "the verdicts before no longer count"
    world.company.tells("Borealis", dropped)
    await world.sweep()
    assert not (await world.alert("Borealis")).quiet
    assert await world.card("Borealis")


@on_sqlite
async def test_what_tells_nothing_does_not_count(world: World) -> None:
    await verdicts(world, *[WRONG] * 19, *[KNOWN] * 20, *[ITSELF] * 20, ("dismissed", "not_needed"))
    assert "judged" not in await world.duty(minutes=1)
    assert "useful in 0 of the last 19 verdicts: 0 %" in (await world.command(JANA, f"playbook {NAME}")).read


@on_sqlite
async def test_only_the_last_fifty_count(world: World) -> None:
    await verdicts(world, *[GOOD] * 75, *[WRONG] * 35)
    assert "judged" not in await world.duty(minutes=1), "15 of 50 are the least itself"
    await verdicts(world, WRONG)
    assert (await world.duty(minutes=1))["judged"] == 1


@on_sqlite
async def test_the_least_is_a_setting(open_world: OpenWorld) -> None:
    world = await open_world(accounts=quiet_company, settings={"alerts": {"min_precision": 0.05, "deadlines": []}})
    await verdicts(world, GOOD, *[WRONG] * 19)
    assert "judged" not in await world.duty(minutes=1)


@on_sqlite
async def test_a_closing_is_a_verdict_on_each_reason_that_stood(open_world: OpenWorld) -> None:
    def two_reasons(company: Company) -> None:
        company.account("Acme", silent, owner_email=JANA.email)
        company.account("Evergreen", steady)

    world = await open_world(accounts=two_reasons, settings={"enable": [NAME, "gone-silent"]})
    card = await world.card("Acme")
    assert (await world.open_and_submit(JANA, card, Action.ALERT_DISMISS, outcome="seasonal")).ok
    for name in (NAME, "gone-silent"):
        assert "0 useful, 1 false alarm · useful in 0 of the last 1 verdict: 0 %" in (await world.command(JANA, f"playbook {name}")).read


@on_sqlite
async def test_an_admin_restores_it_from_the_answer_about_the_playbook(open_world: OpenWorld) -> None:
    world = await open_world(**PLAN, begin=demoted)
    assert "Restore" not in (await world.command(LEAD, f"playbook {NAME}")).buttons
    answer = await world.command(ADMIN, f"playbook {NAME}")
    assert "Demoted to the digest since" in answer.read
    assert (await world.click(ADMIN, answer, Action.PRECISION_RESTORE, NAME)).ok
    await world.quiet()
    shown = Card(world.sandbox.ephemerals(ADMIN.id)[-1])
    assert "Restored: its next alerts have cards again" in shown.read
    assert "Restore" not in shown.buttons
    assert "demoted" not in shown.read
    assert "cards back" in notices(world)[0].read


@on_sqlite
async def test_the_second_admin_is_told_who_was_first_and_a_double_click_changes_nothing(open_world: OpenWorld) -> None:
    world = await open_world(**PLAN, begin=demoted)
    now = world.clock.at
    for _ in range(2):
        await world.app.database.run(restore, NAME, ADMIN.id, now)
    with pytest.raises(AlreadyDone):
        await world.app.database.run(restore, NAME, LEAD.id, now)
    what = await world.app.database.read(lambda s: [t.what for t in s.query(Trace).filter(Trace.what.in_(("demoted", "restored")))])
    assert what == ["demoted", "restored"]


@on_sqlite
async def test_it_can_be_demoted_again_with_a_notice_of_its_own(open_world: OpenWorld) -> None:
    world = await open_world(**PLAN, begin=demoted)
    await world.app.database.run(restore, NAME, ADMIN.id, world.clock.at)
    world.clock.move(days=2)
    await verdicts(world, *[WRONG] * 20)
    assert (await world.duty(minutes=1))["judged"] == 1
    first, second = notices(world)
    assert ("cards back" in first.read, second.buttons) == (True, ["Restore", "Open the playbook"])


@pytest.fixture
def other(postgres_url: str) -> Iterator[Database]:
    found = Database(postgres_url)
    yield found
    found.close()


@on_postgresql
async def test_two_processes_tell_once(world: World, other: Database) -> None:
    await verdicts(world, *[WRONG] * 20)
    both = (world.app.database, other)
    judged = await asyncio.gather(*(one.run(judge, world.app.settings, world.clock.at) for one in both))
    assert sorted(judged) == [0, 1]
    world.app.worker.wake()
    await world.quiet()
    assert len(notices(world)) == 1
