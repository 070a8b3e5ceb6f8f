"""A process that dies, and two processes at once: nobody is asked twice, and nothing is lost."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.database import Database
from bot.playbooks import runner
from bot.playbooks.decide import decide
from bot.playbooks.due import claim
from bot.playbooks.loading import guard_of
from bot.playbooks.rulebook import Rulebook
from bot.playbooks.runner import advance_plays, move
from jobs.surveys import look_after_surveys
from models import Base, Dispatch, Invitation, OutboxMessage, Play, Touch, Trace
from tests.conftest import on_postgresql
from tests.integration.crashing import Crash, Dying
from tests.integration.questions import NOW, Questions, account, person
from tests.integration.replay import plain_letters

DAY = timedelta(days=1)


def outcome(session: Session) -> dict[str, Any]:
    """Everything that asking has led to, without the numbers that a database gives."""
    invited = {one.id: (one.survey, one.contact_id) for one in session.scalars(select(Invitation))}
    columns = ("state", "held", "held_until", "asked_at", "expires_at", "remind_at", "reminded_at", "language", "playbook")
    return {
        "invitations": {
            invited[one.id]: [getattr(one, name) for name in columns] + [bool(one.token)] for one in session.scalars(select(Invitation))
        },
        "letters": sorted(
            (invited[one.content["invitation"]], one.content["letter"], one.key.split(":")[0]) for one in session.scalars(select(Dispatch))
        ),
        "outbox": sorted((one.channel, one.due_at, one.dedup_key.split(":")[0]) for one in session.scalars(select(OutboxMessage))),
        "touches": sorted((one.contact_id, one.what, one.at) for one in session.scalars(select(Touch))),
        "plays": sorted(
            (one.playbook, one.account_id, one.step, one.end_reason, str(one.progress)) for one in session.scalars(select(Play))
        ),
        "traces": sorted((one.what, one.account_id, one.step or "", str(one.detail)) for one in session.scalars(select(Trace))),
    }


async def lived(house: Questions, dying: Dying | None) -> dict[str, Any]:
    """One asks at once, one waits, one is held back; then reminders.

    With `dying`, after each statement in turn, and then once more; after every eighth where each takes a round trip.
    """
    step = 1 if house.database.is_sqlite else 8
    await house.database.run(_begin)
    await house.add(
        [account("acme"), account("bolt"), account("core")],
        [
            person("acme", "ada"),
            person("acme", "bo", opted_out=True),
            person("bolt", "ada", email="ada@acme.example"),
            person("core", "cy"),
        ],
    )
    for days, moving in ((0, True), (4, True), (5, False), (6, True), (20, False)):
        now = NOW + days * DAY
        rulebook = await house.rulebook(now)
        await house.database.run(decide, rulebook, guard_of(house.settings, now), {}, now)
        work: Callable[[], Awaitable[Any]] = partial(advance_plays, house.database, None, rulebook, now)
        await _through(work if moving else partial(look_after_surveys, house.database, house.settings, now), dying, step)
        await house.database.run(_left)
    return await house.database.read(outcome)


async def _through(work: Callable[[], Awaitable[Any]], dying: Dying | None, step: int) -> None:
    statement = 1
    while dying:
        dying.left = statement
        try:
            await work()
        except Crash:
            statement += step
            continue
        dying.left = None
        break
    await work()


def _begin(session: Session) -> None:
    for table in reversed(Base.metadata.sorted_tables):
        session.execute(delete(table))


def _left(session: Session) -> None:
    """Whatever was to leave has left."""
    for row in session.scalars(select(OutboxMessage)):
        row.shown_at, row.shown_version = NOW, 1


async def test_a_crash_after_any_statement_asks_nobody_twice_and_loses_nothing(database: Database, tmp_path: Path) -> None:
    house = Questions(tmp_path, database)
    house.changes = {"surveys": {"between": {"any": "5d", "transactional": "5d", "relational": "5d"}}, "letters": "./letters"}
    for letter in ("survey", "survey-reminder"):
        plain_letters(tmp_path / "letters" / letter)
    house.playbook("first", {"survey": {"ask": "csat-onboarding", "at_most": 1}})
    house.playbook("second", {"survey": "ces-integration"}, {"survey": "nps"}, {"wait": "30d"})
    calm = await lived(house, None)
    assert {state for _, state in ((key, row[0]) for key, row in calm["invitations"].items())} == {"asked", "held"}
    assert {letter for _, letter, _ in calm["letters"]} == {"survey", "survey-reminder"}
    assert {"held_back", "not_asked", "step", "survey_reminded"} <= {what for what, *_ in calm["traces"]}
    with Dying(database).listening() as dying:
        assert await lived(house, dying) == calm


@pytest.fixture
def two(postgres_url: str, database: Database) -> Iterator[tuple[Database, Database]]:
    other = Database(postgres_url)
    yield database, other
    other.close()


@on_postgresql
async def test_two_processes_ask_one_person_once(two: tuple[Database, Database], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each has a batch of its own, of other accounts, and behind these are the same people."""
    monkeypatch.setattr(runner, "claim", partial(claim, limit=25))
    house = Questions(tmp_path, two[0])
    house.changes = {"letters": "./letters"}
    plain_letters(tmp_path / "letters" / "survey")
    ids = [f"a{number:02}" for number in range(50)]
    await house.add([account(id_) for id_ in ids], [person(id_, "x", email=f"p{at % 25}@people.example") for at, id_ in enumerate(ids)])
    house.playbook("ask", {"survey": "nps"}, trigger={"every": "1d"})
    rulebook = await house.rulebook(NOW)
    await house.database.run(decide, rulebook, guard_of(house.settings, NOW), {}, NOW)
    assert both(two, rulebook) == [25, 25]
    states = [one.state for one in await house.rows(Invitation)]
    assert (states.count("asked"), states.count("held")) == (25, 25)
    assert len({one.person for one in await house.rows(Invitation) if one.state == "asked"}) == 25


def both(two: tuple[Database, Database], rulebook: Rulebook) -> list[int]:
    """Lets both move a batch from the same moment on. Gives how many plays each moved."""
    together, moved = Barrier(2), [0, 0]

    def work(at: int) -> None:
        together.wait()
        moved[at] = asyncio.run(two[at].run(move, rulebook, {}, NOW)).plays

    threads = [Thread(target=work, args=(at,)) for at in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return moved
