"""The step `survey`: whom it asks, what it writes, what holds it back, and what becomes of its letters."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.database import Database
from bot.delivery.dispatches import unsubscribe
from bot.playbooks.loading import load_rulebook
from bot.playbooks.status import promote
from models import Account, Contact, Dispatch, Invitation, OutboxMessage, Play, SurveyVersion, Touch, Trace
from tests.conftest import on_sqlite
from tests.integration.questions import NOW, VARIABLES, Questions, account, person, settings_in
from tests.mailserver import mail_server

DAY = timedelta(days=1)


@pytest.fixture
def house(database: Database, tmp_path: Path) -> Questions:
    return Questions(tmp_path, database)


async def change(house: Questions, contact: str, **values: Any) -> None:
    await house.database.run(lambda session: session.execute(update(Contact).where(Contact.id == contact).values(values)))


async def reasons(house: Questions) -> list[tuple[str, str]]:
    return [(trace.detail["contact"], trace.detail["reason"]) for trace in await house.rows(Trace) if trace.what == "not_asked"]


async def traces(house: Questions, what: str) -> list[Trace]:
    return [trace for trace in await house.rows(Trace) if trace.what == what]


async def test_everything_is_written_at_once(house: Questions) -> None:
    await house.add([account("acme", locale="cs-CZ")], [person("acme", "ada"), person("acme", "bo", locale="ru")])
    house.playbook("ask", {"survey": "nps"})
    assert (await house.sweep()).letters == 2
    first, second = await house.rows(Invitation)
    assert (first.survey, first.version, first.kind, first.relational, first.anonymous) == ("nps", 1, "nps", True, False)
    (play,) = await house.rows(Play)
    assert (first.wave, first.play_id, first.playbook, first.person) == (f"play:{play.id}", play.id, "ask", "ada@acme.example")
    assert (first.asked_at, first.expires_at, first.language, second.language) == (NOW, NOW + 21 * DAY, "cs", "ru")
    assert first.remind_at == datetime(2026, 4, 6, 6, 30, tzinfo=UTC)  # five days later is a Sunday
    assert first.token
    assert first.token != second.token
    letters = await house.rows(Dispatch)
    assert [(one.key, one.content["invitation"], one.recipient) for one in letters] == [
        (f"invitation:{first.id}", first.id, "ada@acme.example"),
        (f"invitation:{second.id}", second.id, "bo@acme.example"),
    ]
    assert letters[0].content["text"].count("https://stay.ours.example/s/") >= 11
    assert [(one.subject, one.channel, one.due_at) for one in await house.rows(OutboxMessage) if "ada" in one.channel] == [
        (f"dispatch:{letters[0].id}", "mailto:ada@acme.example", NOW)
    ]
    assert [(one.contact_id, one.what, one.at) for one in await house.rows(Touch)] == [
        ("acme-ada", "survey:nps", NOW),
        ("acme-bo", "survey:nps", NOW),
    ]
    (step,) = await traces(house, "step")
    assert step.detail == {"survey": "nps", "asked": 2, "held": 0}
    assert [(kept.name, kept.version) for kept in await house.rows(SurveyVersion)] == [("nps", 1)]
    assert play.end_reason == "done"
    assert (await house.sweep(NOW + DAY)).letters == 0


@on_sqlite
async def test_letters_leave_in_the_contacts_own_morning(house: Questions) -> None:
    there = {"utc": "UTC", "ny": "America/New_York", "tokyo": "Asia/Tokyo", "odd": "Mars/Phobos"}
    await house.add(
        [account("acme", timezone="Europe/London")],
        [person("acme", name, timezone=zone) for name, zone in there.items()] + [person("acme", "none")],
    )
    house.playbook("ask", {"survey": {"ask": "nps", "at_most": 9}})
    friday = datetime(2026, 4, 3, 9, 0, tzinfo=UTC)  # Good Friday
    house.changes = {"workspace": {"timezone": "Europe/Prague", "holidays": "CZ"}}
    await house.sweep(friday)
    found = {one.contact_id.removeprefix("acme-"): f"{one.asked_at:%m-%d %H:%M}" for one in await house.rows(Invitation)}
    assert found == {
        "utc": "04-07 08:30",  # Easter Monday is a holiday too
        "ny": "04-07 12:30",
        "tokyo": "04-06 23:30",
        "odd": "04-07 07:30",  # a zone that nobody knows: the account's
        "none": "04-07 07:30",
    }


@on_sqlite
@pytest.mark.parametrize(
    ("roles", "at_most", "expected"),
    [
        (None, None, ["b-admin", "c-user", "d-admin"]),
        (["user", "admin"], None, ["b-admin", "c-user", "d-admin"]),
        (["user", "Admin"], 2, ["b-admin", "c-user"]),
        (["champion"], 9, ["a-none"]),
        (["user"], 9, ["a-none", "c-user"]),
        ([], 9, ["a-none", "b-admin", "c-user", "d-admin"]),
    ],
)
async def test_roles_decide_who_is_asked_first(house: Questions, roles: Any, at_most: Any, expected: list[str]) -> None:
    people = [person("acme", name, None if name == "a-none" else name[2:].title()) for name in ("d-admin", "a-none", "c-user", "b-admin")]
    await house.add([account("acme")], people)
    given = {"roles": roles, "at_most": at_most}
    house.playbook("ask", {"survey": {"ask": "nps"} | {key: value for key, value in given.items() if value is not None}})
    await house.sweep()
    assert await house.asked() == [f"acme-{name}" for name in expected]
    assert await reasons(house) == []


@on_sqlite
async def test_in_a_play_about_a_contact_that_contact_is_asked(house: Questions) -> None:
    await house.add([account("acme")], [person("acme", "ada"), person("acme", "bo", "user")])
    house.playbook(
        "ticket", {"survey": {"ask": "ces-ticket", "roles": ["admin"]}}, trigger={"event": "solved"}, target="contact", when=None
    )
    house.playbook("wired", {"survey": "ces-integration"}, trigger={"event": "wired"}, when=None)
    await house.happens("solved", "acme", "acme-bo")
    await house.sweep()
    assert [(one.contact_id, one.survey, one.wave) for one in await house.rows(Invitation)] == [
        ("acme-bo", "ces-ticket", "week:2026-W14:acme")
    ]
    await house.happens("wired", "acme")
    await house.sweep(NOW + timedelta(seconds=1))
    found = [(one.contact_id, one.state, one.held) for one in await house.rows(Invitation) if one.survey == "ces-integration"]
    assert found == [("acme-ada", "asked", None), ("acme-bo", "held", "asked_lately")], "an event without a contact: as for an account"


BARS: dict[str, dict[str, Any]] = {
    "no_address": {"email": None},
    "bounced": {"bounced_at": NOW},
    "opted_out": {"opted_out": True},
    "unsubscribed": {"unsubscribed_at": NOW},
}


@on_sqlite
async def test_whoever_is_held_back_is_recorded_once_with_the_reason(house: Questions) -> None:
    people = [person("acme", f"a-{why}", **bar) for why, bar in BARS.items()]
    await house.add([account("acme"), account("bare")], [*people, person("acme", "zoe"), person("bare", "no", email=None)])
    house.playbook("ask", {"survey": {"ask": "nps", "at_most": 1}})
    await house.sweep()
    held = [(f"acme-a-{why}", "held", why) for why in sorted(BARS)]
    assert await house.invitations() == sorted([*held, ("acme-zoe", "asked", None), ("bare-no", "held", "no_address")])
    assert sorted(await reasons(house)) == sorted([*((contact, why) for contact, _, why in held), ("bare-no", "no_address")])
    steps = {trace.account_id: trace.detail for trace in await traces(house, "step")}
    assert steps == {"acme": {"survey": "nps", "asked": 1, "held": 4}, "bare": {"skipped": "no_address"}}
    assert {play.end_reason for play in await house.rows(Play)} == {"done"}


async def test_one_person_in_two_accounts_is_asked_once(house: Questions) -> None:
    await house.add([account("acme"), account("bolt")], [person("acme", "ada"), person("bolt", "ada", email=" Ada@ACME.example ")])
    house.playbook("ask", {"survey": "nps"}, {"notify": {"text": "Through", "to": "#cs"}})
    await house.sweep()
    assert await house.invitations() == [("acme-ada", "asked", None), ("bolt-ada", "held", "asked_lately")]
    assert {one.person for one in await house.rows(Invitation)} == {"ada@acme.example"}
    assert {play.account_id: play.end_reason for play in await house.rows(Play)} == {"acme": "done", "bolt": "done"}, "90 days are too long"


@on_sqlite
async def test_a_play_waits_for_somebody_who_may_soon_be_asked_and_says_so_once(house: Questions) -> None:
    house.changes = {"surveys": {"between": {"transactional": "10d"}}}
    await house.add([account("acme")], [person("acme", "ada"), person("acme", "bo", opted_out=True)])
    house.playbook("first", {"survey": "csat-onboarding"})
    await house.sweep()
    house.playbook("second", {"survey": "ces-integration"}, {"notify": {"text": "Through", "to": "#cs"}})
    for hours in (1, 30, 24 * 9):
        await house.sweep(NOW + timedelta(hours=hours))
    assert [(trace.playbook, trace.detail["reason"]) for trace in await traces(house, "held_back")] == [("second", "asked_lately")]
    assert await reasons(house) == [("acme-bo", "opted_out"), ("acme-ada", "asked_lately"), ("acme-bo", "opted_out")]
    (play,) = [play for play in await house.rows(Play) if play.playbook == "second"]
    assert (play.due_at, play.ended_at, play.progress["held"]) == (NOW + 10 * DAY, None, "asked_lately")
    await house.sweep(NOW + 10 * DAY)
    found = {
        (one.contact_id, one.state, one.held, one.held_until) for one in await house.rows(Invitation) if one.survey == "ces-integration"
    }
    assert found == {("acme-ada", "asked", None, None), ("acme-bo", "held", "opted_out", None)}, (
        "the row of the waiting is the invitation now"
    )
    assert len(await house.rows(Dispatch)) == 3
    assert len(await reasons(house)) == 3


@on_sqlite
async def test_a_play_waits_two_weeks_in_all_and_goes_on(house: Questions) -> None:
    """Whenever it looks again, somebody has filled the ledger anew."""
    house.changes = {"limits": {"contact": "1 per 7d"}}
    await house.add([account("acme")], [person("acme", "ada")])
    house.playbook("ask", {"survey": "nps"}, {"notify": {"text": "Through", "to": "#cs"}})

    async def written_to(at: datetime) -> None:
        await house.database.run(lambda s: s.add(Touch(at=at, account_id="acme", contact_id="acme-ada", channel="email", what="welcome")))

    for days in (0, 7, 14):
        await written_to(NOW + days * DAY)
        await house.sweep(NOW + days * DAY + timedelta(hours=1 if days else 0))
    (play,) = await house.rows(Play)
    assert (await house.invitations(), play.end_reason) == ([("acme-ada", "held", "limit")], "done")
    assert [trace.detail["reason"] for trace in await traces(house, "held_back")] == ["limit"]
    assert [trace.detail["skipped"] for trace in await traces(house, "step") if "skipped" in trace.detail] == ["limit"]


@on_sqlite
async def test_a_pressing_rule_holds_a_survey_as_it_holds_letters(house: Questions) -> None:
    await house.add([account("acme", arr=10)], [person("acme", "ada")])
    house.playbook("ask", {"wait": "1d"}, {"survey": "nps"}, unless=["arr > 50"])
    await house.sweep()
    await house.database.run(lambda session: session.execute(update(Play).values(due_at=NOW)))

    async def arr(value: float) -> None:
        await house.database.run(lambda session: session.execute(update(Account).values(arr=value)))

    await arr(100)
    await house.sweep(NOW + DAY)
    assert await house.invitations() == []
    assert [trace.detail["reason"] for trace in await traces(house, "held_back")] == ["unless"]
    await arr(10)
    await house.sweep(NOW + 2 * DAY)
    assert await house.asked() == ["acme-ada"]


@on_sqlite
async def test_silent_plays_ask_nobody(house: Questions) -> None:
    await house.add([account("acme")], [person("acme", "ada")])
    house.playbook("ask", {"survey": "nps"}, mode="shadow")
    await house.sweep()
    assert (await house.invitations(), await house.rows(Dispatch), await house.rows(Touch)) == ([], [], [])
    assert [trace.detail for trace in await traces(house, "step")] == [{"silent": "shadow"}]
    await house.database.run(promote, "ask", "live", "U0PETR", NOW)


@on_sqlite
async def test_rounds_of_one_play_are_waves_of_their_own(house: Questions) -> None:
    house.changes = {"surveys": {"between": {"transactional": "1d"}}}
    await house.add([account("acme")], [person("acme", "ada")])
    house.playbook("ask", {"repeat": [{"survey": "ces-ticket"}, {"wait": "20d"}], "at_most": 3})
    for days in (0, 20, 40):
        await house.sweep(NOW + days * DAY)
    (play,) = await house.rows(Play)
    assert [one.wave for one in await house.rows(Invitation)] == [f"play:{play.id}", f"play:{play.id}:3", f"play:{play.id}:5"]
    assert await house.asked() == ["acme-ada"] * 3


@on_sqlite
async def test_a_letter_that_cannot_be_written_holds_the_step_and_keeps_nothing(house: Questions) -> None:
    folder = house.folder / "letters" / "survey" / "en"
    folder.mkdir(parents=True)
    (folder.parent / "letter.yml").write_text("about: Ours\n")
    for name in ("subject.txt.j2", "body.txt.j2", "body.html.j2"):
        (folder / name).write_text("{{ survey.nothing }} {{ unsubscribe }}")
    house.changes = {"letters": "./letters"}
    await house.add([account("acme")], [person("acme", "ada"), person("acme", "bo", email=None)])
    house.playbook("ask", {"survey": "nps"})
    await house.sweep()
    assert (await house.invitations(), await house.rows(Dispatch), await house.rows(Touch)) == ([], [], [])
    (trace,) = await traces(house, "held_back")
    assert trace.detail["reason"].startswith("letter: ")
    (folder / "body.txt.j2").write_text("{{ survey.page }}")
    (folder / "body.html.j2").write_text("{{ survey.page }} {{ unsubscribe }}")
    (folder / "subject.txt.j2").write_text("A question")
    await house.sweep(NOW + timedelta(hours=1))
    assert await house.invitations() == [("acme-ada", "asked", None), ("acme-bo", "held", "no_address")]


Edit = Callable[[Session, Invitation], None]


def answered(session: Session, invitation: Invitation) -> None:
    invitation.answered = True


def given_up(session: Session, invitation: Invitation) -> None:
    invitation.state = "unsent"


def expired(session: Session, invitation: Invitation) -> None:
    invitation.expires_at = NOW


def unsubscribed(session: Session, invitation: Invitation) -> None:
    session.get_one(Contact, invitation.contact_id).unsubscribed_at = NOW


def opted_out(session: Session, invitation: Invitation) -> None:
    session.get_one(Contact, invitation.contact_id).opted_out = True


@on_sqlite
@pytest.mark.parametrize(
    ("edit", "why", "state"),
    [
        (answered, "they have answered meanwhile", "asked"),
        (given_up, "the question was given up", "unsent"),
        (expired, "the question has expired", "unsent"),
        (unsubscribed, "the contact unsubscribed", "unsent"),
        (opted_out, "the contact opted out in the CRM", "unsent"),
    ],
)
async def test_what_is_moot_by_then_does_not_leave(house: Questions, edit: Edit, why: str, state: str) -> None:
    await house.add([account("acme")], [person("acme", "ada")])
    house.playbook("ask", {"survey": "nps"})
    await house.sweep()
    await house.database.run(lambda session: edit(session, session.scalars(select(Invitation)).one()))
    async with mail_server() as mail:
        await house.deliver(mail.url, NOW)
    assert mail.letters == []
    (row,) = await house.rows(OutboxMessage)
    (invitation,) = await house.rows(Invitation)
    assert (row.problem, invitation.state) == (f"not sent: {why}", state)
    assert await house.rows(Touch) == []


async def test_a_bounce_does_not_count_as_asked(house: Questions) -> None:
    await house.add([account("acme"), account("bolt")], [person("acme", "ada"), person("bolt", "ada", email="ada@acme.example")])
    house.playbook("ask", {"survey": {"ask": "nps", "at_most": 1}})
    await house.sweep()
    async with mail_server(replies=["550 5.1.1 no such person"]) as mail:
        await house.deliver(mail.url, NOW)
    found = {one.contact_id: (one.state, one.held, one.remind_at is None) for one in await house.rows(Invitation)}
    assert found == {"acme-ada": ("unsent", None, True), "bolt-ada": ("held", "asked_lately", True)}
    await change(house, "acme-ada", email="ada@new.example", bounced_at=None)
    house.playbook("again", {"survey": "nps"})
    await house.sweep(NOW + DAY)
    asked = {(one.contact_id, one.playbook, one.state) for one in await house.rows(Invitation) if one.playbook == "again"}
    assert asked == {("acme-ada", "again", "asked"), ("bolt-ada", "again", "held")}


@on_sqlite
async def test_whoever_unsubscribes_is_not_reminded(house: Questions) -> None:
    await house.add([account("acme"), account("bolt")], [person("acme", "ada"), person("bolt", "bo")])
    house.playbook("ask", {"survey": "nps"})
    await house.sweep()
    (first, _) = await house.rows(Dispatch)
    assert await house.database.run(unsubscribe, first.id, NOW)
    assert {one.contact_id: one.remind_at is None for one in await house.rows(Invitation)} == {"acme-ada": True, "bolt-bo": False}


@on_sqlite
async def test_a_survey_that_nobody_could_answer_is_a_finding(house: Questions, tmp_path: Path) -> None:
    house.playbook("ask", {"survey": "npss"})
    (found,) = (await house.rulebook(NOW)).mistakes
    assert re.search(r"ask\.yml:1: .*no survey is called `npss` .*nearest: nps\)", str(found))
    house.playbook("ask", {"survey": "nps"})
    without = [
        settings_in(tmp_path, {"email": None, "enable": ["ask"]}),
        settings_in(tmp_path, {"enable": ["ask"]}, {**VARIABLES, "STAYSAIL_URL": ""}),
        settings_in(tmp_path, {"enable": ["ask"]}, {"STAYSAIL_URL": VARIABLES["STAYSAIL_URL"]}),
    ]
    for settings in without:
        (found,) = (await house.database.read(load_rulebook, settings, NOW.date())).mistakes
        assert re.search(r"nobody could answer a survey.*\(add the section `email:` to staysail\.yml, and set", str(found))
