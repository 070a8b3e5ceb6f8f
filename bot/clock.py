"""Moments: which one a pass counts from. Domain functions take `now`; only the edge asks a clock."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo

from bot.errors import StaysailError

Clock = Callable[[], datetime]

NOON = time(12)
SHORTEST_PAUSE, LONGEST_PAUSE = 0.1, 3600.0


def now() -> datetime:
    return datetime.now(UTC)


def as_of(text: str | None, zone: ZoneInfo) -> Clock:
    """The clock of a whole pass. A bare date is noon of that day in the workspace's zone, so that office hours are open."""
    if not text:
        return now
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise StaysailError(f"--as-of: found {text!r}; allowed: a date 2026-03-31 or a time 2026-03-31T15:00[+01:00]") from None
    if len(text) <= len("2026-03-31"):
        moment = datetime.combine(moment.date(), NOON)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=zone)
    fixed = moment.astimezone(UTC)
    return lambda: fixed


def day_of(moment: datetime, zone: ZoneInfo) -> date:
    """The calendar day of a moment in the workspace's zone."""
    return moment.astimezone(zone).date()


def start_of(day: date, zone: ZoneInfo) -> datetime:
    """The moment at which a calendar day begins in a zone."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def pause_asked(text: str | None) -> float | None:
    """What a server's Retry-After asks for, seconds or a moment (RFC 9110, 10.2.3), in seconds from now; None: nothing that can be read."""
    if not text:
        return None
    try:
        return min(max(float(text), SHORTEST_PAUSE), LONGEST_PAUSE)
    except ValueError:
        pass
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return min(max((moment - now()).total_seconds(), SHORTEST_PAUSE), LONGEST_PAUSE)
