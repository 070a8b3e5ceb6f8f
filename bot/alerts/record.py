"""Writes what the life of an alert decides: new values, a trace, the card to be brought up to date, the end of its play."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, exists, select, update
from sqlalchemy.orm import Session

from bot.alerts.lifecycle import ALERT_CLOSED, CLOSED, NOT_TRUE, WAITS_FOR_CARDS, Change, Returned, Snapshot
from bot.delivery import outbox
from bot.delivery.keys import alert_subject, read_subject
from bot.errors import Refused
from bot.messages.catalog import Did, State
from models import Alert, Event, OutboxMessage, Play, Reason, Trace

STAYSAIL = "staysail"
QUIET = frozenset({"updated"})
BACK = (Did.TAKEN.value, Did.RETURNED.value, Did.WOKEN.value)


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
    slept = alert.state == State.SNOOZED
    for name, value in change.values.items():
        setattr(alert, name, value)
    show(session, alert)
    if change.what not in QUIET:
        session.add(trace_of(alert, change, actor, now))
    if slept != (alert.state == State.SNOOZED) and alert.state not in CLOSED:
        _tell_plays(session, alert, now)
    if alert.state in CLOSED:
        for reason in standing_reasons(session, alert.id):
            end_reason(session, alert, reason, alert.state, now)


def returned(session: Session, alert_id: int) -> Returned | None:
    """How it last came back from a snooze, or into somebody's hand."""
    last = select(Trace.what, Trace.actor, Trace.at).where(Trace.alert_id == alert_id, Trace.what.in_(BACK)).order_by(Trace.id.desc())
    found = session.execute(last.limit(1)).first()
    return Returned(found.what, found.actor if found.actor != STAYSAIL else None, found.at) if found else None


def _tell_plays(session: Session, alert: Alert, now: datetime) -> None:
    """Those that wait for its closing rest from when it is snoozed, and go on counting when it is back: each time they are looked at."""
    mine = select(Reason.play_id).where(Reason.alert_id == alert.id, Reason.ended_at.is_(None))
    waiting = (Play.id.in_(mine), Play.ended_at.is_(None), Play.waiting == f"event:{ALERT_CLOSED}")
    for play in session.scalars(select(Play).where(*waiting).order_by(Play.id).with_for_update()):
        if alert.state == State.SNOOZED:
            play.progress = {"asleep": now.isoformat()} | play.progress
        play.due_at = now


def show(session: Session, alert: Alert) -> None:
    """Brings the card up to date, whatever has changed."""
    alert.version += 1
    outbox.refresh(session, alert_subject(alert.id), alert.version)


def standing_reasons(session: Session, alert_id: int) -> Sequence[Reason]:
    return session.scalars(select(Reason).where(Reason.alert_id == alert_id, Reason.ended_at.is_(None)).order_by(Reason.id)).all()


def end_reason(session: Session, alert: Alert, reason: Reason, ended: str, now: datetime) -> None:
    """Ends a reason, and tells its play: one that is through but for its cards ends with the last of them; one that waits for the
    closing goes on."""
    reason.ended, reason.ended_at = ended, now
    others = exists().where(Reason.play_id == reason.play_id, Reason.id != reason.id, Reason.ended_at.is_(None))
    mine = (Play.id == reason.play_id, Play.ended_at.is_(None))
    by_person = alert.closed_by is not None
    values = {
        "ended_at": now,
        "end_reason": State.RECOVERED.value if ended == NOT_TRUE else ended,
        "ended_by": alert.closed_by,
        "end_severity": reason.severity if by_person else reason.worst,
        "due_at": None,
        "waiting": None,
    }
    session.execute(update(Play).where(*mine, Play.waiting == WAITS_FOR_CARDS, ~others).values(values))
    if session.scalar(update(Play).where(*mine, Play.waiting == f"event:{ALERT_CLOSED}").values(due_at=now).returning(Play.id)):
        key, detail = f"{ALERT_CLOSED}:{alert.id}:{reason.id}", {"alert": alert.id, "play": reason.play_id, "state": ended}
        session.add(Event(key=key, name=ALERT_CLOSED, at=now, account_id=alert.account_id, data=detail))


def show_anew(session: Session, *which: ColumnElement[bool]) -> list[Alert]:
    """Brings the cards of these open alerts up to date: something that they show has changed beside them."""
    alerts = session.scalars(select(Alert).where(*which, Alert.closed_at.is_(None)).with_for_update()).all()
    for alert in alerts:
        show(session, alert)
    return list(alerts)


def show_cards_in(session: Session, channel_id: str) -> None:
    """Brings every card of a channel up to date, closed ones too: who reads it has changed."""
    subjects = session.scalars(select(OutboxMessage.subject).where(OutboxMessage.channel_id == channel_id)).all()
    alerts = [number for kind, number in map(read_subject, subjects) if kind == "alert"]
    for alert in session.scalars(select(Alert).where(Alert.id.in_(alerts)).with_for_update()):
        show(session, alert)


def stands_for(plays: Collection[int]) -> ColumnElement[bool]:
    """Alerts of which a reason that stands is one of these plays."""
    return Alert.id.in_(select(Reason.alert_id).where(Reason.play_id.in_(plays), Reason.ended_at.is_(None)))


def tell_overdue(session: Session, now: datetime) -> int:
    """Once for each alert whose deadline has passed: its card says so. Returns how many."""
    late = show_anew(session, *overdue(now))
    session.add_all(trace_of(alert, Change({}, "overdue"), STAYSAIL, now) for alert in late)
    return len(late)


def overdue(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Open alerts whose deadline has passed, and whose cards do not say so yet."""
    told = exists().where(Trace.alert_id == Alert.id, Trace.what == "overdue", Trace.at >= Alert.deadline)
    return Alert.deadline <= now, Alert.closed_at.is_(None), ~told


def trace_of(alert: Alert, change: Change, actor: str, now: datetime, reason: Reason | None = None) -> Trace:
    """`reason`: the one that it is about, if it is about one of several."""
    of = reason or alert
    return Trace(
        at=now,
        actor=actor,
        what=change.what,
        account_id=alert.account_id,
        playbook=of.playbook or None,
        playbook_version=of.playbook_version if of.playbook else None,
        alert_id=alert.id,
        detail=change.detail,
    )
