"""A letter that an admin drops reached nobody: it counts as done, is no touch, and both are in the audit trail."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.admin.letters import drop
from bot.database import Database
from bot.delivery import outbox
from bot.delivery.dispatches import dispatch_aftermath
from bot.delivery.keys import dispatch_subject, read_subject
from bot.errors import Refused
from models import Account, Dispatch, OutboxMessage, Touch, Trace
from tests.conftest import on_sqlite

NOW = datetime(2026, 11, 18, 9, tzinfo=UTC)


def a_dead_letter(session: Session) -> str:
    session.add(Account(id="a1", name="Acme", polled_at=NOW))
    session.flush()
    content = {"letter": "welcome", "playbook": "onboarding-b2b"}
    dispatch = Dispatch(
        kind="letter", account_id="a1", contact_id="c1", recipient="mailto:ann@acme.example", content=content, created_at=NOW
    )
    session.add(dispatch)
    session.flush()
    session.add(Touch(at=NOW, account_id="a1", contact_id="c1", channel="email", what="welcome", dispatch_id=dispatch.id))
    subject = dispatch_subject(dispatch.id)
    about = {"channel": dispatch.recipient, "created_at": NOW, "due_at": NOW, "dead_at": NOW, "attempts": 3, "uncertain": True}
    session.add(OutboxMessage(id="x1", dedup_key="x1", subject=subject, problem="it may have been sent", **about))
    return subject


def tell(session: Session, subject: str, what: str, why: str) -> None:
    kind, number = read_subject(subject)
    assert kind == "dispatch"
    dispatch_aftermath(lambda: NOW)(session, number, what, why)


async def test_it_counts_as_done_and_is_no_touch(database: Database) -> None:
    await database.run(a_dead_letter)
    await database.run(drop, "x1", "U0PETR", "They left", NOW, tell)

    def found(session: Session) -> None:
        row = session.get(OutboxMessage, "x1")
        assert row is not None
        assert (row.dead_at, row.uncertain, row.problem) == (None, False, "dropped by U0PETR: They left")
        assert outbox.count_waiting(session) == 0
        assert session.scalars(select(Touch)).all() == []
        traces = [(trace.what, trace.actor, trace.account_id, trace.detail["why"]) for trace in session.scalars(select(Trace))]
        assert sorted(traces) == [("dropped", "U0PETR", "a1", "They left"), ("withheld", "staysail", "a1", "dropped by U0PETR: They left")]

    await database.read(found)


@on_sqlite
async def test_what_is_not_dead_is_not_dropped(database: Database) -> None:
    await database.run(a_dead_letter)
    assert await database.run(outbox.resend, "x1")
    with pytest.raises(Refused, match="no longer among"):
        await database.run(drop, "x1", "U0PETR", "They left", NOW, tell)
    assert await database.read(lambda session: session.scalars(select(Trace.id)).all()) == []
