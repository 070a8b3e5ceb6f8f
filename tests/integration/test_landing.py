"""Usage in a database of our own kind: its answer lands in ours, and is what it would be if it were read row by row."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from bot.accounts.measure import COLUMNS, LAST_DAY, READINGS
from bot.connectors.ports import UsageRow, Windows
from bot.connectors.usage.sql import SqlUsage
from bot.database import Database
from bot.landing import UNIT, Landing, Place, landing
from bot.sources import usage_of
from models import Reading
from tests.conftest import on_postgresql
from tests.integration.company import ACTIVE, DAY, ONE, Company, account, steady


@pytest.fixture
def company(database: Database, tmp_path: Path, same_source: str) -> Company:
    found = Company(tmp_path, same_source, database, {"enable": []})
    found.make(usage="account_id TEXT, day TEXT, n REAL" if database.is_sqlite else "account_id TEXT, day DATE, n DOUBLE PRECISION")
    return found


@pytest.fixture
def no_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> Iterator[list[UsageRow]]:
        raise AssertionError("rows were read")

    monkeypatch.setattr(SqlUsage, "measure", refuse)


@pytest.fixture
def no_landing(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: SqlUsage, metric: str, windows: Windows, landing: Landing) -> bool:
        return False

    monkeypatch.setattr(SqlUsage, "land", refuse)


async def readings(company: Company) -> dict[str, tuple[float, float, Any]]:
    return {row.account_id: (row.recent, row.baseline, row.last_day) for row in await company.rows(Reading)}


@pytest.mark.usefixtures("no_reading")
async def test_no_row_is_read_and_what_stood_is_overwritten(company: Company) -> None:
    company.accounts([account("new"), account("old"), account("quiet")])
    company.use(steady("old", [10] * 70) + steady("quiet", [10] * 60, until=DAY - 10 * ONE))
    assert (await company.sweep()).problems == []
    later = DAY + 100 * ONE
    company.use(steady("old", [7] * 70, until=later) + steady("new", [3] * 70, until=later))
    report = await company.sweep(later)
    assert (report.problems, report.sources[-1]["rows"], report.sources[-1]["newest_day"]) == ([], 2, str(later - ONE))
    signals = await company.signals(later)
    assert [signals[name]["active_users.recent"] for name in ("new", "old", "quiet")] == [3, 7, 0]
    assert signals["quiet"]["active_users.last_day"] == DAY - 11 * ONE


async def test_what_lands_is_what_would_be_read(company: Company, request: pytest.FixtureRequest) -> None:
    """Sums that leave next to nothing, zeros, NULLs, rows without an account."""
    company.accounts([account("a"), account("b"), account("c")])
    company.use(
        [("a", str(DAY - day * ONE), 0.1) for day in range(1, 15)]
        + [("b", str(DAY - day * ONE), None if day % 2 else 0) for day in range(1, 71)]
        + [("c", str(DAY - day * ONE), 0.1 * day) for day in range(1, 71)]
        + [(None, str(DAY - ONE), 5.0)]
    )
    usage = {"url": company.url, "metrics": {name: ACTIVE | {"aggregate": name} for name in ("avg", "sum", "max", "distinct")}}
    await company.sweep(usage=usage)
    landed = {(row.metric, row.account_id): (row.recent, row.baseline, row.last_day) for row in await company.rows(Reading)}
    request.getfixturevalue("no_landing")
    await company.sweep(DAY, usage=usage)
    assert {(row.metric, row.account_id): (row.recent, row.baseline, row.last_day) for row in await company.rows(Reading)} == landed
    assert landed["sum", "a"][1] == 0
    assert len(landed) == 12


@pytest.mark.usefixtures("no_reading")
async def test_a_table_of_theirs_may_be_called_as_one_of_ours(company: Company) -> None:
    company.sql("ALTER TABLE usage RENAME TO readings")
    company.accounts([account("a")])
    company.sql(f"INSERT INTO readings (account_id, day, n) VALUES ('a', '{DAY - ONE}', 28)")
    await company.sweep(usage={"url": company.url, "metrics": {"active_users": ACTIVE | {"from": "readings"}}})
    assert (await readings(company))["a"][0] == 28


async def test_a_name_that_only_their_own_connection_knows_is_read(database: Database, tmp_path: Path, sqlite_source: str) -> None:
    company = Company(tmp_path, sqlite_source, database, {"enable": []})
    company.make()
    company.accounts([account("a")])
    company.use([("a", str(DAY - ONE), 28)])
    report = await company.sweep(usage={"url": company.url, "metrics": {"active_users": ACTIVE | {"from": "main.usage"}}})
    assert report.problems == []
    assert (await readings(company))["a"][0] == 28


@pytest.mark.usefixtures("no_reading")
async def test_more_than_one_unit_lands_whole(company: Company) -> None:
    count = 2 * UNIT + 7
    company.use((f"a{number:05}", str(DAY - ONE), float(number)) for number in range(count))
    assert (await company.sweep()).problems == []
    found = await readings(company)
    assert {name: recent for name, (recent, _, _) in found.items()} == {f"a{number:05}": float(number) for number in range(count)}


async def test_a_statement_that_fails_leaves_nothing_behind(company: Company) -> None:
    """More often than there are connections: each serves somebody else next."""
    company.use([("a", str(DAY - ONE), 1.0)])
    bad = {"url": company.url, "metrics": {"active_users": ACTIVE | {"value": "no_such_column"}}}
    for _ in range(9):
        (problem,) = (await company.sweep(usage=bad)).problems
        assert problem.startswith("usage.active_users: ")
        assert "no_such_column" in problem
    assert await readings(company) == {}
    assert (await company.sweep()).problems == []
    assert len(await readings(company)) == 1


async def test_whoever_wrote_the_same_rows_meanwhile_is_overwritten(company: Company, database: Database) -> None:
    """On PostgreSQL nobody waits for whoever lands: that a row came in between is seen by its key."""
    company.use([("a", str(DAY - ONE), 28.0)])
    usage = usage_of(company.load())
    assert usage
    same = {"metric": "active_users", "measured_at": datetime(2026, 3, 31, tzinfo=UTC)}
    with landing(database, Place(READINGS, COLUMNS, same, LAST_DAY)) as landed:
        assert usage.land("active_users", usage.metrics["active_users"].windows(DAY), landed)
        (unit,) = landed.units()
        with database.writer.begin() as other:
            other.execute(insert(Reading).values(**same, account_id="a", recent=1, baseline=1))
            taking = asyncio.ensure_future(asyncio.to_thread(landed.take, unit))
            await asyncio.sleep(0.1)
        await taking
    assert (await readings(company))["a"][0] == 28


@on_postgresql
async def test_a_large_first_load_is_counted_for_the_planner(company: Company, database: Database) -> None:
    def counted(session: Session) -> dict[str, float]:
        known = session.execute(text("SELECT relname, reltuples FROM pg_class WHERE relname IN ('accounts', 'readings')"))
        return {row.relname: row.reltuples for row in known}

    with database.writer.begin() as connection:
        connection.execute(text("TRUNCATE accounts, readings CASCADE"))  # also what was counted
    company.accounts([account(f"a{number}") for number in range(1500)])
    company.use((f"a{number}", str(DAY - ONE), 1.0) for number in range(1500))
    assert await database.read(counted) == {"accounts": -1, "readings": -1}
    await company.sweep()
    assert await database.read(counted) == {"accounts": 1500, "readings": 1500}
