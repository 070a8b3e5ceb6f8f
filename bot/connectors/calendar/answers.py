"""What a calendar server's answers mean, in words that help; no password stands in them."""

from typing import Any

from bot.clock import pause_asked
from bot.connectors.ports import CalendarFailed

CURES = {
    401: "the calendar server refuses user and password: correct meetings.calendar.url in staysail.yml",
    403: "Staysail may not use the calendar {where}: share it with the user of meetings.calendar.url, with the right to write",
    404: "there is no calendar {where}: create it, or correct meetings.calendar.url in staysail.yml",
    405: "at {where} is no calendar: correct meetings.calendar.url in staysail.yml",
    507: "there is no room left in the calendar {where}: make some, and then resend",
}
SAME = {410: 404, 409: 404, 501: 405}
"""409: the collection that was to hold it is not there (RFC 4918, 9.7.1)."""


class Answered(Exception):
    """The server said no."""

    def __init__(self, status: int, headers: Any) -> None:
        super().__init__(f"HTTP {status}")
        self.status, self.headers = status, headers


def look_at(answer: Any, **_: Any) -> None:
    """A hook of the HTTP library. A no needs no reading, and a redirection is not followed: credentials go where they were addressed."""
    if answer.status_code == 401:  # the library finds out what the server wants; it would report a page in HTML as broken XML
        answer.headers["Content-Type"] = "text/plain"
    elif answer.status_code >= 300:
        answer.close()
        raise Answered(answer.status_code, answer.headers)


def failure(status: int, headers: Any, where: str) -> CalendarFailed:
    if 300 <= status < 400:
        to = str(headers.get("Location", "?"))[:200]
        return CalendarFailed(f"the calendar {where} has moved to {to}: correct meetings.calendar.url in staysail.yml", status)
    words = CURES.get(SAME.get(status, status), "the calendar server answers HTTP {status} for {where}")
    return CalendarFailed(words.format(where=where, status=status), status, pause_asked(headers.get("Retry-After")))


def unanswered(error: Exception) -> CalendarFailed:
    """No connection, a time-out, a page that is none. The libraries' own words name objects and pools, their kinds say enough."""
    return CalendarFailed(f"the calendar server cannot be reached, or gives no clear answer ({type(error).__name__})")
