"""Reviews that are due: for each cadence of staysail.yml, how many days are left until the next one.

    left = every (half of it while `sooner_when` holds) - days since the last one of that type was held or skipped, or since the start

A review that is planned is not due, whatever the days say. One whose day has gone by counts as held until somebody says what became of
it: no account must be left out for ever because a question was not answered. An account has as many cadences as conditions of them hold.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Integer, String, and_, case, cast, exists, func, literal, not_, null, or_, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from bot.accounts.catalogue import Kind, Signal
from bot.accounts.signals import Signals
from bot.accounts.sources import OURS
from bot.accounts.state import days_since
from bot.clock import start_of
from bot.errors import Finding, InvalidInput
from bot.messages.catalog import CardName
from bot.playbooks.condition import Condition, compile_condition
from bot.settings.model import Cadence, Written
from models import Account, Alert, Reason, Review
from models.base import Moment
from models.review import HELD, SCHEDULED, SKIPPED

CARD: Final = CardName.REVIEW_DUE.value
TOLD: Final = ("review.type", "review.due_in", "health")
OF_CADENCES: Final = frozenset({"review.due_in", "review.overdue", "review.is_due", "review.type"})
FAR: Final = 100_000
"""Days: later than any review is due."""
PLAYBOOK: Final = "review-due"


def with_reviews(signals: Signals, cadences: Sequence[Cadence], zone: ZoneInfo) -> Signals:
    """The signals with those of reviews. Where a cadence has a mistake, those of the next review are broken: of an account that has
    several, one alone would tell another day.
    """
    findings: list[Finding] = []
    rules = [_rule(cadence, signals, zone, findings) for cadence in cadences]
    following = _of_next([] if findings else [rule for rule in rules if rule])
    if findings:
        following = [replace(signal, broken=str(findings[0])) if signal.name in OF_CADENCES else signal for signal in following]
    return signals.extended([*_of_last(signals.day, zone), *following], findings)


@dataclass(frozen=True)
class _Rule:
    """`applies`: the account has this cadence. `left`: days until its next review; `planned`: that one stands in the calendar."""

    type: str
    ahead: int
    applies: ColumnElement[bool]
    left: ColumnElement[int]
    planned: ColumnElement[bool]
    of: tuple[str, ...]

    @property
    def open(self) -> ColumnElement[bool]:
        """Waits for somebody to plan it, sooner or later."""
        return and_(func.coalesce(self.applies, False), self.left.is_not(None), not_(self.planned))

    @property
    def is_due(self) -> ColumnElement[bool]:
        return and_(self.open, self.left <= self.ahead)


def _rule(cadence: Cadence, signals: Signals, zone: ZoneInfo, findings: list[Finding]) -> _Rule | None:
    when, sooner = (_compiled(one, signals, findings) for one in (cadence.when, cadence.sooner_when))
    if when is None:
        return None
    every: ColumnElement[int] = literal(cadence.every, Integer)
    if sooner is not None:
        every = case((sooner.clause, cadence.every // 2), else_=cadence.every)
    mine = (Review.account_id == Account.id, Review.type == cadence.type)
    today = literal(start_of(signals.day, zone), Moment)
    over = or_(Review.state.in_((HELD, SKIPPED)), and_(Review.state == SCHEDULED, Review.starts_at < today))
    last = select(func.max(Review.starts_at)).where(*mine, over).correlate(Account).scalar_subquery()
    since_start = signals.catalogue["account_days"].expression
    return _Rule(
        type=cadence.type,
        ahead=cadence.ahead,
        applies=when.clause,
        left=every - func.coalesce(days_since(last, signals.day, zone), since_start),
        planned=exists().where(*mine, Review.state == SCHEDULED, Review.starts_at >= today).correlate(Account),
        of=(*when.signals, *(sooner.signals if sooner else ())),
    )


def _compiled(written: Written | None, signals: Signals, findings: list[Finding]) -> Condition | None:
    if written is None:
        return None
    try:
        return compile_condition(written.text, signals.catalogue, place=written.place)
    except InvalidInput as error:
        findings += error.findings
        return None


def _of_last(day: date, zone: ZoneInfo) -> list[Signal]:
    held = select(func.max(Review.starts_at)).where(Review.account_id == Account.id, Review.state == HELD).correlate(Account)
    since = days_since(held.scalar_subquery(), day, zone)
    return [Signal("review.days_since", Kind.number, since, OURS, "days since the last review that was held")]


def _of_next(rules: Sequence[_Rule]) -> list[Signal]:
    """Unknown for an account without a cadence. Of several that are due the most pressing one counts; one whose turn to be planned has not
    come yet, never before them: the card must not name the day of another than it asks for."""
    of = tuple(dict.fromkeys(name for rule in rules for name in rule.of))

    def signal(name: str, kind: Kind, expression: ColumnElement[Any], about: str, told_with: tuple[str, ...] = ()) -> Signal:
        return Signal(name, kind, expression, OURS, about, of=of, connected=bool(rules), told_with=told_with)

    now = _least([case((rule.is_due, rule.left), else_=FAR) for rule in rules])
    next_one = func.nullif(_least([case((rule.open, rule.left), else_=FAR) for rule in rules]), FAR, type_=Integer)
    due_in = func.coalesce(func.nullif(now, FAR), next_one, type_=Integer)
    overdue = case((next_one < 0, -next_one), (next_one >= 0, 0))
    first = case(*((and_(rule.is_due, rule.left == now), rule.type) for rule in rules)) if rules else cast(null(), String)
    return [
        signal("review.due_in", Kind.number, due_in, "days until the next review is due that nobody has planned; negative: overdue"),
        signal("review.overdue", Kind.number, overdue, "days by which a review is overdue"),
        signal("review.is_due", Kind.boolean, or_(False, *(rule.is_due for rule in rules)), "a review is to be planned now", TOLD),
        signal("review.type", Kind.text, first, "which review is to be planned now: qbr, ebr or renewal"),
        Signal("review.asked", Kind.boolean, _asked(), OURS, "a card stands that asks for a review"),
    ]


def _asked() -> ColumnElement[bool]:
    """Its own, or that of another playbook about reviews, which it joined."""
    joined = exists().where(Reason.alert_id == Alert.id, Reason.playbook == PLAYBOOK, Reason.ended_at.is_(None))
    return exists().where(Alert.account_id == Account.id, Alert.closed_at.is_(None), or_(Alert.card == CARD, joined)).correlate(Account)


def _least(numbers: Sequence[ColumnElement[Any]]) -> ColumnElement[Any]:
    """The smallest of these, none of which is NULL; FAR of none."""
    return _Least(literal(FAR, Integer), literal(FAR, Integer), *numbers)


class _Least(FunctionElement[int]):
    """Of two or more. Conditions nested for each number would be too deep for SQLite's parser with two cadences."""

    type = Integer()
    inherit_cache = True


@compiles(_Least)
def _by_least(element: _Least, compiler: SQLCompiler, **options: Any) -> str:
    return f"least({compiler.process(element.clauses, **options)})"


@compiles(_Least, "sqlite")
def _by_min(element: _Least, compiler: SQLCompiler, **options: Any) -> str:
    return f"min({compiler.process(element.clauses, **options)})"
