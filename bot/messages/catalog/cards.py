"""The cards that live in channels and are updated in place."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from bot.messages.catalog.facts import (
    Account,
    AccountFacts,
    Cause,
    HistoryLine,
    Person,
    State,
    Worse,
)
from bot.messages.catalog.message import Message


@dataclass(frozen=True, kw_only=True)
class ChurnRiskCard(Message):
    """One alert of kind risk through its whole life. Closed states collapse to one quiet line."""

    template: ClassVar[str] = "churn-risk"
    alert_id: int
    version: int
    state: State
    account: Account
    cause: Cause
    facts: AccountFacts
    since: datetime
    acting: Person | None = None
    worse: Worse | None = None
    history: tuple[HistoryLine, ...] = ()
    snoozed_until: datetime | None = None
    closed_at: datetime | None = None
    closed_by: Person | None = None
    outcome: str = ""
    note: str = ""

    @property
    def closed(self) -> bool:
        return self.state in {
            State.RESOLVED,
            State.DISMISSED,
            State.RECOVERED,
            State.ENDED,
        }

    @property
    def unowned(self) -> bool:
        """Nobody whom Slack can reach looks after it."""
        return not any(person and person.slack_id for person in (self.acting, self.facts.owner))


class BreakerKind(StrEnum):
    STALE = "stale"
    MASS_DROP = "mass_drop"


@dataclass(frozen=True)
class Decision:
    released: bool
    who: Person
    at: datetime


@dataclass(frozen=True, kw_only=True)
class BreakerNotice(Message):
    """Alerts are held because the data looks wrong. Stale: `source`, `newest`, ages in days. Mass drop: the counts and the limit."""

    template: ClassVar[str] = "breaker"
    breaker_id: int
    kind: BreakerKind
    playbooks: tuple[str, ...]
    since: datetime
    source: str = "Usage"
    newest: date | None = None
    age_days: int | None = None
    limit_days: int | None = None
    would_open: int = 0
    eligible: int = 0
    limit_share: float | None = None
    decision: Decision | None = None
    ended_at: datetime | None = None
