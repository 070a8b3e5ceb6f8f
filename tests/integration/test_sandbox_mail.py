"""The sandbox's mail server and inbox, as a mail client and a customer see them."""

import asyncio
import smtplib
from collections.abc import AsyncIterator
from email.message import EmailMessage
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import pytest
from aiohttp import web

from bot.sandbox.server import Person, Sandbox

JANA = Person("U0JANA", "jana", "Jana Nováková", "jana@ours.example")


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(people=[JANA], rooms=[]).serve() as running:
        yield running


def letter(subject: str = "Vítejte", to: str = "eva@firma.example", **headers: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "Staysail <cs@ours.example>", to, subject
    message["Message-ID"] = "<o-1@ours.example>"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content("Dobrý den,\nvítejte.\n")
    message.add_alternative("<p>Dobrý den, <b>vítejte</b>.</p>", subtype="html")
    return message


async def send(sandbox: Sandbox, *letters: EmailMessage) -> None:
    address = urlsplit(sandbox.smtp_url)

    def talk() -> None:
        with smtplib.SMTP(str(address.hostname), int(address.port or 0), timeout=5) as client:
            for one in letters:
                client.send_message(one)

    await asyncio.to_thread(talk)


async def get(sandbox: Sandbox, path: str) -> Any:
    async with aiohttp.ClientSession(sandbox.url) as http:
        return await (await http.get(path)).json()


async def post(sandbox: Sandbox, path: str) -> tuple[int, Any]:
    async with aiohttp.ClientSession(sandbox.url) as http, http.post(path) as answer:
        return answer.status, await answer.json()


async def test_a_letter_lands_in_the_inbox_whole(sandbox: Sandbox) -> None:
    assert sandbox.smtp_url.startswith("smtp://127.0.0.1:")
    await send(sandbox, letter(Reply_To="jana@ours.example", Auto_Submitted="auto-generated"))
    [listed] = await get(sandbox, "/sandbox/mail")
    assert (listed["to"], listed["subject"], listed["read"]) == ("eva@firma.example", "Vítejte", False)
    found = await get(sandbox, f"/sandbox/mail/{listed['id']}")
    assert list(found["headers"]) == ["From", "To", "Reply-To", "Subject", "Message-ID", "Auto-Submitted"]
    assert found["text"] == "Dobrý den,\nvítejte.\n"
    assert "<b>vítejte</b>" in found["html"]
    assert found["source"].startswith("From: Staysail")
    assert found["envelope"] == {"from": "cs@ours.example", "to": ["eva@firma.example"]}


async def test_tests_read_the_parsed_letters_oldest_first(sandbox: Sandbox) -> None:
    await send(sandbox, letter("one"), letter("two"))
    assert [one.message["Subject"] for one in sandbox.mail] == ["one", "two"]
    assert sandbox.mail[0].arrived <= sandbox.mail[1].arrived
    assert [one["subject"] for one in await get(sandbox, "/sandbox/mail")] == ["two", "one"]
    sandbox.reset()
    assert sandbox.mail == []


async def test_the_page_hears_of_a_letter_and_of_its_being_read(sandbox: Sandbox) -> None:
    async with aiohttp.ClientSession(sandbox.url) as http, http.ws_connect("/sandbox/live") as live, asyncio.timeout(2):
        await send(sandbox, letter())
        change = await live.receive_json()
        assert (change["kind"], change["letter"]["read"]) == ("letter", False)
        await post(sandbox, f"/sandbox/mail/{change['letter']['id']}/read")
        assert (await live.receive_json())["letter"]["read"] is True
    assert (await get(sandbox, "/sandbox/state"))["status"]["mail"][0]["read"] is True


@pytest.mark.parametrize(("kind", "code"), [("mail_refused", 550), ("mail_deferred", 451)])
async def test_a_planned_refusal_hits_one_letter(sandbox: Sandbox, kind: str, code: int) -> None:
    sandbox.faults.add("mail", kind)
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        await send(sandbox, letter())
    assert refused.value.recipients["eva@firma.example"][0] == code
    await send(sandbox, letter())
    assert len(sandbox.mail) == 1


async def test_a_connection_dropped_after_the_letter_leaves_the_sender_unsure(sandbox: Sandbox) -> None:
    sandbox.faults.add("*", "mail_dropped")
    with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionResetError)):
        await send(sandbox, letter())
    assert len(sandbox.mail) == 1, "it arrived"
    await send(sandbox, letter())
    assert len(sandbox.mail) == 2


async def test_a_mail_fault_leaves_slack_alone(sandbox: Sandbox) -> None:
    sandbox.faults.add("*", "mail_refused")
    async with aiohttp.ClientSession() as http:
        answer = await http.post(f"{sandbox.api_url}auth.test", headers={"authorization": f"Bearer {sandbox.bot_token}"})
        assert (await answer.json())["ok"] is True
    assert len(sandbox.faults.waiting()) == 1


async def test_what_is_no_letter_is_said(sandbox: Sandbox) -> None:
    assert (await post(sandbox, "/sandbox/mail/7/read"))[0] == 404
    assert (await post(sandbox, "/sandbox/mail/7/unsubscribe"))[0] == 404
    assert (await get(sandbox, "/sandbox/mail/7"))["ok"] is False
    await send(sandbox, letter())
    assert (await post(sandbox, "/sandbox/mail/1/unsubscribe"))[0] == 400, "it offers no such thing"


async def test_unsubscribing_with_one_click_is_one_post_to_the_address_of_the_letter(sandbox: Sandbox) -> None:
    heard: list[tuple[str, str]] = []

    async def unsubscribe(request: web.Request) -> web.Response:
        heard.append((request.method, await request.text()))
        return web.Response()

    site = web.Application()
    site.router.add_post("/u/token", unsubscribe)
    runner = web.AppRunner(site)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        port = runner.addresses[0][1]
        offered = f"<mailto:cs@ours.example>, <http://127.0.0.1:{port}/u/token>"
        await send(sandbox, letter(List_Unsubscribe=offered, List_Unsubscribe_Post="List-Unsubscribe=One-Click"))
        assert await post(sandbox, "/sandbox/mail/1/unsubscribe") == (200, {"ok": True, "error": None})
    finally:
        await runner.cleanup()
    assert heard == [("POST", "List-Unsubscribe=One-Click")]


async def test_an_address_elsewhere_is_not_called(sandbox: Sandbox) -> None:
    await send(sandbox, letter(List_Unsubscribe="<https://elsewhere.example/u>", List_Unsubscribe_Post="List-Unsubscribe=One-Click"))
    assert (await post(sandbox, "/sandbox/mail/1/unsubscribe"))[0] == 400
