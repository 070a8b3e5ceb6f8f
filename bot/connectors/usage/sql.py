"""Usage tables in any database that SQLAlchemy reaches: the window arithmetic is one grouped statement a metric, run there.

Statements are written once in SQLAlchemy Core from the declared columns, without reflection. They use `sum`, `max` and `count`
over CASE: what SQLite, PostgreSQL, DuckDB, ClickHouse and Spark all answer alike (two of them are asked by FILTER, which means the same).
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ColumnElement,
    Connection,
    Double,
    Select,
    Text,
    and_,
    case,
    cast,
    column,
    distinct,
    func,
    literal_column,
    select,
    table,
    text,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import FromClause, FunctionElement

from bot.clock import start_of
from bot.connectors.engine import Warehouse
from bot.connectors.ports import Metric, UsageRow, Windows
from bot.errors import SourceFailed
from bot.landing import Landing

PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_$]*\Z")
DATE_LENGTH = len("2026-01-31")
NOTHING = 1e-12
"""What may be left of a float subtraction that should give nothing, as a share of what was subtracted from."""
MEASURED = ("account_id", "recent", "baseline", "last_day")
OWN_DAYS = {"sqlite": str, "postgresql": date}
UNREADABLE = "sum(last_day IS NOT date(last_day))"


class SqlUsage:
    """`zone` is the workspace's: a timestamp column is cut into days there (times without a zone are taken as UTC)."""

    def __init__(self, warehouse: Warehouse, metrics: Mapping[str, Metric], zone: ZoneInfo) -> None:
        self.metrics = metrics
        self._warehouse = warehouse
        self._zone = zone

    def measure(self, metric: str, windows: Windows, accounts: Sequence[str] | None = None) -> Iterator[list[UsageRow]]:
        usage = _Columns(self.metrics[metric])
        with self._warehouse.connect() as connection:
            form = _form(connection, usage, self._zone)
            if form is None:
                return
            statement = _measurement(usage, windows, form, connection.dialect.name, accounts)
            for _, rows in self._warehouse.pages(connection, statement):
                yield _read(rows, usage.metric, form)

    def land(self, metric: str, windows: Windows, landing: Landing) -> bool:
        """Only where days stand as our own database of that kind keeps them: elsewhere they have to be read."""
        usage = _Columns(self.metrics[metric])
        with self._warehouse.connect() as connection:
            form = _form(connection, usage, self._zone)
            dialect = connection.dialect.name
        if form is None or form.day is not OWN_DAYS.get(dialect) or form.account not in (str, int):
            return False
        statement = _as_landed(_measurement(usage, windows, form, dialect, None), usage.metric)
        return self._warehouse.land(statement, landing) and not (form.day is str and landing.ask(UNREADABLE)[0])

    def newest_day(self, metric: str, before: date) -> date | None:
        usage = _Columns(self.metrics[metric])
        with self._warehouse.connect() as connection:
            form = _form(connection, usage, self._zone)
            if form is None:
                return None
            found = connection.execute(usage.select(func.max(usage.day)).where(usage.day < form.write(before))).scalar()
            return None if found is None else _day(found, usage.metric, form)

    def weekly(self, metric: str, accounts: Sequence[str], day: date, weeks: int) -> dict[str, list[float]]:
        usage = _Columns(self.metrics[metric])
        with self._warehouse.connect() as connection:
            form = _form(connection, usage, self._zone)
            if form is None or not accounts:
                return {}
            edges = [day - timedelta(days=7 * back) for back in range(weeks, -1, -1)]
            values = [
                _aggregate(usage, and_(usage.day >= form.write(start), usage.day < form.write(end))) for start, end in pairwise(edges)
            ]
            statement = _between(usage.select(usage.account, *values), usage, form, edges[0], day, accounts)
            share = 7.0 if usage.metric.aggregate == "avg" else 1.0
            return {
                str(row[0]): [float(value or 0) / share for value in row[1:]]
                for _, rows in self._warehouse.pages(connection, statement)
                for row in rows
            }


class _Columns:
    """The declared columns of one metric as SQLAlchemy knows them."""

    def __init__(self, metric: Metric) -> None:
        self.metric = metric
        self.account, self.day, self.value = (_expression(name) for name in (metric.account, metric.day, metric.value))
        schema, _, name = metric.table.rpartition(".")
        self._table: FromClause = table(name, schema=schema or None)

    def select(self, *columns: Any) -> Select[Any]:
        statement = select(*columns).select_from(self._table)
        return statement.where(text(f"({self.metric.where})".replace(":", r"\:"))) if self.metric.where else statement

    @property
    def active(self) -> ColumnElement[bool]:
        return self.value.is_not(None) if self.metric.aggregate == "distinct" else self.value > 0


def _expression(name: str) -> ColumnElement[Any]:
    return column(name) if PLAIN.match(name) else literal_column(f"({name})")


@dataclass(frozen=True)
class _Form:
    """How a usage table writes its days and its account ids: what turns ours into its, and `day`, the type of its days."""

    write: Callable[[date], Any]
    read: Callable[[Any], date]
    account: Callable[[str], Any]
    day: type

    def accounts(self, ids: Sequence[str]) -> list[Any]:
        """Those of the ids that this table can hold: a table of numbers knows no account `acme`."""
        found = []
        for id_ in ids:
            with suppress(ValueError, ArithmeticError):
                found.append(self.account(id_))
        return found


def _form(connection: Connection, usage: _Columns, zone: ZoneInfo) -> _Form | None:
    """Looks at one row, since the settings name columns but not their types. None: the table is empty."""
    filled = (usage.day.is_not(None), usage.account.is_not(None))
    sample = connection.execute(usage.select(usage.account, usage.day).where(*filled).limit(1)).first()
    if sample is None:
        return None
    try:
        return _form_of(sample[1], zone, type(sample[0]), usage.metric)
    except ValueError:
        raise _unreadable(usage.metric, sample[1]) from None


def _unreadable(metric: Metric, found: Any) -> SourceFailed:
    allowed = "allowed: a date, a time in UTC, ISO text or YYYYMMDD; or an SQL expression that gives one"
    return SourceFailed(f"{metric.table}.{metric.day}: found {found!r}; {allowed}")


def _form_of(sample: Any, zone: ZoneInfo, account: Callable[[str], Any], metric: Metric) -> _Form:
    if isinstance(sample, datetime):
        naive = sample.tzinfo is None
        return _timed(zone, account, metric, lambda m: m.replace(tzinfo=None) if naive else m, lambda value: value)
    if isinstance(sample, date):
        return _Form(lambda day: day, lambda value: value, account, date)
    if isinstance(sample, str) and len(sample) == DATE_LENGTH:
        date.fromisoformat(sample)
        return _Form(date.isoformat, date.fromisoformat, account, str)
    if isinstance(sample, str):
        # Texts are compared as texts: only UTC sorts like time, and to the minute a bound sorts before all of that minute.
        if datetime.fromisoformat(sample).utcoffset() or sample[4:5] != "-":
            raise ValueError
        separator = sample[DATE_LENGTH]
        write = lambda m: m.replace(tzinfo=None).isoformat(separator, "minutes")  # noqa: E731
        return _timed(zone, account, metric, write, datetime.fromisoformat)
    if isinstance(sample, int) and 19000101 <= sample <= 99991231:
        date.fromisoformat(str(sample))
        return _Form(lambda day: int(day.strftime("%Y%m%d")), lambda value: date.fromisoformat(str(value)), account, int)
    raise ValueError


def _timed(
    zone: ZoneInfo,
    account: Callable[[str], Any],
    metric: Metric,
    write: Callable[[datetime], Any],
    read: Callable[[Any], datetime],
) -> _Form:
    if metric.aggregate == "days_active":
        raise SourceFailed(f"{metric.table}.{metric.day} holds times; days_active needs days: write `day: DATE({metric.day})`")

    def read_day(value: Any) -> date:
        moment = read(value)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(zone).date()

    return _Form(lambda day: write(start_of(day, zone)), read_day, account, datetime)


class _SumWhere(FunctionElement[Any]):
    """The sum of the first expression where the second holds."""

    inherit_cache = True


@compiles(_SumWhere)
def _by_case(element: _SumWhere, compiler: SQLCompiler, **options: Any) -> str:
    value, inside = element.clauses
    return compiler.process(func.sum(case((inside, value), else_=0)), **options)


@compiles(_SumWhere, "sqlite")
@compiles(_SumWhere, "postgresql")
def _by_filter(element: _SumWhere, compiler: SQLCompiler, **options: Any) -> str:
    """A tenth quicker, where it is understood: rows that do not count are not added at all."""
    value, inside = element.clauses
    return compiler.process(func.sum(value).filter(inside), **options)


def _aggregate(usage: _Columns, inside: ColumnElement[bool]) -> ColumnElement[Any]:
    match usage.metric.aggregate:
        case "avg" | "sum":
            return _SumWhere(usage.value, inside)
        case "max":
            return func.max(case((inside, usage.value)))
        case "days_active":
            return func.count(distinct(case((and_(inside, usage.active), usage.day))))
        case "distinct":
            return func.count(distinct(case((inside, usage.value))))


def _measurement(usage: _Columns, windows: Windows, form: _Form, dialect: str, accounts: Sequence[str] | None) -> Select[Any]:
    """account, recent, baseline (for sums: both windows together, which costs one CASE a row less), last active day."""
    recent = usage.day >= form.write(windows.recent_start)
    summed = usage.metric.aggregate in ("avg", "sum")
    older = func.sum(usage.value) if summed else _aggregate(usage, ~recent)
    columns = (usage.account, _aggregate(usage, recent), older, func.max(case((usage.active, usage.day))))
    labelled = (column.label(name) for column, name in zip(columns, MEASURED, strict=True))
    statement = _between(usage.select(*labelled), usage, form, windows.baseline_start, windows.day, accounts)
    # SQLite's max() of a text copies every new maximum: read backwards, the first is the last (a fifth of the whole time).
    return statement.order_by(usage.account.desc()) if dialect == "sqlite" else statement


def _as_landed(measurement: Select[Any], metric: Metric) -> Select[Any]:
    """What `_row` makes of a row, in SQL."""
    found = measurement.subquery("found").c
    recent, whole = (func.coalesce(cast(column, Double), 0.0) for column in (found.recent, found.baseline))
    older = case((func.abs(whole - recent) < func.abs(whole) * NOTHING, 0.0), else_=whole - recent)
    baseline = older if metric.aggregate in ("avg", "sum") else whole
    account = cast(found.account_id, Text).label("account_id")
    columns = (account, recent.label("recent"), baseline.label("baseline"), found.last_day)
    return select(*columns).where(found.account_id.is_not(None))


def _between(statement: Select[Any], usage: _Columns, form: _Form, start: date, end: date, accounts: Sequence[str] | None) -> Select[Any]:
    statement = statement.where(usage.day >= form.write(start), usage.day < form.write(end)).group_by(usage.account)
    return statement if accounts is None else statement.where(usage.account.in_(form.accounts(accounts)))


def _day(found: Any, metric: Metric, form: _Form) -> date:
    try:
        return form.read(found)
    except (ValueError, TypeError):
        raise _unreadable(metric, found) from None


def _read(rows: Sequence[Sequence[Any]], metric: Metric, form: _Form) -> list[UsageRow]:
    days = {last: None if last is None else _day(last, metric, form) for last in {row[3] for row in rows}}
    summed = metric.aggregate in ("avg", "sum")
    return [_row(row, summed, days[row[3]]) for row in rows if row[0] is not None]


def _row(row: Sequence[Any], summed: bool, last: date | None) -> UsageRow:
    account, recent, baseline = str(row[0]), float(row[1] or 0), float(row[2] or 0)
    if summed:
        whole, baseline = baseline, baseline - recent
        if abs(baseline) < abs(whole) * NOTHING:
            baseline = 0.0
    return account, recent, baseline, last
