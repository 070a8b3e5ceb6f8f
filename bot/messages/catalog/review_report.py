"""How reviews stand, as `/stay reviews` tells it: to a CSM, to whoever leads the team, and what is overdue."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import ClassVar

from bot.messages.catalog.facts import Account, Money, Person
from bot.messages.catalog.message import Message
from bot.messages.catalog.reviews import city
from bot.messages.numbers import day


class ReviewsView(StrEnum):
    """What can be asked for after `/stay reviews`."""

    MINE = "mine"
    TEAM = "team"
    OVERDUE = "overdue"


@dataclass(frozen=True)
class Coverage:
    """Accounts that are to have reviews, and how many of them have: no review of theirs is overdue. `uncounted` ones are not among them:
    nothing is known to count their days from."""

    accounts: int
    covered: int
    uncounted: int = 0

    @property
    def overdue(self) -> int:
        return self.accounts - self.covered

    @property
    def share(self) -> float | None:
        return self.covered / self.accounts if self.accounts else None


@dataclass(frozen=True)
class MonthFact:
    """The end of a month by its day. `share` None: there were no accounts."""

    on: date
    accounts: int
    share: float | None


@dataclass(frozen=True)
class DueReview:
    """A review that nobody has planned. `due_in`: days; negative: overdue. `alert_id`: the open alert that asks for it. `arr` None: it is
    unknown, or not for this reader."""

    account: Account
    type: str
    due_in: int
    owner: Person | None = None
    arr: Money | None = None
    alert_id: int | None = None


@dataclass(frozen=True)
class PlannedReview:
    """A meeting, by the reader's clocks. Of the customer's people `invited` are to come; `accepted` and `declined` are part of them."""

    type: str
    account: Account
    at: datetime
    organizer: Person
    invited: int = 0
    accepted: int = 0
    declined: int = 0

    @property
    def week(self) -> date:
        """Its Monday."""
        return self.at.date() - timedelta(days=self.at.weekday())

    @property
    def when(self) -> str:
        """Tue 24 Nov 10:00."""
        return f"{self.at:%a} {day(self.at, False)} {self.at:%H:%M}"


@dataclass(frozen=True)
class PastReview:
    """A meeting that is over, of which nobody has said whether it was held."""

    review_id: int
    type: str
    account: Account
    at: datetime


@dataclass(frozen=True)
class NoShows:
    """Of `meetings` that were to take place, at how many the customer did not come."""

    count: int
    meetings: int

    @property
    def share(self) -> float | None:
        return self.count / self.meetings if self.meetings else None


@dataclass(frozen=True)
class CsmReviews:
    """The accounts of one CSM; `person` None: those without an owner. `next_at`: the next meeting with one of them."""

    person: Person | None
    coverage: Coverage
    no_shows: NoShows
    next_at: datetime | None = None


@dataclass(frozen=True)
class Feed:
    """The address of the reader's own calendar. `missing`: the settings without which there is none, for those who may set them."""

    url: str = ""
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ReviewsMine(Message):
    """Of the reader's own accounts and meetings. `reader` is their Slack user. `coverage` None: staysail.yml names no cadence. `due_total`,
    `planned_total` and `unanswered_total` are all, of which some are listed. `manager`: the reader may also see the team's."""

    SHOWN: ClassVar[int] = 8
    template: ClassVar[str] = "reviews-mine"
    reader: str
    coverage: Coverage | None
    due: tuple[DueReview, ...] = ()
    due_total: int = 0
    planned: tuple[PlannedReview, ...] = ()
    planned_total: int = 0
    unanswered: tuple[PastReview, ...] = ()
    unanswered_total: int = 0
    feed: Feed = Feed()
    manager: bool = False


@dataclass(frozen=True, kw_only=True)
class ReviewsTeam(Message):
    """Of the whole house. `months`: coverage at their ends, the oldest first. `days`: over how many no-shows are counted; `weeks`: of how
    many meetings are listed. `picture`: a file in Slack that shows the months, which `alt` tells in words."""

    CSMS: ClassVar[int] = 60
    ROWS: ClassVar[int] = 99
    template: ClassVar[str] = "reviews-team"
    coverage: Coverage | None
    csms: tuple[CsmReviews, ...] = ()
    no_shows: NoShows
    planned: tuple[PlannedReview, ...] = ()
    months: tuple[MonthFact, ...] = ()
    days: int
    weeks: int
    picture: str = ""
    alt: str = ""

    @property
    def city(self) -> str:
        """By whose clocks the meetings are listed."""
        return city(str(self.planned[0].at.tzinfo)) if self.planned else ""


@dataclass(frozen=True, kw_only=True)
class ReviewsOverdue(Message):
    """What is overdue, by CSM, whoever has the oldest first. `own`: of the reader's accounts only. `cadences` False: none are named."""

    PAGE_SIZE: ClassVar[int] = 12
    template: ClassVar[str] = "reviews-overdue"
    lines: tuple[DueReview, ...] = ()
    total: int = 0
    page: int = 1
    own: bool
    cadences: bool = True

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.PAGE_SIZE))


@dataclass(frozen=True, kw_only=True)
class ReviewsChart(Message):
    """Coverage by month as a picture in Slack, which comes after the numbers. `alt` tells them in words."""

    template: ClassVar[str] = "reviews-chart"
    title: str
    file_id: str
    alt: str
