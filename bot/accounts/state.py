"""Signals about what Staysail itself has going on at an account, and those whose sources nothing feeds yet."""

from datetime import date, datetime, time
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Date, Double, cast, func, literal, null, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from bot.accounts.catalogue import Kind, Signal, days_between
from bot.accounts.sources import HEALTH, OURS
from models import Account, Alert, Touch

EMAIL: Final = "email"
"""The channel of letters in the contact ledger."""


def _unfed(name: str, source: str, about: str) -> Signal:
    return Signal(name, Kind.number, cast(null(), Double), source, about, connected=False)


UNCONNECTED: Final = (
    _unfed("tickets.open", "support", "support tickets that are open"),
    _unfed("tickets.breached", "support", "open tickets that are past their promised time"),
    _unfed("nps.last", "surveys", "the last answer to the NPS question, 0 to 10"),
    _unfed("health", HEALTH, "health from 0 to 100"),
)


def state_signals(day: date, zone: ZoneInfo) -> list[Signal]:
    """Each is looked up per account, along an index."""
    open_alerts = select(func.count()).where(Alert.account_id == Account.id, Alert.closed_at.is_(None)).correlate(Account)
    at_risk = open_alerts.where(Alert.kind == "risk")
    return [
        Signal("alerts.open", Kind.number, open_alerts.scalar_subquery(), OURS, "open alerts"),
        Signal("alerts.risk", Kind.number, at_risk.scalar_subquery(), OURS, "open alerts about a risk of losing it"),
        Signal("letters.days", Kind.number, _days_since_letter(day, zone), OURS, "days since the last letter to anyone there"),
    ]


def _days_since_letter(day: date, zone: ZoneInfo) -> ColumnElement[int]:
    """Calendar days where the workspace is, with the distance to UTC that its clocks have on `day`."""
    offset = datetime.combine(day, time(12), zone).utcoffset()
    assert offset is not None
    seconds = int(offset.total_seconds())
    last = select(func.max(Touch.at)).where(Touch.account_id == Account.id, Touch.channel == EMAIL).correlate(Account).scalar_subquery()
    return days_between(literal(day, Date), _LocalDay(last, literal(f"{seconds} seconds")))


class _LocalDay(FunctionElement[date]):
    type = Date()
    name = "local_day"
    inherit_cache = True


@compiles(_LocalDay, "postgresql")
def _shifted(element: _LocalDay, compiler: SQLCompiler, **options: Any) -> str:
    moment, offset = (compiler.process(operand, **options) for operand in element.clauses)
    return f"CAST(({moment} AT TIME ZONE 'UTC') + CAST({offset} AS interval) AS date)"


@compiles(_LocalDay, "sqlite")
def _modified(element: _LocalDay, compiler: SQLCompiler, **options: Any) -> str:
    moment, offset = (compiler.process(operand, **options) for operand in element.clauses)
    return f"date({moment}, {offset})"
