"""`card` and `task`: an alert, and its card on the way to Slack."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.bulk import add_all, inserting
from bot.delivery import outbox
from bot.delivery.keys import alert_subject
from bot.messages.catalog import State
from bot.playbooks.effects.doing import Doing, People, recipients
from bot.playbooks.funnel import to_come
from bot.playbooks.rulebook import Rulebook
from bot.playbooks.steps import MANAGERS, OWNER, CardStep, TaskStep
from bot.playbooks.story import cause_of
from models import Alert, Trace

Trends = Mapping[tuple[str, int], Mapping[str, list[float]]]
"""Weekly values by edition and account."""
TASK = "task"


def open_alerts(session: Session, doings: list[Doing], rulebook: Rulebook, trends: Trends, now: datetime) -> None:
    if not doings:
        return
    people = People.load(session, recipients(doings, _whom), rulebook.house.managers)
    rows = [_alert(doing, people, rulebook, trends, now) for doing in doings]
    adding, values = inserting(session, Alert, rows)
    added = session.execute(adding.returning(Alert.id, Alert.play_id, Alert.effect), values)
    ids = {(play_id, effect): alert_id for alert_id, play_id, effect in added}
    opened = [(doing, ids[doing.due.play_id, doing.visit.number]) for doing in doings]
    told = [doing.trace(now, "opened", alert_id=alert_id, detail=_told(doing)) for doing, alert_id in opened]
    add_all(session, Trace, told)
    outbox.enqueue(session, [_card(doing, alert_id, people, rulebook, now) for doing, alert_id in opened], now)


def _to_come(doing: Doing) -> tuple[str, ...]:
    """What the play would still do after this step, for whoever thinks of taking it over."""
    program = doing.due.playbook.program
    here = next(at for at, op in enumerate(program.ops) if op is doing.visit.op)
    return to_come(program, here + 1)


def _told(doing: Doing) -> dict[str, Any]:
    return {"facts": doing.due.facts} if isinstance(doing.step, CardStep) else {"task": doing.step.task.what}


def _whom(doing: Doing) -> str:
    return str(doing.step.task.to) if isinstance(doing.step, TaskStep) else OWNER


def _owner(doing: Doing) -> str | None:
    whom = _whom(doing)
    return whom if "@" in whom else doing.due.owner_email


def _card(doing: Doing, alert_id: int, people: People, rulebook: Rulebook, now: datetime) -> outbox.New:
    channel = people.managers if _whom(doing) == MANAGERS else doing.due.channel
    due_at = rulebook.house.hours.opens_at(now, people.zone(_owner(doing)))
    return outbox.New(doing.key, alert_subject(alert_id), channel, due_at)


def _alert(doing: Doing, people: People, rulebook: Rulebook, trends: Trends, now: datetime) -> dict[str, Any]:
    due, step = doing.due, doing.step
    cause = cause_of(due.playbook, rulebook.signals, due.facts)
    cause["play"] = {"to_come": list(_to_come(doing))}
    deadline = None
    if isinstance(step, TaskStep):
        cause |= {"what": step.task.what, "whom": step.task.to}
        deadline = now + step.within if step.within else None
    whom = _whom(doing)
    teammate = people.of(whom) if "@" in whom else None
    return {
        "play_id": due.play_id,
        "effect": doing.visit.number,
        "account_id": due.account_id,
        "playbook": due.playbook.name,
        "playbook_version": due.playbook.version,
        "card": step.card if isinstance(step, CardStep) else TASK,
        "kind": due.playbook.kind.value,
        "state": State.OPEN.value,
        "version": 1,
        "opened_at": now,
        "measured_at": now,
        "cause": cause,
        "facts": due.facts,
        "trend": trends.get(due.playbook.edition, {}).get(due.account_id, []),
        "priority": due.priority,
        "severity": due.severity,
        "worst": due.severity,
        "owner_email": _owner(doing),
        "assigned_to": teammate.slack_id if teammate else None,
        "deadline": deadline,
    }
