"""Calendars on a real CalDAV server: what else may stand, or come, in the way of an event."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.connectors.calendar.caldav import CalDav
from bot.connectors.ports import CalendarFailed, Entry
from bot.reviews.calendar import entry
from tests.calendars import CalendarServer
from tests.unit.test_review_caldav import JANA, MEETING, text

START, END, PRAGUE = datetime(2026, 10, 20, tzinfo=UTC), datetime(2026, 10, 30, tzinfo=UTC), ZoneInfo("Europe/Prague")
INVITED = Entry(MEETING.uid, 0, entry(MEETING, [], START))


@pytest.fixture
def jana(calendars: CalendarServer) -> CalendarServer:
    calendars.create(JANA)
    return calendars


def test_a_calendar_that_tells_only_spans(jana: CalendarServer) -> None:
    CalDav(jana.url()).put(JANA, INVITED, "", anew=True)
    (seen,) = CalDav(jana.url()).busy(JANA, START, END, PRAGUE)
    assert (seen.start, seen.uid) == (MEETING.starts_at, MEETING.uid)
    (told,) = CalDav(jana.url("looker", "sees only spans")).busy(JANA, START, END, PRAGUE)
    assert (told.start, told.end, told.uid) == (seen.start, seen.end, "")


def test_an_event_that_stands_under_another_name(jana: CalendarServer) -> None:
    """As after a person has taken the letter's entry in, or where a server names events itself."""
    jana.write(JANA, "another", INVITED.text)
    elsewhere = "http://old.example/calendars/another.ics"
    where = CalDav(jana.url()).put(JANA, Entry(MEETING.uid, 1, text(sequence=1, title="New")), elsewhere, anew=True)
    assert where == f"{jana.address(JANA)}another.ics"
    (found,) = jana.events(JANA)
    assert (found["summary"], found["sequence"]) == ("New", 1)
    CalDav(jana.url()).put(JANA, Entry(MEETING.uid, 2, ""), where, anew=True)
    assert jana.texts(JANA) == {}


def test_somebody_else_writes_at_the_same_moment(jana: CalendarServer) -> None:
    jana.answers["PUT"] = [("412 Precondition Failed", [])] * 2
    CalDav(jana.url()).put(JANA, INVITED, "", anew=True)
    assert [method for method, _ in jana.requests].count("GET") == 3
    assert len(jana.texts(JANA)) == 1
    jana.answers["PUT"] = [("412 Precondition Failed", [])] * 9
    with pytest.raises(CalendarFailed) as error:
        CalDav(jana.url()).put(JANA, Entry(MEETING.uid, 1, text(title="New")), "", anew=True)
    assert error.value.status == 412


def test_a_server_that_wants_a_digest_gets_one(jana: CalendarServer) -> None:
    jana.answers["PROPFIND"] = [("401 Unauthorized", [("WWW-Authenticate", 'Digest realm="x", nonce="y", qop="auth"')])] * 2
    with pytest.raises(CalendarFailed, match="refuses user and password"):
        CalDav(jana.url()).look(JANA)
    assert [shown.partition(" ")[0] for shown in jana.authorizations][-3:] == ["Basic", "", "Digest"]
