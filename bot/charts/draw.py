"""Draws charts as PNGs: a metric over weeks, or a figure over periods."""

from functools import partial
from math import nan
from typing import TYPE_CHECKING

from bot.charts.chart import Chart
from bot.charts.draw_trend import PLACE, paint_trend
from bot.charts.paper import HEIGHT, INK, LARGE, LINE, SCALE, USUAL, WIDTH, bare, picture, write
from bot.charts.trend import Trend
from bot.messages.numbers import day, number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

APART = 0.18
Drawable = Chart | Trend


def draw(chart: Drawable) -> bytes:
    """A PNG of 960 × 336 pixels. Takes about a twentieth of a second: call it in a thread."""
    if isinstance(chart, Trend):
        return picture(PLACE, partial(paint_trend, trend=chart))
    return picture((0.08, 0.17, 0.715, 0.755), partial(_paint, chart=chart))


def _paint(axes: "Axes", chart: Chart) -> None:
    _frame(axes, chart)
    if chart.known:
        _line(axes, chart)
    else:
        write(axes, 0.5, 0.5, "no data", INK, ha="center")


def _frame(axes: "Axes", chart: Chart) -> None:
    """No box: two faint lines, at nothing and at the top, with their numbers; the first, the middle and the last day."""
    low, top = _range(chart)
    axes.set_ylim(low, low + (top - low) * 1.06)
    axes.set_xlim(-0.4, max(1, len(chart.points) - 1) + 0.4)
    bare(axes)
    ticks = sorted({low, 0.0, top})
    axes.set_yticks(ticks, [_short(value) for value in ticks], parse_math=False)
    axes.grid(axis="y", color=INK, alpha=0.35, linewidth=0.6)
    last = len(chart.points) - 1
    shown = sorted({0, last // 2, last}) if chart.points else []
    axes.set_xticks(shown, [day(chart.points[at][0], False) for at in shown], parse_math=False)


def _range(chart: Chart) -> tuple[float, float]:
    """From zero, so that a small dip looks small."""
    values = [value for _, value in chart.known] + ([chart.baseline] if chart.baseline is not None else [])
    low, top = min([0.0, *values]), max([0.0, *values])
    return low, top if top > low else low + 1


def _line(axes: "Axes", chart: Chart) -> None:
    values = [nan if value is None else value for _, value in chart.points]
    places = range(len(values))
    axes.fill_between(places, values, 0, color=LINE, alpha=0.14, linewidth=0)
    axes.plot(places, values, color=LINE, linewidth=2, solid_joinstyle="round", solid_capstyle="round", marker="o", markersize=2.6)
    last = max(at for at in places if chart.points[at][1] is not None)
    axes.plot([last], [values[last]], color=LINE, marker="o", markersize=5.4, clip_on=False)
    if chart.baseline is not None:
        axes.axhline(chart.baseline, color=USUAL, linewidth=1.4, dashes=(4, 3))
    _labels(axes, chart, values[last])


def _labels(axes: "Axes", chart: Chart, last: float) -> None:
    """The last value and the usual one at the right margin, kept apart."""
    at = _height(axes, last)
    if chart.baseline is not None:
        usual = _height(axes, chart.baseline)
        middle, above = (at + usual) / 2, 1 if at >= usual else -1
        if abs(at - usual) < APART:
            middle = max(middle, 0.05 + APART / 2)
            at, usual = middle + above * APART / 2, middle - above * APART / 2
        write(axes, 1.02, usual, f"usual {_short(chart.baseline)}", USUAL)
    write(axes, 1.02, at, f"{_short(last)} {chart.unit}".strip(), LINE, fontweight="bold", fontsize=LARGE)


def _height(axes: "Axes", value: float) -> float:
    """Where a value stands on the axis, from 0 to 1; not so low that its label meets the days."""
    low, top = axes.get_ylim()
    return float(max(0.05, (value - low) / (top - low)))


def _short(value: float) -> str:
    """1,234 as it is, 120k, 14.8M: the margins are narrow."""
    for least, size, sign in ((1e9, 1e9, "bn"), (1e6, 1e6, "M"), (1e5, 1e3, "k")):
        if abs(value) >= least:
            return number(value / size) + sign
    return number(value)


__all__ = ["HEIGHT", "INK", "LINE", "SCALE", "USUAL", "WIDTH", "Drawable", "draw"]
