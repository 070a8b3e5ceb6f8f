"""The first sweep of a company, done once in a run; scenarios that begin with the same company get a copy of what it left.

The same of a story that several scenarios begin with, such as that a call was booked: a copy of what it left in the database, in Slack
and in the mailbox.

What is copied was made by the very code that the scenarios are about: whatever it does wrong, all of them see.
"""

import json
import os
import pickle
import re
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from bot.database import Database
from bot.sandbox.server import Sandbox
from bot.sandbox.workspace import Contents
from jobs.report import Report
from models import Base
from tests.postgres import RUN

Key = tuple[Callable[..., None], str]
FILES = re.compile(r'"(letters|folder)": "')
"""Settings that name files: two tests with the same settings may have written different ones. What playbooks say stands in the key."""
AFTERWARDS = ("accounts", "transport", "worker", "timeout")
"""What of a scenario's plan is not in the way of a copy: the first stands in the key by itself, no sweep knows of the others."""
TABLES = [table.name for table in Base.metadata.sorted_tables]


@dataclass(frozen=True)
class Seen:
    """What stood in Slack when a story had come so far, the letters that had come, and how late it was."""

    at: datetime
    contents: Contents
    letters: list[tuple[str, tuple[str, ...], bytes]]


@dataclass(frozen=True)
class Left:
    """What a sweep left: its report, every row by table, and how far PostgreSQL's sequences had come. `seen`: after a story."""

    report: Report
    rows: Mapping[str, list[Any]]
    sequences: Mapping[str, int]
    seen: Seen | None = None


@dataclass(frozen=True)
class Shelf:
    """What was swept, for all processes of a run: one file each."""

    folder: Path

    def get(self, key: Key) -> Left | None:
        file = self._file(key)
        return pickle.loads(file.read_bytes()) if file.exists() else None  # type: ignore[no-any-return]

    def put(self, key: Key, left: Left) -> None:
        """Whole or not at all; of two processes that swept the same the later one's stands."""
        self.folder.mkdir(exist_ok=True)
        unfinished = self.folder / f"{os.getpid()}.part"
        unfinished.write_bytes(pickle.dumps(left))
        unfinished.rename(self._file(key))

    def _file(self, key: Key) -> Path:
        accounts, told = key
        return self.folder / sha256(f"{accounts.__module__}.{accounts.__qualname__} {told}".encode()).hexdigest()


SWEPT = Shelf(Path(os.environ.get(RUN) or tempfile.mkdtemp(prefix="staysail-run-"), "swept"))


async def key_of(database: Database, plan: Mapping[str, Any], folder: Path) -> Key | None:
    """None: no other test can begin with the same, or this one has put something into the database already."""
    accounts: Callable[..., None] = plan["accounts"]
    told = json.dumps({name: value for name, value in plan.items() if name not in AFTERWARDS}, sort_keys=True, default=_named)
    if any("<" in one.__qualname__ for one in (accounts, plan["begin"]) if one) or FILES.search(told) or not await database.read(_is_empty):
        return None
    return accounts, f"{database.url.get_backend_name()} {told}{_playbooks(plan['settings'], folder)}"


def _named(value: Any) -> str:
    """A story by its name, whatever else by what it says."""
    return f"{value.__module__}.{value.__qualname__}" if callable(value) else str(value)


def _playbooks(settings: Mapping[str, Any], folder: Path) -> str:
    """The files that these settings name, with what they say."""
    named = settings.get("playbooks")
    return "".join(f" {file.name} {file.read_text()}" for file in sorted((folder / named).glob("*.yml"))) if named else ""


def look(session: Session, report: Report) -> Left:
    connection = session.connection()
    rows = {table: found for table in TABLES if (found := _rows(connection, table))}
    return Left(report, rows, _sequences(connection))


def lay(session: Session, left: Left) -> None:
    """Instead of whatever stands in these tables."""
    connection = session.connection()
    for table in reversed(left.rows):
        connection.exec_driver_sql(f"DELETE FROM {table}")
    for table, rows in left.rows.items():
        if _is_sqlite(connection):
            connection.exec_driver_sql(f"INSERT INTO {table} VALUES ({', '.join('?' * len(rows[0]))})", rows)
        else:
            connection.exec_driver_sql(f"INSERT INTO {table} SELECT * FROM unnest(%s::text[]::{table}[])", (rows,))
    if left.sequences:
        connection.exec_driver_sql("SELECT setval(n, v) FROM unnest(%s::regclass[], %s::bigint[]) AS s(n, v)", _columns(left.sequences))


def see(left: Left, sandbox: Sandbox, at: datetime) -> Left:
    letters = [(one.sender, one.recipients, one.source) for one in sandbox.inbox.letters]
    return replace(left, seen=Seen(at, sandbox.workspace.contents, letters))


def show(seen: Seen, sandbox: Sandbox) -> None:
    sandbox.workspace.contents = seen.contents
    for sender, recipients, source in seen.letters:
        sandbox.inbox.take(sender, recipients, source)


def _is_empty(session: Session) -> bool:
    found = " UNION ALL ".join(f"SELECT * FROM (SELECT 1 FROM {table} LIMIT 1) AS found" for table in TABLES)
    return session.connection().exec_driver_sql(found).first() is None


def _rows(connection: Connection, table: str) -> list[Any]:
    """As the driver has them, or as PostgreSQL writes them: nothing is lost on the way through Python's types."""
    if _is_sqlite(connection):
        return [tuple(row) for row in connection.exec_driver_sql(f"SELECT * FROM {table}")]
    return [row for (row,) in connection.exec_driver_sql(f"SELECT whole::text FROM {table} AS whole")]


def _sequences(connection: Connection) -> dict[str, int]:
    if _is_sqlite(connection):
        return {}
    asked = "SELECT quote_ident(sequencename), last_value FROM pg_sequences WHERE last_value IS NOT NULL"
    return {row[0]: row[1] for row in connection.exec_driver_sql(asked)}


def _columns(sequences: Mapping[str, int]) -> tuple[list[str], list[int]]:
    return list(sequences), list(sequences.values())


def _is_sqlite(connection: Connection) -> bool:
    return connection.dialect.name == "sqlite"
