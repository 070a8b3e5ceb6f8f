"""How often a person is asked. Pure: what they were asked comes as an argument, and what they will be asked counts too.

Between two questions to one person lie at least the longest of these lengths that applies: after any question, after one of the same
class (about the relationship, or about one thing that happened), after one of the same kind. At most so many relational questions
fall within any 365 days. While a question is open, it is not asked again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from bot.settings.customer_forms import BetweenForm, SurveySettings
from bot.surveys.survey import Kind

YEAR = timedelta(days=365)


class Why(StrEnum):
    """What holds a question back: codes of `Invitation.held`."""

    ASKED_LATELY = "asked_lately"
    A_YEAR = "a_year"
    WAITING = "waiting"
    LIMIT = "limit"
    NO_ADDRESS = "no_address"
    BOUNCED = "bounced"
    OPTED_OUT = "opted_out"
    UNSUBSCRIBED = "unsubscribed"


@dataclass(frozen=True)
class Question:
    """What somebody was asked, or is to be asked, at that moment. `open_until`: when it expires; None: it is answered or over."""

    survey: str
    kind: Kind
    relational: bool
    at: datetime
    open_until: datetime | None = None


@dataclass(frozen=True)
class Rest:
    """The question may be asked at `until`, and not before: because of `why`."""

    until: datetime
    why: Why


def rest(question: Question, asked: Sequence[Question], rules: SurveySettings) -> Rest | None:
    """None: it may be asked at its own time. Otherwise the first later moment at which nothing speaks against it."""
    found: Rest | None = None
    while further := _in_the_way(question, asked, rules):
        found = further
        question = replace(question, at=further.until)
    return found


def gap(one: Question, other: Question, between: BetweenForm) -> timedelta:
    """What must lie between them, whichever comes first."""
    lengths = [between.any]
    if one.relational == other.relational:
        lengths.append(between.relational if one.relational else between.transactional)
    if one.kind == other.kind:
        lengths.append(getattr(between, one.kind.value) or timedelta())
    return max(lengths)


def reach(rules: SurveySettings) -> timedelta:
    """How far back a question may still be in the way of another, while it is no longer open."""
    between = rules.between
    lengths = (between.any, between.relational, between.transactional, between.nps, between.csat, between.ces)
    return max(YEAR, *(length for length in lengths if length))


def _in_the_way(question: Question, asked: Sequence[Question], rules: SurveySettings) -> Rest | None:
    """Each answer is later than the question's time, and comes from a question that was asked: so there is a last one."""
    at = question.at
    for other in asked:
        if other.survey == question.survey and other.open_until and at < other.open_until:
            return Rest(other.open_until, Why.WAITING)
        length = gap(question, other, rules.between)
        if abs(at - other.at) < length:
            return Rest(other.at + length, Why.ASKED_LATELY)
    return _year_is_full(at, asked, rules.a_year) if question.relational else None


def _year_is_full(at: datetime, asked: Sequence[Question], most: int) -> Rest | None:
    """With `at` some 365 days would hold more than `most`. It stays so until the first of those lies a year back."""
    near = sorted(other.at for other in asked if other.relational and abs(at - other.at) < YEAR)
    for first in range(len(near) - most + 1):
        some = near[first : first + most]
        if max(at, some[-1]) - min(at, some[0]) < YEAR:
            return Rest(some[0] + YEAR, Why.A_YEAR)
    return None
