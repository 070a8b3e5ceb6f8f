"""Who may do what. It is checked at the click; a refusal is one sentence for that person alone, and nothing changes."""

from dataclasses import replace

from bot.messages.actions import Action
from bot.sandbox.people import user_json
from bot.sandbox.server import Person
from tests.cast import ADMIN, GONE, GUEST, JANA, LEAD, OLIVER, STRANGER
from tests.factories import Company, World
from tests.scenario.conftest import OpenWorld, on_sqlite

ON_A_CARD = [action for action in Action if action.value.startswith("alert.") and action is not Action.ALERT_WAKE]  # that of a snoozed one
WORDS = ["help", "account Acme", "risks", "why Acme", "team", "status"]
OUTSIDERS = [(GUEST, "Only full members"), (STRANGER, "Only people of our own workspace"), (GONE, "Your Slack account is closed")]


async def state_of(world: World, account: str) -> tuple[object, ...]:
    alert = await world.alert(account)
    return (alert.state, alert.version, alert.taken_by, alert.assigned_to, await world.did(account))


@on_sqlite
async def test_an_outsider_is_refused_whatever_they_do(world: World) -> None:
    card = await world.card("Cobalt")  # without an owner: it bears every button
    before = await state_of(world, "Cobalt")
    for outsider, refusal in OUTSIDERS:
        for action in ON_A_CARD:
            assert (await world.click(outsider, card, action)).ok
            assert world.told(outsider)[-1].startswith(refusal), action
        for word in WORDS:
            assert (await world.command(outsider, word)).words.startswith(refusal), word
        assert len(world.told(outsider)) == len(ON_A_CARD) + len(WORDS)
        assert world.sandbox.views(outsider.id) == []
    assert await state_of(world, "Cobalt") == before
    assert card.versions == 1


@on_sqlite
async def test_an_outsider_is_refused_over_http_too(open_world: OpenWorld) -> None:
    world = await open_world(transport="http")
    card = await world.card("Acme")
    await world.click(GUEST, card, Action.ALERT_TAKE)
    assert "Ask the account's CSM or a manager" in world.told(GUEST)[-1]
    assert (await world.alert("Acme")).state == "open"


@on_sqlite
async def test_whoever_leaves_while_a_modal_is_open_is_refused_when_it_is_sent(world: World) -> None:
    card = await world.card("Acme")
    await world.click(OLIVER, card, Action.ALERT_RESOLVE)
    left = user_json(replace(OLIVER, deleted=True), "T0SANDBOX")
    assert (await world.sandbox.event({"type": "user_change", "user": left})).ok
    assert (await world.submit(OLIVER, outcome="saved")).ok
    assert world.modal_words(OLIVER) == "Your Slack account is closed."
    assert (await world.alert("Acme")).state == "open"


FOR: list[tuple[str, list[Person], list[Person]]] = [
    ("team", [LEAD, ADMIN], [JANA]),
    ("status", [ADMIN], [JANA, LEAD]),
    ("risks", [JANA, LEAD, ADMIN], []),
    ("help", [JANA], []),
]


@on_sqlite
async def test_some_words_are_for_managers_or_admins(world: World) -> None:
    for word, may, may_not in FOR:
        for person in may:
            assert "Only" not in (await world.command(person, word)).words.split(" ")[0]
        for person in may_not:
            refusal = (await world.command(person, word)).words
            assert refusal.startswith("Only managers may" if word == "team" else "Only admins may")
            assert "@ours.example" in refusal


@on_sqlite
async def test_only_admins_decide_over_held_alerts(open_world: OpenWorld) -> None:
    world = await open_world(accounts=a_dozen_drops)
    notice = await world.notice()
    for number, action in enumerate((Action.BREAKER_RELEASE, Action.BREAKER_KEEP), start=1):
        for person in (LEAD, JANA, GUEST):
            await world.click(person, notice, action)
            assert world.told(person)[-1].startswith("Only")
            assert len(world.told(person)) == number
    await world.quiet()
    assert notice.versions == 1
    assert notice.buttons == ["Release", "Keep holding"]


def a_dozen_drops(company: Company) -> None:
    for number in range(12):
        company.account(f"Drop {number}")


@on_sqlite
async def test_only_admins_resend(open_world: OpenWorld) -> None:
    world = await open_world(settings={"channels": {"alerts": "#nowhere"}})
    await world.quiet()
    status = await world.command(ADMIN, "status")
    stolen = replace(status.message, only_for=LEAD.id)
    world.sandbox.workspace.store(stolen)
    await world.click(LEAD, status, Action.OUTBOX_RESEND)
    assert any(text.startswith("Only admins may do this") for text in world.told(LEAD))
    assert len(await world.dead()) == 4


@on_sqlite
async def test_a_user_group_gives_a_role_and_a_changed_profile_does_not_take_it(open_world: OpenWorld) -> None:
    world = await open_world(settings={"roles": {"managers": ["@cs-leads"]}}, usergroups={"cs-leads": [OLIVER.id]})
    assert (await world.command(OLIVER, "team")).text.startswith("The team")
    assert (await world.sandbox.event({"type": "user_change", "user": user_json(OLIVER, "T0SANDBOX")})).ok
    assert (await world.command(OLIVER, "team")).text.startswith("The team")
    assert (await world.command(LEAD, "team")).text == "Only managers may see the team. Managers are: @cs-leads."
