"""Polling a CRM: bad rows, vanished accounts, extra columns, and large tables."""

import tracemalloc
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from bot.connectors import engine
from bot.database import Database
from models import Account, Contact, Field, Source
from tests.conftest import on_postgresql, on_sqlite
from tests.integration.company import DAY, ONE, Company, account, steady

TYPED = (
    "id INTEGER, name TEXT, owner_email TEXT, arr NUMERIC(12, 2), seats INTEGER, stage TEXT, "
    "started_on DATE, renewal_on TIMESTAMP, churned_on TIMESTAMPTZ"
)


@pytest.fixture
def company(database: Database, tmp_path: Path, sqlite_source: str) -> Company:
    return Company(tmp_path, sqlite_source, database, {"enable": [], "usage": None})


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> int:
    """How many rows of the CRM are read at once: so few that a small table has many pages."""
    monkeypatch.setattr(engine, "PAGE", 100)
    return engine.PAGE


def loose(company: Company, more: str = "") -> None:
    """SQLite keeps whatever it is given in columns without a type."""
    company.make(crm="id, name, owner_email, arr, seats, stage, started_on, renewal_on, churned_on" + more)


def by_id(rows: list[Account]) -> dict[str, Account]:
    return {row.id: row for row in rows}


@on_sqlite
async def test_bad_rows_are_named_and_skipped_and_the_others_go_on(company: Company) -> None:
    loose(company)
    good = [account(f"good-{number}") for number in range(30)]
    bad = [
        account(None, name="No Id"),
        account("", name="Empty Id"),
        account("no-name", name=None),
        account("words", arr="forty thousand"),
        account("date", renewal_on="31.3.2026"),
        account("endless", arr=float("inf")),
        account("never", started_on="2026-02-30"),
    ]
    half = list(account("half"))
    half[4] = 2.5
    company.accounts([*good[:15], *bad, tuple(half), *good[15:], good[3]])
    report = await company.sweep()
    (source,) = report.sources
    assert report.accounts == 30
    assert source["problem"] is None
    assert source["bad_rows"] == 9
    text = "\n".join(report.bad_rows)
    for said in (
        "row (no id), id: found None",
        "row (no id), id: found ''",
        "row no-name, name: found None, wanted a value",
        "row words, arr: found 'forty thousand', wanted a number",
        "row date, renewal_on: found '31.3.2026', wanted a date such as 2026-03-31",
        "row endless, arr: found inf",
        "row never, started_on: found '2026-02-30'",
        "row half, seats: found 2.5, wanted a whole number",
        "row good-3, id: found 'good-3', wanted an id that comes once",
    ):
        assert said in text
    (kept,) = await company.rows(Source)
    assert (kept.bad_rows, len(kept.bad_examples)) == (9, 9)
    assert {"row": "words", "column": "arr", "value": "'forty thousand'"}.items() <= kept.bad_examples[3].items()


@on_sqlite
async def test_an_id_that_comes_again_pages_later_is_named_too(company: Company, small_pages: int) -> None:
    loose(company)
    company.accounts([*(account(f"a{number}") for number in range(2 * small_pages)), account("a7"), account("a8")])
    report = await company.sweep()
    assert report.accounts == 2 * small_pages
    assert report.sources[0]["bad_rows"] == 2
    assert any("'a7'" in line for line in report.bad_rows)


@on_sqlite
async def test_a_row_that_became_unreadable_is_not_gone_and_keeps_what_was_known(company: Company) -> None:
    loose(company)
    company.accounts([account("a", arr=5.0), account("b")])
    await company.sweep()
    company.sql("UPDATE crm SET arr = 'unknown' WHERE id = 'a'")
    report = await company.sweep(DAY + ONE)
    assert report.accounts == 2
    found = by_id(await company.rows(Account))["a"]
    assert (found.gone_at, found.arr) == (None, 5.0)


@on_sqlite
async def test_a_vanished_account_is_gone_and_may_come_back(company: Company) -> None:
    loose(company)
    company.accounts([account(f"a{number}") for number in range(20)])
    await company.sweep()
    company.sql("UPDATE crm SET id = 'hidden', name = 'Hidden' WHERE id = 'a3'")
    report = await company.sweep(DAY + ONE)
    assert (report.accounts, report.sources[0]["vanished"]) == (20, 1)
    assert by_id(await company.rows(Account))["a3"].gone_at is not None
    company.sql("UPDATE crm SET id = 'a3', name = 'Back' WHERE id = 'hidden'")
    await company.sweep(DAY + 2 * ONE)
    found = by_id(await company.rows(Account))
    assert (found["a3"].gone_at, found["a3"].name) == (None, "Back")
    assert found["hidden"].gone_at is not None


@on_sqlite
async def test_a_broken_export_marks_nobody_gone(database: Database, tmp_path: Path, same_source: str) -> None:
    company = Company(tmp_path, same_source, database, {"enable": [], "usage": None})
    company.make()
    company.accounts([account(f"a{number}") for number in range(30)])
    await company.sweep()
    company.sql("DELETE FROM crm WHERE id <> 'a1'")
    report = await company.sweep(DAY + ONE)
    assert report.accounts == 30
    assert "29 of 30 rows are missing at once" in report.problems[0]
    company.sql("DELETE FROM crm")
    report = await company.sweep(DAY + ONE)
    assert report.accounts == 30
    assert "30 of 30" in report.problems[0]


@pytest.mark.parametrize("pages", [0, 1])
async def test_a_table_without_rows_or_of_just_one_page_is_read_like_any_other(
    database: Database, tmp_path: Path, same_source: str, small_pages: int, pages: int
) -> None:
    count = pages * small_pages
    company = Company(tmp_path, same_source, database, {"enable": [], "usage": None})
    company.make()
    company.accounts([account(f"a{number}") for number in range(count)])
    report = await company.sweep()
    assert (report.accounts, report.problems) == (count, [])


@on_sqlite
async def test_real_types_and_texts_give_the_same_account(
    database: Database, tmp_path: Path, postgres_source: str, sqlite_source: str
) -> None:
    values = (7, "Acme", " Ann@Ours.Example ", 48000.5, 25, "Growth", "2024-01-31", "2026-06-30 00:00:00", "2026-12-01 00:00:00+00:00")
    found = []
    for url, columns in ((postgres_source, TYPED), (sqlite_source, None)):
        company = Company(tmp_path, url, database, {"enable": [], "usage": None})
        company.make(crm=columns)
        company.accounts([values])
        await company.sweep()
        (row,) = await company.rows(Account)
        found.append((row.id, row.owner_email, row.arr, row.seats, row.stage, row.started_on, row.renewal_on, row.churned_on))
    wanted = ("7", "ann@ours.example", 48000.5, 25, "growth", date(2024, 1, 31), date(2026, 6, 30), date(2026, 12, 1))
    assert found == [wanted, wanted]


@on_postgresql
async def test_extra_columns_are_signals_of_their_kind_usable_in_conditions(
    database: Database, tmp_path: Path, postgres_source: str
) -> None:
    company = Company(tmp_path, postgres_source, database, {"enable": [], "usage": None})
    company.make(crm="id TEXT, name TEXT, score NUMERIC, segment TEXT, signed DATE, said TEXT, pilot BOOLEAN, mixed TEXT, tags JSONB")
    company.sql(
        """INSERT INTO crm VALUES ('a', 'A', 7.5, 'enterprise', '2026-01-31', '2026-01-31', true, '5', '["x"]')""",
        "INSERT INTO crm VALUES ('b', 'B', 2, 'smb', '2025-01-31', '2025-01-31', false, 'five', NULL)",
        "INSERT INTO crm (id, name) VALUES ('c', 'C')",
    )
    await company.sweep()
    kinds = {field.name: field.kind for field in await company.rows(Field)}
    assert kinds == {
        "score": "number", "segment": "text", "signed": "date", "said": "date", "pilot": "boolean", "mixed": "text", "tags": "text",
    }  # fmt: skip
    signals = await company.signals()
    assert [signals["a"][name] for name in ("score", "segment", "signed", "pilot", "mixed")] == [
        7.5, "enterprise", date(2026, 1, 31), True, "5",
    ]  # fmt: skip
    assert signals["c"]["score"] is None
    company.playbook("by-extra", when="score > 5 AND segment = 'enterprise' AND signed > '2026-01-01' AND said < '2026-02-01' AND pilot")
    company.playbook("by-other", when="NOT pilot AND score BETWEEN 1 AND 3 AND segment LIKE 's%' AND mixed IN ('five')")
    report = await company.sweep()
    assert report.opened == 2
    assert (await company.open("by-extra"), await company.open("by-other")) == ({"a"}, {"b"})


@on_sqlite
async def test_extra_columns_of_sqlite_have_kinds_too(company: Company) -> None:
    company.sql("CREATE TABLE crm (id, name, score, segment, signed, half)")
    company.sql("INSERT INTO crm VALUES (1, 'A', 7, 'smb', '2026-01-31', 0.5), (2, 'B', 2.5, '', NULL, NULL)")
    await company.sweep()
    assert {f.name: f.kind for f in await company.rows(Field)} == {"score": "number", "segment": "text", "signed": "date", "half": "number"}


@on_sqlite
async def test_a_column_removed_or_changed_later_breaks_no_sweep(company: Company) -> None:
    company.make(crm="id, name, score, segment")
    company.sql("INSERT INTO crm VALUES ('a', 'A', 'high', 'smb'), ('b', 'B', 'low', 'smb'), ('c', 'C', 'low', 'smb')")
    company.playbook("small", when="segment = 'smb'", once_per="always")
    assert (await company.sweep()).opened == 3
    company.sql("DELETE FROM crm WHERE id = 'a'", "UPDATE crm SET score = 5")  # the gone account keeps its old text
    company.playbook("scored", when="score > 3")
    report = await company.sweep(DAY + ONE)
    scored = {alert.id: alert.account_id for alert in await company.alerts()}
    assert ({scored[reason.alert_id] for reason in await company.reasons(playbook="scored")}, report.resolved) == ({"b", "c"}, 1)
    company.settings["crm"] = {"url": company.url, "accounts": "SELECT id, name, score FROM crm"}
    await company.sweep(DAY + 2 * ONE)
    assert (await company.signals(DAY + 2 * ONE))["b"]["segment"] is None


async def test_contacts_are_read_and_those_of_unknown_accounts_left_out(company: Company) -> None:
    loose(company)
    company.accounts([account("a")])
    company.sql("CREATE TABLE people (id, account_id, name, email, role, locale, opted_out)")
    company.sql(
        "INSERT INTO people VALUES (1, 'a', 'Pat', 'Pat@A.example', 'Champion', 'cs', 1), (2, 'x', 'Lost', NULL, NULL, NULL, 'no')",
        "INSERT INTO people VALUES (3, 'a', 'Odd', NULL, NULL, NULL, 'perhaps'), (4, 'a', NULL, NULL, NULL, NULL, 0)",
    )
    company.settings["crm"] |= {"contacts": "SELECT * FROM people"}
    report = await company.sweep()
    (contact,) = await company.rows(Contact)
    assert (contact.id, contact.email, contact.role, contact.opted_out) == ("1", "pat@a.example", "champion", True)
    assert "row 3, opted_out: found 'perhaps', wanted true or false" in "\n".join(report.bad_rows)
    assert report.sources[1]["bad_rows"] == 2


async def test_accounts_stream_through_little_memory(database: Database, tmp_path: Path, same_source: str, small_pages: int) -> None:
    company = Company(tmp_path, same_source, database, {"enable": [], "usage": None})
    company.make(crm="id TEXT, name TEXT, note TEXT")
    company.sql(
        "INSERT INTO crm WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) "
        f"SELECT CAST(i AS TEXT), 'Account ' || i, '{'x' * 5000}' FROM n"
    )
    sweeper = company.sweeper(DAY)
    tracemalloc.start()
    try:
        report = await sweeper.run()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert report.accounts == 20 * small_pages
    assert peak < 6 * 2**20  # all rows together are some 20 MB


@on_sqlite
async def test_accounts_that_nobody_measures_need_no_usage_at_all(company: Company) -> None:
    loose(company)
    company.accounts([account("a", renewal_on=str(DAY + 5 * ONE))])
    company.playbook("renewing", when="renewal_days < 30")
    assert (await company.sweep()).opened == 1
    assert steady("a", []) == []


async def set_by_a_playbook(company: Company, id_: str, stage: str) -> None:
    def work(session: Session) -> None:
        session.get_one(Account, id_).stage = stage

    await company.database.run(work)


@on_sqlite
async def test_a_stage_that_a_playbook_set_stays_until_the_crms_own_word_changes(company: Company) -> None:
    loose(company)
    company.accounts([account("a", stage="Activation"), account("b", stage=None)])

    async def stages(day: date, **changed: str | None) -> dict[str, tuple[str | None, str | None]]:
        for id_, stage in changed.items():
            company.sql(f"UPDATE crm SET stage = {'NULL' if stage is None else repr(stage)} WHERE id = '{id_}'")
        await company.sweep(day)
        return {id_: (row.stage, row.crm_stage) for id_, row in by_id(await company.rows(Account)).items()}

    assert await stages(DAY) == {"a": ("activation", "activation"), "b": (None, None)}
    await set_by_a_playbook(company, "a", "adoption")
    await set_by_a_playbook(company, "b", "trial")
    assert await stages(DAY + ONE) == {"a": ("adoption", "activation"), "b": ("trial", None)}
    assert await stages(DAY + 2 * ONE, a="GROWTH", b="churned") == {"a": ("growth", "growth"), "b": ("churned", "churned")}
    await set_by_a_playbook(company, "a", "adoption")
    assert await stages(DAY + 3 * ONE, a=None) == {"a": (None, None), "b": ("churned", "churned")}


@on_sqlite
async def test_own_fields_and_tags_survive_a_poll(company: Company) -> None:
    def work(session: Session) -> None:
        found = session.get_one(Account, "a")
        found.own, found.tags = {"score": 7}, " vip "

    loose(company)
    company.accounts([account("a")])
    await company.sweep()
    await company.database.run(work)
    await company.sweep(DAY + ONE)
    (found,) = await company.rows(Account)
    assert (found.own, found.tags) == ({"score": 7}, " vip ")


@on_sqlite
async def test_contacts_may_have_a_zone_and_a_preferred_channel(company: Company) -> None:
    loose(company)
    company.sql("CREATE TABLE people (id TEXT, account_id TEXT, name TEXT, timezone TEXT, channel TEXT)")
    company.sql("INSERT INTO people VALUES ('c1', 'a', 'Ann', 'Asia/Tokyo', 'Slack'), ('c2', 'a', 'Bea', NULL, '')")
    company.accounts([account("a")])
    await company.sweep(crm={**company.settings["crm"], "contacts": "SELECT * FROM people"})
    found = {contact.id: (contact.timezone, contact.channel) for contact in await company.rows(Contact)}
    assert found == {"c1": ("Asia/Tokyo", "slack"), "c2": (None, None)}


async def test_a_column_that_is_empty_at_first_may_be_named_in_any_condition(
    database: Database, tmp_path: Path, sqlite_source: str
) -> None:
    company = Company(tmp_path, sqlite_source, database, {"usage": None})
    company.make(crm="id TEXT, name TEXT, score, signed, pilot, said")
    company.sql("INSERT INTO crm (id, name) VALUES ('a', 'A'), ('b', 'B')")
    company.playbook(
        "scored", when="score > 5 AND ABS(score) - 1 < 2 * score AND COALESCE(score, 9) BETWEEN -score AND 8", priority="score"
    )
    company.playbook("signed", when="signed > '2026-01-01' AND signed + 30 > TODAY AND signed - TODAY < 30", kind="expansion")
    company.playbook("other", when="pilot AND NOT said LIKE 'n%' AND said IN ('yes')", kind="onboarding")
    company.playbook("empty", when="score IS NULL AND (score < signed) IS NULL", kind="gift")
    report = await company.sweep()
    assert (report.mistakes, report.opened) == ([], 2)
    assert {field.kind for field in await company.rows(Field)} == {"unknown"}
    assert (await company.signals())["a"]["score"] is None
    company.sql("UPDATE crm SET score = 7, signed = '2026-03-30', said = 'yes' WHERE id = 'a'")
    report = await company.sweep(DAY + ONE)
    assert ["`score` is a number, `signed` is a date" in mistake for mistake in report.mistakes] == [True]
    assert (await company.open("scored"), await company.open("signed"), await company.open("other")) == ({"a"}, {"a"}, set())


@on_sqlite
async def test_of_a_column_of_numbers_a_text_does_not_count_and_is_told(company: Company) -> None:
    company.make(crm="id, name, score, since")
    company.sql("INSERT INTO crm VALUES ('a', 'A', 7, '2026-01-31'), ('b', 'B', 8, '2026-01-31'), ('c', 'C', 1, '2026-01-31')")
    company.playbook("scored", when="score > 3 OR score < 1", once_per="always")
    await company.sweep()
    company.sql("UPDATE crm SET score = 'n/a', since = 12 WHERE id = 'b'")
    report = await company.sweep(DAY + ONE)
    told = ["row b, score: found 'n/a', wanted number, as before", "row b, since: found 12, wanted date, as before"]
    assert (report.mistakes, [bad.partition(": ")[2] for bad in report.bad_rows]) == ([], told)
    assert report.sources[0]["bad_rows"] == 2
    found = await company.signals(DAY + ONE)
    assert [(found[one]["score"], found[one]["since"] is None) for one in "abc"] == [(7, False), (None, True), (1, False)]
    company.sql("UPDATE crm SET score = 'low'")
    report = await company.sweep(DAY + 2 * ONE)
    assert (len(report.mistakes), report.sources[0]["bad_rows"]) == (2, 1)
