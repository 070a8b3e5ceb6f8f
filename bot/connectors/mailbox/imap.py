"""A mailbox by IMAP (RFC 9051). Of mails without a calendar only the outline is looked at, never their text.

Each call opens the folder anew. A password goes in clear to nobody but this machine: elsewhere `imap://` begins with STARTTLS.
"""

import re
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import date
from imaplib import IMAP4
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from imap_tools.consts import MailMessageFlags
from imap_tools.errors import ImapToolsError, MailboxFetchError, MailboxFlagError, UnexpectedCommandStatusError
from imap_tools.mailbox import BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted
from imap_tools.query import AND, UidRange
from imap_tools.utils import check_command_status

from bot.connectors.ports import Look, Mail, Spot
from bot.errors import SourceFailed

PATIENCE: Final = 20.0
"""Seconds for each answer of the server."""
AT_ONCE: Final = 100
"""Mails whose outlines are looked at in one go."""
LARGEST: Final = 1024 * 1024
"""Bytes of a mail. An answer to an invitation is small, but some sign with pictures."""
LOCAL: Final = frozenset({"localhost", "127.0.0.1", "::1"})
CALENDAR: Final = re.compile(rb'"(x-v)?calendar"|"ics"|\.ics\b', re.IGNORECASE)
OUTLINE_BEGINS: Final = re.compile(rb"\d+ \(")


class ImapMailbox:
    """`url` is `imaps://USER:PASSWORD@HOST` or `imap://…`. `trust` None: the certificates that this machine trusts."""

    def __init__(self, url: str, folder: str, trust: ssl.SSLContext | None = None) -> None:
        parts = urlsplit(url)
        self._host, self._encrypted = parts.hostname or "", parts.scheme == "imaps"
        self._port = parts.port or (993 if self._encrypted else 143)
        self._user, self._password = unquote(parts.username or ""), unquote(parts.password or "")
        self._folder, self._trust = folder, trust

    def look(self, after: Spot | None, since: date) -> Look:
        with self._opened(readonly=True) as box:
            validity = _validity(box)
            known = after if after and after.validity == validity else None
            numbers = _numbers(box, known, since)
            batch = numbers[:AT_ONCE]
            mails = [Mail(number, raw) for number in _with_calendar(box, batch) if (raw := _fetched(box, number))]
            return Look(mails, Spot(validity, batch[-1]) if batch else known, len(numbers) > len(batch))

    def mark_read(self, validity: int, numbers: Sequence[int]) -> None:
        with self._opened() as box:
            if numbers and _validity(box) == validity:
                # the library's own `flag` also expunges what people have marked as deleted
                stored = box.client.uid("STORE", ",".join(map(str, numbers)), "+FLAGS.SILENT", f"({MailMessageFlags.SEEN})")
                check_command_status(stored, MailboxFlagError)

    def rehearse(self) -> None:
        with self._opened(readonly=True):
            pass

    @contextmanager
    def _opened(self, readonly: bool = False) -> Iterator[BaseMailBox]:
        try:
            box = self._connected()
            try:
                self._log_in(box)
                box.folder.set(self._folder, readonly)
                yield box
            finally:
                _left(box)
        except (ImapToolsError, IMAP4.error, OSError, UnicodeError) as error:
            raise SourceFailed(self._said(error)) from None  # the cause could show the password

    def _connected(self) -> BaseMailBox:
        """The library's own default would trust any certificate."""
        trust = self._trust or ssl.create_default_context()
        if self._encrypted:
            return MailBox(self._host, self._port, PATIENCE, ssl_context=trust)
        if self._host in LOCAL:
            return MailBoxUnencrypted(self._host, self._port, PATIENCE)
        return MailBoxStartTls(self._host, self._port, PATIENCE, ssl_context=trust)

    def _log_in(self, box: BaseMailBox) -> None:
        log_in = box.login if f"{self._user}{self._password}".isascii() else box.login_utf8
        log_in(self._user, self._password, initial_folder=None)

    def _said(self, error: Exception) -> str:
        said = " ".join(_plain(error).split())[:300]
        shown = said.replace(self._password, "…") if self._password else said
        return f"mailbox {self._folder} at {self._host}: {shown}"


def _left(box: BaseMailBox) -> None:
    try:
        box.logout()
    except Exception:  # whatever a line that broke gives, nothing hangs on it any more
        with suppress(OSError):
            box.client.shutdown()


def _plain(error: Exception) -> str:
    """What the server said, without the library's words around it."""
    if not isinstance(error, UnexpectedCommandStatusError):
        return str(error) or type(error).__name__
    said = error.command_result[1]
    return " ".join(one.decode(errors="replace") for one in said if isinstance(one, bytes)) or str(error)


def _validity(box: BaseMailBox) -> int:
    """Numbers of mails count as long as this stays (RFC 9051, 2.3.1.1)."""
    (found,) = box.client.response("UIDVALIDITY")[1] or (None,)
    return int(found or 0)


def _numbers(box: BaseMailBox, after: Spot | None, since: date) -> list[int]:
    """`5:*` also gives the newest mail when it is older than 5."""
    wanted = AND(uid=UidRange(str(after.number + 1), "*")) if after else AND(date_gte=since)
    found = sorted(int(one) for one in box.uids(wanted, charset=None))
    return [number for number in found if after is None or number > after.number]


def _with_calendar(box: BaseMailBox, numbers: Sequence[int]) -> list[int]:
    if not numbers:
        return []
    answer = box.client.uid("FETCH", ",".join(map(str, numbers)), "(UID RFC822.SIZE BODYSTRUCTURE)")
    check_command_status(answer, MailboxFetchError)
    outlines = [(_figure(b"UID", one), _figure(b"RFC822.SIZE", one), CALENDAR.search(one)) for one in _outlines(answer[1])]
    return sorted({number for number, size, calendar in outlines if calendar and number in numbers and size <= LARGEST})


def _outlines(answer: Sequence[Any]) -> list[bytes]:
    """One for each mail: what the server writes as literals comes in several pieces."""
    found: list[bytes] = []
    for one in answer:
        piece = b" ".join(one) if isinstance(one, tuple) else one or b""
        if OUTLINE_BEGINS.match(piece):
            found.append(piece)
        elif found:
            found[-1] += piece
    return found


def _figure(name: bytes, outline: bytes) -> int:
    found = re.search(rb"\b" + re.escape(name) + rb" (\d+)", outline)
    return int(found[1]) if found else 0


def _fetched(box: BaseMailBox, number: int) -> bytes:
    """Empty: it is gone meanwhile. It stays as unread as it was."""
    answer = box.client.uid("FETCH", str(number), "(BODY.PEEK[])")
    check_command_status(answer, MailboxFetchError)
    return next((bytes(one[1]) for one in answer[1] if isinstance(one, tuple)), b"")
