"""What could not be sent: shown by the page, brought back, or dropped for a reason."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.delivery import outbox
from bot.delivery.composed import WITHHELD
from bot.delivery.keys import read_subject
from bot.errors import Refused
from bot.messages import catalog as m
from models import Account, Alert, Breaker, Dispatch, OutboxMessage, Trace

Tell = Callable[[Session, str, str, str], None]
"""Tells whoever knows a subject what became of it (see `Aftermath`)."""
DEAD = OutboxMessage.dead_at.is_not(None)
GONE = "This is no longer among what could not be sent: it was sent again or dropped meanwhile."


def letters_page(session: Session, page: int, said: str = "") -> m.AdminLetters:
    total = count_dead(session)
    return m.AdminLetters(letters=dead_letters(session, m.AdminLetters.PAGE_SIZE, page), total=total, page=page, said=said)


def dead_letters(session: Session, size: int, page: int = 1) -> tuple[m.DeadLetter, ...]:
    newest = select(OutboxMessage).where(DEAD).order_by(OutboxMessage.dead_at.desc(), OutboxMessage.id)
    return tuple(letter_of(session, row) for row in session.scalars(newest.offset((page - 1) * size).limit(size)))


def count_dead(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(OutboxMessage).where(DEAD)) or 0


def dead_letter(session: Session, row_id: str) -> m.DeadLetter:
    row = session.get(OutboxMessage, row_id)
    if row is None or row.dead_at is None:
        raise Refused(GONE)
    return letter_of(session, row)


def letter_of(session: Session, row: OutboxMessage) -> m.DeadLetter:
    return m.DeadLetter(row.id, _what(session, row.subject), row.channel, row.problem or "", row.dead_at or row.created_at)


def resend(session: Session, row_id: str, who: str, now: datetime) -> None:
    row = session.get(OutboxMessage, row_id)
    if row is None or not outbox.resend(session, row_id):
        raise Refused(GONE)
    session.add(_trace(session, row, "resent", who, now))


def drop(session: Session, row_id: str, who: str, why: str, now: datetime, tell: Tell) -> None:
    """It counts as done. Whoever knows the subject is told that it was withheld: a letter that reached nobody is no touch."""
    row = session.get(OutboxMessage, row_id)
    if row is None or not outbox.drop(session, row_id, f"dropped by {who}: {why}"):
        raise Refused(GONE)
    tell(session, row.subject, WITHHELD, f"dropped by {who}: {why}")
    trace = _trace(session, row, "dropped", who, now)
    trace.detail |= {"why": why}
    session.add(trace)


def _what(session: Session, subject: str) -> str:
    kind, number = read_subject(subject)
    account, about = _about(session, kind, number)
    names = {"alert": "card", "breaker": "notice that alerts are held", "dispatch": "", "review-event": "entry in a calendar"}
    name = names.get(kind, kind)
    return f"{account.name}: {about or name}" if account else (about or name).capitalize()


def _about(session: Session, kind: str, number: int) -> tuple[Account | None, str]:
    """The account that a subject is about, and what it is."""
    if kind == "alert" and (alert := session.get(Alert, number)):
        return session.get(Account, alert.account_id), alert.playbook or alert.card
    if kind == "breaker" and (breaker := session.get(Breaker, number)):
        return None, f"alerts are held: {breaker.subject}"
    found = session.get(Dispatch, number) if kind == "dispatch" else None
    if found is None:
        return None, ""
    account = session.get(Account, found.account_id) if found.account_id else None
    return account, str(found.content.get("letter") or found.content.get("playbook") or found.kind)


def _trace(session: Session, row: OutboxMessage, what: str, who: str, now: datetime) -> Trace:
    kind, number = read_subject(row.subject)
    account, _ = _about(session, kind, number)
    detail = {"subject": row.subject, "to": row.channel, "problem": row.problem}
    alert_id = number if kind == "alert" and account else None
    return Trace(at=now, actor=who, what=what, account_id=account.id if account else None, alert_id=alert_id, detail=detail)
