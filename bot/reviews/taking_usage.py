"""The weeks of an account's metrics, from the usage warehouse."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from math import isfinite

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.accounts.signals import usage_source
from bot.charts.chart import Chart
from bot.connectors.ports import Usage
from bot.details.charts import series_of
from bot.errors import SourceFailed
from bot.log import log
from bot.messages.numbers import day as written
from bot.reviews.picture import Line
from bot.settings import Settings
from models import Source


@dataclass(frozen=True)
class Until:
    """The day before which a metric's weeks end. `stale`: its table has stood still for longer than the settings allow."""

    day: date
    stale: bool = False


def ends_of(session: Session, settings: Settings, today: date) -> dict[str, Until]:
    """By metric: the day after the newest that the last sweep saw, or else today. A table that lags behind is no drop."""
    names = {usage_source(name): name for name in settings.metrics}
    newest = select(Source.name, Source.newest_day).where(Source.name.in_(names), Source.newest_day.is_not(None))
    last: dict[str, date] = {names[source]: found for source, found in session.execute(newest) if found}
    ends = {name: min(last[name] + timedelta(days=1), today) if name in last else today for name in settings.metrics}
    return {name: Until(end, end < today - settings.freshness.stale_after) for name, end in ends.items()}


async def lines_of(usage: Usage | None, account_id: str, ends: Mapping[str, Until]) -> tuple[tuple[Line, ...], tuple[str, ...]]:
    """The lines of the metrics that were used at all in their weeks, and in words what did not answer or stands still."""
    return await asyncio.to_thread(_read, usage, account_id, ends) if usage else ((), ())


def _read(usage: Usage, account_id: str, ends: Mapping[str, Until]) -> tuple[tuple[Line, ...], tuple[str, ...]]:
    """One metric after the other: a table that is gone takes none but its own away. Blocks."""
    lines, missing = [], []
    for name, until in ends.items():
        label = usage.metrics[name].label
        try:
            (chart,) = series_of(usage, account_id, until.day, [name])
        except SourceFailed as error:
            log.warning("brief_without_usage", metric=name, problem=str(error))
            missing.append(f"usage ({label}): {error}")
        else:
            lines += [_line(name, chart)] if chart.known else []
            missing += [f"usage ({label}) after {written(until.day - timedelta(days=1))}"] if until.stale else []
    return tuple(lines), tuple(missing)


def _line(name: str, chart: Chart) -> Line:
    """A value that is no number is none."""
    points = tuple((on, value if value is not None and isfinite(value) else None) for on, value in chart.points)
    usual = chart.baseline if chart.baseline is not None and isfinite(chart.baseline) else None
    return Line(name, chart.title, chart.unit, points, usual)
