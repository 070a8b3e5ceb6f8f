"""Calendars on a CalDAV server (RFC 4791): one service account that may look into, and write to, the calendar of each person.

An event stands at `<calendar>/<uid>.ics`, or wherever the calendar has its UID already: so writing it twice writes it once. Changes rest
on the ETag that was read (RFC 4791, 5.3.4): what somebody changes in between is read again, not overwritten.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote, unquote, urljoin, urlsplit
from zoneinfo import ZoneInfo

from bot.connectors.calendar import queries
from bot.connectors.calendar.answers import Answered, failure, look_at, unanswered
from bot.connectors.calendar.entries import fresh, has, merged
from bot.connectors.calendar.spans import spans, told_busy
from bot.connectors.ports import Busy, CalendarFailed, Entry

TIMEOUT = 10
"""Seconds for one answer."""
TURNS = 4
"""How often an event is read anew when somebody else changes it at the same moment."""
CONFLICT = 412
NOT_THERE = frozenset({404, 410})
ONLY_SPANS = frozenset({400, 403, 405, 501})
"""Answers to a look at events from servers, or by calendars, that tell when somebody is busy, but not what with."""
XML = {"Content-Type": 'application/xml; charset="utf-8"'}
ICALENDAR = {"Content-Type": 'text/calendar; charset="utf-8"'}


@dataclass(frozen=True)
class Standing:
    """An event as it stands. `etag` is empty where the server has none that a change could rest on."""

    address: str
    text: str
    etag: str


class Talk:
    """Requests over one connection."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def ask(self, method: str, address: str, body: str = "", headers: Mapping[str, str] | None = None) -> Any:
        """The library's answer. Raises CalendarFailed."""
        from caldav.lib.error import AuthorizationError  # noqa: PLC0415 (as below)

        try:
            return self._client.request(address, method, body, headers or {})
        except Answered as error:
            raise failure(error.status, error.headers, address) from None
        except AuthorizationError:
            raise failure(401, {}, address) from None
        except Exception as error:
            raise unanswered(error) from error


def _standing(talk: Talk, calendar: str, address: str, uid: str) -> Standing | None:
    try:
        answer = talk.ask("GET", address, headers={"Accept": "text/calendar"})
        if has(answer.raw, uid):
            return Standing(address, answer.raw, _strong(answer.headers.get("ETag")))
    except CalendarFailed as error:
        if error.status not in NOT_THERE:
            raise
    return _elsewhere(talk, calendar, uid)


def _elsewhere(talk: Talk, calendar: str, uid: str) -> Standing | None:
    """Under a name that the server, or another program, has given it: a calendar has a UID once (RFC 4791, 4.1)."""
    try:
        found = queries.found(talk.ask("REPORT", calendar, queries.by_uid(uid), XML | {"Depth": "1"}))
    except CalendarFailed as error:
        if error.status in ONLY_SPANS:
            return None
        raise
    standing = (Standing(urljoin(calendar, path), text, _strong(etag)) for path, (text, etag) in found.items() if has(text, uid))
    return next(standing, None)


def _brought_up_to_date(talk: Talk, entry: Entry, standing: Standing | None, usual: str, anew: bool) -> str:
    if standing is None:
        if entry.text and anew:
            talk.ask("PUT", usual, fresh(entry.text), ICALENDAR | {"If-None-Match": "*"})
        return usual
    unchanged = {"If-Match": standing.etag} if standing.etag else {}
    if not entry.text:
        _delete(talk, standing.address, unchanged)
    elif (text := merged(standing.text, entry.text)) is not None:
        talk.ask("PUT", standing.address, text, ICALENDAR | unchanged)
    return standing.address


def _delete(talk: Talk, address: str, unchanged: Mapping[str, str]) -> None:
    try:
        talk.ask("DELETE", address, headers=unchanged)
    except CalendarFailed as error:
        if error.status not in NOT_THERE:
            raise


def _strong(etag: str | None) -> str:
    """A weak one never matches (RFC 9110, 13.1.1)."""
    return etag if etag and not etag.startswith("W/") else ""


class CalDav:
    """`url` as in the settings: `https://user:password@host/calendars/{email}/`."""

    def __init__(self, url: str, timeout: int = TIMEOUT) -> None:
        parts = urlsplit(url)
        self._user, self._password = unquote(parts.username or ""), unquote(parts.password or "")
        host = parts.netloc.rpartition("@")[2]
        self._root, self._path = f"{parts.scheme}://{host}", parts.path
        self._timeout = timeout

    def busy(self, email: str, start: datetime, end: datetime, zone: ZoneInfo) -> list[Busy]:
        address = self._calendar(email)
        with self._talking() as talk:
            try:
                answer = talk.ask("REPORT", address, queries.in_span(start, end), XML | {"Depth": "1"})
            except CalendarFailed as error:
                if error.status not in ONLY_SPANS:
                    raise
                return told_busy(talk.ask("REPORT", address, queries.free_busy(start, end), XML | {"Depth": "1"}).raw)
            texts = [text for text, _ in queries.found(answer).values()]
        return spans(texts, email, start, end, zone)

    def put(self, email: str, entry: Entry, where: str, anew: bool) -> str:
        calendar = self._calendar(email)
        here = where if where.startswith(f"{self._root}/") else ""  # a password is shown to no server that the settings no longer name
        usual = here or f"{calendar}{quote(entry.uid, safe='@')}.ics"
        with self._talking() as talk:
            for turn in range(TURNS):
                standing = _standing(talk, calendar, usual, entry.uid)
                try:
                    return _brought_up_to_date(talk, entry, standing, usual, anew)
                except CalendarFailed as error:
                    if error.status != CONFLICT or turn == TURNS - 1:
                        raise
        raise AssertionError("unreachable")

    def look(self, email: str) -> str:
        address = self._calendar(email)
        with self._talking() as talk:
            tree = talk.ask("PROPFIND", address, queries.ABOUT, XML | {"Depth": "0"}).tree
        if tree is None or tree.find(queries.IS_CALENDAR) is None:
            raise failure(405, {}, address)
        rights = {right.tag for right in tree.findall(queries.PRIVILEGES)}
        return f"{self._user} may look into the calendar {address}, but not write to it" if rights and not rights & queries.WRITING else ""

    def _calendar(self, email: str) -> str:
        """The address of somebody's calendar, without user and password."""
        user = email.rpartition("@")[0]
        path = self._path.replace("{email}", quote(email, safe="@")).replace("{user}", quote(user, safe=""))
        return f"{self._root}{path.rstrip('/')}/"

    @contextmanager
    def _talking(self) -> Iterator["Talk"]:
        """A client of its own for each errand: it is not made for several threads. Basic is offered at once, the rest is negotiated."""
        from caldav import DAVClient  # noqa: PLC0415 (half a second that only those who have calendars are to wait for)

        auth: Any = (self._user.encode(), self._password.encode()) if self._user else None
        with DAVClient(self._root, username=self._user, password=self._password, auth=auth, timeout=self._timeout) as client:
            client.headers["User-Agent"] = "Staysail"
            client.session.hooks["response"].append(look_at)
            yield Talk(client)
