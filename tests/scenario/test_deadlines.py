"""Alerts that nobody takes: first whoever looks after them is reminded, then the managers are told."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from bot.messages.actions import Action
from bot.settings import load_settings
from jobs.duty import duty
from tests.cast import JANA, LEAD, OLIVER
from tests.factories import Card, Company, World, until
from tests.integration.crashing import Crash, Dying
from tests.scenario.conftest import OpenWorld, on_sqlite

HOURS = {"timezone": "Europe/Prague", "business_hours": "Mon-Fri 09:00-18:00"}
FOUR_HOURS: dict[str, Any] = {"workspace": HOURS, "alerts": {"deadlines": [{"within": "4h"}]}}


def acme(company: Company) -> None:
    company.account("Acme", owner_email=JANA.email, arr=120_000)


def three(company: Company) -> None:
    for name in ("Acme", "Borealis", "Cobalt"):
        company.account(name, owner_email=JANA.email)


def unowned(company: Company) -> None:
    company.account("Cobalt", owner_email=None)
    company.account("Dynamo", owner_email="nora@ours.example")


def leads(world: World) -> list[str]:
    return [Card(message).read for message in world.sandbox.messages("#cs-leads")]


def last_direct(world: World, person: Any) -> Card:
    return Card(world.sandbox.direct_messages(person.id)[-1])


async def moment(world: World, name: str) -> Any:
    return getattr(await world.alert("Acme"), name)


@on_sqlite
async def test_nobody_takes_it(open_world: OpenWorld) -> None:
    """Opened at 10:00 on a Wednesday in Prague: to be taken by 13:00; three hours after the reminder it is the managers'."""
    world = await open_world(accounts=acme, settings={"workspace": HOURS, "alerts": {"deadlines": [{"within": "3h"}]}})
    card = await world.card("Acme")
    opened = world.clock.at
    assert "take it by <!date^" in card.words
    assert await moment(world, "take_by") == opened + timedelta(hours=3)
    assert await world.duty(hours=2.9) == {}
    assert world.direct(JANA) == []

    assert await world.duty(hours=0.2) == {"reminded": 1}
    (told,) = world.direct(JANA)
    assert "Acme" in told
    assert "Usage drop · €120,000" in told
    assert "Active users fell from 41 to 17 a day (−59 %) against the 8 weeks before." in told
    assert "Nobody has taken it yet; it was to be taken by" in told
    assert last_direct(world, JANA).buttons == ["Take it", "Snooze…", "Details"]
    assert f"Reminded <@{JANA.id}>: nobody has taken it" in (await world.card("Acme")).words
    assert "was to be taken by <!date^" in (await world.card("Acme")).words
    assert await world.duty(hours=2.9) == {}

    assert await world.duty(hours=0.2) == {"told": 1}
    assert len(world.direct(JANA)) == 1
    (told,) = leads(world)
    assert "Nobody has taken this alert" in told
    assert f"Owner: <@{JANA.id}> · reminded: <@{JANA.id}>," in told
    assert "€" not in told
    assert await world.duty(days=5) == {}
    assert [what for what, _ in await world.did("Acme")] == ["opened", "reminded", "reminded"]
    assert await moment(world, "reminded_at") == opened + timedelta(hours=3.1)


@on_sqlite
async def test_the_reminder_can_be_answered_on_the_spot(open_world: OpenWorld) -> None:
    world = await open_world(accounts=acme, settings=FOUR_HOURS)
    await world.duty(hours=4.1)
    assert (await world.click(JANA, last_direct(world, JANA), Action.ALERT_TAKE)).ok
    await world.quiet()
    assert (await world.alert("Acme")).taken_by == JANA.id
    assert await world.duty(days=3) == {}
    assert leads(world) == []


@on_sqlite
async def test_a_reminder_that_is_taken_just_before_it_leaves_is_not_sent(open_world: OpenWorld) -> None:
    world = await open_world(accounts=acme, settings=FOUR_HOURS)
    card = await world.card("Acme")
    await world.stop_worker()
    world.clock.move(hours=4.1)
    await world.sweep()  # decides it; nothing delivers yet
    assert await moment(world, "reminded_at")
    await world.click(OLIVER, card, Action.ALERT_TAKE)
    world.start_worker()
    await world.quiet()
    assert world.direct(JANA) == []
    (row,) = [row for row in await world.rows() if row.dedup_key.startswith("remind:")]
    assert row.problem == "not sent: it is in hand, or over"


@on_sqlite
async def test_whatever_is_done_with_it_nobody_is_reminded(open_world: OpenWorld) -> None:
    world = await open_world(accounts=three, settings=FOUR_HOURS)
    assert (await world.click(JANA, await world.card("Acme"), Action.ALERT_TAKE)).ok
    assert (await world.open_and_submit(JANA, await world.card("Borealis"), Action.ALERT_SNOOZE)).ok
    assert (await world.open_and_submit(JANA, await world.card("Cobalt"), Action.ALERT_DISMISS, outcome="known")).ok
    assert await world.duty(days=2) == {}
    assert world.direct(JANA) == []


@on_sqlite
async def test_back_from_a_snooze_it_has_its_whole_time_again(open_world: OpenWorld) -> None:
    world = await open_world(accounts=acme, settings=FOUR_HOURS)
    await world.duty(hours=4.1)
    card = await world.card("Acme")
    await world.open_and_submit(JANA, card, Action.ALERT_SNOOZE, snooze_for="tomorrow")
    world.clock.move(days=1)
    report = await world.sweep()
    assert report.duty == {"started": 1}
    assert (await world.alert("Acme")).state == "open"
    assert await moment(world, "take_by") == world.clock.at + timedelta(hours=4 + 15)  # at 14:06; the next morning
    assert await moment(world, "reminded_at") is None
    world.clock.at = await moment(world, "take_by")
    assert await world.duty() == {"reminded": 1}
    await world.open_and_submit(JANA, card, Action.ALERT_SNOOZE, snooze_for="2w")
    await world.quiet()
    await world.click(JANA, card, Action.ALERT_WAKE)
    assert await world.duty() == {"started": 1}, "woken by a person, too"
    assert len(world.direct(JANA)) == 2


@on_sqlite
async def test_an_alert_whose_owner_cannot_be_reached_is_the_managers_at_once(open_world: OpenWorld) -> None:
    world = await open_world(accounts=unowned, settings=FOUR_HOURS)
    assert await world.duty(hours=4.1) == {"told": 2}
    (told,) = leads(world)
    assert "Nobody has taken these 2 alerts" in told
    assert "No owner in the CRM · nobody in Slack could be reminded" in told
    assert "Owner: nora@ours.example (not in Slack)" in told
    card = Card(world.sandbox.messages("#cs-leads")[0])
    assert card.buttons == ["Take it", "Assign…", "Details"] * 2
    assert (await world.click(LEAD, card, Action.ALERT_TAKE, str((await world.alert("Dynamo")).id))).ok
    assert (await world.alert("Dynamo")).taken_by == LEAD.id
    assert await world.duty(days=1) == {}


@on_sqlite
async def test_many_that_nobody_takes_are_one_message_to_each_reader(open_world: OpenWorld) -> None:
    """What is in hand by the time it leaves is not in it; one that is left comes alone."""
    world = await open_world(accounts=three, settings=FOUR_HOURS)
    borealis = await world.card("Borealis")
    await world.stop_worker()
    world.clock.move(hours=4.1)
    assert (await world.sweep()).duty == {"reminded": 3}
    await world.click(OLIVER, borealis, Action.ALERT_TAKE)
    world.start_worker()
    await world.quiet()
    (told,) = world.direct(JANA)
    assert "Nobody has taken these 2 alerts yet" in told
    assert told.count("It was to be taken by <!date^") == 2
    assert "Acme" in told
    assert "Borealis" not in told

    await world.stop_worker()
    world.clock.move(hours=20)
    await die_after_every_statement(world)
    await world.click(JANA, last_direct(world, JANA), Action.ALERT_TAKE, str((await world.alert("Cobalt")).id))
    world.start_worker()
    await world.duty()
    (told,) = leads(world)
    assert "Nobody has taken this alert" in told
    assert "Acme" in told
    assert f"reminded: <@{JANA.id}>," in told
    assert [what for what, _ in await world.did("Cobalt")] == ["opened", "reminded", "reminded", "taken"]
    assert len(world.direct(JANA)) == 1


async def die_after_every_statement(world: World) -> None:
    """One pass after the other, until one lives to its end."""
    with Dying(world.app.database).listening() as dying:
        for dying.left in count(1):
            with suppress(Crash):
                await duty(world.app.database, world.app.settings, world.clock.at)
                return


@on_sqlite
async def test_without_a_channel_of_their_own_the_managers_read_it_among_the_alerts(open_world: OpenWorld) -> None:
    world = await open_world(accounts=unowned, settings=FOUR_HOURS)
    config = world.config.read_text().replace("  managers: '#cs-leads'\n", "")
    world.config.write_text(config)
    alone = load_settings(world.config, world.variables)
    world.clock.move(hours=4.1)
    assert (await duty(world.app.database, alone, world.clock.at))["told"] == 2
    await world.quiet()
    assert sum("Nobody has taken these 2 alerts" in Card(message).read for message in world.sandbox.messages("#cs-alerts")) == 1


@on_sqlite
async def test_greater_accounts_have_less_time(open_world: OpenWorld) -> None:
    deadlines = [{"priority": 100_000, "within": "2h"}, {"within": "1d"}]

    def two(company: Company) -> None:
        company.account("Acme", arr=120_000)
        company.account("Borealis", arr=50_000)

    world = await open_world(accounts=two, settings={"workspace": HOURS, "alerts": {"deadlines": deadlines}})
    opened = world.clock.at
    assert (await world.alert("Acme")).take_by == opened + timedelta(hours=2)
    assert (await world.alert("Borealis")).take_by == opened + timedelta(days=1)


@on_sqlite
async def test_without_a_deadline_that_fits_nothing_is_asked(open_world: OpenWorld) -> None:
    deadlines = [{"priority": 500_000, "within": "2h"}]
    world = await open_world(accounts=acme, settings={"alerts": {"deadlines": deadlines}})
    assert (await world.alert("Acme")).take_by is None
    assert await world.duty(days=30) == {}


@on_sqlite
async def test_an_owner_in_new_york_has_the_hours_of_new_york(open_world: OpenWorld) -> None:
    world = await open_world(accounts=acme, settings=FOUR_HOURS, sweep=False)
    await world.sandbox.event({"type": "user_change", "user": new_yorker(world), "event_ts": "1"})
    await world.sweep()  # 10:00 in Prague, 4:00 in New York
    assert await moment(world, "take_by") == datetime(2026, 11, 18, 18, tzinfo=UTC)  # 13:00 in New York
    assert await world.duty(hours=8.9) == {}
    assert await world.duty(hours=0.2) == {"reminded": 1}
    assert len(world.direct(JANA)) == 1
    assert await world.duty(hours=4) == {"told": 1}  # 17:05 in New York, 23:05 in Prague
    assert leads(world) == []
    await world.duty(hours=10)
    assert len(leads(world)) == 1


def new_yorker(world: World) -> dict[str, Any]:
    profile = {"real_name": JANA.real_name, "email": JANA.email}
    return {"id": JANA.id, "team_id": world.sandbox.workspace.identity.team, "name": "jana", "tz": "America/New_York", "profile": profile}


@on_sqlite
async def test_over_a_weekend(open_world: OpenWorld) -> None:
    world = await open_world(accounts=acme, settings=FOUR_HOURS, sweep=False)
    world.clock.at = datetime(2026, 11, 20, 16, tzinfo=UTC)  # Friday, 17:00 in Prague
    await world.sweep()
    assert await moment(world, "take_by") == datetime(2026, 11, 23, 11, 0, 1, tzinfo=UTC)  # Monday noon
    assert await world.duty(days=2) == {}


async def test_passes_at_the_same_time_remind_once(open_world: OpenWorld) -> None:
    world = await open_world(accounts=acme, settings=FOUR_HOURS)
    world.clock.move(hours=4.1)
    done = await asyncio.gather(*(duty(world.app.database, world.app.settings, world.clock.at) for _ in range(4)))
    assert sum(one.get("reminded", 0) for one in done) == 1
    assert sum(one.get("told", 0) for one in done) == 0
    await world.duty()
    assert len(world.direct(JANA)) == 1


async def test_the_scheduler_looks_after_it(open_world: OpenWorld) -> None:
    world = await open_world(accounts=acme, settings=FOUR_HOURS | {"sweep_every": "30d"})
    world.clock.move(hours=4.1)
    world.schedule.start()
    try:
        await until(lambda: world.direct(JANA), "the reminder has come")
    finally:
        await world.schedule.stop()
