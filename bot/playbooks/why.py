"""Why, and why not: each term of a condition with the value it meets now, and what holds the play back."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.accounts.signals import Signals
from bot.clock import day_of, start_of
from bot.messages import catalog as m
from bot.playbooks.definition import Playbook
from bot.playbooks.match import Held, in_care
from models import Account, Alert, Match, Play, Source

VERDICTS = {
    Held.STALE: m.Verdict.STALE,
    Held.MASS_DROP: m.Verdict.MASS_DROP,
    Held.BUDGET: m.Verdict.BUDGET,
}


@dataclass(frozen=True)
class Limits:
    cards_a_day: int
    zone: ZoneInfo


def why(session: Session, account: Account, playbook: Playbook, signals: Signals, limits: Limits, now: datetime) -> m.PlaybookVerdict:
    """What the playbook makes of the account now, in the order in which it decides."""
    care, holds, terms = _evaluate(session, account, playbook, signals)

    def say(verdict: m.Verdict, **more: Any) -> m.PlaybookVerdict:
        return m.PlaybookVerdict(playbook.name, playbook.version, verdict, terms, playbook.about, **more)

    alert = session.scalar(select(Alert).where(Alert.account_id == account.id, Alert.playbook == playbook.name, Alert.closed_at.is_(None)))
    if alert:
        return say(m.Verdict.OPEN_ALERT, state=m.State(alert.state), since=alert.opened_at)
    if not care:
        return say(m.Verdict.CHURNED)
    if not holds:
        return say(m.Verdict.NOT_MATCHING)
    if playbook.once_per and (ended := _last_end(session, account, playbook)) and ended > now - playbook.once_per:
        return say(m.Verdict.COOLDOWN, until=ended + playbook.once_per)
    match = session.get(Match, (playbook.name, account.id, ""))
    held = VERDICTS.get(Held(match.held)) if match and match.held in set(Held) else None
    if held is m.Verdict.BUDGET:
        tomorrow = start_of(day_of(now, limits.zone) + timedelta(days=1), limits.zone)
        return say(held, limit=limits.cards_a_day, until=tomorrow)
    if held is m.Verdict.STALE:
        return say(held, source=", ".join(sorted(signals.sources(playbook.when.signals))))
    return say(held or m.Verdict.WOULD_OPEN)


def _evaluate(session: Session, account: Account, playbook: Playbook, signals: Signals) -> tuple[bool, bool, tuple[m.Condition, ...]]:
    names = list(playbook.when.signals)
    statement = (
        select(
            in_care(signals.day),
            playbook.when.clause,
            *(part.clause for part in playbook.when.parts),
            *(signals.catalogue[name].expression for name in names),
        )
        .select_from(signals.table)
        .where(Account.id == account.id)
        .params(as_of=signals.day)
    )
    care, holds, *rest = session.execute(statement).one()
    parts = playbook.when.parts
    values = dict(zip(names, rest[len(parts) :], strict=True))
    read_at = {source.name: source.read_at for source in session.scalars(select(Source))}
    terms = tuple(
        m.Condition(part.text, name, values[name], _truth(truth), read_at.get(signals.catalogue[name].source))
        for part, truth in zip(parts, rest, strict=False)
        for name in part.signals or ("",)
        if name
    )
    return bool(care), bool(holds), terms


def _truth(value: Any) -> bool | None:
    """SQLite gives 0 and 1."""
    return None if value is None else bool(value)


def terms_now(session: Session, account: Account, playbook: Playbook, signals: Signals) -> tuple[m.Condition, ...]:
    return _evaluate(session, account, playbook, signals)[2]


def _last_end(session: Session, account: Account, playbook: Playbook) -> datetime | None:
    ended = select(Play.ended_at).where(Play.account_id == account.id, Play.playbook == playbook.name, Play.ended_at.is_not(None))
    return session.scalar(ended.order_by(Play.ended_at.desc()).limit(1))
