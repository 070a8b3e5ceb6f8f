"""Being away: who stands in, what goes over, and what happens when somebody is back."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from bot.messages.actions import Action
from models import Absence
from tests.cast import ADMIN, GONE, GUEST, JANA, LEAD, OLIVER, WEI
from tests.factories import Card, Company, World
from tests.scenario.conftest import OpenWorld, on_sqlite

PALM = ":palm_tree:"


def both(company: Company) -> None:
    company.account("Acme", owner_email=JANA.email, arr=120_000)
    company.account("Borealis", owner_email=OLIVER.email, arr=48_000)


async def absences(world: World) -> list[Absence]:
    return await world.app.database.read(lambda session: list(session.scalars(select(Absence).order_by(Absence.id))))


async def status(world: World, person: Any, emoji: str, until: datetime | None = None) -> None:
    """What Slack sends when somebody sets a status; an empty emoji takes it away."""
    profile = {
        "real_name": person.real_name,
        "email": person.email,
        "status_emoji": emoji,
        "status_expiration": int(until.timestamp()) if until else 0,
    }
    user = {"id": person.id, "team_id": world.sandbox.workspace.identity.team, "name": person.name, "tz": person.tz, "profile": profile}
    assert (await world.sandbox.event({"type": "user_change", "user": user, "event_ts": "1"})).ok


async def said(world: World, person: Any, text: str) -> str:
    return (await world.command(person, text)).read


@on_sqlite
async def test_somebody_goes_away_and_comes_back(open_world: OpenWorld) -> None:
    world = await open_world(accounts=both)
    card = await world.card("Acme")
    answer = await world.command(JANA, "away until 2026-12-01 @oliver")
    assert "You are away until 1 Dec 2026" in answer.read
    assert f"<@{OLIVER.id}> stands in: 1 open alert went over, and new ones do too. What you have taken stays yours." in answer.read
    assert answer.buttons == ["I am back"]
    await world.quiet()
    assert f"<@{JANA.id}> gave it to <@{OLIVER.id}>" in card.words
    assert (await world.alert("Acme")).assigned_to == OLIVER.id
    (told,) = world.direct(OLIVER)
    assert f"You stand in for <@{JANA.id}>* until 1 Dec 2026" in told
    assert "1 open alert came to you" in told
    assert "Acme" in told
    assert f"Open · owner <@{JANA.id}>, who is away: <@{OLIVER.id}> stands in" in told
    assert "Borealis" not in told
    assert (await world.did("Borealis"))[-1][0] == "opened"

    assert await world.duty(days=12) == {}
    assert await world.duty(days=1) == {"back": 1}
    (told,) = world.direct(JANA)
    assert f"Welcome back. <@{OLIVER.id}> has 1 open alert of yours in hand, and keeps it." in told.replace("*", "")
    assert f"Open · owner <@{OLIVER.id}> · since" in told
    assert (await world.alert("Acme")).assigned_to == OLIVER.id
    (told,) = world.direct(OLIVER)
    assert f"<@{JANA.id}> is back:* new alerts of their accounts no longer come to you. 1 alert that came to you is still open." in told
    assert await world.duty(days=1) == {}
    assert "You are here." in await said(world, JANA, "away")


async def test_the_same_command_at_the_same_time_is_one(open_world: OpenWorld) -> None:
    world = await open_world(accounts=both)
    text = "away until 2026-12-01 @oliver"
    await asyncio.gather(*(world.sandbox.command(JANA.id, "#cs-alerts", "/stay", text) for _ in range(3)))
    await world.quiet()
    assert len(await absences(world)) == 1
    assert len(world.direct(OLIVER)) == 1


@on_sqlite
async def test_the_same_command_twice_moves_and_tells_once(open_world: OpenWorld) -> None:
    world = await open_world(accounts=both)
    first = await said(world, JANA, "away until 2026-12-01 @oliver")
    second = await said(world, JANA, "away until 2026-12-01 @oliver")
    await world.quiet()
    assert first == second
    assert len(await absences(world)) == 1
    assert len(world.direct(OLIVER)) == 1
    assert [what for what, _ in await world.did("Acme")] == ["opened", "assigned"]


@on_sqlite
async def test_another_stand_in_gets_what_waits_with_the_first(open_world: OpenWorld) -> None:
    world = await open_world(accounts=both)
    await said(world, JANA, "away until 2026-12-01 @oliver")
    await world.quiet()
    assert "<@U0WEI> stands in: 1 open alert" in await said(world, JANA, "away until 2026-12-02 @wei")
    await world.quiet()
    assert (await world.alert("Acme")).assigned_to == WEI.id
    assert (await world.alert("Borealis")).assigned_to is None
    assert len(await absences(world)) == 1
    (told,) = world.direct(OLIVER)
    assert told == f"*<@{WEI.id}> now stands in for <@{JANA.id}>:* new alerts of their accounts no longer come to you."
    await said(world, JANA, "away until 2026-12-01 @oliver")
    await world.quiet()
    (told,) = world.direct(OLIVER)
    assert f"You stand in for <@{JANA.id}>* until 1 Dec 2026" in told
    assert "1 open alert came to you" in told
    assert f"<@{OLIVER.id}> now stands in" in world.direct(WEI)[0]


@on_sqlite
async def test_what_is_taken_stays(open_world: OpenWorld) -> None:
    world = await open_world(accounts=both)
    await world.click(JANA, await world.card("Acme"), Action.ALERT_TAKE)
    assert "nothing was open, and new alerts go over" in await said(world, JANA, "away until tomorrow @oliver")
    assert (await world.alert("Acme")).taken_by == JANA.id
    await world.duty(days=1)
    assert world.direct(JANA) == []  # nothing is in anybody's hand: there is nothing to tell


async def test_new_alerts_come_to_whoever_stands_in(open_world: OpenWorld) -> None:
    world = await open_world(accounts=both, sweep=False, settings={"alerts": {"deadlines": [{"within": "4h"}]}})
    await said(world, JANA, "away until 2026-12-01 @oliver")
    await world.sweep()
    assert (await world.alert("Acme")).assigned_to == OLIVER.id
    assert await world.duty(hours=4.1) == {"reminded": 2}
    assert world.direct(JANA) == []
    (reminders,) = [told for told in world.direct(OLIVER) if "Nobody has taken these 2 alerts yet" in told]
    acme, borealis = reminders.split("It was to be taken by")[1:]  # the largest account first
    assert f"you stand in for <@{JANA.id}>" in acme
    assert "stand in" not in borealis


@on_sqlite
async def test_a_reminder_says_for_whom_one_stands_in(open_world: OpenWorld) -> None:
    world = await open_world(accounts=both, settings={"alerts": {"deadlines": [{"within": "2h"}]}})
    card = await world.card("Acme")
    await world.open_and_submit(JANA, card, Action.ALERT_SNOOZE, snooze_for="tomorrow")
    await said(world, JANA, "away until 2026-12-01 @wei")  # what sleeps stays
    assert (await world.alert("Acme")).assigned_to is None
    world.clock.move(days=1)
    await world.sweep()
    await world.duty(hours=2.1)
    (_, told) = world.direct(WEI)
    assert f"You stand in for <@{JANA.id}>" in told


async def test_the_button_ends_it_early(open_world: OpenWorld) -> None:
    world = await open_world(accounts=both)
    answer = await world.command(JANA, "away until 2026-12-01 @oliver")
    assert (await world.click(JANA, answer, Action.AWAY_END)).ok
    assert "Welcome back: new alerts come to you again." in world.told(JANA)[-1]
    await world.quiet()
    assert "has 1 open alert of yours in hand" in world.direct(JANA)[0]
    (absence,) = await absences(world)
    assert absence.ended_at == world.clock.at
    assert "You are here" in await said(world, JANA, "back")


@on_sqlite
async def test_settings_name_who_stands_in(open_world: OpenWorld) -> None:
    world = await open_world(accounts=both, settings={"away": {"stand_ins": {JANA.email: OLIVER.email}}}, worker=False)
    assert f"<@{OLIVER.id}> stands in" in await said(world, JANA, "away until friday")
    assert "until 20 Nov 2026" in await said(world, JANA, "away")


@on_sqlite
async def test_with_nobody_to_stand_in_the_answer_says_what_happens(open_world: OpenWorld) -> None:
    world = await open_world(accounts=both, settings={"alerts": {"deadlines": [{"within": "4h"}]}})
    answer = await said(world, JANA, "away until 2w")
    assert "Nobody stands in: alerts wait, and what is not taken in time goes to #cs-leads." in answer
    assert "until 2 Dec 2026" in answer
    assert (await world.duty(hours=4.1))["told"] == 1  # Acme; Borealis' owner is here, and is reminded
    assert world.direct(JANA) == []


@on_sqlite
async def test_chains_are_followed_and_never_go_round(open_world: OpenWorld) -> None:
    world = await open_world(accounts=both)
    await said(world, JANA, "away until 2026-12-01 @oliver")
    await said(world, OLIVER, "away until 2026-12-01 @wei")
    await world.quiet()
    assert (await world.alert("Acme")).assigned_to == WEI.id
    assert (await world.alert("Borealis")).assigned_to == WEI.id
    assert f"<@{WEI.id}> stands in" in await said(world, JANA, "away")
    refused = await said(world, WEI, "away until 2026-12-01 @jana")
    assert "Jana Nováková is away too. Name somebody who is here." in refused
    assert len(await absences(world)) == 2


@on_sqlite
async def test_a_ring_of_stand_ins_is_nobody(open_world: OpenWorld) -> None:
    ring = {JANA.email: OLIVER.email, OLIVER.email: JANA.email}
    world = await open_world(accounts=both, settings={"away": {"stand_ins": ring}}, worker=False)
    await said(world, JANA, "away until 2026-12-01")
    assert "Nobody stands in" in await said(world, OLIVER, "away until 2026-12-01")
    assert "Nobody stands in" in await said(world, JANA, "away")


REFUSED = (
    ("away until 2026-12-01 @greta", "Greta Holm is not a full member of our workspace, and cannot stand in."),
    ("away until 2026-12-01 @gwen", "Gwen Gone is not a full member"),
    ("away until 2026-12-01 @jana", "Nobody can stand in for themselves."),
    ("away until 2026-12-01 nobody@ours.example", "I know nobody called “nobody@ours.example”."),
    ("away until 2026-12-01 @unknown", "I know nobody called “@unknown”."),
    ("away until 2026-11-18", "That day has come already."),
    ("away until 2020-01-01", "That day has come already."),
    ("away until 2028-01-01", "more than a year away"),
    ("away until 1.12.", "“1.12” is not a day that I understand. Try"),
    ("away until", "Until when?"),
    ("away for ever", "I do not understand “for ever”."),
    ("away @oliver until 2026-12-01", "Only managers may do this for somebody else."),
    ("away @oliver back", "Only managers may do this for somebody else."),
)


@on_sqlite
async def test_what_cannot_be_is_refused_in_words(open_world: OpenWorld) -> None:
    world = await open_world(accounts=lambda company: None, sweep=False)
    for text, answer in REFUSED:
        assert answer in await said(world, JANA, text)
    assert await absences(world) == []


@on_sqlite
async def test_a_guest_may_not(open_world: OpenWorld) -> None:
    world = await open_world(accounts=both, worker=False)
    assert "Only full members" in await said(world, GUEST, "away until tomorrow")


@on_sqlite
async def test_people_are_known_by_mention_address_or_name(open_world: OpenWorld) -> None:
    world = await open_world(accounts=both, worker=False)
    for named in ("@oliver", "oliver@ours.example", "@Oliver Grant", "Oliver"):
        assert f"<@{OLIVER.id}> stands in" in await said(world, JANA, f"away until tomorrow {named}")
        await said(world, JANA, "back")


@on_sqlite
async def test_a_manager_may_do_it_for_somebody_else(open_world: OpenWorld) -> None:
    world = await open_world(accounts=both, worker=False)
    answer = await world.command(LEAD, "away @jana until 2026-12-01 @oliver")
    assert f"<@{JANA.id}> is away until 1 Dec 2026" in answer.read
    assert "What they have taken stays theirs." in answer.read
    assert (await world.did("Acme"))[-1] == ("assigned", LEAD.id)
    assert answer.buttons == ["They are back"]
    assert f"<@{JANA.id}> is back: new alerts go there again." in await said(world, LEAD, "away @jana back")
    assert f"<@{JANA.id}> is here." in await said(world, LEAD, "away @jana")


async def test_a_slack_status_says_so_too(open_world: OpenWorld) -> None:
    world = await open_world(accounts=both, settings={"away": {"stand_ins": {JANA.email: OLIVER.email}}})
    await status(world, JANA, PALM, datetime(2026, 11, 23, 23, tzinfo=UTC))
    assert await world.duty() == {"left": 1}
    assert (await world.alert("Acme")).assigned_to == OLIVER.id
    (told,) = world.direct(JANA)
    assert "You are away until 24 Nov 2026*, as your Slack status says" in told
    assert len(world.direct(OLIVER)) == 1
    assert await world.duty(days=1) == {}
    await status(world, JANA, "")
    assert await world.duty() == {"back": 1}
    assert "has 1 open alert of yours in hand" in world.direct(JANA)[1]
    assert await world.duty(days=3) == {}


@on_sqlite
async def test_a_status_runs_out(open_world: OpenWorld) -> None:
    world = await open_world(accounts=both)
    await status(world, JANA, ":face_with_thermometer:", world.clock.at + timedelta(hours=8))
    assert await world.duty() == {"left": 1}
    assert "Nobody stands in" in world.direct(JANA)[0]
    await status(world, JANA, ":face_with_thermometer:", world.clock.at + timedelta(hours=12))
    assert await world.duty(hours=9) == {}
    assert await world.duty(hours=4) == {"back": 1}
    assert [absence.source for absence in await absences(world)] == ["status"]


@on_sqlite
async def test_whoever_says_that_they_are_here_is_here_whatever_their_status_says(open_world: OpenWorld) -> None:
    world = await open_world(accounts=both)
    await status(world, JANA, PALM)
    await world.duty()
    card = Card(world.sandbox.direct_messages(JANA.id)[-1])
    assert (await world.click(JANA, card, Action.AWAY_END)).ok
    assert "Welcome back" in world.told(JANA)[-1]
    assert await world.duty(hours=1) == {}
    await status(world, JANA, ":house:")
    await world.duty(minutes=1)
    await status(world, JANA, PALM)
    assert await world.duty() == {"left": 1}


@on_sqlite
async def test_other_statuses_and_people_without_accounts_mean_nothing(open_world: OpenWorld) -> None:
    world = await open_world(accounts=both)
    for person, emoji in ((JANA, ":house:"), (WEI, PALM), (ADMIN, PALM), (GUEST, PALM)):
        await status(world, person, emoji)
    assert await world.duty() == {}


@on_sqlite
async def test_a_stand_in_who_left_the_company_is_nobody(open_world: OpenWorld) -> None:
    world = await open_world(accounts=both, settings={"away": {"stand_ins": {JANA.email: GONE.email}}}, worker=False)
    assert "Nobody stands in" in await said(world, JANA, "away until tomorrow")
