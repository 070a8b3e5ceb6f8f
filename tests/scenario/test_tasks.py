"""A task for oneself: from an alert's card to a card of one's own."""

import asyncio
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select

from bot.messages.actions import Action, Input, InputError
from models import Alert
from tests.cast import GUEST, JANA, OLIVER, WEI
from tests.factories import Card, World
from tests.scenario.conftest import OpenWorld, on_sqlite

OFFICE = {"workspace": {"business_hours": "Mon-Fri 09:00-18:00"}}
FRIDAY_EVENING = datetime(2026, 11, 20, 17, tzinfo=UTC)


async def count(world: World) -> int:
    return await world.app.database.read(lambda session: session.scalar(select(func.count()).where(Alert.card == "task")) or 0)


def task_card(world: World, person: object = JANA) -> Card:
    return Card(world.sandbox.direct_messages(getattr(person, "id"))[0])  # noqa: B009


async def test_from_an_alert_to_its_end(open_world: OpenWorld) -> None:
    world = await open_world(settings=OFFICE)
    card = await world.card("Acme")
    assert (await world.open_and_submit(JANA, card, Action.ALERT_TASK, what="Call their *new* champion", due="2026-11-20")).ok
    await world.quiet()
    assert f"<@{JANA.id}> set a task" in card.words
    mine = task_card(world)
    for text in ("Acme", "Task", "Call their *new* champion.", f"*For*\n<@{JANA.id}>", "20 Nov 2026 17:00 UTC"):
        assert text in mine.read
    assert "Done…" in mine.buttons
    assert "Take it" not in mine.buttons
    task = await world.alert("Acme")
    assert (task.card, task.state, task.play_id, task.playbook) == ("task", "taken", None, "")
    assert task.deadline == FRIDAY_EVENING
    assert "Call their *new* champion" in (await world.command(JANA, "risks")).read

    world.clock.at = FRIDAY_EVENING - timedelta(minutes=1)
    assert await world.duty() == {}
    assert await world.duty(minutes=1) == {"tasks_due": 1}
    reminder = Card(world.sandbox.direct_messages(JANA.id)[1])
    assert "Your task is due: <!date^" in reminder.read
    assert reminder.buttons == ["Done…", "Snooze…", "Details"]
    assert await world.duty(days=3) == {}
    await world.sweep()
    await world.quiet()
    assert "*Overdue since*" in task_card(world).words
    assert (await world.open_and_submit(JANA, reminder, Action.ALERT_RESOLVE, outcome="done")).ok
    await world.quiet()
    assert "Done" in task_card(world).words
    assert [what for what, _ in await world.did("Acme")] == ["opened", "task_due", "overdue", "resolved"]


@on_sqlite
async def test_the_next_business_day_is_offered_where_the_person_is(open_world: OpenWorld) -> None:
    world = await open_world(settings=OFFICE, sweep=False)
    world.clock.at = datetime(2026, 11, 20, 9, tzinfo=UTC)  # a Friday; in Auckland it is 22 o'clock
    await world.sweep()
    card = await world.card("Acme")
    await world.click(JANA, card, Action.ALERT_TASK)
    assert "'initial_date': '2026-11-23'" in str(world.modal(JANA).body)
    await world.click(WEI, card, Action.ALERT_TASK)
    assert (await world.submit(WEI, what="Call")).ok
    assert (await world.alert("Acme")).deadline == datetime(2026, 11, 23, 5, tzinfo=UTC)  # 18:00 on Monday in Auckland


async def test_a_form_that_is_sent_twice_is_one_task(open_world: OpenWorld) -> None:
    world = await open_world()
    await world.click(JANA, await world.card("Acme"), Action.ALERT_TASK)
    view = world.modal(JANA).id
    values = {"what": "Call", "due": "2026-11-20"}
    await asyncio.gather(*(world.sandbox.submit(JANA.id, view, values) for _ in range(3)), return_exceptions=True)
    await world.quiet()
    assert await count(world) == 1
    assert len(world.direct(JANA)) == 1


MISTAKES = (
    ("Call", "2026-11-17", {Input.DUE: InputError.DAY_PAST}),
    ("Call", "2028-01-01", {Input.DUE: InputError.DATE_FAR}),
    ("  ", "2026-11-17", {Input.WHAT: InputError.NOTE_MISSING, Input.DUE: InputError.DAY_PAST}),
)


@on_sqlite
async def test_mistakes_are_told_inside_the_modal(open_world: OpenWorld) -> None:
    world = await open_world()
    await world.click(JANA, await world.card("Acme"), Action.ALERT_TASK)
    for what, due, mistakes in MISTAKES:
        assert (await world.submit(JANA, what=what, due=due)).errors == mistakes
    assert await count(world) == 0
    assert (await world.submit(JANA, what="Call", due="2026-11-18")).ok
    assert await count(world) == 1


@on_sqlite
async def test_today_will_do_even_in_the_evening(open_world: OpenWorld) -> None:
    world = await open_world(settings=OFFICE)
    world.clock.at = datetime(2026, 11, 18, 19, tzinfo=UTC)  # 20:00 in Prague
    await world.open_and_submit(JANA, await world.card("Acme"), Action.ALERT_TASK, what="Write it up", due="2026-11-18")
    assert (await world.alert("Acme")).deadline == datetime(2026, 11, 18, 22, 59, tzinfo=UTC), "still today in Prague"
    assert await world.duty(hours=4.1) == {"tasks_due": 1}
    assert len(world.direct(JANA)) == 1  # it is past midnight: the reminder waits for the morning
    await world.duty(hours=9)
    assert len(world.direct(JANA)) == 2


@on_sqlite
async def test_a_snoozed_task_comes_back_and_reminds(open_world: OpenWorld) -> None:
    world = await open_world(settings=OFFICE)
    await world.open_and_submit(JANA, await world.card("Acme"), Action.ALERT_TASK, what="Call", due="2026-11-19")
    await world.quiet()
    await world.open_and_submit(JANA, task_card(world), Action.ALERT_SNOOZE, snooze_for="3d")
    assert await world.duty(days=2) == {}
    world.clock.at = datetime(2026, 11, 23, 9, tzinfo=UTC)
    assert await world.duty() == {"woken": 1, "tasks_due": 1}
    assert (await world.alert("Acme")).state == "taken"
    assert "Back from its snooze" in task_card(world).words
    assert "Your task is due" in world.direct(JANA)[1]


@on_sqlite
async def test_a_task_that_is_done_before_its_time_reminds_nobody(open_world: OpenWorld) -> None:
    world = await open_world()
    await world.open_and_submit(JANA, await world.card("Acme"), Action.ALERT_TASK, what="Call", due="2026-11-19")
    await world.quiet()
    await world.open_and_submit(JANA, task_card(world), Action.ALERT_RESOLVE, outcome="done")
    assert await world.duty(days=3) == {}


@on_sqlite
async def test_a_task_stays_with_its_person_when_the_owner_changes_or_the_person_is_away(open_world: OpenWorld) -> None:
    world = await open_world()
    await world.open_and_submit(OLIVER, await world.card("Acme"), Action.ALERT_TASK, what="Call", due="2026-11-25")
    await world.command(OLIVER, "away until 2026-12-01 @wei")
    world.company.change("Acme", owner_email=WEI.email)
    await world.sweep()
    task = await world.alert("Acme")
    assert (task.card, task.assigned_to, task.taken_by) == ("task", OLIVER.id, OLIVER.id)


@on_sqlite
async def test_a_guest_may_set_none(open_world: OpenWorld) -> None:
    world = await open_world()
    await world.click(GUEST, await world.card("Acme"), Action.ALERT_TASK)
    assert "Only full members" in world.told(GUEST)[-1]
    assert await count(world) == 0


@on_sqlite
async def test_hostile_words_stay_words(open_world: OpenWorld) -> None:
    world = await open_world()
    await world.open_and_submit(JANA, await world.card("Acme"), Action.ALERT_TASK, what="<!channel> & `x`", due="2026-11-25")
    await world.quiet()
    mine = task_card(world)
    assert "&lt;!channel&gt; &amp;" in mine.words
    assert "<!channel>" not in mine.words + mine.text
