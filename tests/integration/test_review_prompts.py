"""Whatever the cadences, holidays, zones and habits: every account in cadence is prompted once a period, and never outside hours.

The suite tells a few stories. More of them: `uv run python -m tests.benchmarks.prompts`.
"""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, note, settings

from bot.database import Database
from tests.conftest import empty
from tests.integration.prompt_life import Life
from tests.integration.prompt_rule import broken
from tests.integration.prompt_story import HOURS, Cadence, Change, Customer, Habit, House, Story, stories
from tests.integration.prompt_told import DAY, MANAGERS, Told

Lived = Callable[[Story], Told]
BOTH = (Cadence("qbr", 20, 5), Cadence("ebr", 21, 6))
MONDAY = datetime(2026, 3, 2, 10, tzinfo=UTC)


def live(story: Story, database: Database, folder: Path) -> Told:
    empty(database)
    try:
        return asyncio.run(Life(story, database, folder).live())
    finally:
        empty(database)


@settings(max_examples=2, deadline=None, derandomize=True, database=None)
@given(story=stories(2, (10,)))
def test_every_account_is_prompted_once_a_period(story: Story, sqlite_database: Database, tmp_path_factory: pytest.TempPathFactory) -> None:
    note(str(story))
    assert broken(story, live(story, sqlite_database, tmp_path_factory.getbasetemp())) == []


def test_so_it_is_on_postgresql(postgres_database: Database, tmp_path: Path) -> None:
    story = Story(
        House((Cadence("qbr", 12, 5, sooner=True), Cadence("ebr", 15, 3)), HOURS[2], "Australia/Sydney", "IL", cards_a_day=1),
        (
            Customer("gus", 20, (Habit("plan", 1, 4, "cancelled"), Habit("skip", 2))),
            Customer("gus", 9, (Habit("elsewhere", 0, 1, "missed"),), (Change(5, "bea"),)),
            Customer(None, 14, (Habit(),), (Change(9, "trouble"),)),
        ),
        datetime(2026, 3, 26, 13, 45, tzinfo=UTC),
        stride=23,
        passes=14,
    )
    told = live(story, postgres_database, tmp_path)
    assert broken(story, told) == []
    assert len(told.cards) > 5
    assert len(told.words) >= 3


# --- one by one


@pytest.fixture
def lived(sqlite_database: Database, tmp_path: Path) -> Lived:
    return lambda story: live(story, sqlite_database, tmp_path)


def days(told: Told, story: Story) -> list[tuple[str, int]]:
    """What was asked for, and on which day of the story."""
    return [(card.asks, (card.opened - story.first) // DAY) for card in told.cards]


def test_of_two_that_are_due_the_second_is_asked_for_when_the_first_is_planned(lived: Lived) -> None:
    story = Story(House(BOTH), (Customer(age=18, habits=(Habit("plan", 1, lead=30), Habit())),), MONDAY, passes=9)
    told = lived(story)
    assert days(told, story) == [("qbr", 0), ("ebr", 5)]
    assert [(word.at - story.first) // DAY for word in told.words] == [8], "no word about the card that is done"


def test_a_cancelled_meeting_is_asked_for_again(lived: Lived) -> None:
    story = Story(House(BOTH[:1]), (Customer(age=18, habits=(Habit("plan", 0, 2, "cancelled"), Habit())),), MONDAY, passes=6)
    assert days(lived(story), story) == [("qbr", 0), ("qbr", 4)]


def test_a_meeting_of_which_nobody_says_anything_does_not_end_the_prompts(lived: Lived) -> None:
    story = Story(House(BOTH[:1]), (Customer(age=18, habits=(Habit("plan", 0, 1, "forgotten"), Habit())),), MONDAY, 48, passes=10)
    assert days(lived(story), story) == [("qbr", 0), ("qbr", 16)]


def test_no_word_is_heard_outside_the_hours_of_whoever_hears_it(lived: Lived) -> None:
    """In New York the clocks change in the night to that Sunday."""
    night = datetime(2026, 3, 4, 2, tzinfo=UTC)
    told = lived(Story(House(BOTH[:1]), (Customer("bea", age=18),), night, passes=8))
    assert [(word.channel, word.due) for word in told.words] == [
        ("U0BEA", datetime(2026, 3, 9, 13, tzinfo=UTC)),
        ("U0BEA", datetime(2026, 3, 11, 13, tzinfo=UTC)),
        (MANAGERS, datetime(2026, 3, 11, 8, tzinfo=UTC)),
    ]
