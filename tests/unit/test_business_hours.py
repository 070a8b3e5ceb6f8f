"""Business hours: when the next card may come."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.accounts.business_hours import BusinessHours, known_zone, zone_or

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


@pytest.mark.parametrize("zone", ["Prague", "../etc", "Europe", "\0"])
def test_a_zone_that_is_none_counts_as_the_workspaces(zone: str) -> None:
    moment = datetime(2026, 3, 30, 6, 30, tzinfo=UTC)
    assert (PRAGUE.opens_at(moment, zone), PRAGUE.is_open(moment, zone)) == (PRAGUE.opens_at(moment), PRAGUE.is_open(moment))
    assert PRAGUE.after(moment, timedelta(hours=1), zone) == PRAGUE.after(moment, timedelta(hours=1))
    assert zone_or(zone, ZoneInfo("Europe/Prague")).key == "Europe/Prague"
    assert known_zone(zone, None, "Asia/Tokyo") == "Asia/Tokyo"


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


def after(hours: BusinessHours, moment: str, length: timedelta, zone: str | None = None) -> str:
    """From wall clock to wall clock, in the zone of the person."""
    there = ZoneInfo(zone or hours.zone)
    return hours.after(datetime.fromisoformat(moment).replace(tzinfo=there), length, zone).astimezone(there).strftime("%F %H:%M")


DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.mark.parametrize(
    ("moment", "length", "end"),
    [
        ("2026-11-18 10:30", 2 * HOUR, "2026-11-18 12:30"),
        ("2026-11-18 17:00", HOUR, "2026-11-18 18:00"),  # to the very end of the day
        ("2026-11-18 17:00", 2 * HOUR, "2026-11-19 10:00"),
        ("2026-11-18 10:30", DAY, "2026-11-19 10:30"),
        ("2026-11-20 16:00", DAY, "2026-11-23 16:00"),  # over a weekend
        ("2026-11-16 16:00", DAY, "2026-11-18 16:00"),  # over a holiday
        ("2026-11-18 10:00", 5 * DAY, "2026-11-25 10:00"),
        ("2026-11-18 16:00", DAY + 3 * HOUR, "2026-11-20 10:00"),
        ("2026-11-21 12:00", DAY, "2026-11-24 09:00"),  # from a Saturday: it begins on Monday morning
        ("2026-11-17 12:00", 4 * HOUR, "2026-11-18 13:00"),  # from a holiday
        ("2026-03-27 15:00", DAY, "2026-03-30 15:00"),  # clocks go forward on the 29th
        ("2026-03-27 17:30", HOUR, "2026-03-30 09:30"),
        ("2026-10-23 15:00", DAY, "2026-10-26 15:00"),  # clocks go back on the 25th
        ("2026-12-23 17:00", 2 * HOUR, "2026-12-28 10:00"),  # Christmas and a weekend
        ("2026-11-18 20:00", timedelta(), "2026-11-19 09:00"),
    ],
)
def test_business_time_later(moment: str, length: timedelta, end: str) -> None:
    assert after(PRAGUE, moment, length) == end


def test_business_time_runs_where_the_person_is() -> None:
    assert after(PRAGUE, "2026-11-18 16:30", HOUR, "America/New_York") == "2026-11-18 17:30"
    assert after(PRAGUE, "2026-11-18 07:00", DAY, "America/New_York") == "2026-11-19 09:00"


def test_a_day_later_is_the_nearest_open_time_when_that_day_is_shorter_or_has_a_break() -> None:
    hours = BusinessHours.parse("Mon-Thu 09:00-17:00, Fri 10:00-12:00, Fri 13:00-15:00", "UTC")
    assert after(hours, "2026-11-19 16:30", DAY) == "2026-11-20 15:00"
    assert after(hours, "2026-11-19 09:15", DAY) == "2026-11-20 10:00"
    assert after(hours, "2026-11-19 12:30", DAY) == "2026-11-20 13:00"
    assert after(hours, "2026-11-20 11:30", HOUR) == "2026-11-20 13:30"


def test_business_time_does_not_run_backward() -> None:
    with pytest.raises(ValueError, match="forward"):
        PRAGUE.after(datetime(2026, 11, 18, tzinfo=UTC), -HOUR)


def test_the_end_of_a_day() -> None:
    def closes(day: date, zone: str | None = None) -> datetime:
        return PRAGUE.closes_on(day, zone)

    assert closes(date(2026, 11, 18)) == datetime(2026, 11, 18, 17, tzinfo=UTC)
    assert closes(date(2026, 11, 18), "America/New_York") == datetime(2026, 11, 18, 23, tzinfo=UTC)
    assert closes(date(2026, 11, 21)) == datetime(2026, 11, 21, 23, tzinfo=UTC)  # Saturday: midnight
    assert closes(date(2026, 11, 17)) == datetime(2026, 11, 17, 23, tzinfo=UTC)  # a holiday


LENGTHS = st.timedeltas(timedelta(), timedelta(days=40))


@given(MOMENTS, LENGTHS, ZONES, st.sampled_from([None, "CZ", "US-NY"]))
def test_business_time_ends_inside_the_hours_or_at_their_end(moment: datetime, length: timedelta, zone: str, country: str | None) -> None:
    hours = BusinessHours.parse("Mon-Thu 09:00-18:00, Fri 09:00-12:00, Fri 13:00-15:30", zone, country)
    end = hours.after(moment, length)
    assert end >= hours.opens_at(moment)
    assert hours.is_open(end) or hours.is_open(end - timedelta(microseconds=1))


@given(MOMENTS, st.timedeltas(timedelta(), timedelta(days=5)), LENGTHS, LENGTHS, ZONES)
def test_who_begins_later_or_takes_longer_ends_no_earlier(
    moment: datetime, later: timedelta, length: timedelta, more: timedelta, zone: str
) -> None:
    hours = BusinessHours.parse("Mon-Thu 09:00-18:00, Fri 09:00-12:00, Fri 13:00-15:30", zone, "CZ")
    assert hours.after(moment, length) <= hours.after(moment + later, length)
    day_by_day = timedelta(days=more.days)
    assert hours.after(moment, length) <= hours.after(moment, length + day_by_day)


@given(MOMENTS, LENGTHS)
def test_hours_that_never_close_are_plain_time(moment: datetime, length: timedelta) -> None:
    assert BusinessHours.parse("Mon-Sun 00:00-24:00", "UTC").after(moment, length) == moment + length
