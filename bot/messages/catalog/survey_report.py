"""What answers to surveys amount to, as `/stay survey` tells it."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from bot.messages.catalog.facts import Account, Person
from bot.messages.catalog.message import Message


@dataclass(frozen=True)
class BandShare:
    """A band by its name (`detractor`) and its share of all answers, from 0 to 1."""

    name: str
    share: float


@dataclass(frozen=True)
class SurveyFigure:
    """`kind`: `nps` (points from -100 to 100), `csat` (a share from 0 to 1) or `ces` (a mean from 1 to 7); `low` and `high` are the ends of
    its 95 % interval in the same unit. `value` None: too few answers to say. `shares`: the bands, the best first."""

    kind: str
    count: int
    value: float | None = None
    low: float = 0.0
    high: float = 0.0
    shares: tuple[BandShare, ...] = ()


@dataclass(frozen=True)
class SurveyLine:
    """A survey in the list. `last_on`: the day of its newest answer."""

    name: str
    about: str
    figure: SurveyFigure
    last_on: date | None = None
    anonymous: bool = False


@dataclass(frozen=True, kw_only=True)
class SurveyList(Message):
    """Every survey there is, with its figure of the days from `since` on."""

    SHOWN: ClassVar[int] = 20
    template: ClassVar[str] = "survey-list"
    lines: tuple[SurveyLine, ...]
    since: date


@dataclass(frozen=True)
class HeldCount:
    """How many invitations were held back for a reason (`asked_lately`)."""

    reason: str
    count: int


@dataclass(frozen=True)
class AskedFacts:
    """Invitations. `asked`: their letter has left; `answered` and `open` (no answer yet, not expired) are part of them. `waiting`: their
    letter is still to leave; `unsent`: it reached nobody."""

    asked: int = 0
    answered: int = 0
    open: int = 0
    waiting: int = 0
    unsent: int = 0
    held: tuple[HeldCount, ...] = ()


@dataclass(frozen=True)
class QuarterFact:
    """A calendar quarter by its first day."""

    begins: date
    figure: SurveyFigure

    @property
    def number(self) -> int:
        return (self.begins.month - 1) // 3 + 1

    @property
    def name(self) -> str:
        return f"Q{self.number} {self.begins.year}"


@dataclass(frozen=True)
class GroupFact:
    """A segment by its name, or a CSM's accounts."""

    name: str
    figure: SurveyFigure
    person: Person | None = None


@dataclass(frozen=True)
class Breakdown:
    """The groups that may be told apart, the most answers first. `more`: further ones that are not listed; `hidden`: some would tell of too
    few people."""

    groups: tuple[GroupFact, ...] = ()
    more: int = 0
    hidden: bool = False


@dataclass(frozen=True)
class ThemeCount:
    """Answers that people have marked with a theme, and how many of them are in the lowest band."""

    name: str
    count: int
    low: int = 0


@dataclass(frozen=True)
class LoopFacts:
    """Answers in the lowest band, those of them whose loop is closed, and the median of calendar days until it was."""

    low: int = 0
    closed: int = 0
    days: float | None = None


@dataclass(frozen=True)
class QuoteFact:
    """Somebody's words. `account` None: nobody knows whose."""

    LONGEST: ClassVar[int] = 300
    text: str
    score: int
    on: date
    account: Account | None = None
    who: str = ""


@dataclass(frozen=True, kw_only=True)
class SurveyReport(Message):
    """One survey from `since` to `until`, or that of a segment's accounts. `top`: the highest score of its scale.

    `csms` None: the reader does not lead the team. `withheld`: an anonymous survey has too few answers to tell anything of them.
    `picture`: a file in Slack that shows the quarters, which `alt` tells in words.
    """

    QUARTERS: ClassVar[int] = 8
    GROUPS: ClassVar[int] = 8
    template: ClassVar[str] = "survey-report"
    name: str
    about: str
    since: date
    until: date
    figure: SurveyFigure
    asked: AskedFacts
    top: int
    segment: str = ""
    anonymous: bool = False
    withheld: bool = False
    quarters: tuple[QuarterFact, ...] = ()
    segments: Breakdown | None = None
    csms: Breakdown | None = None
    themes: tuple[ThemeCount, ...] = ()
    loops: LoopFacts | None = None
    quotes: tuple[QuoteFact, ...] = ()
    picture: str = ""
    alt: str = ""


@dataclass(frozen=True, kw_only=True)
class SurveyChart(Message):
    """A survey's quarters as a picture in Slack, which comes after the report. `alt` tells them in words."""

    template: ClassVar[str] = "survey-chart"
    title: str
    file_id: str
    alt: str
