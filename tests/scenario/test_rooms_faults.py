"""Slack at its worst while a room is opened and closed, and processes that die in between: always one room, complete."""

from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import update

from bot.messages.actions import Action
from bot.rooms.deeds import Hands, Order, Outcome
from bot.rooms.run import Report, Rooms
from bot.rooms.scene import Scene
from bot.sandbox.messages import Channel
from jobs.rooms import deliver_with_rooms, look_after_rooms
from models import Room
from tests.cast import JANA, LEAD, WEI
from tests.factories import World
from tests.integration.crashing import Crash, Dying
from tests.scenario.conftest import OpenWorld, on_sqlite
from tests.scenario.rooms_world import (
    NAME,
    brief,
    channel,
    channels,
    escalate,
    hurry,
    open_with_rooms,
    opened,
    room,
    rooms,
    said,
    settle,
    settle_at_last,
)

CREATE, BOOKMARK, CANVAS = "conversations.create", "bookmarks.add", "conversations.canvases.create"
METHODS = (CREATE, "conversations.invite", "conversations.setTopic", BOOKMARK, CANVAS, "pins.add", "conversations.archive")
NOT_KEPT: list[dict[str, Any]] = [
    {"kind": "server_error"},
    {"kind": "html"},
    {"kind": "drop_before"},
    {"kind": "rate_limited", "seconds": 0.05},
]
KEPT: list[dict[str, Any]] = [
    {"kind": "server_error", "performed": True},
    {"kind": "drop_after"},
    {"kind": "truncated"},
    {"kind": "error", "error": "internal_error", "performed": True},
]


def is_complete(world: World) -> None:
    """One channel, in which each thing stands once."""
    there = channel(world)
    assert set(there.members) >= {WEI.id, JANA.id}
    assert there.topic
    assert [one["title"] for one in there.bookmarks] == ["CRM", "Dashboard"]
    assert there.canvas
    assert next(message.pinned for message in there.messages.values())
    assert len([message for message in there.messages.values() if message.from_bot]) == 1


@pytest.mark.parametrize("turn", range(4), ids=lambda turn: KEPT[turn]["kind"])
@on_sqlite
async def test_whatever_slack_answers_at_each_step_there_is_one_room(open_world: OpenWorld, turn: int) -> None:
    """In four turns each step meets each fault."""
    world = await open_with_rooms(open_world)
    await world.quiet()
    for number, method in enumerate(METHODS):
        for fault in (NOT_KEPT[(turn + number) % 4], KEPT[turn]):  # what Slack kept all the same comes last: then the step is done
            world.sandbox.faults.add(method, **fault)
    await escalate(world)
    await settle_at_last(world)
    is_complete(world)
    found = await room(world)
    assert (found.state, found.problems, found.channel_name) == ("asked", [], NAME)

    await world.open_and_submit(WEI, brief(world), Action.ROOM_CLOSE, outcome="solved", summary="Done")
    await settle_at_last(world)
    assert channel(world).is_archived
    assert (await room(world)).state == "closed"
    assert not world.sandbox.faults.waiting()
    assert not await world.dead()


@on_sqlite
async def test_a_look_that_fails_is_repeated_before_anything_else(open_world: OpenWorld) -> None:
    world = await open_with_rooms(open_world)
    for method, look in ((CREATE, "users.conversations"), (BOOKMARK, "bookmarks.list")):
        world.sandbox.faults.add(method, "drop_after")
        world.sandbox.faults.add(look, "html", times=2)
    await escalate(world)
    await settle_at_last(world)
    is_complete(world)
    assert len(world.calls(CREATE)) == 1


class DyingHands(Hands):
    """Does `left` steps, and dies at the next: after Slack has answered, or before it was asked."""

    left = 0
    before = False

    async def do(self, order: Order) -> Outcome:
        self.left -= 1
        if self.left < 0 and self.before:
            raise Dead
        outcome = await super().do(order)
        if self.left < 0:
            raise Dead
        return outcome


class Dead(BaseException):
    """kill −9."""


@pytest.mark.parametrize(
    ("before", "database_url"),
    [(False, "sqlite"), (False, "postgresql"), (True, "sqlite")],
    ids=["after Slack's answer", "after Slack's answer, on PostgreSQL", "before the call"],
    indirect=["database_url"],
)
async def test_a_process_that_dies_at_each_step_leaves_one_room(open_world: OpenWorld, before: bool) -> None:
    world = await open_with_rooms(open_world, begin=escalate)
    await _die_at_each_step(world, before)
    is_complete(world)
    assert (await room(world)).problems == []
    await world.open_and_submit(WEI, brief(world), Action.ROOM_CLOSE, outcome="solved", summary="Done")
    await _die_at_each_step(world, before)
    assert channel(world).is_archived
    assert [message.text for message in channel(world).messages.values()][1:] == ["Closed, solved: Done"]


async def _die_at_each_step(world: World, before: bool) -> None:
    """Of two processes the first dies at its first step; the second does that one, and dies at the next."""
    died = 0
    for _ in range(60):
        hands = DyingHands(world.app.client, world.app.sweep.usage)
        hands.left, hands.before = died % 2, before
        process = Rooms(world.app.database, hands, Scene(world.app.live, world.app.world, charts=True))
        await hurry(world)
        try:
            await process.run()
        except Dead:
            died += 1
            continue
        world.app.worker.wake()
        await world.quiet()
        if (await room(world)).retry_at is None:
            break
    assert died
    assert (await room(world)).state in ("asked", "closed")


class Fragile(Rooms):
    """Ends at the first thing that goes wrong, as a process does that is killed."""

    async def _go_on(self, room_id: int, report: Report) -> None:
        while await self._step(room_id, report):
            pass


@on_sqlite
async def test_a_process_that_dies_after_any_statement_leaves_one_room(open_world: OpenWorld) -> None:
    world = await open_with_rooms(open_world, worker=False)
    world.start_worker()
    await escalate(world)
    await world.quiet()
    await world.stop_worker()
    hands, scene = Hands(world.app.client), Scene(world.app.live, world.app.world)
    with Dying(world.app.database).listening() as dying:
        for statements in range(1, 400):
            await hurry(world)
            dying.left = statements
            with suppress(Crash):
                await Fragile(world.app.database, hands, scene).run()
                break
        dying.left = None
    world.start_worker()
    await settle_at_last(world)
    is_complete(world)


@on_sqlite
async def test_a_name_that_others_have_gets_a_number(open_world: OpenWorld) -> None:
    world = await open_with_rooms(open_world)
    for number, name in enumerate((NAME, f"{NAME}-2")):
        world.sandbox.workspace.channels[f"C0OTHER{number}"] = Channel(f"C0OTHER{number}", name, "private", LEAD.id, 0, [LEAD.id])
    world.sandbox.faults.add(CREATE, "server_error")  # it may have been done: what bears the name is somebody else's all the same
    await escalate(world)
    await settle_at_last(world)
    found = await room(world)
    assert found.channel_name == f"{NAME}-3"
    assert found.channel_id not in ("C0OTHER0", "C0OTHER1")


@on_sqlite
async def test_a_channel_of_another_room_is_not_taken_for_ours(open_world: OpenWorld) -> None:
    def two(company: Any) -> None:
        company.account("Acme", owner_email=JANA.email)
        company.account("Acmé", owner_email=JANA.email)

    world = await open_with_rooms(open_world, accounts=two)
    world.sandbox.faults.add(CREATE, "server_error")
    await escalate(world, account="Acme")
    await escalate(world, account="Acmé")
    await settle_at_last(world)
    names = [found.channel_name for found in await rooms(world)]
    assert sorted(name or "" for name in names) == [NAME, f"{NAME}-2"]
    assert len(channels(world)) == 2


@on_sqlite
async def test_a_room_that_cannot_be_written_does_not_hold_up_the_others(open_world: OpenWorld) -> None:
    def two(company: Any) -> None:
        company.account("Broken", owner_email=JANA.email)
        company.account("Acme", owner_email=JANA.email)

    world = await open_with_rooms(open_world, accounts=two)
    await escalate(world, account="Broken")
    await escalate(world, account="Acme")
    broken = (await rooms(world))[0].id
    spoil = update(Room).where(Room.id == broken).values(done={"people": 5})
    await world.app.database.run(lambda session: session.execute(spoil))
    await settle(world)
    assert [found.state for found in await rooms(world)] == ["opening", "asked"]
    assert (await rooms(world))[0].retry_at


@on_sqlite
async def test_who_cannot_be_invited_is_named_and_nothing_stops(open_world: OpenWorld) -> None:
    world = await open_with_rooms(open_world)
    people = world.sandbox.workspace.people
    people[WEI.id] = replace(WEI, is_ultra_restricted=True)
    await opened(world)
    assert JANA.id in channel(world).members
    assert (await room(world)).problems == ["Wei Ling Tan could not be invited: a guest of one channel only."]
    assert "Wei Ling Tan could not be invited" in brief(world).words


@on_sqlite
async def test_nobody_can_be_invited(open_world: OpenWorld) -> None:
    """Slack then refuses the call as a whole."""
    world = await open_with_rooms(open_world)
    for person in (WEI, JANA):
        world.sandbox.workspace.people[person.id] = replace(person, is_ultra_restricted=True)
    await opened(world)
    found = await room(world)
    assert (len(found.problems), found.state) == (2, "asked")


@on_sqlite
async def test_without_a_canvas_the_message_tells_it_all(open_world: OpenWorld) -> None:
    world = await open_with_rooms(open_world)
    world.sandbox.faults.add(CANVAS, "error", error="free_teams_cannot_create_non_tabbed_canvases")
    await opened(world)
    assert channel(world).canvas is None
    shown = brief(world)
    assert shown.message.pinned
    for told in ("*Contacts*\nContact of Acme", "*What happened*\n", f"<@{JANA.id}> asked <@{WEI.id}> for help", "Missing: the canvas."):
        assert told in shown.words
    assert len(world.calls(CANVAS)) == 1


@on_sqlite
async def test_a_canvas_that_stood_there_before_is_left_alone(open_world: OpenWorld) -> None:
    world = await open_with_rooms(open_world)
    world.sandbox.faults.add(CANVAS, "error", error="channel_canvas_already_exists")
    await opened(world)
    assert "*Contacts*" in brief(world).words


@on_sqlite
async def test_a_permission_that_is_missing_names_its_cure_and_the_room_opens_after_it(open_world: OpenWorld) -> None:
    world = await open_with_rooms(open_world)
    granted = world.sandbox.workspace.scopes
    assert granted is not None
    world.sandbox.workspace.scopes = granted - {"groups:write"}
    await escalate(world)
    for _ in range(3):
        await hurry(world)
        await settle(world)
    cure = "The app lacks the permission groups:write: install it again from the current manifest"
    (told,) = world.sandbox.channel("#cs-leads").messages.values()
    assert cure in told.text
    assert cure in said(world, JANA)[-1].text
    assert len(said(world, JANA)) == 1
    assert channels(world) == []

    world.sandbox.workspace.scopes = granted
    await settle_at_last(world)
    is_complete(world)


@on_sqlite
async def test_a_step_that_may_be_missing_is_told_to_the_admins_when_they_can_cure_it(open_world: OpenWorld) -> None:
    world = await open_with_rooms(open_world)
    granted = world.sandbox.workspace.scopes
    assert granted is not None
    world.sandbox.workspace.scopes = granted - {"pins:write"}
    await opened(world)
    (told,) = world.sandbox.channel("#cs-leads").messages.values()
    assert "something is missing: the pin. The app lacks the permission pins:write" in told.text
    assert "Missing: the pin." in brief(world).words
    assert (await room(world)).retry_at is None


@on_sqlite
async def test_a_room_that_cannot_be_archived_is_closed_all_the_same(open_world: OpenWorld) -> None:
    world = await open_with_rooms(open_world, begin=opened)
    world.sandbox.faults.add("conversations.archive", "error", error="restricted_action")
    await world.open_and_submit(WEI, brief(world), Action.ROOM_CLOSE, outcome="solved", summary="Done")
    await settle(world)
    assert (await room(world)).state == "closed"
    (told,) = world.sandbox.channel("#cs-leads").messages.values()
    assert "something is missing: the archiving" in told.text


@on_sqlite
async def test_someone_archives_the_channel_while_it_is_being_opened(open_world: OpenWorld) -> None:
    world = await open_with_rooms(open_world)
    world.sandbox.faults.add("conversations.invite", "drop_before")
    await escalate(world)
    await settle(world)
    channel(world).is_archived = True
    await settle_at_last(world)
    assert any("the invitations" in problem for problem in (await room(world)).problems)
    assert await world.dead()


@on_sqlite
async def test_one_run_of_the_job_opens_the_whole_room(open_world: OpenWorld) -> None:
    """It waits for the worker, which posts the brief meanwhile."""
    world = await open_with_rooms(open_world, begin=escalate)
    report = await look_after_rooms(world.app.rooms, world.app.worker.wake)
    assert (report["failed"], report["reminded"]) == (0, 0)
    is_complete(world)
    assert not any((await look_after_rooms(world.app.rooms, world.app.worker.wake)).values())


@on_sqlite
async def test_one_pass_of_deliver_opens_the_whole_room(open_world: OpenWorld) -> None:
    """Without a server: the pass posts the brief and then goes on."""
    world = await open_with_rooms(open_world, begin=escalate)
    await world.quiet()
    await world.stop_worker()
    delivery = await deliver_with_rooms(world.app.database, world.app.rooms, world.app.worker)
    assert delivery.waiting == 0
    is_complete(world)
