"""A figure over periods with its intervals, and the same in words."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.messages.numbers import number


@dataclass(frozen=True)
class TrendPoint:
    """`label` as people read it (`Q3 2026`), `short` where room is scarce. `value` None: too few answers (`count`) to say."""

    label: str
    count: int
    value: float | None = None
    low: float = 0.0
    high: float = 0.0
    short: str = ""


@dataclass(frozen=True)
class Scale:
    """Where a figure's axis begins and ends. `unit` follows a number; `signed`: a plus is written, too. `counted`: what a point is made of.
    Not `interval`: all of them are known, so that the figure is exact."""

    bottom: float
    top: float
    unit: str = ""
    signed: bool = False
    counted: str = "answer"
    interval: bool = True

    def write(self, value: float, unit: bool = True) -> str:
        """`+32`, `84 %`, `5.6`: whole numbers, but for scales that are short."""
        whole = round(value, 1) if self.top - self.bottom < 10 else round(value)
        plus = "+" if self.signed and whole > 0 else ""
        return f"{plus}{number(whole)}{f' {self.unit}' if self.unit and unit else ''}"


@dataclass(frozen=True)
class Trend:
    """One line over periods, oldest first. The picture carries no title: whoever shows it writes that above."""

    title: str
    scale: Scale
    points: tuple[TrendPoint, ...]
    alt: str = ""

    @property
    def known(self) -> tuple[TrendPoint, ...]:
        return tuple(point for point in self.points if point.value is not None)


def trend_of(title: str, scale: Scale, points: Sequence[TrendPoint]) -> Trend:
    """A trend with its words."""
    trend = Trend(title, scale, tuple(points))
    told = "; ".join(_words(scale, point) for point in points)
    return replace(trend, alt=f"{title}: {told or f'no {scale.counted}s'}.")


def _words(scale: Scale, point: TrendPoint) -> str:
    """`Q3 2026 +21 (+9 to +33, 74 answers)`, `Q4 2026 too few to say (7 answers)`, `Oct 2026 84 % (74 accounts)`."""
    many = f"{point.count:,} {scale.counted}{'' if point.count == 1 else 's'}"
    if point.value is None:
        return f"{point.label} too few to say ({many})"
    if not scale.interval:
        return f"{point.label} {scale.write(point.value)} ({many})"
    return f"{point.label} {scale.write(point.value)} ({scale.write(point.low, unit=False)} to {scale.write(point.high)}, {many})"
