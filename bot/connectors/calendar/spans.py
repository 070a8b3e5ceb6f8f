"""When somebody is busy, out of what their calendar holds. Pure. Nothing of an event is kept but its span and its UID.

What counts is what RFC 4791 (7.10) counts: no TRANSPARENT and no CANCELLED event; nor one that the person has declined.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import recurring_ical_events
from icalendar import Calendar, Component, Event

from bot.connectors.ports import Busy

DAY = timedelta(days=1)
TOO_OFTEN = re.compile(r"^RRULE.*FREQ=(SECONDLY|MINUTELY)", re.IGNORECASE | re.MULTILINE)
"""Nobody meets every minute, and a month of it would take minutes to count."""


def spans(texts: Iterable[str], email: str, start: datetime, end: datetime, zone: ZoneInfo) -> list[Busy]:
    """`texts` are calendar objects, whole series among them. An object that nobody can read is left out."""
    found = {busy for text in texts for busy in _of(text, email, (start, end), zone)}
    here = (one for one in found if one.start < one.end and one.start < end and start < one.end)
    return sorted(here, key=lambda one: (one.start, one.end, one.uid))


def _of(text: str, email: str, window: tuple[datetime, datetime], zone: ZoneInfo) -> list[Busy]:
    """A day more on both sides: times without a zone are meant where the person is."""
    if TOO_OFTEN.search(text):
        return []
    try:
        events = recurring_ical_events.of(Calendar.from_ical(text.encode()), skip_bad_series=True).between(window[0] - DAY, window[1] + DAY)
        return [_busy(event, zone) for event in events if isinstance(event, Event) and _counts(event, email)]
    except (ValueError, KeyError, TypeError, AttributeError):
        return []


def _busy(event: Event, zone: ZoneInfo) -> Busy:
    return Busy(_moment(event.start, zone), _moment(event.end, zone), str(event.get("uid", "")))


def _counts(event: Event, email: str) -> bool:
    if str(event.get("transp", "")).upper() == "TRANSPARENT" or str(event.get("status", "")).upper() == "CANCELLED":
        return False
    return not any(_is_refusal(one, email) for one in _several(event, "attendee"))


def _is_refusal(attendee: object, email: str) -> bool:
    parameters = getattr(attendee, "params", {})
    return str(attendee).lower() == f"mailto:{email.lower()}" and str(parameters.get("PARTSTAT", "")).upper() == "DECLINED"


def _several(component: Component, name: str) -> list[object]:
    found = component.get(name, [])
    return found if isinstance(found, list) else [found]


def _moment(at: date, zone: ZoneInfo) -> datetime:
    if not isinstance(at, datetime):
        at = datetime.combine(at, time())
    return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)


def told_busy(text: str) -> list[Busy]:
    """Out of the answer to a free-busy query (VFREEBUSY): for those who may see when, but not what."""
    try:
        told = Calendar.from_ical(text.encode()).walk("VFREEBUSY")
    except ValueError:
        return []
    return [Busy(*span) for one in told for value in _several(one, "freebusy") for span in _periods(value)]


def _periods(value: object) -> Iterator[tuple[datetime, datetime]]:
    if str(getattr(value, "params", {}).get("FBTYPE", "")).upper() == "FREE":
        return
    for period in getattr(value, "dts", [value]):
        start, end = period.dt if hasattr(period, "dt") else (period.start, period.end)
        yield start.astimezone(UTC), (start + end if isinstance(end, timedelta) else end).astimezone(UTC)
