"""What settings become when they are right."""

from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.clock import as_of, day_of, start_of
from bot.errors import StaysailError
from bot.settings import Environment, config_path, load_settings

LEAST = """\
channels: {alerts: "#cs-alerts"}
crm: {url: "${CRM}", accounts: "SELECT '${PLAN}' AS plan"}
"""
PRAGUE = ZoneInfo("Europe/Prague")


def test_the_least_settings_get_the_defaults_of_the_contract(tmp_path: Path) -> None:
    file = tmp_path / "x.yml"
    file.write_text(LEAST)
    found = load_settings(file, {"CRM": "sqlite:///crm.db", "PLAN": "a: b # c"})
    assert (found.crm.url, found.crm.accounts) == ("sqlite:///crm.db", "SELECT 'a: b # c' AS plan")
    assert (found.limits.cards_a_day, found.limits.posts_per_second) == (5, 1)
    assert (found.zone.key, found.admin_channel, found.enable, found.usage) == ("UTC", "#cs-alerts", ("usage-drop",), None)
    assert (found.freshness.stale_after, found.freshness.mass_drop) == (timedelta(days=2), 0.30)
    assert found.environment == Environment()
    assert found.environment.database_url == "sqlite:///staysail.db"


def test_a_metric_has_the_windows_of_the_contract_unless_told_otherwise(tmp_path: Path) -> None:
    file = tmp_path / "x.yml"
    metric = "{from: t, account: a, day: d, value: v"
    file.write_text(LEAST + f"usage: {{url: 'sqlite:///u.db', metrics: {{m: {metric}}}, n: {metric}, baseline: 2w, aggregate: sum}}}}}}\n")
    found = load_settings(file, {"CRM": "sqlite:///crm.db", "PLAN": ""}).metrics
    assert (found["m"].recent_days, found["m"].baseline_days, found["m"].min_baseline_days, found["m"].aggregate) == (14, 56, 28, "avg")
    assert (found["n"].baseline_days, found["n"].min_baseline_days, found["n"].label) == (14, 14, "N")


def test_the_file_is_the_option_or_the_variable_or_the_default() -> None:
    assert config_path(Path("a"), {"STAYSAIL_CONFIG": "b"}) == Path("a")
    assert config_path(None, {"STAYSAIL_CONFIG": "b"}) == Path("b")
    assert config_path(None, {}) == Path("staysail.yml")


def test_slacks_address_ends_with_one_slash_and_empty_variables_are_none() -> None:
    found = Environment.read({"SLACK_API_URL": "http://x/api", "SLACK_BOT_TOKEN": "", "DATABASE_URL": "sqlite:///y.db"})
    assert (found.slack_api_url, found.slack_bot_token, found.database_url) == ("http://x/api/", None, "sqlite:///y.db")


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-28", "2026-03-28T11:00:00+00:00"),
        ("2026-03-29", "2026-03-29T10:00:00+00:00"),
        ("2026-10-25T02:30", "2026-10-25T00:30:00+00:00"),
        ("2026-03-31T15:00:00Z", "2026-03-31T15:00:00+00:00"),
        ("2026-03-31T15:00+05:00", "2026-03-31T10:00:00+00:00"),
    ],
)
def test_as_of_takes_a_day_or_a_moment_in_the_workspaces_zone(text: str, moment: str) -> None:
    assert as_of(text, PRAGUE)().isoformat() == moment


@pytest.mark.parametrize("text", ["tomorrow", "31.3.2026", "2026-02-30", "2026-03-31T25:00"])
def test_as_of_says_what_it_allows(text: str) -> None:
    with pytest.raises(StaysailError, match="2026-03-31"):
        as_of(text, PRAGUE)


def test_a_day_begins_where_the_workspace_is() -> None:
    assert start_of(date(2026, 3, 29), PRAGUE).isoformat() == "2026-03-28T23:00:00+00:00"
    assert day_of(start_of(date(2026, 10, 26), PRAGUE), PRAGUE) == date(2026, 10, 26)
