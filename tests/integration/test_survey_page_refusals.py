"""The page of a survey when something is not right: links that lead nowhere, forms that are not as ours, words of any kind."""

from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import update

from bot.database import Database
from bot.feedback.record import LONGEST_COMMENT
from bot.surveys.links import SurveyLinks
from handlers.web.flood import Gate
from handlers.web.survey_form import LARGEST, MOST_READ
from handlers.web.surveys import Gates
from models import Account, Answer, Contact, Invitation, Response, SurveyVersion
from tests.integration.guest import ANONYMOUS, LINKS, NOW, SURVEY, TOKEN, House
from tests.scenario.conftest import on_sqlite

HARMLESS = (
    '</textarea><script>alert("1")</script> &amp; &lt;b&gt; {{ 7*7 }} {% raw %}',
    "Ž č ř — ёлка 日本語 한국어 ไทย हिन्दी",
    "שלום \u202eעולם\u202c مرحبا\u200f بالعالم",
    "👩‍👩‍👧‍👦 🏳️‍🌈 𝔘𝔫𝔦𝔠𝔬𝔡𝔢 \U0010ffff \ufeff \x01\x7f\x85\u2028",
    "=SUM(A1) <!channel> @here `code` *bold* %00 %ED%A0%80 + & ; =",
    "one\n\n  two\tthree  \n four",
)


@pytest.fixture
def house(database: Database, tmp_path: Path) -> House:
    return House(tmp_path, database)


async def nothing_kept(house: House) -> bool:
    return not await house.every(Response) and not await house.every(Answer) and not house.answered


@on_sqlite
async def test_forged_links(house: House) -> None:
    await house.ask()
    stranger = SurveyLinks("https://stay.ours.example", "another secret")
    for path in ("x", TOKEN, "%00", "%ff%fe", "a" * 5000, "ImEi.forged", stranger.page(TOKEN).rpartition("/")[2]):
        for method in ("GET", "HEAD", "POST"):
            answer = await house.browser.request(method, f"/s/{path}?score=3", headers={"Accept-Language": "fr, cs-CZ;q=0.9, ru"})
            assert (answer.status_code, "Tento odkaz nefunguje" in answer.text) == (404, method != "HEAD"), path
    assert await nothing_kept(house)


@pytest.mark.parametrize(
    ("what", "change"),
    [
        ("contact gone", update(Contact).values(gone_at=NOW)),
        ("account gone", update(Account).values(gone_at=NOW)),
        ("token forgotten", update(Invitation).values(token=None)),
        ("held", update(Invitation).values(expires_at=None)),
        ("text unreadable", update(SurveyVersion).values(text="survey: [")),
    ],
)
@on_sqlite
async def test_links_to_what_is_gone(house: House, what: str, change: Any) -> None:
    link = await house.ask(language="cs-CZ")
    await house.database.run(lambda session: session.execute(change) and None)
    for page in (await house.get(link, **{"Accept-Language": "cs"}), await house.send(link, 3, **{"Accept-Language": "cs"})):
        assert (page.status, "Tady už není na co odpovídat" in page.said) == (410, True), what
    assert await nothing_kept(house)


@on_sqlite
async def test_a_closed_question_speaks_the_language_in_which_it_was_asked(house: House) -> None:
    link = await house.ask(language="ru", expires_at=NOW)
    page = await house.get(link, **{"Accept-Language": "cs"})
    assert (page.status, page.one("html").attributes["lang"], "Этот вопрос закрыт" in page.said) == (410, "ru", True)


@on_sqlite
async def test_what_is_no_score_is_passed_over_in_a_link_and_asked_for_in_a_form(house: House) -> None:
    link = await house.ask()
    for score in ("11", "-1", "03", "3.0", "٣", "three", "", " 3", "3\x00", None):
        page = await house.get(link if score is None else f"{link}?score={quote(score)}")
        assert (page.status, page.chosen, page.asked) == (200, None, "What is the main reason for your score?"), score
        page = await house.send(link, score, "Long and well thought")
        assert (page.status, page.chosen, page.comment) == (422, None, "Long and well thought"), score
    assert page.title.startswith("Not sent yet: ")
    group = page.one("fieldset")
    assert group.attributes["aria-invalid"] == "true"
    assert page.one("p", id=group.attributes["aria-describedby"]).text == "Please choose a number."
    assert "autofocus" in page.all("input")[0].attributes
    assert await nothing_kept(house)


async def test_text_of_any_script_is_kept_as_it_is_and_shown_as_text(house: House) -> None:
    link = await house.ask()
    text = "\n".join(HARMLESS)
    assert (await house.send(link, 7, f" \n{text}\n")).status == 200
    (response,) = await house.every(Response)
    assert response.comment == text
    page = await house.get(link)
    assert page.comment == text
    assert not page.all("script")
    assert "49" not in page.response.text


async def test_five_thousand_characters_of_four_bytes(house: House) -> None:
    link = await house.ask()
    assert (await house.send(link, 7, "𝔘" * LONGEST_COMMENT)).status == 200
    (response,) = await house.every(Response)
    assert response.comment == "𝔘" * LONGEST_COMMENT


@on_sqlite
async def test_text_that_is_too_long_comes_back_whole(house: House) -> None:
    link = await house.ask()
    text = "Ž\n" * LONGEST_COMMENT + "end"
    page = await house.send(link, 9, text)
    assert (page.status, page.chosen, page.asked) == (422, "9", "What is good?")
    assert page.comment == text
    field = page.one("textarea")
    assert (field.attributes["aria-invalid"], "autofocus" in field.attributes, "maxlength" in field.attributes) == ("true", True, False)
    assert "10,003 characters" in page.one("p", id="comment-problem").text
    assert "comment-problem" in field.attributes["aria-describedby"].split()
    assert await nothing_kept(house)
    assert (await house.send(link, 9, text[: LONGEST_COMMENT - 1])).status == 200


async def test_what_no_database_holds_is_left_out(house: House) -> None:
    link = await house.ask()
    body = b"score=7&comment=a%00b%ED%A0%80c%FFd\r%0D%0Ae%0Df"
    sent = await house.browser.post(link, content=body, headers={"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"})
    assert sent.status_code == 303
    (response,) = await house.every(Response)
    assert response.comment == "abcd\n\ne\nf"


@on_sqlite
@pytest.mark.parametrize("size", [LARGEST + 1, MOST_READ + 1])
async def test_a_body_without_end(house: House, size: int) -> None:
    link = await house.ask()
    page = await house.send(link, 7, "x" * size)
    assert (page.status, "too long for us" in page.said) == (413, True)
    assert await nothing_kept(house)


@on_sqlite
async def test_a_form_that_is_not_ours(house: House) -> None:
    link = await house.ask()
    sent = [
        await house.browser.post(link, files={"score": (None, "7")}),
        await house.browser.post(link, json={"score": 7}),
        await house.browser.post(link, data={"score": "7"} | {f"field{number}": "x" for number in range(30)}),
        await house.browser.post(link),
    ]
    assert [(answer.status_code, "not sent from our page" in answer.text) for answer in sent] == [(415, True)] * 4
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS"):
        answer = await house.browser.request(method, link)
        assert (answer.status_code, set(answer.headers["allow"].split(", "))) == (405, {"GET", "HEAD", "POST"})
    assert await nothing_kept(house)


@on_sqlite
async def test_a_flood_is_held_off_and_told_when_to_come_again(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    gates = Gates(token_sends=Gate(2, 0.1))
    monkeypatch.setattr("handlers.web.surveys.Gates", lambda: gates)
    house = House(house.folder, house.database)
    link, other = await house.ask(language="cs"), await house.ask(ANONYMOUS, token="another")
    answers = [await house.browser.post(link, data={"score": str(score)}, headers={"Accept-Language": "cs"}) for score in range(3)]
    assert [answer.status_code for answer in answers] == [303, 303, 429]
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 10
    assert "Okamžik, prosím" in answers[-1].text
    assert (await house.get(link)).status == 200
    assert (await house.send(other, 3)).status == 200
    assert len(await house.every(Answer)) == 3


@on_sqlite
async def test_whoever_guesses_is_held_off(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    gates = Gates(network=Gate(3, 0.1))
    monkeypatch.setattr("handlers.web.surveys.Gates", lambda: gates)
    house = House(house.folder, house.database)
    assert [(await house.get(f"/s/guess{number}")).status for number in range(5)] == [404, 404, 404, 429, 429]
    assert len(gates.token) == 0


@on_sqlite
async def test_every_page_keeps_everything_else_out(house: House) -> None:
    link = await house.ask(SURVEY)
    pages = [
        await house.get(link),
        await house.send(link),
        await house.browser.post(link, data={"score": "9"}),
        await house.get(f"{link}?done"),
        await house.get("/s/forged"),
    ]
    for page in pages:
        headers = page.response.headers if hasattr(page, "response") else page.headers
        assert headers["cache-control"] == "no-store"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-robots-tag"] == "noindex"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["content-security-policy"].startswith("default-src 'none'; style-src 'sha256-")
        assert "set-cookie" not in headers
        assert LINKS.read(link.rpartition("/")[2]) == TOKEN
