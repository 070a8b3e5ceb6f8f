"""After the question: one reminder to whoever has not answered, and what is forgotten when an anonymous question expires."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from bot.database import Database
from bot.delivery.keys import reminder_key
from bot.settings import load_settings
from jobs.surveys import look_after_surveys
from models import Account, Base, Contact, Dispatch, Invitation, OutboxMessage, Touch, Trace
from tests.conftest import on_sqlite
from tests.integration.questions import NOW, SETTINGS, Questions, account, person
from tests.mailserver import mail_server

DAY = timedelta(days=1)
DUE = datetime(2026, 4, 6, 6, 30, tzinfo=UTC)
"""Five days after NOW is a Sunday: the reminder is due on Monday at half past eight in Prague."""


@pytest.fixture
def house(database: Database, tmp_path: Path) -> Questions:
    return Questions(tmp_path, database)


async def asked(house: Questions, survey: str = "nps", left: bool = True) -> Invitation:
    """Ada was asked, and her letter has left."""
    await house.add([account("acme")], [person("acme", "ada")])
    house.playbook("ask", {"survey": survey})
    await house.sweep()
    if left:
        async with mail_server() as mail:
            await house.deliver(mail.url, NOW)
    (invitation,) = await house.rows(Invitation)
    return invitation


async def the_one(house: Questions) -> Invitation:
    (invitation,) = await house.rows(Invitation)
    return invitation


@on_sqlite
async def test_whoever_has_not_answered_is_reminded_once_with_the_same_link(house: Questions) -> None:
    before = await asked(house)
    async with mail_server() as mail:
        for now in (NOW + 2 * DAY, DUE, DUE + timedelta(minutes=1), DUE + 10 * DAY):
            await house.look_after(now)
            await house.deliver(mail.url, now)
        (reminder,) = mail.letters
    after = await the_one(house)
    assert (after.remind_at, after.reminded_at, after.token) == (None, DUE, before.token)
    first, second = await house.rows(Dispatch)
    assert second.key == reminder_key(after.id)
    link = first.content["text"].partition("https://stay.ours.example/s/")[2].partition("?")[0].split()[0]
    assert link in second.content["text"]
    assert second.content["letter"] == "survey-reminder"
    assert link.replace("=", "") in reminder.as_string().replace("=\n", "").replace("=3D", "").replace("=", "")
    assert [(one.what, one.at) for one in await house.rows(Touch)] == [("survey:nps", NOW), ("survey:nps", DUE)]
    (trace,) = [one for one in await house.rows(Trace) if one.what == "survey_reminded"]
    assert (trace.account_id, trace.playbook, trace.detail) == ("acme", "ask", {"survey": "nps", "contact": "acme-ada"})


Edit = Callable[[Session, Invitation], None]


def answered(session: Session, invitation: Invitation) -> None:
    invitation.answered = True


def unsubscribed(session: Session, invitation: Invitation) -> None:
    session.get_one(Contact, invitation.contact_id).unsubscribed_at = NOW


def gone(session: Session, invitation: Invitation) -> None:
    session.get_one(Contact, invitation.contact_id).gone_at = NOW


def somebody_else(session: Session, invitation: Invitation) -> None:
    session.get_one(Contact, invitation.contact_id).email = "new@acme.example"


def churned(session: Session, invitation: Invitation) -> None:
    session.get_one(Account, invitation.account_id).stage = "churned"


def given_up(session: Session, invitation: Invitation) -> None:
    invitation.state = "unsent"


def too_late(session: Session, invitation: Invitation) -> None:
    invitation.expires_at = DUE


@on_sqlite
@pytest.mark.parametrize("edit", [answered, unsubscribed, gone, somebody_else, churned, given_up, too_late])
async def test_nobody_is_reminded_in_vain(house: Questions, edit: Edit) -> None:
    await asked(house)
    await house.database.run(lambda session: edit(session, session.scalars(select(Invitation)).one()))
    assert await house.look_after(DUE) == {}
    after = await the_one(house)
    assert (after.remind_at, after.reminded_at, len(await house.rows(Dispatch))) == (None, None, 1)


@on_sqlite
async def test_an_answer_that_comes_before_the_reminder_leaves_withholds_it(house: Questions) -> None:
    await asked(house)
    assert await house.look_after(DUE) == {"reminded": 1}
    await house.database.run(lambda session: answered(session, session.scalars(select(Invitation)).one()))
    async with mail_server() as mail:
        await house.deliver(mail.url, DUE)
    assert mail.letters == []
    assert [one.problem for one in await house.rows(OutboxMessage) if one.problem] == ["not sent: they have answered meanwhile"]
    assert ((await the_one(house)).state, len(await house.rows(Touch))) == ("asked", 1)


@on_sqlite
async def test_a_reminder_waits_for_the_question_for_the_ledger_and_for_the_morning(house: Questions) -> None:
    await asked(house, left=False)
    await house.look_after(DUE)
    assert (await the_one(house)).remind_at == DUE + DAY, "the letter itself has not left yet"
    async with mail_server() as mail:
        await house.deliver(mail.url, DUE)
    house.changes = {"limits": {"contact": "1 per 7d"}}
    full = DUE + 2 * DAY + timedelta(hours=6)
    await house.database.run(lambda s: s.add(Touch(at=full - 7 * DAY, account_id="acme", contact_id="acme-ada", channel="email", what="x")))
    await house.look_after(DUE + DAY)
    assert (await the_one(house)).remind_at == datetime(2026, 4, 9, 6, 30, tzinfo=UTC), "in the morning after the place is free"
    await house.look_after(datetime(2026, 4, 9, 20, tzinfo=UTC))
    assert (await the_one(house)).remind_at == datetime(2026, 4, 10, 6, 30, tzinfo=UTC)
    assert await house.look_after(datetime(2026, 4, 10, 6, 30, tzinfo=UTC)) == {"reminded": 1}


@on_sqlite
async def test_what_cannot_leave_before_the_end_does_not_leave_at_all(house: Questions) -> None:
    await asked(house, "ces-integration")  # open for two weeks
    house.changes = {"limits": {"contact": "1 per 30d"}}
    assert await house.look_after(DUE) == {}
    assert (await the_one(house)).remind_at is None


@on_sqlite
async def test_an_anonymous_question_that_has_expired_leads_nowhere(house: Questions) -> None:
    before = await asked(house, "pulse-anonymous")
    await house.look_after(DUE)
    assert await house.look_after(NOW + 21 * DAY - timedelta(minutes=1)) == {}
    assert await house.look_after(NOW + 21 * DAY) == {"forgotten": 1}
    assert before.token
    after = await the_one(house)
    assert (after.token, after.state, after.person) == (None, "asked", "ada@acme.example"), "that she was asked stays known"
    everything = await house.database.read(_dump)
    assert before.token not in everything
    assert "/s/" not in everything
    assert await house.look_after(NOW + 40 * DAY) == {}


def _dump(session: Session) -> str:
    return "\n".join(str(row) for table in Base.metadata.sorted_tables for row in session.execute(select(table)))


@on_sqlite
async def test_other_questions_keep_their_token(house: Questions) -> None:
    await asked(house)
    await house.look_after(NOW + 60 * DAY)
    assert (await the_one(house)).token


@on_sqlite
async def test_hundreds_are_reminded_batch_by_batch(house: Questions, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.surveys.reminders.BATCH", 4)
    await house.add([account("acme")], [person("acme", f"p{number}") for number in range(10)])
    house.playbook("ask", {"survey": {"ask": "nps", "at_most": 50}})
    await house.sweep()
    async with mail_server() as mail:
        await house.deliver(mail.url, NOW)
    assert await house.look_after(DUE) == {"reminded": 10}


@on_sqlite
async def test_an_idle_minute_asks_the_database_one_thing(house: Questions) -> None:
    await asked(house)
    said: list[str] = []
    settings = house.settings

    def note(_c: object, _u: object, statement: str, *_: object) -> None:
        said.append(statement)

    event.listen(house.database.reader, "after_cursor_execute", note)
    event.listen(house.database.writer, "after_cursor_execute", note)
    try:
        await look_after_surveys(house.database, settings, NOW + DAY)
    finally:
        event.remove(house.database.reader, "after_cursor_execute", note)
        event.remove(house.database.writer, "after_cursor_execute", note)
    assert len([statement for statement in said if "invitations" in statement]) == 1


@on_sqlite
async def test_without_mail_reminders_wait_and_expiry_does_not(house: Questions, tmp_path: Path) -> None:
    await asked(house, "pulse-anonymous")
    (tmp_path / "staysail.yml").write_text(json.dumps({k: v for k, v in SETTINGS.items() if k != "email"} | {"enable": []}))
    settings = load_settings(tmp_path / "staysail.yml", {})
    assert await look_after_surveys(house.database, settings, DUE) == {}
    assert await look_after_surveys(house.database, settings, NOW + 22 * DAY) == {"forgotten": 1}
