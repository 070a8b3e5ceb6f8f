"""Signals: every named value of an account, as an SQL expression over what was polled and measured.

Nothing is copied a second time: a signal is computed where it is asked for, in the statement that asks. The formulas:

- `M.recent`: the aggregate of the last R whole days. For `avg` the sum divided by R calendar days; a day without a row is a zero.
- `M.baseline`: the same over the B days before those, counting only days since `started_on`. Unknown with fewer than `min_baseline`.
- `M.ratio`: recent / baseline. `M.days_silent`: whole days since the last day with activity; when there was none in either window,
  the length of both (or the time since `started_on`). `M.last_day`: the last day with activity that was ever seen.
"""

from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Self

from sqlalchemy import ColumnElement, Date, Double, FromClause, and_, case, cast, func, literal, null, select, type_coerce
from sqlalchemy.orm import Session, aliased

from bot.accounts.catalogue import Catalogue, Kind, Signal, days_between
from bot.accounts.fields import Fields, field_signals
from bot.accounts.sources import CRM, USAGE
from bot.accounts.state import UNCONNECTED, state_signals
from bot.connectors.ports import Metric, Windows
from bot.errors import Finding
from models import Account, Field, Reading, Source
from models.base import Moment

ABOUT: dict[str, tuple[Kind, str]] = {
    "name": (Kind.text, "the account's name"),
    "domain": (Kind.text, "its internet domain"),
    "owner_email": (Kind.text, "e-mail address of the CSM who owns it"),
    "arr": (Kind.number, "annual recurring revenue, in its own currency"),
    "currency": (Kind.text, "currency of the ARR"),
    "plan": (Kind.text, "the plan it is on"),
    "seats": (Kind.number, "seats it pays for"),
    "stage": (Kind.text, "lifecycle stage"),
    "started_on": (Kind.date, "first day as a customer"),
    "renewal_on": (Kind.date, "day of the next renewal"),
    "churned_on": (Kind.date, "day it left"),
    "timezone": (Kind.text, "its time zone"),
    "locale": (Kind.text, "its language"),
}


OUR_NAMES: Final = frozenset((*ABOUT, "renewal_days", "account_days", "tags", "health"))


@dataclass(frozen=True)
class Measured:
    """When a metric was last measured, and for which day. `newest_day` is the newest usage row then."""

    metric: Metric
    day: date
    at: datetime
    newest_day: date | None


class Signals:
    """The catalogue of signals for one day, and the tables to select them from.

    `mistakes`: what is wrong with the sections of staysail.yml that define some; these are in the catalogue as broken ones.
    """

    mistakes: tuple[Finding, ...] = ()

    def __init__(self, day: date, metrics: Mapping[str, Metric], measured: Mapping[str, Measured], fields: Fields) -> None:
        self.day = day
        self.measured = measured
        self.fields = fields
        self.table: FromClause = Account.__table__
        named = [*_account_signals(day), *field_signals(fields)]
        for metric in metrics.values():
            named += self._metric_signals(metric, measured.get(metric.name))
        self.catalogue = Catalogue([*named, *state_signals(day, fields.zone), *UNCONNECTED])

    def extended(self, more: Iterable[Signal], mistakes: Iterable[Finding] = ()) -> Self:
        """The same with more signals, each in the place of one of its name."""
        added = copy(self)
        added.catalogue = Catalogue([*more, *self.catalogue.values()])
        added.mistakes = (*self.mistakes, *mistakes)
        return added

    def _metric_signals(self, metric: Metric, measured: Measured | None) -> list[Signal]:
        if measured is None:
            return _unmeasured(metric)
        reading = aliased(Reading, name=f"reading_{metric.name}")
        joined = and_(reading.metric == metric.name, reading.account_id == Account.id)
        self.table = self.table.outerjoin(reading, joined)
        return _measured(metric, measured, reading)

    def sources(self, names: Iterable[str]) -> set[str]:
        """The sources that these signals come from."""
        return {self.catalogue[name].source for name in self.catalogue.beneath(names)}

    def main_metric(self, names: Iterable[str]) -> Metric | None:
        """The first metric that is named, or else the first there is: the one whose trend a card draws."""
        first = (name.split(".")[0] for name in self.catalogue.beneath(names))
        named = (self.measured[name].metric for name in first if name in self.measured)
        return next(named, None) or next((m.metric for m in self.measured.values()), None)

    def columns(self) -> list[ColumnElement[Any]]:
        """Every signal, labelled with its name."""
        return [signal.expression.label(name) for name, signal in self.catalogue.items()]


def read_known(session: Session, metrics: Mapping[str, Metric], unpolled: Mapping[str, str]) -> tuple[dict[str, Measured], dict[str, Kind]]:
    """All that the database tells about signals: how each metric was last measured, and the CRM columns that we have no name for."""
    sources = {source.name: source for source in session.scalars(select(Source))}
    measured = {}
    for name, metric in metrics.items():
        source = sources.get(usage_source(name))
        if source and source.read_at and source.measured_for:
            measured[name] = Measured(metric, source.measured_for, source.read_at, source.newest_day)
    crm = {name: Kind(kind) for name, kind in unpolled.items()}
    return measured, crm | {name: Kind(kind) for name, kind in session.execute(select(Field.name, Field.kind))}


def usage_source(metric: str) -> str:
    return f"{USAGE}.{metric}"


def _account_signals(day: date) -> list[Signal]:
    columns = [Signal(name, kind, Account.__table__.c[name], CRM, about) for name, (kind, about) in ABOUT.items()]
    today = literal(day, Date)
    account = Account.__table__.c
    return [
        *columns,
        Signal("renewal_days", Kind.number, days_between(account.renewal_on, today), CRM, "days until the renewal; negative: past"),
        Signal("account_days", Kind.number, days_between(today, account.started_on), CRM, "days since it started"),
    ]


FORMS: tuple[tuple[str, Kind, str], ...] = (
    ("recent", Kind.number, "over the last {r} days"),
    ("baseline", Kind.number, "over the {b} days before those"),
    ("ratio", Kind.number, "recent divided by baseline"),
    ("days_silent", Kind.number, "whole days without activity"),
    ("last_day", Kind.date, "last day with activity"),
)


def _metric_signal(metric: Metric, form: tuple[str, Kind, str], expression: ColumnElement[Any]) -> Signal:
    suffix, kind, about = form
    text = f"{metric.label}: {about.format(r=metric.recent_days, b=metric.baseline_days)}"
    return Signal(f"{metric.name}.{suffix}", kind, expression, usage_source(metric.name), text)


def _unmeasured(metric: Metric) -> list[Signal]:
    unknown = {Kind.number: cast(null(), Double), Kind.date: cast(null(), Date)}
    return [_metric_signal(metric, form, unknown[form[1]]) for form in FORMS]


def _measured(metric: Metric, measured: Measured, reading: type[Reading]) -> list[Signal]:
    windows = metric.windows(measured.day)
    averaged = metric.aggregate == "avg"
    days = _baseline_days(windows)
    current = reading.measured_at >= literal(measured.at, Moment)
    total = case((current, reading.recent), else_=literal(0.0, Double))
    older = case((current, reading.baseline), else_=literal(0.0, Double))
    known_baseline = older / cast(days, Double) if averaged else older
    baseline = case((days >= metric.min_baseline_days, known_baseline))
    recent: ColumnElement[Any] = total / float(metric.recent_days) if averaged else total
    silent_since = func.coalesce(reading.last_day, _counted_from(windows), type_=Date)
    whole_days = case((reading.last_day.is_not(None), 1), else_=0)  # the last active day itself is not a silent one
    silent = days_between(literal(windows.day, Date), silent_since) - whole_days
    ratio = recent / func.nullif(baseline, 0.0, type_=Double)
    values: tuple[ColumnElement[Any], ...] = (recent, baseline, ratio, silent, type_coerce(reading.last_day, Date))
    return [_metric_signal(metric, form, value) for form, value in zip(FORMS, values, strict=True)]


def _counted_from(windows: Windows) -> ColumnElement[date]:
    """The first day of the baseline that counts for an account."""
    start = literal(windows.baseline_start, Date)
    started: ColumnElement[Any] = Account.__table__.c.started_on
    return case((started > start, started), else_=start)


def _baseline_days(windows: Windows) -> ColumnElement[int]:
    started: ColumnElement[Any] = Account.__table__.c.started_on
    start = literal(windows.baseline_start, Date)
    since_start = days_between(literal(windows.recent_start, Date), started)
    return case((started > start, since_start), else_=windows.baseline_days)
