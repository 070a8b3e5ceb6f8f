"""The runner moves plays: what the engine decides is written in one transaction with the play's new place and its outbox rows.

due plays ─► facts and route (SQL) ─► trends (usage database) ─► alerts + outbox + traces
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from bot.accounts.business_hours import BusinessHours
from bot.accounts.signals import Signals
from bot.alerts.record import STAYSAIL
from bot.connectors.ports import Usage
from bot.database import Database
from bot.delivery import outbox
from bot.delivery.keys import alert_subject, card_key
from bot.errors import SourceFailed
from bot.messages.catalog import State
from bot.playbooks.condition import Condition
from bot.playbooks.definition import Playbook
from bot.playbooks.engine import OpenCard, advance
from bot.playbooks.story import cause_of, needed, plain
from models import Account, Alert, Play, Teammate, Trace

log = structlog.get_logger()
BATCH = 1000
WEEKS = 13


@dataclass(frozen=True)
class Routes:
    """Which channel an account's alerts go to: the first condition that holds, or else `otherwise`."""

    rules: tuple[tuple[Condition, str], ...]
    otherwise: str

    def columns(self) -> list[Any]:
        return [condition.clause.label(f"route_{at}") for at, (condition, _) in enumerate(self.rules)]

    def choose(self, row: Mapping[str, Any]) -> str:
        fitting = (to for at, (_, to) in enumerate(self.rules) if row[f"route_{at}"])
        return next(fitting, self.otherwise)


@dataclass(frozen=True)
class Rulebook:
    """What a pass decides by."""

    playbooks: Mapping[str, Playbook]
    signals: Signals
    routes: Routes
    hours: BusinessHours


@dataclass(frozen=True)
class Due:
    """A play that can move, with what is known of its account."""

    play_id: int
    step: int
    playbook: Playbook
    account_id: str
    owner_email: str | None
    facts: dict[str, Any]
    channel: str
    priority: float | None
    severity: float | None


async def advance_plays(database: Database, usage: Usage | None, rulebook: Rulebook, now: datetime) -> int:
    """Moves every play that is due. Returns how many alerts were opened."""
    opened = 0
    for playbook in rulebook.playbooks.values():
        while due := await database.read(find_due, playbook, rulebook, now):
            trends = await read_trends(usage, rulebook.signals, playbook, [play.account_id for play in due])
            opened += await database.run(move, due, rulebook, trends, now)
    return opened


def find_due(session: Session, playbook: Playbook, rulebook: Rulebook, now: datetime) -> list[Due]:
    names = needed(playbook, rulebook.signals)
    catalogue = rulebook.signals.catalogue
    columns = [catalogue[name].expression.label(name) for name in names]
    statement = (
        select(Play.id, Play.step, Play.priority, Play.severity, Account.id, Account.owner_email, *columns, *rulebook.routes.columns())
        .select_from(rulebook.signals.table.join(Play, Play.account_id == Account.id))
        .where(Play.playbook == playbook.name, Play.due_at <= now)
        .order_by(Play.priority.desc().nulls_last(), Play.id)
        .limit(BATCH)
        .params(as_of=rulebook.signals.day)
    )
    return [_due(row, names, playbook, rulebook) for row in session.execute(statement)]


def _due(row: Any, names: Sequence[str], playbook: Playbook, rulebook: Rulebook) -> Due:
    play_id, step, priority, severity, account_id, owner = row[:6]
    facts = {name: plain(value) for name, value in zip(names, row[6:], strict=False)}
    channel = rulebook.routes.choose(row._mapping)
    return Due(play_id, step, playbook, account_id, owner, facts, channel, priority, severity)


async def read_trends(usage: Usage | None, signals: Signals, playbook: Playbook, accounts: Sequence[str]) -> dict[str, list[float]]:
    """Thirteen weekly values of each account. Empty when the usage source fails: a card does without rather than wait."""
    metric = signals.main_metric(playbook.when.signals)
    if usage is None or metric is None or not accounts:
        return {}
    try:
        return await asyncio.to_thread(usage.weekly, metric.name, accounts, signals.measured[metric.name].day, WEEKS)
    except SourceFailed as error:
        log.warning("trend_not_read", metric=metric.name, problem=str(error))
        return {}


def move(session: Session, due: Sequence[Due], rulebook: Rulebook, trends: Mapping[str, list[float]], now: datetime) -> int:
    ids = [play.play_id for play in due]
    still_due = (Play.id.in_(ids), Play.due_at.is_not(None))
    mine = set(session.scalars(update(Play).where(*still_due).values(due_at=None).returning(Play.id)))
    moved = [(play, advance(play.step, play.playbook.steps)) for play in due if play.play_id in mine]
    for play, step in {(play.playbook.name, then.step): then.step for play, then in moved}.items():
        same = [p.play_id for p, then in moved if (p.playbook.name, then.step) == play]
        session.execute(update(Play).where(Play.id.in_(same)).values(step=step))
    opening = [(play, effect) for play, then in moved for effect in then.effects]
    _open_alerts(session, opening, rulebook, trends, now)
    return len(opening)


def _open_alerts(
    session: Session, opening: Sequence[tuple[Due, OpenCard]], rulebook: Rulebook, trends: Mapping[str, list[float]], now: datetime
) -> None:
    if not opening:
        return
    rows = [_alert(play, effect, rulebook.signals, trends, now) for play, effect in opening]
    added = insert(Alert).returning(Alert.id, Alert.play_id)
    ids = {play_id: alert_id for alert_id, play_id in session.execute(added, rows)}
    session.execute(insert(Trace).returning(Trace.id), [_opened(ids[play.play_id], play, now) for play, _ in opening])
    zones = _zones(session, {play.owner_email for play, _ in opening})
    outbox.enqueue(session, [_card(ids[play.play_id], play, rulebook, zones, now) for play, _ in opening], now)


def _card(alert_id: int, play: Due, rulebook: Rulebook, zones: Mapping[str, str], now: datetime) -> outbox.New:
    due_at = rulebook.hours.opens_at(now, zones.get(play.owner_email or ""))
    return outbox.New(card_key(alert_id), alert_subject(alert_id), play.channel, due_at)


def _alert(play: Due, effect: OpenCard, signals: Signals, trends: Mapping[str, list[float]], now: datetime) -> dict[str, Any]:
    return {
        "play_id": play.play_id,
        "account_id": play.account_id,
        "playbook": play.playbook.name,
        "playbook_version": play.playbook.version,
        "card": effect.card,
        "kind": play.playbook.kind.value,
        "state": State.OPEN.value,
        "version": 1,
        "opened_at": now,
        "measured_at": now,
        "cause": cause_of(play.playbook, signals, play.facts),
        "facts": play.facts,
        "trend": trends.get(play.account_id, []),
        "priority": play.priority,
        "severity": play.severity,
        "worst": play.severity,
        "owner_email": play.owner_email,
    }


def _opened(alert_id: int, play: Due, now: datetime) -> dict[str, Any]:
    return {
        "at": now,
        "actor": STAYSAIL,
        "what": "opened",
        "account_id": play.account_id,
        "playbook": play.playbook.name,
        "playbook_version": play.playbook.version,
        "alert_id": alert_id,
        "detail": {"facts": play.facts},
    }


def _zones(session: Session, emails: set[str | None]) -> dict[str, str]:
    """The time zones of those owners whom Slack knows."""
    known = select(Teammate.email, Teammate.timezone).where(Teammate.email.in_(filter(None, emails)))
    return {email: zone for email, zone in session.execute(known) if email and zone}
