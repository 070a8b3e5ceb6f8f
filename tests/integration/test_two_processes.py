"""Two processes share the plays that are due: each moves some, none moves twice, and limits hold across both."""

import asyncio
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from bot.database import Database
from bot.durations import Allowance
from bot.playbooks.due import claim
from bot.playbooks.known import known_signals
from bot.playbooks.loading import house_of, known_to
from bot.playbooks.rulebook import Routes, Rulebook
from bot.playbooks.runner import advance_plays, move
from bot.playbooks.status import learn
from bot.settings import load_settings
from models import Account, Contact, Dispatch, OutboxMessage, Play, Touch, Trace
from tests.conftest import on_postgresql
from tests.integration.crashing import SETTINGS, START
from tests.playbooks import load_playbooks

pytestmark = on_postgresql
"""SQLite has one writer at a time."""
STEPS: dict[str, list[Any]] = {
    "moving": [{"wait": "1d"}, {"set": {"tag": "seen"}}, {"notify": {"text": "Look"}}, {"wait": "7d"}],
    "writing": [{"wait": "1d"}, {"email": {"letter": "check-in", "to": "admin"}}, {"wait": "7d"}],
    "asking": [{"wait": "1d"}, {"email": {"letter": "welcome", "to": "admin"}}, {"wait": "7d"}],
    "starting": [{"wait": "1d"}, {"start": "moving"}],
    "beginning": [{"wait": "1d"}, {"start": "moving"}],
}


@pytest.fixture
def in_batches(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Of so many plays, instead of a thousand: what batches of two processes do to each other they do with fewer plays too."""
    return lambda limit: monkeypatch.setattr("bot.playbooks.runner.claim", partial(claim, limit=limit))


@pytest.fixture
def two(postgres_url: str, database: Database) -> Iterator[tuple[Database, Database]]:
    """What two processes have: a pool of connections each."""
    other = Database(postgres_url)
    yield database, other
    other.close()


def rulebook_of(session: Session, folder: Path, *names: str) -> Rulebook:
    (folder / "staysail.yml").write_text(json.dumps(SETTINGS))
    settings = load_settings(folder / "staysail.yml", {})
    files = []
    for name in names:
        form = {"playbook": name, "version": 1, "about": "A test", "kind": "onboarding", "trigger": "manual", "steps": STEPS[name]}
        files.append(folder / f"{name}.yml")
        files[-1].write_text(json.dumps(form))
    house, signals = house_of(settings), known_signals(session, settings, START.date())
    playbooks = {one.name: one for one in load_playbooks(files, signals.catalogue, known_to(settings, house))}
    learn(session, playbooks.values(), START)
    return Rulebook(playbooks, {one.edition: one for one in playbooks.values()}, signals, Routes((), "#cs-alerts"), house)


def due_plays(session: Session, count: int, *names: str) -> None:
    """One play of each playbook for each account, all due now."""
    ids = [f"acc-{number:05}" for number in range(count)]
    session.execute(insert(Account), [{"id": one, "name": one, "owner_email": "ann@ours.example", "polled_at": START} for one in ids])
    people = [{"id": f"{one}-admin", "account_id": one, "name": "Ada", "email": f"ada@{one}.example", "role": "admin"} for one in ids]
    session.execute(insert(Contact), [person | {"polled_at": START} for person in people])
    since = {"since": (START - timedelta(days=1)).isoformat(), "until": START.isoformat()}
    for at, name in enumerate(names):
        order = ids if at % 2 == 0 else ids[::-1]
        plays = [
            {"playbook": name, "version": 1, "account_id": one, "progress": since, "started_at": START, "due_at": START} for one in order
        ]
        session.execute(insert(Play), plays)


def both(two: tuple[Database, Database], rulebook: Rulebook) -> list[int]:
    """Lets both move batches until nothing is due, from the same moment on. Gives how many plays each moved."""
    together, moved, failed = Barrier(2), [0, 0], []

    def work(at: int) -> None:
        together.wait()
        try:
            while some := move_batch(two[at], rulebook):
                moved[at] += some
        except Exception as error:
            failed.append(error)

    threads = [Thread(target=work, args=(at,)) for at in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    return moved


def move_batch(database: Database, rulebook: Rulebook) -> int:
    return asyncio.run(database.run(move, rulebook, {}, START)).plays


async def test_each_does_a_share_and_no_step_is_done_twice(
    two: tuple[Database, Database], tmp_path: Path, in_batches: Callable[[int], None]
) -> None:
    in_batches(100)
    rulebook = await two[0].run(rulebook_of, tmp_path, "moving")
    await two[0].run(due_plays, 600, "moving")
    moved = both(two, rulebook)
    assert sum(moved) == 1200
    assert all(moved), moved
    with Session(two[0].reader) as session:
        steps = session.execute(select(Trace.step, func.count(), func.count(Trace.play_id.distinct())).group_by(Trace.step)).all()
        assert sorted(map(tuple, steps)) == [("0", 600, 600), ("1", 600, 600), ("2", 600, 600)]
        assert session.scalar(select(func.count()).select_from(OutboxMessage)) == 600
        assert {tags for (tags,) in session.execute(select(Account.tags))} == {" seen "}


async def test_what_one_has_claimed_the_other_passes_over(two: tuple[Database, Database], tmp_path: Path) -> None:
    rulebook = await two[0].run(rulebook_of, tmp_path, "moving")
    await two[0].run(due_plays, 30, "moving")
    with Session(two[0].writer) as first, Session(two[1].writer) as second:
        mine = claim(first, rulebook, START, limit=20)
        others = claim(second, rulebook, START, limit=20)
    assert (len(mine), len(others)) == (20, 10)
    assert not {due.play_id for due in mine} & {due.play_id for due in others}


async def test_the_limit_of_a_contact_holds_across_both(
    two: tuple[Database, Database], tmp_path: Path, in_batches: Callable[[int], None]
) -> None:
    in_batches(300)  # one of each playbook: at the same time the same people
    rulebook = await two[0].run(rulebook_of, tmp_path, "writing", "asking")
    rulebook = replace(rulebook, house=replace(rulebook.house, per_contact=Allowance(1, timedelta(days=7))))
    await two[0].run(due_plays, 300, "writing", "asking")
    both(two, rulebook)
    with Session(two[0].reader) as session:
        letters = session.execute(select(Touch.contact_id, func.count()).group_by(Touch.contact_id)).all()
    assert len(letters) == 300
    assert {count for _, count in letters} == {1}


async def test_one_play_begins_when_both_start_it(
    two: tuple[Database, Database], tmp_path: Path, in_batches: Callable[[int], None]
) -> None:
    in_batches(150)  # one of each playbook: at the same time the same accounts
    rulebook = await two[0].run(rulebook_of, tmp_path, "starting", "beginning", "moving")
    await two[0].run(due_plays, 150, "starting", "beginning")
    both(two, rulebook)
    with Session(two[0].reader) as session:
        begun = session.execute(select(Play.account_id, func.count()).where(Play.playbook == "moving").group_by(Play.account_id)).all()
        assert len(begun) == 150
        assert {count for _, count in begun} == {1}
        told = session.scalars(select(Trace.detail).where(Trace.playbook.in_(["starting", "beginning"]), Trace.step == "1")).all()
    assert sorted("held" in detail for detail in told) == [False] * 150 + [True] * 150


async def test_two_passes_at_once_do_the_work_of_one(two: tuple[Database, Database], tmp_path: Path) -> None:
    rulebook = await two[0].run(rulebook_of, tmp_path, "writing")
    await two[0].run(due_plays, 40, "writing")
    moved = await asyncio.gather(*(advance_plays(one, None, rulebook, START) for one in two))
    assert sum(one.letters for one in moved) == 40
    with Session(two[0].reader) as session:
        assert session.scalar(select(func.count()).select_from(Dispatch)) == 40
