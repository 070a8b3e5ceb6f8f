"""Tasks that people set, for themselves or for others: an alert of its own, whose card is in its owner's conversation with Staysail."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from bot.accounts.business_hours import zone_or
from bot.alerts.lifecycle import Change
from bot.alerts.record import show, trace_of
from bot.bulk import insert_into
from bot.clock import start_of
from bot.delivery import outbox
from bot.delivery.keys import alert_subject
from bot.errors import Refused
from bot.messages.actions import InputError
from bot.messages.catalog import CardName, Did, State
from bot.settings import Settings
from bot.team.roles import Actor
from models import Account, Alert, Reason, Receipt, Teammate

TASK = CardName.TASK.value
FARTHEST = timedelta(days=366)
LAST_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Source:
    """A meeting in which a task was agreed: the review's number, its type, and when it was."""

    review_id: int
    type: str
    at: datetime


@dataclass(frozen=True)
class NewTask:
    """`key` makes a form that is sent twice one task; `due` is a day where its owner is.

    It comes from an alert (`alert_id`) or, without one, is about `account_id`; `meeting`: it was agreed there. `whom`: whose it is;
    None: of whoever sets it.
    """

    key: str
    what: str
    due: date
    alert_id: int | None = None
    account_id: str = ""
    whom: Teammate | None = None
    meeting: Source | None = None


def wrong_day(picked: str | None, today: date) -> InputError | None:
    """What is wrong with a date that was picked for a task; `today` is the day where its owner is."""
    if not picked:
        return InputError.DATE_MISSING
    day = date.fromisoformat(picked)
    if day < today:
        return InputError.DAY_PAST
    return InputError.DATE_FAR if day - today > FARTHEST else None


def next_business_day(settings: Settings, zone: ZoneInfo, now: datetime) -> date:
    tomorrow = start_of(now.astimezone(zone).date() + timedelta(days=1), zone)
    return settings.hours.opens_at(tomorrow, str(zone)).astimezone(zone).date()


def deadline_of(settings: Settings, due: date, zone: ZoneInfo, now: datetime) -> datetime:
    """When that day's work ends; its last minute when that is over already, or is midnight, which bears the next day's date."""
    closes, last = settings.hours.closes_on(due, str(zone)), start_of(due + timedelta(days=1), zone) - LAST_MINUTE
    return closes if now < closes < last else last


def set_task(session: Session, settings: Settings, task: NewTask, actor: Actor, now: datetime) -> Alert | None:
    """The task's own alert; its card goes to its owner. None: this form was taken in before."""
    receipt = insert_into(session, Receipt).values(id=f"task:{task.key}", received_at=now).on_conflict_do_nothing(index_elements=["id"])
    if session.scalar(receipt.returning(Receipt.id)) is None:
        return None
    origin = session.get(Alert, task.alert_id) if task.alert_id is not None else None
    if origin is None and (task.alert_id is not None or session.get(Account, task.account_id) is None):
        raise Refused("This alert is no longer there.")
    alert = _alert(session, settings, task, origin, actor, now)
    session.add(alert)
    session.flush()
    session.add(Reason(alert_id=alert.id, began_at=now, measured_at=now, cause=_cause(alert, task, actor), facts={}, trend=[]))
    session.add(trace_of(alert, Change({}, Did.OPENED, {"task": task.what}), actor.slack_id, now))
    outbox.enqueue(session, [outbox.New(f"task:{task.key}", alert_subject(alert.id), alert.assigned_to or actor.slack_id, now)], now)
    if origin:
        session.add(trace_of(origin, Change({}, Did.TASK_SET, {"note": task.what, "task": alert.id}), actor.slack_id, now))
        show(session, origin)
    return alert


def _alert(session: Session, settings: Settings, task: NewTask, origin: Alert | None, actor: Actor, now: datetime) -> Alert:
    whom: Teammate | Actor = task.whom or actor
    own = whom.slack_id == actor.slack_id
    zone = zone_or(whom.timezone, settings.zone)
    return Alert(
        account_id=origin.account_id if origin else task.account_id,
        card=TASK,
        kind=origin.kind if origin else "review",
        state=State.TAKEN.value if own else State.OPEN.value,
        version=1,
        opened_at=now,
        priority=origin.priority if origin else session.get_one(Account, task.account_id).arr,
        owner_email=whom.email,
        assigned_to=whom.slack_id,
        taken_by=whom.slack_id if own else None,
        taken_at=now if own else None,
        deadline=deadline_of(settings, task.due, zone, now),
    )


def _cause(alert: Alert, task: NewTask, actor: Actor) -> dict[str, Any]:
    """`by` and `meeting` only of one that was agreed in a meeting."""
    cause: dict[str, Any] = {"what": task.what, "whom": alert.owner_email}
    if task.meeting is None:
        return cause
    meeting = {"review": task.meeting.review_id, "type": task.meeting.type, "at": task.meeting.at.isoformat()}
    return cause | {"by": actor.slack_id, "due": task.due.isoformat(), "meeting": meeting}
