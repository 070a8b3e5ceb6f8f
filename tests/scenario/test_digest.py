"""The morning digest: who gets what and when, what a click in it changes, and that nobody gets two."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.database import Database
from bot.duty.digests import send_digests
from bot.messages.actions import Action
from bot.sandbox.server import Person
from models import Absence, Alert, Channel, Receipt, Teammate
from tests.cast import ADMIN, GUEST, JANA, LEAD, OLIVER, WEI
from tests.factories import Card, Company, World, steady
from tests.scenario.conftest import OpenWorld, on_postgresql, on_sqlite

OFFICE = {"business_hours": "Mon-Fri 09:00-18:00", "holidays": "CZ"}
SETTINGS: dict[str, Any] = {"workspace": OFFICE, "digest": {"enabled": True}}
FRIDAY = datetime(2026, 11, 20, tzinfo=UTC)


def two_csms(company: Company) -> None:
    company.account("Acme", owner_email=JANA.email, arr=120_000)
    company.account("Aster", owner_email=JANA.email, arr=300_000)
    company.account("Borealis", owner_email=OLIVER.email, arr=48_000)
    company.account("Evergreen", steady, owner_email=LEAD.email)


Open = Callable[..., Awaitable[World]]


@pytest.fixture
async def opened(open_world: OpenWorld) -> Open:
    """Wednesday, 10 o'clock in Prague: the cards have just come, so there is nothing to say about 08:30."""

    async def start(settings: dict[str, Any] | None = None, **plan: Any) -> World:
        world = await open_world(**{"accounts": two_csms, "settings": SETTINGS | (settings or {})} | plan)
        await world.quiet()
        return world

    return start


@pytest.fixture
async def world(opened: Open) -> World:
    return await opened()


def digests(world: World, person: Person) -> list[Card]:
    """The direct messages about a day that the person got, oldest first."""
    told = [Card(message) for message in world.sandbox.direct_messages(person.id) if message.from_bot]
    return [card for card in told if card.words.startswith(("What needs you today", "Your accounts today"))]


async def at(world: World, day: int, hour: int, minute: int = 30) -> dict[str, int]:
    """Duty on a day of that November, by the clocks of Prague (UTC+1)."""
    world.clock.at = datetime(2026, 11, day, hour - 1, minute, tzinfo=UTC)
    return await world.duty()


def titles(card: Card) -> list[str]:
    """The accounts in the order in which they stand."""
    lines = [block["text"]["text"] for block in card.message.blocks if block["type"] == "section"]
    return [line.split("|")[1].split(">")[0] for line in lines if line.startswith("*<")]


# --- who gets what and when


@on_sqlite
async def test_each_person_has_their_own_half_past_eight(world: World) -> None:
    await at(world, 18, 10)
    assert not digests(world, JANA), "what was opened after 08:30 has its card and is for the next morning"
    await at(world, 19, 8, 29)
    assert not digests(world, JANA)
    await at(world, 19, 8)
    (hers,) = digests(world, JANA)
    assert not digests(world, OLIVER), "it is 07:30 in London"
    await at(world, 19, 9)
    (his,) = digests(world, OLIVER)
    assert titles(hers) == ["Aster", "Acme"], "the largest account first"
    assert titles(his) == ["Borealis"]
    assert "19 Nov 2026 · 2 alerts · €420,000 of ARR" in hers.read
    assert "Active users 41 → 17 a day (−59 %)" in hers.read
    assert hers.buttons == ["Take it", "Details"] * 2
    assert hers.text == "2 alerts need you today: Aster, Acme"
    assert not [one for person in (LEAD, ADMIN, WEI, GUEST) for one in digests(world, person)], "nothing to say, no message"


@on_sqlite
async def test_nobody_is_asked_twice_on_a_day(world: World) -> None:
    await at(world, 19, 8)
    for minute in (31, 32, 59):
        assert await at(world, 19, 8, minute) == {}
    await at(world, 19, 15)
    assert len(digests(world, JANA)) == 1
    await at(world, 20, 8)
    assert len(digests(world, JANA)) == 2


@on_sqlite
async def test_weekends_and_holidays_are_left_alone(world: World) -> None:
    await at(world, 21, 10)
    await at(world, 22, 10)
    world.clock.at = datetime(2026, 12, 24, 9, tzinfo=UTC)
    await world.duty()
    assert not digests(world, JANA)
    await at(world, 23, 8)
    assert len(digests(world, JANA)) == 1


@on_sqlite
async def test_a_process_that_was_down_sends_it_later_the_same_day_but_not_in_the_evening(world: World) -> None:
    await at(world, 19, 18, 0)
    assert not digests(world, JANA)
    assert len(digests(world, OLIVER)) == 1, "17 o'clock in London"
    await at(world, 20, 15)
    assert len(digests(world, JANA)) == 1


@on_sqlite
async def test_what_could_not_be_sent_all_day_is_not_sent_at_night(world: World) -> None:
    await world.stop_worker()
    world.clock.at = datetime(2026, 11, 19, 7, 30, tzinfo=UTC)
    assert await world.app.database.run(send_digests, world.app.settings, world.clock.at) == 1
    world.clock.at = datetime(2026, 11, 19, 17, 0, tzinfo=UTC)
    world.start_worker()
    await world.quiet()
    assert not digests(world, JANA)
    (row,) = [row for row in await world.rows() if row.channel == JANA.id]
    assert row.problem == "not sent: their day is over"


@on_sqlite
async def test_the_digest_can_be_switched_off_and_moved(opened: Open) -> None:
    world = await opened({"digest": {"enabled": False}})
    await at(world, 19, 9)
    assert not digests(world, JANA)


@on_sqlite
async def test_the_digest_comes_when_settings_say(opened: Open) -> None:
    world = await opened({"digest": {"enabled": True, "at": "16:45"}})
    await at(world, 19, 16, 44)
    assert not digests(world, JANA)
    await at(world, 19, 16, 45)
    assert len(digests(world, JANA)) == 1


@on_sqlite
async def test_what_was_settled_before_it_left_is_no_message(world: World) -> None:
    await world.stop_worker()
    world.clock.at = datetime(2026, 11, 19, 9, 30, tzinfo=UTC)
    await world.app.database.run(send_digests, world.app.settings, world.clock.at)
    await world.app.database.run(
        lambda session: session.execute(update(Alert).values(state="resolved", closed_at=FRIDAY, closed_by=OLIVER.id))
    )
    world.start_worker()
    await world.quiet()
    assert not digests(world, OLIVER), "he has closed it himself: that is no news"


# --- what it says


async def test_a_click_in_it_is_shown_in_it(world: World) -> None:
    await at(world, 19, 8)
    (digest,) = digests(world, JANA)
    world.clock.move(minutes=5)
    aster = str((await world.alert("Aster")).id)
    assert (await world.click(JANA, digest, Action.ALERT_TAKE, aster)).ok
    await world.quiet()
    assert f"Taken by <@{JANA.id}>" in digest.read
    assert digest.buttons == ["Resolve…", "Details", "Take it", "Details"]
    await world.click(JANA, digest, Action.ALERT_RESOLVE, aster)
    assert (await world.submit(JANA, outcome="saved")).ok
    await world.quiet()
    assert titles(digest) == ["Acme"]
    assert "Settled since the last digest" in digest.read
    assert f"Aster> · Usage drop: resolved, saved · <@{JANA.id}>" in digest.read
    assert len(digests(world, JANA)) == 1


@on_sqlite
async def test_what_others_do_on_the_card_is_shown_too_and_a_sleeper_stays_for_the_day(world: World) -> None:
    await at(world, 19, 8)
    (digest,) = digests(world, JANA)
    world.clock.move(minutes=5)
    await world.click(OLIVER, await world.card("Acme"), Action.ALERT_TAKE)
    assert (await world.open_and_submit(JANA, await world.card("Aster"), Action.ALERT_SNOOZE, snooze_for="1w")).ok
    await world.quiet()
    assert titles(digest) == ["Aster", "Acme"]
    assert f"Taken by <@{OLIVER.id}>" in digest.read
    assert "Snoozed until" in digest.read
    assert (await world.click(OLIVER, digest, Action.ALERT_WAKE)).ok
    await world.quiet()
    assert "Snoozed" not in digest.read
    assert (await world.open_and_submit(JANA, await world.card("Aster"), Action.ALERT_SNOOZE, snooze_for="1w")).ok
    await at(world, 19, 9)
    assert titles(digests(world, OLIVER)[0]) == ["Acme", "Borealis"], "he has it in hand"
    await at(world, 20, 8)
    assert len(digests(world, JANA)) == 1, "one sleeps, the other is in his hands"


@on_sqlite
async def test_a_snooze_that_ends_today_is_back_in_it(world: World) -> None:
    card = await world.card("Acme")
    assert (await world.open_and_submit(JANA, card, Action.ALERT_SNOOZE, snooze_for="tomorrow")).ok
    await at(world, 19, 8)
    (digest,) = digests(world, JANA)
    assert "Back today from its snooze" in digest.read


@on_sqlite
async def test_what_settled_is_told_once(world: World) -> None:
    await at(world, 19, 8)
    world.company.tells("Acme", steady)
    await world.sweep()
    assert (await world.alert("Acme")).state == "recovered"
    assert (await world.open_and_submit(OLIVER, await world.card("Aster"), Action.ALERT_DISMISS, outcome="seasonal")).ok
    await at(world, 20, 8)
    digest = digests(world, JANA)[-1]
    assert digest.text == "Nothing needs you today; 2 settled since the last digest"
    assert "Acme> · Usage drop: recovered by itself" in digest.read
    assert f"Aster> · Usage drop: not a risk, seasonal · <@{OLIVER.id}>" in digest.read
    await at(world, 23, 8)
    assert len(digests(world, JANA)) == 2


@on_sqlite
async def test_what_waits_for_the_budget_is_named(opened: Open) -> None:
    world = await opened({"limits": {"cards_a_day": 1, "posts_per_second": 50}})
    await at(world, 19, 8)
    (digest,) = digests(world, JANA)
    assert titles(digest) == ["Aster"]
    assert "Waiting for room in the day’s cards" in digest.read
    assert "• <https://crm.example/accounts/1|Acme> · Usage drop" in digest.read


@on_sqlite
async def test_quiet_alerts_stand_last_and_say_so(world: World) -> None:
    await world.app.database.run(lambda s: s.execute(update(Alert).where(Alert.account_id == "a2").values(quiet=True)))
    await at(world, 19, 8)
    (digest,) = digests(world, JANA)
    assert titles(digest) == ["Acme", "Aster"]
    assert digest.read.count("no card: its playbook is demoted to the digest") == 1


@on_sqlite
async def test_tasks_come_on_their_day_with_a_button_of_their_own(world: World) -> None:
    def add(session: Session) -> None:
        common = {
            "account_id": "a3",
            "card": "task",
            "kind": "risk",
            "state": "taken",
            "version": 1,
            "opened_at": FRIDAY - timedelta(days=9),
        }
        mine = {"assigned_to": JANA.id, "taken_by": JANA.id, "taken_at": FRIDAY - timedelta(days=9)}
        for deadline in (FRIDAY - timedelta(days=2), FRIDAY - timedelta(hours=9), FRIDAY + timedelta(days=5)):
            session.add(Alert(**common, **mine, deadline=deadline))

    await world.app.database.run(add)
    await at(world, 19, 8)
    (digest,) = digests(world, JANA)
    assert titles(digest) == ["Aster", "Acme", "Borealis", "Borealis"]
    assert digest.buttons[4:] == ["Done…", "Details"] * 2
    assert (digest.read.count("· overdue since <!date^"), digest.read.count("· due <!date^")) == (1, 1)


@on_sqlite
async def test_more_than_eight_are_counted(opened: Open) -> None:
    def many(company: Company) -> None:
        for number in range(9):
            company.account(f"Account {number:02}", arr=1000 * number)

    world = await opened({"limits": {"cards_a_day": 20, "posts_per_second": 50}}, accounts=many)
    await at(world, 19, 8)
    (digest,) = digests(world, JANA)
    assert titles(digest) == [f"Account {number:02}" for number in range(8, 0, -1)]
    assert "and 1 more: `/stay risks`" in digest.read
    assert digest.text == "9 alerts need you today: Account 08, Account 07, Account 06 and 6 more"


@on_sqlite
async def test_whoever_is_away_gets_none_and_the_stand_in_both(world: World) -> None:
    away = Absence(slack_id=JANA.id, since=world.clock.at, until=None, stand_in=OLIVER.id, source="command")
    await world.app.database.run(lambda session: session.add(away))
    await at(world, 19, 9)
    assert not digests(world, JANA)
    (digest,) = digests(world, OLIVER)
    assert titles(digest) == ["Aster", "Acme", "Borealis"]
    assert digest.read.count(f"for <@{JANA.id}>, who is away") == 2


@on_sqlite
async def test_a_stand_in_without_accounts_gets_one_too(world: World) -> None:
    away = Absence(slack_id=OLIVER.id, since=world.clock.at, until=None, stand_in=ADMIN.id, source="command")
    await world.app.database.run(lambda session: session.add(away))
    await at(world, 19, 9)
    assert titles(digests(world, ADMIN)[0]) == ["Borealis"]
    assert not digests(world, OLIVER)


@on_sqlite
async def test_money_is_for_those_who_look_after_the_account(opened: Open) -> None:
    world = await opened({"roles": {"money": "owners", "admins": [ADMIN.email], "managers": [LEAD.email]}})
    away = Absence(slack_id=JANA.id, since=world.clock.at, until=None, stand_in=OLIVER.id, source="command")
    await world.app.database.run(lambda session: session.add(away))
    await at(world, 19, 9)
    (digest,) = digests(world, OLIVER)
    assert "· 3 alerts · €48,000 of ARR" in digest.read
    assert "€300,000" not in digest.read


@on_sqlite
async def test_whoever_left_the_company_gets_none(world: World) -> None:
    await world.stop_worker()
    world.clock.at = datetime(2026, 11, 19, 7, 30, tzinfo=UTC)
    await world.app.database.run(send_digests, world.app.settings, world.clock.at)
    await world.app.database.run(lambda session: _close(session, JANA))
    world.start_worker()
    await world.quiet()
    assert not digests(world, JANA)


def _close(session: Session, person: Person) -> None:
    session.get_one(Teammate, person.id).is_active = False


# --- for checking


@on_sqlite
async def test_stay_digest_shows_it_now(world: World) -> None:
    answer = await world.command(JANA, "digest")
    assert titles(answer) == ["Aster", "Acme"]
    assert answer.buttons == ["Take it", "Details"] * 2
    assert "nothing needs you" in (await world.command(WEI, "digest")).read
    assert "Nothing is open on your accounts" in (await world.command(WEI, "digest")).read
    await world.command(GUEST, "digest")
    assert "guest" in world.told(GUEST)[-1]


# --- the managers' week


def week(world: World) -> list[Card]:
    told = world.sandbox.workspace.channels["C0LEADS"].messages.values()
    return [Card(message) for message in told if message.from_bot and Card(message).words.startswith("The week")]


@on_sqlite
async def test_managers_read_on_monday_what_the_week_was(world: World) -> None:
    assert (await world.open_and_submit(JANA, await world.card("Aster"), Action.ALERT_RESOLVE, outcome="saved")).ok
    world.clock.move(hours=2)
    await world.click(OLIVER, await world.card("Borealis"), Action.ALERT_TAKE)
    await at(world, 20, 8)
    assert not week(world)
    await at(world, 23, 8)
    (told,) = week(world)
    for text in ("*Opened*\n3 (before: 0)", "*Taken*\n1 (before: 0)", "*Closed*\n1 (before: 0)", "*ARR saved*\n€300,000 (before: –)"):
        assert text in told.read
    assert "*Median time to take*\n2 h (before: –)" in told.read
    assert "Closed as: 1 saved" in told.read
    assert "2 open now, €168,000 of ARR at risk" in told.read
    await at(world, 24, 8)
    assert len(week(world)) == 1


@on_sqlite
async def test_a_week_that_others_read_names_no_money(world: World) -> None:
    shared = Channel(id="C0LEADS", name="cs-leads", is_private=True, is_external=True, read_at=world.clock.at)
    await world.app.database.run(lambda session: session.merge(shared))
    assert (await world.open_and_submit(JANA, await world.card("Aster"), Action.ALERT_RESOLVE, outcome="saved")).ok
    await at(world, 23, 8)
    (told,) = week(world)
    assert "*Closed*\n1 (before: 0)" in told.read
    assert "€" not in told.read
    assert "ARR" not in told.read


@on_sqlite
async def test_after_a_week_in_which_nothing_happened_managers_read_nothing(world: World) -> None:
    await at(world, 30, 8)
    assert not week(world)


@on_sqlite
async def test_a_week_that_ends_on_a_day_when_nobody_ran_comes_late(world: World) -> None:
    await at(world, 25, 12)
    assert len(week(world)) == 1


# --- once


@on_sqlite
async def test_a_restart_sends_nothing_twice(world: World) -> None:
    await at(world, 19, 9)
    before = await world.rows()
    await world.app.database.run(_forget_rounds)
    await world.duty(minutes=1)
    assert len(await world.rows()) == len(before), "the person and the day are the key"
    assert len(digests(world, JANA)) == 1


def _forget_rounds(session: Session) -> None:
    for receipt in session.scalars(select(Receipt).where(Receipt.id.startswith("digest:"))):
        session.delete(receipt)


@pytest.fixture
def other(postgres_url: str) -> Iterator[Database]:
    found = Database(postgres_url)
    yield found
    found.close()


@on_postgresql
async def test_two_processes_send_one(world: World, other: Database) -> None:
    world.clock.at = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
    both = (world.app.database, other)
    sent = await asyncio.gather(*(one.run(send_digests, world.app.settings, world.clock.at) for one in both))
    assert sorted(sent) == [0, 3], "two people and the managers"
    world.app.worker.wake()
    await world.quiet()
    assert (len(digests(world, JANA)), len(digests(world, OLIVER)), len(week(world))) == (1, 1, 1)
