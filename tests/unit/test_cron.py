"""Cron lines: cron's own meaning, in a zone whose clocks change."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.playbooks.triggers.cron import Cron

PRAGUE = ZoneInfo("Europe/Prague")
YEAR_AGO = datetime(2025, 3, 1, tzinfo=UTC)


def at(text: str) -> datetime:
    """A wall time in Prague; the first of two equal ones."""
    return datetime.fromisoformat(text).replace(tzinfo=PRAGUE).astimezone(UTC)


def latest(line: str, until: str | datetime, after: datetime = YEAR_AGO) -> str | None:
    moment = at(until) if isinstance(until, str) else until
    found = Cron.parse(line).latest(PRAGUE, after, moment)
    return f"{found.astimezone(PRAGUE):%Y-%m-%d %H:%M}" if found else None


@pytest.mark.parametrize(
    ("line", "last"),
    [
        ("0 9 * * MON", "2026-03-16 09:00"),
        ("0 9 * * 1", "2026-03-16 09:00"),
        ("0 9 * * 0", "2026-03-15 09:00"),
        ("0 9 * * 7", "2026-03-15 09:00"),
        ("0 9 * * sun", "2026-03-15 09:00"),
        ("0 9 * * 1-5", "2026-03-18 09:00"),
        ("0 9 * * 5-7", "2026-03-15 09:00"),
        ("0 9 * * FRI-SUN", "2026-03-15 09:00"),
        ("0 9 * * */2", "2026-03-17 09:00"),
        ("0 9 * * 4-6/2", "2026-03-14 09:00"),
        ("0 9 * * 5,6", "2026-03-14 09:00"),
        ("0 10 * * *", "2026-03-17 10:00"),
        ("*/15 * * * *", "2026-03-18 09:30"),
        ("0 9 1 * *", "2026-03-01 09:00"),
        ("0 9 1 JAN *", "2026-01-01 09:00"),
        ("0 9 1 * FRI", "2026-03-13 09:00"),
        ("0 9 16 * FRI", "2026-03-16 09:00"),
    ],
)
def test_a_line_means_what_it_means_to_cron(line: str, last: str) -> None:
    assert latest(line, "2026-03-18T09:30") == last  # a Wednesday


def test_a_leap_days_line_comes_every_four_years_and_an_impossible_one_is_refused() -> None:
    assert latest("0 9 29 2 *", "2026-03-18T09:30", at("2019-01-01T00:00")) == "2024-02-29 09:00"
    with pytest.raises(ValueError, match="never comes"):
        Cron.parse("0 9 30 2 *")


def test_between_two_passes_only_what_lies_between_counts() -> None:
    nine = at("2026-03-18T09:00")
    assert latest("0 9 * * *", nine, nine - timedelta(hours=1)) == "2026-03-18 09:00"
    assert latest("0 9 * * *", nine + timedelta(hours=1), nine) is None
    assert latest("0 9 * * *", nine, nine + timedelta(hours=1)) is None


def test_when_the_clocks_go_forward_a_skipped_time_comes_as_much_later_and_others_stay() -> None:
    assert latest("30 2 * * *", "2026-03-29T03:29") == "2026-03-28 02:30"
    assert latest("30 2 * * *", "2026-03-29T03:30") == "2026-03-29 03:30"
    assert latest("0 9 * * *", "2026-03-29T12:00") == "2026-03-29 09:00"
    assert Cron.parse("0 9 * * *").latest(PRAGUE, YEAR_AGO, at("2026-03-29T12:00")) == datetime(2026, 3, 29, 7, tzinfo=UTC)


def test_when_the_clocks_go_back_a_repeated_time_comes_once() -> None:
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # 02:30, and again an hour later
    found = [
        Cron.parse("30 2 * * *").latest(PRAGUE, first - timedelta(hours=2), first + timedelta(minutes=m)) for m in (-1, 0, 45, 60, 120)
    ]
    assert found == [None, first, first, first, first]
    assert Cron.parse("30 2 * * *").latest(PRAGUE, first, first + timedelta(hours=3)) is None
    assert Cron.parse("0 9 * * *").latest(PRAGUE, first, first + timedelta(hours=9)) == datetime(2026, 10, 25, 8, tzinfo=UTC)


def test_a_daily_line_comes_once_on_every_day_of_a_year() -> None:
    cron, moment, found = Cron.parse("30 2 * * *"), at("2026-01-01T00:00"), []
    while moment < at("2027-01-01T00:00"):
        following = moment + timedelta(hours=1)
        if one := cron.latest(PRAGUE, moment, following):
            found.append(one.astimezone(PRAGUE).date())
        moment = following
    assert len(found) == len(set(found)) == 365


@pytest.mark.parametrize(
    "line",
    [
        "0 9 * *",
        "0 24 * * *",
        "60 9 * * *",
        "0 9 * * 8",
        "0 9 * * 5-2",
        "0 9 * * MO",
        "0 9 * * 1/0",
        "0 9 * * 1/x",
        "0 9 32 * *",
        "@daily",
        "",
        "0 9 * 13 *",
        "0 9 * FOO *",
        "x 9 * * *",
        "0 9 * * ٣",
    ],
)
def test_other_lines_are_refused(line: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Cron.parse(line)
