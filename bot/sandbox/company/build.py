"""Writes the sample company into two SQLite files, as a CRM and a product would have them."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

from bot.sandbox.company.crm import account_row, contact_rows
from bot.sandbox.company.story import stories
from bot.sandbox.company.usage import usage_rows

SEED = "staysail"
CRM, USAGE = "crm.db", "usage.db"

ACCOUNTS = """CREATE TABLE accounts (id TEXT PRIMARY KEY, name TEXT NOT NULL, domain TEXT, owner_email TEXT,
arr NUMERIC, currency TEXT, plan TEXT, seats INTEGER, stage TEXT, started_on DATE, renewal_on DATE,
churned_on DATE, timezone TEXT, locale TEXT, url TEXT, segment TEXT, industry TEXT)"""
CONTACTS = """CREATE TABLE contacts (id TEXT PRIMARY KEY, account_id TEXT NOT NULL REFERENCES accounts (id), name TEXT,
email TEXT, role TEXT, locale TEXT, opted_out BOOLEAN)"""
PRODUCT_USAGE = """CREATE TABLE product_usage (account_id TEXT NOT NULL, day DATE NOT NULL,
active_users INTEGER NOT NULL, reports_run INTEGER NOT NULL, PRIMARY KEY (account_id, day)) WITHOUT ROWID"""


def build_company(folder: Path, today: date) -> None:
    """Writes crm.db and usage.db anew; usage ends the day before `today`. The same `today` gives the same rows."""
    folder.mkdir(parents=True, exist_ok=True)
    cast = stories()
    accounts = [account_row(story, today, SEED) for story in cast]
    usage = [row for story in cast for row in usage_rows(story, today, SEED)]
    _write(folder / CRM, {ACCOUNTS: accounts, CONTACTS: contact_rows(cast, SEED)})
    _write(folder / USAGE, {PRODUCT_USAGE: usage})


def _write(file: Path, tables: dict[str, Iterable[tuple[Any, ...]]]) -> None:
    file.unlink(missing_ok=True)
    with closing(sqlite3.connect(file)) as database, database:
        for create, rows in tables.items():
            database.execute(create)
            _insert(database, create.split()[2], list(rows))


def _insert(database: sqlite3.Connection, table: str, rows: list[tuple[Any, ...]]) -> None:
    places = ",".join("?" * len(rows[0]))
    database.executemany(f"INSERT INTO {table} VALUES ({places})", rows)  # noqa: S608 - the table's name is our own
