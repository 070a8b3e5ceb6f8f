"""The brief before a meeting: in the organizer's own conversation, on the morning of the last business day before, once."""

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.messages.actions import Action, Input
from bot.reviews.brief import Briefs
from bot.sandbox.server import Person
from tests.cast import JANA, OLIVER
from tests.factories import Card, World, few_accounts, words
from tests.scenario.conftest import OpenWorld, on_sqlite

OFFICE = {"workspace": {"business_hours": "Mon-Fri 09:00-18:00", "holidays": "CZ"}}


PLAN: dict[str, Any] = {"accounts": few_accounts, "mail": True, "settings": OFFICE}


@pytest.fixture
async def world(open_world: OpenWorld) -> World:
    return await open_world(**PLAN)


async def plan(world: World, day: str, clock: str = "10:00", person: Person = JANA) -> None:
    """From the card; a time that is unusual is confirmed."""
    card = await world.card("Acme")
    if "Book a call…" not in card.buttons:
        assert (await world.click(JANA, card, Action.ALERT_TAKE)).ok
        card = await world.card("Acme")
    assert (await world.click(person, card, Action.REVIEW_SCHEDULE)).ok
    await _fill(world, person, day, clock, **{Action.REVIEW_CONTACTS.value: ["c1"]})
    await world.quiet()


async def for_friday(world: World) -> None:
    await plan(world, "2026-11-20")


async def move(world: World, day: str, clock: str = "10:00") -> None:
    (meeting,) = [one for one in _posts(world, JANA) if "Move…" in one.buttons]
    assert (await world.click(JANA, meeting, Action.REVIEW_MOVE)).ok
    await _fill(world, JANA, day, clock)


async def _fill(world: World, person: Person, day: str, clock: str, **more: Any) -> None:
    when = {Input.REVIEW_WHEN.value: "own", Action.REVIEW_DATE.value: day, Action.REVIEW_TIME.value: clock}
    assert (await world.submit(person, **when, **more)).ok
    if "Not sent yet" in str(world.modal(person).body):
        assert (await world.submit(person, **when, **more)).ok
    await world.sandbox.close(person.id, world.modal(person).id, everything=True)


async def briefs(world: World, at: str) -> list[Card]:
    """The job's minute at a moment, in UTC: every brief that stands in Jana's conversation afterwards, oldest first."""
    world.clock.at = datetime.fromisoformat(at).replace(tzinfo=UTC)
    (duty,) = [one for one in world.app.reviews if isinstance(getattr(one, "__self__", None), Briefs)]
    await duty()
    world.app.worker.wake()
    await world.quiet()
    return [one for one in _posts(world, JANA) if "what to know before it" in one.text]


def _posts(world: World, person: Person) -> list[Card]:
    return [Card(one) for one in world.sandbox.direct_messages(person.id) if one.from_bot]


async def test_the_brief_comes_once_on_the_morning_of_the_last_business_day(world: World) -> None:
    """The meeting is on a Monday."""
    await plan(world, "2026-11-23")
    assert await briefs(world, "2026-11-20 07:59") == []
    (brief,) = await briefs(world, "2026-11-20 08:00")
    assert await briefs(world, "2026-11-20 08:01") == [brief]
    blocks = brief.message.blocks
    assert words(blocks[:1]) == "Call with Acme"
    assert "> (10:00 in Prague) · *<https://crm.example/accounts/1|Acme>*\nWith Contact of Acme\n" in brief.read
    assert "Adoption · health 40 · ARR €120,000 · renews 30 Jun 2027, in 222 days · 17 of 50 seats in use a day · plan Team" in brief.read
    assert "*Since 15 Jan 2024*: no meeting before this one is known\n• Active users: 17 a day, 59 % below the usual 41\n" in brief.read
    assert "• Alert: Usage drop: active users 41 → 17 a day · 18 Nov, *it stands*" in brief.read
    assert "1. *Usage is down*\n\u2003Active users: 17 a day of late, 59 % below the usual 41" in brief.read
    assert "2. *Many seats stand empty*" in brief.read
    (chart,) = [block for block in blocks if block["type"] == "image"]
    assert world.sandbox.workspace.contents.uploads[chart["slack_file"]["id"]].content.startswith(b"\x89PNG")
    assert chart["alt_text"].startswith("Active users, by week from ")
    assert "The deck comes in the thread of this message." in words(blocks[-1:])


@on_sqlite
async def test_what_is_planned_late_is_told_at_once_and_holidays_are_no_business_days(world: World) -> None:
    await plan(world, "2026-11-19", "09:00")
    assert await briefs(world, "2026-11-19 07:31") == [], "less than half an hour is left"
    assert len(await briefs(world, "2026-11-19 07:30")) == 1
    await plan(world, "2026-12-28")
    assert len(await briefs(world, "2026-12-23 07:59")) == 1
    assert len(await briefs(world, "2026-12-23 08:00")) == 2


@on_sqlite
async def test_a_meeting_that_moves_has_another_brief_and_the_first_one_does_not_leave_any_more(open_world: OpenWorld) -> None:
    world = await open_world(**PLAN, begin=for_friday)
    await world.stop_worker()
    world.clock.at = datetime(2026, 11, 19, 8, tzinfo=UTC)
    (duty,) = [one for one in world.app.reviews if isinstance(getattr(one, "__self__", None), Briefs)]
    assert await duty() == {"briefs": 1}
    await move(world, "2026-11-24")
    world.start_worker()
    assert await briefs(world, "2026-11-23 07:59") == []
    (brief,) = await briefs(world, "2026-11-23 08:00")
    assert f"{int(datetime(2026, 11, 24, 9, tzinfo=UTC).timestamp())}^" in brief.words
    await move(world, "2026-11-25")
    first, second = await briefs(world, "2026-11-24 08:00")
    assert "The meeting has moved to" in first.read
    assert "The meeting" not in second.read
    (meeting,) = [one for one in _posts(world, JANA) if "Cancel…" in one.buttons]
    assert (await world.open_and_submit(JANA, meeting, Action.REVIEW_CANCEL)).ok
    for brief in await briefs(world, "2026-11-24 08:01"):
        assert "The meeting was cancelled." in brief.read


@on_sqlite
async def test_a_meeting_that_is_cancelled_has_none(open_world: OpenWorld) -> None:
    world = await open_world(**PLAN, begin=for_friday)
    (meeting,) = [one for one in _posts(world, JANA) if "Cancel…" in one.buttons]
    outcome = await world.open_and_submit(JANA, meeting, Action.REVIEW_CANCEL)
    assert outcome.ok, outcome
    assert await briefs(world, "2026-11-19 08:00") == []


@on_sqlite
async def test_a_warehouse_that_is_down_is_told_and_the_rest_stands(open_world: OpenWorld) -> None:
    world = await open_world(**PLAN, begin=for_friday)
    world.company.usage.write_bytes(b"this is no database" * 100)
    (brief,) = await briefs(world, "2026-11-19 08:00")
    assert "Not known: usage (Active users): " in brief.words
    assert [block["type"] for block in brief.message.blocks if block["type"] == "image"] == []
    assert "• Alert: Usage drop: active users 41 → 17 a day · 18 Nov, *it stands*" in brief.read
    assert "1. *An alert stands*" in brief.read


@on_sqlite
async def test_who_does_not_look_after_the_account_reads_no_money(open_world: OpenWorld) -> None:
    world = await open_world(accounts=few_accounts, mail=True, settings={**OFFICE, "roles": {"money": "owners"}})
    await plan(world, "2026-11-20", person=OLIVER)
    (duty,) = [one for one in world.app.reviews if isinstance(getattr(one, "__self__", None), Briefs)]
    world.clock.at = datetime(2026, 11, 19, 9, tzinfo=UTC)
    assert await duty() == {"briefs": 1}
    world.app.worker.wake()
    await world.quiet()
    (brief,) = [one for one in _posts(world, OLIVER) if "what to know before it" in one.text]
    assert "Adoption · health 40 · renews" in brief.read
    assert "120,000" not in brief.read
