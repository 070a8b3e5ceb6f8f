"""Whom each trigger means, at which moment, and for which occasion: the same on both databases."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.database import Database
from bot.playbooks.segments import update_memberships, with_segments
from bot.playbooks.triggers import (
    AnniversaryTrigger,
    DateTrigger,
    EntersTrigger,
    EventTrigger,
    Instant,
    LeavesTrigger,
    ManualTrigger,
    ScheduleTrigger,
    SweepTrigger,
    Trigger,
    firing,
)
from bot.settings.model import Written
from models import Account, Event, Membership
from tests.conftest import on_sqlite
from tests.integration.company import bare_signals

PRAGUE = ZoneInfo("Europe/Prague")
SEEN = datetime(2020, 1, 1, tzinfo=UTC)
NOON = datetime(2026, 3, 31, 10, tzinfo=UTC)
SEGMENTS = {"big-ones": Written("arr > 100 AND TODAY > '2020-01-01'", "staysail.yml:1: segments.big-ones")}

Occasions = list[tuple[str, str | None]]


def account(id_: str, **values: Any) -> Account:
    return Account(id=id_, name=id_.title(), polled_at=NOON, **values)


async def add(database: Database, *rows: Any) -> None:
    await database.run(Session.add_all, rows)


def _means(session: Session, trigger: Trigger, instant: Instant) -> Occasions:
    signals = with_segments(bare_signals(session, {}, instant.day, zone=instant.zone), SEGMENTS)
    found = firing(trigger, signals, instant)
    if found is None:
        return []
    statement = select(Account.id, found.occasion).select_from(found.table).where(found.where).order_by(Account.id, found.contact)
    return [(row[0], row[1]) for row in session.execute(statement.params(as_of=instant.day))]


async def means(
    database: Database, trigger: Trigger, now: datetime = NOON, seen: datetime = SEEN, fired: datetime | None = None
) -> Occasions:
    instant = Instant(now, now.astimezone(PRAGUE).date(), PRAGUE, seen, fired)
    return await database.read(_means, trigger, instant)


async def fires_on(database: Database, trigger: Trigger, days: Sequence[date], seen: datetime = SEEN) -> dict[str, list[date]]:
    """On which of these days each occasion is meant for the account `a`."""
    found: dict[str, list[date]] = {}
    for day in days:
        noon = datetime(day.year, day.month, day.day, 11, tzinfo=UTC)
        for id_, occasion in await means(database, trigger, noon, seen):
            if id_ == "a" and occasion:
                found.setdefault(occasion, []).append(day)
    return found


def days(first: date, count: int) -> list[date]:
    return [first + timedelta(days=at) for at in range(count)]


async def test_a_sweep_means_everybody_without_an_occasion_and_a_person_is_no_clock(database: Database) -> None:
    await add(database, account("a"), account("b"))
    assert await means(database, SweepTrigger()) == [("a", None), ("b", None)]
    assert await means(database, ManualTrigger()) == []


async def test_a_date_is_met_on_its_day_and_made_up_for_during_two_weeks(database: Database) -> None:
    await add(database, account("a", renewal_on=date(2026, 5, 1)), account("unknown"))
    first, last = days(date(2026, 3, 30), 4), days(date(2026, 4, 14), 4)
    found = await fires_on(database, DateTrigger(date="renewal_on - 30d"), [*first, *last])
    assert found == {"2026-04-01": [*first[2:], *last[:2]]}


async def test_a_date_before_the_playbook_was_there_is_never_made_up_for(database: Database) -> None:
    await add(database, account("a", renewal_on=date(2026, 3, 30)), account("b", renewal_on=date(2026, 3, 31)))
    seen = datetime(2026, 3, 30, 22, 30, tzinfo=UTC)  # the 31st has begun in Prague
    assert await means(database, DateTrigger(date="renewal_on"), NOON, seen) == [("b", "2026-03-31")]


async def test_a_date_is_reached_at_midnight_where_the_workspace_is(database: Database) -> None:
    await add(database, account("a", renewal_on=date(2026, 3, 29)))
    before, after = datetime(2026, 3, 28, 22, 59, tzinfo=UTC), datetime(2026, 3, 28, 23, 0, tzinfo=UTC)
    assert await means(database, DateTrigger(date="renewal_on"), before) == []
    assert await means(database, DateTrigger(date="renewal_on"), after) == [("a", "2026-03-29")]


ANNIVERSARIES = {
    date(2024, 2, 29): {"2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29"},
    date(2024, 2, 28): {"2025-02-28", "2026-02-28", "2027-02-28", "2028-02-28"},
    date(2025, 12, 31): {"2026-12-31", "2027-12-31"},
    date(2030, 1, 1): set(),
}


@on_sqlite
async def test_an_anniversary_comes_every_later_year_leap_days_too(database: Database) -> None:
    await add(database, *(account(str(started), started_on=started) for started in ANNIVERSARIES))
    trigger, found = AnniversaryTrigger(anniversary="started_on"), {started: set[str]() for started in ANNIVERSARIES}
    for day in (date(year, month, 10) for year in range(2024, 2029) for month in (1, 3, 7)):
        for id_, occasion in await means(database, trigger, datetime(day.year, day.month, day.day, 11, tzinfo=UTC)):
            found[date.fromisoformat(id_)].add(str(occasion))
    assert found == ANNIVERSARIES


@on_sqlite
async def test_an_anniversary_is_made_up_for_across_the_turn_of_the_year(database: Database) -> None:
    await add(database, account("a", started_on=date(2025, 12, 30)))
    seen, ends = days(date(2026, 12, 28), 6), days(date(2027, 1, 11), 5)
    found = await fires_on(database, AnniversaryTrigger(anniversary="started_on"), [*days(date(2025, 12, 29), 5), *seen, *ends])
    assert found == {"2026-12-30": [*seen[2:], *ends[:3]]}


@on_sqlite
async def test_a_schedule_means_all_or_those_of_its_segment_once_for_its_last_time(database: Database) -> None:
    await add(database, account("a", arr=500), account("b", arr=1), account("c"))
    monday = "2026-03-30T07:00:00+00:00"
    every, some = ScheduleTrigger(schedule="0 9 * * MON"), ScheduleTrigger(schedule="0 9 * * MON", segment="big-ones")
    assert await means(database, every) == [("a", monday), ("b", monday), ("c", monday)]
    assert await means(database, some) == [("a", monday)]
    assert await means(database, some, fired=datetime(2026, 3, 30, 6, tzinfo=UTC)) == [("a", monday)]
    assert await means(database, some, fired=datetime(2026, 3, 30, 7, tzinfo=UTC)) == []
    assert await means(database, some, seen=datetime(2026, 3, 30, 8, tzinfo=UTC)) == []


async def enter(database: Database, now: datetime) -> None:
    def work(session: Session) -> None:
        signals = with_segments(bare_signals(session, {}, now.date()), SEGMENTS)
        update_memberships(session, ["big-ones"], signals, now)

    await database.run(work)


async def change(database: Database, id_: str, **values: Any) -> None:
    def work(session: Session) -> None:
        for name, value in values.items():
            setattr(session.get_one(Account, id_), name, value)

    await database.run(work)


async def test_entering_leaving_and_entering_again(database: Database) -> None:
    enters, leaves = EntersTrigger(enters="big-ones"), LeavesTrigger(leaves="big-ones")
    await add(database, account("a", arr=500), account("b", arr=1), account("unknown"))
    hours = [NOON + timedelta(hours=at) for at in range(5)]
    await enter(database, hours[0])
    assert await means(database, enters) == [("a", "enter:2026-03-31T10:00:00Z")]
    await enter(database, hours[1])
    assert await means(database, enters) == [("a", "enter:2026-03-31T10:00:00Z")]
    await change(database, "a", arr=5)
    await enter(database, hours[2])
    assert await means(database, enters, hours[2]) == []
    assert await means(database, leaves, hours[2]) == [("a", "leave:2026-03-31T12:00:00Z")]
    assert await means(database, leaves, hours[2] + timedelta(days=13)) == [("a", "leave:2026-03-31T12:00:00Z")]
    assert await means(database, leaves, hours[2] + timedelta(days=15)) == []
    assert await means(database, leaves, hours[3], seen=hours[3]) == []
    await change(database, "a", arr=500)
    await enter(database, hours[3])
    await enter(database, hours[3])
    assert await means(database, enters, hours[3]) == [("a", "enter:2026-03-31T13:00:00Z")]
    assert await means(database, leaves, hours[3]) == []


@pytest.mark.parametrize("gone", [{"stage": "churned"}, {"churned_on": date(2026, 3, 31)}, {"gone_at": NOON}])
async def test_who_churned_or_is_gone_leaves(database: Database, gone: dict[str, Any]) -> None:
    await add(database, account("a", arr=500))
    await enter(database, NOON)
    await change(database, "a", **gone)
    await enter(database, NOON + timedelta(hours=1))
    (row,) = await database.read(lambda session: list(session.scalars(select(Membership))))
    assert (row.entered_at, row.left_at) == (NOON, NOON + timedelta(hours=1))


async def test_of_the_events_of_one_contact_the_oldest_is_meant_and_handled_ones_are_over(database: Database) -> None:
    def event(key: str, name: str = "solved", contact: str = "", handled: datetime | None = None) -> Event:
        return Event(key=key, name=name, at=NOON, account_id="a", contact_id=contact, data={}, handled_at=handled)

    await add(database, account("a"), account("b"))
    await add(database, event("1", handled=NOON), event("2"), event("3"), event("4", contact="c1"), event("5", name="clicked"))
    ids = await database.read(lambda session: {event.key: event.id for event in session.scalars(select(Event))})
    assert await means(database, EventTrigger(event="solved")) == [("a", f"event:{ids['2']}"), ("a", f"event:{ids['4']}")]
    assert await means(database, EventTrigger(event="other")) == []
