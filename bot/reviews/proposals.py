"""When a meeting could be: three times on different days that suit everybody. Pure: hours, engagements and the moment come as arguments.

A time suits when the whole meeting lies within the business hours of every side, on no holiday there, not on a Monday before ten and not
beyond two on a Friday. Where the hours of the sides never meet, the least bad times are proposed, and say for whom they are early or late.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Self
from zoneinfo import ZoneInfo

from bot.accounts.business_hours import BusinessHours, Span, zone_of

COUNT = 3
HORIZON = 28
"""Days ahead that are looked at."""
STEP = timedelta(minutes=30)
DAY = timedelta(days=1)
MONDAY, FRIDAY = 0, 4
MONDAY_FROM, FRIDAY_UNTIL = time(10), time(14)
WISHES = (time(10), time(14), time(11))
"""Where the organizer is: the times of day that the first, the second and the third proposal come close to."""


@dataclass(frozen=True)
class Side:
    """People who work in one zone. The hours carry it, and the country whose holidays they have."""

    hours: BusinessHours

    @classmethod
    def of(cls, hours: BusinessHours, zone: str, country: str | None) -> Self:
        """The same hours elsewhere. A country of which no holidays are known has none."""
        try:
            BusinessHours.parse("Mon 09:00-10:00", zone, country)
        except ValueError:
            country = None
        return cls(replace(hours, zone=zone, country=country))

    @property
    def zone(self) -> str:
        return self.hours.zone


@dataclass(frozen=True)
class Proposal:
    """`outside`: zones in whose hours it does not lie, with the minutes that it lies before or after them."""

    starts_at: datetime
    outside: Mapping[str, int]


def span_of(starts_at: datetime, minutes: int) -> Span:
    return starts_at, starts_at + timedelta(minutes=minutes)


def overlap(one: Span, other: Span) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def outside(side: Side, span: Span) -> int | None:
    """The minutes by which a meeting lies before or after the hours of its day there; None: nobody works on that day."""
    openings = _openings(side.hours, span[0].astimezone(zone_of(side.zone)).date())
    beyond = (max(start - span[0], span[1] - end, timedelta()) for start, end in openings)
    found = min(beyond, default=None)
    return None if found is None else round(found / timedelta(minutes=1))


@lru_cache(maxsize=1024)
def _openings(hours: BusinessHours, day: date) -> tuple[Span, ...]:
    """The hours of a day where these are kept; none on a day off."""
    zone = zone_of(hours.zone)
    midnight = datetime.combine(day, time())
    if hours.opens_at(midnight.replace(tzinfo=zone)).astimezone(zone).date() != day:
        return ()
    minutes = ((opening.start, opening.end) for opening in hours.week[day.weekday()])
    return tuple((_moment(midnight, start, zone), _moment(midnight, end, zone)) for start, end in minutes)


def _moment(midnight: datetime, minute: int, zone: ZoneInfo) -> datetime:
    return (midnight + timedelta(minutes=minute)).replace(tzinfo=zone).astimezone(UTC)


def is_awkward(side: Side, span: Span) -> bool:
    """On a Monday before ten, or beyond two on a Friday."""
    start, end = (moment.astimezone(zone_of(side.zone)).replace(tzinfo=None) for moment in span)
    if start.weekday() == MONDAY:
        return start.time() < MONDAY_FROM
    return start.weekday() == FRIDAY and end > datetime.combine(start.date(), FRIDAY_UNTIL)


def proposals(sides: Sequence[Side], busy: Sequence[Span], minutes: int, now: datetime, count: int = COUNT) -> tuple[Proposal, ...]:
    """At most `count`, the earliest first, on days after today in every zone. The first side is the organizer's."""
    seen: list[_Best] = []

    def days() -> Iterator[_Best]:
        for day in _days(sides[0], now):
            if best := _best(day, sides, busy, minutes, now):
                seen.append(best)
                yield best

    suit = _chosen((best for best in days() if best.cost == 0), sides, count)
    chosen = suit or _chosen(sorted(seen, key=lambda one: (one.cost, one.day)), sides, count)
    return tuple(Proposal(start, _outside_of(sides, span_of(start, minutes))) for start in sorted(chosen))


def _chosen(days: Iterable["_Best"], sides: Sequence[Side], count: int) -> list[datetime]:
    """A start on each of the days, as long as no two are on the same day somewhere."""
    chosen: list[datetime] = []
    for best in days:
        if free := [start for start in best.starts if not _on_a_day_of(start, chosen, sides)]:
            chosen.append(_nearest(free, WISHES[len(chosen) % len(WISHES)], sides[0]))
        if len(chosen) == count:
            break
    return chosen


@dataclass(frozen=True)
class _Best:
    """The starts of a day that suit best. `cost`: the minutes by which they lie outside the hours where it is worst."""

    cost: int
    day: date
    starts: Sequence[datetime]


def _days(side: Side, now: datetime) -> Iterator[date]:
    today = now.astimezone(zone_of(side.zone)).date()
    return (today + timedelta(days=ahead) for ahead in range(1, HORIZON + 1))


def _best(day: date, sides: Sequence[Side], busy: Sequence[Span], minutes: int, now: datetime) -> _Best | None:
    costs: dict[datetime, int] = {}
    for start in _starts(day, sides[0]):
        span = span_of(start, minutes)
        cost = _cost(sides, span)
        if cost is not None and not _is_today(start, now, sides) and not any(overlap(span, one) for one in busy):
            costs[start] = cost
    if not costs:
        return None
    least = min(costs.values())
    return _Best(least, day, [start for start, cost in costs.items() if cost == least])


def _starts(day: date, side: Side) -> Iterator[datetime]:
    """Every half hour of a day there, in UTC, but for those that the clocks skip."""
    zone = zone_of(side.zone)
    for at in range(DAY // STEP):
        wall = datetime.combine(day, time()) + at * STEP
        moment = wall.replace(tzinfo=zone).astimezone(UTC)
        if moment.astimezone(zone).replace(tzinfo=None) == wall:
            yield moment


def _cost(sides: Sequence[Side], span: Span) -> int | None:
    """The minutes outside the hours where it is worst. None: a day off somewhere, or an awkward hour."""
    worst = 0
    for side in sides:
        found = None if is_awkward(side, span) else outside(side, span)
        if found is None:
            return None
        worst = max(worst, found)
    return worst


def _outside_of(sides: Sequence[Side], span: Span) -> dict[str, int]:
    return {side.zone: found for side in sides if (found := outside(side, span))}


def _is_today(start: datetime, now: datetime, sides: Sequence[Side]) -> bool:
    return _on_a_day_of(start, [now], sides) or start < now


def _on_a_day_of(start: datetime, others: Sequence[datetime], sides: Sequence[Side]) -> bool:
    """Whether, somewhere, it is on the same calendar day as one of the others."""
    zones = [zone_of(side.zone) for side in sides]
    return any(start.astimezone(zone).date() == other.astimezone(zone).date() for zone in zones for other in others)


def _nearest(starts: Sequence[datetime], wish: time, side: Side) -> datetime:
    zone = zone_of(side.zone)

    def away(start: datetime) -> tuple[int, datetime]:
        local = start.astimezone(zone)
        return abs((local.hour - wish.hour) * 60 + local.minute - wish.minute), start

    return min(starts, key=away)
