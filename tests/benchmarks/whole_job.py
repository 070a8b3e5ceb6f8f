"""The whole job beside a cron script, as whole processes: from nothing to about a thousand cards in a stand-in without delay.

    uv run python -m tests.benchmarks.whole_job [--accounts 100000] [--runs 3]

Ours is `staysail sweep` and then `staysail deliver`: it also polls and keeps every account, measures and keeps every signal, and
remembers what it sent.
"""

import argparse
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

from tests.benchmarks.data import build_sqlite, usage_days
from tests.benchmarks.sweep import SETTINGS


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--accounts", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="staysail-bench-") as name:
        compare(arguments, Path(name))


def compare(arguments: argparse.Namespace, folder: Path) -> None:
    build_sqlite(folder, arguments.accounts, usage_days(date.today(), 90, 1))  # noqa: DTZ011
    (folder / "staysail.yml").write_text(SETTINGS.format(crm=f"sqlite:///{folder}/crm.db", usage=f"sqlite:///{folder}/usage.db"))
    port = free_port()
    standin = subprocess.Popen([sys.executable, "-m", "tests.benchmarks.standin", str(port)])
    url = f"http://127.0.0.1:{port}/api/"
    try:
        time.sleep(1.5)
        runs = [(cron(folder, url), ours(folder, url)) for _ in range(arguments.runs)]
    finally:
        standin.terminate()
        standin.wait()
    base, total = (statistics.median(column) for column in zip(*runs, strict=True))
    ratio = statistics.median(own / script for script, own in runs)
    print(f"{arguments.accounts:,} accounts x 90 rows, SQLite, {arguments.runs} runs (medians, whole processes)")
    print(f"  cron script       {base:6.2f} s")
    print(f"  sweep + deliver   {total:6.2f} s   {ratio:.2f} x")


def cron(folder: Path, url: str) -> float:
    return timed([sys.executable, "-m", "tests.benchmarks.cron", str(folder), url], {})


def ours(folder: Path, url: str) -> float:
    for file in folder.glob("staysail.db*"):
        file.unlink()
    variables = {
        "DATABASE_URL": f"sqlite:///{folder}/staysail.db",
        "SLACK_API_URL": url,
        "SLACK_BOT_TOKEN": "xoxb-x",
        "STAYSAIL_CONFIG": f"{folder}/staysail.yml",
    }
    staysail = [sys.executable, "-m", "bot"]
    timed([*staysail, "migrate"], variables)
    swept, delivered = timed([*staysail, "sweep"], variables), timed([*staysail, "deliver"], variables)
    print(f"    sweep {swept:.2f} s, deliver {delivered:.2f} s")
    return swept + delivered


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
