"""Writes the sample company into two SQLite files, as a CRM and a product would have them."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from datetime import date
from operator import itemgetter
from pathlib import Path
from typing import Any

from bot.sandbox.company.crm import AccountRow, ContactRow, RecordRow, account_row, contact_rows, record_row, signed
from bot.sandbox.company.story import stories
from bot.sandbox.company.usage import usage_rows

SEED = "staysail"
CRM, USAGE = "crm.db", "usage.db"

ACCOUNTS = """CREATE TABLE accounts (id TEXT PRIMARY KEY, name TEXT NOT NULL, domain TEXT, owner_email TEXT,
arr NUMERIC, currency TEXT, plan TEXT, seats INTEGER, stage TEXT, started_on DATE, renewal_on DATE,
churned_on DATE, timezone TEXT, locale TEXT, url TEXT, segment TEXT, industry TEXT, first_value_on DATE, trial_ends_on DATE)"""
CONTACTS = """CREATE TABLE contacts (id TEXT PRIMARY KEY, account_id TEXT NOT NULL REFERENCES accounts (id), name TEXT,
email TEXT, role TEXT, locale TEXT, opted_out BOOLEAN)"""
RECORDS = """CREATE TABLE records (account_id TEXT PRIMARY KEY REFERENCES accounts (id), outcome TEXT, note TEXT, next_step TEXT)"""
PRODUCT_USAGE = """CREATE TABLE product_usage (account_id TEXT NOT NULL, day DATE NOT NULL,
active_users INTEGER NOT NULL, reports_run INTEGER NOT NULL, PRIMARY KEY (account_id, day)) WITHOUT ROWID"""


Rows = Iterable[tuple[Any, ...]]


def build_company(folder: Path, today: date) -> None:
    """Writes crm.db and usage.db anew; usage ends the day before `today`. The same `today` gives the same rows."""
    folder.mkdir(parents=True, exist_ok=True)
    usage = [row for story in stories() for row in usage_rows(story, today, SEED)]
    _write(folder / CRM, {ACCOUNTS: _accounts(today, today), CONTACTS: _contacts(today, today), RECORDS: _records(today, today)})
    _write(folder / USAGE, {PRODUCT_USAGE: usage})


def live_on(folder: Path, today: date, since: date, until: date) -> None:
    """What happened from `since` to the morning of `until` in the company that was built for `today`.

    Usage of those days is added, and what changed in the CRM is written: customers that signed, stages, renewals. Rows
    that the story leaves alone stay as they are, so one's own changes survive. Doing it twice changes nothing.
    """
    usage = [row for story in stories() for row in usage_rows(story, today, SEED, until) if row[1] >= since.isoformat()]
    _add(folder / USAGE, "product_usage", usage)
    _add(folder / CRM, "accounts", _accounts(today, until) - _accounts(today, since))
    _add(folder / CRM, "contacts", _contacts(today, until) - _contacts(today, since))
    _add(folder / CRM, "records", _records(today, until) - _records(today, since))


def _accounts(today: date, day: date) -> set[AccountRow]:
    return {account_row(story, today, SEED, day) for story in stories() if signed(story, today, day)}


def _contacts(today: date, day: date) -> set[ContactRow]:
    known = {story.id for story in stories() if signed(story, today, day)}
    return {row for row in contact_rows(stories(), SEED) if row[1] in known}


def _records(today: date, day: date) -> set[RecordRow]:
    """What the team writes about its customers: with some of them somebody has written something already."""
    return {record_row(story, SEED) for story in stories() if signed(story, today, day)}


def _write(file: Path, tables: dict[str, Rows]) -> None:
    file.unlink(missing_ok=True)
    with closing(sqlite3.connect(file)) as database, database:
        for create in tables:
            database.execute(create)
    for create, rows in tables.items():
        _add(file, create.split()[2], rows)


def _add(file: Path, table: str, found: Rows) -> None:
    rows = sorted(found, key=itemgetter(0))
    if not rows:
        return
    places = ",".join("?" * len(rows[0]))
    with closing(sqlite3.connect(file)) as database, database:
        database.executemany(f"INSERT OR REPLACE INTO {table} VALUES ({places})", rows)  # noqa: S608 - the table's name is our own
