"""What is read out of people's calendars, and how an event of ours is written over what stands there."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from bot.connectors.calendar.entries import fresh, merged
from bot.connectors.calendar.spans import spans, told_busy
from bot.connectors.ports import CalendarFailed
from bot.delivery.sender import Bounced
from bot.delivery.senders.caldav import explained
from bot.errors import NotSent, SlowDown, Uncertain, Undeliverable
from bot.reviews.calendar import Invitee, Meeting, entry

PRAGUE, AUCKLAND = ZoneInfo("Europe/Prague"), ZoneInfo("Pacific/Auckland")
JANA = "jana@ours.example"
START, END = datetime(2026, 10, 22, tzinfo=UTC), datetime(2026, 10, 29, tzinfo=UTC)
"""The clocks go back in Prague on the 25th."""
AT = datetime(2026, 10, 1, tzinfo=UTC)


def calendar(*lines: str) -> str:
    return "\r\n".join(("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", "BEGIN:VEVENT", *lines, "END:VEVENT", "END:VCALENDAR", ""))


def busy(*lines: str, zone: ZoneInfo = PRAGUE) -> list[str]:
    """Spans as `22T07:30-08:00`, in UTC."""
    found = spans([calendar("UID:1", "DTSTAMP:20260101T000000Z", *lines)], JANA, START, END, zone)
    return [f"{one.start:%dT%H:%M}-{one.end:%dT%H:%M}" for one in found]


def test_a_series_follows_the_clocks_where_it_was_planned() -> None:
    lines = (
        "DTSTART;TZID=Europe/Prague:20260901T093000",
        "DURATION:PT30M",
        "RRULE:FREQ=DAILY;BYDAY=FR,MO",
        "EXDATE;TZID=Europe/Prague:20261030T093000",
    )
    assert busy(*lines) == ["23T07:30-23T08:00", "26T08:30-26T09:00"]


def test_one_time_of_a_series_that_was_put_elsewhere() -> None:
    series = ("UID:1", "DTSTAMP:20260101T000000Z", "DTSTART:20261001T080000Z", "DTEND:20261001T090000Z", "RRULE:FREQ=WEEKLY")
    other = (
        "END:VEVENT",
        "BEGIN:VEVENT",
        "UID:1",
        "DTSTAMP:20260101T000000Z",
        "RECURRENCE-ID:20261022T080000Z",
        "DTSTART:20261023T080000Z",
    )
    found = spans([calendar(*series, *other, "DTEND:20261023T090000Z")], JANA, START, END, PRAGUE)
    assert [one.start for one in found] == [datetime(2026, 10, 23, 8, tzinfo=UTC)]


@pytest.mark.parametrize(
    ("lines", "zone", "expected"),
    [
        (("DTSTART;VALUE=DATE:20261025", "DTEND;VALUE=DATE:20261026"), PRAGUE, ["24T22:00-25T23:00"]),
        (("DTSTART;VALUE=DATE:20261026",), AUCKLAND, ["25T11:00-26T11:00"]),
        (("DTSTART:20261026T090000", "DTEND:20261026T100000"), AUCKLAND, ["25T20:00-25T21:00"]),
        (("DTSTART:20261026T090000Z",), PRAGUE, []),
    ],
    ids=["a day of 25 hours", "a day elsewhere", "no zone", "a moment takes no time"],
)
def test_whole_days_and_times_without_a_zone_are_meant_where_the_person_is(
    lines: tuple[str, ...], zone: ZoneInfo, expected: list[str]
) -> None:
    assert busy(*lines, zone=zone) == expected


@pytest.mark.parametrize(
    ("line", "counts"),
    [
        ("TRANSP:TRANSPARENT", False),
        ("STATUS:CANCELLED", False),
        (f"ATTENDEE;PARTSTAT=DECLINED:mailto:{JANA.upper()}", False),
        ("ATTENDEE;PARTSTAT=DECLINED:mailto:oliver@ours.example", True),
        ("STATUS:TENTATIVE", True),
    ],
)
def test_what_counts(line: str, counts: bool) -> None:
    assert bool(busy("DTSTART:20261026T090000Z", "DTEND:20261026T100000Z", line)) is counts


SECONDS = ("DTSTART:20261001T080000Z", "DTEND:20261001T080001Z", "RRULE:FREQ=SECONDLY")


def test_a_broken_event_hides_no_other() -> None:
    whole = calendar("UID:1", "DTSTAMP:20260101T000000Z", "DTSTART:20261026T090000Z", "DTEND:20261026T100000Z")
    for broken in (
        "",
        "BEGIN:VCALENDAR",
        "\x00",
        calendar("UID:2", "DTSTART:nonsense"),
        calendar("UID:2", "SUMMARY:No start"),
        calendar("UID:2", *SECONDS),
    ):
        assert len(spans([broken, whole], JANA, START, END, PRAGUE)) == 1


def test_spans_without_events() -> None:
    text = "\r\n".join(
        (
            *("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", "BEGIN:VFREEBUSY", "DTSTAMP:20260101T000000Z"),
            "FREEBUSY;FBTYPE=BUSY:20261026T090000Z/20261026T100000Z,20261027T090000Z/PT30M",
            "FREEBUSY;FBTYPE=FREE:20261028T090000Z/20261028T100000Z",
            "FREEBUSY;FBTYPE=BUSY-TENTATIVE:20261028T110000Z/PT1H",
            *("END:VFREEBUSY", "END:VCALENDAR", ""),
        )
    )
    assert [(one.start.day, one.end.hour, one.end.minute) for one in told_busy(text)] == [(26, 10, 0), (27, 9, 30), (28, 12, 0)]
    assert told_busy("nonsense") == []


# --- written


MEETING = Meeting(
    uid="1@ours.example",
    sequence=0,
    starts_at=datetime(2026, 10, 26, 9, tzinfo=UTC),
    minutes=30,
    zone="Europe/Prague",
    title="Acme: call",
    agenda="- One",
    place="Room 5",
    organizer=Invitee("Jana", JANA),
    sender="cs@ours.example",
)


def text(answer: str = "needs-action", **changes: object) -> str:
    return entry(Meeting(**{**vars(MEETING), **changes}), [Invitee("Ada", "ada@acme.example", answer)], AT)  # type: ignore[arg-type]


def changed(stored: str, **theirs: str | None) -> str:
    """As the person changes it."""
    found = Calendar.from_ical(stored)
    for name, value in theirs.items():
        found.events[0].pop(name, None)
        if value is not None:
            found.events[0].add(name, value)
    return str(found.to_ical().decode())


def test_the_same_once_more_changes_nothing() -> None:
    assert merged(fresh(text()), text()) is None
    assert merged(changed(fresh(text()), description="Mine"), text()) is None


def test_our_texts_change_theirs_stay() -> None:
    stored = changed(fresh(text()), description="Mine", location=None, color="red")
    (event,) = Calendar.from_ical(merged(stored, text(title="Acme: QBR", agenda="- Two", place="Room 6", sequence=1)) or "").events
    assert (event["summary"], event["description"], event["color"], event["sequence"]) == ("Acme: QBR", "Mine", "red", 1)
    assert "location" not in event, "they took it away"


def test_a_server_that_drops_our_mark_gets_our_texts() -> None:
    stored = changed(fresh(text()), **{"x-staysail-wrote": None, "description": "Mine"})
    (event,) = Calendar.from_ical(merged(stored, text("accepted")) or "").events
    assert (event["description"], event["attendee"][1].params["PARTSTAT"]) == ("- One", "ACCEPTED")


def test_when_it_is_and_the_highest_sequence_stand() -> None:
    stored = changed(fresh(text()), sequence="7").replace("T100000", "T153000")
    (event,) = Calendar.from_ical(merged(stored, text("accepted")) or "").events
    assert (event.start.astimezone(UTC), event["sequence"]) == (MEETING.starts_at, 7)
    elsewhere = Calendar.from_ical(merged(stored, text(zone="America/New_York")) or "")
    assert [str(zone["tzid"]) for zone in elsewhere.walk("VTIMEZONE")] == ["America/New_York", "Europe/Prague"]


def test_what_cannot_be_read_gives_way() -> None:
    assert merged("nonsense", text()) == fresh(text())
    assert merged(fresh(text(uid="2@ours.example")), text()) == fresh(text())


@pytest.mark.parametrize(
    ("status", "pause", "kind"),
    [
        (401, None, Bounced),
        (403, None, Bounced),
        (404, None, Bounced),
        (412, None, NotSent),
        (429, None, SlowDown),
        (503, 5.0, SlowDown),
        (503, None, Uncertain),
        (500, None, Uncertain),
        (507, None, Bounced),
        (None, None, Uncertain),
    ],
)
def test_what_an_answer_means_for_the_outbox(status: int | None, pause: float | None, kind: type[Exception]) -> None:
    error = explained(CalendarFailed("words", status, pause))
    assert type(error) is kind
    assert str(error) == "words"
    assert issubclass(Bounced, Undeliverable)
