"""What comes without an alert of its own: each person's morning, the managers' week, a playbook that lost its cards."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import ClassVar

from bot.messages.catalog.answers import AlertLine
from bot.messages.catalog.facts import Account, Cause, Money, Person, Precision, State
from bot.messages.catalog.message import Message
from bot.messages.catalog.playbooks import Count


@dataclass(frozen=True)
class DigestLine:
    """An alert that needs its reader today. `stands_in_for`: who is away; `overdue`: it was to be done, or taken, by now; `returns`:
    its snooze ends today."""

    alert: AlertLine
    stands_in_for: Person | None = None
    overdue: bool = False
    returns: bool = False


@dataclass(frozen=True)
class WaitingLine:
    """An account for which a playbook would open an alert, if its owner had not had the day's cards."""

    account: Account
    playbook: str


@dataclass(frozen=True)
class ClosedLine:
    """An alert that is over. `who` None: nobody closed it."""

    account: Account
    cause: Cause
    state: State
    outcome: str = ""
    who: Person | None = None


@dataclass(frozen=True, kw_only=True)
class Digest(Message):
    """One person's day. Lists are cut by the caller; the totals are not. `arr`: one sum per currency, of each account once."""

    SHOWN: ClassVar[int] = 8
    BESIDE: ClassVar[int] = 5
    template: ClassVar[str] = "digest"
    day: date
    lines: tuple[DigestLine, ...] = ()
    total: int = 0
    arr: tuple[Money, ...] = ()
    waiting: tuple[WaitingLine, ...] = ()
    waiting_total: int = 0
    closed: tuple[ClosedLine, ...] = ()
    closed_total: int = 0

    @property
    def says_nothing(self) -> bool:
        return not (self.total or self.waiting_total or self.closed_total)


@dataclass(frozen=True)
class WeekFigures:
    """What happened to alerts in a week. `closed`: by outcome, or by the state of those that nobody closed."""

    opened: int = 0
    taken: int = 0
    closed: tuple[Count, ...] = ()
    saved: tuple[Money, ...] = ()
    improved: tuple[Money, ...] = ()
    median_to_take: timedelta | None = None

    @property
    def closed_total(self) -> int:
        return sum(outcome.count for outcome in self.closed)


@dataclass(frozen=True)
class NoisyPlaybook:
    name: str
    precision: Precision
    demoted: bool = False


@dataclass(frozen=True, kw_only=True)
class Week(Message):
    """The managers' week, from `since` up to `until`, against the one before. `at_risk`: ARR of accounts with an open risk, now.

    `shared`: people of other organisations read it, so it names no money.
    """

    template: ClassVar[str] = "week"
    since: datetime
    until: datetime
    this: WeekFigures
    before: WeekFigures
    open_now: int = 0
    at_risk: tuple[Money, ...] = ()
    noisy: tuple[NoisyPlaybook, ...] = ()
    shared: bool = False


@dataclass(frozen=True, kw_only=True)
class DemotionNotice(Message):
    """A playbook was useful less often than `least`, so its alerts are lines of the digest. `restored_at`: they are cards again."""

    template: ClassVar[str] = "demotion"
    playbook: str
    precision: Precision
    least: float
    since: datetime
    restored_at: datetime | None = None
    restored_by: Person | None = None
