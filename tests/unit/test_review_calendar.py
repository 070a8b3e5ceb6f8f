"""Invitations as calendar programs read them: by another library, and line by line."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from io import StringIO
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import vobject
from dateutil.tz import tzical
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.delivery.mail import Calendar, Letter, mailbox, message_of
from bot.reviews.calendar import Invitee, Meeting, cancel, publish, request, uninvite
from bot.reviews.zones import is_utc, vtimezone

AT = datetime(2026, 11, 18, 9, tzinfo=UTC)
STARTS = datetime(2026, 11, 26, 14, tzinfo=UTC)
JANA = Invitee("Jana Nováková", "jana@ours.example")
MARTA, LEE = Invitee("Marta Silva", "marta@customer.example"), Invitee("Lee Wong", "lee@customer.example", "accepted")
AGENDA = "- Vaše odpověď v průzkumu; co za ní stojí, a co by pomohlo\n- Ваши вопросы\\ и что дальше\n\nDěkuji"


def meeting(**changes: Any) -> Meeting:
    usual = {
        "uid": "abc@ours.example",
        "sequence": 2,
        "starts_at": STARTS,
        "minutes": 45,
        "zone": "Europe/Prague",
        "title": "Zákazník; a spol., hovor",
        "agenda": AGENDA,
        "place": "https://meet.example/x?a=1;b,c",
        "organizer": JANA,
        "sender": "cs@ours.example",
    }
    return Meeting(**(usual | changes))


def read(text: str) -> Any:
    """By vobject, which shares no code with what wrote it."""
    return vobject.readOne(text)


def lines_of(text: str) -> list[str]:
    """The raw lines, put together again (RFC 5545, 3.1)."""
    return re.sub(r"\r\n[ \t]", "", text).split("\r\n")[:-1]


def line(text: str, name: str) -> str:
    (found,) = [one for one in lines_of(text) if one.partition(":")[0].partition(";")[0] == name and "ACTION" not in one]
    return found


def test_what_is_sent_is_what_was_meant() -> None:
    found = read(request(meeting(), [MARTA, LEE], AT))
    event = found.vevent
    assert (found.method.value, found.version.value) == ("REQUEST", "2.0")
    assert (event.uid.value, event.sequence.value, event.status.value) == ("abc@ours.example", "2", "CONFIRMED")
    assert event.summary.value == "Zákazník; a spol., hovor"
    assert event.description.value == AGENDA
    assert event.location.value == event.url.value == "https://meet.example/x?a=1;b,c"
    assert event.dtstart.value == STARTS
    assert event.dtend.value == STARTS + timedelta(minutes=45)
    assert event.dtstart.value.replace(tzinfo=None) == datetime(2026, 11, 26, 15), "by the clocks in Prague"
    assert event.dtstamp.value == AT
    assert event.valarm.trigger.value == timedelta(minutes=-15)
    assert (event.organizer.value, event.organizer.params) == (
        "mailto:jana@ours.example",
        {"CN": ["Jana Nováková"], "SENT-BY": ["mailto:cs@ours.example"]},
    )
    who = {one.value: {name: value[0] for name, value in one.params.items()} for one in event.attendee_list}
    assert who["mailto:jana@ours.example"] == {"CN": "Jana Nováková", "CUTYPE": "INDIVIDUAL", "PARTSTAT": "ACCEPTED", "ROLE": "CHAIR"}
    asked = {"CUTYPE": "INDIVIDUAL", "ROLE": "REQ-PARTICIPANT", "RSVP": "TRUE"}
    assert who["mailto:marta@customer.example"] == {"CN": "Marta Silva", "PARTSTAT": "NEEDS-ACTION", **asked}
    assert who["mailto:lee@customer.example"] == {"CN": "Lee Wong", "PARTSTAT": "ACCEPTED", **asked}


@pytest.mark.parametrize(
    ("write", "method", "attendees"),
    [
        (lambda: request(meeting(), [MARTA], AT), "REQUEST", 2),
        (lambda: publish(meeting(), [MARTA], AT), "PUBLISH", 0),
        (lambda: cancel(meeting(), [MARTA, LEE], AT, "Je mi líto"), "CANCEL", 2),
        (lambda: cancel(meeting(), [], AT), "CANCEL", 0),
        (lambda: uninvite(meeting(), LEE, AT), "CANCEL", 1),
    ],
)
def test_what_rfc_5546_requires_stands_in_each_method(write: Callable[[], str], method: str, attendees: int) -> None:
    """3.2.1, 3.2.2 and 3.2.5: how often each property stands."""
    text = write()
    names = [one.partition(":")[0].partition(";")[0] for one in lines_of(text)]
    assert line(text, "METHOD") == f"METHOD:{method}"
    for once in ("PRODID", "VERSION", "UID", "SEQUENCE", "DTSTAMP", "ORGANIZER", "SUMMARY"):
        assert names.count(once) == 1, once
    assert names.count("ATTENDEE") == attendees
    assert names.count("BEGIN") == names.count("END")
    assert lines_of(text).count("BEGIN:VALARM") == (0 if method == "CANCEL" else 1)


def test_a_meeting_that_is_off_and_one_that_takes_place_without_somebody() -> None:
    off, without = cancel(meeting(), [MARTA], AT, "Je mi líto,\nonemocněla jsem"), uninvite(meeting(), LEE, AT)
    assert line(off, "STATUS") == "STATUS:CANCELLED"
    assert read(off).vevent.comment.value == "Je mi líto,\nonemocněla jsem"
    assert "STATUS:" not in without, "a CANCEL for some says nothing of the event (RFC 5546, 3.2.5)"
    assert read(without).vevent.attendee.value == "mailto:lee@customer.example"


def test_answers_may_go_to_an_address_that_takes_them_in() -> None:
    asks = meeting(answers_to="answers@ours.example")
    event = read(request(asks, [MARTA], AT)).vevent
    assert (event.organizer.value, event.organizer.params) == (
        "mailto:answers@ours.example",
        {"CN": ["Jana Nováková"], "SENT-BY": ["mailto:cs@ours.example"]},
    )
    assert [one.value for one in event.attendee_list] == ["mailto:jana@ours.example", "mailto:marta@customer.example"], "she comes herself"
    assert read(publish(asks, [MARTA], AT)).vevent.organizer.value == "mailto:answers@ours.example", "it is one event for all"
    assert read(cancel(asks, [MARTA], AT)).vevent.organizer.value == "mailto:answers@ours.example"
    own = read(request(meeting(answers_to="CS@ours.example"), [MARTA], AT)).vevent
    assert "SENT-BY" not in own.organizer.params, "the letters come from there"


def test_the_organizers_own_entry_names_who_comes() -> None:
    event = read(publish(meeting(), [MARTA, LEE], AT)).vevent
    assert event.description.value.startswith("Marta Silva <marta@customer.example>\nLee Wong <lee@customer.example>\n\n- Vaše odpověď")


def test_lines_end_as_they_must_and_are_folded_between_letters() -> None:
    text = request(meeting(agenda="Příliš žluťoučký kůň úpěl ďábelské ódy. Съешь же ещё этих мягких французских булок. " * 20), [MARTA], AT)
    assert text.endswith("END:VCALENDAR\r\n")
    assert text.count("\n") == text.count("\r") == text.count("\r\n")
    for raw in text.encode().split(b"\r\n"):
        assert len(raw) <= 75
        raw.decode()  # no letter is cut in two
    assert read(text).vevent.description.value.startswith("Příliš žluťoučký kůň")


HOSTILE = st.text(alphabet=st.characters(codec="utf-8", exclude_categories=("Cs",)) | st.sampled_from('\r\n;:,"\\^= '), max_size=60)


@settings(max_examples=40, deadline=None)
@given(title=HOSTILE, agenda=HOSTILE, place=HOSTILE, name=HOSTILE)
def test_hostile_words_add_nothing_to_an_invitation(title: str, agenda: str, place: str, name: str) -> None:
    hostile = meeting(title=title, agenda=agenda, place=place, organizer=Invitee(name, "jana@ours.example"))
    text = request(hostile, [Invitee(name, "marta@customer.example")], AT)
    found = [one.partition(":")[0].partition(";")[0] for one in lines_of(text)]
    allowed = (
        "UID SEQUENCE DTSTAMP DTSTART DTEND SUMMARY DESCRIPTION LOCATION URL ORGANIZER ATTENDEE STATUS TRANSP BEGIN END ACTION TRIGGER"
    )
    zone = "TZID TZNAME TZOFFSETFROM TZOFFSETTO RRULE DTSTART"
    assert set(found) <= {*allowed.split(), *zone.split(), "PRODID", "VERSION", "CALSCALE", "METHOD"}
    assert found.count("ATTENDEE") == 2
    assert all(len(raw) <= 75 for raw in text.encode().split(b"\r\n"))
    attendees = [one.value for one in read(text).vevent.attendee_list]
    assert attendees == ["mailto:jana@ours.example", "mailto:marta@customer.example"]


def test_an_address_for_the_browser_is_a_link_and_a_script_is_none() -> None:
    assert "URL" not in request(meeting(place="javascript:alert(1)"), [MARTA], AT)
    assert "URL" not in request(meeting(place="Room 5"), [MARTA], AT)


ZONES = ("Europe/Prague", "America/New_York", "Europe/Dublin", "Africa/Casablanca", "Australia/Lord_Howe", "Asia/Kathmandu", "America/Nuuk")


@pytest.mark.parametrize("zone", ZONES)
def test_a_zone_is_told_as_its_clocks_go(zone: str) -> None:
    """Every six hours of a year, held against dateutil's reading of what we wrote."""
    there, told = ZoneInfo(zone), tzical(StringIO(vtimezone(ZoneInfo(zone), 2026).to_ical().decode())).get(zone)
    wall = datetime(2026, 1, 1, 0, 30)
    while wall.year == 2026:
        ours = wall.replace(tzinfo=there)
        twice_or_never = ours.utcoffset() != ours.replace(fold=1).utcoffset()
        assert twice_or_never or ours.utcoffset() == wall.replace(tzinfo=told).utcoffset(), wall
        wall += timedelta(hours=6)


def test_clock_changes_follow_a_yearly_rule_where_there_is_one() -> None:
    prague = vtimezone(ZoneInfo("Europe/Prague"), 2026).to_ical().decode()
    assert "BEGIN:DAYLIGHT\r\nDTSTART:20250330T020000\r\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3\r\n" in prague
    assert "BEGIN:STANDARD\r\nDTSTART:20251026T030000\r\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10\r\n" in prague
    assert "RRULE" not in vtimezone(ZoneInfo("Africa/Casablanca"), 2026).to_ical().decode(), "Ramadan follows no such rule"
    assert is_utc(ZoneInfo("Etc/UTC"), 2026)
    assert not is_utc(ZoneInfo("Europe/London"), 2026)


@pytest.mark.parametrize("hour", [0, 1])
def test_an_hour_that_happens_twice_is_never_taken_for_the_other(hour: int) -> None:
    starts = datetime(2026, 10, 25, hour, 30, tzinfo=UTC)  # 02:30 in Prague, both times
    assert read(request(meeting(starts_at=starts), [MARTA], AT)).vevent.dtstart.value.astimezone(UTC) == starts


@pytest.mark.parametrize("month", [3, 10])
def test_a_meeting_over_a_clock_change_is_as_long_as_it_was_meant(month: int) -> None:
    starts = datetime(2026, month, 29 if month == 3 else 25, 0, 30, tzinfo=UTC)
    event = read(request(meeting(starts_at=starts, minutes=90), [MARTA], AT)).vevent
    assert event.dtend.value - event.dtstart.value.astimezone(UTC) == timedelta(minutes=90)


def test_the_letter_holds_the_invitation_twice_for_programs_and_for_people() -> None:
    text = request(meeting(), [MARTA], AT)
    letter = Letter("Marta", "Hovor", "Dobrý den", "<p>Dobrý den</p>", calendar=Calendar("REQUEST", text))
    sent = message_of(letter, mailbox("Jana <cs@ours.example>"), mailbox("marta@customer.example"), "id", AT).as_bytes()
    message: Any = message_from_bytes(sent, policy=policy.default)
    alternative, attached = message.iter_parts()
    assert message.get_content_type() == "multipart/mixed"
    assert [part.get_content_type() for part in alternative.iter_parts()] == ["text/plain", "text/html", "text/calendar"]
    (calendar,) = [part for part in alternative.iter_parts() if part.get_content_type() == "text/calendar"]
    assert dict(calendar.get_params()) == {"text/calendar": "", "charset": "utf-8", "method": "REQUEST"}
    assert (attached.get_content_type(), attached.get_filename()) == ("application/ics", "invite.ics")
    assert calendar.get_payload(decode=True) == attached.get_payload(decode=True) == text.encode()
    assert max(len(raw) for raw in sent.split(b"\r\n")) <= 998
    without = message_of(Letter("Marta", "x", "y", "z"), mailbox("cs@ours.example"), mailbox("m@x.example"), "id", AT)
    assert without.get_content_type() == "multipart/alternative"
