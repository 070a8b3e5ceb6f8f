"""A channel that people of other organisations read: its cards carry no money and nobody's words."""

from typing import Any

from bot.messages.actions import Action
from bot.sandbox.faults import FaultKind
from bot.serve import Jobs
from bot.team.channels import is_external
from jobs.lease import lease
from jobs.schedule import run_recorded
from tests.cast import ADMIN, JANA
from tests.factories import Card, World
from tests.scenario.conftest import OpenWorld, on_sqlite


def carries(card: Card, *words: str) -> list[str]:
    return [word for word in words if word in card.words or word in card.text]


async def share(world: World, shared: bool) -> None:
    """As Slack tells of it."""
    channel = world.sandbox.workspace.channels["C0ALERTS"]
    channel.is_ext_shared = shared
    event: dict[str, Any] = {"type": "channel_shared" if shared else "channel_unshared", "channel": channel.id}
    assert (await world.sandbox.event(event)).ok
    await world.quiet()


@on_sqlite
async def test_a_card_loses_its_money_when_strangers_are_let_in_and_gets_it_back(world: World) -> None:
    await world.app.channels.refresh(world.clock())
    card = await world.card("Acme")
    assert carries(card, "€120,000") == ["€120,000"]
    await world.open_and_submit(JANA, card, Action.ALERT_SNOOZE, reason="They quarrel with finance")
    await world.quiet()
    assert carries(card, "quarrel") == ["quarrel"]
    await share(world, shared=True)
    assert carries(card, "€120,000", "quarrel") == []
    assert carries(card, "Acme", "Active users fell from 41 to 17 a day") == ["Acme", "Active users fell from 41 to 17 a day"]
    await share(world, shared=False)
    assert carries(card, "€120,000", "quarrel") == ["€120,000", "quarrel"]


async def test_a_closed_card_keeps_its_note_from_strangers_too(world: World) -> None:
    await world.app.channels.refresh(world.clock())
    card = await world.card("Acme")
    await world.open_and_submit(JANA, card, Action.ALERT_RESOLVE, outcome="saved", note="They pay half")
    await world.quiet()
    await share(world, shared=True)
    assert carries(card, "They pay half", "Resolved: saved") == ["Resolved: saved"]


@on_sqlite
async def test_channels_are_read_even_where_slack_refuses_to_tell_of_people(world: World) -> None:
    world.sandbox.workspace.channels["C0ALERTS"].is_ext_shared = True
    world.sandbox.faults.add("users.list", FaultKind.ERROR, error="missing_scope")
    async with lease(world.app.database, "people", wait=False):
        await run_recorded(world.app.database, "people", Jobs(world.app).people)
    assert await world.app.database.read(is_external, "#cs-alerts")
    assert "✗  People · ran " in (status := (await world.command(ADMIN, "status")).read)
    assert "missing_scope" in status


@on_sqlite
async def test_what_is_posted_into_a_shared_channel_never_had_it(open_world: OpenWorld) -> None:
    world = await open_world(sweep=False, worker=False)
    world.sandbox.workspace.channels["C0ALERTS"].is_ext_shared = True
    await world.app.channels.refresh(world.clock())
    await world.sweep()
    world.start_worker()
    card = await world.card("Acme")
    assert carries(card, "€120,000") == []
    posted = [call for call in world.calls("chat.postMessage") if call.args["channel"] == "#cs-alerts" and "120,000" in str(call.args)]
    assert posted == []
