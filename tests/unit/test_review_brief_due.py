"""When a brief is due: on the last business day before the meeting's, by the organizer's clocks, whatever those do in between."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.accounts.business_hours import BusinessHours
from bot.reviews.brief_due import due_at, is_due

OFFICE = BusinessHours.parse("Mon-Fri 09:00-18:00", "Europe/Prague", "CZ")
PRAGUE, NEW_YORK = ZoneInfo("Europe/Prague"), ZoneInfo("America/New_York")


def due(meeting: str, zone: ZoneInfo = PRAGUE, clock: str = "09:00", hours: BusinessHours = OFFICE) -> str:
    """By the clocks there."""
    found = due_at(datetime.fromisoformat(meeting).replace(tzinfo=zone), zone, hours, clock)
    assert found.tzinfo is UTC
    return f"{found.astimezone(zone):%a %Y-%m-%d %H:%M%z}"


@pytest.mark.parametrize(
    ("meeting", "expected"),
    [
        ("2026-11-19 10:00", "Wed 2026-11-18 09:00+0100"),
        ("2026-11-23 10:00", "Fri 2026-11-20 09:00+0100"),  # over a weekend
        ("2026-11-18 10:00", "Mon 2026-11-16 09:00+0100"),  # the 17th is a holiday in Czechia
        ("2026-12-28 10:00", "Wed 2026-12-23 09:00+0100"),  # Christmas, and the weekend after it
        ("2026-11-22 23:30", "Fri 2026-11-20 09:00+0100"),  # on a Sunday
        ("2026-03-30 09:00", "Fri 2026-03-27 09:00+0100"),  # the clocks went forward on Sunday
        ("2026-10-26 09:00", "Fri 2026-10-23 09:00+0200"),  # and back
    ],
)
def test_it_is_due_on_the_last_business_day_before(meeting: str, expected: str) -> None:
    assert due(meeting) == expected


def test_the_organizers_clocks_count_and_the_houses_holidays() -> None:
    """The United States change their clocks on the 8th of March, three weeks before Europe does."""
    assert due("2026-03-09 09:00", NEW_YORK) == "Fri 2026-03-06 09:00-0500"
    assert due("2026-03-10 09:00", NEW_YORK) == "Mon 2026-03-09 09:00-0400"
    assert due("2026-11-18 09:00", NEW_YORK) == "Mon 2026-11-16 09:00-0500"
    late = datetime(2026, 11, 19, 23, 30, tzinfo=PRAGUE)
    assert due_at(late, ZoneInfo("Asia/Tokyo"), OFFICE, "09:00") == datetime(2026, 11, 19, 0, tzinfo=UTC), "it is the 20th there"


def test_a_time_that_the_clocks_skip_or_show_twice_is_one_moment() -> None:
    always = BusinessHours.parse("Mon-Sun 00:00-24:00", "Europe/Prague")
    assert due("2026-03-30 09:00", clock="02:30", hours=always) == "Sun 2026-03-29 03:30+0200"
    assert due("2026-10-26 09:00", clock="02:30", hours=always) == "Sun 2026-10-25 02:30+0200"


def test_a_house_that_is_closed_for_long_is_told_the_day_before() -> None:
    """Mondays only, and the first Monday before it is Easter's."""
    seldom = BusinessHours.parse("Mon 09:00-10:00", "Europe/Prague", "CZ")
    assert due("2026-04-14 10:00", hours=seldom) == "Mon 2026-04-13 09:00+0200"
    assert due("2026-04-13 10:00", hours=seldom) == "Sun 2026-04-12 09:00+0200"


def test_planned_late_it_is_due_at_once_as_long_as_there_is_time_to_read() -> None:
    starts, due = datetime(2026, 11, 19, 9, tzinfo=UTC), datetime(2026, 11, 18, 8, tzinfo=UTC)
    spare = starts - timedelta(minutes=30)
    assert [is_due(starts, due, at) for at in (due - timedelta(seconds=1), due, spare, spare + timedelta(seconds=1), starts)] == [
        *(False, True, True, False, False)
    ]


ZONES = st.sampled_from(["Europe/Prague", "America/New_York", "Asia/Kathmandu", "Pacific/Apia", "America/Sao_Paulo", "UTC"]).map(ZoneInfo)


@settings(max_examples=60, deadline=None)
@given(st.datetimes(datetime(2025, 1, 2), datetime(2028, 1, 1)), ZONES, st.sampled_from(["00:00", "02:30", "09:00", "23:59"]))
def test_it_is_always_on_an_earlier_business_day_there(at: datetime, zone: ZoneInfo, clock: str) -> None:
    starts = at.replace(tzinfo=zone)
    found = due_at(starts, zone, OFFICE, clock)
    local = found.astimezone(zone)
    assert local.date() < starts.date()
    assert OFFICE.opens_at(datetime.combine(local.date(), time(9), zone), zone.key) == datetime.combine(local.date(), time(9), zone)
    between = (local.date() + timedelta(days=days) for days in range(1, (starts.date() - local.date()).days))
    assert not any(OFFICE.is_open(datetime.combine(day, time(12), zone), zone.key) for day in between)
    assert abs(local.hour * 60 + local.minute - int(clock[:2]) * 60 - int(clock[3:])) in (0, 60), "an hour off only where the clocks change"
