"""A time zone as calendar programs read it: its VTIMEZONE for the years around a moment, from the zone's own clock changes. Pure.

Written here because icalendar's own names the hour after a change in spring, where RFC 5545 (3.6.5) wants the local time at which it comes,
by the clocks as they were; and because Outlook follows yearly rules better than lists of dates.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
LONG_AGO = 1970
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@dataclass(frozen=True)
class Onset:
    """A clock change: `at` is the local time at which it comes, by the clocks as they were."""

    at: datetime
    before: timedelta
    after: timedelta
    name: str

    @property
    def rules(self) -> set[tuple[int, str]]:
        """Month and weekday, as yearly rules may name them: the second Sunday, the last Sunday."""
        weekday = WEEKDAYS[self.at.weekday()]
        counted = {(self.at.month, f"{(self.at.day - 1) // 7 + 1}{weekday}")}
        return counted | ({(self.at.month, f"-1{weekday}")} if (self.at + 7 * DAY).month != self.at.month else set())


def is_utc(zone: ZoneInfo, year: int) -> bool:
    """Whether its clocks show UTC all the time around that year."""
    onsets = _onsets(zone, year)
    return not onsets and not _offset(zone, datetime(year, 1, 1, tzinfo=UTC))


def vtimezone(zone: ZoneInfo, year: int) -> Timezone:
    """Right from the beginning of the year before to the end of the year after."""
    found = Timezone()
    found.add("tzid", zone.key)
    onsets = _onsets(zone, year)
    usual = min([_offset(zone, datetime(year, 1, 1, tzinfo=UTC)), *(onset.after for onset in onsets)])
    rules = _yearly(onsets)
    for onset in rules or (_beginning(zone, year, bool(onsets)), *onsets):
        found.add_component(_observance(onset, rules.get(onset), usual))
    return found


def _observance(onset: Onset, rule: tuple[int, str] | None, usual: timedelta) -> TimezoneStandard | TimezoneDaylight:
    observance = TimezoneDaylight() if onset.after > usual else TimezoneStandard()
    observance.add("dtstart", onset.at)
    observance.add("tzoffsetfrom", onset.before)
    observance.add("tzoffsetto", onset.after)
    observance.add("tzname", onset.name)
    if rule:
        month, weekday = rule
        observance.add("rrule", {"freq": "yearly", "bymonth": month, "byday": weekday})
    return observance


def _yearly(onsets: Sequence[Onset]) -> dict[Onset, tuple[int, str]]:
    """The first onset of each kind with its yearly rule; empty when three years do not follow one."""
    kinds: dict[tuple[timedelta, timedelta, object], list[Onset]] = {}
    for onset in onsets:
        kinds.setdefault((onset.before, onset.after, onset.at.time()), []).append(onset)
    found = {}
    for same in kinds.values():
        rules = set.intersection(*(onset.rules for onset in same))
        if len(same) != 3 or len({onset.at.year for onset in same}) != 3 or not rules:
            return {}
        found[same[0]] = min(rules)
    return found


def _beginning(zone: ZoneInfo, year: int, changes: bool) -> Onset:
    """How the clocks stand before the first change."""
    at = datetime.combine(date(year - 1 if changes else LONG_AGO, 1, 1), time())
    moment = datetime(year - 1, 1, 1, tzinfo=UTC)
    return Onset(at, _offset(zone, moment), _offset(zone, moment), _name(zone, moment))


@lru_cache(maxsize=256)
def _onsets(zone: ZoneInfo, year: int) -> tuple[Onset, ...]:
    """Clock changes from the beginning of the year before to the end of the year after, in order."""
    return tuple(_found(zone, year))


def _found(zone: ZoneInfo, year: int) -> Iterator[Onset]:
    day, end = datetime(year - 1, 1, 1, tzinfo=UTC), datetime(year + 2, 1, 1, tzinfo=UTC)
    while day < end:
        before, after = _offset(zone, day), _offset(zone, day + DAY)
        if before != after:
            moment = _change(zone, day)
            yield Onset((moment + before).replace(tzinfo=None), before, after, _name(zone, moment))
        day += DAY


def _change(zone: ZoneInfo, day: datetime) -> datetime:
    """The first second of the new time within a day, in UTC."""
    low, high, before = day, day + DAY, _offset(zone, day)
    while high - low > SECOND:
        middle = low + (high - low) // 2 // SECOND * SECOND
        low, high = (middle, high) if _offset(zone, middle) == before else (low, middle)
    return high


def _offset(zone: ZoneInfo, moment: datetime) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta()


def _name(zone: ZoneInfo, moment: datetime) -> str:
    return moment.astimezone(zone).tzname() or zone.key
