"""Measuring: what stays known, what is forgotten, and how usage tables may look."""

from datetime import date
from pathlib import Path
from uuid import UUID

import pytest

from bot.database import Database
from tests.conftest import on_postgresql, on_sqlite
from tests.integration.company import ACTIVE, DAY, ONE, Company, account, steady


@pytest.fixture
def company(database: Database, tmp_path: Path, sqlite_source: str) -> Company:
    found = Company(tmp_path, sqlite_source, database, {"enable": []})
    found.make()
    return found


@on_sqlite
async def test_a_silent_account_counts_as_zero_and_keeps_its_last_day(company: Company) -> None:
    company.accounts([account("busy"), account("quiet"), account("never")])
    company.use(steady("busy", [10] * 70) + steady("quiet", [10] * 60, until=DAY - 10 * ONE))
    await company.sweep()
    quiet = (await company.signals())["quiet"]
    assert quiet["active_users.last_day"] == DAY - 11 * ONE
    assert quiet["active_users.days_silent"] == 10
    later = DAY + 90 * ONE
    company.use(steady("busy", [10] * 90, until=later))
    await company.sweep(later)
    signals = await company.signals(later)
    assert signals["quiet"]["active_users.recent"] == 0
    assert signals["quiet"]["active_users.baseline"] == 0
    assert signals["quiet"]["active_users.ratio"] is None
    assert signals["quiet"]["active_users.last_day"] == DAY - 11 * ONE
    assert signals["quiet"]["active_users.days_silent"] == 100
    assert signals["never"]["active_users.days_silent"] == 70
    assert signals["never"]["active_users.last_day"] is None
    assert signals["busy"]["active_users.ratio"] == 1


@on_sqlite
async def test_rows_from_before_the_start_do_not_count_even_for_the_silent(company: Company) -> None:
    started = DAY - 14 * ONE - 30 * ONE
    company.accounts([account("young", started_on=str(started)), account("fresh", started_on=str(DAY - 20 * ONE))])
    company.use(steady("young", [100] * 20, until=started) + steady("fresh", [9] * 70))
    await company.sweep()
    signals = await company.signals()
    assert signals["young"]["active_users.baseline"] == 0
    assert signals["fresh"]["active_users.baseline"] is None
    assert signals["fresh"]["active_users.recent"] == 9


@on_sqlite
async def test_a_pass_as_of_an_earlier_day_sees_nothing_of_a_later_one(company: Company) -> None:
    company.accounts([account("a"), account("b")])
    company.use(steady("a", [10] * 150, until=DAY + 60 * ONE) + steady("b", [10] * 70, until=DAY + 60 * ONE))
    await company.sweep()
    first = await company.signals()
    await company.sweep(DAY + 60 * ONE)
    assert (await company.signals(DAY + 60 * ONE))["b"]["active_users.ratio"] == 1
    await company.sweep()
    assert await company.signals() == first


@on_sqlite
async def test_an_earlier_pass_whose_source_fails_leaves_the_last_good_signals(company: Company) -> None:
    company.accounts([account("a")])
    company.use(steady("a", [10] * 70))
    await company.sweep()
    before = await company.signals()
    company.sql("ALTER TABLE usage RENAME TO hidden")
    report = await company.sweep(DAY - ONE)
    assert len(report.problems) == 1
    assert await company.signals() == before


@on_sqlite
async def test_an_account_that_the_crm_does_not_know_is_no_account(company: Company) -> None:
    company.accounts([account("known")])
    company.use(steady("known", [1] * 70) + steady("stranger", [1] * 70))
    report = await company.sweep()
    assert report.accounts == 1
    assert report.signals == 5
    assert set(await company.signals()) == {"known"}


@on_sqlite
async def test_an_empty_usage_table_leaves_everything_unknown_but_the_silence(company: Company) -> None:
    company.accounts([account("a")])
    report = await company.sweep()
    assert report.problems == []
    found = (await company.signals())["a"]
    assert (found["active_users.ratio"], found["active_users.recent"], found["active_users.last_day"]) == (None, 0, None)


@pytest.mark.parametrize(("kind", "ids"), [("INTEGER", ["7", "8"]), ("TEXT", ["7", "8"])])
async def test_ids_may_be_numbers_in_the_usage_table_beside_words_in_the_crm(
    database: Database, tmp_path: Path, source_url: str, kind: str, ids: list[str]
) -> None:
    company = Company(tmp_path, source_url, database, {"enable": []})
    company.make(usage=f"account_id {kind}, day TEXT, n INTEGER")
    started = str(DAY - 50 * ONE)
    company.accounts([account(i, started_on=started) for i in [*ids, "not-a-number"]])
    rows = [(int(i) if kind == "INTEGER" else i, day, n) for i in ids for _, day, n in steady(i, [4] * 70)]
    company.use([*rows, (None, "2026-03-30", 5), (rows[0][0], None, 5), (rows[0][0], "2026-03-30", None)])
    report = await company.sweep()
    assert report.problems == []
    signals = await company.signals()
    assert [signals[i]["active_users.ratio"] for i in ids] == [1, 1]
    assert signals["not-a-number"]["active_users.recent"] == 0


async def test_ids_may_be_uuids_on_postgresql(database: Database, tmp_path: Path, postgres_source: str) -> None:
    company = Company(tmp_path, postgres_source, database)
    company.make(
        crm="id UUID, name TEXT, owner_email TEXT, arr NUMERIC, seats INTEGER, stage TEXT, "
        "started_on DATE, renewal_on DATE, churned_on DATE",
        usage="account_id UUID, day DATE, n NUMERIC",
    )
    one, two = "0b0e8a52-97ff-4e0b-8e9b-0c6b7bd7a001", "0b0e8a52-97ff-4e0b-8e9b-0c6b7bd7a002"
    company.accounts([account(i, name=i, started_on=DAY - 50 * ONE) for i in (one, two)])
    rows = [(UUID(i), date.fromisoformat(day), n) for i, after in ((one, 4), (two, 1)) for _, day, n in steady(i, [4] * 56 + [after] * 14)]
    company.use(rows)
    report = await company.sweep(enable=["usage-drop"])
    assert report.problems == []
    assert [(await company.signals())[i]["active_users.ratio"] for i in (one, two)] == [1, 0.25]
    company.use([(UUID(one), DAY, 1), (UUID(two), DAY, 1)])
    playbook = {"when": "active_users.ratio < 0.6"}
    company.playbook("dropped", **playbook)
    assert (await company.sweep()).opened == 1
    (reason,) = await company.reasons()
    assert reason.trend[-1] == 1
    assert len(reason.trend) == 13


@on_postgresql
async def test_a_table_may_stand_in_a_schema(database: Database, tmp_path: Path, postgres_source: str) -> None:
    company = Company(tmp_path, postgres_source, database, {"enable": []})
    company.make()
    company.accounts([account("a")])
    company.sql("CREATE SCHEMA analytics", "CREATE TABLE analytics.daily (account_id TEXT, day DATE, n INTEGER)")
    company.sql("INSERT INTO analytics.daily VALUES ('a', '2026-03-30', 28)")
    usage = {"url": company.url, "metrics": {"active_users": ACTIVE | {"from": "analytics.daily"}}}
    assert (await company.sweep(usage=usage)).problems == []
    assert (await company.signals(usage=usage))["a"]["active_users.recent"] == 2


async def test_where_narrows_the_rows_whatever_signs_it_holds(database: Database, tmp_path: Path, source_url: str) -> None:
    company = Company(tmp_path, source_url, database, {"enable": []})
    company.make(usage="account_id TEXT, day TEXT, n INTEGER, kind TEXT")
    company.accounts([account("a")])
    company.sql(
        "INSERT INTO usage VALUES ('a', '2026-03-30', 28, ':login'), ('a', '2026-03-30', 99, 'bot'), ('a', '2026-03-29', 14, '100%')"
    )
    metrics = {
        "active_users": ACTIVE | {"where": "kind = ':login' OR kind LIKE '100%'"},
        "doubled": ACTIVE | {"value": "n * 2", "where": "kind <> 'bot'", "aggregate": "sum"},
    }
    usage = {"url": company.url, "metrics": metrics}
    report = await company.sweep(usage=usage)
    assert report.problems == []
    found = (await company.signals(usage=usage))["a"]
    assert (found["active_users.recent"], found["doubled.recent"]) == (3, 84)


@on_sqlite
async def test_a_metric_that_was_added_later_is_unknown_until_it_is_measured(company: Company) -> None:
    company.accounts([account("a")])
    company.use(steady("a", [2] * 70))
    await company.sweep()
    usage = {"url": company.url, "metrics": {"active_users": ACTIVE, "peak": ACTIVE | {"aggregate": "max"}}}
    assert (await company.signals(usage=usage))["a"]["peak.recent"] is None
    await company.sweep(usage=usage)
    assert (await company.signals(usage=usage))["a"]["peak.recent"] == 2


@on_sqlite
async def test_the_newest_day_is_that_of_the_export_even_if_all_are_silent(company: Company) -> None:
    company.accounts([account("a")])
    company.use(steady("a", [5] * 30 + [0] * 40))
    (crm, usage) = (await company.sweep()).sources
    assert crm["problem"] is None
    assert usage == {"name": "usage.active_users", "rows": 1, "newest_day": "2026-03-30", "problem": None}


async def test_a_second_pass_as_of_the_same_moment_sees_what_changed_meanwhile(company: Company) -> None:
    company.accounts([account("a"), account("b")])
    company.use(steady("a", [10] * 70) + steady("b", [10] * 70))
    await company.sweep()
    company.sql("DELETE FROM usage WHERE account_id = 'a'", "DELETE FROM crm WHERE id = 'b'")
    report = await company.sweep()
    found = (await company.signals())["a"]
    assert (found["active_users.recent"], found["active_users.last_day"]) == (0, DAY - ONE)
    assert (report.accounts, report.sources[0]["vanished"]) == (1, 1)
