"""A crash after any statement repeats no effect and loses none: what comes out is what would have come out without it."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from bot.database import Database
from tests.conftest import on_postgresql
from tests.integration.crashing import STORIES, Change, Passing, Story, World

QUICK: dict[str, Any] = {
    "deadline": None,
    "derandomize": True,
    "database": None,
    "phases": (Phase.explicit, Phase.generate, Phase.shrink),
    "suppress_health_check": list(HealthCheck),
}


@pytest.fixture(scope="module")
def on_sqlite(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("crashes")
    shutil.copy(sqlite_template, folder / "staysail.db")
    database = Database(f"sqlite:///{folder / 'staysail.db'}")
    yield World(folder, database)
    database.close()


@pytest.fixture
def on_either(database: Database, tmp_path: Path) -> World:
    return World(tmp_path, database)


@settings(max_examples=6, **QUICK)
@given(story=STORIES)
def test_any_story_ends_the_same_with_crashes(on_sqlite: World, story: Story) -> None:
    assert on_sqlite.tell(story, crashing=True) == on_sqlite.tell(story, crashing=False)


@on_postgresql
@settings(max_examples=2, **QUICK)
@given(story=STORIES)
def test_any_story_ends_the_same_with_crashes_on_postgresql(on_either: World, story: Story) -> None:
    assert on_either.tell(story, crashing=True) == on_either.tell(story, crashing=False)


EVERYTHING = Story(
    playbooks=[
        {
            "playbook": "first",
            "version": 1,
            "about": "Every kind of step",
            "kind": "onboarding",
            "trigger": {"enters": "big"},
            "holdout": "30%",
            "goal": "seats > 90",
            "steps": [
                {"email": {"letter": "welcome", "to": "admin"}},
                {"set": {"tag": "x", "rank": 2}},
                {"if": "rank > 1", "then": [{"task": {"what": "Call"}}, {"start": "second"}]},
                {"split": {"x": 1, "y": 1}, "x": [{"notify": {"text": "x"}}], "y": [{"webhook": {"url": "https://hook.example"}}]},
                {"repeat": [{"wait": {"event": "paid", "at_most": "1d"}}, {"email": {"letter": "check-in", "to": "admin"}}], "at_most": 2},
            ],
        },
        {
            "playbook": "second",
            "version": 1,
            "about": "What the first one starts",
            "kind": "onboarding",
            "trigger": "manual",
            "steps": [{"card": "churn-risk"}, {"wait": "1d"}, {"stop": "enough"}],
        },
    ],
    passes=[
        Passing(0, [Change("arr", "b", 60)], True, []),
        Passing(4, [Change("event", "c"), Change("close", "b")], False, []),
    ],
)


def test_a_crash_after_every_single_statement_changes_nothing(on_either: World) -> None:
    calm = on_either.tell(EVERYTHING, crashing=False)
    assert {len(calm[kind]) > 1 for kind in ("plays", "alerts", "sent", "touches", "outbox", "traces")} == {True}
    every = 1 if on_either.database.is_sqlite else 3
    assert on_either.tell(EVERYTHING, crashing=True, every=every) == calm


def test_playbooks_that_start_each_other_do_so_once_a_pass(on_either: World) -> None:
    form = {"version": 1, "about": "A test", "kind": "onboarding", "mode": "live"}
    first = {"playbook": "first", "trigger": {"enters": "big"}, "steps": [{"start": "second"}], **form}
    second = {"playbook": "second", "trigger": "manual", "steps": [{"start": "first"}], **form}
    found = on_either.tell(Story([first, second], [Passing(0, [], True, []), Passing(24, [], True, [])]), crashing=False)
    assert sorted(found["plays"]) == [("first", "c", 1), ("second", "c", 1)]
    assert [seen[4] for seen in found["traces"]["second", "c", 1] if seen[2] == "step"] == [{"held": "quiet"}]
