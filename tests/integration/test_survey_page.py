"""The page on which customers answer: a fetch is no vote, a submit is one, and it can be changed until the question closes."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
import structlog
from sqlalchemy import text
from sqlalchemy.orm import Session

from bot.database import Database
from bot.feedback.record import MOST_VERSIONS
from handlers.web import surveys
from handlers.web.surveys import survey_routes
from models import Answer, Invitation, Response
from tests.integration.guest import ANONYMOUS, LINKS, NOW, SURVEY, TOKEN, House, holding
from tests.scenario.conftest import on_sqlite

SCANNERS = ("Mozilla/5.0 (compatible; MSIE 9.0; Barracuda)", "Slackbot-LinkExpanding 1.0", "SafeLinks", "curl/8.5", "GoogleImageProxy")


@pytest.fixture
def house(database: Database, tmp_path: Path) -> House:
    return House(tmp_path, database)


@on_sqlite
async def test_whatever_fetches_the_links_of_a_letter_leaves_no_trace(house: House) -> None:
    link = await house.ask()
    before = await house.all_rows()
    links = [link, *(LINKS.score(TOKEN, score) for score in range(11)), f"{link}?done", f"{link}/", f"{link}?score=11&done="]
    for agent in SCANNERS:
        for one in links:
            method = "HEAD" if agent == "curl/8.5" else "GET"
            assert (await house.browser.request(method, one, headers={"User-Agent": agent})).status_code == 200
    assert await house.all_rows() == before
    assert house.answered == 0


@on_sqlite
async def test_a_link_chooses_its_score_and_the_button_sends_it(house: House) -> None:
    await house.ask()
    page = await house.get(LINKS.score(TOKEN, 3))
    assert (page.chosen, page.asked, page.comment) == ("3", "What is wrong?", "")
    assert page.title == "Would you recommend Ours & co? · Ours & co"
    thanks = await house.send(LINKS.score(TOKEN, 3), 3, "The export is slow.\n\nEvery day.")
    assert (thanks.status, thanks.response.url.query) == (200, b"done")
    assert "We are sorry." in thanks.said
    (response,) = await house.every(Response)
    assert (response.score, response.band, response.comment) == (3, "low", "The export is slow.\n\nEvery day.")
    assert (response.contact_id, response.language, response.at) == (f"contact-of-{TOKEN}", "en", NOW)
    assert house.answered == 1
    (invitation,) = await house.every(Invitation)
    assert (invitation.answered, invitation.remind_at) == (True, None)


@on_sqlite
async def test_what_was_sent_twice_counts_once(house: House) -> None:
    link = await house.ask()
    await house.send(link, 9, "Fine")
    before = await house.all_rows()
    house.clock.move(minutes=1)
    await house.send(link, 9, "Fine")  # a second click, or Back and Send again
    for _ in range(3):
        await house.get(f"{link}?done")  # the page that a reload loads
    assert await house.all_rows() == before


async def test_two_clicks_at_the_same_moment_are_one_answer(house: House) -> None:
    link = await house.ask()
    pages = await asyncio.gather(*(house.send(link, 9, "Fine") for _ in range(6)))
    assert {page.status for page in pages} == {200}
    assert [(answer.number, answer.score) for answer in await house.every(Answer)] == [(1, 9)]


@pytest.mark.parametrize("form", [SURVEY, ANONYMOUS], ids=["named", "anonymous"])
async def test_an_answer_can_be_changed_until_the_question_closes(house: House, form: str) -> None:
    link = await house.ask(form)
    await house.send(link, 2, "Slow")
    house.clock.move(days=20)
    page = await house.get(link)
    assert (page.chosen, page.comment, page.asked) == ("2", "Slow", "What is wrong?")
    assert "takes its place" in page.said
    other = await house.get(f"{link}?score=10")
    assert (other.chosen, other.comment, other.asked) == ("10", "Slow", "What is good?")
    thanks = await house.send(link, 10, "Quick now")
    assert "We are glad." in thanks.said
    assert thanks.one("a", href="?").text == "Change my answer"
    assert [(answer.score, answer.comment) for answer in await house.every(Answer)] == [(2, "Slow"), (10, "Quick now")]
    house.clock.move(days=1)
    for closed in (await house.get(link), await house.get(f"{link}?done"), await house.send(link, 0)):
        assert (closed.status, "This question is closed" in closed.said) == (410, True)
    assert [answer.score for answer in await house.every(Answer)] == [2, 10]


async def test_an_anonymous_answer_leads_to_nobody(house: House) -> None:
    link = await house.ask(ANONYMOUS)
    assert "Your answer is anonymous" in (await house.get(link)).said
    house.clock.move(hours=3)
    await house.send(link, 2, "Slow")
    (response,) = await house.every(Response)
    assert (response.invitation_id, response.account_id, response.contact_id, response.alert_id) == (None, None, "", None)
    assert TOKEN not in f"{response.id} {response.voter}"


@on_sqlite
async def test_an_answer_that_was_changed_too_often_stands(house: House) -> None:
    link = await house.ask()
    for number in range(MOST_VERSIONS):
        thanks = await house.send(link, number % 11, f"Version {number}")
        assert thanks.status == 200
    assert not thanks.all("a")
    for page in (await house.send(link, 0, "Once more"), await house.get(link)):
        assert (page.status, "Your last answer counts" in page.said) == (410, True)
    assert len(await house.every(Answer)) == MOST_VERSIONS
    assert (await house.get(f"{link}?done")).status == 200


@on_sqlite
async def test_looking_does_not_wait_for_a_sweep_and_an_answer_is_not_lost_in_one(house: House) -> None:
    link = await house.ask()
    with holding(house.database) as (work, begun, end):
        sweep = asyncio.ensure_future(house.database.run(work))
        await asyncio.to_thread(begun.wait, 10)
        sending = asyncio.ensure_future(house.send(link, 9))
        assert (await house.get(link)).status == 200
        assert not sweep.done()
        end.set()
        assert (await sending).status == 200
        await sweep


@on_sqlite
@pytest.mark.parametrize("fault", [text("INSERT INTO nothing VALUES (:words)"), None])
async def test_something_on_our_side_fails(house: House, monkeypatch: pytest.MonkeyPatch, fault: Any) -> None:
    """The customer gets a page, the log a line without their words, and the same form sent again is taken."""

    def failing(session: Session, *_: object) -> None:
        if fault is None:
            raise RuntimeError("a mistake of ours")
        session.execute(fault, {"words": "My secret words"})

    link = await house.ask()
    with monkeypatch.context() as patch, structlog.testing.capture_logs() as logs:
        patch.setattr(surveys, "record", failing)
        page = await house.send(link, 9, "My secret words")
    assert (page.status, page.response.headers["retry-after"]) == (503, "30")
    assert "Something on our side" in page.said
    assert [entry["event"] for entry in logs] == ["survey_page_failed"]
    assert "secret" not in str(logs)
    assert (await house.send(link, 9, "My secret words")).status == 200


@on_sqlite
async def test_the_way_back_is_the_same_behind_a_proxy_with_a_path_of_its_own(house: House) -> None:
    link = await house.ask()
    answer = await house.browser.post(f"{link}?score=4", data={"score": "4"})
    assert (answer.status_code, answer.headers["location"]) == (303, "?done")
    assert (await house.get(link)).one("form").attributes["action"] == "?"
    assert (await house.send(f"{link}/", 5)).status == 200


@on_sqlite
def test_without_an_address_nobody_is_asked(house: House) -> None:
    assert survey_routes(house.database, None, None, lambda: NOW, print) == []  # type: ignore[arg-type]
