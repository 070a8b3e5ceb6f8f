"""An event of ours in a calendar that a person looks after too. Pure: what stands there, and what is to stand there, as iCalendar.

When it is, who comes and whether it is on are ours. Its texts are ours until the person writes their own; everything else (reminders,
categories, colours) is the person's once it stands. `X-STAYSAIL-WROTE` in the event tells our texts from theirs; where a server drops it,
our texts take the place of theirs.
"""

from hashlib import sha256

from icalendar import Calendar, Component, Event, vText

OURS = ("dtstart", "dtend", "duration", "organizer", "attendee", "status", "transp")
TEXTS = ("summary", "description", "location", "url")
MARK = "x-staysail-wrote"


def fresh(text: str) -> str:
    """As it is written where none of it stands yet."""
    calendar = Calendar.from_ical(text.encode())
    (event,) = calendar.events
    event.add(MARK, _mark(event))
    return _written(calendar)


def merged(stored: str, text: str) -> str | None:
    """What stands there, with our changes; None: nothing is to be changed."""
    new = Calendar.from_ical(text.encode())
    (ours,) = new.events
    calendar, theirs = _opened(stored, str(ours["uid"]))
    if calendar is None or theirs is None:
        return fresh(text)
    before = _plain(theirs)
    _lay_over(theirs, ours)
    if _plain(theirs) == before:
        return None
    _take(theirs, ours, "dtstamp")
    theirs.pop("last-modified", None)
    _add_zones(calendar, new)
    return _written(calendar)


def has(stored: str, uid: str) -> bool:
    return _opened(stored, uid)[1] is not None


def _opened(stored: str, uid: str) -> tuple[Calendar | None, Event | None]:
    """The event itself, not one that stands for a single time of a series."""
    try:
        calendar = Calendar.from_ical(stored.encode())
        found = [one for one in calendar.events if str(one.get("uid")) == uid and "recurrence-id" not in one]
    except ValueError:
        return None, None
    return (calendar, found[0]) if isinstance(calendar, Calendar) and found else (None, None)


def _lay_over(theirs: Event, ours: Event) -> None:
    wrote = _wrote(theirs)
    for name in TEXTS:
        if not wrote or wrote.get(name) == _digest(theirs, name):
            _take(theirs, ours, name)
    for name in OURS:
        _take(theirs, ours, name)
    sequence = max(int(str(one.get("sequence", 0))) for one in (theirs, ours))
    theirs.pop("sequence", None)
    theirs.add("sequence", sequence)
    theirs.pop(MARK, None)
    theirs.add(MARK, _mark(ours))


def _take(theirs: Component, ours: Component, name: str) -> None:
    theirs.pop(name, None)
    if name in ours:
        theirs[name] = ours[name]


def _add_zones(calendar: Calendar, new: Calendar) -> None:
    """The clock changes of the years that count now."""
    for zone in new.walk("VTIMEZONE"):
        same = [one for one in calendar.subcomponents if one.name == "VTIMEZONE" and one.get("tzid") == zone.get("tzid")]
        calendar.subcomponents = [zone, *(one for one in calendar.subcomponents if one not in same)]


def _mark(event: Event) -> str:
    return " ".join(f"{name}={_digest(event, name)}" for name in TEXTS)


def _wrote(event: Event) -> dict[str, str]:
    return dict(pair.split("=", 1) for pair in str(event.get(MARK, "")).split() if "=" in pair)


def _digest(event: Event, name: str) -> str:
    """Of the text as it is read: servers fold lines, and may cut blanks at the ends."""
    text = "\n".join(line.rstrip() for line in str(event.get(name, vText(""))).strip().splitlines())
    return sha256(text.encode()).hexdigest()[:12]


def _plain(event: Event) -> bytes:
    return bytes(event.to_ical(sorted=True))


def _written(calendar: Calendar) -> str:
    return str(calendar.to_ical().decode())
