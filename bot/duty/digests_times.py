"""When whose digest is due. Pure: a digest belongs to a calendar day where its reader is, and only to a business day there."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.accounts.business_hours import DAYS, BusinessHours, zone_or
from bot.clock import day_of, start_of
from bot.settings import Settings

ONE = timedelta(days=1)
WEEK = timedelta(days=7)
WEEK_LATE = 3
"""Days by which the managers' week may come late: after a holiday, or when no process ran."""
LONGEST = 30


@dataclass(frozen=True)
class Morning:
    """A business day in a zone: from `at` on its digest may be sent, up to `until`, when its last business hour ends."""

    day: date
    zone: ZoneInfo
    at: datetime
    until: datetime

    def is_now(self, now: datetime) -> bool:
        return self.at <= now < self.until

    @property
    def ends(self) -> datetime:
        """When the calendar day does."""
        return start_of(self.day + ONE, self.zone)


def zone_named(name: str | None, settings: Settings) -> ZoneInfo:
    """The workspace's for whoever has none, or one that nobody knows."""
    return zone_or(name, settings.zone)


def morning_of(day: date, zone: ZoneInfo, settings: Settings) -> Morning | None:
    """None: nobody there works on that day. A digest that is to come after the last business hour may come until midnight."""
    if not _is_business_day(settings.hours, day, zone):
        return None
    at, last = _digest_at(day, zone, settings), max(opening.end for opening in settings.hours.week[day.weekday()])
    closes = (datetime.combine(day, time()) + timedelta(minutes=last)).replace(tzinfo=zone).astimezone(UTC)
    return Morning(day, zone, at, closes if closes > at else start_of(day + ONE, zone))


def _digest_at(day: date, zone: ZoneInfo, settings: Settings) -> datetime:
    return datetime.combine(day, time.fromisoformat(settings.digest.at), zone).astimezone(UTC)


def morning_now(now: datetime, zone: ZoneInfo, settings: Settings) -> Morning | None:
    """The one whose digest may be sent at this moment."""
    found = morning_of(day_of(now, zone), zone, settings)
    return found if found and found.is_now(now) else None


def before(day: date, zone: ZoneInfo, settings: Settings) -> datetime:
    """When the digest of the business day before was due: what came later has not been told."""
    for ago in range(1, LONGEST):
        if found := morning_of(day - ago * ONE, zone, settings):
            return found.at
    return start_of(day - LONGEST * ONE, zone)


def _is_business_day(hours: BusinessHours, day: date, zone: ZoneInfo) -> bool:
    opens = hours.opens_at(start_of(day, zone), zone.key)
    return day_of(opens, zone) == day


def week_until(now: datetime, settings: Settings) -> datetime | None:
    """The end of the week that is to be told to the managers now; None: none is, at this moment."""
    zone = settings.zone
    today = day_of(now, zone)
    late = (today.weekday() - DAYS.index(settings.digest.week_day)) % 7
    if late > WEEK_LATE or morning_now(now, zone, settings) is None:
        return None
    return _digest_at(today - late * ONE, zone, settings)
