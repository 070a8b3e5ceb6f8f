"""Answers and invitations of a survey, counted in the database: a hundred thousand answers come back as a few hundred rows."""

import json
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, Text, and_, case, cast, func, null, select
from sqlalchemy.orm import Session

from bot.accounts.catalogue import days_between
from bot.clock import day_of, start_of
from bot.feedback.groups import SEGMENT
from bot.feedback.statistics import median
from bot.functions import local_day
from bot.messages import catalog as m
from bot.surveys.survey import Band, Kind
from models import Account, Invitation, Response, Theme, ThemeMark

PERIOD: Final = timedelta(days=365)
QUARTERS: Final = 8
Scores = Mapping[int, int]


@dataclass(frozen=True)
class Scope:
    """Which answers are meant: those of a survey up to `now`, and of accounts of `segment` if one is named. Days are those of `zone`."""

    survey: str
    now: datetime
    zone: ZoneInfo
    segment: str | None = None

    @property
    def today(self) -> date:
        return day_of(self.now, self.zone)

    @property
    def since(self) -> date:
        """The first day of the last twelve months."""
        return self.today - PERIOD

    @property
    def begins(self) -> datetime:
        return start_of(self.since, self.zone)

    def answers(self) -> ColumnElement[bool]:
        of_survey = and_(Response.survey == self.survey, Response.at <= self.now)
        return and_(of_survey, in_group(f"{SEGMENT}:{self.segment}")) if self.segment else of_survey

    def quarters(self) -> list[date]:
        """The first days of this quarter and those before it, oldest first."""
        found = [quarter_of(self.today)]
        while len(found) < QUARTERS:
            found.append(quarter_of(found[-1] - timedelta(days=1)))
        return found[::-1]


@dataclass(frozen=True)
class Tally:
    """How often each score was given: in the period, and by quarter. `anonymous`: some were given without a name."""

    kind: Kind
    period: Scores
    quarters: Mapping[date, Scores]
    anonymous: bool


def quarter_of(day: date) -> date:
    """The first day of a calendar quarter."""
    return day.replace(month=3 * ((day.month - 1) // 3) + 1, day=1)


def in_group(group: str) -> ColumnElement[bool]:
    """The group as JSON writes it, in quotes: no other name can hold it."""
    return cast(Response.groups, Text).contains(json.dumps(group), autoescape=True)


def tally(session: Session, scope: Scope, kind: Kind) -> Tally:
    """In one statement. Answers of another kind, which an older version of the survey asked for, are left out."""
    edges = sorted({*scope.quarters(), scope.since})
    moments = [start_of(day, scope.zone) for day in edges]
    place = case(*((Response.at < moment, at) for at, moment in enumerate(moments[1:])), else_=len(edges) - 1).label("place")
    columns = (Response.anonymous, Response.score)
    counted = select(place, *columns, func.count().label("answers"))
    within = counted.where(scope.answers(), Response.kind == kind, Response.at >= moments[0]).group_by("place", *columns)
    period: Counter[int] = Counter()
    quarters: dict[date, Counter[int]] = defaultdict(Counter)
    rows = session.execute(within).all()
    for row in rows:
        begins = edges[row.place]
        quarters[quarter_of(begins)][row.score] += row.answers
        period[row.score] += row.answers if begins >= scope.since else 0
    return Tally(kind, period, quarters, any(row.anonymous for row in rows))


def by_group(session: Session, scope: Scope, kind: Kind) -> dict[str, Scores]:
    """How often each score was given in each group, in the period. Accounts of the same groups are one row."""
    groups = cast(Response.groups, Text)
    counted = select(groups, Response.score, func.count()).where(scope.answers(), Response.kind == kind, Response.at >= scope.begins)
    found: dict[str, Counter[int]] = defaultdict(Counter)
    for written, score, count in session.execute(counted.group_by(groups, Response.score)):
        for group in json.loads(written):
            found[group][score] += count
    return dict(found)


def asked(session: Session, scope: Scope, accounts: Select[Any] | None) -> m.AskedFacts:
    """Invitations of the period. `accounts`: only theirs. Without grouping: the rows need not be sorted."""
    where = [Invitation.survey == scope.survey, Invitation.asked_at >= scope.begins]
    where += [Invitation.account_id.in_(accounts)] if accounts is not None else []
    state, later = Invitation.state, Invitation.asked_at > scope.now
    left = and_(state == "asked", ~later)
    is_open = and_(left, ~Invitation.answered, Invitation.expires_at > scope.now)
    kinds = (left, and_(left, Invitation.answered), is_open, and_(state == "asked", later), state == "unsent")
    sums = session.execute(select(*(func.sum(case((kind, 1), else_=0)) for kind in kinds)).where(*where)).one()
    people = func.count()
    held = select(func.coalesce(Invitation.held, ""), people).where(*where, state == "held").group_by(Invitation.held)
    reasons = tuple(m.HeldCount(reason, count) for reason, count in session.execute(held.order_by(people.desc(), Invitation.held)))
    all_left, answered, open_, waiting, unsent = (number or 0 for number in sums)
    return m.AskedFacts(all_left, answered, open_, waiting, unsent, reasons)


def themes(session: Session, scope: Scope, most: int) -> tuple[m.ThemeCount, ...]:
    """What people have marked the period's answers with, the most frequent theme first."""
    low, count = func.sum(case((Response.band == Band.LOW.value, 1), else_=0)), func.count()
    marked = (
        select(Theme.name, count, low).join(ThemeMark, ThemeMark.theme_id == Theme.id).join(Response, ThemeMark.response_id == Response.id)
    )
    ranked = marked.where(scope.answers(), Response.at >= scope.begins).group_by(Theme.name).order_by(count.desc(), Theme.name).limit(most)
    return tuple(m.ThemeCount(name, answers, lowest) for name, answers, lowest in session.execute(ranked))


def loops(session: Session, scope: Scope) -> m.LoopFacts:
    """The database counts loops by how many days they were open: the median is that of a short list."""
    closed, came = (local_day(moment.expression, scope.zone) for moment in (Response.closed_at, Response.at))
    days = case((Response.closed_at.is_not(None), days_between(closed, came)), else_=null()).label("days")
    low = (scope.answers(), Response.band == Band.LOW.value, Response.at >= scope.begins)
    rows = session.execute(select(days, func.count().label("answers")).where(*low).group_by("days")).all()
    closed_after = {row.days: row.answers for row in rows if row.days is not None}
    return m.LoopFacts(sum(row.answers for row in rows), sum(closed_after.values()), median(closed_after))


def newest_comments(session: Session, scope: Scope, owner: str | None, most: int) -> list[tuple[Response, Account | None]]:
    """The newest answers of the period with words. `owner`: only of accounts with that address."""
    joined = select(Response, Account).outerjoin(Account, Account.id == Response.account_id)
    said = joined.where(scope.answers(), Response.at >= scope.begins, Response.comment != "")
    mine = said.where(func.lower(Account.owner_email) == owner) if owner is not None else said
    newest = mine.order_by(Response.at.desc(), Response.id).limit(most)
    return [(response, account) for response, account in session.execute(newest)]


@dataclass
class Standing:
    """A survey in a line. `anonymous`: some of its answers have no name."""

    scores: Counter[int]
    last: datetime
    anonymous: bool


def in_all(session: Session, since: datetime, until: datetime) -> dict[tuple[str, str], Standing]:
    """Every survey that has answers, by its name and kind, in one statement."""
    columns = (Response.survey, Response.kind, Response.anonymous, Response.score)
    grouped = select(*columns, func.count(), func.max(Response.at)).where(Response.at >= since, Response.at <= until).group_by(*columns)
    found: dict[tuple[str, str], Standing] = {}
    for survey, kind, anonymous, score, count, last in session.execute(grouped):
        standing = found.setdefault((survey, kind), Standing(Counter(), last, anonymous))
        standing.scores[score] += count
        standing.last, standing.anonymous = max(standing.last, last), standing.anonymous or anonymous
    return found
