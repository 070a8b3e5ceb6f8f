"""What a calendar says in answer to an invitation: iCalendar (RFC 5545) as RFC 5546 (iTIP) says. Pure.

Only what a REPLY and a COUNTER (somebody proposes another time) need is looked at. Strangers write these: whatever cannot be understood
is left out, or the whole is Unreadable.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from urllib.parse import unquote

from icalendar import Calendar, Event
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from bot.accounts.business_hours import zone_of
from bot.errors import StaysailError
from bot.letters.clean import UNSEEN, line, lines

ANSWERS = frozenset({"accepted", "declined", "tentative", "delegated", "needs-action"})
LARGEST = 64 * 1024
"""Bytes of a calendar. An answer has about one thousand."""
LONGEST_COMMENT = 1000
Choice = Callable[[Sequence[Any]], Any]
"""Of the attendees, at least one, the one who answers. Raises NoAnswer."""


class Unreadable(StaysailError):
    """What should be an answer cannot be read as one. The text says why."""


class NoAnswer(StaysailError):
    """A mail, or a calendar, that is no answer of somebody to an invitation. The text says why."""


class Untrusted(NoAnswer):
    """An answer that somebody else than the attendee sent."""


class Method(StrEnum):
    REPLY = "REPLY"
    COUNTER = "COUNTER"


@dataclass(frozen=True)
class Answer:
    """What one person answered. `sequence` is that of the invitation that they answer; `at` when they did, by their clock.

    `attendee` and `delegate` (who comes instead) are addresses in lower case. `answer` is the PARTSTAT in lower case. `countered`: they
    propose another time, `proposed` if we can tell it.
    """

    uid: str
    sequence: int
    attendee: str
    answer: str
    at: datetime | None
    comment: str = ""
    delegate: str = ""
    countered: bool = False
    proposed: datetime | None = None


def parsed(body: bytes, charset: str) -> Calendar:
    """Raises Unreadable."""
    if len(body) > LARGEST:
        raise Unreadable(f"the calendar is too large: allowed are {LARGEST} bytes")
    try:
        return Calendar.from_ical(_without_zones(_decoded(body, charset)).encode())  # a str could be the name of a file, which is then read
    except Exception as error:  # the library promises ValueError; strangers find others
        raise Unreadable("the calendar cannot be read as iCalendar (RFC 5545)") from error


def is_answer(calendar: Calendar) -> bool:
    return _method(calendar) in set(Method)


def answer_in(calendar: Calendar, choose: Choice) -> Answer:
    """Raises NoAnswer and Unreadable."""
    if not is_answer(calendar):
        raise NoAnswer(f"the calendar is no answer: its METHOD is {_method(calendar)[:40] or 'missing'}, not REPLY")
    event = next(iter(calendar.walk("VEVENT")), None)
    uid = _word(event.get("UID")) if isinstance(event, Event) else ""
    if not isinstance(event, Event) or not uid:
        raise Unreadable("the answer names no event: VEVENT or its UID is missing")
    attendees = _listed(event.get("ATTENDEE"))
    if not attendees:
        raise Unreadable("the answer does not say whose it is: ATTENDEE is missing")
    attendee, countered = choose(attendees), _method(calendar) == Method.COUNTER
    stated = parameter(attendee, "PARTSTAT").lower()
    return Answer(
        uid=uid,
        sequence=_number(event.get("SEQUENCE")),
        attendee=address_of(attendee),
        answer=stated if stated in ANSWERS else "needs-action",  # RFC 5545, 3.2.12
        at=_moment(event.get("DTSTAMP")),
        comment=_comment(event),
        delegate=bare(parameter(attendee, "DELEGATED-TO")) if stated == "delegated" else "",
        countered=countered,
        proposed=_moment(event.get("DTSTART")) if countered else None,
    )


def address_of(attendee: Any) -> str:
    """Apple writes a principal instead of an address, and the address beside it (EMAIL)."""
    found = bare(str(attendee))
    return found if "@" in found and ":" not in found else bare(parameter(attendee, "EMAIL"))


def bare(address: str) -> str:
    """`MAILTO:Marta%40x.example` → marta@x.example."""
    cut = address.strip().strip('"')
    cut = cut[len("mailto:") :] if cut.lower().startswith("mailto:") else cut
    return line(unquote(cut).strip(" <>"), 320).lower()


def parameter(found: Any, name: str) -> str:
    value = getattr(found, "params", {}).get(name, "")
    return str(next(iter(value), "")) if isinstance(value, list | tuple) else str(value)


def _decoded(body: bytes, charset: str) -> str:
    """Some say us-ascii and write UTF-8; others say nothing and write Latin-1."""
    for name in dict.fromkeys((charset, "utf-8")):
        with suppress(LookupError, UnicodeError):
            return body.decode(name).encode("utf-8", "replace").decode()  # some encodings have halves of characters, and no database has
    return body.decode("latin-1")


def _without_zones(text: str) -> str:
    """The library keeps every zone that it reads for the whole process, and strangers write these. Known zones need no description."""
    kept, inside = [], False
    for one in text.removeprefix("\ufeff").splitlines():
        mark = one.strip().upper()
        inside = inside or mark == "BEGIN:VTIMEZONE"
        if not inside:
            kept.append(one)
        inside = inside and mark != "END:VTIMEZONE"
    return "\r\n".join(kept)


def _method(calendar: Calendar) -> str:
    return _word(calendar.get("METHOD")).upper()


def _listed(found: Any) -> list[Any]:
    """A property that stands several times comes as a list."""
    return list(found) if isinstance(found, list) else [] if found is None else [found]


def _word(found: Any) -> str:
    return line(str(next(iter(_listed(found)), "")), 1000)


def _number(found: Any) -> int:
    """A SEQUENCE that is left out is 0 (RFC 5546, 3.2.3)."""
    word = _word(found)
    return int(word) if word.isdecimal() and len(word) < 10 else 0


def _moment(found: Any) -> datetime | None:
    """In UTC; None for a day, and for a time in a zone that we do not know. Microsoft has its own names for zones."""
    stated = next(iter(_listed(found)), None)
    with suppress(ValueError, OverflowError):  # a property that cannot be read says so when it is looked at
        moment = getattr(stated, "dt", None)
        if isinstance(moment, datetime):
            name = parameter(stated, "TZID")
            there = moment if moment.tzinfo else moment.replace(tzinfo=zone_of(WINDOWS_TO_OLSON.get(name, name)))
            return there.astimezone(UTC)
    return None


def _comment(event: Event) -> str:
    typed = "\n".join(str(one) for one in _listed(event.get("COMMENT")))
    written = "\n".join("\n".join(paragraph) for paragraph in lines(UNSEEN.sub("", typed))).strip()
    return written if len(written) <= LONGEST_COMMENT else written[: LONGEST_COMMENT - 1] + "…"
