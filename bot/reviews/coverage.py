"""How many of the accounts that are to have reviews have them.

- *In cadence* is an account in our care for which the `when` of a cadence of staysail.yml holds. It needs something to count from, a start
  or a review: of an account without either nothing ever falls due, so it would be covered for no reason. It is counted apart.
- *Covered* is one of these of which no review is overdue: held (or skipped) within `every`, planned, or not due yet since its start. That
  is the signal `review.overdue`, which the prompts go by: nobody is reminded of what the report calls well, or the other way round. Of
  several cadences the most pressing one counts.
- *Covered at the end of a month* is one for which, by what was held or skipped until then, or since its start, no `every` had passed. What
  was planned then, and what `sooner_when` would have said, nobody knows any more; accounts and cadences are today's. Accounts that began
  later do not count.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, FromClause, Subquery, and_, case, exists, false, func, literal, not_, or_, select
from sqlalchemy.orm import Session

from bot.accounts.signals import Signals
from bot.clock import day_of, start_of
from bot.errors import InvalidInput
from bot.playbooks.cadence import with_reviews
from bot.playbooks.condition import compile_condition
from bot.playbooks.known import known_signals
from bot.playbooks.match import in_care
from bot.settings import Settings
from bot.settings.model import Cadence
from models import Account, Review
from models.base import Moment
from models.review import HELD, SCHEDULED, SKIPPED

MONTHS: Final = 12
COUNTING: Final = (HELD, SKIPPED, SCHEDULED)
"""States from which days are counted: one whose day has gone by without a word counts as held, as it does for the prompts."""
ONE_DAY: Final = timedelta(days=1)
Rule = tuple[Cadence, ColumnElement[bool]]
"""A cadence, and whether an account has it."""


class Standing(NamedTuple):
    """An account in cadence. `due_in`: days until the review that is to be planned now, negative: overdue; `type` is what it is. Both None:
    nothing is to be planned. Not `counts`: there is nothing to count its days from."""

    account_id: str
    owner: str | None
    counts: bool
    due_in: int | None
    type: str | None

    @property
    def overdue(self) -> int:
        return max(0, -(self.due_in or 0))


@dataclass(frozen=True)
class MonthEnd:
    """`on`: the month's last day."""

    on: date
    accounts: int
    covered: int


@dataclass(frozen=True)
class Cadences:
    """Those of staysail.yml on one day, compiled."""

    signals: Signals
    rules: Sequence[Rule]

    @property
    def apply(self) -> ColumnElement[bool]:
        return and_(in_care(self.signals.day), or_(false(), *(applies for _, applies in self.rules)))


def cadences_of(session: Session, settings: Settings, now: datetime) -> Cadences:
    """Without those that do not fit the signals any more."""
    signals = known_signals(session, settings, day_of(now, settings.zone))
    return Cadences(signals, [(one, applies) for one in settings.reviews if (applies := _applies(one, signals)) is not None])


def _applies(cadence: Cadence, signals: Signals) -> ColumnElement[bool] | None:
    try:
        compiled = compile_condition(cadence.when.text, signals.catalogue, place=cadence.when.place)
    except InvalidInput:
        return None
    return func.coalesce(compiled.clause, False)


# --- today


def standings(session: Session, cadences: Cadences, zone: ZoneInfo, owner: str | None = None) -> list[Standing]:
    """Every account in cadence, or those of an owner, in one statement; in no order. `zone`: where days are counted.

    Each cadence by itself: in the signal of several at once each one's days are worked out many times over (4 s for 10,000 accounts).
    """
    signals, rules = cadences.signals, cadences.rules
    days = [with_reviews(signals, [cadence], zone).catalogue["review.due_in"].expression for cadence, _ in rules]
    counts = or_(Account.started_on.is_not(None), *(and_(applies, _has_any(cadence)) for cadence, applies in rules))
    found = select(Account.id, Account.owner_email, counts, *days).select_from(signals.table).where(cadences.apply)
    if owner is not None:
        found = found.where(Account.owner_email == owner)
    rows = session.execute(found.params(as_of=signals.day))
    return [Standing(id_, whose, bool(counted), *_most_pressing(rules, left)) for id_, whose, counted, *left in rows]


def _most_pressing(rules: Sequence[Rule], left: Sequence[int | None]) -> tuple[int, str] | tuple[None, None]:
    """Of the reviews that are to be planned now the one with the fewest days left."""
    due = [(days, cadence.type) for (cadence, _), days in zip(rules, left, strict=True) if days is not None and days <= cadence.ahead]
    return min(due, key=_days, default=(None, None))


def _days(due: tuple[int, str]) -> int:
    return due[0]


def _has_any(cadence: Cadence) -> ColumnElement[bool]:
    of_type = (Review.account_id == Account.id, Review.type == cadence.type)
    return exists().where(*of_type, Review.state.in_(COUNTING)).correlate(Account)


# --- before


def month_ends(session: Session, cadences: Cadences, settings: Settings) -> list[MonthEnd]:
    """The last twelve months that are over, the oldest first: one statement, which reads each review once."""
    if not cadences.rules:
        return []
    signals, ends = cadences.signals, last_ends(cadences.signals.day)
    table: FromClause = signals.table
    pasts = []
    for cadence, applies in cadences.rules:
        past = _past(cadence, ends, settings)
        table = table.outerjoin(past, past.c.account_id == Account.id)
        pasts.append((cadence, applies, past))
    counted = [column for number, on in enumerate(ends) for column in _counted(number, on, pasts, settings)]
    row = session.execute(select(*counted).select_from(table).where(cadences.apply).params(as_of=signals.day)).one()
    return [MonthEnd(on, row[2 * number] or 0, row[2 * number + 1] or 0) for number, on in enumerate(ends)]


def last_ends(day: date, months: int = MONTHS) -> list[date]:
    """The last days of the months before `day`, the oldest first."""
    found = [day.replace(day=1) - ONE_DAY]
    while len(found) < months:
        found.append(found[-1].replace(day=1) - ONE_DAY)
    return found[::-1]


def _past(cadence: Cadence, ends: Sequence[date], settings: Settings) -> Subquery:
    """Of each account the first review of the type, and for each month whether one lies within `every` of its end."""
    within = [func.max(case((_between(cadence, on, settings), 1), else_=0)).label(f"m{number}") for number, on in enumerate(ends)]
    done = and_(Review.type == cadence.type, Review.state.in_(COUNTING))
    first = func.min(Review.starts_at).label("first")
    return select(Review.account_id, first, *within).where(done).group_by(Review.account_id).subquery()


def _between(cadence: Cadence, on: date, settings: Settings) -> ColumnElement[bool]:
    """Days are counted where the workspace is."""
    begins = start_of(on - timedelta(days=cadence.every), settings.zone)
    return and_(Review.starts_at >= literal(begins, Moment), Review.starts_at < literal(_after(on, settings), Moment))


def _after(on: date, settings: Settings) -> datetime:
    return start_of(on + ONE_DAY, settings.zone)


def _counted(
    number: int, on: date, pasts: Sequence[tuple[Cadence, ColumnElement[bool], Subquery]], settings: Settings
) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    """How many accounts there were, and how many of them were covered."""
    after = literal(_after(on, settings), Moment)
    seen = or_(false(), *(and_(applies, past.c.first < after) for _, applies, past in pasts))
    there = or_(Account.started_on <= on, and_(Account.started_on.is_(None), seen))
    covered = [or_(not_(applies), _is_covered(number, on, cadence, past, after)) for cadence, applies, past in pasts]
    return func.sum(case((there, 1), else_=0)), func.sum(case((and_(there, *covered), 1), else_=0))


def _is_covered(number: int, on: date, cadence: Cadence, past: Subquery, after: ColumnElement[datetime]) -> ColumnElement[bool]:
    """By a review; before the first one by the start, and where that is unknown nothing is due."""
    none_yet = or_(past.c.first.is_(None), past.c.first >= after)
    young = or_(Account.started_on.is_(None), Account.started_on >= on - timedelta(days=cadence.every))
    return or_(func.coalesce(past.c[f"m{number}"], 0) == 1, and_(none_yet, young))
