"""An installation with specialists, and the ways through an escalation that its scenarios share."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from bot import clock
from bot.messages.actions import Action
from bot.sandbox.messages import Channel
from bot.sandbox.server import Person
from models import Room
from tests.cast import JANA, OLIVER, WEI
from tests.factories import Card, Company, World, until
from tests.scenario.conftest import OpenWorld

ROOMS: dict[str, Any] = {
    "specialists": {"Access": [WEI.email, OLIVER.email], "Contracts": ["nobody@ours.example", OLIVER.email]},
    "urgencies": {"now": {"label": "It burns", "within": "1h"}, "today": {"label": "Within a day", "within": "1d"}},
    "bookmarks": {"Dashboard": "https://bi.example/accounts/{account}"},
}
NEED = "Their exports fail.\nCan you look at the logs?"
NAME = "acct-acme-2026-11"


def acme(company: Company) -> None:
    company.account("Acme", owner_email=JANA.email, arr=120_000)


async def open_with_rooms(open_world: OpenWorld, **plan: Any) -> World:
    settings = {"rooms": {**ROOMS, **plan.pop("rooms", {})}, **plan.pop("settings", {})}
    return await open_world(**{"accounts": acme, "settings": settings, **plan})


async def escalate(world: World, person: Person = JANA, account: str = "Acme", **values: Any) -> Room:
    """Fills the form and sends it. No chart is drawn unless `share` says so: that takes the longest."""
    values = {"share": ["facts", "contacts", "history", "money", "comments"], **values}
    card = await world.card(account)
    sent = await world.open_and_submit(person, card, Action.ALERT_ESCALATE, **{"urgency": "today", "need": NEED, **values})
    assert sent.ok, sent
    return (await rooms(world))[-1]


async def settle(world: World) -> None:
    """Every step that can be done is done, and everything is said. What failed keeps its pause."""
    for _ in range(20):
        report = await world.app.rooms.run()
        world.app.worker.wake()
        await world.quiet()
        if not report.waiting:
            return
        await hurry(world, clock.now() + timedelta(seconds=0.5))
    raise AssertionError("it waits for ever")


async def settle_at_last(world: World, tries: int = 80) -> None:
    """The same, without the pauses between tries."""
    for _ in range(tries):
        await hurry(world)
        report = await world.app.rooms.run()
        world.app.worker.wake()
        if all(room.retry_at is None for room in await rooms(world)):
            return await world.quiet()
        await asyncio.sleep(0.02 if report.waiting else 0)
    raise AssertionError("there is still something to do")


async def hurry(world: World, before: datetime | None = None) -> None:
    """Ends the pauses, or those that would end `before`."""
    late = Room.retry_at < before if before else Room.retry_at.is_not(None)
    await world.app.database.run(lambda session: session.execute(update(Room).where(late).values(retry_at=Room.asked_at)))


async def rooms(world: World) -> list[Room]:
    return await world.app.database.read(lambda session: list(session.scalars(select(Room).order_by(Room.id))))


async def room(world: World) -> Room:
    (found,) = await rooms(world)
    return found


def channels(world: World) -> list[Channel]:
    """Those that the bot has made."""
    return [channel for channel in world.sandbox.workspace.channels.values() if channel.name.startswith("acct-")]


def channel(world: World) -> Channel:
    (found,) = channels(world)
    return found


def brief(world: World, at: Channel | None = None) -> Card:
    """The room's first message."""
    found = at or channel(world)
    return Card(min((m for m in found.messages.values() if m.from_bot), key=lambda message: message.ts))


def said(world: World, person: Person) -> list[Card]:
    """What the bot wrote to somebody directly, the oldest first."""
    found = world.sandbox.workspace.channels.get(f"D{person.id[1:]}")
    return [Card(message) for message in sorted(found.messages.values(), key=lambda m: m.ts)] if found else []


async def opened(world: World, **values: Any) -> Room:
    """An escalation with everything in its place."""
    await escalate(world, **values)
    await settle(world)
    await until(lambda: channel(world).messages, "the room has its brief")
    return await room(world)
