"""From *Escalate…* to the archived room: the whole way, and what may go another one."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.messages.actions import Action, Input, InputError
from models import Writeback
from tests.cast import ADMIN, GUEST, JANA, LEAD, OLIVER, WEI
from tests.factories import World, until, words
from tests.scenario.conftest import OpenWorld, on_sqlite
from tests.scenario.rooms_world import (
    NAME,
    brief,
    channel,
    channels,
    escalate,
    open_with_rooms,
    opened,
    room,
    rooms,
    said,
    settle,
)


@pytest.fixture
async def world(open_world: OpenWorld) -> World:
    return await open_with_rooms(open_world)


async def opened_at_once(world: World) -> None:
    await opened(world, urgency="now")


@on_sqlite
async def test_the_whole_way(world: World) -> None:
    card = await world.card("Acme")
    await world.click(JANA, card, Action.ALERT_ESCALATE)
    form = world.modal_words(JANA)
    assert "Access" in form
    assert WEI.real_name in form
    assert "Answer due Thu 19 Nov, 22:00 where they are" in form
    assert (await world.submit(JANA, urgency="today", need="Their exports fail.\nCan you look?")).ok
    await settle(world)

    there = channel(world)
    assert (there.name, there.kind) == (NAME, "private")
    assert set(there.members) == {world.sandbox.workspace.identity.bot_user, WEI.id, JANA.id}
    assert there.topic.startswith("Acme · Jana Nováková asks Wei Ling Tan: Their exports fail.")
    assert [(one["title"], one["link"]) for one in there.bookmarks] == [
        ("CRM", "https://crm.example/accounts/1"),
        ("Dashboard", "https://bi.example/accounts/a1"),
    ]
    assert there.canvas is not None
    for told in ("# Acme: Usage drop", f"![](@{JANA.id}) asks ![](@{WEI.id})", "> Their exports fail.", "**ARR:** €120,000", "41 · 41 ·"):
        assert told in there.canvas["markdown"]
    message = brief(world)
    assert message.message.pinned
    assert message.buttons == ["Accept", "Hand back…", "Close room…"]
    assert f"<@{JANA.id}> asks <@{WEI.id}> for help (Access) · Within a day\n> Their exports fail.\n> Can you look?" in message.words
    card = await world.card("Acme")
    assert f"*Room*\n<#{there.id}>, waits for <@{WEI.id}>" in card.words
    assert f"<@{JANA.id}> asked <@{WEI.id}> for help" in card.words

    assert (await world.click(WEI, message, Action.ROOM_ACCEPT)).ok
    await world.quiet()
    assert f"<@{WEI.id}> accepted" in message.words
    assert message.buttons == ["Hand back…", "Close room…"]
    assert f"<#{there.id}>, <@{WEI.id}> helps" in (await world.card("Acme")).words

    sent = await world.open_and_submit(
        WEI, message, Action.ROOM_CLOSE, outcome="solved", summary="A proxy cut long answers.", next_step="Look again on Monday"
    )
    assert sent.ok, sent
    await settle(world)
    assert there.is_archived
    *_, last = sorted(there.messages.values(), key=lambda one: one.ts)
    assert last.text == "Closed, solved: A proxy cut long answers."
    assert message.buttons == []
    found = await room(world)
    assert (found.state, found.closed_by, found.outcome, found.problems) == ("closed", WEI.id, "solved", [])
    card = await world.card("Acme")
    assert f"<@{WEI.id}> closed the room: solved" in card.words
    assert "Escalate…" in card.buttons
    did = [what for what, _ in await world.did("Acme")]
    assert did == ["opened", "escalated", "room_accepted", "room_closed"]
    assert not await world.dead()


@on_sqlite
async def test_another_topic_suggests_its_own_specialists(world: World) -> None:
    card = await world.card("Acme")
    await world.click(JANA, card, Action.ALERT_ESCALATE)
    view = world.modal(JANA)
    assert (await world.sandbox.click_in_view(JANA.id, view.id, Action.ROOM_TOPIC, "Contracts")).ok
    await until(lambda: OLIVER.real_name in world.modal_words(JANA), "the form shows the other topic's specialist")
    assert WEI.real_name not in world.modal_words(JANA)
    assert (await world.submit(JANA, urgency="now", need="A clause")).ok
    found = await room(world)
    assert (found.topic, found.specialist) == ("Contracts", OLIVER.id)


@on_sqlite
async def test_somebody_who_is_no_specialist_can_be_asked(world: World) -> None:
    card = await world.card("Acme")
    await world.click(JANA, card, Action.ALERT_ESCALATE)
    assert (await world.sandbox.click_in_view(JANA.id, world.modal(JANA).id, Action.ROOM_WHOM, "else")).ok
    await until(lambda: Input.TEAMMATE in str(world.modal(JANA).body), "the form asks whom")
    assert "where they are" not in world.modal_words(JANA)
    refused = await world.submit(JANA, urgency="now", need="Help", teammate=GUEST.id)
    assert refused.errors == {Input.TEAMMATE: InputError.TEAMMATE_NOT_OURS}
    assert (await world.submit(JANA, teammate=ADMIN.id)).ok
    assert (await room(world)).specialist == ADMIN.id


@on_sqlite
async def test_without_specialists_the_form_asks_for_a_person(open_world: OpenWorld) -> None:
    world = await open_with_rooms(open_world, rooms={"specialists": {}})
    await opened(world, teammate=OLIVER.id)
    found = await room(world)
    assert (found.specialist, found.topic) == (OLIVER.id, "")
    await world.click(WEI, brief(world), Action.ROOM_ACCEPT)
    assert world.told(WEI)[-1] == "Only whoever is asked and managers may do this."


@on_sqlite
async def test_what_was_not_ticked_is_not_told(world: World) -> None:
    await opened(world, share=["contacts"])
    text = (channel(world).canvas or {})["markdown"]
    assert "Contact of Acme" in text
    for kept in ("€120,000", "Renewal", "Timeline", "41 · 41"):
        assert kept not in text
        assert kept not in brief(world).words


@on_sqlite
async def test_money_and_comments_are_offered_only_to_those_who_see_them(open_world: OpenWorld) -> None:
    world = await open_with_rooms(open_world, settings={"roles": {"money": "owners"}})
    card = await world.card("Acme")
    for person, sees in ((JANA, True), (OLIVER, False), (LEAD, True)):
        await world.click(person, card, Action.ALERT_ESCALATE)
        assert ("ARR" in world.modal_words(person)) is sees
    # whoever does not see it cannot share it, whatever the form sends
    assert (await world.submit(OLIVER, urgency="today", need="Help")).ok
    assert "money" not in (await room(world)).shared


@on_sqlite
async def test_the_most_urgent_brings_the_managers(open_world: OpenWorld) -> None:
    world = await open_with_rooms(open_world, begin=opened_at_once)
    assert LEAD.id in channel(world).members


@on_sqlite
async def test_a_form_sent_twice_opens_one_room(world: World) -> None:
    card = await world.card("Acme")
    await world.click(JANA, card, Action.ALERT_ESCALATE)
    view = world.modal(JANA)
    world.sandbox.faults.add("interactive", "duplicate")
    await world.sandbox.submit(JANA.id, view.id, {"urgency": "today", "need": "Help"})
    await settle(world)
    assert len(await rooms(world)) == 1
    assert len(channels(world)) == 1


@on_sqlite
async def test_an_alert_has_one_open_room(world: World) -> None:
    card = await world.card("Acme")
    await world.click(OLIVER, card, Action.ALERT_ESCALATE)
    assert (await world.open_and_submit(JANA, card, Action.ALERT_ESCALATE, urgency="today", need="Help")).ok
    await settle(world)
    assert (await world.submit(OLIVER, urgency="today", need="Help too")).ok
    assert f"There is a room for this alert already: #{NAME}." in world.modal_words(OLIVER)
    assert len(await rooms(world)) == 1


@on_sqlite
async def test_a_closed_alert_gets_no_room(world: World) -> None:
    card = await world.card("Acme")
    await world.click(JANA, card, Action.ALERT_ESCALATE)
    await world.open_and_submit(OLIVER, card, Action.ALERT_RESOLVE, outcome="saved")
    assert (await world.submit(JANA, urgency="today", need="Help")).ok
    assert f"Already resolved by <@{OLIVER.id}>" in world.modal_words(JANA)
    assert await rooms(world) == []


@on_sqlite
async def test_only_those_who_are_asked_may_answer(open_world: OpenWorld) -> None:
    world = await open_with_rooms(open_world, begin=opened)
    for action in (Action.ROOM_ACCEPT, Action.ROOM_RETURN):
        await world.click(JANA, brief(world), action)
        assert world.told(JANA)[-1] == "Only whoever is asked, the other specialists of its topic and managers may do this."
    await world.click(ADMIN, brief(world), Action.ROOM_CLOSE)  # admins are managers
    assert "How did it end?" in str(world.modal(ADMIN).body)


async def test_two_accept_at_once_and_the_second_is_told(open_world: OpenWorld) -> None:
    world = await open_with_rooms(open_world, begin=opened)
    message = brief(world)
    await asyncio.gather(*(world.click(person, message, Action.ROOM_ACCEPT) for person in (OLIVER, WEI)))
    await world.quiet()
    found = await room(world)
    assert found.specialist == found.answered_by
    (second,) = {OLIVER.id, WEI.id} - {found.answered_by}
    (told,) = [words(one.blocks) for one in world.sandbox.ephemerals(second)]
    assert told.startswith(f"Already accepted by <@{found.answered_by}>")
    assert [what for what, _ in await world.did("Acme")].count("room_accepted") == 1


@on_sqlite
async def test_handed_back_the_asker_is_told_and_asks_somebody_else(open_world: OpenWorld) -> None:
    world = await open_with_rooms(open_world, begin=opened)
    message = brief(world)
    await world.click(WEI, message, Action.ROOM_RETURN)
    assert (await world.submit(WEI, note="I know nothing of their proxy")).ok
    await settle(world)
    assert (await room(world)).state == "returned"
    (told,) = said(world, JANA)
    assert told.words.startswith(f"<@{WEI.id}> handed <https://crm.example/accounts/1|Acme> back to you.")
    assert "“I know nothing of their proxy”" in told.words
    assert message.buttons == ["Accept", "Ask somebody else…", "Close room…"]
    assert "handed back" in (await world.card("Acme")).words

    world.clock.move(hours=3)
    assert (await world.open_and_submit(JANA, message, Action.ROOM_RETURN, teammate=OLIVER.id)).ok
    await settle(world)
    found = await room(world)
    assert (found.state, found.specialist, found.answer_by) == ("asked", OLIVER.id, world.clock.at + timedelta(days=1))
    assert OLIVER.id in channel(world).members
    assert f"<@{OLIVER.id}>, <@{JANA.id}> asks you to help here instead" in "".join(m.text for m in channel(world).messages.values())
    assert (await world.click(OLIVER, message, Action.ROOM_ACCEPT)).ok


@on_sqlite
async def test_handing_back_needs_a_reason_and_another_person(open_world: OpenWorld) -> None:
    world = await open_with_rooms(open_world, begin=opened)
    await world.click(WEI, brief(world), Action.ROOM_RETURN)
    assert (await world.submit(WEI, note="Not mine", teammate=WEI.id)).errors == {Input.TEAMMATE: InputError.HELPER_SAME}
    assert (await world.submit(WEI, note="Not mine", teammate=OLIVER.id)).ok
    assert [what for what, _ in await world.did("Acme")][-2:] == ["room_returned", "escalated"]
    assert said(world, JANA) == []


async def test_no_answer_then_a_reminder_then_the_managers(open_world: OpenWorld) -> None:
    world = await open_with_rooms(open_world, begin=opened_at_once)
    world.clock.move(minutes=59)
    await settle(world)
    assert said(world, WEI) == []
    world.clock.move(minutes=1)
    await settle(world)
    await settle(world)
    (reminder,) = said(world, WEI)
    assert reminder.words.startswith(f"<@{JANA.id}> still waits for your answer about <https://crm.example/accounts/1|Acme>")
    leads = world.sandbox.channel("#cs-leads").messages
    world.clock.move(minutes=59)
    await settle(world)
    assert not leads
    world.clock.move(minutes=1)
    await settle(world)
    await settle(world)
    (told,) = leads.values()
    assert told.text.startswith(f"Nobody has answered <@{JANA.id}> about")
    assert len(said(world, WEI)) == 1


@on_sqlite
async def test_whoever_answered_is_not_reminded(open_world: OpenWorld) -> None:
    world = await open_with_rooms(open_world, begin=opened_at_once)
    await world.click(WEI, brief(world), Action.ROOM_ACCEPT)
    world.clock.move(days=2)
    await settle(world)
    assert said(world, WEI) == []


@on_sqlite
async def test_a_second_room_of_the_month_gets_a_number(open_world: OpenWorld) -> None:
    world = await open_with_rooms(open_world, rooms={"private": False, "prefix": "esc"})
    await escalate(world)
    await settle(world)
    first = next(one for one in world.sandbox.workspace.channels.values() if one.name == "esc-acme-2026-11")
    assert first.kind == "public"
    await world.open_and_submit(WEI, brief(world, first), Action.ROOM_CLOSE, outcome="not solved", summary="No")
    await settle(world)
    await escalate(world)
    await settle(world)
    assert [one.channel_name for one in await rooms(world)] == ["esc-acme-2026-11", "esc-acme-2026-11-2"]


@on_sqlite
async def test_an_owner_who_is_not_in_slack_is_named(open_world: OpenWorld) -> None:
    world = await open_with_rooms(open_world, accounts=lambda company: company.account("Acme", owner_email="nora@ours.example"))
    await opened(world)
    assert "nora@ours.example is not in Slack, so they are not here." in brief(world).read


@on_sqlite
async def test_hostile_words_stay_words(open_world: OpenWorld) -> None:
    world = await open_with_rooms(open_world, accounts=lambda company: company.account("<!channel> *Acme*", owner_email=JANA.email))
    await escalate(world, account="<!channel> *Acme*", need="<!here> ![](@U0JANA) [x](https://evil.example)")
    await settle(world)
    there = channel(world)
    assert there.name == "acct-channel-acme-2026-11"
    for text in (there.topic, brief(world).words, (there.canvas or {})["markdown"]):
        assert "<!channel>" not in text
        assert "<!here>" not in text
    assert "\\!\\[\\]\\(@U0JANA\\) \\[x\\]" in (there.canvas or {})["markdown"]


@on_sqlite
async def test_closing_needs_outcome_and_summary(open_world: OpenWorld) -> None:
    world = await open_with_rooms(open_world, begin=opened)
    await world.click(JANA, brief(world), Action.ROOM_CLOSE)
    assert (await world.submit(JANA, outcome="solved", summary="  ")).errors == {Input.SUMMARY: InputError.NOTE_MISSING}
    assert (await room(world)).state == "asked"


@on_sqlite
@pytest.mark.parametrize("ticked", [True, False])
async def test_the_end_goes_to_the_crm_unless_it_is_unticked(open_world: OpenWorld, ticked: bool) -> None:
    write = {"read": "SELECT name AS note FROM accounts WHERE id = :id", "write": "UPDATE accounts SET name = :note WHERE id = :id"}
    world = await open_with_rooms(open_world, settings={"crm": {"write": write}}, begin=opened)
    values = {} if ticked else {"write_back": []}
    sent = await world.open_and_submit(WEI, brief(world), Action.ROOM_CLOSE, outcome="solved", summary="Done", **values)
    assert sent.ok, sent
    if ticked:
        assert "*Note now*\nAcme" in world.modal_words(WEI)
        assert "*→ becomes*\nDone" in world.modal_words(WEI)
        assert (await world.submit(WEI)).ok
    assert world.sandbox.views(WEI.id) == []
    await settle(world)
    rows = await world.app.database.read(lambda session: list(session.scalars(select(Writeback))))
    asked = [(row.by, row.old, row.new, row.state != "offered") for row in rows]
    assert asked == ([(WEI.id, {"note": "Acme"}, {"note": "Done"}, True)] if ticked else [])


@on_sqlite
async def test_who_closes_second_is_told(open_world: OpenWorld) -> None:
    world = await open_with_rooms(open_world, begin=opened)
    await world.click(JANA, brief(world), Action.ROOM_CLOSE)
    await world.open_and_submit(WEI, brief(world), Action.ROOM_CLOSE, outcome="solved", summary="Done")
    assert (await world.submit(JANA, outcome="solved", summary="Mine")).ok
    assert f"Already closed by <@{WEI.id}>" in world.modal_words(JANA)
    assert (await room(world)).summary == "Done"
