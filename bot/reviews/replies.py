"""An answer to an invitation, found in the mail that brought it (RFC 5322, MIME, and RFC 6047: iMIP). Pure.

Mail programs write it in many ways: in base64 or quoted-printable, as `text/calendar` or `application/ics`, once or twice.

Who is believed: of a mail, From must be the attendee's own address, or the one that the attendee's SENT-BY names in the attendee's own
domain (an assistant answers). Whether From is true is for the mail server to judge (SPF, DKIM and DMARC, which it notes in
Authentication-Results): it must not let forged mail in. A bare calendar comes from somebody who is trusted already.
"""

from collections.abc import Iterator, Sequence
from email import message_from_bytes
from email.message import Message
from email.utils import getaddresses
from typing import Any

from icalendar import Calendar

from bot.letters.clean import line
from bot.reviews.replies_calendar import Answer, NoAnswer, Unreadable, Untrusted, address_of, answer_in, bare, is_answer, parameter, parsed

KINDS = frozenset({"text/calendar", "application/ics", "text/x-vcalendar"})


def read_mail(raw: bytes) -> Answer:
    """Of a whole mail. Raises NoAnswer, Unreadable."""
    try:
        mail = message_from_bytes(raw)
        parts = list(_calendars(mail))
    except Exception as error:  # the library promises none; strangers find some, such as parts within parts without end
        raise Unreadable("the mail cannot be read (RFC 5322)") from error
    if not parts:
        raise NoAnswer("the mail holds no calendar")
    return answer_in(_best(parts), lambda attendees: _believed(attendees, _sender(mail)))


def read_calendar(body: bytes) -> Answer:
    """Of a bare calendar, in UTF-8. Raises NoAnswer, Unreadable."""
    return answer_in(parsed(body, "utf-8"), _only)


def _calendars(mail: Message) -> Iterator[Message]:
    """The calendar parts; not those of mails that this one forwards or returns."""
    if mail.get_content_maintype() == "message":
        return
    if mail.is_multipart():
        for part in mail.get_payload():
            if isinstance(part, Message):
                yield from _calendars(part)
    elif mail.get_content_type() in KINDS or str(mail.get_filename() or "").lower().endswith(".ics"):
        yield mail


def _best(parts: Sequence[Message]) -> Calendar:
    """Several are the same in other clothes, for other programs; one that we cannot read may have a brother whom we can."""
    read: list[Calendar] = []
    wrong = Unreadable("the calendar in the mail cannot be read")
    for part in parts:
        body = part.get_payload(decode=True)
        try:
            read.append(parsed(body if isinstance(body, bytes) else b"", str(part.get_content_charset() or "utf-8")))
        except Unreadable as error:
            wrong = error
    if not read:
        raise wrong
    return next((one for one in read if is_answer(one)), read[0])


def _sender(mail: Message) -> str:
    """The one address that a mail is from."""
    found = [str(one) for one in mail.get_all("From") or []]
    try:
        addresses = [address for _, address in getaddresses(found)]
    except RecursionError:  # brackets within brackets
        addresses = []
    if len(found) != 1 or len(addresses) != 1 or "@" not in addresses[0]:
        raise Untrusted("the mail does not say from whom it is")
    return addresses[0].strip().lower()


def _only(attendees: Sequence[Any]) -> Any:
    if len(attendees) > 1:
        raise NoAnswer("the answer names several attendees: only the mail itself could tell whose it is")
    return attendees[0]


def _believed(attendees: Sequence[Any], sender: str) -> Any:
    """A REPLY has one attendee (RFC 5546, 3.2.3); some programs list all who are invited."""
    own = next((one for one in attendees if address_of(one) == sender), None)
    found = own or next((one for one in attendees if _is_deputy(one, sender)), None)
    if found is None:
        raise Untrusted(f"the answer of {line(address_of(attendees[0]), 80) or 'somebody'} came from {line(sender, 80)}")
    return found


def _is_deputy(attendee: Any, sender: str) -> bool:
    deputy, address = bare(parameter(attendee, "SENT-BY")), address_of(attendee)
    return deputy == sender and "@" in address and deputy.rpartition("@")[2] == address.rpartition("@")[2]


__all__ = ["Answer", "NoAnswer", "Unreadable", "Untrusted", "read_calendar", "read_mail"]
