"""A meeting as calendar programs read it: iCalendar (RFC 5545), sent by mail as RFC 5546 (iTIP) and RFC 6047 (iMIP) say. Pure.

The participants get a REQUEST, and a CANCEL when it is off or when they are taken off the list. The organizer gets the same event as a
PUBLISH: a calendar asks its owner to answer a REQUEST of their own, and then has no entry.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from urllib.parse import quote

from icalendar import Alarm, Calendar, Event, vCalAddress

from bot.accounts.business_hours import zone_of
from bot.letters.clean import UNSEEN, line, lines
from bot.letters.links import is_web
from bot.reviews.zones import is_utc, vtimezone

PRODUCT = "-//Staysail//Staysail//EN"
REMINDER = timedelta(minutes=-15)
IN_ADDRESS = "@!$&'*+-./=?^_`{|}~"
LONGEST = 4000


class Method(StrEnum):
    REQUEST = "REQUEST"
    PUBLISH = "PUBLISH"
    CANCEL = "CANCEL"


@dataclass(frozen=True)
class Invitee:
    """`answer` is the PARTSTAT in lower case."""

    name: str
    email: str
    answer: str = "needs-action"


@dataclass(frozen=True)
class Meeting:
    """What a calendar knows of a review. `zone` is the one whose clocks it follows; `sender` the address that its letters come from.

    `answers_to` is the address at which answers are taken in, in the organizer's name; empty: the organizer's own.
    """

    uid: str
    sequence: int
    starts_at: datetime
    minutes: int
    zone: str
    title: str
    agenda: str
    place: str
    organizer: Invitee
    sender: str
    answers_to: str = ""


def request(meeting: Meeting, invitees: Sequence[Invitee], at: datetime) -> str:
    """The invitation, or a newer one of the same meeting. `at` is the moment of writing."""
    event = event_of(meeting, at)
    _add_attendees(event, meeting, invitees, asked=True)
    return _written(Method.REQUEST, meeting, event)


def publish(meeting: Meeting, invitees: Sequence[Invitee], at: datetime) -> str:
    """For the organizer's own calendar. A published event has no attendees (RFC 5546, 3.2.1): its description names them."""
    event = event_of(meeting, at)
    who = "\n".join(_named(one) for one in invitees)
    event.pop("description", None)
    event.add("description", _text(f"{who}\n\n{meeting.agenda}"))
    return _written(Method.PUBLISH, meeting, event)


def entry(meeting: Meeting, invitees: Sequence[Invitee], at: datetime) -> str:
    """As Staysail writes it into the organizer's own calendar: an object without METHOD (RFC 4791, 4.1). The server is not to invite once
    more: `SCHEDULE-AGENT=CLIENT` (RFC 6638, 7.1) says that this is done."""
    event = event_of(meeting, at)
    _add_attendees(event, meeting, invitees, asked=True)
    event.pop("organizer")
    event.add("organizer", _address(meeting.organizer))
    for one in (event["organizer"], *_attendees(event)):
        one.params["SCHEDULE-AGENT"] = "CLIENT"
    return _written(None, meeting, event)


def _attendees(event: Event) -> list[vCalAddress]:
    found = event["attendee"]
    return [one for one in (found if isinstance(found, list) else [found]) if isinstance(one, vCalAddress)]


def uninvite(meeting: Meeting, invitee: Invitee, at: datetime) -> str:
    """It takes place without them. Such a CANCEL says nothing of the event's status (RFC 5546, 3.2.5)."""
    event = event_of(meeting, at)
    del event["status"]
    event.subcomponents.clear()
    _add_attendees(event, meeting, [invitee], asked=False)
    return _written(Method.CANCEL, meeting, event)


def cancel(meeting: Meeting, invitees: Sequence[Invitee], at: datetime, note: str = "") -> str:
    """It is off: for everybody. No `invitees` for the organizer's own copy. `note`: why, in the organizer's words."""
    event = event_of(meeting, at, cancelled=True)
    _add_attendees(event, meeting, invitees, asked=False)
    if note.strip():
        event.add("comment", _text(note))
    return _written(Method.CANCEL, meeting, event)


def event_of(meeting: Meeting, at: datetime, cancelled: bool = False) -> Event:
    """What every calendar is told of it. `at` is the moment of writing."""
    event = Event()
    event.add("uid", meeting.uid)
    event.add("sequence", meeting.sequence)
    event.add("dtstamp", at.astimezone(UTC))
    start = meeting.starts_at.astimezone(UTC)
    event.add("dtstart", _local(start, meeting.zone))
    event.add("dtend", _local(start + timedelta(minutes=meeting.minutes), meeting.zone))
    event.add("summary", line(meeting.title))
    if agenda := _text(meeting.agenda):
        event.add("description", agenda)
    if place := line(meeting.place, 500):
        event.add("location", place)
    if is_web(meeting.place.strip()):
        event.add("url", meeting.place.strip())
    event.add("organizer", _organizer(meeting))
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if cancelled else "OPAQUE")
    if not cancelled:
        event.add_component(_alarm(meeting))
    return event


def _local(moment: datetime, zone: str) -> datetime:
    """By the clocks of the zone. The second of two times that are called alike, in autumn, can only be said in UTC."""
    there = zone_of(zone)
    local = moment.astimezone(there)
    return moment if local.fold or is_utc(there, moment.year) else local


def _text(text: str) -> str:
    """Lines as they were typed, without marks that nobody sees."""
    paragraphs = "\n\n".join("\n".join(paragraph) for paragraph in lines(UNSEEN.sub("", text)))
    return paragraphs if len(paragraphs) <= LONGEST else paragraphs[: LONGEST - 1].rstrip() + "…"


def _named(one: Invitee) -> str:
    return f"{line(one.name)} <{one.email}>" if one.name.strip() else one.email


def _address(one: Invitee) -> vCalAddress:
    """A name in quotation marks cannot hold one (RFC 5545, 3.2)."""
    found = vCalAddress(f"mailto:{quote(one.email, safe=IN_ADDRESS)}")
    found.params["CN"] = line(one.name or one.email).replace('"', "'")
    return found


def _organizer(meeting: Meeting) -> vCalAddress:
    """Calendars send answers to this address, though the letters may come from the house's (RFC 6047, 2.2.1)."""
    answered_at = meeting.answers_to or meeting.organizer.email
    found = _address(Invitee(meeting.organizer.name, answered_at))
    if meeting.sender.lower() != answered_at.lower():
        found.params["SENT-BY"] = f"mailto:{quote(meeting.sender, safe=IN_ADDRESS)}"
    return found


def _add_attendees(event: Event, meeting: Meeting, invitees: Sequence[Invitee], asked: bool) -> None:
    """The organizer takes part, and needs no asking."""
    if asked:
        chair = _address(meeting.organizer)
        chair.params |= {"CUTYPE": "INDIVIDUAL", "ROLE": "CHAIR", "PARTSTAT": "ACCEPTED"}
        event.add("attendee", chair)
    for invitee in invitees:
        found = _address(invitee)
        found.params |= {"CUTYPE": "INDIVIDUAL", "ROLE": "REQ-PARTICIPANT", "PARTSTAT": invitee.answer.upper()}
        if asked:
            found.params["RSVP"] = "TRUE"
        event.add("attendee", found)


def _alarm(meeting: Meeting) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", line(meeting.title))
    alarm.add("trigger", REMINDER)
    return alarm


def _written(method: Method | None, meeting: Meeting, event: Event) -> str:
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    if method:
        calendar.add("method", method.value)
    zone = zone_of(meeting.zone)
    if not is_utc(zone, meeting.starts_at.year):
        calendar.add_component(vtimezone(zone, meeting.starts_at.year))
    calendar.add_component(event)
    return str(calendar.to_ical().decode())
