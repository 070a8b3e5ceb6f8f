"""When a meeting could be: times that suit both sides, whatever their zones, holidays and clock changes."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import holidays
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.accounts.business_hours import BusinessHours
from bot.reviews.means import meeting_hours
from bot.reviews.proposals import Proposal, Side, outside, proposals

HOURS = BusinessHours.parse("Mon-Fri 09:00-18:00", "Europe/Prague", "CZ")
MONDAY = datetime(2026, 11, 16, 9, tzinfo=UTC)
COUNTRIES = {
    "Europe/Prague": "CZ",
    "America/New_York": "US",
    "Asia/Singapore": "SG",
    "Europe/London": "GB",
    "America/Sao_Paulo": "BR",
    "Asia/Kathmandu": None,
    "Australia/Adelaide": "AU",
}


def side(zone: str) -> Side:
    return Side.of(HOURS, zone, COUNTRIES.get(zone, "US"))


PRAGUE, YORK, SINGAPORE, LONDON = map(side, ("Europe/Prague", "America/New_York", "Asia/Singapore", "Europe/London"))
ANGELES = side("America/Los_Angeles")


def told(found: Sequence[Proposal], zone: str) -> list[str]:
    return [f"{one.starts_at.astimezone(ZoneInfo(zone)):%a %d %b %H:%M}" for one in found]


def test_three_days_from_the_next_business_day_on_at_different_times_of_day() -> None:
    found = proposals([PRAGUE], [], 30, datetime(2026, 11, 18, 9, tzinfo=UTC))
    assert told(found, "Europe/Prague") == ["Thu 19 Nov 10:00", "Fri 20 Nov 13:30", "Mon 23 Nov 11:00"]


@pytest.mark.parametrize(
    ("now", "in_prague", "in_new_york"),
    [
        ((2026, 3, 6), ["Mon 09 Mar 15:00", "Tue 10 Mar 14:00"], ["Mon 09 Mar 10:00", "Tue 10 Mar 09:00"]),  # New York's clocks are on
        ((2026, 3, 27), ["Mon 30 Mar 16:00", "Tue 31 Mar 15:00"], ["Mon 30 Mar 10:00", "Tue 31 Mar 09:00"]),  # and now Prague's too
        ((2026, 10, 26), ["Tue 27 Oct 14:00", "Thu 29 Oct 14:00"], ["Tue 27 Oct 09:00", "Thu 29 Oct 09:00"]),  # Prague's are back
        ((2026, 11, 2), ["Tue 03 Nov 15:00", "Wed 04 Nov 15:00"], ["Tue 03 Nov 09:00", "Wed 04 Nov 09:00"]),  # and New York's
    ],
)
def test_new_york_and_prague_around_their_clock_changes(now: tuple[int, int, int], in_prague: list[str], in_new_york: list[str]) -> None:
    found = proposals([PRAGUE, YORK], [], 30, datetime(*now, 9, tzinfo=UTC))
    assert told(found, "Europe/Prague")[:2] == in_prague
    assert told(found, "America/New_York")[:2] == in_new_york


def test_the_one_hour_that_singapore_and_london_have_in_common() -> None:
    found = proposals([SINGAPORE, LONDON], [], 60, MONDAY)
    assert told(found, "Asia/Singapore") == ["Tue 17 Nov 17:00", "Wed 18 Nov 17:00", "Thu 19 Nov 17:00"]
    assert told(found, "Europe/London") == ["Tue 17 Nov 09:00", "Wed 18 Nov 09:00", "Thu 19 Nov 09:00"]


def test_hours_that_never_meet_give_the_least_bad_times_and_say_where() -> None:
    found = proposals([PRAGUE, ANGELES], [], 30, MONDAY)
    assert told(found, "America/Los_Angeles") == ["Wed 18 Nov 08:30", "Thu 19 Nov 08:30", "Tue 24 Nov 08:30"]
    assert [dict(one.outside) for one in found] == [{"America/Los_Angeles": 30}] * 3


def test_holidays_of_either_side_are_left_out() -> None:
    thanksgiving, states_day = date(2026, 11, 26), date(2026, 11, 17)
    assert thanksgiving not in {one.starts_at.date() for one in proposals([PRAGUE, YORK], [], 30, datetime(2026, 11, 25, tzinfo=UTC))}
    assert thanksgiving in {one.starts_at.date() for one in proposals([PRAGUE], [], 30, datetime(2026, 11, 25, tzinfo=UTC))}
    assert states_day not in {one.starts_at.date() for one in proposals([LONDON, PRAGUE], [], 30, MONDAY)}
    assert states_day in {one.starts_at.date() for one in proposals([LONDON], [], 30, MONDAY)}


def test_a_house_that_never_closes_meets_nobody_at_night() -> None:
    always = BusinessHours.parse("Mon-Sun 00:00-24:00", "Europe/Prague", "CZ")
    assert meeting_hours(always) == HOURS
    assert meeting_hours(HOURS) is HOURS


def test_a_country_that_nobody_knows_has_no_holidays() -> None:
    assert Side.of(HOURS, "Europe/Prague", "XX").hours.country is None


def test_what_they_have_already_is_not_proposed_again() -> None:
    wednesday = datetime(2026, 11, 18, 9, tzinfo=UTC)
    first = proposals([PRAGUE], [], 30, wednesday)[0].starts_at
    found = proposals([PRAGUE], [(first - timedelta(minutes=15), first + timedelta(minutes=15))], 30, wednesday)
    assert told(found, "Europe/Prague")[0] == "Thu 19 Nov 10:30"


def test_nobody_who_never_has_time_is_met() -> None:
    assert proposals([PRAGUE], [(MONDAY, MONDAY + timedelta(days=60))], 30, MONDAY) == ()


@pytest.mark.parametrize(
    ("at", "minutes", "expected"),
    [
        (datetime(2026, 11, 18, 8), 30, 0),
        (datetime(2026, 11, 18, 7, 45), 30, 15),
        (datetime(2026, 11, 18, 16, 45), 30, 15),
        (datetime(2026, 11, 18, 18), 30, 90),
        (datetime(2026, 11, 21, 9), 30, None),
        (datetime(2026, 11, 17, 9), 30, None),
    ],
    ids=["inside", "early", "late", "evening", "Saturday", "holiday"],
)
def test_how_far_outside_the_hours(at: datetime, minutes: int, expected: int | None) -> None:
    start = at.replace(tzinfo=UTC)
    assert outside(PRAGUE, (start, start + timedelta(minutes=minutes))) == expected


NOWS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 1), timezones=st.just(UTC))
ZONES = st.lists(st.sampled_from(sorted(COUNTRIES)), min_size=1, max_size=2, unique=True)
CHANGES = [datetime(2026, month, day, hour, tzinfo=UTC) for month, day in ((3, 6), (3, 27), (10, 23), (10, 30)) for hour in (1, 9, 22)]
BUSY = st.lists(st.tuples(st.integers(0, 20 * 48), st.integers(1, 20)), max_size=6)


@settings(max_examples=40, deadline=None)
@given(zones=ZONES, now=NOWS | st.sampled_from(CHANGES), minutes=st.sampled_from([15, 30, 45, 60, 90]), busy=BUSY)
def test_a_proposal_suits_everybody(zones: list[str], now: datetime, minutes: int, busy: list[tuple[int, int]]) -> None:
    """Held against the wall clocks of each side, without any of the code that makes the proposals."""
    spans = [(now + timedelta(minutes=30 * at), now + timedelta(minutes=30 * (at + length))) for at, length in busy]
    found = proposals([side(zone) for zone in zones], spans, minutes, now)
    assert len({one.starts_at.astimezone(ZoneInfo(zones[0])).date() for one in found}) == len(found) <= 3
    for one in found:
        end = one.starts_at + timedelta(minutes=minutes)
        assert not any(one.starts_at < until and since < end for since, until in spans)
        for zone in zones:
            _suits(one, end, zone, now)


def _suits(one: Proposal, end: datetime, zone: str, now: datetime) -> None:
    there = ZoneInfo(zone)
    first, last = one.starts_at.astimezone(there), end.astimezone(there)
    assert first.date() > now.astimezone(there).date()
    assert first.weekday() < 5
    country = COUNTRIES[zone]
    assert country is None or first.date() not in holidays.country_holidays(country, years=first.year, expand=False)
    assert first.weekday() != 0 or first.time() >= time(10)
    assert first.weekday() != 4 or (last.time() <= time(14) and last.date() == first.date())
    within = time(9) <= first.time() and last.time() <= time(18) and first.date() == last.date()
    assert within == (zone not in one.outside)


@settings(max_examples=12, deadline=None)
@given(
    now=st.sampled_from(CHANGES) | NOWS, zones=st.sampled_from([("Europe/Prague", "America/New_York"), ("Asia/Singapore", "Europe/London")])
)
def test_sides_whose_hours_meet_are_never_asked_to_come_outside_them(now: datetime, zones: tuple[str, str]) -> None:
    for pair in (zones, zones[::-1]):
        found = proposals([side(zone) for zone in pair], [], 30, now)
        assert len(found) == 3
        assert not any(one.outside for one in found)
