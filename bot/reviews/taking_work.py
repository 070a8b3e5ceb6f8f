"""What we have to do about an account and what was done: tasks, alerts and escalations."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from bot.alerts.cards import MANAGERS, cause_of, lead_of
from bot.alerts.reasons import reasons_of
from bot.alerts.world import World
from bot.messages import catalog as m
from bot.messages.numbers import number
from bot.messages.render import words_of
from bot.messages.words import words
from bot.reviews.picture import Happened, Promised
from bot.settings import Settings
from models import Alert, Reason, Room, Teammate

MOST = 100
"""Alerts that are looked at."""
TASK = m.CardName.TASK.value
UNTOLD = frozenset({TASK, m.CardName.REVIEW_DUE.value, m.CardName.SURVEY_ANSWERS.value})
"""Cards of alerts that are told elsewhere in a picture: as promises, as the meeting itself, as answers."""
ENDS = ("resolved", "dismissed", "recovered")


@dataclass(frozen=True)
class Look:
    """When it is looked, and for an organizer in which zone. `sees`: they may read what colleagues wrote."""

    now: datetime
    zone: ZoneInfo
    sees: bool

    def day(self, moment: datetime) -> date:
        return moment.astimezone(self.zone).date()


def work_since(session: Session, settings: Settings, account_id: str, since: datetime, look: Look) -> dict[str, Any]:
    """The fields of a picture: `promises`, `kept`, `alerts`, `escalations`. What stands comes first."""
    fresh = or_(Alert.closed_at.is_(None), Alert.opened_at >= since, Alert.closed_at >= since)
    newest = (Alert.closed_at.is_not(None), Alert.opened_at.desc(), Alert.id.desc())
    alerts = session.scalars(select(Alert).where(Alert.account_id == account_id, fresh).order_by(*newest).limit(MOST)).all()
    reasons = reasons_of(session, [alert.id for alert in alerts])
    tasks = [(alert, task) for alert in alerts if alert.card == TASK and (task := _task(alert, reasons[alert.id]))]
    others = [alert for alert in alerts if alert.card not in UNTOLD and not alert.quiet]
    world = World(settings.metrics, settings.zone, lambda: look.now)
    return {
        "promises": _promises(session, [(alert, task) for alert, task in tasks if alert.closed_at is None], look),
        "kept": tuple(task.cause["what"] for alert, task in tasks if alert.state == m.State.RESOLVED and _since(alert, since)),
        "alerts": tuple(_alert(alert, cause_of(alert, reasons[alert.id], world), look) for alert in others),
        "escalations": _escalations(session, account_id, since, look),
    }


def _since(alert: Alert, since: datetime) -> bool:
    return alert.closed_at is not None and alert.closed_at >= since


def _task(alert: Alert, reasons: Sequence[Reason]) -> Reason | None:
    """What says what is to be done; None for a task without words."""
    lead = lead_of(alert, reasons)
    return lead if lead and lead.cause.get("what") else None


def _promises(session: Session, tasks: Sequence[tuple[Alert, Reason]], look: Look) -> tuple[Promised, ...]:
    """The most pressing first; those without a deadline come last."""
    names = _names(session, [alert for alert, _ in tasks])
    ordered = sorted(tasks, key=lambda one: (one[0].deadline is None, one[0].deadline or look.now, one[0].id))
    return tuple(
        Promised(
            what=task.cause["what"],
            who="the managers" if task.cause.get("whom") == MANAGERS and not _hand(alert) else _who(alert, names),
            due=look.day(alert.deadline) if alert.deadline else None,
            overdue=alert.deadline is not None and alert.deadline < look.now,
            agreed=bool(task.cause.get("meeting")),
        )
        for alert, task in ordered
    )


def _hand(alert: Alert) -> str:
    return alert.taken_by or alert.assigned_to or ""


def _who(alert: Alert, names: Mapping[str, str]) -> str:
    return names.get(_hand(alert)) or names.get((alert.owner_email or "").lower()) or alert.owner_email or ""


def _names(session: Session, tasks: Sequence[Alert]) -> dict[str, str]:
    """By Slack id and by address. Nothing is asked of the database without tasks."""
    if not tasks:
        return {}
    ids, emails = {_hand(one) for one in tasks}, {(one.owner_email or "").lower() for one in tasks}
    people = session.scalars(select(Teammate).where(or_(Teammate.slack_id.in_(ids), Teammate.email.in_(emails)))).all()
    return {key: one.name for one in people for key in (one.slack_id, (one.email or "").lower()) if key}


def _alert(alert: Alert, cause: m.Cause, look: Look) -> Happened:
    table = words_of("_cards.j2", "TABLE")
    name = cause.title or table.get(cause.card.value, {}).get("title") or words(cause.playbook)
    told = _moved(cause.what) if cause.reason is m.Reason.DROP and cause.what else ""
    return Happened(f"{name}: {told}" if told else name, look.day(alert.opened_at), _end(alert, table))


def _moved(change: m.Change) -> str:
    """Active users 41 → 17 a day."""
    if change.recent is None or change.baseline is None:
        return ""
    return f"{change.metric} {number(change.baseline)} → {number(change.recent)} {change.unit}".strip()


def _end(alert: Alert, table: Mapping[str, Any]) -> str:
    """How it ended, in a few words; empty while it stands."""
    if alert.closed_at is None:
        return ""
    says = table.get(alert.card, {}).get("says", {})
    ended = str(says.get(alert.state, alert.state)).lower()
    return f"{ended} ({_outcome(alert.outcome)})" if alert.outcome and alert.state in ENDS[:2] else ended


def _outcome(name: str) -> str:
    label, _ = words_of("_cards.j2", "OUTCOMES").get(name) or words_of("_cards.j2", "REASONS").get(name) or (words(name), "")
    return str(label).lower()


def _escalations(session: Session, account_id: str, since: datetime, look: Look) -> tuple[Happened, ...]:
    fresh = or_(Room.closed_at.is_(None), Room.asked_at >= since, Room.closed_at >= since)
    rooms = select(Room).where(Room.account_id == account_id, fresh).order_by(Room.asked_at.desc(), Room.id.desc()).limit(MOST)
    return tuple(Happened(_asked(room, look.sees), look.day(room.asked_at), _answer(room)) for room in session.scalars(rooms))


def _asked(room: Room, sees: bool) -> str:
    """What was asked for is a colleague's words."""
    need = " ".join(room.need.split()) if sees else ""
    return ": ".join(filter(None, (room.topic, need))) or "A specialist was asked for help"


def _answer(room: Room) -> str:
    if room.closed_at is None:
        return ""
    return _outcome(room.outcome) if room.outcome else "closed"
