"""The letters around a survey: the question, its reminder, and what people who would recommend us are asked for."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from bot.letters.facts import LetterFacts, Written
from bot.letters.library import LetterBroken, Letters
from bot.letters.links import UNSUBSCRIBE, LinkSigner, targets, tracked
from bot.letters.sample import BARE, FULL
from bot.surveys.library import shipped
from bot.surveys.links import SurveyLinks
from bot.surveys.survey import Survey

LANGUAGES = ("en", "cs", "ru")
SURVEYS = {survey.name: survey for survey in shipped()}
LINKS = SurveyLinks("https://us.example", "secret")
TOKEN = "t" * 22
UNTIL = {"en": "9 December 2026", "cs": "9. prosince 2026", "ru": "9 декабря 2026"}
UNTRACEABLE = {"en": "cannot be traced", "cs": "nelze ji s Vámi spojit", "ru": "нельзя связать с вами"}
SEEN = {"en": "see who answered", "cs": "Uvidíme, kdo odpověděl", "ru": "увидим, кто ответил"}


def facts(survey: Survey, language: str, of: LetterFacts = FULL, **more: Any) -> LetterFacts:
    wording = survey.wording(language).naming("Ours & Co")
    asked = {
        "question": wording.question,
        "low": wording.low,
        "high": wording.high,
        "company": "Ours & Co",
        "scores": [{"score": score, "url": LINKS.score(TOKEN, score)} for score in survey.scale],
        "page": LINKS.page(TOKEN),
        "expires": date(2026, 12, 9),
        "reminder": False,
        "anonymous": survey.anonymous,
    }
    return replace(of, extra={"survey": asked | more})


def written(name: str = "survey", survey: str = "nps", language: str = "en", **more: Any) -> Written:
    return Letters(None).write(name, language, facts(SURVEYS[survey], language, **more))


def scores_in(html: str) -> list[str]:
    return [url for url in targets(html) if "/s/" in url]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["survey", "survey-reminder"])
@pytest.mark.parametrize("of", [FULL, BARE], ids=["all is known", "little is known"])
def test_each_letter_carries_its_question_and_the_whole_scale(of: LetterFacts, name: str, language: str) -> None:
    for survey in SURVEYS.values():
        letter = Letters(None).write(name, language, facts(survey, language, of))
        wording, links = survey.wording(language).naming("Ours & Co"), [LINKS.score(TOKEN, score) for score in survey.scale]
        assert scores_in(letter.html) == links
        assert [line.rpartition(" ")[2] for line in letter.text.splitlines() if "/s/" in line] == links
        for said in (letter.text, unescape(letter.html)):
            assert all(words in said for words in (wording.question, wording.low, wording.high, UNTIL[language], UNSUBSCRIBE))
            assert (UNTRACEABLE[language] in said, SEEN[language] in said) == (survey.anonymous, not survey.anonymous)
            assert "{" not in letter.text
            assert "None" not in said
        assert letter.subject.endswith("Ours & Co")
        assert not letter.essential


def test_the_ends_of_the_scale_stand_beside_their_numbers() -> None:
    lines = written().text.splitlines()
    assert f"0 (Not at all likely): {LINKS.score(TOKEN, 0)}" in lines
    assert f"10 (Extremely likely): {LINKS.score(TOKEN, 10)}" in lines
    assert f"5: {LINKS.score(TOKEN, 5)}" in lines
    assert "0 – Not at all likely<br>10 – Extremely likely" in written().html


def test_what_the_question_says_changes_no_layout() -> None:
    hostile = '<script>x</script> {{ 7*7 }} "&\r\nBcc: a@b'
    letter = written(question=hostile, low=hostile, company=hostile)
    assert "<script" not in letter.html
    assert "49" not in letter.html
    assert "\n" not in letter.subject
    assert scores_in(letter.html) == scores_in(written().html)


def test_the_longest_question_and_link_are_not_cut() -> None:
    question, base = "Q" * 380, SurveyLinks("https://" + "very-long." * 30 + "example", "secret")
    letter = written(question=question, scores=[{"score": 1, "url": base.score(TOKEN, 1)}, {"score": 2, "url": base.score(TOKEN, 2)}])
    assert question in letter.text
    assert question in letter.html
    assert base.score(TOKEN, 2) in letter.text
    assert scores_in(letter.html) == [base.score(TOKEN, 1), base.score(TOKEN, 2)]


def test_a_letter_without_its_survey_is_not_written() -> None:
    with pytest.raises(LetterBroken, match="survey"):
        Letters(None).write("survey", "en", FULL)


@pytest.mark.parametrize("links", [{}, {"review": "https://r.example/ours"}], ids=["nowhere", "somewhere"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_review_is_asked_for_with_and_without_a_place_for_it(links: Mapping[str, str], language: str) -> None:
    letter = Letters(None, links).write("review-request", language, FULL)
    answer = {"en": "a short reply", "cs": "krátce odpovědět", "ru": "коротко ответьте"}[language]
    for said in (letter.text, letter.html):
        assert ("https://r.example/ours" in said, answer in said) == (bool(links), not links)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["survey", "survey-reminder", "reference-request", "review-request"])
def test_paragraphs_of_the_text_stand_apart(name: str, language: str) -> None:
    text = written(name, language=language).text
    sign = {"en": "Best regards,", "cs": "S pozdravem", "ru": "С уважением,"}[language]
    assert f"\n\n{sign}\nAnn Smith\n\n-- \n" in text
    assert text.partition("\n-- \n")[0].count("\n\n") >= 4


def test_survey_links_are_left_alone_when_others_are_counted() -> None:
    html = f'<a href="https://a.example/">A</a>{written().html}<a href="https://elsewhere.example/s/x">B</a>'
    signer = LinkSigner("https://us.example/", "secret")
    led = tracked(html, lambda number: f"https://us.example/c/{number}", ours=signer.surveys)
    assert scores_in(led) == scores_in(written().html)
    other = targets(html).index("https://elsewhere.example/s/x")
    assert [url for url in targets(led) if "/c/" in url] == ["https://us.example/c/0", f"https://us.example/c/{other}"]


def test_nobody_else_can_send_them() -> None:
    letters = Letters(None)
    asking = {"survey", "survey-reminder"}
    assert {name for name in letters.names if "survey" in letters.needs(name)} == asking
    assert not asking & set(letters.common)


def test_ones_own_survey_letter_has_the_same_facts(tmp_path: Path) -> None:
    for name, text in {
        "letter.yml": "about: Ours",
        "en/subject.txt.j2": "{{ survey.question }}",
        "en/body.txt.j2": "{% for one in survey.scores %}{{ one.url }} {% endfor %}",
        "en/body.html.j2": '{% extends "_layout.html.j2" %}{% block letter %}{{ survey.nothing }}{% endblock %}',
    }.items():
        file = tmp_path / "survey" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    letters = Letters(tmp_path)
    assert "survey" not in letters.common
    (finding,) = letters.check()
    assert finding.place.endswith("body.html.j2:1")
    assert "nothing" in finding.problem


def test_a_score_is_a_button_that_needs_no_stylesheet() -> None:
    html = written().html
    assert html.count('width="36" height="40" bgcolor="#1458b8"') == 11
    assert html.count("line-height: 40px; color: #ffffff;") == 11
    assert "prefers-color-scheme: dark" in html
