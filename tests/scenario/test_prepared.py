"""A scenario that begins with a copy begins with what a sweep would have left."""

from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.database import Database
from models import Account
from tests import prepared
from tests.conftest import empty, on_sqlite
from tests.factories import WEDNESDAY, Company, Plan, World, few_accounts, start_world
from tests.scenario.test_reviews import PLAN, opened, planned


async def begun(database: Database, folder: Path, **plan: Any) -> prepared.Left:
    """What stands in the database when a scenario begins, and its report."""
    async with AsyncExitStack() as stack:
        world = await start_world(stack, folder, database, Plan(worker=False, **plan))
        left = await database.read(prepared.look, world.reports[-1])
    empty(database)
    return left


def sorted_rows(left: prepared.Left) -> dict[str, list[str]]:
    """PostgreSQL gives them in no order of its own."""
    return {table: sorted(map(repr, rows)) for table, rows in left.rows.items()}


async def test_a_copy_is_what_a_sweep_left_and_another_would_leave(
    database: Database, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    def the_same(company: Company) -> None:
        few_accounts(company)

    monkeypatch.setattr(prepared, "SWEPT", prepared.Shelf(tmp_path_factory.mktemp("swept")))
    first, copied = [await begun(database, tmp_path_factory.mktemp("company")) for _ in range(2)]
    assert (sorted_rows(copied), copied.sequences, copied.report) == (sorted_rows(first), first.sequences, first.report)
    other = await begun(database, tmp_path_factory.mktemp("other"), accounts=the_same)
    assert other.rows["outbox"] != first.rows["outbox"]  # it was swept: its messages have names of their own
    assert {table: len(rows) for table, rows in other.rows.items()} == {table: len(rows) for table, rows in first.rows.items()}
    assert other.sequences == first.sequences
    assert replace(other.report, seconds=0) == replace(first.report, seconds=0)
    assert len(first.rows["alerts"]) == 4


@on_sqlite
async def test_a_copy_of_a_story_is_what_the_story_left(
    database: Database, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def stands(begin: Callable[[World], Any]) -> tuple[Any, ...]:
        async with AsyncExitStack() as stack:
            world = await start_world(stack, tmp_path_factory.mktemp("company"), database, Plan(**PLAN, begin=begin))
            left = await database.read(prepared.look, world.reports[-1])
            channels = {
                one.id: [(m.ts, m.text, m.blocks) for m in one.messages.values()] for one in world.sandbox.workspace.channels.values()
            }
            letters = [(letter.id, letter.recipients, letter.source) for letter in world.sandbox.inbox.letters]
            found = sorted_rows(left), left.sequences, left.report, channels, letters, world.clock.at
        empty(database)
        return found

    monkeypatch.setattr(prepared, "SWEPT", prepared.Shelf(tmp_path_factory.mktemp("swept")))
    first = await stands(planned)
    assert first == await stands(planned)
    *_, letters, _ = first
    assert len(letters) == 2
    *_, before, _ = await stands(opened)
    assert before == [], "another story is another beginning"


@on_sqlite
async def test_who_begins_otherwise_is_swept(database: Database, tmp_path: Path) -> None:
    async def key(**plan: Any) -> prepared.Key | None:
        return await prepared.key_of(database, vars(Plan(**plan)), tmp_path)

    usual = await key()
    assert usual is not None
    assert await key(worker=False, transport="http") == usual
    assert await key(settings={"digest": {"enabled": True}}) != usual != await key(usergroups={"cs-leads": ["U1"]})
    playbooks = tmp_path / "playbooks"
    playbooks.mkdir()
    (playbooks / "first.yml").write_text("version: 1")
    first = await key(settings={"playbooks": "./playbooks"})
    (playbooks / "first.yml").write_text("version: 2")
    assert usual != first != await key(settings={"playbooks": "./playbooks"})
    assert await key(settings={"letters": "./letters"}) is None
    assert await key(accounts=lambda company: None) is None
    assert await key(begin=lambda world: None) is None
    await database.run(lambda session: session.add(Account(id="a1", name="Acme", polled_at=WEDNESDAY)))
    assert await key() is None
