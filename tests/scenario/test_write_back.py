"""An alert is closed, and the CRM learns of it: preview, receipt, undo, and all that may come between."""

import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.messages.actions import Action, Input
from bot.sandbox.acts.interact import base_payload
from bot.sandbox.server import Person
from bot.write_back.runner import WriteBack
from models import OutboxMessage, Writeback
from tests.cast import ADMIN, GUEST, JANA, LEAD, OLIVER, STRANGER
from tests.factories import Card, Company, World, few_accounts, until
from tests.scenario.conftest import OpenWorld, on_sqlite

READ = "SELECT outcome, note, next_step FROM records WHERE account_id = :id"
WRITE = "UPDATE records SET outcome = :outcome, note = :note, next_step = :next_step WHERE account_id = :id"
TICKED = {Input.WRITE_BACK.value: ["yes"]}
OLD = ("at risk", "Their *admin* left <!channel>", None)
NEW = ("saved", "A new admin", "Review in January")
FILLED: dict[str, Any] = {"outcome": "saved", "note": "A new admin", "next_step": "Review in January", **TICKED}


def with_records(company: Company) -> None:
    few_accounts(company)
    with closing(sqlite3.connect(company.crm)) as crm, crm:
        crm.execute("CREATE TABLE records (account_id TEXT, outcome TEXT, note TEXT, next_step TEXT)")
        crm.executemany("INSERT INTO records VALUES (?, ?, ?, ?)", [("a1", *OLD), ("a2", None, None, None)])


def settings(**more: Any) -> dict[str, Any]:
    return {"crm": {"write": {"read": READ, "write": WRITE, **more}}}


@pytest.fixture
async def house(open_world: OpenWorld) -> World:
    return await open_world(accounts=with_records, settings=settings())


def stands(world: World, account: str = "a1") -> tuple[str | None, ...]:
    with closing(sqlite3.connect(world.company.crm)) as crm:
        return tuple(crm.execute("SELECT outcome, note, next_step FROM records WHERE account_id = ?", (account,)).fetchone())


def somebody_writes(world: World, note: str) -> None:
    with closing(sqlite3.connect(world.company.crm)) as crm, crm:
        crm.execute("UPDATE records SET note = ? WHERE account_id = 'a1'", (note,))


async def written(world: World) -> None:
    """The job's turn."""
    await WriteBack(world.app.database, world.app.records, world.clock).run()
    world.app.worker.wake()
    await world.quiet()


async def receipt(world: World, number: int = 1) -> Card:
    row = await until(lambda: world.app.database.read(_shown, f"writeback:{number}"), "a receipt is up to date")
    return world._message(row)


def _shown(session: Session, subject: str) -> OutboxMessage | None:
    row = session.scalar(select(OutboxMessage).where(OutboxMessage.subject == subject))
    return row if row and row.ts and row.shown_version >= row.wanted_version else None


async def kept(world: World) -> list[Writeback]:
    return await world.app.database.read(lambda session: list(session.scalars(select(Writeback).order_by(Writeback.id))))


async def close(world: World, person: Person = JANA, account: str = "Acme", **values: Any) -> None:
    """The alert is closed with a form; what it shows next stays open."""
    card = await world.card(account)
    assert (await world.open_and_submit(person, card, Action.ALERT_RESOLVE, **(FILLED | values))).ok


@on_sqlite
async def test_resolve_preview_written_undo(house: World) -> None:
    await close(house)
    assert (await house.alert("Acme")).state == "resolved"
    shown = house.modal_words(JANA).replace("\u200b", "")
    for line in (
        "*Outcome now*\nat risk",
        "*→ becomes*\nsaved",
        "Their *admin* left &lt;!channel&gt;",
        "*Next step now*\n_nothing_",
        "Review in January",
    ):
        assert line in shown
    assert stands(house) == OLD
    assert await house.did("Acme") == [("opened", "staysail"), ("resolved", JANA.id)]
    assert (await house.submit(JANA)).ok
    assert house.sandbox.views(JANA.id) == []
    waiting = await receipt(house)
    assert "waits to be written to the CRM" in waiting.words
    await written(house)
    card = await receipt(house)
    assert stands(house) == NEW
    assert (card.ts, card.buttons, card.text) == (waiting.ts, ["Undo"], "Acme · written to the CRM")
    assert "You can take it back until <!date^" in card.words
    assert (await house.card("Acme")).words.endswith(" “A new admin” · written to the CRM")
    assert card.channel.startswith("D")
    for _ in range(2):
        assert (await house.sandbox.click(JANA.id, card.channel, card.ts, Action.WRITEBACK_UNDO.value)).ok
    await written(house)
    assert stands(house) == OLD
    assert f"taken back from the CRM by <@{JANA.id}>" in card.words
    assert card.buttons == []
    assert (await house.card("Acme")).words.endswith(" “A new admin” · taken back from the CRM")
    what = [did for did, _ in await house.did("Acme")]
    assert what == ["opened", "resolved", "written_back", "write_back_undone"]


async def test_changed_meanwhile_is_refused_with_both_shown_and_can_be_looked_at_again(house: World) -> None:
    await close(house)
    somebody_writes(house, "They want a discount")
    await house.submit(JANA)
    await written(house)
    assert stands(house) == ("at risk", "They want a discount", None)
    card = await receipt(house)
    assert "somebody else has changed the record meanwhile" in card.words
    assert "*Note in the CRM now*\nThey want a discount\n*You wanted*\nA new admin" in card.words
    assert "Note was Their *admin* left &lt;!channel&gt; when you looked." in card.read
    assert (await house.card("Acme")).words.endswith("not written to the CRM: see the receipt")
    await house.sandbox.click(JANA.id, card.channel, card.ts, Action.WRITEBACK_AGAIN.value)
    await until(lambda: "They want a discount" in house.modal_words(JANA), "the preview is there")
    assert (await house.submit(JANA)).ok
    await written(house)
    assert stands(house) == NEW
    assert "written to the CRM" in (await receipt(house, 2)).words


@on_sqlite
async def test_a_change_of_a_field_that_was_to_stay_is_shown_too(house: World) -> None:
    await close(house, note="", next_step="")
    somebody_writes(house, "They want a discount")
    await house.submit(JANA)
    await written(house)
    card = await receipt(house)
    assert "*Outcome in the CRM now*\nat risk\n*You wanted*\nsaved" in card.words
    assert "*Note in the CRM now*\nThey want a discount\n*When you looked*\nTheir *admin* left" in card.read
    assert stands(house) == ("at risk", "They want a discount", None)


@on_sqlite
async def test_not_a_risk_is_written_too_and_without_the_tick_nothing_is(house: World) -> None:
    card = await house.card("Acme")
    assert (await house.open_and_submit(JANA, card, Action.ALERT_DISMISS, outcome="seasonal")).ok
    assert "seasonal" in house.modal_words(JANA)  # ticked by default
    await house.submit(JANA)
    card = await house.card("Borealis")
    await house.open_and_submit(OLIVER, card, Action.ALERT_DISMISS, outcome="known", write_back=[])
    assert house.sandbox.views(OLIVER.id) == []
    await written(house)
    assert (stands(house), stands(house, "a2")) == (("seasonal", *OLD[1:]), (None, None, None))
    assert len(await kept(house)) == 1


@on_sqlite
async def test_a_form_sent_twice_writes_once(house: World) -> None:
    card = await house.card("Acme")
    await house.click(JANA, card, Action.ALERT_RESOLVE)
    first = house.modal(JANA)
    await house.submit(JANA, **FILLED)
    shown = house.modal(JANA)
    assert shown.id == first.id
    await house.submit(JANA)
    house.sandbox.workspace.contents.stacks[JANA.id] = [shown]
    assert (await house.submit(JANA)).ok
    await written(house)
    (row,) = await kept(house)
    assert row.state == "written"
    assert len([message for message in house.posts() if "CRM" in message.text]) == 1


@on_sqlite
async def test_a_preview_that_is_cancelled_writes_nothing(house: World) -> None:
    await close(house)
    await house.sandbox.close(JANA.id, house.modal(JANA).id)
    await written(house)
    assert stands(house) == OLD
    assert (await house.alert("Acme")).state == "resolved"


@on_sqlite
async def test_what_stands_there_already_needs_no_writing(house: World) -> None:
    with closing(sqlite3.connect(house.company.crm)) as crm, crm:
        crm.execute("UPDATE records SET outcome = 'saved', note = 'A new admin ', next_step = '' WHERE account_id = 'a1'")
    await close(house, next_step="")
    assert house.modal_words(JANA) == "The CRM says the same already: nothing needs to be written."
    assert await kept(house) == []


@on_sqlite
async def test_what_stays_as_it_is_is_not_shown_as_a_change(house: World) -> None:
    await close(house, outcome="other", note=OLD[1], next_step="")
    shown = house.modal_words(JANA).replace("\u200b", "")
    assert "*Outcome now*\nat risk\n*→ becomes*\nother" in shown
    assert "Note" not in shown
    assert "Next step" not in shown


@contextmanager
def down(world: World) -> Iterator[None]:
    """The CRM's file is not there."""
    away = world.company.crm.with_suffix(".away")
    world.company.crm.rename(away)
    yield
    away.rename(world.company.crm)


async def its_time(world: World) -> None:
    """The wait until the next attempt is over."""
    await world.app.database.run(lambda session: session.execute(update(Writeback).values(retry_at=None)))


@on_sqlite
async def test_a_crm_that_is_down_at_the_preview_and_at_the_writing_is_written_later(house: World) -> None:
    with down(house):
        await close(house)
        shown = house.modal_words(JANA)
        assert "The CRM does not answer just now" in shown
        assert "over whatever stands there then" in shown
        assert "*Outcome*: saved" in shown
        assert (await house.alert("Acme")).state == "resolved"
        await house.submit(JANA)
        await written(house)
        card = await receipt(house)
        assert "waits to be written" in card.words
        assert "The CRM: unable to open database file. It is tried again until it works" in card.words
    somebody_writes(house, "While it was down")
    await written(house)
    assert stands(house)[0] == "at risk"
    await its_time(house)
    await written(house)
    assert stands(house) == NEW
    card = await receipt(house)
    assert "*Note before*\nWhile it was down\n*→ now*\nA new admin" in card.words
    await house.sandbox.click(JANA.id, card.channel, card.ts, Action.WRITEBACK_UNDO.value)
    await written(house)
    assert stands(house) == ("at risk", "While it was down", None)


@on_sqlite
async def test_a_crm_that_went_down_after_the_preview_is_still_held_against_it(house: World) -> None:
    await close(house)
    with down(house):
        await house.submit(JANA)
        await written(house)
    somebody_writes(house, "While it was down")
    await its_time(house)
    await written(house)
    assert "somebody else has changed the record meanwhile" in (await receipt(house)).words
    assert stands(house)[1] == "While it was down"


@on_sqlite
async def test_a_crm_that_says_nothing_keeps_nobody_waiting(open_world: OpenWorld) -> None:
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        url = f"postgresql://x@127.0.0.1:{mute.getsockname()[1]}/x"
        world = await open_world(accounts=with_records, settings=settings(url=url))
        await close(world)
        assert "The CRM does not answer just now" in world.modal_words(JANA)
        assert (await world.alert("Acme")).state == "resolved"


@on_sqlite
async def test_an_account_that_the_crm_has_no_record_of_is_told_at_once(house: World) -> None:
    await close(house, account="Cobalt")
    assert "Nothing is written: the CRM has no record of the account a3." in house.modal_words(JANA)
    assert await kept(house) == []


@on_sqlite
async def test_without_the_section_nothing_is_asked(world: World) -> None:
    card = await world.card("Acme")
    await world.click(JANA, card, Action.ALERT_RESOLVE)
    assert "CRM" not in world.modal_words(JANA)
    await world.submit(JANA, outcome="saved")
    assert world.sandbox.views(JANA.id) == []


@on_sqlite
async def test_only_fields_that_the_crm_takes_are_asked_for_and_shown(open_world: OpenWorld) -> None:
    read, write = "SELECT note FROM records WHERE account_id = :id", "UPDATE records SET note = :note WHERE account_id = :id"
    world = await open_world(accounts=with_records, settings=settings(read=read, write=write))
    card = await world.card("Acme")
    await world.click(JANA, card, Action.ALERT_RESOLVE)
    assert "Next step" not in world.modal_words(JANA)
    await world.submit(JANA, outcome="saved", note="A new admin")
    assert "Outcome" not in world.modal_words(JANA)
    await world.submit(JANA)
    await written(world)
    assert stands(world) == ("at risk", "A new admin", None)


async def undo(world: World, person: Person) -> None:
    """A click on Undo that Slack signs for this person, wherever they got the button from."""
    card = await receipt(world)
    block = {"type": "actions", "block_id": "b", "elements": []}
    payload = base_payload(world.sandbox.workspace, "block_actions", person.id) | {
        "container": {"type": "message", "message_ts": card.ts, "channel_id": card.channel, "is_ephemeral": False},
        "channel": {"id": card.channel, "name": "directmessage"},
        "message": {"ts": card.ts, "text": "", "blocks": [block]},
        "actions": [{"action_id": Action.WRITEBACK_UNDO.value, "block_id": "b", "type": "button", "value": "1"}],
        "response_url": world.sandbox.workspace.base_url
        + "/sandbox/response/"
        + world.sandbox.workspace.tickets.reply(person.id, "C0ALERTS", card.ts, None),
    }
    await world.sandbox.courier.interact(payload)


async def _written(world: World) -> Card:
    await close(world)
    await world.submit(JANA)
    await written(world)
    return await receipt(world)


@on_sqlite
async def test_undo_after_ten_minutes_is_refused_and_then_the_button_goes(house: World) -> None:
    card = await _written(house)
    house.clock.move(minutes=10)
    await house.sandbox.click(JANA.id, card.channel, card.ts, Action.WRITEBACK_UNDO.value)
    await until(lambda: house.told(JANA), "a word to Jana")
    assert "It can be taken back for 10 minutes" in house.told(JANA)[-1]
    await written(house)
    assert stands(house) == NEW
    assert card.buttons == []
    assert "written to the CRM" in card.words


@on_sqlite
async def test_who_may_not_take_it_back_is_told_why(house: World) -> None:
    await _written(house)
    for person, said in ((OLIVER, "Only whoever had it written"), (GUEST, "guest"), (STRANGER, "another organisation")):
        await undo(house, person)
        await written(house)
        assert stands(house) == NEW, person
        assert said in house.told(person)[-1]


@pytest.mark.parametrize("person", [LEAD, ADMIN], ids=lambda person: person.name)
@on_sqlite
async def test_managers_and_admins_may_take_back_what_others_had_written(house: World, person: Person) -> None:
    await _written(house)
    await undo(house, person)
    await written(house)
    assert stands(house) == OLD
    assert f"taken back from the CRM by <@{person.id}>" in (await receipt(house)).words


@on_sqlite
async def test_an_undo_after_somebodys_change_is_refused(house: World) -> None:
    card = await _written(house)
    somebody_writes(house, "They want a discount")
    await house.sandbox.click(JANA.id, card.channel, card.ts, Action.WRITEBACK_UNDO.value)
    await written(house)
    assert stands(house) == ("saved", "They want a discount", "Review in January")
    assert "not taken back: somebody else has changed the record since" in card.words
    assert (await house.card("Acme")).words.endswith(" · written to the CRM")
    assert "*Note in the CRM now*\nThey want a discount" in card.words
    assert card.buttons == []


@on_sqlite
async def test_what_stands_there_is_shown_only_to_those_who_may_see_it(open_world: OpenWorld) -> None:
    world = await open_world(accounts=with_records, settings=settings() | {"roles": {"money": "owners"}})
    await close(world, OLIVER)
    assert "Only for those who look after the account" in world.modal_words(OLIVER)
    assert "admin* left" not in world.modal_words(OLIVER).replace("\u200b", "")
    await world.submit(OLIVER)
    await written(world)
    card = await receipt(world)
    assert "left" not in card.words
    assert stands(world) == NEW
    assert world.sandbox.direct_messages(JANA.id) == []
