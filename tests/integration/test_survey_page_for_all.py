"""The page of a survey for everybody: by keyboard and screen reader, in each language, on any device, without a script."""

from importlib.resources import files
from pathlib import Path

import pytest

from bot.database import Database
from bot.surveys.library import load_surveys
from bot.surveys.survey import Kind
from handlers.web.pages.survey_words import SURVEY_WORDS
from tests.integration.guest import SURVEY, House, Seen
from tests.scenario.conftest import on_sqlite

pytestmark = on_sqlite
LANGUAGES = tuple(SURVEY_WORDS)
LIMIT = 30_000
CSS = "".join((files("handlers.web.pages") / name).read_text() for name in ("page.css", "survey.css"))


@pytest.fixture
def house(database: Database, tmp_path: Path) -> House:
    return House(tmp_path, database)


async def every_page(house: House, language: str) -> dict[str, Seen]:
    """Each state of the page, by its name; the surveys are the built-in ones, one of each kind."""
    pages = {}
    for kind in Kind:
        survey = next(one for one in load_surveys(None) if one.kind is kind)
        link = await house.ask(survey.text, token=kind.value, language=language)
        pages[f"{kind} form"] = await house.get(link)
        pages[f"{kind} chosen"] = await house.get(f"{link}?score=1")
        pages[f"{kind} empty"] = await house.send(link)
        pages[f"{kind} long"] = await house.send(link, 1, "Ž" * 5001)
        pages[f"{kind} thanks"] = await house.send(link, 1, "👍" * 5000)
        pages[f"{kind} again"] = await house.get(link)
    anonymous = next(one for one in load_surveys(None) if one.anonymous)
    link = await house.ask(anonymous.text, token="anonymous", language=language)
    pages["anonymous"] = await house.get(link)
    house.clock.move(days=30)
    pages["closed"] = await house.get(link)
    pages["forged"] = await house.get("/s/forged", **{"Accept-Language": language})
    return pages


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_state_of_the_page_can_be_read_by_everybody(house: House, language: str) -> None:
    for name, page in (await every_page(house, language)).items():
        assert page.one("html").attributes["lang"] == language, name
        assert not any("lang" in one.attributes for one in page.elements if one.name != "html"), name
        assert len(page.response.content) < LIMIT, name
        assert page.one("meta", name="viewport").attributes["content"] == "width=device-width, initial-scale=1"
        assert len(page.all("h1")) == len(page.all("main")) == 1
        assert page.title.strip()
        assert "{" not in page.said, name
        self_contained(page)
        labelled(page)


def self_contained(page: Seen) -> None:
    assert not [one for one in page.elements if one.name in ("script", "link", "img", "iframe", "object", "svg", "base")]
    assert not [one for one in page.elements if {"src", "style", "onclick", "onload"} & set(one.attributes)]
    assert {one.attributes["href"] for one in page.all("a")} <= {"?"}
    assert "url(" not in CSS
    assert "@import" not in CSS


def labelled(page: Seen) -> None:
    """Every field has its label, and whatever is referred to is there once."""
    ids = [one.attributes["id"] for one in page.elements if "id" in one.attributes]
    assert len(ids) == len(set(ids))
    for one in page.elements:
        for attribute in ("for", "aria-labelledby", "aria-describedby"):
            assert set(one.attributes.get(attribute, "").split()) <= set(ids)
    if page.all("form"):
        group = page.one("fieldset", role="radiogroup")
        assert page.one("legend", id=group.attributes["aria-labelledby"]).text.strip()
        scores = page.all("input", type="radio", name="score")
        labels = [one for one in page.all("label") if "for" not in one.attributes]
        assert [one.text.split()[0] for one in labels] == [one.attributes["value"] for one in scores]
        assert all(len(labels[end].text.split()) > 1 for end in (0, -1)), "the ends of the scale are said"
        assert page.one("label", for_=page.one("textarea").attributes["id"]).text.strip()
        assert page.one("button", type="submit").text


async def test_words_in_another_language_than_the_page_say_so(house: House) -> None:
    """The page's own words follow the person, the survey's what there is, and shipped follow-ups what they are in."""
    czech = await house.get(await house.ask(SURVEY.replace("  cs:", "  de:"), token="a", language="cs"))
    assert (czech.one("html").attributes["lang"], czech.one("button").text) == ("cs", "Odeslat")
    assert czech.one("legend").attributes["lang"] == "en"
    hebrew = await house.get(await house.ask(token="b", language="he") + "?score=3", **{"Accept-Language": "ru"})
    assert (hebrew.one("html").attributes["lang"], hebrew.one("button").text) == ("ru", "Отправить")
    assert hebrew.one("legend").attributes == {"id": "question", "lang": "he", "dir": "auto"}
    shown = next(one for one in hebrew.all("span") if one.attributes.get("class") == "ask low")
    assert (shown.attributes["lang"], "hidden" in shown.attributes) == ("en", False)
    assert next(one for one in hebrew.all("span") if one.attributes.get("class") == "ask any").attributes.keys() == {"class", "hidden"}


async def test_each_band_has_its_question_and_none_is_shown_before_a_choice(house: House) -> None:
    page = await house.get(await house.ask())
    shown = {one.attributes["class"]: "hidden" not in one.attributes for one in page.all("span") if "class" in one.attributes}
    assert shown == {"ask any": True, "ask low": False, "ask middle": False, "ask high": False}
    bands = [one.attributes["class"] for one in page.all("input")]
    assert bands == ["low"] * 7 + ["middle"] * 2 + ["high"] * 2
    for band in ("low", "middle", "high"):
        assert f"form:has(.{band}:checked) .ask.{band}" in CSS


async def test_a_company_of_any_name(house: House) -> None:
    name = "<b>Ours</b> & „שלנו“ {question}"
    house = House(house.folder, house.database, {"surveys": {"company": name}})
    page = await house.get(await house.ask())
    assert page.one("bdi").text == name
    assert page.one("legend").text == f"Would you recommend {name}?"
    assert f"read by people at {name}, who" in page.said
