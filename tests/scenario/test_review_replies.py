"""Answers to invitations: from a reader's click in their mail program to the organizer's message."""

from datetime import timedelta
from email.utils import parseaddr
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select
from starlette.applications import Starlette

from bot import clock
from bot.delivery.signature import signature
from bot.demo_post import ANSWERS
from bot.demo_post import hand_on as carry
from bot.messages.actions import Action
from bot.sandbox.company import settings_yaml
from bot.sandbox.listener import listening
from bot.sandbox.mail.invitations import Choice, invitation_in, reply
from bot.sandbox.server import Letter
from bot.serve import web_routes
from models import Event, Participant
from tests.cast import JANA, OLIVER
from tests.factories import Card, World, until
from tests.replies import Said, outlook
from tests.scenario.conftest import OpenWorld, on_sqlite
from tests.scenario.test_reviews import MARTA, OFFICE, change, company, letters, own, planned, reviews, stored

SECRET, TAKEN_IN = "between us", "answers@ours.example"
THE_OTHER = "contact@account1.example"
PEOPLE = {Action.REVIEW_CONTACTS.value: ["c1", MARTA], Action.REVIEW_TEAMMATES.value: [OLIVER.id]}


@pytest.fixture
async def world(open_world: OpenWorld) -> World:
    """Marta, another of Acme's, and Oliver are invited to a call."""
    settings = OFFICE | {"meetings": {"replies": {"address": TAKEN_IN}}}
    return await open_world(accounts=company, mail=True, settings=settings, variables={"STAYSAIL_SECRET": SECRET}, begin=invited)


async def invited(world: World) -> None:
    await planned(world, **PEOPLE)


async def hand_on(world: World, raw: bytes, kind: str = "message/rfc822", secret: str = SECRET) -> tuple[int, str]:
    """The status, and what became of it or what is wrong."""
    app = Starlette(routes=web_routes(world.app, world.schedule))
    signed = signature(secret, int(clock.now().timestamp()), raw)
    headers = {"Staysail-Signature": signed, "Content-Type": kind}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://ours") as client:
        answer = await client.post("/calendar/replies", content=raw, headers=headers)
    return answer.status_code, answer.json().get("became") or answer.json()["error"]


async def letter_to(world: World, address: str) -> Letter:
    """The newest one."""
    return [one for one in await letters(world) if one.recipients == (address,)][-1]


async def answer(world: World, letter: Letter, choice: Choice, words: str = "", later: int = 0) -> str:
    """What a reader's mail program sends, `later` seconds from now."""
    invitation = invitation_in(letter, world.sandbox.inbox.letters)
    assert invitation is not None
    assert (invitation.organizer, invitation.retired) == (TAKEN_IN, False)
    status, became = await hand_on(world, reply(letter, invitation, choice, words, world.clock.at + timedelta(seconds=later)).as_bytes())
    assert status == 200, became
    return became


def own_messages(world: World) -> list[Card]:
    """Jana's, oldest first: her meeting's, and what she was told of answers."""
    return [Card(one) for one in world.sandbox.direct_messages(JANA.id) if one.from_bot and "Acme" in Card(one).read]


async def people(world: World) -> dict[str, tuple[str, str | None]]:
    found = await stored(world, lambda session: session.scalars(select(Participant)).all())
    return {one.email: (one.answer, one.comment) for one in found}


async def events(world: World) -> list[dict[str, Any]]:
    found = await stored(
        world, lambda session: session.scalars(select(Event).where(Event.name == "review_answered").order_by(Event.id)).all()
    )
    return [one.data for one in found]


@on_sqlite
async def test_answers_stand_in_the_organizers_message_and_what_matters_is_said(world: World) -> None:
    marta, other = await letter_to(world, "marta@acme.example"), await letter_to(world, THE_OTHER)
    (message,) = own_messages(world)
    assert f"Contact of Acme (no answer yet)\nMarta Silva (no answer yet)\n<@{OLIVER.id}> (no answer yet)" in message.words
    assert "Answers are shown here." in message.words
    assert await answer(world, marta, Choice.ACCEPT) == "recorded"
    await until(lambda: "Marta Silva (comes)" in own_messages(world)[0].words, "it is shown in place")
    assert await answer(world, marta, Choice.ACCEPT) == "nothing"
    assert await answer(world, await letter_to(world, OLIVER.email), Choice.MAYBE) == "recorded"
    await until(lambda: f"<@{OLIVER.id}> (may come)" in own_messages(world)[0].words, "colleagues answer too")
    assert len(own_messages(world)) == 1, "whoever comes makes no sound"
    assert await answer(world, marta, Choice.DECLINE, "I am *away*, <!channel>", later=-1) == "older", "she accepted after that"
    world.clock.at += timedelta(minutes=1)
    assert await answer(world, marta, Choice.DECLINE, "I am *away*, <!channel>") == "recorded"
    await until(lambda: len(own_messages(world)) == 2, "a refusal is said")
    await until(lambda: "Marta Silva (does not come)" in own_messages(world)[0].words, "and shown in place")
    message, told = own_messages(world)
    assert "*Marta Silva* does not come to the call with <https://crm.example/accounts/1|Acme>, <!date^" in told.words
    assert "&lt;!channel&gt;" in told.words
    assert "<!channel>" not in told.words + message.words
    assert "leaves nobody" not in told.words
    assert "> I am *\u200baway*\u200b, &lt;!channel&gt;" in message.words
    assert await answer(world, other, Choice.DECLINE) == "recorded"
    await until(lambda: len(own_messages(world)) == 3, "so is the second")
    assert "That leaves nobody from their side." in own_messages(world)[-1].words
    world.clock.at += timedelta(minutes=1)
    assert await answer(world, other, Choice.ACCEPT) == "recorded"
    await until(lambda: len(own_messages(world)) == 4, "and that it is no longer so")
    assert "*Contact of Acme* comes to the call" in own_messages(world)[-1].words
    (review,) = await reviews(world)
    assert await events(world) == [
        {"review": review.id, "type": "call", "answer": said, "contact": who}
        for said, who in (("accepted", MARTA), ("tentative", ""), ("declined", MARTA), ("declined", "c1"), ("accepted", "c1"))
    ]
    world.clock.at = review.ends_at + timedelta(minutes=40)
    assert (await world.app.reviews[-1]())["asked"] == 1
    world.app.worker.wake()
    await until(lambda: all("The meeting is over." in one.words and not one.buttons for one in own_messages(world)[1:4]), "they say so")


@on_sqlite
async def test_an_answer_to_an_invitation_that_a_newer_one_replaced_does_not_count(world: World) -> None:
    first = await letter_to(world, "marta@acme.example")
    asked = invitation_in(first, [first])
    assert asked is not None
    early = reply(first, asked, Choice.DECLINE, "Not then", world.clock.at).as_bytes()
    assert await hand_on(world, early) == (200, "recorded")
    await until(lambda: len(own_messages(world)) == 2, "a refusal is said")
    assert (await world.click(JANA, own_messages(world)[-1], Action.REVIEW_MOVE)).ok
    assert (await hand_on(world, outlook(Said(uid=(await reviews(world))[0].uid, at=world.clock.at, comment="Oh"))))[1] == "recorded"
    outcome = await world.submit(JANA, **own("2026-11-20", "11:00"))
    assert outcome.ok, outcome
    assert "told by mail that it is now on" in world.modal_words(JANA), "an answer that came while she chose is no change of the meeting"
    await letters(world)
    assert (await people(world))["marta@acme.example"] == ("needs-action", None)
    assert await hand_on(world, early) == (200, "older")
    assert invitation_in(first, world.sandbox.inbox.letters).retired  # type: ignore[union-attr]
    assert await answer(world, await letter_to(world, "marta@acme.example"), Choice.ACCEPT) == "recorded"
    assert (await people(world))["marta@acme.example"] == ("accepted", None)


@on_sqlite
async def test_what_changes_nothing(world: World) -> None:
    (review,) = await reviews(world)
    said = Said(uid=review.uid, at=world.clock.at)
    before = await people(world)
    assert await hand_on(world, outlook(said.but(uid="another@ours.example"))) == (200, "unknown")
    assert await hand_on(world, outlook(said.but(who="lee@acme.example"))) == (200, "stranger")
    await change(world, Participant, Participant.email == OLIVER.email, gone_at=world.clock.at)
    assert await hand_on(world, outlook(said.but(who=OLIVER.email))) == (200, "stranger"), "he was taken off the list"
    assert await hand_on(world, outlook(said.but(sender="lee@acme.example"))) == (200, "no_answer")
    assert await hand_on(world, outlook(said.but(method="REQUEST"))) == (200, "no_answer")
    assert await hand_on(world, b"Hello", "text/calendar") == (400, "the calendar cannot be read as iCalendar (RFC 5545)")
    assert (await hand_on(world, b"Hello", "text/html"))[0] == 400
    assert (await hand_on(world, outlook(said), secret="guessed"))[0] == 401
    assert (await hand_on(world, b"x" * (1024 * 1024 + 1)))[0] == 413
    assert await people(world) == before
    await world.quiet()
    cancel = await world.open_and_submit(JANA, own_messages(world)[0], Action.REVIEW_CANCEL, note="")
    assert cancel.ok, cancel
    assert await hand_on(world, outlook(said.but(sequence=9))) == (200, "closed")
    assert await people(world) == before
    assert await events(world) == []


@on_sqlite
async def test_another_time_is_proposed_and_somebody_else_is_sent(world: World) -> None:
    (review,) = await reviews(world)
    said = Said(uid=review.uid, at=world.clock.at, answer="DECLINED", method="COUNTER", begins="DTSTART:20261124T150000Z")
    assert await hand_on(world, outlook(said)) == (200, "recorded")
    assert await hand_on(world, outlook(said)) == (200, "nothing"), "the same mail twice"
    await until(lambda: len(own_messages(world)) == 2, "it is said")
    assert "*Marta Silva* proposes another time for the call" in own_messages(world)[-1].words
    assert "24 Nov 2026" in own_messages(world)[-1].words
    delegated = Said(uid=review.uid, at=world.clock.at, answer="DELEGATED", extra=';DELEGATED-TO="mailto:lee@acme.example"', who=THE_OTHER)
    assert await hand_on(world, outlook(delegated)) == (200, "recorded")
    await until(lambda: len(own_messages(world)) == 3, "it is said")
    assert "sends lee@acme.example instead" in own_messages(world)[-1].words
    assert "leaves nobody" not in own_messages(world)[-1].words
    assert "Contact of Acme (sends somebody else)" in own_messages(world)[0].words
    assert [one.buttons for one in own_messages(world)] == [["Move…", "Cancel…"]] * 3
    assert (await world.click(JANA, own_messages(world)[-1], Action.REVIEW_MOVE)).ok
    assert (await world.submit(JANA, **own("2026-11-20", "11:00"))).ok
    await until(lambda: all("The meeting has moved to" in one.words for one in own_messages(world)[1:]), "so that nobody moves it twice")
    assert (await world.open_and_submit(JANA, own_messages(world)[-1], Action.REVIEW_CANCEL, note="")).ok
    await until(lambda: all("cancelled" in one.words.lower() for one in own_messages(world)), "all that was said of it tells so")
    assert [one.buttons for one in own_messages(world)] == [[]] * 3


@on_sqlite
async def test_the_demo_carries_what_a_reader_clicks(world: World, tmp_path: Path) -> None:
    letter = await letter_to(world, "marta@acme.example")
    asked = invitation_in(letter, [letter])
    assert asked is not None
    assert f"address: {ANSWERS}" in settings_yaml(tmp_path, "smtp://127.0.0.1:1")
    raw = reply(letter, asked, Choice.ACCEPT, "", world.clock.at).as_bytes()
    async with listening(Starlette(routes=web_routes(world.app, world.schedule)), "127.0.0.1", 0) as url:
        assert await carry(url, "guessed", ANSWERS, raw) == "the signature does not fit the body"
        assert await carry(url, SECRET, JANA.email, raw) == f"nobody of this demo reads {JANA.email}"
        assert await carry(url, SECRET, ANSWERS, raw) is None
    await until(lambda: "Marta Silva (comes)" in own_messages(world)[0].words, "it is shown")
    assert (await carry(url, SECRET, ANSWERS, raw) or "").startswith("no answer: ")


@on_sqlite
async def test_without_the_setting_answers_go_to_the_organizer_and_the_message_says_so(open_world: OpenWorld) -> None:
    world = await open_world(accounts=company, mail=True, settings=OFFICE, variables={"STAYSAIL_SECRET": SECRET}, begin=invited)
    letter = await letter_to(world, "marta@acme.example")
    asked = invitation_in(letter, [letter])
    assert asked is not None
    assert (asked.organizer, parseaddr(letter.message["Reply-To"])[1]) == (JANA.email, JANA.email)
    (message,) = own_messages(world)
    assert "Answers come to your mailbox." in message.words
    assert "no answer yet" not in message.words
    assert await hand_on(world, reply(letter, asked, Choice.ACCEPT, "", world.clock.at).as_bytes()) == (200, "recorded")
    await until(lambda: "Marta Silva (comes)" in own_messages(world)[0].words, "a copy that a mail rule hands on counts all the same")
    assert "Contact of Acme (no answer yet)" in own_messages(world)[0].words
