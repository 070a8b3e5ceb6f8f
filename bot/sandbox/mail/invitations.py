"""Invitations among the letters, and answers to them as a mail program writes them (RFC 5546, RFC 6047)."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid, parseaddr
from enum import StrEnum
from typing import Any

from icalendar import Calendar, Event, vCalAddress

from bot.sandbox.mail.inbox import Letter

Post = Callable[[str, bytes], Awaitable[str | None]]
"""Carries a mail (RFC 5322) to an address. Gives what went wrong; None: it arrived."""
PRODUCT = "-//Sandbox//Inbox//EN"
COPIED = ("uid", "sequence", "dtstart", "dtend", "summary", "organizer")


class Choice(StrEnum):
    ACCEPT = "accept"
    MAYBE = "maybe"
    DECLINE = "decline"


STATUS = {Choice.ACCEPT: "ACCEPTED", Choice.MAYBE: "TENTATIVE", Choice.DECLINE: "DECLINED"}
SUBJECT = {Choice.ACCEPT: "Accepted", Choice.MAYBE: "Tentative", Choice.DECLINE: "Declined"}


@dataclass(frozen=True)
class Invitation:
    """What a letter asks its reader, who stands there as `attendee`. `retired`: a newer letter takes its place, or calls it off."""

    event: Event
    attendee: vCalAddress
    retired: bool

    @property
    def organizer(self) -> str:
        return _address(self.event.get("ORGANIZER"))


@dataclass
class Answered:
    """What readers have answered, by letter."""

    post: Post | None
    choices: dict[int, Choice] = field(default_factory=dict)

    async def answer(self, letter: Letter, letters: Sequence[Letter], choice: Choice, words: str, now: float) -> str | None:
        """What went wrong, in words."""
        invitation = invitation_in(letter, letters)
        if invitation is None or self.post is None:
            return "this letter asks for no answer"
        if invitation.retired:
            return "a newer letter has taken its place"
        mail = reply(letter, invitation, choice, words, datetime.fromtimestamp(now, UTC))
        problem = await self.post(invitation.organizer, mail.as_bytes())
        if problem is None:
            self.choices[letter.id] = choice
        return problem

    def shown(self, letter: Letter, letters: Sequence[Letter]) -> dict[str, Any] | None:
        """For the page; None: no buttons."""
        invitation = invitation_in(letter, letters) if self.post else None
        if invitation is None:
            return None
        return {"organizer": invitation.organizer, "retired": invitation.retired, "answer": self.choices.get(letter.id)}


def invitation_in(letter: Letter, letters: Sequence[Letter]) -> Invitation | None:
    """None: it is none, or its reader is not asked."""
    found = _event_in(letter)
    if found is None or found[0] != "REQUEST":
        return None
    event = found[1]
    asked = [one for one in _attendees(event) if _address(one) in letter.recipients and one.params.get("RSVP") == "TRUE"]
    return Invitation(event, asked[0], any(_replaces(one, letter, event) for one in letters)) if asked else None


def _replaces(other: Letter, letter: Letter, event: Event) -> bool:
    found = _event_in(other) if other.id > letter.id and other.recipients == letter.recipients else None
    return found is not None and str(found[1].get("UID")) == str(event.get("UID"))


def _event_in(letter: Letter) -> tuple[str, Event] | None:
    """The METHOD, and the event."""
    for part in letter.message.walk():
        if part.get_content_type() == "text/calendar":
            try:
                calendar = Calendar.from_ical(str(part.get_content()).encode())
            except ValueError:
                continue
            for event in calendar.events:
                return str(calendar.get("METHOD")), event
    return None


def _attendees(event: Event) -> list[Any]:
    found = event.get("ATTENDEE", [])
    return list(found) if isinstance(found, list) else [found]


def _address(person: Any) -> str:
    return str(person or "").lower().removeprefix("mailto:")


def reply(letter: Letter, invitation: Invitation, choice: Choice, words: str, at: datetime) -> EmailMessage:
    """A mail from the reader to the organizer."""
    mail = EmailMessage()
    mail["From"] = str(letter.message["To"])
    mail["To"] = invitation.organizer
    mail["Subject"] = f"{SUBJECT[choice]}: {' '.join(str(invitation.event.get('SUMMARY', '')).split())}"
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = make_msgid(domain=parseaddr(str(mail["From"]))[1].rpartition("@")[2] or "sandbox.example")
    mail["In-Reply-To"] = str(letter.message["Message-ID"] or "")
    mail.set_content(words or f"{SUBJECT[choice]}.")
    mail.add_alternative(_answer(invitation, choice, words, at).decode(), subtype="calendar", params={"method": "REPLY"}, cte="base64")
    return mail


def _answer(invitation: Invitation, choice: Choice, words: str, at: datetime) -> bytes:
    event = Event()
    for name in COPIED:
        if name in invitation.event:
            event[name] = invitation.event[name]
    attendee = vCalAddress(str(invitation.attendee))
    attendee.params["CN"] = invitation.attendee.params.get("CN", str(invitation.attendee))
    attendee.params["PARTSTAT"] = STATUS[choice]
    event.add("attendee", attendee)
    event.add("dtstamp", at)
    if words:
        event.add("comment", words)
    calendar = Calendar()
    for key, value in {"prodid": PRODUCT, "version": "2.0", "method": "REPLY"}.items():
        calendar.add(key, value)
    calendar.add_component(event)
    return bytes(calendar.to_ical())
