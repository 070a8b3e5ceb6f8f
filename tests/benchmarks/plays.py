"""Plays that wait, and moving those that are due: how many a second, and what it costs when nothing is due.

    uv run python -m tests.benchmarks.plays [--plays 100000] [--due 10000] [--database sqlite|postgresql] [--processes 1] [--only NAME]

Every way is run in a fresh process (or in several at once, on PostgreSQL) on a database with the same accounts, contacts, readings and
waiting plays. A play that moves leaves a trace for each of its steps. CPU seconds are those of the processes that move plays, without
the PostgreSQL server's.
"""

import argparse
import asyncio
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, insert, select, text
from sqlalchemy.orm import Session

from bot.database import Database
from bot.playbooks.loading import load_rulebook
from bot.playbooks.moves import anything_due
from bot.playbooks.rulebook import Rulebook
from bot.playbooks.runner import advance_plays
from bot.playbooks.status import learn
from bot.schema import migrate
from bot.settings import load_settings
from models import Account, Contact, Play, Reading, Source, Trace
from tests.benchmarks.data import address_of, own_folder

DAY = date(2026, 3, 31)
NOW = datetime(2026, 3, 31, 10, tzinfo=UTC)
SLICE = 5000
WAYS: dict[str, list[dict[str, Any]]] = {
    "wait, wait": [{"wait": "1d"}, {"wait": "7d"}],
    "wait, if, wait": [{"wait": "1d"}, {"if": "arr > 50000", "then": [{"wait": "7d"}], "else": [{"wait": "9d"}]}],
    "wait, if, set or notify, wait": [
        {"wait": "1d"},
        {"if": "arr > 50000", "then": [{"set": {"tag": "large"}}], "else": [{"notify": {"text": "Look at it", "to": "#cs"}}]},
        {"wait": "7d"},
    ],
    "wait, card": [{"wait": "1d"}, {"card": "churn-risk"}],
    "wait, letter, wait": [{"wait": "1d"}, {"email": {"letter": "check-in", "to": "admin"}}, {"wait": "7d"}],
    "all of these": [
        {"wait": "1d"},
        {
            "split": {"none": 4, "set": 2, "notify": 2, "card": 1, "letter": 1},
            "set": [{"set": {"tag": "large"}}],
            "notify": [{"notify": {"text": "Look at it", "to": "#cs"}}],
            "card": [{"card": "churn-risk"}],
            "letter": [{"email": {"letter": "check-in", "to": "admin"}}],
        },
        {"wait": "7d"},
    ],
}
SETTINGS: dict[str, Any] = {
    "workspace": {"timezone": "UTC", "business_hours": "Mon-Sun 00:00-24:00"},
    "channels": {"alerts": "#cs-alerts"},
    "crm": {"url": "sqlite:///nothing.db", "accounts": "SELECT id, name FROM accounts"},
    "usage": {
        "url": "sqlite:///nothing.db",
        "metrics": {
            "active_users": {
                "from": "usage", "account": "id", "day": "day", "value": "n", "aggregate": "avg", "recent": "14d", "baseline": "56d",
            }
        },
    },
    "email": {"url": "smtp://127.0.0.1:1", "from": "Customer success <cs@ours.example>"},
    "playbooks": "./playbooks",
}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--plays", type=int, default=100_000)
    parser.add_argument("--due", type=int, default=10_000)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--only", choices=WAYS)
    parser.add_argument("--one", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        asyncio.run(one(arguments.one))
        return
    with own_folder("bench") as folder:
        compare(arguments, folder)


def compare(arguments: argparse.Namespace, folder: Path) -> None:
    database = prepare(arguments, folder)
    print(
        f"{arguments.database}, {arguments.plays:,} plays wait, {arguments.due:,} are due, {arguments.processes} process(es), medians of {arguments.runs}"
    )
    for name in [arguments.only] if arguments.only else WAYS:
        runs = [run(arguments, folder, database, name) for _ in range(arguments.runs)]
        seconds, cpu = (statistics.median(one[key] for one in runs) for key in ("seconds", "cpu"))
        figures = (
            f"{arguments.due / seconds:8,.0f} plays a second ({seconds:5.2f} s, {cpu:5.2f} s of CPU = {arguments.due / cpu:,.0f} a second)"
        )
        print(f"  {name:32}{figures}, {runs[0]['traces']:,} traces, shares {runs[0]['shares']}")
    idle, look = (statistics.median(one[key] for one in runs) * 1000 for key in ("idle", "look"))
    print(f"  nothing is due: seen in {look:.1f} ms, a whole pass over plays in {idle:.1f} ms")
    database.close()


def prepare(arguments: argparse.Namespace, folder: Path) -> Database:
    address = address_of(folder, arguments.database)
    (folder / "address").write_text(address)
    (folder / "playbooks").mkdir()
    database = Database(address)
    migrate(database)
    with database.writer.begin() as connection:
        connection.execute(
            insert(Source), [{"name": "usage.active_users", "tried_at": NOW, "read_at": NOW, "newest_day": DAY, "measured_for": DAY}]
        )
        for table, rows in ((Account, account), (Contact, contact), (Reading, reading)):
            for at in range(0, arguments.plays, SLICE):
                connection.execute(insert(table), [rows(number) for number in range(at, min(at + SLICE, arguments.plays))])
    return database


def account(number: int) -> dict[str, Any]:
    owner, arr = f"csm{number % 400}@ours.example", float(number * 37 % 100_000)
    return {"id": f"acc-{number:07d}", "name": f"Company {number}", "owner_email": owner, "arr": arr, "stage": "growth", "polled_at": NOW}


def contact(number: int) -> dict[str, Any]:
    of, email = f"acc-{number:07d}", f"ada@c{number}.example"
    return {"id": f"con-{number:07d}", "account_id": of, "name": f"Ada {number}", "email": email, "role": "admin", "polled_at": NOW}


def reading(number: int) -> dict[str, Any]:
    values = {"recent": float(number % 700), "baseline": float(number % 2800), "last_day": DAY - timedelta(days=1)}
    return {"metric": "active_users", "account_id": f"acc-{number:07d}", "measured_at": NOW, **values}


def plays(count: int, due: int) -> Iterator[dict[str, Any]]:
    """They wait at the first step: a part is due now, the others within a year."""
    began = NOW - timedelta(days=1)
    progress = {"since": began.isoformat(), "until": NOW.isoformat()}
    for number in range(count):
        is_due = number * due // count != (number + 1) * due // count
        due_at = NOW if is_due else NOW + timedelta(hours=1 + number % 8760)
        about = {"playbook": "bench", "version": 1, "account_id": f"acc-{number:07d}", "priority": float(number % 977)}
        yield about | {"step": 0, "progress": progress, "started_at": began, "due_at": due_at}


def run(arguments: argparse.Namespace, folder: Path, database: Database, name: str) -> dict[str, Any]:
    (folder / "staysail.yml").write_text(json.dumps(SETTINGS | {"enable": ["bench"]}))
    form = {"playbook": "bench", "version": 1, "about": "A benchmark", "kind": "onboarding", "trigger": "manual", "steps": WAYS[name]}
    (folder / "playbooks" / "bench.yml").write_text(json.dumps(form))
    begin(arguments, folder, database)
    command = [sys.executable, "-m", "tests.benchmarks.plays", "--one", str(folder)]
    workers = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(arguments.processes)]
    for worker in workers:
        assert worker.stdout
        worker.stdout.readline()
    began = time.perf_counter()
    found = [json.loads(worker.communicate()[0]) for worker in start_all(workers)]
    with Session(database.reader) as session:
        traces = session.scalar(select(func.count()).select_from(Trace))
        left = session.scalar(select(func.count()).where(Play.due_at <= NOW))
    assert left == 0, f"{left} plays did not move ({time.perf_counter() - began:.1f} s)"
    seconds = max(one["ended"] for one in found) - min(one["began"] for one in found)
    shares = [one["moved"] for one in found]
    return {"seconds": seconds, "cpu": sum(one["cpu"] for one in found), "traces": traces, "shares": shares} | {
        key: min(one[key] for one in found) for key in ("idle", "look")
    }


def start_all(workers: list["subprocess.Popen[str]"]) -> list["subprocess.Popen[str]"]:
    for worker in workers:
        assert worker.stdin
        worker.stdin.write("go\n")
        worker.stdin.flush()
    return workers


def begin(arguments: argparse.Namespace, folder: Path, database: Database) -> None:
    """The plays as they wait, and nothing of a run before."""
    settings = load_settings(folder / "staysail.yml", {})
    with database.writer.begin() as connection:
        for table in ("outbox", "touches", "dispatches", "traces", "reasons", "alerts", "plays", "playbook_versions", "playbook_statuses"):
            connection.execute(text(f"DELETE FROM {table}"))
        connection.execute(text("UPDATE accounts SET tags = '' WHERE tags != ''"))
        rows = list(plays(arguments.plays, arguments.due))
        for at in range(0, len(rows), SLICE):
            connection.execute(insert(Play), rows[at : at + SLICE])
    with Session(database.writer) as session, session.begin():
        learn(session, load_rulebook(session, settings, DAY).playbooks.values(), NOW)
    if not database.is_sqlite:
        with database.writer.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))


async def one(folder: Path) -> None:
    database = Database((folder / "address").read_text())
    settings = load_settings(folder / "staysail.yml", {})
    rulebook = await database.read(load_rulebook, settings, DAY)
    await advance_plays(database, None, rulebook, NOW - timedelta(days=30))
    print("ready", flush=True)
    sys.stdin.readline()
    began, cpu = time.time(), time.process_time()
    moved = await advance_plays(database, None, rulebook, NOW)
    ended, cpu = time.time(), time.process_time() - cpu
    figures = {"began": began, "ended": ended, "cpu": cpu, "moved": moved.plays}
    print(json.dumps(figures | await nothing(database, rulebook)))
    database.close()


async def nothing(database: Database, rulebook: Rulebook) -> dict[str, float]:
    """Seconds of a pass over plays, and of the look before it, when none is due: the best of five."""
    passes, looks = [], []
    for _ in range(5):
        began = time.perf_counter()
        await database.read(anything_due, NOW)
        looked = time.perf_counter()
        await advance_plays(database, None, rulebook, NOW)
        looks.append(looked - began)
        passes.append(time.perf_counter() - looked)
    return {"idle": min(passes), "look": min(looks)}


if __name__ == "__main__":
    main()
