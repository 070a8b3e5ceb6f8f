"""Alerts that nobody takes in time: their owner is reminded, and after as long again the managers are told.

    open, take_by passed ──► reminded (whoever looks after it) ──as long again──► told (managers)
                        └──► told at once, when Slack can reach nobody who looks after it

The moments stand on the alert, set in the transaction that decides; the keys of the messages guard them once more. However many alerts
a pass finds late, each reader gets one message.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from bot.alerts.deadlines import take_by
from bot.alerts.lifecycle import Change
from bot.alerts.queries import untaken
from bot.alerts.record import STAYSAIL, apply, show
from bot.duty.house import Person, in_charge_of, owner_of
from bot.duty.post import Kind, Telling, tell_together
from bot.settings import Settings
from models import Alert, Trace

REMINDED = "reminded"


def late(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (*untaken(), Alert.take_by <= now, Alert.told_at.is_(None))


def unclocked() -> tuple[ColumnElement[bool], ...]:
    """Alerts whose time to be taken is to begin: back from a snooze, moved, or opened before there were deadlines."""
    return (*untaken(), Alert.take_by.is_(None))


def start_clocks(session: Session, settings: Settings, now: datetime) -> int:
    """Gives alerts that wait the time that settings give them, from now on. Returns how many."""
    if not settings.alerts.deadlines:
        return 0
    started = 0
    for alert in _locked(session, unclocked()):
        alert.take_by = clock_of(session, alert, settings, now)
        if alert.take_by:
            alert.reminded_at = alert.told_at = None
            show(session, alert)
            started += 1
    return started


def clock_of(session: Session, alert: Alert, settings: Settings, moment: datetime) -> datetime | None:
    """Until when it must be taken if its time begins at that moment, in the business time of its owner."""
    owner = owner_of(session, alert)
    return take_by(settings.alerts, settings.hours, alert.priority, moment, owner.timezone if owner else None)


def remind(session: Session, settings: Settings, now: datetime) -> tuple[int, int]:
    """How many were reminded, and of how many alerts the managers were told. Each reader gets one message of a kind."""
    found = [(alert, in_charge_of(session, alert, now)) for alert in _locked(session, late(now))]
    unreminded = [(alert, person) for alert, person in found if person and alert.reminded_at is None]
    unheard = [alert for alert, person in found if person is None or (alert.reminded_at and _again(alert, person, settings) <= now)]
    tell_together(session, [_remind(session, alert, person, settings, now) for alert, person in unreminded], now)
    whom = _whom_reminded(session, unheard)
    tell_together(session, [_tell_managers(session, alert, whom.get(alert.id), settings, now) for alert in unheard], now)
    return len(unreminded), len(unheard)


def _locked(session: Session, which: Sequence[ColumnElement[bool]]) -> Sequence[Alert]:
    return session.scalars(select(Alert).where(*which).order_by(Alert.id).with_for_update()).all()


def _again(alert: Alert, person: Person, settings: Settings) -> datetime:
    """As long after the reminder as there was to take it."""
    assert alert.reminded_at is not None
    begins = settings.hours.opens_at(alert.reminded_at, person.zone)
    return take_by(settings.alerts, settings.hours, alert.priority, begins, person.zone) or begins


def _remind(session: Session, alert: Alert, person: Person, settings: Settings, now: datetime) -> Telling:
    content = _about(alert) | {"stands_for": person.stands_for}
    apply(session, alert, Change({"reminded_at": now}, REMINDED, {"whom": person.slack_id}), STAYSAIL, now)
    return Telling(Kind.REMIND, _key(alert), person.slack_id, content, settings.hours.opens_at(now, person.zone))


def _tell_managers(session: Session, alert: Alert, reminded: str | None, settings: Settings, now: datetime) -> Telling:
    """Their channel is told while the workspace works."""
    content = _about(alert) | {"reminded": reminded, "reminded_at": alert.reminded_at.isoformat() if alert.reminded_at else None}
    apply(session, alert, Change({"told_at": now}, REMINDED, {"to": "managers"}), STAYSAIL, now)
    return Telling(Kind.LATE, _key(alert), settings.manager_channel, content, settings.hours.opens_at(now))


def _whom_reminded(session: Session, alerts: Sequence[Alert]) -> dict[int, str]:
    """Who was reminded of each alert for the time that is over, if anybody was: a Slack id."""
    reminded = [alert.id for alert in alerts if alert.reminded_at]
    traces = select(Trace.alert_id, Trace.detail).where(Trace.alert_id.in_(reminded), Trace.what == REMINDED).order_by(Trace.id)
    return {alert: detail["whom"] for alert, detail in session.execute(traces) if alert and detail.get("whom")}


def _about(alert: Alert) -> dict[str, str | int | None]:
    assert alert.take_by is not None
    return {"alert": alert.id, "take_by": alert.take_by.isoformat()}


def _key(alert: Alert) -> str:
    assert alert.take_by is not None
    return f"{alert.id}:{int(alert.take_by.timestamp())}"
