"""Letters: what is written, in which language, and what is told of a broken one."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.letters.facts import AccountFacts, LetterFacts
from bot.letters.form import SHIPPED
from bot.letters.library import LetterBroken, Letters
from bot.letters.links import UNSUBSCRIBE, LinkSigner, targets, tracked
from bot.letters.sample import BARE, FULL

LINKS = {"app": "https://app.example", "docs": "https://docs.example", "video": "https://v.example", "plans": "https://p.example"}
LINKS |= {"review": "https://r.example"}
NAMES = {
    "welcome",
    "first-steps",
    "first-steps-video",
    "check-in",
    "handover",
    "trial-ending",
    "anniversary",
    "feedback-thanks",
    "sorry-follow-up",
    "usage-check-in",
    "feature-help",
    "renewal-talk",
    "reference-request",
    "review-request",
}
"""Those that a person or a playbook may send; the others are tried where their facts come from."""


def own(folder: Path, **files: str) -> Letters:
    for name, text in {"letter.yml": "about: A test", **files}.items():
        file = folder / "hello" / name.replace("__", "/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return Letters(folder)


GOOD = {
    "en/subject.txt.j2": "Hi",
    "en/body.txt.j2": "Hi",
    "en/body.html.j2": '{% extends "_layout.html.j2" %}{% block letter %}Hi{% endblock %}',
}


@pytest.mark.parametrize("links", [{}, LINKS])
def test_every_shipped_letter_can_be_written_in_every_language(links: dict[str, str]) -> None:
    letters = Letters(None, links)
    assert set(letters.common) == NAMES
    assert letters.check() == []
    for name in letters.common:
        assert letters.languages(name) == ("cs", "en", "ru")
        for language in letters.languages(name):
            for facts in (FULL, BARE):
                written = letters.write(name, language, facts)
                assert written.subject
                assert (UNSUBSCRIBE in written.text) == (UNSUBSCRIBE in written.html) == (not written.essential)
                assert "{" not in written.text
                assert ".. " not in written.text
                assert "None" not in written.text + written.html


@pytest.mark.parametrize(
    ("locale", "default", "language"),
    [("cs-CZ", "en", "cs"), ("cs_CZ", "en", "cs"), ("RU", "en", "ru"), ("de-DE", "cs", "cs"), (None, "ru", "ru"), ("xx", "yy", "en")],
)
def test_the_language_falls_back(locale: str | None, default: str, language: str) -> None:
    assert Letters(None, language=default).write("welcome", locale, FULL).language == language


@pytest.mark.parametrize(
    ("language", "years", "words"),
    [
        ("cs", 1, "1 rok"),
        ("cs", 3, "3 roky"),
        ("cs", 5, "5 let"),
        ("ru", 1, "1 год"),
        ("ru", 3, "3 года"),
        ("ru", 11, "11 лет"),
        ("ru", 21, "21 год"),
        ("en", 1, "1 year "),
        ("en", 2, "2 years"),
    ],
)
def test_plural_forms(language: str, years: int, words: str) -> None:
    facts = replace(FULL, account=AccountFacts("Acme", years=years))
    assert words in Letters(None).write("anniversary", language, facts).subject


@pytest.mark.parametrize(("language", "day"), [("en", "2 December 2026"), ("cs", "2. prosince 2026"), ("ru", "2 декабря 2026")])
def test_dates_are_written_as_the_language_does(language: str, day: str) -> None:
    assert day in Letters(None).write("trial-ending", language, FULL).text


def test_hostile_values_change_neither_subject_nor_html() -> None:
    account = replace(FULL.account, name='<script>x</script>\r\nBcc: all@x.example {{ 7*7 }} "&')
    written = Letters(None).write("welcome", "en", LetterFacts(FULL.contact, account, FULL.today))
    assert "\n" not in written.subject
    assert "\r" not in written.subject
    assert "<script" not in written.html
    assert "49" not in written.html


def test_an_own_letter_takes_the_place_of_a_shipped_one(tmp_path: Path) -> None:
    for name, text in {"letter.yml": "about: Ours", **GOOD}.items():
        (tmp_path / "welcome" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "welcome" / name).write_text(text)
    letters = Letters(tmp_path)
    assert letters.languages("welcome") == ("en",)
    assert letters.write("welcome", "cs", FULL).text.startswith("Hi")
    assert letters.check() == []


BROKEN = [
    ({"en/body.txt.j2": "Hi\n{% if %}"}, "en/body.txt.j2:2", "Expected"),
    ({"en/subject.txt.j2": "a\nb {{ contact.nickname }}"}, "en/subject.txt.j2:2", "nickname"),
    ({"en/subject.txt.j2": "{{ contact.__class__.__mro__ }}"}, "en/subject.txt.j2:1", "unsafe"),
    ({"en/body.txt.j2": "{{ links.nowhere }}"}, "en/body.txt.j2:1", "nowhere"),
    ({"en/body.html.j2": "<p>Hi</p>"}, "en/body.html.j2:1", "no link to unsubscribe"),
    ({"en/subject.txt.j2": "  "}, "en/subject.txt.j2:1", "nothing is written"),
    ({"letter.yml": "abuot: x"}, "letter.yml:1", "abuot"),
    ({"letter.yml": "about: x\nfits: [Usage Drop]"}, "letter.yml:2", "Usage Drop"),
    ({"letter.yml": "about: x\nneeds: [surveys]"}, "letter.yml:2", "surveys"),
    ({"en/body.txt.j2": "{{ survey.question }}"}, "en/body.txt.j2:1", "survey"),
    ({"pt_br/subject.txt.j2": "x"}, "pt_br", "no language"),
    ({"xx1/subject.txt.j2": "x"}, "xx1", "no language"),
    ({"cs/subject.txt.j2": "x"}, "cs/body.txt.j2", "missing"),
]


@pytest.mark.parametrize(("files", "place", "problem"), BROKEN, ids=[problem for _, _, problem in BROKEN])
def test_a_broken_letter_is_told_with_its_place(tmp_path: Path, files: dict[str, str], place: str, problem: str) -> None:
    findings = own(tmp_path, **(GOOD | files)).check()
    assert any(finding.place.endswith(place) and problem in finding.problem and finding.cure for finding in findings), findings
    assert Letters(tmp_path).names


def test_a_letter_that_is_not_there() -> None:
    with pytest.raises(LetterBroken, match="there is no letter `nothing`"):
        Letters(None).write("nothing", "en", FULL)


def test_links_of_a_letter_are_found_and_led_through_us_but_for_unsubscribing() -> None:
    html = f'<a href="https://a.example/?x=1&amp;y=2">A</a><a href=\'mailto:a@b\'>B</a><a href="{UNSUBSCRIBE}">U</a><a href="javascript:x">'
    assert targets(html) == ["https://a.example/?x=1&y=2"]
    assert tracked(html, lambda number: f"https://us/c/{number}").count("https://us/c/0") == 1
    assert UNSUBSCRIBE in tracked(html, str)


def test_tokens_serve_one_purpose_and_cannot_be_made_up() -> None:
    links, other = LinkSigner("https://us.example", "one"), LinkSigner("https://us.example", "two")
    token = links.unsubscribe(12).rpartition("/")[2]
    assert links.read_unsubscribe(token) == 12
    assert links.read_click(token) is None
    assert other.read_unsubscribe(token) is None
    assert links.read_unsubscribe(token[:-1]) is None
    assert links.read_click(links.click(3, 1).rpartition("/")[2]) == (3, 1)


def test_nothing_in_a_shipped_letter_is_loaded_from_elsewhere() -> None:
    for file in SHIPPED.rglob("*.html.j2"):
        assert not any(word in file.read_text() for word in ("<img", "@import", "url(", "<script", "<link"))
