"""Answers to invitations as mail programs write them: which parts, which encodings, which habits. The words are ours."""

from base64 import encodebytes
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from quopri import encodestring
from typing import Self


@dataclass(frozen=True)
class Said:
    """What one person answered. `sender` is the mail's From, if it is not the attendee."""

    uid: str = "abc@ours.example"
    answer: str = "ACCEPTED"
    sequence: int | None = 0
    who: str = "marta@acme.example"
    name: str = "Silva, Marta"
    at: datetime = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)
    comment: str = ""
    organizer: str = "jana@ours.example"
    sender: str | None = None
    method: str = "REPLY"
    begins: str = "DTSTART:20261126T140000Z"
    extra: str = ""

    def but(self, **changes: object) -> Self:
        return replace(self, **changes)  # type: ignore[arg-type]

    @property
    def stamp(self) -> str:
        return f"{self.at:%Y%m%dT%H%M%SZ}"

    @property
    def head(self) -> str:
        return f'From: "{self.name}" <{self.sender or self.who}>\r\nTo: {self.organizer}\r\nSubject: Re: Meeting\r\nMIME-Version: 1.0\r\n'

    @property
    def counted(self) -> str:
        return "" if self.sequence is None else f"SEQUENCE:{self.sequence}\r\n"


Program = Callable[[Said], bytes]


def base64(text: str) -> str:
    return encodebytes(text.encode()).decode().replace("\n", "\r\n")


def quoted(text: str) -> str:
    return encodestring(text.replace("\r\n", "\n").encode()).decode().replace("\n", "\r\n")


def outlook(said: Said) -> bytes:
    """Exchange: base64, MAILTO in capitals, its own names for zones with a long VTIMEZONE, the comment in a language."""
    zone = "Central Europe Standard Time"
    rule = "RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH="
    seasons = (
        "BEGIN:STANDARD\r\nDTSTART:16010101T030000\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\n" + rule + "10\r\nEND:STANDARD\r\n"
        "BEGIN:DAYLIGHT\r\nDTSTART:16010101T020000\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\n" + rule + "3\r\nEND:DAYLIGHT\r\n"
    )
    comment = said.comment.replace(",", "\\,").replace("\n", "\\n")
    calendar = (
        f"BEGIN:VCALENDAR\r\nMETHOD:{said.method}\r\nPRODID:Microsoft Exchange Server 2010\r\nVERSION:2.0\r\n"
        f"BEGIN:VTIMEZONE\r\nTZID:{zone}\r\n{seasons}END:VTIMEZONE\r\n"
        f"BEGIN:VEVENT\r\nATTENDEE;PARTSTAT={said.answer};CN={said.name.replace(',', '')}{said.extra}:MAILTO:{said.who.title()}\r\n"
        f"COMMENT;LANGUAGE=en-GB:{comment}\\n\r\nUID:{said.uid}\r\nSUMMARY;LANGUAGE=en-GB:Accepted: Meeting\r\n"
        f"{said.begins.rstrip('Z').replace('DTSTART:', f'DTSTART;TZID={zone}:')}\r\nDTEND;TZID={zone}:20261126T153000\r\n"
        f"CLASS:PUBLIC\r\nPRIORITY:5\r\nDTSTAMP:{said.stamp}\r\nTRANSP:OPAQUE\r\nSTATUS:CONFIRMED\r\n{said.counted}LOCATION;LANGUAGE=en-GB:\r\n"
        "X-MICROSOFT-CDO-APPT-SEQUENCE:0\r\nX-MICROSOFT-CDO-BUSYSTATUS:BUSY\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    return (
        f'{said.head}Content-Type: multipart/alternative;\r\n\tboundary="_000_x_"\r\n\r\n'
        '--_000_x_\r\nContent-Type: text/plain; charset="iso-8859-2"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=E1\r\n'
        f'--_000_x_\r\nContent-Type: text/calendar; charset="utf-8"; method={said.method}\r\nContent-Transfer-Encoding: base64\r\n\r\n'
        f"{base64(calendar)}\r\n--_000_x_--\r\n"
    ).encode()


def google(said: Said) -> bytes:
    """The calendar twice, in a part of the text and as a file; folded lines; the comment only when there is one."""
    comment = f"COMMENT:{said.comment}\r\n" if said.comment else ""
    calendar = (
        "BEGIN:VCALENDAR\r\nPRODID:-//Google Inc//Google Calendar 70.9054//EN\r\nVERSION:2.0\r\nCALSCALE:GREGORIAN\r\n"
        f"METHOD:{said.method}\r\nBEGIN:VEVENT\r\n{said.begins}\r\nDTEND:20261126T143000Z\r\nDTSTAMP:{said.stamp}\r\n"
        f'ORGANIZER;CN="Jana Nov\r\n áková":mailto:{said.organizer}\r\nUID:{said.uid}\r\n'
        f'ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT={said.answer};CN="{said.name}";X-NUM-GUE\r\n STS=0{said.extra}'
        f":mailto:{said.who}\r\n{comment}CREATED:20261117T080000Z\r\nLAST-MODIFIED:{said.stamp}\r\n{said.counted}STATUS:CONFIRMED\r\n"
        "SUMMARY:Meeting\r\nTRANSP:OPAQUE\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    return (
        f"Sender: Google Calendar <calendar-notification@google.com>\r\n{said.head}"
        'Content-Type: multipart/mixed; boundary="000"\r\n\r\n--000\r\nContent-Type: multipart/alternative; boundary="001"\r\n\r\n'
        '--001\r\nContent-Type: text/plain; charset="UTF-8"; format=flowed; delsp=yes\r\nContent-Transfer-Encoding: base64\r\n\r\n'
        f"{base64('Marta has answered.')}\r\n"
        f'--001\r\nContent-Type: text/calendar; charset="UTF-8"; method={said.method}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n'
        f'{calendar}\r\n--001--\r\n--000\r\nContent-Type: application/ics; name="invite.ics"\r\n'
        'Content-Disposition: attachment; filename="invite.ics"\r\n'
        f"Content-Transfer-Encoding: base64\r\n\r\n{base64(calendar)}\r\n--000--\r\n"
    ).encode()


def apple(said: Said) -> bytes:
    """A principal instead of an address, with the address beside it; quoted-printable; only a file."""
    calendar = (
        f"BEGIN:VCALENDAR\r\nCALSCALE:GREGORIAN\r\nMETHOD:{said.method}\r\nPRODID:-//Apple Inc.//macOS 15.1//EN\r\nVERSION:2.0\r\n"
        f"BEGIN:VEVENT\r\nCREATED:20261117T080000Z\r\nUID:{said.uid}\r\n{said.begins}\r\nDTSTAMP:{said.stamp}\r\n{said.counted}"
        f'ATTENDEE;CN="{said.name}";CUTYPE=INDIVIDUAL;EMAIL="{said.who}";PARTSTAT={said.answer}{said.extra}:/aMTIzNDU2Nzg5/principal/\r\n'
        f"COMMENT:{said.comment}\r\nSUMMARY:Meeting\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    return (
        f"{said.head}Content-Type: multipart/mixed; boundary=Apple-Mail-1\r\n\r\n--Apple-Mail-1\r\nContent-Type: text/plain\r\n\r\n\r\n"
        "--Apple-Mail-1\r\nContent-Disposition: attachment; filename*0=iCal-2026; filename*1=1118.ics\r\n"
        f"Content-Type: text/calendar; charset=utf-8; method={said.method}; name=iCal.ics\r\n"
        f"Content-Transfer-Encoding: quoted-printable\r\n\r\n{quoted(calendar)}\r\n--Apple-Mail-1--\r\n"
    ).encode()


def thunderbird(said: Said) -> bytes:
    """One part and no other; lines end as on Unix; the type says nothing of a charset, the text is UTF-8 all the same."""
    calendar = (
        f"BEGIN:VCALENDAR\nPRODID:-//Mozilla.org/NONSGML Mozilla Calendar V1.1//EN\nVERSION:2.0\nMETHOD:{said.method}\nBEGIN:VEVENT\n"
        f"UID:{said.uid}\nDTSTAMP:{said.stamp}\n{said.begins}\n{said.counted.strip()}\n"
        f"ATTENDEE;PARTSTAT={said.answer};ROLE=REQ-PARTICIPANT;CN={said.name.replace(',', '')}{said.extra}:mailto:{said.who}\n"
        f"COMMENT:{said.comment}\nEND:VEVENT\nEND:VCALENDAR\n"
    ).replace("\n\n", "\n")
    kind = f"Content-Type: text/calendar; method={said.method}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    return f"{said.head}{kind}{calendar}".encode()


PROGRAMS: tuple[Program, ...] = (outlook, google, apple, thunderbird)


def bare(said: Said) -> bytes:
    """Only the calendar."""
    return thunderbird(said).partition(b"\r\n\r\n")[2]
