"""The cards that live in channels and are updated in place."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar, Self

from bot.messages.catalog.facts import (
    Account,
    AccountFacts,
    Cause,
    Did,
    HistoryLine,
    Person,
    State,
    Worse,
)
from bot.messages.catalog.message import Message

TO_CRM = (Did.WRITTEN_BACK, Did.WRITE_BACK_REFUSED, Did.WRITE_BACK_FAILED, Did.WRITE_BACK_UNDONE)


@dataclass(frozen=True)
class PlayOnCard:
    """The play that opened the alert, while it has steps to go. `to_come`: what they bring, in words, if that is known; `reminds`:
    nothing but words to people of ours."""

    play_id: int
    to_come: tuple[str, ...] = ()
    reminds: bool = False


@dataclass(frozen=True)
class ReasonOnCard:
    """A further reason of an alert. `standing` False: it has ended, the alert stands for others."""

    cause: Cause
    since: datetime
    standing: bool = True


@dataclass(frozen=True)
class RoomOnCard:
    """The room in which somebody helps. `state`: opening, asked, accepted, returned, closing or closed."""

    state: str
    specialist: Person
    channel_id: str | None = None
    answer_by: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class AlertCard(Message):
    """One alert through its whole life. Closed states collapse to one quiet line.

    `cause` is the first reason that stands; `also` are the others. `reopens`: when the alert before was closed, of which this is a
    worse return. `take_by`: until when somebody must take it; `late`: that has passed. `shared`: people of other organisations
    read it, so it names no money and quotes nobody.
    """

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
    play: PlayOnCard | None = None
    also: tuple[ReasonOnCard, ...] = ()
    reopens: datetime | None = None
    take_by: datetime | None = None
    late: bool = False
    room: RoomOnCard | None = None
    shared: bool = False

    @property
    def closed(self) -> bool:
        return self.state in {
            State.RESOLVED,
            State.DISMISSED,
            State.RECOVERED,
            State.ENDED,
        }

    @property
    def in_crm(self) -> HistoryLine | None:
        """What last became of its end in the CRM, if it was to be written there."""
        since = self.closed_at
        told = [line for line in self.history if line.did in TO_CRM and since and line.at >= since]
        return told[-1] if told else None

    def for_strangers(self) -> Self:
        """What people of other organisations may read: no money, no values of conditions, nobody's words."""
        also = tuple(replace(reason, cause=replace(reason.cause, conditions=())) for reason in self.also)
        facts, cause = replace(self.facts, arr=None), replace(self.cause, conditions=())
        return replace(self, shared=True, facts=facts, cause=cause, also=also, note="")

    @property
    def unowned(self) -> bool:
        """Nobody whom Slack can reach looks after it."""
        return not any(person and person.slack_id for person in (self.acting, self.facts.owner))


@dataclass(frozen=True, kw_only=True)
class ChurnRiskCard(AlertCard):
    """An account that may leave."""

    template: ClassVar[str] = "churn-risk"


@dataclass(frozen=True, kw_only=True)
class AccountCard(AlertCard):
    """Every other alert; `cause.card` chooses its words (`templates/_cards.j2`).

    `deadline` and `whom` are a task's: until when, and for whom in words (`managers`) where no single person is meant.
    """

    template: ClassVar[str] = "account-card"
    deadline: datetime | None = None
    overdue: bool = False
    whom: str = ""


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


@dataclass(frozen=True, kw_only=True)
class PlaybookNotice(Message):
    """What a playbook's author wants a channel or a teammate to read. `text` is theirs, shown as it stands."""

    template: ClassVar[str] = "playbook-notice"
    text: str
    playbook: str
    account: Account | None = None


class Missing(StrEnum):
    """What became of a playbook's file. Gone: or no longer named under `enable`. Unreadable: or naming what is not there any more."""

    GONE = "gone"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, kw_only=True)
class PlaybookRemovedNotice(Message):
    """A playbook with running plays has no file any more, or one that does not compile: its plays stand still.

    `problem`: what is wrong with the file. `back_at`: it is there again, and the plays have gone on.
    """

    template: ClassVar[str] = "playbook-removed"
    playbook: str
    running: int
    since: datetime
    missing: Missing = Missing.GONE
    problem: str = ""
    back_at: datetime | None = None
