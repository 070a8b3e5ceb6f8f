"""A review is due and nobody has planned it: its owner is asked, reminded, and then the managers are told."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.messages.actions import Action, Input, InputError
from models import Alert, Reason, Review
from tests.cast import GUEST, JANA, LEAD, OLIVER
from tests.factories import Card, Company, World, steady, until
from tests.scenario.conftest import OpenWorld, on_sqlite
from tests.scenario.test_home import open_home

DUE: dict[str, Any] = {
    "enable": ["review-due"],
    "reviews": [{"type": "QBR", "when": "arr >= 50000", "every": "90d"}],
    "alerts": {"deadlines": []},
}


def acme(company: Company) -> None:
    """It began 100 days ago: the first review was due 10 days ago."""
    company.account("Acme", steady, arr=120_000, started_on="2026-08-10")
    company.account("Small", steady, arr=1_000, started_on="2026-08-10")


def past(account_id: str, at: datetime, state: str = "held", **more: Any) -> Review:
    people = {"organizer": JANA.id, "organizer_email": JANA.email, "organizer_name": JANA.name, "created_by": JANA.id}
    key = f"{account_id}:{at.isoformat()}"
    times = {"starts_at": at, "created_at": at, "changed_at": at, "minutes": 30, "zone": "Europe/Prague"}
    return Review(key=key, uid=key, account_id=account_id, type="qbr", state=state, **people, **times, **more)


async def reviews(world: World) -> list[Review]:
    return await world.app.database.read(lambda session: list(session.scalars(select(Review).order_by(Review.id))))


def notices(world: World, channel: str) -> list[str]:
    return [Card(message).read for message in world.sandbox.messages(channel)]


async def test_the_owner_is_asked_once_with_what_is_known(open_world: OpenWorld) -> None:
    world = await open_world(accounts=acme, settings=DUE | {"alerts": {"deadlines": [{"within": "3h"}]}})
    card = await world.card("Acme")
    assert "A QBR has been due for 10 days, and none is planned." in card.read
    assert "None was held so far." in card.read
    assert "€120,000" in card.read
    assert card.buttons[:2] == ["Schedule…", "Take it"]
    assert {"Snooze…", "Skip…", "Details"} <= set(card.buttons)
    assert [report.opened for report in world.reports] == [1]
    assert (await world.sweep()).opened == 0
    home = await open_home(world, JANA)
    assert "QBR overdue by 10 days, none planned" in home
    assert "Schedule…" in home
    assert "Done…" not in home
    assert await world.duty(hours=3.1) == {"reminded": 1}
    reminder = Card(world.sandbox.direct_messages(JANA.id)[0])
    assert "A QBR has been due for 10 days, and none is planned." in reminder.read
    assert reminder.buttons == ["Take it", "Schedule…", "Snooze…", "Details"]
    assert "review.is_due" not in home.lower()


@on_sqlite
async def test_it_tells_what_was_agreed_last_time(open_world: OpenWorld) -> None:
    world = await open_world(accounts=acme, settings=DUE)
    await world.app.database.run(Session.add_all, [past("a1", world.clock.at - timedelta(days=95), decisions="Roll out to <Brno> & train")])
    await world.sweep()
    card = await world.card("Acme")
    assert "Last QBR: 15 Aug 2026." in card.words
    assert "Agreed then: Roll out to &lt;Brno&gt; &amp; train" in card.words


@on_sqlite
async def test_planned_closes_the_card_and_nobody_is_reminded(open_world: OpenWorld) -> None:
    world = await open_world(accounts=acme, settings=DUE)
    await world.card("Acme")
    later = world.clock.at + timedelta(days=9)
    await world.app.database.run(Session.add_all, [past("a1", later, state="scheduled")])
    assert (await world.sweep()).resolved == 1
    assert "Review due · Planned" in (await world.card("Acme")).read
    world.clock.move(days=8)
    assert (await world.sweep()).opened == 0
    assert notices(world, "#cs-leads") == []
    assert world.direct(JANA) == []


@on_sqlite
async def test_nobody_plans_it(open_world: OpenWorld) -> None:
    world = await open_world(accounts=acme, settings=DUE)
    await world.card("Acme")
    world.clock.move(days=2)
    await world.sweep()
    await world.quiet()
    assert world.direct(JANA) == []
    world.clock.move(days=1)
    await world.sweep()
    await until(lambda: world.direct(JANA), "the owner is reminded")
    assert "three days have gone by" in world.direct(JANA)[0]
    assert Card(world.sandbox.direct_messages(JANA.id)[0]).buttons == ["Details"]
    assert notices(world, "#cs-leads") == []
    world.clock.move(days=4)
    await world.sweep()
    await until(lambda: notices(world, "#cs-leads") and len(world.direct(JANA)) > 1, "the managers are told, and the owner again")
    assert len(world.direct(JANA)) == 2
    (told,) = notices(world, "#cs-leads")
    assert "Acme" in told
    assert "has been due for a week" in told


@on_sqlite
async def test_whoever_stops_the_reminders_knows_what_was_planned_and_gets_none(open_world: OpenWorld) -> None:
    world = await open_world(accounts=acme, settings=DUE)
    card = await world.card("Acme")
    asked = next(one["confirm"] for block in card.message.blocks for one in block.get("elements", []) if "confirm" in one)
    assert "Stop reminders…" in card.buttons
    assert asked["text"]["text"] == (
        "No further reminder comes for this: you look after it yourself. "
        "Planned: a reminder to the CSM after 3 days; a reminder to the CSM and a word to the managers after 1 week."
    )
    assert (await world.click(JANA, card, Action.PLAY_TAKE_OVER)).ok
    await world.quiet()
    assert "Stop reminders…" not in card.buttons
    assert "it stood at: wait for the alert to be closed, at most 3 days" in card.read
    world.clock.move(days=8)
    await world.sweep()
    await world.quiet()
    assert world.direct(JANA) == []


@on_sqlite
async def test_a_prompt_that_is_snoozed_rests(open_world: OpenWorld) -> None:
    world = await open_world(accounts=acme, settings=DUE)
    world.clock.move(days=1)
    card = await world.card("Acme")
    assert (await world.open_and_submit(JANA, card, Action.ALERT_SNOOZE, snooze_for="1w")).ok
    for days in (3, 3):
        world.clock.move(days=days)
        await world.sweep()
    world.clock.move(days=2)
    await world.sweep()
    await world.quiet()
    assert "Snoozed" not in (await world.card("Acme")).read
    assert world.direct(JANA) == [], "two of the three days are left"
    world.clock.move(days=2)
    await world.sweep()
    await until(lambda: world.direct(JANA), "the owner is reminded")
    assert len(world.direct(JANA)) == 1
    assert notices(world, "#cs-leads") == []
    card = await world.card("Acme")
    assert (await world.open_and_submit(JANA, card, Action.ALERT_SNOOZE, snooze_for="2w")).ok
    await world.quiet()
    assert (await world.click(JANA, await world.card("Acme"), Action.ALERT_WAKE)).ok
    await world.sweep()
    world.clock.move(days=4)
    await world.sweep()
    await until(lambda: notices(world, "#cs-leads"), "what is woken rests no longer")


async def skip(world: World, why: str) -> Any:
    card = await world.card("Acme")
    return await world.open_and_submit(OLIVER, card, Action.REVIEW_SKIP, note=why)


async def test_skipping_counts_from_today_and_twice_is_told_to_the_managers(open_world: OpenWorld) -> None:
    world = await open_world(accounts=acme, settings=DUE)
    outcome = await skip(world, "  ")
    assert outcome.errors == {Input.NOTE: InputError.NOTE_MISSING}
    await skip(world, "They are <merging>")
    card = await world.card("Acme")
    assert f"Review due · Skipped · <@{OLIVER.id}>" in card.words
    assert "They are &lt;merging&gt;" in card.words
    (left_out,) = await reviews(world)
    assert (left_out.state, left_out.type, left_out.note, left_out.closed_by) == ("skipped", "qbr", "They are <merging>", OLIVER.id)
    assert notices(world, "#cs-leads") == []
    for days in (1, 58):
        world.clock.move(days=days)
        assert (await world.sweep()).opened == 0
    world.clock.move(days=2)
    assert (await world.sweep()).opened == 1
    assert "It was skipped once." in (await world.card("Acme")).read
    await skip(world, "Again no time")
    await until(lambda: notices(world, "#cs-leads"), "the managers are told")
    assert "was skipped twice in a row" in notices(world, "#cs-leads")[0]


@on_sqlite
async def test_what_is_skipped_is_what_the_form_showed(open_world: OpenWorld) -> None:
    world = await open_world(accounts=acme, settings=DUE)
    assert (await world.click(OLIVER, await world.card("Acme"), Action.REVIEW_SKIP)).ok
    await world.app.database.run(lambda session: session.execute(update(Reason).values(facts={"review.type": "ebr"})))
    outcome = await world.submit(OLIVER, note="No time")
    assert outcome.errors == {Input.NOTE: "This card now asks for another review. Close the form, and look at the card again."}
    assert await reviews(world) == []
    assert (await world.alert("Acme")).closed_at is None


@on_sqlite
async def test_who_was_faster_is_named_and_a_guest_may_not(open_world: OpenWorld) -> None:
    world = await open_world(accounts=acme, settings=DUE)
    card = await world.card("Acme")
    await world.click(GUEST, card, Action.REVIEW_SKIP)
    assert "Only full members" in world.told(GUEST)[-1]
    await world.click(LEAD, card, Action.REVIEW_SKIP)
    await skip(world, "They asked for it")
    await world.submit(LEAD, note="Me too")
    assert len(await reviews(world)) == 1
    alert = await world.app.database.read(lambda session: session.scalars(select(Alert)).one())
    assert alert.closed_by == OLIVER.id


@on_sqlite
async def test_scheduling_it_from_the_card_settles_the_card(open_world: OpenWorld) -> None:
    world = await open_world(accounts=acme, settings=DUE, mail=True)
    outcome = await world.open_and_submit(JANA, await world.card("Acme"), Action.REVIEW_SCHEDULE)
    assert outcome.ok, outcome
    await until(lambda: len(world.direct(JANA)) == 1, "the organizer has the meeting's message")
    assert "Review due · Planned for <!date^" in (await world.card("Acme")).words
    (planned,) = await reviews(world)
    assert (planned.type, planned.state) == ("qbr", "scheduled")
    world.clock.move(days=4)
    assert (await world.sweep()).opened == 0
    assert len(world.direct(JANA)) == 1


@on_sqlite
async def test_several_cadences_that_health_pulls_forward(open_world: OpenWorld) -> None:
    """Health is a long expression, and each cadence holds it twice: SQLite's parser takes only so much, one within the other."""
    sooner = {"every": "90d", "sooner_when": "health < 50"}
    cadences = [{"type": type_, "when": "arr >= 50000", **sooner} for type_ in ("QBR", "EBR", "renewal")]
    health = {"default": [{"when": "arr > 0", "points": 40}, {"when": "active_users.ratio >= 0.9", "points": 60}]}
    world = await open_world(accounts=acme, settings=DUE | {"reviews": cadences, "health": health})
    assert "None was held so far." in (await world.card("Acme")).read
