"""`staysail check` says what is wrong with writing to the CRM, and leaves the CRM as it was."""

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bot.check import check_all
from bot.errors import InvalidInput
from bot.settings import load_settings

READ = "SELECT outcome, note FROM records WHERE account_id = :id"
WRITE = "UPDATE records SET outcome = :outcome, note = :note WHERE account_id = :id"


@pytest.fixture
def folder(tmp_path: Path, sqlite_template: Path) -> Path:
    shutil.copy(sqlite_template, tmp_path / "staysail.db")
    with closing(sqlite3.connect(tmp_path / "crm.db")) as crm, crm:
        crm.execute("CREATE TABLE accounts (id, name)")
        crm.execute("CREATE TABLE records (account_id, outcome, note)")
        crm.execute("INSERT INTO accounts VALUES ('a1', 'Acme')")
        crm.execute("INSERT INTO records VALUES ('a1', 'saved', NULL)")
    return tmp_path


def written(folder: Path, **write: Any) -> Path:
    crm = {
        "url": f"sqlite:///{folder}/crm.db",
        "accounts": "SELECT id, name FROM accounts",
        "write": {"read": READ, "write": WRITE, **write},
    }
    (folder / "staysail.yml").write_text(json.dumps({"channels": {"alerts": "#cs-alerts"}, "crm": crm, "enable": []}))
    return folder / "staysail.yml"


async def found(folder: Path, **write: Any) -> list[str]:
    findings = await check_all(written(folder, **write), {"DATABASE_URL": f"sqlite:///{folder}/staysail.db"})
    return [f"{finding}{'' if finding.fatal else ' [can wait]'}" for finding in findings if "crm.write" in finding.place]


async def test_check_finds_what_writing_would_stumble_over(folder: Path) -> None:
    assert await found(folder) == []
    (problem,) = await found(folder, write=WRITE.replace("records", "record"))
    assert "staysail.yml: crm.write: no such table: record (correct url, read or write" in problem
    (problem,) = await found(folder, read=READ.replace("note", "account_id"))
    assert "crm.write.read gives account_id; allowed: outcome, note, next_step" in problem
    (problem,) = await found(folder, url="sqlite:////nowhere/crm.db")
    assert "unable to open database file" in problem
    with closing(sqlite3.connect(folder / "crm.db")) as crm, crm:
        assert crm.execute("SELECT * FROM records").fetchall() == [("a1", "saved", None)]
        crm.execute("DELETE FROM records")
    (problem,) = await found(folder)
    assert "no record of the account a1" in problem
    assert problem.endswith("[can wait]")


@pytest.mark.parametrize(
    ("write", "said", "cure"),
    [
        (
            {"read": "UPDATE records SET note = :id"},
            "`read`: found `UPDATE records SET note = :id`",
            "allowed: a SELECT of outcome, note, next_step",
        ),
        ({"read": "SELECT note FROM records"}, "`read`: found `SELECT note FROM records`, without `:id`", "add `WHERE … = :id`"),
        ({"read": READ + " AND note = :nte"}, "`read`: found the placeholder `:nte`", "allowed: :id"),
        ({"write": "UPDATE records SET note = :note"}, "without `:id`", "add `WHERE … = :id`"),
        ({"write": WRITE.replace(":note", ":notes")}, "`write`: found the placeholder `:notes`", "nearest: :note"),
        ({"write": "UPDATE records SET seen = 1 WHERE account_id = :id"}, "which sets nothing", "columns to :outcome, :note, :next_step"),
        ({"write": "UPDATE records SET note = ':note' WHERE account_id = :id"}, "which sets nothing", "columns to :outcome"),
        ({"timeout": "soon"}, "`timeout`: 'soon' is not a length of time", "such as 12h"),
        ({"reed": "SELECT"}, "unknown key `reed`", "nearest: read"),
    ],
)
def test_wrong_statements_are_named_with_what_is_allowed(folder: Path, write: dict[str, Any], said: str, cure: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        load_settings(written(folder, **write), {})
    (finding,) = refused.value.findings
    assert said in str(finding)
    assert cure in str(finding)
    assert "staysail.yml:1" in finding.place


def test_texts_and_casts_in_a_statement_are_no_placeholders(folder: Path) -> None:
    more = WRITE.replace("SET", "SET day = to_char(now(), 'HH24:MI'), at = now()::date,")
    assert load_settings(written(folder, write=more), {}).crm.writable == ("outcome", "note")
