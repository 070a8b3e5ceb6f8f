"""`card` and `task`: an alert, and its card on the way to Slack."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.alerts.deadlines import take_by
from bot.alerts.lifecycle import join
from bot.alerts.record import show, snapshot
from bot.bulk import add_all, inserting
from bot.delivery import outbox
from bot.delivery.keys import alert_subject
from bot.messages.catalog import CardName, State
from bot.playbooks.ahead import only_reminds, to_come
from bot.playbooks.effects.doing import Doing, People, recipients
from bot.playbooks.effects.grouping import group, returns_of
from bot.playbooks.rulebook import Rulebook
from bot.playbooks.steps import MANAGERS, OWNER, CardStep, TaskStep
from bot.playbooks.story import cause_of
from bot.team.away import stand_ins_of
from models import Alert, PlaybookStatus, Reason, Trace

Trends = Mapping[tuple[str, int], Mapping[str, list[float]]]
"""Weekly values by edition and account."""


def open_alerts(session: Session, doings: list[Doing], rulebook: Rulebook, trends: Trends, now: datetime) -> int:
    """Opens an alert for each, or lets it join the one that stands for its account. Returns how many were opened."""
    if not doings:
        return 0
    desk = _Desk.of(session, doings, rulebook, now)
    grouped = group(session, doings, rulebook.house)
    returns = returns_of(session, grouped.opens, now)
    ids = _open(session, grouped.opens, desk, returns) if grouped.opens else {}
    alerts = {doing.key: alert_id for doing, alert_id in ids.values()}
    joined = [(doing, target.id if isinstance(target, Alert) else alerts[target.key]) for doing, target in grouped.joins]
    everyone = [*ids.values(), *joined]
    add_all(session, Reason, [_reason(doing, alert_id, rulebook, trends, now) for doing, alert_id in everyone])
    told = [doing.trace(now, _what(doing, returns), alert_id=alert_id, detail=_told(doing)) for doing, alert_id in ids.values()]
    told += [doing.trace(now, "joined", alert_id=alert_id, detail=_told(doing)) for doing, alert_id in joined]
    add_all(session, Trace, told)
    for doing, target in grouped.joins:
        if isinstance(target, Alert):
            _join(session, target, doing, desk)
    return len(ids)


@dataclass(frozen=True)
class _Desk:
    """What opening needs beside the doings. `quiet`: playbooks whose alerts have no card."""

    people: People
    rulebook: Rulebook
    quiet: frozenset[str]
    stand_ins: Mapping[str, str]
    now: datetime

    @classmethod
    def of(cls, session: Session, doings: list[Doing], rulebook: Rulebook, now: datetime) -> "_Desk":
        people = People.load(session, recipients(doings, _whom), rulebook.house.managers)
        quiet = frozenset(session.scalars(select(PlaybookStatus.name).where(PlaybookStatus.demoted_at.is_not(None))))
        ids = {teammate.slack_id for teammate in people.by_email.values()}
        return cls(people, rulebook, quiet, stand_ins_of(session, ids, now), now)

    def zone(self, doing: Doing) -> str | None:
        return self.people.zone(_owner(doing))

    def card(self, doing: Doing, alert_id: int) -> outbox.New:
        channel = self.people.managers if _whom(doing) == MANAGERS else doing.due.channel
        due_at = self.rulebook.house.hours.opens_at(self.now, self.zone(doing))
        return outbox.New(doing.key, alert_subject(alert_id), channel, due_at)

    def is_quiet(self, doing: Doing) -> bool:
        return isinstance(doing.step, CardStep) and doing.due.playbook.name in self.quiet

    def assigned_to(self, doing: Doing) -> str | None:
        """Whom a task is for; of a card, whoever stands in for the owner."""
        whom = _whom(doing)
        teammate = self.people.of(whom if "@" in whom else doing.due.owner_email)
        if teammate is None or whom == MANAGERS:
            return None
        stand_in = self.stand_ins.get(teammate.slack_id)
        return stand_in or (teammate.slack_id if "@" in whom else None)


def _open(session: Session, doings: list[Doing], desk: _Desk, returns: Mapping[Any, Any]) -> dict[tuple[int, int], tuple[Doing, int]]:
    rows = [_alert(doing, desk, returns) for doing in doings]
    adding, values = inserting(session, Alert, rows)
    added = session.execute(adding.returning(Alert.id, Alert.play_id, Alert.effect), values)
    ids = {(play_id, effect): alert_id for alert_id, play_id, effect in added}
    opened = {key: (doing, ids[key]) for doing in doings if (key := (doing.due.play_id, doing.visit.number))}
    outbox.enqueue(session, [desk.card(doing, alert_id) for doing, alert_id in opened.values() if not desk.is_quiet(doing)], desk.now)
    return opened


def _join(session: Session, alert: Alert, doing: Doing, desk: _Desk) -> None:
    """The card shows the further reason. An alert that had no card gets one, unless this playbook has lost its cards too."""
    for name, value in join(snapshot(alert)).values.items():
        setattr(alert, name, value)
    priorities = [priority for priority in (alert.priority, doing.due.priority) if priority is not None]
    alert.priority = max(priorities, default=None)
    if alert.quiet and not desk.is_quiet(doing):
        alert.quiet = False
        outbox.enqueue(session, [desk.card(doing, alert.id)], desk.now)
    show(session, alert)


def _what(doing: Doing, returns: Mapping[Any, Any]) -> str:
    return "reopened" if _before(doing, returns) else "opened"


def _before(doing: Doing, returns: Mapping[Any, Any]) -> tuple[int, float | None] | None:
    """The alert of which this is a return, and how bad that was."""
    found: tuple[int, float | None] | None = returns.get((doing.due.playbook.name, doing.due.account_id))
    return found if isinstance(doing.step, CardStep) else None


def _ahead(doing: Doing) -> dict[str, Any]:
    """What the play would still bring after this step, for whoever thinks of taking it over."""
    program = doing.due.playbook.program
    then = next(at for at, op in enumerate(program.ops) if op is doing.visit.op) + 1
    return {"ahead": list(to_come(program, then)), "reminds": only_reminds(program, then)}


def _told(doing: Doing) -> dict[str, Any]:
    return {"facts": doing.due.facts} if isinstance(doing.step, CardStep) else {"task": doing.step.task.what}


def _whom(doing: Doing) -> str:
    return str(doing.step.task.to) if isinstance(doing.step, TaskStep) else OWNER


def _owner(doing: Doing) -> str | None:
    whom = _whom(doing)
    return whom if "@" in whom else doing.due.owner_email


def _alert(doing: Doing, desk: _Desk, returns: Mapping[Any, Any]) -> dict[str, Any]:
    due, step, house, now = doing.due, doing.step, desk.rulebook.house, desk.now
    is_task, quiet, before = isinstance(step, TaskStep), desk.is_quiet(doing), _before(doing, returns)
    waits = not is_task and not quiet
    return {
        "play_id": due.play_id,
        "effect": doing.visit.number,
        "account_id": due.account_id,
        "playbook": due.playbook.name,
        "playbook_version": due.playbook.version,
        "card": CardName.TASK.value if is_task else step.card,
        "kind": due.playbook.kind.value,
        "state": State.OPEN.value,
        "version": 1,
        "opened_at": now,
        "priority": due.priority,
        "owner_email": _owner(doing),
        "assigned_to": desk.assigned_to(doing),
        "deadline": now + step.within if is_task and step.within else None,
        "take_by": take_by(house.alerts, house.hours, due.priority, now, desk.zone(doing)) if waits else None,
        "quiet": quiet,
        "reopens_id": before[0] if before else None,
    }


def _reason(doing: Doing, alert_id: int, rulebook: Rulebook, trends: Trends, now: datetime) -> dict[str, Any]:
    due = doing.due
    cause = cause_of(due.playbook, rulebook.signals, due.facts)
    cause["play"] = _ahead(doing)
    if isinstance(doing.step, TaskStep):
        cause |= {"what": doing.step.task.what, "whom": doing.step.task.to}
    return {
        "alert_id": alert_id,
        "play_id": due.play_id,
        "effect": doing.visit.number,
        "playbook": due.playbook.name,
        "playbook_version": due.playbook.version,
        "began_at": now,
        "measured_at": now,
        "cause": cause,
        "facts": due.facts,
        "trend": trends.get(due.playbook.edition, {}).get(due.account_id, []),
        "severity": due.severity,
        "worst": due.severity,
        "got_worse": False,
    }
