"""Invitations in the sandbox's inbox: buttons as a mail program has them, and the mail that a click writes."""

import smtplib
from asyncio import to_thread
from collections.abc import AsyncIterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import pytest

from bot.reviews.calendar import cancel, request
from bot.reviews.replies import read_mail
from bot.sandbox.server import Person, Sandbox
from tests.unit.test_review_calendar import AT, LEE, MARTA, meeting

JANA = Person("U0JANA", "jana", "Jana Nováková", "jana@ours.example")


class Post:
    """What was carried where. `problem`: why nothing arrives."""

    def __init__(self) -> None:
        self.mails: list[tuple[str, bytes]] = []
        self.problem: str | None = None

    async def __call__(self, to: str, raw: bytes) -> str | None:
        if self.problem is None:
            self.mails.append((to, raw))
        return self.problem


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture
async def sandbox(post: Post) -> AsyncIterator[Sandbox]:
    async with Sandbox(people=[JANA], rooms=[], post=post).serve() as running:
        yield running


async def send(sandbox: Sandbox, method: str, calendar: str, to: str = "Marta Silva <marta@customer.example>") -> int:
    """The number of the letter."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"], message["Message-ID"] = "Jana <cs@ours.example>", to, "Meeting", "<1@ours.example>"
    message.set_content("You are invited.")
    if calendar:
        message.add_alternative(calendar, subtype="calendar", params={"method": method})
    address = urlsplit(sandbox.smtp_url)

    def talk() -> None:
        with smtplib.SMTP(str(address.hostname), int(address.port or 0), timeout=5) as client:
            client.send_message(message)

    await to_thread(talk)
    return sandbox.mail[-1].id


async def shown(sandbox: Sandbox, number: int) -> Any:
    async with aiohttp.ClientSession(sandbox.url) as http:
        return (await (await http.get(f"/sandbox/mail/{number}")).json())["invitation"]


async def answer(sandbox: Sandbox, number: int, choice: str, words: str = "") -> tuple[int, Any]:
    form = {"choice": choice, "words": words}
    async with aiohttp.ClientSession(sandbox.url) as http, http.post(f"/sandbox/mail/{number}/answer", json=form) as said:
        return said.status, await said.json()


async def test_a_click_writes_an_answer_to_the_organizer(sandbox: Sandbox, post: Post) -> None:
    number = await send(sandbox, "REQUEST", request(meeting(answers_to="answers@ours.example"), [MARTA, LEE], AT))
    assert await shown(sandbox, number) == {"organizer": "answers@ours.example", "retired": False, "answer": None}
    assert (await answer(sandbox, number, "maybe", "Až po třech; a jen\nkrátce"))[0] == 200
    assert (await shown(sandbox, number))["answer"] == "maybe"
    ((to, raw),) = post.mails
    mail = message_from_bytes(raw, policy=policy.default)
    assert (to, mail["To"], mail["In-Reply-To"]) == ("answers@ours.example", "answers@ours.example", "<1@ours.example>")
    assert mail["Subject"] == "Tentative: Zákazník; a spol., hovor"
    found = read_mail(raw)
    assert (found.uid, found.sequence, found.attendee) == ("abc@ours.example", 2, "marta@customer.example")
    assert (found.answer, found.comment) == ("tentative", "Až po třech; a jen\nkrátce")
    assert (await answer(sandbox, number, "decline"))[0] == 200
    assert read_mail(post.mails[-1][1]).answer == "declined"


async def test_a_newer_letter_takes_the_buttons_away(sandbox: Sandbox, post: Post) -> None:
    first = await send(sandbox, "REQUEST", request(meeting(), [MARTA, LEE], AT))
    to_lee = await send(sandbox, "REQUEST", request(meeting(sequence=3), [MARTA, LEE], AT), "lee@customer.example")
    other = await send(sandbox, "REQUEST", request(meeting(uid="other@ours.example"), [MARTA], AT))
    assert not (await shown(sandbox, first))["retired"]
    second = await send(sandbox, "REQUEST", request(meeting(sequence=3), [MARTA, LEE], AT))
    assert ((await shown(sandbox, first))["retired"], (await shown(sandbox, second))["retired"]) == (True, False)
    assert await answer(sandbox, first, "accept") == (400, {"ok": False, "error": "a newer letter has taken its place"})
    off = await send(sandbox, "CANCEL", cancel(meeting(sequence=4), [MARTA, LEE], AT))
    assert (await shown(sandbox, second))["retired"]
    assert await shown(sandbox, off) is None
    assert not (await shown(sandbox, to_lee))["retired"]
    assert not (await shown(sandbox, other))["retired"]
    assert post.mails == []


async def test_what_is_no_invitation_has_no_buttons(sandbox: Sandbox, post: Post) -> None:
    plain = await send(sandbox, "", "")
    organizers = await send(sandbox, "REQUEST", request(meeting(), [MARTA], AT), "jana@ours.example")
    garbled = await send(sandbox, "REQUEST", "BEGIN:VCALENDAR\r\nnothing")
    assert [await shown(sandbox, one) for one in (plain, organizers, garbled)] == [None, None, None]
    assert await answer(sandbox, plain, "accept") == (400, {"ok": False, "error": "this letter asks for no answer"})
    number = await send(sandbox, "REQUEST", request(meeting(), [MARTA], AT))
    assert (await answer(sandbox, number, "perhaps"))[0] == 400
    post.problem = "nobody of this demo reads it"
    assert await answer(sandbox, number, "accept") == (400, {"ok": False, "error": "nobody of this demo reads it"})
    assert (await shown(sandbox, number))["answer"] is None
    async with Sandbox(people=[JANA], rooms=[]).serve() as other:
        assert await shown(other, await send(other, "REQUEST", request(meeting(), [MARTA], AT))) is None, "nothing carries mail there"
