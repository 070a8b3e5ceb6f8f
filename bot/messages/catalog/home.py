"""The Home tab: a person's day and accounts, the team in figures, and what an admin has still to set up."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from bot.messages.actions import Callback, HomeFilter
from bot.messages.catalog.answers import AccountAnswer, AlertLine, RisksAnswer, TeamAnswer
from bot.messages.catalog.facts import Account, Money, Person, SignalValue
from bot.messages.catalog.message import Home, Modal


@dataclass(frozen=True)
class HomeState:
    """How somebody has turned their Home tab: it travels in the view's private metadata. `page` counts from 1."""

    LONGEST: ClassVar[int] = 80
    filter: HomeFilter = HomeFilter.ALL
    query: str = ""
    page: int = 1

    @property
    def metadata(self) -> str:
        return json.dumps({"filter": self.filter, "query": self.query, "page": self.page})

    @classmethod
    def read(cls, metadata: str) -> "HomeState":
        """The beginning, when the view is not there yet or a later version of Staysail wrote it."""
        try:
            found = json.loads(metadata)
            return cls(HomeFilter(found["filter"]), str(found["query"])[: cls.LONGEST], max(1, int(found["page"])))
        except (ValueError, KeyError, TypeError):
            return cls()


@dataclass(frozen=True)
class DayLine:
    """Something that waits for the person. `late`: its deadline has passed, or nobody took it in time."""

    alert: AlertLine
    late: bool = False


@dataclass(frozen=True)
class Day:
    """At most `MOST` of each kind, the most urgent first, and how many there are. `snoozed` ones come back by themselves."""

    MOST: ClassVar[int] = 6
    alerts: tuple[DayLine, ...] = ()
    tasks: tuple[DayLine, ...] = ()
    reviews: tuple[DayLine, ...] = ()
    alerts_total: int = 0
    tasks_total: int = 0
    reviews_total: int = 0
    late: int = 0
    snoozed: int = 0


@dataclass(frozen=True)
class AccountSummary:
    """An account in a few words. `ratio` is of the main metric, recent to baseline; `arr` None: unknown, or not for the reader."""

    account: Account
    owner: Person | None = None
    stage: str = ""
    plan: str = ""
    health: SignalValue = None
    metric: str = ""
    ratio: float | None = None
    arr: Money | None = None
    renewal_in: int | None = None
    open: int = 0


@dataclass(frozen=True)
class TeamNumbers:
    """All open alerts: how many, taken, late, and of accounts without an owner. `at_risk`: ARR of accounts with an open risk. `untaken`:
    at most `MOST` that nobody has taken, the oldest first."""

    MOST: ClassVar[int] = 3

    open: int
    taken: int = 0
    late: int = 0
    unowned: int = 0
    at_risk: tuple[Money, ...] = ()
    untaken: tuple[DayLine, ...] = ()


@dataclass(frozen=True)
class SetupStep:
    """`cure`: one line, for what is not done yet; `where` names the keys, variables or commands that it takes."""

    name: str
    done: bool
    cure: str = ""
    where: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class HomeView(Home):
    """`own`: the accounts are the person's; otherwise everybody's. `setup` is empty once all of it is done or put away."""

    PAGE_SIZE: ClassVar[int] = 10
    template: ClassVar[str] = "home"
    callback: ClassVar[Callback] = Callback.HOME
    now: datetime
    day: Day = Day()
    accounts: tuple[AccountSummary, ...] = ()
    total: int = 0
    own: bool = True
    state: HomeState = HomeState()
    team: TeamNumbers | None = None
    setup: tuple[SetupStep, ...] = ()

    @property
    def metadata(self) -> str:
        return self.state.metadata

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.PAGE_SIZE))


@dataclass(frozen=True, kw_only=True)
class HomeClosed(Home):
    """For those who may not look: why, in a sentence. Nothing of any account."""

    template: ClassVar[str] = "home-closed"
    callback: ClassVar[Callback] = Callback.HOME
    why: str


@dataclass(frozen=True, kw_only=True)
class AccountModal(Modal):
    """What `/stay account` answers, over the place where somebody asked."""

    template: ClassVar[str] = "home-account"
    callback: ClassVar[Callback] = Callback.ACCOUNT
    answer: AccountAnswer


@dataclass(frozen=True, kw_only=True)
class TeamModal(Modal):
    """What `/stay team` answers."""

    template: ClassVar[str] = "home-team"
    callback: ClassVar[Callback] = Callback.TEAM
    answer: TeamAnswer


@dataclass(frozen=True, kw_only=True)
class RisksModal(Modal):
    """What `/stay risks` answers."""

    template: ClassVar[str] = "home-risks"
    callback: ClassVar[Callback] = Callback.RISKS
    answer: RisksAnswer
