"""The CRM names another owner: the account's open alerts move, and each side is told once what moved."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from bot.alerts.lifecycle import Change
from bot.alerts.record import STAYSAIL, apply
from bot.duty.deadlines import clock_of
from bot.duty.house import whoever
from bot.duty.post import Kind, Telling, tell
from bot.messages.catalog import CardName, Side, State
from bot.settings import Settings
from bot.team.away import stand_in_of
from bot.team.directory import by_email
from models import Account, Alert, Teammate


@dataclass
class _Heap:
    """What one side is told of. `others`: Slack ids of the other side; whoever is not in Slack has none."""

    alerts: list[Alert] = field(default_factory=list)
    others: list[str | None] = field(default_factory=list)

    def add(self, alert: Alert, other: Teammate | None) -> None:
        self.alerts.append(alert)
        self.others.append(other.slack_id if other else None)

    @property
    def content(self) -> dict[str, Any]:
        return {"alerts": [alert.id for alert in self.alerts], "others": [who for who in dict.fromkeys(self.others) if who]}


def strayed() -> tuple[ColumnElement[bool], ...]:
    """Open alerts whose owner is no longer the account's. A task stays with whom it was given to."""
    return Alert.closed_at.is_(None), Alert.card != CardName.TASK.value, Alert.owner_email.is_distinct_from(Account.owner_email)


def follow_owners(session: Session, settings: Settings, now: datetime) -> int:
    """How many alerts moved."""
    joined = select(Alert, Account.owner_email).join(Account, Account.id == Alert.account_id).where(*strayed())
    rows = session.execute(joined.order_by(Alert.id).with_for_update(of=Alert)).all()
    people = by_email(session, [email for alert, owner in rows for email in (alert.owner_email, owner)])
    heaps: dict[tuple[Side, str], _Heap] = defaultdict(_Heap)
    for alert, email in rows:
        old, new = people.get(alert.owner_email or ""), people.get(email or "")
        _move(session, alert, old, new, email, now)
        if alert.state == State.OPEN and not alert.quiet:
            alert.take_by = clock_of(session, alert, settings, now)
        reader = whoever(session, new, now) if new else None
        heaps[(Side.NEW, reader.slack_id) if reader else (Side.MANAGERS, settings.manager_channel)].add(alert, old)
        if old:
            heaps[Side.OLD, old.slack_id].add(alert, new)
    for (side, to), heap in heaps.items():
        _tell(session, side, to, heap, settings, now)
    return len(rows)


def _move(session: Session, alert: Alert, old: Teammate | None, new: Teammate | None, email: str | None, now: datetime) -> None:
    values: dict[str, Any] = {"owner_email": email, "take_by": None, "reminded_at": None, "told_at": None}
    theirs = {old.slack_id, stand_in_of(session, old.slack_id, now)} if old else set()
    if alert.assigned_to is None or alert.assigned_to in theirs:
        values["assigned_to"] = stand_in_of(session, new.slack_id, now) if new else None
    if old and alert.taken_by == old.slack_id:
        values |= {"taken_by": None, "taken_at": None}
        values |= {"state": State.OPEN.value} if alert.state == State.TAKEN else {}
    detail = {"whom": new.slack_id if new else None, "to": "" if new else email or ""}
    apply(session, alert, Change(values, "moved", detail), STAYSAIL, now)


def _tell(session: Session, side: Side, to: str, heap: _Heap, settings: Settings, now: datetime) -> None:
    """The versions of the alerts rise with every move: another one is told anew."""
    reader = session.get(Teammate, to) if side is not Side.MANAGERS else None
    due_at = settings.hours.opens_at(now, reader.timezone if reader else None)
    about = f"{side}:{to}:{heap.alerts[0].id}.{heap.alerts[0].version}"
    tell(session, Telling(Kind.MOVED, about, to, heap.content | {"side": side.value}, due_at), now)
