"""The sweep beside its floor: measure, store, decide, insert plays, alerts and outbox rows, against one hand-written statement.

    uv run python -m tests.benchmarks.sweep [--accounts 100000] [--rows 90] [--step 1] [--database sqlite|postgresql] [--runs 5]

Both run in turn on the same data; every run of ours starts with polled accounts and an otherwise empty database, in a fresh process. It is
followed by a second one, as an hour later, and by a first one again, as a process that has swept before makes it. PostgreSQL's floor uses
several cores; how long it takes on one is told besides.
`--step 7` makes weekly rows (13 of them cover a million accounts).
"""

import argparse
import asyncio
import gc
import json
import resource
import statistics
import subprocess
import sys
import time
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import text

from bot import clock
from bot.app import App, build
from bot.cli import YOUNG
from bot.connectors.engine import Warehouse
from bot.schema import migrate
from bot.settings import load_settings
from jobs.deciding import decide_all
from jobs.report import Report
from tests.benchmarks.data import address_of, build_postgresql, build_sqlite, own_folder, usage_days

FLOOR = """
SELECT u.account_id FROM (
  SELECT account_id FROM product_usage WHERE day >= {start} AND day < {end} GROUP BY account_id
  HAVING sum(CASE WHEN day >= {recent} THEN active_users ELSE 0 END) / 14.0
       < 0.6 * sum(CASE WHEN day < {recent} THEN active_users ELSE 0 END) / 56.0
     AND sum(CASE WHEN day < {recent} THEN active_users ELSE 0 END) / 56.0 >= 5
) u JOIN {accounts} a ON a.id = u.account_id WHERE a.stage IN ('adoption', 'growth')
"""
SETTINGS = """
workspace: {{timezone: UTC, business_hours: "Mon-Sun 00:00-24:00"}}
channels: {{alerts: "#cs-alerts"}}
crm:
  url: {crm}
  accounts: SELECT id, name, domain, owner_email, arr, currency, plan, seats, stage, started_on, renewal_on FROM crm_accounts
usage:
  url: {usage}
  metrics:
    active_users: {{from: product_usage, account: account_id, day: day, value: active_users, aggregate: avg, recent: 14d, baseline: 56d}}
limits: {{posts_per_second: 1000}}
enable: [usage-drop]
"""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--accounts", type=int, default=100_000)
    parser.add_argument("--rows", type=int, default=90)
    parser.add_argument("--step", type=int, default=1)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--one", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        print(json.dumps(asyncio.run(one(arguments.one))))
        return
    with own_folder("bench") as folder:
        compare(arguments, folder)


def compare(arguments: argparse.Namespace, folder: Path) -> None:
    prepare(arguments, folder)
    floors, alone, ours = [], [], []
    for _ in range(arguments.runs):
        floors.append(floor(folder))
        if arguments.database == "postgresql":
            alone.append(floor(folder, cores=1))
        ours.append(run_one(folder))
    print(f"{arguments.database}, {arguments.accounts:,} accounts x {arguments.rows} rows, {arguments.runs} runs (medians)")
    print(f"  floor, decide only   {statistics.median(floors):6.2f} s")
    if alone:
        print(f"  on one core          {statistics.median(alone):6.2f} s")
    for label, name in (("sweep, new process", "seconds"), ("the next sweep", "next"), ("sweep, used process", "warm")):
        ratios = [run[name] / floor for run, floor in zip(ours, floors, strict=True)]
        spread = f"{statistics.median(ratios):.2f} x   ({min(ratios):.2f} to {max(ratios):.2f})"
        print(f"  {label:20} {statistics.median(run[name] for run in ours):6.2f} s   {spread}")
    print(f"  of that measure      {statistics.median(run['measure'] for run in ours):6.2f} s")
    print(f"  memory grew by       {max(run['grew'] for run in ours):6.1f} MB")
    print(f"  opened {ours[0]['opened']}, held back {ours[0]['suppressed']}, signals {ours[0]['signals']:,}")


def prepare(arguments: argparse.Namespace, folder: Path) -> None:
    days = usage_days(date.today(), arguments.rows, arguments.step)  # noqa: DTZ011
    if arguments.database == "postgresql":
        url = address_of(folder, arguments.database)
        build_postgresql(url, arguments.accounts, days)
        crm = usage = database = url
    else:
        build_sqlite(folder, arguments.accounts, days)
        crm, usage, database = (f"sqlite:///{folder}/{name}.db" for name in ("crm", "usage", "staysail"))
    (folder / "staysail.yml").write_text(SETTINGS.format(crm=crm, usage=usage))
    (folder / "database").write_text(database)
    app = app_of(folder)
    migrate(app.database)
    asyncio.run(app.sweep.poll(Report(), clock.now()))
    app.database.close()


def app_of(folder: Path) -> App:
    return build(load_settings(folder / "staysail.yml", {"DATABASE_URL": (folder / "database").read_text()}))


def floor(folder: Path, cores: int | None = None) -> float:
    """Seconds of the bare statement on the usage and CRM tables."""
    settings = load_settings(folder / "staysail.yml", {})
    assert settings.usage is not None
    warehouse = Warehouse(settings.usage.url, 600)
    with warehouse.connect() as connection:
        sqlite = connection.dialect.name == "sqlite"
        accounts = "crm_accounts"
        if sqlite:
            connection.exec_driver_sql(f"ATTACH 'file:{folder}/crm.db?mode=ro' AS crm")
            accounts = "crm.crm_accounts"
        elif cores == 1:
            connection.exec_driver_sql("SET max_parallel_workers_per_gather = 0")
        windows = settings.metrics["active_users"].windows(clock.now().date())
        quoted = {"start": windows.baseline_start, "recent": windows.recent_start, "end": windows.day}
        statement = FLOOR.format(accounts=accounts, **{name: f"'{day}'" for name, day in quoted.items()})
        began = time.perf_counter()
        connection.execute(text(statement)).all()
        return time.perf_counter() - began


def run_one(folder: Path) -> dict[str, float]:
    clear(folder)
    command = [sys.executable, "-m", "tests.benchmarks.sweep", "--one", str(folder)]
    found: dict[str, float] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()[-1])
    return found


def clear(folder: Path) -> None:
    """Back to polled accounts and nothing else."""
    app = app_of(folder)
    with app.database.writer.begin() as connection:
        tables = ("outbox", "traces", "reasons", "alerts", "plays", "matches", "readings", "playbook_versions")
        emptying = [f"DELETE FROM {table}" for table in tables] if app.database.is_sqlite else [f"TRUNCATE {', '.join(tables)} CASCADE"]
        for statement in emptying:  # DELETE would leave PostgreSQL with a hundred thousand dead rows
            connection.execute(text(statement))
        connection.execute(text("DELETE FROM sources WHERE name LIKE 'usage%'"))
    app.database.close()


async def one(folder: Path) -> dict[str, object]:
    gc.set_threshold(YOUNG)  # as the program itself does
    app = app_of(folder)
    now: datetime = clock.now()
    await app.database.read(lambda session: session.execute(text("SELECT 1")).all())
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    report, measured, seconds = await sweep_once(app, now)
    grew = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    _, _, following = await sweep_once(app, clock.now())
    clear(folder)
    _, _, warm = await sweep_once(app, clock.now())
    app.database.close()
    return {
        "seconds": seconds,
        "next": following,
        "warm": warm,
        "measure": measured,
        "grew": grew,
        "opened": report.opened,
        "suppressed": report.suppressed,
        "signals": report.signals,
    }


async def sweep_once(app: App, now: datetime) -> tuple[Report, float, float]:
    """What it did, the seconds of its measuring and of all of it."""
    began, report = time.perf_counter(), Report()
    await app.sweep.measure(report, now, asyncio.sleep(0))
    measured = time.perf_counter() - began
    await decide_all(app.database, app.settings, app.sweep.usage, report, now)
    return report, measured, time.perf_counter() - began


if __name__ == "__main__":
    main()
