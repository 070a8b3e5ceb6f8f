"""Tasks that people set: woken when their snooze is over, and reminded of when they are to be done."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from bot.alerts.lifecycle import Change
from bot.alerts.record import STAYSAIL, apply, trace_of
from bot.alerts.tasks import TASK
from bot.duty.post import Kind, Telling, tell_together
from bot.messages.catalog import CardName, Did, State
from bot.settings import Settings
from models import Alert, Teammate

AT_ONCE = timedelta(hours=1)
"""A reminder that comes so soon after its moment need not wait for the next morning."""


def asleep(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Tasks and answers whose snooze is over. No playbook measures them, so that nothing else would wake them."""
    unmeasured = Alert.card.in_((TASK, CardName.SURVEY_ANSWERS.value))
    return unmeasured, Alert.closed_at.is_(None), Alert.state == State.SNOOZED.value, Alert.snoozed_until <= now


def due(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Tasks that a person set and that are to be done by now, of which nobody was reminded."""
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
    reminders = [_remind(session, settings, task, now) for task in tasks]
    tell_together(session, [reminder for reminder in reminders if reminder], now)
    return len(tasks)


def _remind(session: Session, settings: Settings, task: Alert, now: datetime) -> Telling | None:
    """None: there is nobody to be told."""
    task.reminded_at = now
    session.add(trace_of(task, Change({}, "task_due"), STAYSAIL, now))
    who = session.get(Teammate, task.taken_by or task.assigned_to or "")
    if who is None or task.deadline is None:
        return None
    at_once = now - task.deadline < AT_ONCE and settings.hours.is_open(task.deadline - timedelta(seconds=1), who.timezone)
    content = {"alert": task.id, "deadline": task.deadline.isoformat()}
    due_at = now if at_once else settings.hours.opens_at(now, who.timezone)
    return Telling(Kind.DUE, f"{task.id}.{task.version}", who.slack_id, content, due_at)
