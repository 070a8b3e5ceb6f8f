"""Stories of houses, customers and habits without end: is every account in cadence prompted once a period, and never outside hours?

    uv run python -m tests.benchmarks.prompts [--minutes 10] [--seed 1] [--database sqlite|postgresql]

The suite tells two of them. What is broken is shown at the end, the shortest story first.
"""

import argparse
import asyncio
import logging
import time
from pathlib import Path

import structlog
from hypothesis import HealthCheck, Phase, given, seed, settings

from bot.database import Database
from bot.schema import migrate
from tests.benchmarks.data import address_of, own_folder
from tests.conftest import empty
from tests.integration.prompt_life import Life
from tests.integration.prompt_rule import broken
from tests.integration.prompt_story import Story, stories

ENDLESS = 1_000_000


class Telling:
    def __init__(self, database: Database, folder: Path, seconds: float) -> None:
        self.database, self.folder, self.until = database, folder, time.monotonic() + seconds
        self.stories, self.years, self.cards, self.words = 0, 0.0, 0, 0
        self.broken: list[tuple[Story, list[str]]] = []

    def tell(self, number: int) -> None:
        """Until the time is over, or ten of them are broken."""

        @seed(number)
        @settings(max_examples=ENDLESS, deadline=None, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
        @given(stories(customers=9, passes=(60,)))
        def one(story: Story) -> None:
            self.live(story)
            if time.monotonic() > self.until or len(self.broken) >= 10:
                raise TimeoutError

        try:
            one()
        except TimeoutError:
            return

    def live(self, story: Story) -> None:
        empty(self.database)
        told = asyncio.run(Life(story, self.database, self.folder).live())
        self.stories += 1
        self.years += len(story.customers) * story.passes * story.stride / 24 / 365
        self.cards += len(told.cards)
        self.words += len(told.words)
        if problems := broken(story, told):
            self.broken.append((story, problems))

    def report(self) -> None:
        print(f"{self.stories:,} stories, {self.years:,.0f} years of an account, {self.cards:,} cards, {self.words:,} words")
        print(f"broken: {len(self.broken)}")
        for story, problems in sorted(self.broken, key=lambda one: len(str(one[0])))[:3]:
            print("", story, *problems[:5], repr(story), sep="\n")


def main() -> None:
    arguments = _arguments()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with own_folder("prompts") as folder:
        _tell(address_of(folder, arguments.database), folder, arguments)


def _tell(url: str, folder: Path, arguments: argparse.Namespace) -> None:
    database = Database(url)
    migrate(database)
    telling = Telling(database, folder, arguments.minutes * 60)
    telling.tell(arguments.seed)
    telling.report()
    database.close()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    return parser.parse_args()


if __name__ == "__main__":
    main()
