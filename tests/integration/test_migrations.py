"""Migrations take what stands in the tables along, there and back."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import text

from bot.database import Database
from bot.schema import alembic_config
from tests.postgres import drop_database, new_database

AT = "2026-03-31 10:00:00"
ALERT = {
    "play_id": 1,
    "account_id": "a",
    "playbook": "usage-drop",
    "playbook_version": 3,
    "card": "churn-risk",
    "kind": "risk",
    "version": 4,
    "opened_at": AT,
    "measured_at": AT,
    "cause": json.dumps({"reason": "drop"}),
    "facts": json.dumps({"active_users.recent": 17}),
    "trend": json.dumps([41, 17]),
    "severity": 0.6,
    "worst": 0.7,
    "got_worse": True,
}
REVIEW = dict.fromkeys(("key", "uid", "organizer", "organizer_email", "organizer_name", "created_by"), "x") | {
    "account_id": "a",
    "type": "qbr",
    "state": "scheduled",
    "starts_at": AT,
    "minutes": 30,
    "zone": "UTC",
    "created_at": AT,
    "changed_at": AT,
}


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without any table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/moving.db"
        return
    moving = new_database("moving")
    yield moving
    drop_database(moving)


def execute(url: str, statement: str, rows: list[dict[str, Any]] | None = None) -> list[Any]:
    database = Database(url)
    with database.writer.begin() as connection:
        result = connection.execute(text(statement), rows or {})
        found = list(result.mappings()) if result.returns_rows else []
    database.close()
    return found


def insert(url: str, table: str, *rows: dict[str, Any]) -> None:
    for row in rows:
        execute(url, f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join(':' + name for name in row)})", [row])


def parsed(value: Any) -> Any:
    """JSON as SQLite gives it is text."""
    return json.loads(value) if isinstance(value, str) else value


def test_an_alert_of_before_gets_its_one_reason_a_meeting_its_owner_and_back(url: str) -> None:
    config = alembic_config(url)
    command.upgrade(config, "0002")
    insert(url, "accounts", {"id": "a", "name": "Acme", "owner_email": "jana@ours.example", "extra": "{}", "polled_at": AT})
    plays = [{"id": n, "playbook": f"p{n}", "version": 1, "account_id": "a", "step": 0, "started_at": AT} for n in (1, 2)]
    insert(url, "plays", *plays)
    insert(url, "alerts", ALERT | {"id": 7, "state": "open"})
    insert(url, "alerts", ALERT | {"id": 8, "play_id": 2, "state": "resolved", "closed_at": AT, "closed_by": "U1", "got_worse": False})
    insert(url, "traces", {"at": AT, "actor": "U1", "what": "opened", "alert_id": 7, "detail": "{}"})
    command.upgrade(config, "0006")
    insert(url, "reviews", REVIEW)
    command.upgrade(config, "head")
    assert [row["owner_email"] for row in execute(url, "SELECT * FROM reviews")] == ["jana@ours.example"]
    first, second = execute(url, "SELECT * FROM reasons ORDER BY id")
    assert (first["alert_id"], first["play_id"], first["playbook"], first["ended_at"]) == (7, 1, "usage-drop", None)
    assert (parsed(first["cause"]), parsed(first["trend"]), first["worst"], bool(first["got_worse"])) == (
        {"reason": "drop"},
        [41, 17],
        0.7,
        True,
    )
    assert (second["alert_id"], second["ended"], second["ended_at"] is None) == (8, "resolved", False)
    insert(url, "alerts", {"id": 9, "account_id": "a", "card": "task", "kind": "risk", "state": "taken", "version": 1, "opened_at": AT})
    command.downgrade(config, "0002")
    rows = execute(url, "SELECT * FROM alerts ORDER BY id")
    assert [(row["id"], row["playbook"], parsed(row["facts"])) for row in rows] == [
        (7, "usage-drop", {"active_users.recent": 17}),
        (8, "usage-drop", {"active_users.recent": 17}),
    ]
    assert [row["alert_id"] for row in execute(url, "SELECT * FROM traces")] == [7]
    command.upgrade(config, "head")
    command.check(config)
