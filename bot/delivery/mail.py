"""A letter as the composer hands it over, and as the message that goes over the wire."""

from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import parseaddr
from typing import Any

from bot.errors import Undeliverable
from bot.letters.clean import header

ONE_CLICK = "List-Unsubscribe=One-Click"
ATTACHED = "invite.ics"
LONGEST_NAME = 100


@dataclass(frozen=True)
class Calendar:
    """An entry for the receiver's calendar: iCalendar's METHOD, and its text."""

    method: str
    text: str


@dataclass(frozen=True)
class Letter:
    """`sender` None: the settings' own. `unsubscribe` is a web address (one click) or a mailto; None for essential letters.

    `automatic`: no person wrote it, so that no holiday reply comes back (RFC 3834).
    """

    to_name: str
    subject: str
    text: str
    html: str
    sender: str | None = None
    reply_to: str | None = None
    unsubscribe: str | None = None
    automatic: bool = True
    calendar: Calendar | None = None


class _Wire(EmailPolicy):
    """Python folds an address without blanks into encoded words, in which no mail program looks for a link to unsubscribe."""

    def fold(self, name: str, value: Any) -> str:
        return f"{name}: {value}{self.linesep}" if name.lower() == "list-unsubscribe" else super().fold(name, value)

    def fold_binary(self, name: str, value: Any) -> bytes:
        return self.fold(name, value).encode() if name.lower() == "list-unsubscribe" else super().fold_binary(name, value)


WIRE = _Wire(linesep="\r\n")


def mailbox(text: str, name: str | None = None) -> Address:
    """`Ann <ann@ours.example>` or a bare address. Undeliverable for what is none, and for addresses beyond ASCII (RFC 6531)."""
    found, address = parseaddr(text)
    if not address.isascii():
        raise Undeliverable(f"{address}: international addresses cannot be written to; give the contact an address in a-z")
    try:
        return Address(header(name if name is not None else found, LONGEST_NAME), addr_spec=header(address))
    except (ValueError, IndexError) as error:
        raise Undeliverable(f"`{header(text)}` is no e-mail address: correct it in the CRM") from error


def message_of(letter: Letter, sender: Address, to: Address, outbox_id: str, at: datetime) -> EmailMessage:
    message = EmailMessage(policy=WIRE)
    message["From"] = sender
    message["To"] = to
    message["Subject"] = header(letter.subject)
    message["Date"] = at
    message["Message-ID"] = f"<{outbox_id}@{sender.domain}>"
    if letter.reply_to:
        message["Reply-To"] = mailbox(letter.reply_to)
    if letter.automatic:
        message["Auto-Submitted"] = "auto-generated"
    if letter.unsubscribe:
        message["List-Unsubscribe"] = f"<{letter.unsubscribe}>"
        if not letter.unsubscribe.startswith("mailto:"):
            message["List-Unsubscribe-Post"] = ONE_CLICK
    message.set_content(letter.text, cte="quoted-printable")
    message.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    if letter.calendar:
        _add_calendar(message, letter.calendar)
    return message


def _add_calendar(message: EmailMessage, calendar: Calendar) -> None:
    """Twice: as one more way to read the letter, which calendar programs act upon (RFC 6047), and as a file for all others.

    In base64: a program on the way must not mend folded lines.
    """
    message.add_alternative(calendar.text, subtype="calendar", params={"method": calendar.method}, cte="base64")
    written = calendar.text.encode()
    message.add_attachment(written, maintype="application", subtype="ics", filename=ATTACHED, params={"name": ATTACHED})
