"""A CRM that is a database takes what is written back: only over what somebody saw, once, in time, or in one sentence why not."""

import socket
import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, make_url, text

from bot.connectors.crm.sql_records import SqlRecords
from bot.errors import RecordChanged, RecordMissing, RecordRefused, SourceFailed
from tests.integration.company import sql

READ = "SELECT Outcome, note AS NOTE, next_step FROM records WHERE account_id = :id"
WRITE = "UPDATE records SET outcome = :outcome, note = :note, next_step = :next_step WHERE account_id = :id"
EMPTY = {"outcome": None, "note": None, "next_step": None}
RISK = {"outcome": "at risk", "note": "Their admin left", "next_step": None}
SAVED = {"outcome": "saved", "note": "It's back: 40 a day; “100 %”"}

Make = Callable[..., SqlRecords]


@pytest.fixture
def records(source_url: str) -> Make:
    """A CRM with two records, a1 and a2, and what reads and writes them."""
    sql(
        source_url,
        "CREATE TABLE records (account_id VARCHAR(20) PRIMARY KEY, outcome VARCHAR(20), note TEXT, next_step TEXT)",
        "INSERT INTO records VALUES ('a1', 'at risk', 'Their admin left', NULL), ('a2', NULL, NULL, NULL)",
    )

    def make(read: str = READ, write: str = WRITE, timeout: float = 5) -> SqlRecords:
        return SqlRecords(source_url, read, write, timeout)

    return make


def stands(url: str, account: str = "a1") -> tuple[Any, ...]:
    engine = create_engine(url)
    with engine.connect() as connection:
        row = connection.execute(text("SELECT outcome, note, next_step FROM records WHERE account_id = :id"), {"id": account}).one()
    engine.dispose()
    return tuple(row)


def test_a_record_is_read_and_written_and_fields_that_are_not_named_stay(records: Make, source_url: str) -> None:
    crm = records()
    assert crm.read_record("a1") == RISK
    assert crm.read_record("a2", within=2) == EMPTY
    crm.write_record("a1", RISK, SAVED)
    assert crm.read_record("a1") == {**RISK, **SAVED}
    crm.write_record("a2", EMPTY, {"next_step": "Review in January"})
    assert (stands(source_url), stands(source_url, "a2")) == (("saved", SAVED["note"], None), (None, None, "Review in January"))
    crm.write_record("a1", {**RISK, **SAVED}, {"outcome": "at risk", "note": None})
    assert stands(source_url) == ("at risk", None, None)


def test_a_record_that_somebody_changed_meanwhile_is_left_alone(records: Make, source_url: str) -> None:
    sql(source_url, "UPDATE records SET next_step = 'Call Marta' WHERE account_id = 'a1'")
    with pytest.raises(RecordChanged) as refused:
        records().write_record("a1", RISK, SAVED)
    assert refused.value.found == {**RISK, "next_step": "Call Marta"}
    assert stands(source_url) == ("at risk", "Their admin left", "Call Marta")


def test_of_two_who_write_at_once_one_wins_and_the_other_is_refused(records: Make, source_url: str) -> None:
    together = threading.Barrier(2)

    def write(outcome: str) -> str:
        crm = records()
        together.wait()
        try:
            crm.write_record("a2", EMPTY, {"outcome": outcome})
        except RecordChanged as refused:
            return f"refused: {refused.found['outcome']}"
        return outcome

    with ThreadPoolExecutor(2) as pool:
        for _ in range(5):
            sql(source_url, "UPDATE records SET outcome = NULL WHERE account_id = 'a2'")
            first, second = sorted(pool.map(write, ["saved", "improved"]), key=lambda said: said.startswith("refused"))
            assert second == f"refused: {first}"
            assert stands(source_url, "a2")[0] == first


def test_somebody_who_commits_between_our_reading_and_our_writing_is_seen(postgres_source: str) -> None:
    """PostgreSQL lets both read; the later writer is told, reads again, and finds the other's value."""
    sql(postgres_source, "CREATE TABLE records (account_id TEXT, outcome TEXT)", "INSERT INTO records VALUES ('a', NULL)")
    engine = create_engine(postgres_source)
    slow = "UPDATE records SET outcome = :outcome WHERE account_id = :id AND pg_sleep(0.3) IS NOT NULL"
    crm = SqlRecords(postgres_source, "SELECT outcome FROM records WHERE account_id = :id", slow, 5)
    with ThreadPoolExecutor(1) as pool, engine.connect() as other:
        other.execute(text("UPDATE records SET outcome = 'churned'"))
        writing = pool.submit(crm.write_record, "a", {"outcome": None}, {"outcome": "saved"})
        time.sleep(0.2)
        other.commit()
        with pytest.raises(RecordChanged) as refused:
            writing.result()
    engine.dispose()
    assert refused.value.found == {"outcome": "churned"}


def test_somebody_who_writes_between_our_reading_and_our_writing_waits(sqlite_source: str, tmp_path: Path) -> None:
    """SQLite lets one at a time; what the other writes stays."""
    sql(sqlite_source, "CREATE TABLE records (account_id TEXT, outcome TEXT)", "INSERT INTO records VALUES ('a', NULL)")
    counting = "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 500000) SELECT max(i) FROM n)"
    read = f"SELECT outcome FROM records WHERE account_id = :id AND {counting} > 0"
    crm = SqlRecords(sqlite_source, read, "UPDATE records SET outcome = :outcome WHERE account_id = :id", 20)
    with ThreadPoolExecutor(1) as pool, closing(sqlite3.connect(tmp_path / "customer.db", timeout=20)) as other, other:
        writing = pool.submit(crm.write_record, "a", {"outcome": None}, {"outcome": "saved"})
        time.sleep(0.05)
        other.execute("UPDATE records SET outcome = 'churned'")
        other.commit()
        with suppress(RecordChanged):  # on a busy machine the other one may have been first
            writing.result()
        assert other.execute("SELECT outcome FROM records").fetchall() == [("churned",)]


def test_a_lock_is_waited_for_and_then_given_up(sqlite_source: str, tmp_path: Path) -> None:
    sql(sqlite_source, "CREATE TABLE records (account_id TEXT, outcome TEXT)", "INSERT INTO records VALUES ('a', NULL)")
    read, write = "SELECT outcome FROM records WHERE account_id = :id", "UPDATE records SET outcome = :outcome WHERE account_id = :id"
    holder = sqlite3.connect(tmp_path / "customer.db", isolation_level=None, check_same_thread=False)
    holder.execute("BEGIN EXCLUSIVE")
    began = time.monotonic()
    with pytest.raises(SourceFailed, match=r"locked|no answer within"):
        SqlRecords(sqlite_source, read, write, 0.3).write_record("a", {"outcome": None}, {"outcome": "saved"})
    assert time.monotonic() - began < 4.5  # not its own 5
    threading.Timer(0.2, holder.rollback).start()
    SqlRecords(sqlite_source, read, write, 5).write_record("a", {"outcome": None}, {"outcome": "saved"})
    holder.close()
    assert SqlRecords(sqlite_source, read, write, 5).read_record("a") == {"outcome": "saved"}


def test_a_missing_record_says_so(records: Make) -> None:
    for call in (lambda crm: crm.read_record("a9"), lambda crm: crm.write_record("a9", EMPTY, SAVED), lambda crm: crm.rehearse("a9")):
        with pytest.raises(RecordMissing, match="no record of the account a9"):
            call(records())


WRONG = {
    "another column": (READ.replace("next_step", "account_id"), WRITE, "gives account_id; allowed: outcome, note, next_step"),
    "a field that cannot be compared": (
        "SELECT outcome FROM records WHERE account_id = :id",
        WRITE,
        "sets next_step, note, which",
    ),
    "no such column": (READ.replace("next_step", "next_stop"), WRITE, "next_stop"),
    "no such table": (READ, WRITE.replace("records", "plans"), "plans"),
    "several rows": (READ.replace("= :id", "LIKE 'a%' OR :id = ''"), WRITE, "more than one row"),
    "changes too many": (READ, WRITE.replace("= :id", "LIKE 'a%' OR :id = ''"), "changed 2 rows instead of one"),
    "changes none": (READ, WRITE.replace("= :id", "= :id || 'x'"), "changed 0 rows instead of one"),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_statement_is_told_in_one_sentence_and_writes_nothing(records: Make, source_url: str, what: str) -> None:
    read, write, said = WRONG[what]
    before = stands(source_url), stands(source_url, "a2")
    for call in (lambda crm: crm.rehearse("a1"), lambda crm: crm.write_record("a1", RISK, {"outcome": "saved"})):
        with pytest.raises(SourceFailed) as failed:
            call(records(read, write))
        if not isinstance(failed.value, RecordMissing):
            assert said in str(failed.value)
        assert "\n" not in str(failed.value)
    assert (stands(source_url), stands(source_url, "a2")) == before


def test_what_the_crm_does_not_keep_as_written_is_not_written(records: Make, source_url: str) -> None:
    swapped = WRITE.replace("outcome = :outcome, note = :note", "outcome = :note, note = :outcome")
    with pytest.raises(SourceFailed, match="did not keep note, outcome as it was written"):
        records(write=swapped).write_record("a1", RISK, {"outcome": "saved", "note": "short"})
    assert stands(source_url) == ("at risk", "Their admin left", None)


def test_values_that_the_crm_does_not_take_are_refused_for_good(records: Make, source_url: str) -> None:
    sql(
        source_url,
        "CREATE TABLE plans (account_id TEXT, outcome VARCHAR(9) CHECK (outcome <> 'saved'))",
        "INSERT INTO plans VALUES ('a1', 'x')",
    )
    read, write = "SELECT outcome FROM plans WHERE account_id = :id", "UPDATE plans SET outcome = :outcome WHERE account_id = :id"
    with pytest.raises(RecordRefused, match=r"does not take these values: .*(?i:constraint)"):
        records(read, write).write_record("a1", {"outcome": "x"}, {"outcome": "saved"})


def test_a_rehearsal_changes_nothing(records: Make, source_url: str) -> None:
    records().rehearse("a1")
    assert stands(source_url) == ("at risk", "Their admin left", None)


def test_numbers_padded_texts_and_colons_are_no_obstacle(postgres_source: str) -> None:
    sql(
        postgres_source,
        "CREATE TABLE records (id INTEGER, outcome CHAR(12), at TIMESTAMP, said TEXT)",
        "INSERT INTO records VALUES (7, 'open', NULL, NULL), (8, 'open', NULL, NULL)",
    )
    write = "UPDATE records SET outcome = :outcome, said = to_char(now(), 'YYYY:MM') || ':x', at = now()::timestamp WHERE id = :id"
    crm = SqlRecords(postgres_source, "SELECT outcome FROM records WHERE id = :id", write, 5)
    crm.write_record("7", {"outcome": "open"}, {"outcome": "saved"})
    crm.write_record("7", {"outcome": "saved"}, {"outcome": None})
    assert crm.read_record("7") == {"outcome": None}
    assert (crm.read_record("8")["outcome"] or "").rstrip() == "open"


def closed_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@pytest.mark.parametrize("url", ["postgresql://nobody@127.0.0.1:{port}/x", "sqlite:////nowhere/crm.db"])
def test_a_crm_that_is_down_is_told_in_one_sentence(url: str) -> None:
    crm = SqlRecords(url.format(port=closed_port()), READ, WRITE, 2)
    for call in (lambda: crm.read_record("a1"), lambda: crm.write_record("a1", EMPTY, SAVED)):
        with pytest.raises(SourceFailed, match=r"refused|unable to open"):
            call()


def test_a_file_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(SourceFailed):
        SqlRecords(f"sqlite:///{tmp_path / 'crm.db'}", READ, WRITE, 2).write_record("a1", EMPTY, SAVED)
    assert list(tmp_path.iterdir()) == []


SLOW = {
    "sqlite": "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n)",
    "postgresql": "pg_sleep(30)::text",
}


def test_a_slow_crm_is_given_up_and_has_written_nothing(records: Make, source_url: str) -> None:
    slow = f" AND {SLOW[make_url(source_url).get_backend_name()]} IS NOT NULL"
    for call in (
        lambda: records(read=READ + slow).read_record("a1", within=0.3),
        lambda: records(write=WRITE + slow, timeout=0.3).write_record("a1", RISK, SAVED),
    ):
        began = time.monotonic()
        with pytest.raises(SourceFailed, match=r"no answer within 0\.3 s"):
            call()
        assert time.monotonic() - began < 20  # not 30
    assert stands(source_url) == ("at risk", "Their admin left", None)
