"""The whole job beside a cron script: from nothing to about a thousand cards in a stand-in without delay.

    uv run python -m tests.benchmarks.whole_job [--accounts 100000] [--runs 3]

Ours also polls and keeps every account, measures and keeps every signal, and remembers what it sent. Three ways, each from an empty
database: `staysail sweep` and then `staysail deliver`; both in one process, `staysail sweep --deliver`; and in a process that serves
already, the job as its scheduler starts it, until its worker has sent the last card. The cron script is a whole process each time.
"""

import argparse
import asyncio
import gc
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from sqlalchemy import func, select

from bot import clock
from bot.app import build
from bot.cli import YOUNG
from bot.delivery import outbox
from bot.outgoing import slack_session
from bot.schema import migrate
from bot.serve import Jobs
from bot.settings import load_settings
from models import OutboxMessage
from tests.benchmarks.data import build_sqlite, own_folder, usage_days
from tests.benchmarks.sweep import SETTINGS

STAYSAIL = [sys.executable, "-m", "bot"]
GLANCE = 0.2
"""Seconds between two looks whether anything waits; when the last card was settled stands in the outbox."""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--accounts", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        asyncio.run(serve(arguments.serve))
        return
    with own_folder("bench") as folder:
        compare(arguments, folder)


def compare(arguments: argparse.Namespace, folder: Path) -> None:
    build_sqlite(folder, arguments.accounts, usage_days(date.today(), 90, 1))  # noqa: DTZ011
    (folder / "staysail.yml").write_text(SETTINGS.format(crm=f"sqlite:///{folder}/crm.db", usage=f"sqlite:///{folder}/usage.db"))
    port = free_port()
    standin = subprocess.Popen([sys.executable, "-m", "tests.benchmarks.standin", str(port)])
    url = f"http://127.0.0.1:{port}/api/"
    try:
        time.sleep(1.5)
        with serving(folder, url) as served:
            runs = [(two(folder, url), one(folder, url), cron(folder, url), served()) for _ in range(arguments.runs)]
    finally:
        standin.terminate()
        standin.wait()
    print(f"{arguments.accounts:,} accounts x 90 rows, SQLite, {arguments.runs} runs (medians)")
    names = ("sweep, then deliver", "sweep --deliver", "cron script", "in a process that serves")
    for name, column in zip(names, zip(*runs, strict=True), strict=True):
        ratio = statistics.median(own / run[names.index("cron script")] for own, run in zip(column, runs, strict=True))
        print(f"  {name:26}{statistics.median(column):6.2f} s   {ratio:.2f} x")


def cron(folder: Path, url: str) -> float:
    return timed([sys.executable, "-m", "tests.benchmarks.cron", str(folder), url], {})


def two(folder: Path, url: str) -> float:
    variables = fresh(folder, url)
    swept, delivered = timed([*STAYSAIL, "sweep"], variables), timed([*STAYSAIL, "deliver"], variables)
    print(f"    sweep {swept:.2f} s, deliver {delivered:.2f} s")
    return swept + delivered


def one(folder: Path, url: str) -> float:
    return timed([*STAYSAIL, "sweep", "--deliver"], fresh(folder, url))


def clear(folder: Path) -> None:
    for file in folder.glob("staysail.db*"):
        file.unlink()


def fresh(folder: Path, url: str) -> dict[str, str]:
    clear(folder)
    variables = environment(folder, url)
    timed([*STAYSAIL, "migrate"], variables)
    return variables


def environment(folder: Path, url: str) -> dict[str, str]:
    return {
        "DATABASE_URL": f"sqlite:///{folder}/staysail.db",
        "SLACK_API_URL": url,
        "SLACK_BOT_TOKEN": "xoxb-x",
        "STAYSAIL_CONFIG": f"{folder}/staysail.yml",
    }


@contextmanager
def serving(folder: Path, url: str) -> Iterator[Callable[[], float]]:
    """Gives a way to run the job once more in a process that stays."""
    command = [sys.executable, "-m", "tests.benchmarks.whole_job", "--serve", str(folder)]
    process = subprocess.Popen(command, env=os.environ | environment(folder, url), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin
    assert process.stdout
    lines, asking = process.stdout, process.stdin

    def again() -> float:
        print("go", file=asking, flush=True)
        seconds = float(lines.readline())
        print(f"    in a process that serves {seconds:.2f} s")
        return seconds

    try:
        yield again
    finally:
        asking.close()
        process.wait()


async def serve(folder: Path) -> None:
    """What `staysail run` does when the time for a sweep has come: its job, and its worker until nothing waits."""
    gc.set_threshold(YOUNG)
    settings = load_settings(folder / "staysail.yml", os.environ)
    for _ in sys.stdin:
        clear(folder)
        async with slack_session() as session:
            app = build(settings, session)
            migrate(app.database)
            worker = asyncio.ensure_future(app.worker.run())
            began = clock.now()
            await Jobs(app).sweep()
            while await app.database.read(outbox.count_waiting):
                await asyncio.sleep(GLANCE)
            last = await app.database.read(lambda session: session.scalar(select(func.max(OutboxMessage.shown_at))))
            print((last - began).total_seconds(), flush=True)
            worker.cancel()
            await asyncio.gather(worker, return_exceptions=True)
            app.database.close()


def timed(command: list[str], variables: dict[str, str]) -> float:
    began = time.perf_counter()
    done = subprocess.run(command, env=os.environ | variables, check=True, capture_output=True, text=True)
    print("   ", done.stdout.strip())
    return time.perf_counter() - began


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    main()
