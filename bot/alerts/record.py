"""Writes what the life of an alert decides: new values, a trace, the card to be brought up to date, the end of its play."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import ColumnElement, exists, select, update
from sqlalchemy.orm import Session

from bot.alerts.lifecycle import ALERT_CLOSED, CLOSED, WAITS_FOR_CARDS, Change, Snapshot
from bot.delivery import outbox
from bot.delivery.keys import alert_subject
from bot.errors import Refused
from bot.messages.catalog import State
from models import Alert, Event, Play, Trace

STAYSAIL = "staysail"
QUIET = frozenset({"updated"})


def snapshot(alert: Alert) -> Snapshot:
    return Snapshot(
        state=State(alert.state),
        taken_by=alert.taken_by,
        taken_at=alert.taken_at,
        assigned_to=alert.assigned_to,
        snoozed_until=alert.snoozed_until,
        closed_by=alert.closed_by,
        closed_at=alert.closed_at,
        outcome=alert.outcome,
        facts=alert.facts,
        severity=alert.severity,
        worst=alert.worst,
    )


def act(session: Session, alert_id: int, decide: Callable[[Snapshot], Change | None], actor: str, now: datetime) -> Alert:
    """Lets a rule decide over an alert that nobody else changes meanwhile, and writes the change. No change: nothing is written."""
    alert = session.get(Alert, alert_id, with_for_update=True)
    if alert is None:
        raise Refused("This alert is no longer there.")
    change = decide(snapshot(alert))
    if change:
        apply(session, alert, change, actor, now)
    return alert


def apply(session: Session, alert: Alert, change: Change, actor: str, now: datetime) -> None:
    for name, value in change.values.items():
        setattr(alert, name, value)
    alert.got_worse = alert.got_worse or change.what == "worsened"
    alert.version += 1
    outbox.refresh(session, alert_subject(alert.id), alert.version)
    if change.what not in QUIET:
        session.add(trace_of(alert, change, actor, now))
    if alert.state in CLOSED:
        _tell_play(session, alert, now)


def _tell_play(session: Session, alert: Alert, now: datetime) -> None:
    """A play that is through but for its cards ends with the last of them; one that waits for the closing goes on."""
    others = exists().where(Alert.play_id == alert.play_id, Alert.id != alert.id, Alert.closed_at.is_(None))
    mine = (Play.id == alert.play_id, Play.ended_at.is_(None))
    ended = {"ended_at": now, "end_reason": alert.state, "ended_by": alert.closed_by, "due_at": None, "waiting": None}
    session.execute(update(Play).where(*mine, Play.waiting == WAITS_FOR_CARDS, ~others).values(ended))
    if session.scalar(update(Play).where(*mine, Play.waiting == f"event:{ALERT_CLOSED}").values(due_at=now).returning(Play.id)):
        key, detail = f"{ALERT_CLOSED}:{alert.id}", {"alert": alert.id, "state": alert.state}
        session.add(Event(key=key, name=ALERT_CLOSED, at=now, account_id=alert.account_id, data=detail))


def show_anew(session: Session, *which: ColumnElement[bool]) -> list[Alert]:
    """Brings the cards of these open alerts up to date: something that they show has changed beside them."""
    alerts = session.scalars(select(Alert).where(*which, Alert.closed_at.is_(None)).with_for_update()).all()
    for alert in alerts:
        alert.version += 1
        outbox.refresh(session, alert_subject(alert.id), alert.version)
    return list(alerts)


def tell_overdue(session: Session, now: datetime) -> int:
    """Once for each alert whose deadline has passed: its card says so. Returns how many."""
    late = show_anew(session, *overdue(now))
    session.add_all(trace_of(alert, Change({}, "overdue"), STAYSAIL, now) for alert in late)
    return len(late)


def overdue(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Open alerts whose deadline has passed, and whose cards do not say so yet."""
    told = exists().where(Trace.alert_id == Alert.id, Trace.what == "overdue")
    return Alert.deadline <= now, Alert.closed_at.is_(None), ~told


def trace_of(alert: Alert, change: Change, actor: str, now: datetime) -> Trace:
    return Trace(
        at=now,
        actor=actor,
        what=change.what,
        account_id=alert.account_id,
        playbook=alert.playbook,
        playbook_version=alert.playbook_version,
        alert_id=alert.id,
        detail=change.detail,
    )
