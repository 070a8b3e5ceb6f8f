"""The CRM and usage sources fail alone, in one sentence, and in time."""

import socket
import sqlite3
import time
from pathlib import Path
from urllib.parse import quote

import pytest
from sqlalchemy import text

from bot import clock
from bot.connectors.crm.sql import SqlCrm
from bot.connectors.engine import Warehouse
from bot.database import Database
from bot.errors import SourceFailed
from bot.settings import LiveSettings
from bot.sources import crm_of, usage_of
from jobs.sweep import Sweep
from models import Breaker, OutboxMessage, Source
from tests.conftest import on_sqlite
from tests.integration.company import ACTIVE, DAY, ONE, Company, account, drop, fill, sql

SLOW = {
    "sqlite": "SELECT 'a' AS id, 'A' AS name FROM (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n)",
    "postgresql": "SELECT 'a' AS id, 'A' AS name FROM pg_sleep(30)",
}


@pytest.fixture
def company(database: Database, tmp_path: Path, same_source: str) -> Company:
    found = Company(tmp_path, same_source, database)
    found.make()
    found.accounts([account("a"), account("b")])
    found.use(drop("a") + drop("b", after=40))
    return found


def closed_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@on_sqlite
async def test_usage_that_fails_leaves_the_rest_running_and_its_last_good_signals(company: Company) -> None:
    assert (await company.sweep()).opened == 1
    before = await company.signals()
    nowhere = f"postgresql://nobody@127.0.0.1:{closed_port()}/x"
    broken = {
        "nowhere": ({"url": nowhere}, "refused"),
        "wrong column": ({"metrics": {"active_users": ACTIVE | {"value": "m"}}}, "m"),
        "wrong table": ({"metrics": {"active_users": ACTIVE | {"from": "usages"}}}, "usages"),
        "wrong where": ({"metrics": {"active_users": ACTIVE | {"where": "n >"}}}, "syntax"),
        "missing file": ({"url": "sqlite:////nowhere/usage.db"}, "unable to open"),
    }
    company.accounts([account("new", arr=7.0)])
    for name, (change, said) in broken.items():
        report = await company.sweep("2026-03-31T15:00", usage=company.settings["usage"] | change)
        (problem,) = report.problems
        assert problem.startswith("usage.active_users: "), name
        assert said in problem, name
        assert "\n" not in problem
        assert (report.accounts, report.opened, report.signals) == (3, 0, 0), name
    after = await company.signals()
    assert {i: dict(after[i]) for i in "ab"} == {i: dict(before[i]) for i in "ab"}
    source = {row.name: row for row in await company.rows(Source)}["usage.active_users"]
    assert source.problem is not None
    assert source.read_at is not None
    assert source.tried_at > source.read_at


@on_sqlite
async def test_old_usage_holds_its_alerts_until_it_is_fresh_again_and_the_admins_are_told_once(company: Company) -> None:
    company.sql("ALTER TABLE usage RENAME TO elsewhere")
    company.accounts([account("c")])
    fill(company.url, "elsewhere", "account_id, day, n", drop("c"))
    broken = company.settings["usage"] | {"metrics": {"active_users": ACTIVE | {"from": "usage"}}}
    good = company.settings["usage"] | {"metrics": {"active_users": ACTIVE | {"from": "elsewhere"}}}
    await company.sweep(usage=good, enable=[])
    for later in (1, 2):
        report = await company.sweep(DAY + later * ONE, usage=broken)
        assert (report.opened, report.suppressed.get("stale", 0)) == ((2, 0) if later == 1 else (0, 0))
    company.sql("INSERT INTO crm (id, name, owner_email, stage) VALUES ('d', 'D', NULL, 'growth')")
    await company.sweep(DAY, usage=good, enable=[])
    fill(company.url, "elsewhere", "account_id, day, n", drop("d"))
    await company.sweep(DAY, usage=good, enable=[])
    for later in (3, 4):
        report = await company.sweep(DAY + later * ONE, usage=broken)
        assert (report.opened, report.suppressed["stale"]) == (0, 1), later
    (breaker,) = [b for b in await company.rows(Breaker) if b.kind == "stale"]
    assert (breaker.subject, breaker.closed_at) == ("usage.active_users", None)
    notices = [m for m in await company.rows(OutboxMessage) if m.subject.startswith("breaker")]
    assert [notice.channel for notice in notices] == ["#cs-admins"]
    fill(company.url, "elsewhere", "account_id, day, n", [("d", str(DAY + at * ONE), 10) for at in range(4)])
    report = await company.sweep(DAY + 4 * ONE, usage=good)
    assert (report.opened, report.suppressed.get("stale")) == (1, None)
    assert (await company.rows(Breaker))[0].closed_at is not None


@on_sqlite
async def test_a_crm_that_fails_leaves_accounts_as_they_were_and_usage_running(company: Company) -> None:
    await company.sweep(enable=[])
    nowhere = f"postgresql://nobody@127.0.0.1:{closed_port()}/x"
    for query, url, said in [
        ("SELECT * FROM crm", nowhere, "refused"),
        ("SELECT * FROM accounts", company.url, "accounts"),
        ("SELECT id, nam FROM crm", company.url, "nam"),
        ("SELECT id, name AS title FROM crm", company.url, "gives no column 'name'; it gives id, title"),
        ("DELETE FROM crm", company.url, ""),
    ]:
        report = await company.sweep(DAY, crm={"url": url, "accounts": query})
        (problem,) = report.problems
        assert problem.startswith("crm.accounts: ")
        assert said in problem
        assert report.accounts == 2
        assert report.signals == 10
    assert await company.open() == {"a"}
    assert (await company.sweep()).problems == []


async def test_a_source_that_takes_too_long_is_given_up(company: Company) -> None:
    kind = company.url.split(":")[0].split("+")[0]
    endless = "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n)"
    slow = "pg_sleep(30)::text" if kind == "postgresql" else endless
    usage = {"url": company.url, "timeout": "1s", "metrics": {"active_users": ACTIVE | {"where": f"{slow} IS NOT NULL"}}}
    settings = company.load(crm={"url": company.url, "timeout": "1s", "accounts": SLOW[kind]}, usage=usage)
    patience = 0.2 if kind == "sqlite" else None  # SQLite computes until then, PostgreSQL sleeps
    now = clock.as_of(DAY.isoformat(), settings.zone)
    live = LiveSettings(settings, company.database)
    began = time.monotonic()
    report = await Sweep(live, company.database, crm_of(settings, patience), usage_of(settings, patience), now).run()
    assert time.monotonic() - began < 20  # not 30
    said = f"no answer within {patience or 1:g} s"
    assert report.problems == [f"crm.accounts: {said}", f"usage.active_users: {said}"]


def test_a_host_that_takes_the_call_and_says_nothing_is_given_up_too() -> None:
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        crm = SqlCrm(Warehouse(f"postgresql://x@127.0.0.1:{mute.getsockname()[1]}/x", 1), {"accounts": "SELECT 1"})
        began = time.monotonic()
        with pytest.raises(SourceFailed):
            next(crm.read("accounts"))
        assert time.monotonic() - began < 20


@pytest.mark.parametrize("name", ["crm & co.db", "a?b#c.db", "100% ours.db"])
def test_a_file_may_have_any_name_and_is_never_made_or_written(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    url = f"sqlite:///{quote(str(file))}"
    crm = SqlCrm(Warehouse(url, 5), {"accounts": "SELECT 1 AS id"})
    with pytest.raises(SourceFailed):
        next(crm.read("accounts"))
    assert not file.exists()
    sqlite3_file(file)
    crm = SqlCrm(Warehouse(url, 5), {"accounts": "SELECT id, ':x' AS t FROM crm WHERE t2 LIKE '%'"})
    assert next(crm.read("accounts")).rows == [(1, ":x")]
    with pytest.raises(SourceFailed):
        next(SqlCrm(Warehouse(url, 5), {"accounts": "DELETE FROM crm RETURNING id"}).read("accounts"))


def sqlite3_file(file: Path) -> None:
    connection = sqlite3.connect(file)
    connection.executescript("CREATE TABLE crm (id, t2); INSERT INTO crm VALUES (1, 'x')")
    connection.close()


def test_a_query_may_hold_casts_percent_signs_and_colons(postgres_source: str) -> None:
    sql(postgres_source, "CREATE TABLE crm (id INTEGER, name TEXT, day DATE)")
    fill(postgres_source, "crm", "id, name, day", [(1, "100% ok", DAY), (2, "no", DAY)])
    query = "SELECT id::text, Name, to_char(day, 'YYYY:MM') AS \"Month\" FROM crm WHERE name LIKE '100%%' OR name LIKE '%:x';"
    (page,) = SqlCrm(Warehouse(postgres_source, 5), {"accounts": query}).read("accounts")
    assert (page.columns, page.rows) == (("id", "name", "month"), [("1", "100% ok", "2026:03")])


def test_a_time_limit_that_falls_between_two_statements_stops_the_next_one(sqlite_source: str) -> None:
    sqlite3_file(Path(sqlite_source.removeprefix("sqlite:///")))
    warehouse = Warehouse(sqlite_source, 0.1)

    def wait_then_ask() -> None:
        with warehouse.connect() as connection:
            time.sleep(0.5)
            list(warehouse.pages(connection, text(SLOW["sqlite"])))

    with pytest.raises(SourceFailed, match="no answer within"):
        wait_then_ask()
