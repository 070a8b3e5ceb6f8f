"""Pages that a letter leads to: one button to unsubscribe, and links that count people only."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from bot import clock
from bot.database import Database
from handlers.web.letters import letter_routes
from models import Contact, Dispatch, OutboxMessage
from tests.factories import until
from tests.post import LINKS, NOW, change, contact_of, events_of, one_letter, row_of, traces_of
from tests.scenario.conftest import on_sqlite

SCANNER = {"Sec-Purpose": "prefetch"}


@pytest.fixture
async def web(database: Database) -> AsyncIterator[httpx.AsyncClient]:
    routes = letter_routes(database, LINKS, lambda: NOW, together=timedelta(seconds=0.05))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(Starlette(routes=routes)), base_url="https://stay.ours.example") as client:
        yield client


async def clicked(database: Database, number: int) -> int:
    return await database.read(lambda session: session.get_one(Dispatch, number).clicked)


async def sent(database: Database, seconds_ago: float = 3600, **how: Any) -> int:
    number = await one_letter(database, **how)
    await change(database, OutboxMessage, shown_at=clock.now() - timedelta(seconds=seconds_ago))
    return number


@on_sqlite
async def test_looking_at_the_page_changes_nothing_and_the_button_unsubscribes(database: Database, web: httpx.AsyncClient) -> None:
    number = await sent(database, language="cs")
    link = LINKS.unsubscribe(number)
    for method in ("GET", "HEAD", "GET"):
        page = await web.request(method, link)
        assert page.status_code == 200
    assert (await contact_of(database)).unsubscribed_at is None
    assert "Odhlásit odběr" in page.text
    assert "set-cookie" not in page.headers
    assert "default-src 'none'" in page.headers["content-security-policy"]
    for _ in range(2):
        done = await web.post(link)
        assert "Odběr je odhlášen" in done.text
    assert (await contact_of(database)).unsubscribed_at == NOW
    assert await events_of(database) == [("unsubscribed", f"unsubscribed:{number}")]
    assert await traces_of(database) == ["unsubscribed"]


async def test_one_click_from_the_mail_program(database: Database, web: httpx.AsyncClient) -> None:
    number = await sent(database)
    await database.run(lambda session: session.add(Contact(id="c2", account_id="a1", name="J", email="JANA@acme.example", polled_at=NOW)))
    answer = await web.post(LINKS.unsubscribe(number), data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert [(await contact_of(database, one)).unsubscribed_at for one in ("c1", "c2")] == [NOW, NOW]


@pytest.mark.parametrize("path", ["/u/MTI.forged", "/u/x", "/c/MTI.forged", "/c/%00", "/u/" + "a" * 5000])
@on_sqlite
async def test_forged_links(web: httpx.AsyncClient, path: str) -> None:
    for method in ("GET", "POST") if path.startswith("/u/") else ("GET",):
        answer = await web.request(method, path, headers={"Accept-Language": "ru-RU,ru;q=0.9"})
        assert answer.status_code == 404
        assert "Эта ссылка не работает" in answer.text


@on_sqlite
async def test_links_to_what_is_gone(web: httpx.AsyncClient) -> None:
    assert (await web.get(LINKS.unsubscribe(99))).status_code == 410
    assert (await web.post(LINKS.unsubscribe(99))).status_code == 410
    assert (await web.get(LINKS.click(99, 0))).status_code == 410


async def test_a_person_is_led_on_and_counted_once(database: Database, web: httpx.AsyncClient) -> None:
    number = await sent(database)
    for _ in range(2):
        answer = await web.get(LINKS.click(number, 0))
        assert (answer.status_code, answer.headers["location"]) == (302, "https://app.ours.example/?a=1&b=2")
    await until(lambda: clicked(database, number), "counted")
    assert ("letter_clicked", f"letter_clicked:{number}:0") in await events_of(database)
    assert await clicked(database, number) == 1
    assert (await web.get(LINKS.click(number, 7))).status_code == 410


@pytest.mark.parametrize("how", ["at once", "all links", "head", "prefetch"])
async def test_a_scanner_is_led_on_and_not_counted(database: Database, web: httpx.AsyncClient, how: str) -> None:
    number = await sent(database, seconds_ago=5 if how == "at once" else 3600)
    method, headers = ("HEAD" if how == "head" else "GET"), (SCANNER if how == "prefetch" else {})
    for link in range(2) if how == "all links" else (0,):
        assert (await web.request(method, LINKS.click(number, link), headers=headers)).status_code == 302
    await asyncio.sleep(0.15)
    assert await clicked(database, number) == 0
    assert "letter_clicked" not in {name for name, _ in await events_of(database)}
    assert (await row_of(database, number)).dead_at is None
