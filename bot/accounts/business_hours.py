"""When people work: `Mon-Fri 09:00-18:00` in a zone, without its holidays. Pure: moments come as arguments."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from difflib import get_close_matches
from functools import lru_cache
from itertools import islice, pairwise
from typing import TYPE_CHECKING, Final, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

if TYPE_CHECKING:
    from holidays import HolidayBase

Span = tuple[datetime, datetime]
"""An opening on a certain day: its start and its end, in UTC."""

DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_RANGE = re.compile(r"(?P<days>[A-Za-z][A-Za-z,\s-]*?)\s+(?P<start>\d{1,2}:\d{2})\s*-\s*(?P<end>\d{1,2}:\d{2})(?!\d)", re.ASCII)
_FORM = "allowed: such as Mon-Fri 09:00-18:00, or Mon-Thu 09:00-17:00, Fri 09:00-14:00"
_LONGEST_SEARCH = 800
"""Days. Even one hour on one weekday is found within two years of holidays."""


@dataclass(frozen=True)
class Opening:
    """A span of minutes of a day, the end not included; 1440 is midnight at its end."""

    start: int
    end: int


@dataclass(frozen=True)
class BusinessHours:
    """Weekly openings (Monday first), the workspace's zone, and a country code (`CZ`, `US-NY`) or None.

    A zone that somebody is said to be in and that is none counts as the workspace's.
    """

    week: tuple[tuple[Opening, ...], ...]
    zone: str
    country: str | None = None

    @classmethod
    def parse(cls, text: str, zone: str, country: str | None = None) -> Self:
        """`Mon-Fri 09:00-18:00`. ValueError says in one sentence what is wrong and what is allowed."""
        zone_of(zone)
        if country:
            _calendar(country, 2000)
        return cls(_week(text), zone, country or None)

    def is_open(self, moment: datetime, zone: str | None = None) -> bool:
        """Whether someone in `zone` (default: the workspace's) works at that moment."""
        return self.opens_at(moment, zone) == moment.astimezone(UTC)

    def opens_at(self, moment: datetime, zone: str | None = None) -> datetime:
        """The moment itself when it is inside the hours, else the next opening; in UTC."""
        return _opens_at(self, _in_utc(moment), known_zone(zone) or self.zone)

    def after(self, moment: datetime, length: timedelta, zone: str | None = None) -> datetime:
        """So much business time later for someone in `zone` (default: the workspace's); in UTC, inside the hours or at their end.

        Whole days of `length` are business days: the same time of day that many of them later, or the nearest time at which that day
        is open. The rest runs only while the hours are open. Outside the hours all of it begins at the next opening.
        """
        if length < timedelta():
            raise ValueError("business time runs forward only")
        return _after(self, _in_utc(moment), length, known_zone(zone) or self.zone)

    def closes_on(self, day: date, zone: str | None = None) -> datetime:
        """When the last hours of a day end, for someone in `zone`; in UTC. The end of the calendar day where there are none."""
        there = zone_of(known_zone(zone) or self.zone)
        openings = () if _is_holiday(self.country, day) else self.week[day.weekday()]
        return _instant(day, openings[-1].end if openings else 24 * 60, there)

    def same_time(self, begin: datetime, days: int, there: ZoneInfo) -> datetime:
        """The same time of day, so many business days later. Between two openings it is the later one's start."""
        local = begin.astimezone(there)
        day, openings = next(islice(self._open_days(local.date() + timedelta(days=1), there), days - 1, None))
        wanted = local.replace(year=day.year, month=day.month, day=day.day, fold=0).astimezone(UTC)
        start, end = next((span for span in openings if wanted <= span[1]), openings[-1])
        return min(max(wanted, start), end)

    def walk(self, moment: datetime, left: timedelta, there: ZoneInfo) -> datetime:
        if not left:
            return moment
        for start, end in self.spans(moment, there):
            begin = max(moment, start)
            if left <= end - begin:
                return begin + left
            left -= end - begin
        raise AssertionError("spans never end")

    def spans(self, moment: datetime, there: ZoneInfo) -> Iterator[Span]:
        """Openings that end after the moment, one by one, without end."""
        for _, spans in self._open_days(moment.astimezone(there).date(), there):
            yield from (span for span in spans if moment < span[1])

    def _open_days(self, first: date, there: ZoneInfo) -> Iterator[tuple[date, list[Span]]]:
        """Business days from `first` on with their openings, without end."""
        day, closed = first, 0
        while closed < _LONGEST_SEARCH:
            spans = [] if _is_holiday(self.country, day) else [_span(day, opening, there) for opening in self.week[day.weekday()]]
            spans = [(start, end) for start, end in spans if start < end]
            closed = 0 if spans else closed + 1
            if spans:
                yield day, spans
            day += timedelta(days=1)
        raise ValueError("the business hours never open")


@lru_cache(maxsize=1024)
def _opens_at(hours: BusinessHours, moment: datetime, zone: str) -> datetime:
    """A pass asks about one moment for a thousand accounts in a few zones."""
    start, _ = next(hours.spans(moment, zone_of(zone)))
    return max(moment, start)


@lru_cache(maxsize=1024)
def _after(hours: BusinessHours, moment: datetime, length: timedelta, zone: str) -> datetime:
    there = zone_of(zone)
    begin = _opens_at(hours, moment, zone)
    days, rest = divmod(length, timedelta(days=1))
    return hours.walk(hours.same_time(begin, days, there) if days else begin, rest, there)


def _in_utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("the moment has no time zone")
    return moment.astimezone(UTC)


def _span(day: date, opening: Opening, there: ZoneInfo) -> Span:
    return _instant(day, opening.start, there), _instant(day, opening.end, there)


def zone_of(name: str) -> ZoneInfo:
    """The zone; ValueError names the nearest one."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        near = _nearest(name, available_timezones(), "Europe/Prague")
        raise ValueError(f"unknown time zone '{name}' ({near})") from None


def known_zone(*names: str | None) -> str | None:
    """The first that is a zone: what a CRM or Slack calls one is whatever stands there."""
    return next((name for name in names if name and _is_zone(name)), None)


def zone_or(name: str | None, otherwise: ZoneInfo) -> ZoneInfo:
    """The zone of that name, where there is one."""
    return zone_of(known_zone(name) or otherwise.key)


@lru_cache(maxsize=4096)
def _is_zone(name: str) -> bool:
    """Asked of every account and contact. A name that is none is looked for in files each time."""
    try:
        return bool(ZoneInfo(name))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False


def _instant(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """UTC of a wall clock time. One that the clocks skip in spring is read with the offset before the change.

    One that happens twice in autumn is the first of the two.
    """
    midnight = datetime.combine(day, time())
    return (midnight + timedelta(minutes=minute)).replace(tzinfo=zone).astimezone(UTC)


def _week(text: str) -> tuple[tuple[Opening, ...], ...]:
    week: list[list[Opening]] = [[] for _ in DAYS]
    at = 0
    text = text.strip()
    if len(text) > 300:
        raise ValueError(f"business hours are too long ({_FORM})")
    while at < len(text):
        match = _RANGE.match(text, at)
        if not match:
            raise ValueError(f"business hours '{text}' cannot be read at '{text[at:]}' ({_FORM})")
        opening = _opening(match["start"], match["end"])
        for day in _days(match["days"]):
            week[day].append(opening)
        at = _after_comma(text, match.end())
    if not any(week):
        raise ValueError(f"business hours are empty ({_FORM})")
    return tuple(_in_order(openings, day) for openings, day in zip(week, DAYS, strict=True))


def _after_comma(text: str, at: int) -> int:
    rest = text[at:].lstrip()
    if rest and rest[0] not in ",;":
        raise ValueError(f"business hours '{text}' cannot be read at '{rest}' ({_FORM})")
    return len(text) - len(rest[1:].lstrip())


def _in_order(openings: list[Opening], day: str) -> tuple[Opening, ...]:
    ordered = sorted(openings, key=lambda opening: opening.start)
    for one, following in pairwise(ordered):
        if following.start < one.end:
            raise ValueError(f"two business hours overlap on {day} (allowed: each hour once)")
    return tuple(ordered)


def _days(text: str) -> list[int]:
    """`Mon`, `Mon-Fri`, `Sat,Sun`. A range may run over the end of the week: `Sun-Thu`."""
    days: list[int] = []
    for part in filter(None, (one.strip() for one in text.split(","))):
        first, _, last = (name.strip() for name in part.partition("-"))
        start = _day(first)
        length = (_day(last) - start) % 7 if last else 0
        days += [(start + ahead) % 7 for ahead in range(length + 1)]
    return sorted(set(days))


def _day(name: str) -> int:
    """Three letters or the full name."""
    full = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    for index, (short, long) in enumerate(zip(DAYS, full, strict=True)):
        if name.lower() in (short.lower(), long):
            return index
    raise ValueError(f"unknown day '{name}' (allowed: {', '.join(DAYS)})")


def _opening(start: str, end: str) -> Opening:
    opening = Opening(_minutes(start), _minutes(end))
    if opening.end <= opening.start:
        raise ValueError(f"business hours end at {end}, not after their start at {start} (allowed: up to 24:00)")
    return opening


def _minutes(text: str) -> int:
    hours, minutes = map(int, text.split(":"))
    if minutes > 59 or hours * 60 + minutes > 24 * 60:
        raise ValueError(f"'{text}' is not a time of day (allowed: 00:00 to 24:00)")
    return hours * 60 + minutes


def _is_holiday(country: str | None, day: date) -> bool:
    return country is not None and day in _calendar(country, day.year)


@lru_cache(maxsize=256)
def _calendar(code: str, year: int) -> "HolidayBase":
    """The holidays of a country (ISO 3166-1), or of its part (`US-NY`, ISO 3166-2). ValueError for an unknown one."""
    import holidays  # noqa: PLC0415 (half a second, and only for those who have holidays)

    country, _, part = code.upper().partition("-")
    countries = holidays.list_supported_countries()
    if country not in countries:
        raise ValueError(f"unknown country '{code}' for holidays ({_nearest(country, set(countries), 'CZ or US-NY')})")
    parts = set(countries[country])
    if part and part not in parts:
        allowed = ", ".join(f"{country}-{one}" for one in sorted(parts)) or country
        raise ValueError(f"unknown part '{code}' of {country} for holidays (allowed: {allowed})")
    return holidays.country_holidays(country, subdiv=part or None, years=year, expand=False)


def _nearest(name: str, known: set[str], example: str) -> str:
    found = get_close_matches(name, known, n=1, cutoff=0.5)
    return f"nearest: {found[0]}" if found else f"allowed: such as {example}"
