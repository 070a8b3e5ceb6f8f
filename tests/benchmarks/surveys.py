"""A simulated year of asking: how long it takes, and whether any throttle was broken. The suite plays a smaller one.

    uv run python -m tests.benchmarks.surveys [--contacts 10000] [--passes 52] [--database sqlite|postgresql]

Every pass is a whole one: events come, people answer, playbooks are matched, plays begin, people are asked or held back, letters are
written and stand in the outbox. CPU seconds are this process's, without the PostgreSQL server's.
"""

import argparse
import asyncio
import time
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.database import Database
from bot.schema import migrate
from models import Invitation
from tests.benchmarks.data import address_of, own_folder
from tests.integration.replay import Replay, check


def main() -> None:
    arguments = _arguments()
    with own_folder("surveys") as folder:
        _measure(address_of(folder, arguments.database), folder, arguments)


def _measure(url: str, folder: Path, arguments: argparse.Namespace) -> None:
    database = Database(url)
    migrate(database)
    began, cpu = time.perf_counter(), time.process_time()
    asyncio.run(Replay(folder, database, arguments.contacts).run(arguments.passes))
    seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    with Session(database.reader) as session:
        found = check(session)
        rows = session.scalar(select(func.count()).select_from(Invitation)) or 0
    held = ", ".join(f"{count:,} {reason}" for reason, count in found.held.most_common())
    print(f"{arguments.database}: {arguments.contacts:,} contacts, {arguments.passes} passes in a year")
    print(f"  {found.asked:,} asked ({found.people:,} people, at most {found.most_a_year} relational a year); held back: {held}")
    print(f"  {seconds:.1f} s ({cpu:.1f} s of CPU): {1000 * cpu / rows:.2f} ms for each of {rows:,} decisions that were kept")
    print(f"  throttles broken: {len(found.broken)}")
    for problem in found.broken[:10]:
        print(f"    {problem}")
    database.close()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--contacts", type=int, default=10_000)
    parser.add_argument("--passes", type=int, default=52)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    return parser.parse_args()


if __name__ == "__main__":
    main()
