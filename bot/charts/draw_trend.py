"""Draws a trend: a line through its points, each with its interval if it has one; periods that say nothing are gaps that are named."""

from math import nan
from typing import TYPE_CHECKING, Any

from bot.charts.paper import FONT, INK, LARGE, LINE, SMALL, bare, write
from bot.charts.trend import Scale, Trend, TrendPoint

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PLACE = (0.095, 0.21, 0.875, 0.75)
AIR = 0.09
"""Of the axis, below and above, so that no point stands on the frame."""
HEADROOM = 0.8
"""Of the axis: above it a number stands below its point."""


def paint_trend(axes: "Axes", trend: Trend) -> None:
    _frame(axes, trend)
    values = [nan if point.value is None else point.value for point in trend.points]
    axes.plot(range(len(values)), values, color=LINE, linewidth=2, marker="o", markersize=4.6, solid_joinstyle="round")
    for at, point in enumerate(trend.points):
        if point.value is None:
            _say(axes, at, trend.scale.bottom, "too few")
        else:
            _point(axes, trend.scale, at, point)
    if not trend.points:
        write(axes, 0.5, 0.5, f"no {trend.scale.counted}s", INK, ha="center")


def _frame(axes: "Axes", trend: Trend) -> None:
    """The ends of the scale and its middle, with their numbers; each period, of a figure with intervals with how many answered."""
    bare(axes)
    scale = trend.scale
    air = (scale.top - scale.bottom) * AIR
    axes.set_ylim(scale.bottom - air, scale.top + air)
    axes.set_xlim(-0.5, max(0, len(trend.points) - 1) + 0.5)
    ticks = [scale.bottom, (scale.bottom + scale.top) / 2, scale.top]
    axes.set_yticks(ticks, [scale.write(tick, unit=not scale.interval) for tick in ticks], parse_math=False)
    axes.grid(axis="y", color=INK, alpha=0.35, linewidth=0.6)
    counts = [f"\n{'' if at else 'n = '}{point.count:,}" if scale.interval else "" for at, point in enumerate(trend.points)]
    named = [f"{point.short or point.label}{count}" for point, count in zip(trend.points, counts, strict=True)]
    axes.set_xticks(range(len(named)), named, parse_math=False)


def _point(axes: "Axes", scale: Scale, at: int, point: TrendPoint) -> None:
    """Its interval, and its number beyond the end of it that has room."""
    assert point.value is not None
    low, high, gap = (point.low, point.high, 3) if scale.interval else (point.value, point.value, 5)
    if scale.interval:
        axes.plot([at, at], [low, high], color=LINE, alpha=0.3, linewidth=8, solid_capstyle="butt")
    above = high < scale.bottom + HEADROOM * (scale.top - scale.bottom)
    look = {"color": LINE, "fontsize": LARGE, "fontweight": "bold"}
    _say(axes, at, high if above else low, scale.write(point.value, unit=scale.interval), gap if above else -gap, **look)


def _say(axes: "Axes", at: int, value: float, text: str, gap: int = 3, **look: Any) -> None:
    """Above the value by so many points, or below it."""
    font: dict[str, Any] = {"color": INK, "fontsize": SMALL, "family": FONT, "ha": "center", "parse_math": False}
    font["va"] = "bottom" if gap > 0 else "top"
    axes.annotate(text, (at, value), xytext=(0, gap), textcoords="offset points", **font | look)
