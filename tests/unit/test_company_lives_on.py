"""The sample company after its first day: what a demo's clock walks through."""

import sqlite3
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.sandbox.company import build_company, live_on

TODAY = date(2026, 11, 22)
FILES = ("crm.db", "usage.db")


def after(days: int) -> date:
    return TODAY + timedelta(days=days)


def rows(folder: Path, file: str, statement: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(folder / file)) as database:
        return database.execute(statement).fetchall()


def account(folder: Path, id_: str, columns: str) -> tuple[Any, ...] | None:
    found = rows(folder, "crm.db", f"SELECT {columns} FROM accounts WHERE id = '{id_}'")
    return found[0] if found else None


def users(folder: Path, id_: str, first: int, last: int) -> list[int]:
    days = f"day BETWEEN '{after(first)}' AND '{after(last)}'"
    return [
        row[0]
        for row in rows(folder, "usage.db", f"SELECT active_users FROM product_usage WHERE account_id = '{id_}' AND {days} ORDER BY day")
    ]


def dump(folder: Path) -> list[list[str]]:
    found = []
    for file in FILES:
        with closing(sqlite3.connect(folder / file)) as database:
            found.append(sorted(database.iterdump()))
    return found


@pytest.fixture
def company(tmp_path: Path) -> Path:
    build_company(tmp_path, TODAY)
    return tmp_path


def test_one_long_jump_equals_many_days(company: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    build_company(other, TODAY)
    live_on(company, TODAY, TODAY, after(18))
    for day in range(18):
        live_on(other, TODAY, after(day), after(day + 1))
    assert dump(company) == dump(other)


def test_the_past_stays_as_it_was_and_a_second_time_changes_nothing(company: Path) -> None:
    before = rows(company, "usage.db", "SELECT * FROM product_usage")
    live_on(company, TODAY, TODAY, after(7))
    once = dump(company)
    live_on(company, TODAY, TODAY, after(7))
    assert dump(company) == once
    assert rows(company, "usage.db", f"SELECT * FROM product_usage WHERE day < '{TODAY}'") == before
    assert rows(company, "usage.db", "SELECT max(day) FROM product_usage") == [(after(6).isoformat(),)]


def test_customers_sign_on_their_day_with_their_contacts(company: Path) -> None:
    assert account(company, "a-1011", "id") is None
    live_on(company, TODAY, TODAY, after(1))
    assert account(company, "a-1011", "id") is None
    live_on(company, TODAY, after(1), after(2))
    assert account(company, "a-1011", "stage, started_on, first_value_on") == ("activation", after(2).isoformat(), None)
    assert rows(company, "crm.db", "SELECT role FROM contacts WHERE account_id = 'a-1011'")[0] == ("admin",)
    live_on(company, TODAY, after(2), after(10))
    assert account(company, "a-1011", "first_value_on") == (after(9).isoformat(),)


def test_a_trial_is_bought_and_another_runs_out(company: Path) -> None:
    assert account(company, "a-1210", "stage, trial_ends_on") == ("trial", after(9).isoformat())
    live_on(company, TODAY, TODAY, after(30))
    stage, arr, plan, renewal = account(company, "a-1210", "stage, arr, plan, renewal_on") or ()
    assert (stage, plan, renewal > after(300).isoformat()) == ("activation", "team", True)
    assert arr > 0
    assert account(company, "a-1406", "stage, churned_on, first_value_on") == ("churned", after(16).isoformat(), None)
    assert users(company, "a-1406", 16, 30) == []


def test_some_find_no_value_and_a_slide_goes_on(company: Path) -> None:
    live_on(company, TODAY, TODAY, after(30))
    assert account(company, "a-1211", "stage, first_value_on") == ("activation", None)
    assert sum(users(company, "a-1001", 15, 28)) < 0.9 * sum(users(company, "a-1001", -14, -1))
    assert sum(users(company, "a-1202", 15, 28)) > 1.5 * sum(users(company, "a-1202", -14, -1)), "this one recovers"


def test_what_the_story_leaves_alone_keeps_ones_own_changes(company: Path) -> None:
    with closing(sqlite3.connect(company / "crm.db")) as crm, crm:
        crm.execute("UPDATE accounts SET stage = 'churned' WHERE id = 'a-1005'")
    live_on(company, TODAY, TODAY, after(7))
    assert account(company, "a-1005", "stage") == ("churned",)


def test_there_is_something_for_every_scenario_in_the_first_weeks(company: Path) -> None:
    def count(condition: str) -> int:
        return int(rows(company, "crm.db", f"SELECT count(*) FROM accounts WHERE {condition}")[0][0])

    assert count(f"stage = 'activation' AND started_on > '{after(-14)}'") >= 3, "onboarding"
    assert count(f"trial_ends_on BETWEEN '{TODAY}' AND '{after(28)}'") >= 2, "trial ending"
    coming = [after(day).isoformat()[5:] for day in range(28)]
    assert count(f"substr(started_on, 6) IN {tuple(coming)} AND stage <> 'churned'") >= 3, "anniversaries"
    languages = {locale[:2] for (locale,) in rows(company, "crm.db", "SELECT DISTINCT locale FROM contacts")}
    assert {"en", "cs", "ru"} <= languages
    assert count("first_value_on IS NULL") >= 3
    assert count(f"first_value_on > '{TODAY}'") == 0
