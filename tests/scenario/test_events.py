"""Events of the workspace: each is taken in once, and what was in vain before gets another chance."""

from dataclasses import replace

from sqlalchemy import func, select

from bot.messages.actions import Action
from bot.sandbox.people import user_json
from bot.sandbox.server import Person
from models import Receipt, Teammate
from tests.cast import JANA, OLIVER
from tests.factories import World
from tests.scenario.conftest import OpenWorld, on_sqlite

NORA = Person("U0NORA", "nora", "Nora New", "nora@ours.example")


async def receipts(world: World) -> int:
    return await world.app.database.read(lambda session: session.scalar(select(func.count()).select_from(Receipt)) or 0)


async def name_of(world: World, person: Person) -> str:
    found = await world.app.database.read(lambda session: session.get(Teammate, person.id))
    assert found is not None
    return found.name


@on_sqlite
async def test_an_event_that_comes_twice_is_taken_in_once(world: World) -> None:
    renamed = user_json(replace(OLIVER, real_name="Oliver Grant-Holm"), "T0SANDBOX")
    world.sandbox.faults.add("events_api", "duplicate")
    assert (await world.sandbox.event({"type": "user_change", "user": renamed})).ok
    await world.sandbox.settled()
    assert len({one.parcel.payload["event_id"] for one in world.sandbox.deliveries}) == 1
    assert [str(one.receipt.status) for one in world.sandbox.deliveries] == ["acked", "acked"]
    assert await receipts(world) == 1
    assert await name_of(world, OLIVER) == "Oliver Grant-Holm"


@on_sqlite
async def test_an_event_over_http(open_world: OpenWorld) -> None:
    world = await open_world(transport="http")
    assert (await world.sandbox.event({"type": "team_join", "user": user_json(NORA, "T0SANDBOX")})).ok
    assert await receipts(world) == 1
    assert await name_of(world, NORA) == "Nora New"


@on_sqlite
async def test_whoever_joins_is_known_at_once_as_an_owner(world: World) -> None:
    card = await world.card("Dynamo")
    assert "nora@ours.example (not in Slack)" in card.words
    world.sandbox.workspace.people[NORA.id] = NORA
    assert (await world.sandbox.event({"type": "team_join", "user": user_json(NORA, "T0SANDBOX")})).ok
    await world.click(NORA, card, Action.ALERT_TAKE)
    await world.quiet()
    assert f"*Owner*\n<@{NORA.id}>" in card.words


@on_sqlite
async def test_an_invitation_brings_the_dead_letters_of_the_channel_back(open_world: OpenWorld) -> None:
    world = await open_world(settings={"channels": {"alerts": "#cs-secret"}})
    await world.quiet()
    assert len(await world.dead()) == 4
    bot = world.sandbox.workspace.identity.bot_user
    world.sandbox.channel("cs-secret").members.append(bot)
    await world.sandbox.event({"type": "member_joined_channel", "user": bot, "channel": "C0SECRET", "channel_type": "G"})
    for account in ("Acme", "Borealis", "Cobalt", "Dynamo"):
        await world.card(account)
    assert await world.dead() == []
    assert len(world.sandbox.messages("cs-secret")) == 4


@on_sqlite
async def test_a_channel_that_is_opened_again_gets_its_cards(open_world: OpenWorld) -> None:
    world = await open_world(settings={"channels": {"alerts": "#cs-old"}})
    await world.quiet()
    assert {row.problem.split(":")[0] for row in await world.dead() if row.problem} == {"is_archived"}
    world.sandbox.channel("cs-old").is_archived = False
    await world.sandbox.event({"type": "channel_unarchive", "channel": "C0OLD", "user": JANA.id})
    await world.card("Acme")
    await world.quiet()
    assert len(world.sandbox.messages("cs-old")) == 4
