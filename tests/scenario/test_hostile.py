"""Names from a CRM that nobody controls: from the sweep to card, modal and command they stay text."""

import json
import re
from typing import Any

import pytest
from sqlalchemy import select

from bot.messages.actions import Action
from models import Account
from tests.cast import JANA
from tests.factories import Card, Company, World
from tests.scenario.conftest import OpenWorld, on_sqlite

NAMES = [
    "<!channel> & {{7*7}} {% raw %} {who} {at}",
    "A" * 300,
    "Two\nlines\r\nand a\ttab, \u202eevil\u202c \u200fRTL\u2067 marks",
    "<@U0JANA> <https://evil.example|Acme> *bold* _it_ ~no~ `code` > quote",
    '"; DROP TABLE accounts; --',
]
CONTROL = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f]")
PING = re.compile(r"<!(channel|here|everyone|subteam)|<@U0JANA> &lt;|<https://evil")


MODALS = [action for action in Action if action.value.startswith("alert.") and action not in (Action.ALERT_TAKE, Action.ALERT_WAKE)]


def hostile(company: Company) -> None:
    for name in NAMES:
        company.account(name, owner_email=None, domain=None, plan=name[:60], url=f"https://crm.example/{name[:20]}")


def every_text(found: Any) -> list[str]:
    if isinstance(found, dict):  # what stands in an input is for its reader to change: Slack interprets nothing there
        return [text for key, value in found.items() if key != "initial_value" for text in every_text(value)]
    if isinstance(found, list):
        return [text for value in found for text in every_text(value)]
    return [found] if isinstance(found, str) else []


def assert_harmless(found: Any, where: str) -> None:
    for text in every_text(found):
        assert not PING.search(text), f"{where}: {text}"
        assert not CONTROL.search(text), f"{where}: {text!r}"
        assert "49 {" not in text, f"{where}: {text}"  # a name is never a template
    json.dumps(found)


@on_sqlite
async def test_hostile_names_reach_slack_as_text(open_world: OpenWorld) -> None:
    world = await open_world(accounts=hostile, mail=True)
    await world.quiet()
    assert await world.dead() == []
    assert len(world.posts()) == len(NAMES)
    for call in world.calls("chat.postMessage"):
        assert_harmless([call.args["text"], _all_blocks(call.args)], "card")
        assert all(block.get("text", {"verbatim": True}).get("verbatim") for block in _blocks(call.args))
    for name in NAMES:
        card = await world.card(await _known_as(world, " ".join(name.split()) if "\n" in name else name))
        await _open_all(world, card, name)
        for word in ("account", "why"):
            assert_harmless((await world.command(JANA, f"{word} {name[:200]}")).message.blocks, word)
    assert world.told(JANA)


def _all_blocks(args: dict[str, Any]) -> list[dict[str, Any]]:
    blocks = args["blocks"]
    found: list[dict[str, Any]] = json.loads(blocks) if isinstance(blocks, str) else blocks
    return found


def _blocks(args: dict[str, Any]) -> list[dict[str, Any]]:
    return [block for block in _all_blocks(args) if block["type"] == "section"]


async def _open_all(world: World, card: Card, name: str) -> None:
    for action in MODALS:
        assert (await world.click(JANA, card, action)).ok, (name, action)
        assert_harmless(world.modal(JANA).body, f"{action}")
        await world.sandbox.close(JANA.id, world.modal(JANA).id, everything=True)


async def _known_as(world: World, name: str) -> str:
    """The name as we keep it."""
    names = await world.app.database.read(lambda session: list(session.scalars(select(Account.name))))
    return next(known for known in names if known.split() == name.split() or known.split()[0] == name.split(maxsplit=1)[0])


NOTES = ["<!here> look *x* <@U0JANA> & {{7*7}}", "a\nb\nc \u202edrow"]


@pytest.mark.parametrize("note", NOTES)
@on_sqlite
async def test_hostile_notes_stay_text_on_the_card(world: World, note: str) -> None:
    card = await world.card("Acme")
    assert (await world.open_and_submit(JANA, card, Action.ALERT_SNOOZE, reason=note)).ok
    await world.quiet()
    assert "snoozed it until" in card.words
    for text in every_text(card.message.blocks):
        assert "<!here>" not in text
        assert not CONTROL.search(text)
        assert "*x* " not in text
    assert (await world.open_and_submit(JANA, card, Action.ALERT_RESOLVE, outcome="other", note=note)).ok
    await world.quiet()
    assert len(card.words.splitlines()) == 1
    assert "<!here>" not in card.words


QUESTIONS = ["account <!channel>", "why {{7*7}}", "account " + "x" * 2000, "account {who}", "account %", "account \u202e"]


@on_sqlite
async def test_hostile_commands_are_answered_in_text(world: World) -> None:
    for text in QUESTIONS:
        answer = await world.command(JANA, text)
        assert "<!channel>" not in answer.words + answer.text
        assert "49" not in answer.words
        assert "Something went wrong" not in answer.words
