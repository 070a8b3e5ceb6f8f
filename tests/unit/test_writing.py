"""The rules of writing to a contact that need no house: the text, the morning, which letter fits, what the mail says."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.accounts.business_hours import BusinessHours
from bot.letters.facts import Draft, LetterFacts
from bot.letters.library import Letters
from bot.letters.links import UNSUBSCRIBE, targets
from bot.letters.sample import FULL
from bot.messages.actions import Input, InputError
from bot.writing.choices import BLANK, choices, languages_of, misfits, shown
from bot.writing.content import wrong_text
from bot.writing.form import Form, Ticket, digest
from bot.writing.morning import next_morning
from bot.writing.place import Place
from models import Account, Alert, Contact, Reason

LETTERS = Letters(None)
WEDNESDAY = datetime(2026, 11, 18, 9, tzinfo=UTC)
HOURS = BusinessHours.parse("Mon-Fri 08:00-18:00", "Europe/Prague", "CZ")


def finished(text: str, subject: str = "Hi", language: str = "en", facts: LetterFacts = FULL) -> tuple[str, str, str]:
    written = LETTERS.finish(Draft(subject, text, language), facts)
    assert not written.essential
    return written.subject, written.text, written.html


def test_what_a_person_wrote_leaves_word_for_word_with_the_footer_of_its_language() -> None:
    _, text, html = finished("Ahoj..\r\n  - bod\r\n\r\n\r\n\r\nKonec\x07 \n", language="cs")
    assert text.startswith("Ahoj..\n  - bod\n\nKonec\n\n-- \nTento e-mail dostáváte")
    assert "Customer & Co.\n" in text
    assert f"Odhlásit odběr: {UNSUBSCRIBE}\n" in text
    assert "<p>Ahoj..<br>  - bod</p>\n<p>Konec</p>" in html
    assert "Customer &amp; Co.<br>" in html
    assert f'href="{UNSUBSCRIBE}"' in html


@pytest.mark.parametrize(
    "text",
    ["<script>x</script>", "<b>", '"><img src=x onerror=y>', "{{ 7*7 }} {% raw %}", "javascript:alert(1)", "<a href='x'>"],
)
def test_typed_text_is_never_markup(text: str) -> None:
    _, plain, html = finished(text)
    assert plain.startswith(text)
    body = html.partition("<main>")[2].partition("</main>")[0]
    assert body.count("<") == 2, "only <p> and </p>"
    assert "49" not in body


def test_addresses_in_the_text_become_links_that_can_be_counted() -> None:
    _, _, html = finished("See https://a.example/?x=1&y=2.")
    assert targets(html) == ["https://a.example/?x=1&y=2"]


def test_a_subject_is_one_line_and_decodes_to_nothing_else() -> None:
    subject, *_ = finished("x", subject="Hi\r\nBcc: all@evil.example =?utf-8?q?x?=")
    assert subject == "Hi Bcc: all@evil.example = ?utf-8?q?x?="


def account_in(zone: str | None) -> Account:
    return Account(id="a", name="A", timezone=zone)


@pytest.mark.parametrize(
    ("contact", "account", "now", "leaves"),
    [
        ("America/New_York", "Asia/Tokyo", WEDNESDAY, "2026-11-18T09:00:00-05:00"),
        (None, "Asia/Tokyo", WEDNESDAY, "2026-11-19T09:00:00+09:00"),
        (None, None, WEDNESDAY, "2026-11-19T09:00:00+01:00"),
        ("Mars/Olympus", None, WEDNESDAY, "2026-11-19T09:00:00+01:00"),
        ("Pacific/Auckland", None, datetime(2026, 11, 18, 12, tzinfo=UTC), "2026-11-19T09:00:00+13:00"),
        (None, None, datetime(2026, 11, 20, 9, tzinfo=UTC), "2026-11-23T08:00:00+01:00"),
        (None, None, datetime(2026, 12, 23, 9, tzinfo=UTC), "2026-12-28T08:00:00+01:00"),
    ],
    ids=[
        "it is not yet nine there",
        "account",
        "workspace",
        "no such zone",
        "it is night there, and tomorrow already",
        "weekend",
        "holidays",
    ],
)
def test_the_next_morning_is_the_contacts_own(contact: str | None, account: str | None, now: datetime, leaves: str) -> None:
    person = Contact(id="c", name="C", timezone=contact)
    assert next_morning(person, account_in(account), HOURS, now) == datetime.fromisoformat(leaves)


def place(playbooks: tuple[str, ...], card: str = "churn-risk", kind: str = "risk") -> Place:
    alert = Alert(id=1, playbook=playbooks[0], card=card, kind=kind)
    reasons = [Reason(playbook=name, ended_at=None) for name in playbooks]
    return Place(account_in(None), alert, reasons, [], ())


@pytest.mark.parametrize(
    ("where", "fitting"),
    [
        (place(("usage-drop",)), ("usage-check-in", "feature-help")),
        (place(("renewal-risk", "usage-drop")), ("renewal-talk", "usage-check-in", "feature-help")),
        (place(("own-playbook",)), ("usage-check-in",)),
        (place(("own-playbook",), card="onboarding-check"), ("first-steps", "first-steps-video", "check-in", "feature-help")),
        (place(("own-playbook",), card="task"), ()),
        (Place(account_in(None), None, [], [], ()), ()),
    ],
    ids=["playbook", "the first reason first", "card", "another card", "nothing fits", "no alert"],
)
def test_letters_that_fit_come_first(where: Place, fitting: tuple[str, ...]) -> None:
    found = choices(LETTERS, where)
    assert found.fitting == fitting
    assert sorted(found.fitting + found.others) == list(LETTERS.common)


def test_a_reason_that_no_longer_stands_speaks_for_no_letter() -> None:
    where = place(("usage-drop", "renewal-risk"))
    where.reasons[1].ended_at = WEDNESDAY
    assert "renewal-talk" in choices(LETTERS, where).others


def test_a_letter_of_ones_own_may_fit_a_kind(tmp_path: Path) -> None:
    folder = tmp_path / "sorry"
    (folder / "en").mkdir(parents=True)
    (folder / "letter.yml").write_text("about: Ours\nfits: [risk, usage-dorp]")
    letters = Letters(tmp_path)
    assert choices(letters, place(("own-playbook",))).fitting[-1] == "sorry"
    assert [language.code for language in languages_of(letters, "sorry")] == ["en"]
    assert shown(letters, ["sorry"])[0].about == "Ours"
    (finding,) = misfits(letters, {"own-playbook"})
    assert (finding.problem, finding.cure, finding.fatal) == ("nothing is called `usage-dorp`", "nearest: usage-drop", False)


def test_the_shipped_letters_fit_what_there_is() -> None:
    assert list(misfits(LETTERS, ())) == []


def test_an_empty_letter_may_be_in_any_language_that_has_a_footer() -> None:
    assert [language.name for language in languages_of(LETTERS, BLANK)] == ["Czech", "English", "Russian"]


FORM = Form(Ticket("a", 7, "k", drawn=digest("S", "B\nC"), drawn_for="c", drawn_as="x:en"), "c", "x", "en", "S", "B\nC")


def test_a_form_knows_whether_its_text_is_still_the_letters() -> None:
    assert not FORM.is_edited
    assert not replace(FORM, body=" B \r\nC\n").is_edited, "Slack may trim and change ends of lines"
    assert replace(FORM, body="B\nC.").is_edited
    assert replace(FORM, subject="T").is_edited
    assert FORM.follows_choices
    assert not replace(FORM, contact="d").follows_choices
    assert not replace(FORM, language="cs").follows_choices


def test_a_ticket_fits_into_what_slack_keeps_for_a_form() -> None:
    ticket = Ticket("a" * 250, 10**9, "k" * 32, 99, 99, "d" * 16, "c" * 250, "l" * 100, "pt-br", 10**9)
    assert Ticket.read(ticket.dump()) == ticket
    assert len(ticket.dump()) < 3000


@pytest.mark.parametrize(
    ("form", "wrong"),
    [
        (FORM, {}),
        (replace(FORM, subject=" "), {Input.SUBJECT: InputError.SUBJECT_MISSING}),
        (replace(FORM, subject="s" * 201), {Input.SUBJECT: "At most 200 characters, please."}),
        (replace(FORM, body="\n"), {Input.BODY: InputError.BODY_MISSING}),
        (replace(FORM, body="b" * 3001), {Input.BODY: InputError.BODY_LONG}),
    ],
    ids=["right", "no subject", "long subject", "no text", "long text"],
)
def test_what_is_wrong_with_a_text(form: Form, wrong: dict[Input, str]) -> None:
    assert wrong_text(form) == wrong
