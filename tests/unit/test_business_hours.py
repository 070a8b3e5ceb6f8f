"""Business hours: when the next card may come."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.accounts.business_hours import BusinessHours

PRAGUE = BusinessHours.parse("Mon-Fri 09:00-18:00", "Europe/Prague", "CZ")
NEW_YORK = BusinessHours.parse("Mon-Fri 09:00-17:00", "America/New_York", "US-NY")


def opens(hours: BusinessHours, moment: str, zone: str | None = None) -> str:
    """From wall clock to wall clock, in the zone of the person."""
    there = ZoneInfo(zone or hours.zone)
    return hours.opens_at(datetime.fromisoformat(moment).replace(tzinfo=there), zone).astimezone(there).strftime("%F %H:%M")


@pytest.mark.parametrize(
    ("hours", "moment", "opening"),
    [
        (PRAGUE, "2026-11-18 10:30", "2026-11-18 10:30"),
        (PRAGUE, "2026-11-18 09:00", "2026-11-18 09:00"),
        (PRAGUE, "2026-11-18 08:59", "2026-11-18 09:00"),
        (PRAGUE, "2026-11-18 18:00", "2026-11-19 09:00"),
        (PRAGUE, "2026-11-20 18:30", "2026-11-23 09:00"),  # over a weekend
        (PRAGUE, "2026-11-17 10:00", "2026-11-18 09:00"),  # Day of Freedom and Democracy
        (PRAGUE, "2026-12-23 19:00", "2026-12-28 09:00"),  # Christmas and a weekend
        (PRAGUE, "2026-12-31 19:00", "2027-01-04 09:00"),  # over the end of the year
        (PRAGUE, "2026-03-27 19:00", "2026-03-30 09:00"),  # clocks go forward on the 29th
        (PRAGUE, "2026-10-23 19:00", "2026-10-26 09:00"),  # clocks go back on the 25th
        (NEW_YORK, "2026-03-06 17:00", "2026-03-09 09:00"),  # clocks go forward on the 8th
        (NEW_YORK, "2026-10-30 17:00", "2026-11-02 09:00"),  # clocks go back on the 1st
        (NEW_YORK, "2026-11-25 18:00", "2026-11-27 09:00"),  # Thanksgiving
    ],
)
def test_the_next_opening(hours: BusinessHours, moment: str, opening: str) -> None:
    assert opens(hours, moment) == opening


def test_the_hour_before_and_after_the_clocks_change_differs_in_utc() -> None:
    friday, monday = datetime(2026, 3, 27, 3, tzinfo=UTC), datetime(2026, 3, 30, 3, tzinfo=UTC)
    assert PRAGUE.opens_at(friday) == datetime(2026, 3, 27, 8, tzinfo=UTC)
    assert PRAGUE.opens_at(monday) == datetime(2026, 3, 30, 7, tzinfo=UTC)


def test_hours_across_a_spring_night_lose_the_skipped_hour() -> None:
    night = BusinessHours.parse("Sun 01:00-04:00", "Europe/Prague")
    assert night.is_open(datetime(2026, 3, 29, 1, 30, tzinfo=UTC))  # 03:30 in summer time
    assert not night.is_open(datetime(2026, 3, 29, 2, 0, tzinfo=UTC))  # 04:00


def test_hours_across_an_autumn_night_gain_the_repeated_hour() -> None:
    night = BusinessHours.parse("Sun 01:00-04:00", "Europe/Prague")
    assert night.is_open(datetime(2026, 10, 25, 0, 30, tzinfo=UTC))  # 02:30, the first
    assert night.is_open(datetime(2026, 10, 25, 1, 30, tzinfo=UTC))  # 02:30, the second
    assert night.is_open(datetime(2026, 10, 25, 1, 30, tzinfo=UTC).astimezone(ZoneInfo("Europe/Prague")))
    assert not night.is_open(datetime(2026, 10, 25, 3, 0, tzinfo=UTC))


def test_a_person_elsewhere_has_the_same_hours_on_their_own_clock() -> None:
    assert opens(PRAGUE, "2026-11-18 07:00", "America/New_York") == "2026-11-18 09:00"
    assert opens(PRAGUE, "2026-11-20 12:00", "Asia/Tokyo") == "2026-11-20 12:00"


def test_several_ranges_and_days() -> None:
    hours = BusinessHours.parse("Mon-Thu 08:00-12:00, Mon-Thu 13:00-17:00, Fri,Sun 22:00-24:00", "UTC")
    assert opens(hours, "2026-11-18 12:00") == "2026-11-18 13:00"
    assert opens(hours, "2026-11-20 09:00") == "2026-11-20 22:00"
    assert opens(hours, "2026-11-20 23:59") == "2026-11-20 23:59"
    assert opens(hours, "2026-11-21 00:00") == "2026-11-22 22:00"


def test_a_range_of_days_may_run_over_the_weekend() -> None:
    assert opens(BusinessHours.parse("Sunday-Thu 09:00-17:00", "Asia/Jerusalem"), "2026-11-20 10:00") == "2026-11-22 09:00"


@pytest.mark.parametrize(
    ("text", "zone", "country", "said"),
    [
        ("", "UTC", None, "empty"),
        ("Mon", "UTC", None, "cannot be read at 'Mon'"),
        ("Mun-Fri 09:00-18:00", "UTC", None, "unknown day 'Mun'"),
        ("Mon-Fri 18:00-09:00", "UTC", None, "end at 09:00, not after their start"),
        ("Mon-Fri 09:00-25:00", "UTC", None, "'25:00' is not a time of day"),
        ("Mon-Fri 09:61-18:00", "UTC", None, "'09:61' is not a time of day"),
        ("Mon 09:00-12:00 Tue 09:00-12:00", "UTC", None, "cannot be read at 'Tue"),
        ("Mon 09:00-12:00, Mon 11:00-13:00", "UTC", None, "overlap on Mon"),
        ("Mon 09:00-18:00", "Europe/Prag", None, "nearest: Europe/Prague"),
        ("Mon 09:00-18:00", "../../etc/passwd", None, "unknown time zone"),
        ("Mon 09:00-18:00", "UTC", "CZZ", "unknown country 'CZZ' for holidays"),
        ("Mon 09:00-18:00", "UTC", "US-XX", "unknown part 'US-XX'"),
        ("Mon 09:00-18:00 " * 40, "UTC", None, "too long"),
    ],
)
def test_is_refused(text: str, zone: str, country: str | None, said: str) -> None:
    with pytest.raises(ValueError, match=r"allowed: |nearest: ") as caught:
        BusinessHours.parse(text, zone, country)
    assert said in str(caught.value)


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        PRAGUE.opens_at(datetime(2026, 11, 18))


ZONES = st.sampled_from(["Europe/Prague", "America/New_York", "Asia/Kolkata", "Pacific/Auckland", "America/St_Johns"])
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))


@given(MOMENTS, ZONES, st.sampled_from([None, "CZ", "US-NY"]))
def test_the_opening_is_never_before_and_always_inside(moment: datetime, zone: str, country: str | None) -> None:
    hours = BusinessHours.parse("Mon-Fri 09:00-18:00, Sat 10:00-12:30", zone, country)
    opening = hours.opens_at(moment)
    wall = opening.astimezone(ZoneInfo(zone))
    assert moment <= opening <= moment + timedelta(days=8)
    assert hours.is_open(opening)
    assert (wall.weekday() < 5 and 9 <= wall.hour < 18) or (wall.weekday() == 5 and 10 <= wall.hour <= 12)


@given(MOMENTS, ZONES)
def test_nothing_between_the_moment_and_the_opening_is_open(moment: datetime, zone: str) -> None:
    hours = BusinessHours.parse("Mon-Fri 09:00-18:00", zone, "CZ")
    gap = hours.opens_at(moment) - moment
    assert not any(hours.is_open(moment + gap * part / 10) for part in range(10) if gap)
