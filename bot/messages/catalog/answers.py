"""What `/stay` answers, visible to the asker only."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from bot.messages.actions import PickFor, pick_block
from bot.messages.catalog.details import SurveyAnswer
from bot.messages.catalog.facts import (
    Account,
    AccountFacts,
    Cause,
    Contact,
    DataAge,
    Money,
    Person,
    Signal,
    State,
)
from bot.messages.catalog.message import Message
from bot.messages.catalog.modals import EarlierAlert
from bot.messages.catalog.playbooks import PlayLine
from bot.messages.catalog.review_due import LastReview
from bot.messages.catalog.reviews import NextReview


@dataclass(frozen=True, kw_only=True)
class HelpAnswer(Message):
    """The commands that the asker may use. `unknown`: the word that was not understood; `nearest`: the closest command."""

    template: ClassVar[str] = "help"
    unknown: str = ""
    nearest: str = ""
    manager: bool = False
    admin: bool = False


@dataclass(frozen=True)
class AlertLine:
    """An alert in a list. `acting`: who took it; `deadline`: a task's; `take_by`: until when it must be taken; `also`: how many
    further reasons it has; `quiet`: it has no card; `absent`: who is away while `owner` stands in for them."""

    alert_id: int
    account: Account
    cause: Cause
    state: State
    since: datetime
    owner: Person | None = None
    acting: Person | None = None
    arr: Money | None = None
    snoozed_until: datetime | None = None
    deadline: datetime | None = None
    take_by: datetime | None = None
    also: int = 0
    quiet: bool = False
    absent: Person | None = None


@dataclass(frozen=True, kw_only=True)
class AccountAnswer(Message):
    template: ClassVar[str] = "account"
    now: datetime
    account: Account
    facts: AccountFacts
    domain: str = ""
    signals: tuple[Signal, ...] = ()
    contacts: tuple[Contact, ...] = ()
    alerts: tuple[AlertLine, ...] = ()
    plays: tuple[PlayLine, ...] = ()
    review: NextReview | None = None
    held: LastReview | None = None
    earlier: tuple[EarlierAlert, ...] = ()
    answers: tuple[SurveyAnswer, ...] = ()


@dataclass(frozen=True)
class Hit:
    account: Account
    domain: str = ""


@dataclass(frozen=True, kw_only=True)
class AccountChoice(Message):
    """Several accounts match. The picked option's value is the account id; the block id says how to go on."""

    template: ClassVar[str] = "account-choice"
    query: str
    hits: tuple[Hit, ...]
    total: int
    what: PickFor = PickFor.ACCOUNT
    playbook: str | None = None

    @property
    def block_id(self) -> str:
        return pick_block(self.what, self.playbook)


@dataclass(frozen=True, kw_only=True)
class RisksAnswer(Message):
    """One page of open alerts, ordered by the caller. `page` counts from 1; `total_arr`: one sum per currency."""

    PAGE_SIZE: ClassVar[int] = 8
    template: ClassVar[str] = "risks"
    lines: tuple[AlertLine, ...]
    total: int
    page: int = 1
    own: bool = True
    total_arr: tuple[Money, ...] = ()

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.PAGE_SIZE))


@dataclass(frozen=True)
class TeamLine:
    """One CSM; `person` None: alerts that nobody owns. `oldest`: when the oldest open alert opened."""

    person: Person | None
    open: int
    taken: int
    median_to_take: timedelta | None = None
    oldest: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class TeamAnswer(Message):
    """`days`: over how many days the median is taken."""

    template: ClassVar[str] = "team"
    now: datetime
    lines: tuple[TeamLine, ...]
    days: int = 30


@dataclass(frozen=True)
class SourceLine:
    """`up_to`: the newest day in it. `error`: one sentence of the last failure. `stale`: it holds alerts."""

    name: str
    age: DataAge
    rows: int | None = None
    error: str = ""
    stale: bool = False


@dataclass(frozen=True)
class JobLine:
    name: str
    last_run: datetime | None = None
    next_run: datetime | None = None
    error: str = ""


@dataclass(frozen=True)
class DeadLetter:
    """Something that could not be sent. `what`: its subject; `where`: channel or person as configured; `why`: reason and cure."""

    outbox_id: str
    what: str
    where: str
    why: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class StatusAnswer(Message):
    """At most ten dead letters are shown; `dead_total` counts them all. `ignored`: changes of admins that no longer fit.

    `mistakes`: why playbooks, or what they build on, do not count now.
    """

    SHOWN: ClassVar[int] = 10
    template: ClassVar[str] = "status"
    now: datetime
    version: str
    sources: tuple[SourceLine, ...] = ()
    jobs: tuple[JobLine, ...] = ()
    waiting: int = 0
    sent_today: int = 0
    dead_total: int = 0
    dead: tuple[DeadLetter, ...] = ()
    ignored: tuple[str, ...] = ()
    mistakes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Said(Message):
    """One plain sentence. `{who}` and `{at}` in it stand for the mention and the time; `error_id` finds it in the log."""

    template: ClassVar[str] = "said"
    text: str
    who: Person | None = None
    at: datetime | None = None
    error_id: str = ""
