"""Tasks that people set themselves: an alert of its own, whose card is in their own conversation with Staysail."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from bot.alerts.lifecycle import Change
from bot.alerts.record import STAYSAIL, apply, show, trace_of
from bot.bulk import insert_into
from bot.clock import start_of
from bot.delivery import outbox
from bot.delivery.keys import alert_subject
from bot.duty.post import Kind, Telling, tell
from bot.errors import Refused
from bot.messages.catalog import CardName, Did, State
from bot.settings import Settings
from bot.team.roles import Actor
from models import Alert, Reason, Receipt, Teammate

AT_ONCE = timedelta(hours=1)
"""A reminder that comes so soon after its moment need not wait for the next morning."""


TASK = CardName.TASK.value


@dataclass(frozen=True)
class NewTask:
    """`key` makes a form that is sent twice one task; `due` is a day where the person is."""

    key: str
    alert_id: int
    what: str
    due: date


def next_business_day(settings: Settings, zone: ZoneInfo, now: datetime) -> date:
    tomorrow = start_of(now.astimezone(zone).date() + timedelta(days=1), zone)
    return settings.hours.opens_at(tomorrow, str(zone)).astimezone(zone).date()


def deadline_of(settings: Settings, due: date, zone: ZoneInfo, now: datetime) -> datetime:
    """When that day's work ends; the end of the calendar day when that is over already."""
    closes = settings.hours.closes_on(due, str(zone))
    return closes if closes > now else start_of(due + timedelta(days=1), zone)


def set_task(session: Session, settings: Settings, task: NewTask, actor: Actor, now: datetime) -> Alert | None:
    """The task's own alert; its card goes to the person. None: this form was taken in before."""
    receipt = insert_into(session, Receipt).values(id=f"task:{task.key}", received_at=now).on_conflict_do_nothing(index_elements=["id"])
    if session.scalar(receipt.returning(Receipt.id)) is None:
        return None
    origin = session.get(Alert, task.alert_id)
    if origin is None:
        raise Refused("This alert is no longer there.")
    zone = ZoneInfo(actor.timezone) if actor.timezone else settings.zone
    alert = _alert(origin, actor, deadline_of(settings, task.due, zone, now), now)
    session.add(alert)
    session.flush()
    session.add(_reason(alert, task, actor, now))
    session.add(trace_of(alert, Change({}, Did.OPENED, {"task": task.what}), actor.slack_id, now))
    outbox.enqueue(session, [outbox.New(f"task:{task.key}", alert_subject(alert.id), actor.slack_id, now)], now)
    session.add(trace_of(origin, Change({}, Did.TASK_SET, {"note": task.what, "task": alert.id}), actor.slack_id, now))
    show(session, origin)
    return alert


def _alert(origin: Alert, actor: Actor, deadline: datetime, now: datetime) -> Alert:
    return Alert(
        account_id=origin.account_id,
        card=TASK,
        kind=origin.kind,
        state=State.TAKEN.value,
        version=1,
        opened_at=now,
        priority=origin.priority,
        owner_email=actor.email,
        assigned_to=actor.slack_id,
        taken_by=actor.slack_id,
        taken_at=now,
        deadline=deadline,
    )


def _reason(alert: Alert, task: NewTask, actor: Actor, now: datetime) -> Reason:
    cause = {"what": task.what, "whom": actor.email}
    return Reason(alert_id=alert.id, began_at=now, measured_at=now, cause=cause, facts={}, trend=[])


def asleep(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Tasks and answers whose snooze is over. No playbook measures them, so that nothing else would wake them."""
    unmeasured = Alert.card.in_((TASK, CardName.SURVEY_ANSWERS.value))
    return unmeasured, Alert.closed_at.is_(None), Alert.state == State.SNOOZED.value, Alert.snoozed_until <= now


def due(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Tasks for oneself that are to be done by now, of which nobody was reminded."""
    own = (Alert.card == TASK, Alert.closed_at.is_(None), Alert.play_id.is_(None))
    return (*own, Alert.state != State.SNOOZED.value, Alert.deadline <= now, Alert.reminded_at.is_(None))


def wake_tasks(session: Session, now: datetime) -> int:
    tasks = session.scalars(select(Alert).where(*asleep(now)).order_by(Alert.id).with_for_update()).all()
    for task in tasks:
        state = State.TAKEN if task.taken_by else State.OPEN
        apply(session, task, Change({"state": state.value, "snoozed_until": None}, Did.RETURNED), STAYSAIL, now)
    return len(tasks)


def remind_of_tasks(session: Session, settings: Settings, now: datetime) -> int:
    tasks = session.scalars(select(Alert).where(*due(now)).order_by(Alert.id).with_for_update()).all()
    for task in tasks:
        _remind(session, settings, task, now)
    return len(tasks)


def _remind(session: Session, settings: Settings, task: Alert, now: datetime) -> None:
    task.reminded_at = now
    session.add(trace_of(task, Change({}, "task_due"), STAYSAIL, now))
    who = session.get(Teammate, task.taken_by or task.assigned_to or "")
    if who is None or task.deadline is None:
        return
    at_once = now - task.deadline < AT_ONCE and settings.hours.is_open(task.deadline - timedelta(seconds=1), who.timezone)
    content = {"alert": task.id, "deadline": task.deadline.isoformat()}
    due_at = now if at_once else settings.hours.opens_at(now, who.timezone)
    tell(session, Telling(Kind.DUE, f"{task.id}.{task.version}", who.slack_id, content, due_at), now)
