"""A customer's whole way: the letter, a number in it, the page, and the card that their answer brings to the channel."""

import json
import re
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from bot.messages.actions import Action
from bot.serve import web_routes
from models import Invitation, Response
from tests.cast import JANA
from tests.factories import Company, World, until
from tests.scenario.conftest import OpenWorld, on_sqlite

BASE = "https://stay.ours.example"
WHERE = {"STAYSAIL_URL": BASE, "STAYSAIL_SECRET": "a secret of tests"}
ASK = {"playbook": "ask", "version": 1, "about": "A test", "kind": "survey", "trigger": "sweep", "when": "true", "once_per": "once"}
HOSTILE = "<!channel> *slow* </textarea><b>exports</b>"


def one_account(company: Company) -> None:
    company.account("Acme", lambda ago: 41, owner_email=JANA.email)


@pytest.fixture
async def world(open_world: OpenWorld, tmp_path: Path) -> World:
    folder = tmp_path / "playbooks"
    folder.mkdir()
    (folder / "ask.yml").write_text(json.dumps(ASK | {"steps": [{"survey": "nps"}]}))
    settings = {"playbooks": "./playbooks", "enable": ["ask"], "surveys": {"company": "Ours"}}
    return await open_world(accounts=one_account, settings=settings, mail=True, variables=WHERE)


@pytest.fixture
def browser(world: World) -> httpx.AsyncClient:
    routes = web_routes(world.app, world.schedule)
    return httpx.AsyncClient(transport=httpx.ASGITransport(Starlette(routes=routes)), base_url=BASE, follow_redirects=True)


async def links_of(world: World) -> list[str]:
    """What a mail program finds in the letter, in order: one for each score."""
    await until(lambda: world.sandbox.inbox.letters, "the letter is there")
    (letter,) = world.sandbox.inbox.letters
    return [unescape(found) for found in re.findall(r'href="([^"]*/s/[^"]*)"', letter.part("html"))]


async def stored(world: World, table: Any) -> list[Any]:
    return await world.app.database.read(lambda session: session.query(table).all())


@on_sqlite
async def test_a_number_in_the_letter_becomes_a_card_once_the_page_was_sent(world: World, browser: httpx.AsyncClient) -> None:
    links = await links_of(world)
    assert [link.rpartition("=")[2] for link in links] == [str(score) for score in range(11)]
    for link in links:  # a scanner on its way to the reader
        assert (await browser.get(link)).status_code == 200
    assert await stored(world, Response) == []
    page = await browser.get(links[3])
    assert 'value="3" class="low" checked' in page.text
    thanks = await browser.post(links[3], data={"score": "3", "comment": HOSTILE})
    assert "Thank you for being frank" in thanks.text
    card = await world.card("Acme")
    assert "Acme" in card.text
    assert "<!channel>" not in card.words
    assert "exports" in card.read
    assert (await world.click(JANA, card, Action.ALERT_TAKE)).ok
    jobs = {job.id for job in world.schedule._scheduler.get_jobs()}
    assert "plays.soon" in jobs
    (invitation,) = await stored(world, Invitation)
    assert invitation.answered


@on_sqlite
async def test_a_change_of_mind_is_seen_on_the_card(world: World, browser: httpx.AsyncClient) -> None:
    links = await links_of(world)
    await browser.post(links[3], data={"score": "3", "comment": "Slow"})
    before = (await world.card("Acme")).words
    world.clock.move(hours=1)
    form = await browser.get(links[0].partition("?")[0])
    assert 'value="3" class="low" checked' in form.text
    assert "Slow</textarea>" in form.text
    await browser.post(links[6], data={"score": "6", "comment": "Better than I thought"})

    async def told() -> bool:
        return "Better than I thought" in (await world.card("Acme")).read

    await until(told, "the card shows the new answer")
    assert (await world.card("Acme")).words != before
    assert [response.versions for response in await stored(world, Response)] == [2]
