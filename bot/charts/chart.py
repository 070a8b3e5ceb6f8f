"""What a chart shows, and the same in words for those who do not see it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from bot.messages.numbers import day, number

Point = tuple[date, float | None]


@dataclass(frozen=True)
class Chart:
    """One line over time. `points`: a day (of a week its first) with its value, oldest first; None leaves a gap.

    `unit` follows a number ("a day"), `baseline` is what is usual, `alt` tells the numbers in words. The picture itself carries no
    title: whoever shows it writes that above, where any script can be read.
    """

    title: str
    unit: str
    points: tuple[Point, ...]
    baseline: float | None = None
    alt: str = ""

    @property
    def known(self) -> tuple[tuple[date, float], ...]:
        return tuple((on, value) for on, value in self.points if value is not None)


def chart_of(title: str, unit: str, points: Sequence[Point], baseline: float | None = None) -> Chart:
    """A chart with its words."""
    return Chart(title, unit, tuple(points), baseline, alt_of(title, unit, points, baseline))


def alt_of(title: str, unit: str, points: Sequence[Point], baseline: float | None = None) -> str:
    """`Active users, by week from 24 Aug to 9 Nov: 41 a day at first, 17 at last; lowest 8 (2 Nov), highest 44 (12 Oct); usual: 41.`"""
    known = [(on, value) for on, value in points if value is not None]
    usual = f"; usual: {number(baseline)}" if baseline is not None else ""
    if not known:
        return f"{title}: no data."
    if len(known) == 1:
        return f"{title}, {day(known[0][0])}: {_with(known[0][1], unit)}{usual}."
    over = f"{title}, {_each(points)}from {day(known[0][0], False)} to {day(known[-1][0], False)}: "
    low, high = min(known, key=_value), max(known, key=_value)
    if low[1] == high[1]:
        return f"{over}{'nothing' if not low[1] else f'{_with(low[1], unit)} all the time'}{usual}."
    ends = f"{_with(known[0][1], unit)} at first, {number(known[-1][1])} at last"
    return f"{over}{ends}; lowest {_on(low)}, highest {_on(high)}{usual}."


def _value(point: tuple[date, float]) -> float:
    return point[1]


def _with(value: float, unit: str) -> str:
    return f"{number(value)} {unit}".strip()


def _on(point: tuple[date, float]) -> str:
    return f"{number(point[1])} ({day(point[0], False)})"


def _each(points: Sequence[Point]) -> str:
    """How far the points are apart, when they stand regularly."""
    apart = {(later[0] - earlier[0]).days for earlier, later in pairwise(points)}
    return {frozenset({7}): "by week ", frozenset({1}): "by day "}.get(frozenset(apart), "")
