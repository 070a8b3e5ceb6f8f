"""When whose digest is due, and how the week is counted."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.duty.digests_times import before, morning_now, morning_of, week_until, zone_named
from bot.duty.digests_week import figures
from bot.messages import catalog as m
from bot.settings import Settings, load_settings
from models import Account, Alert

PRAGUE, LONDON, AUCKLAND = ZoneInfo("Europe/Prague"), ZoneInfo("Europe/London"), ZoneInfo("Pacific/Auckland")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load(tmp_path)


def load(folder: Path, hours: str = "Mon-Fri 09:00-18:00", **digest: Any) -> Settings:
    crm = {"kind": "sql", "url": "sqlite:///crm.db", "accounts": "SELECT 1"}
    workspace = {"timezone": "Europe/Prague", "business_hours": hours, "holidays": "CZ"}
    document = {"workspace": workspace, "channels": {"alerts": "#a", "managers": "#m"}, "crm": crm, "digest": digest}
    (folder / "staysail.yml").write_text(json.dumps(document))
    return load_settings(folder / "staysail.yml", {})


def at(text: str, zone: ZoneInfo = PRAGUE) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


@pytest.mark.parametrize(
    ("moment", "due"),
    [
        ("2026-11-18 08:29", False),
        ("2026-11-18 08:30", True),
        ("2026-11-18 17:59", True),  # a process that was down comes later the same day
        ("2026-11-18 18:00", False),
        ("2026-11-21 08:30", False),  # Saturday
        ("2026-11-17 08:30", False),  # a holiday
    ],
)
def test_a_digest_is_due_from_its_time_to_the_end_of_the_business_day(settings: Settings, moment: str, due: bool) -> None:
    assert (morning_now(at(moment), PRAGUE, settings) is not None) == due


def test_each_zone_has_its_own_morning(settings: Settings) -> None:
    moment = at("2026-11-18 08:30")
    assert morning_now(moment, LONDON, settings) is None
    assert morning_now(moment + timedelta(hours=1), LONDON, settings) is not None
    late = at("2026-11-19 08:30", AUCKLAND)  # still Wednesday evening in Europe
    found = morning_now(late, AUCKLAND, settings)
    assert found is not None
    assert (str(found.day), found.at) == ("2026-11-19", late)


@pytest.mark.parametrize(("day", "utc"), [("2026-03-27", 7), ("2026-03-30", 6), ("2026-10-23", 6), ("2026-10-26", 7)])
def test_half_past_eight_stays_half_past_eight_when_the_clocks_change(settings: Settings, day: str, utc: int) -> None:
    found = morning_of(datetime.fromisoformat(day).date(), PRAGUE, settings)
    assert found is not None
    assert (found.at.hour, found.at.minute) == (utc, 30)
    assert found.until - found.at == timedelta(hours=9, minutes=30)


def test_a_digest_after_the_last_business_hour_may_come_until_midnight(tmp_path: Path) -> None:
    settings = load(tmp_path, at="19:00")
    assert morning_now(at("2026-11-18 18:59"), PRAGUE, settings) is None
    assert morning_now(at("2026-11-18 23:59"), PRAGUE, settings) is not None
    assert morning_now(at("2026-11-19 00:00"), PRAGUE, settings) is None


def test_hours_up_to_midnight(tmp_path: Path) -> None:
    settings = load(tmp_path, hours="Mon-Sun 00:00-24:00")
    assert morning_now(at("2026-11-21 23:59"), PRAGUE, settings) is not None
    assert morning_now(at("2026-11-22 00:00"), PRAGUE, settings) is None


@pytest.mark.parametrize(
    ("day", "since"),
    [("2026-11-19", "2026-11-18 08:30"), ("2026-11-23", "2026-11-20 08:30"), ("2026-11-18", "2026-11-16 08:30")],  # weekend, holiday
)
def test_what_is_news_begins_with_the_business_day_before(settings: Settings, day: str, since: str) -> None:
    assert before(datetime.fromisoformat(day).date(), PRAGUE, settings) == at(since)


@pytest.mark.parametrize("name", [None, "", "Mars/Olympus", "../etc"])
def test_an_unknown_zone_is_the_workspaces(settings: Settings, name: str | None) -> None:
    assert zone_named(name, settings) == PRAGUE


@pytest.mark.parametrize(
    ("moment", "until"),
    [
        ("2026-11-16 08:29", None),
        ("2026-11-16 08:30", "2026-11-16 08:30"),
        ("2026-11-16 17:00", "2026-11-16 08:30"),
        ("2026-11-16 18:00", None),
        ("2026-11-17 09:00", None),  # a holiday
        ("2026-11-18 08:30", "2026-11-16 08:30"),  # late, since no process ran on Monday
        ("2026-11-20 09:00", None),  # too late
    ],
)
def test_the_managers_week_comes_on_its_day_or_soon_after(settings: Settings, moment: str, until: str | None) -> None:
    assert week_until(at(moment), settings) == (at(until) if until else None)


def test_a_week_that_begins_on_a_holiday_comes_the_day_after(settings: Settings) -> None:
    assert week_until(at("2027-03-29 09:00"), settings) is None  # Easter Monday
    assert week_until(at("2027-03-30 09:00"), settings) == at("2027-03-29 08:30")


UNTIL = at("2026-11-16 08:30")


def row(number: int, arr: float | None = 1000, account: str | None = None, **values: Any) -> tuple[Alert, Account]:
    alert = {"id": number, "state": "open", "opened_at": UNTIL - timedelta(days=30)} | values
    return Alert(**alert), Account(id=account or f"a{number}", arr=arr, currency="EUR")


def test_a_week_counts_what_happened_in_it() -> None:
    day, hour = timedelta(days=1), timedelta(hours=1)
    rows = [
        row(1, opened_at=UNTIL - day),
        row(2, opened_at=UNTIL - 2 * day, taken_at=UNTIL - 2 * day + hour, state="taken"),
        row(3, opened_at=UNTIL - 7 * day, taken_at=UNTIL - 7 * day + 3 * hour, closed_at=UNTIL - day, state="resolved", outcome="saved"),
        row(4, account="a3", closed_at=UNTIL - day, state="resolved", outcome="saved"),
        row(5, arr=None, closed_at=UNTIL - day, state="resolved", outcome="improved"),
        row(6, closed_at=UNTIL - day, state="dismissed", outcome="seasonal"),
        row(7, closed_at=UNTIL - day, state="recovered", outcome="not_true"),
        row(8, opened_at=UNTIL, closed_at=UNTIL, state="ended", outcome="churned"),
        row(9, opened_at=UNTIL - 8 * day, taken_at=UNTIL - 8 * day + 5 * hour),
    ]
    this, last = figures(rows, UNTIL), figures(rows, UNTIL - 7 * day)
    assert (this.opened, this.taken, this.closed_total) == (3, 2, 5)
    assert this.closed == (m.Count("saved", 2), m.Count("improved", 1), m.Count("recovered", 1), m.Count("seasonal", 1))
    assert this.saved == (m.Money(1000, "EUR"),), "an account that was saved twice counts once"
    assert this.improved == ()
    assert this.median_to_take == 2 * hour
    assert (last.opened, last.taken, last.closed_total, last.median_to_take) == (1, 1, 0, 5 * hour)
