"""When the brief of a meeting is due. Pure: hours and moments come as arguments."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.accounts.business_hours import BusinessHours
from bot.clock import start_of

AHEAD = timedelta(days=14)
"""So long before a meeting its brief may be due: no house is closed for longer."""
SPARE = timedelta(minutes=30)
"""A brief that would leave its reader less time is not sent."""
DAY = timedelta(days=1)


def due_at(starts_at: datetime, zone: ZoneInfo, hours: BusinessHours, clock: str) -> datetime:
    """`clock` (`09:00`) on the last business day before the meeting's, where the organizer is; in UTC.

    The hours' holidays count, in the organizer's zone. Where nobody works for a fortnight before it, it is the calendar day before. A time
    that the clocks skip in spring is read by the clocks before the change; of one that comes twice in autumn it is the first.
    """
    day = starts_at.astimezone(zone).date()
    earlier = (day - back * DAY for back in range(1, AHEAD // DAY))
    chosen = next((one for one in earlier if _is_open(hours, one, zone)), day - DAY)
    return datetime.combine(chosen, time.fromisoformat(clock), zone).astimezone(UTC)


def is_due(starts_at: datetime, due: datetime, now: datetime) -> bool:
    """A meeting that was planned later than its brief was due is prepared at once, if there is still time to read."""
    return due <= now <= starts_at - SPARE


def _is_open(hours: BusinessHours, day: date, zone: ZoneInfo) -> bool:
    return hours.opens_at(start_of(day, zone), zone.key).astimezone(zone).date() == day
