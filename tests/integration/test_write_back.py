"""What is asked for comes to the CRM once, in order, and is told as it was: whatever fails in between."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.connectors.crm.sql_records import SqlRecords
from bot.connectors.ports import Values
from bot.database import Database
from bot.errors import AlreadyDone, RecordChanged, RecordRefused, Refused, SourceFailed
from bot.team.roles import Actor, Role
from bot.write_back.asking import ask, confirm, offer, take_back
from bot.write_back.runner import NOT_SET_UP, WriteBack
from bot.write_back.settling import TRIES, wait_after
from models import Account, OutboxMessage, Trace, Writeback
from tests.conftest import on_sqlite
from tests.factories import RisingClock

READ = "SELECT outcome, note, next_step FROM records WHERE account_id = :id"
WRITE = "UPDATE records SET outcome = :outcome, note = :note, next_step = :next_step WHERE account_id = :id"
OLD = {"outcome": "at risk", "note": "Their admin left", "next_step": None}
NEW = {"outcome": "saved", "next_step": "Review in January"}
JANA = Actor("U0JANA", "jana@ours.example", "Jana", None, frozenset({Role.CSM}))
OLIVER = Actor("U0OLIVER", "oliver@ours.example", "Oliver", None, frozenset({Role.CSM}))
LEAD = Actor("U0HELENA", "lead@ours.example", "Helena", None, frozenset({Role.CSM, Role.MANAGER}))


class Killed(BaseException):
    """The process ends at this moment."""


@dataclass
class Moody:
    """The real connector, with what goes wrong around it. `before` and `after` a writing, each raised once."""

    inner: SqlRecords
    down: str = ""
    before: list[BaseException] = field(default_factory=list)
    after: list[BaseException] = field(default_factory=list)
    written: list[Mapping[str, str | None]] = field(default_factory=list)

    def read_record(self, account_id: str, within: float | None = None) -> Values:
        if self.down:
            raise SourceFailed(self.down)
        return self.inner.read_record(account_id, within)

    def write_record(self, account_id: str, old: Values, new: Values) -> None:
        if self.down:
            raise SourceFailed(self.down)
        if self.before:
            raise self.before.pop()
        self.inner.write_record(account_id, old, new)
        self.written.append(new)
        if self.after:
            raise self.after.pop()

    def rehearse(self, account_id: str) -> None:
        self.inner.rehearse(account_id)


@dataclass
class House:
    database: Database
    file: Path
    crm: Moody
    clock: RisingClock
    job: WriteBack

    async def ask(self, key: str = "k", old: Values = OLD, new: Values = NEW) -> int:
        def work(session: Session) -> int:
            return ask(session, key, "a1", None, JANA.slack_id, old, new, self.clock()).id

        return await self.database.run(work)

    async def row(self, number: int = 1) -> Writeback:
        found = await self.database.read(lambda session: session.get(Writeback, number))
        assert found is not None
        return found

    async def receipt(self) -> OutboxMessage:
        found = await self.database.read(lambda session: session.scalars(select(OutboxMessage)).one())
        assert (found.subject, found.channel) == ("writeback:1", JANA.slack_id)
        return found

    async def did(self) -> list[tuple[str, str]]:
        return await self.database.read(lambda session: [(t.what, t.actor) for t in session.scalars(select(Trace).order_by(Trace.id))])

    def stands(self) -> dict[str, Any]:
        with closing(sqlite3.connect(self.file)) as crm, crm:
            row = crm.execute("SELECT outcome, note, next_step FROM records WHERE account_id = 'a1'").fetchone()
        return dict(zip(OLD, row, strict=True))

    def somebody_writes(self, **values: Any) -> None:
        with closing(sqlite3.connect(self.file)) as crm, crm:
            for name, value in values.items():
                crm.execute(f"UPDATE records SET {name} = ? WHERE account_id = 'a1'", (value,))


@pytest.fixture
async def house(database: Database, tmp_path: Path) -> House:
    file = tmp_path / "crm.db"
    with closing(sqlite3.connect(file)) as crm, crm:
        crm.execute("CREATE TABLE records (account_id TEXT, outcome TEXT, note TEXT, next_step TEXT)")
        crm.execute("INSERT INTO records VALUES ('a1', 'at risk', 'Their admin left', NULL)")
    clock, moody = RisingClock(), Moody(SqlRecords(f"sqlite:///{file}", READ, WRITE, 5))
    await database.run(lambda session: session.add(Account(id="a1", name="Acme", polled_at=clock())))
    return House(database, file, moody, clock, WriteBack(database, moody, clock))


async def test_what_is_asked_for_is_written_once_and_can_be_taken_back(house: House) -> None:
    assert await house.ask() == await house.ask()
    assert dict(await house.job.run()) == {"tidied": 0, "written": 1}
    assert dict(await house.job.run()) == {}
    row = await house.row()
    assert (row.state, row.undo_until, house.stands()) == ("written", house.clock.at + timedelta(minutes=10), {**OLD, **NEW})
    for _ in range(2):
        await house.database.run(take_back, 1, JANA, house.clock())
    assert (await house.job.run())["undone"] == 1
    assert house.stands() == OLD
    assert len(house.crm.written) == 2
    assert await house.did() == [("written_back", "U0JANA"), ("write_back_undone", "U0JANA")]
    row = await house.row()
    assert (await house.receipt()).wanted_version == row.version == 4


async def test_a_change_meanwhile_is_refused_and_both_are_kept(house: House) -> None:
    await house.ask()
    house.somebody_writes(note="They signed elsewhere")
    assert (await house.job.run())["refused"] == 1
    row = await house.row()
    assert (row.state, row.old, row.new, row.found) == ("refused", OLD, NEW, {**OLD, "note": "They signed elsewhere"})
    assert house.stands()["outcome"] == "at risk"
    assert await house.did() == [("write_back_refused", "U0JANA")]
    assert dict(await house.job.run()) == {}


@pytest.mark.parametrize("undoing", [False, True])
async def test_a_crash_between_the_crms_commit_and_ours_neither_repeats_nor_refuses(house: House, undoing: bool) -> None:
    await house.ask()
    if undoing:
        await house.job.run()
        await house.database.run(take_back, 1, JANA, house.clock())
    house.crm.after = [Killed()]
    with pytest.raises(Killed):
        await house.job.run()
    assert house.stands() == (OLD if undoing else {**OLD, **NEW})
    assert (await house.row()).state == ("undoing" if undoing else "waiting")
    assert (await house.job.run())["undone" if undoing else "written"] == 1
    assert len(house.crm.written) == (2 if undoing else 1)
    assert len(await house.did()) == (2 if undoing else 1)


@on_sqlite
async def test_a_crash_before_the_writing_loses_nothing(house: House) -> None:
    await house.ask(old={})
    house.crm.before = [Killed()]
    with pytest.raises(Killed):
        await house.job.run()
    assert (await house.row()).old == OLD
    house.somebody_writes(note="In between")
    assert (await house.job.run())["refused"] == 1


@on_sqlite
async def test_without_a_preview_what_stands_there_first_counts_and_comes_back_with_undo(house: House) -> None:
    await house.ask(old={})
    house.crm.down = "connection refused"
    assert (await house.job.run())["waiting"] == 1
    house.somebody_writes(note="While it was down")
    house.crm.down = ""
    with time_machine.travel(timedelta(seconds=6)):
        assert (await house.job.run())["written"] == 1
    assert (await house.row()).old == {**OLD, "note": "While it was down"}
    await house.database.run(take_back, 1, JANA, house.clock())
    await house.job.run()
    assert house.stands() == {**OLD, "note": "While it was down"}


def test_a_crm_that_is_down_is_asked_ever_more_rarely_for_a_day() -> None:
    waits = [wait_after(attempts).total_seconds() for attempts in range(1, TRIES)]
    assert waits[:9] == [5, 10, 20, 40, 80, 160, 320, 600, 600]
    assert 23 * 3600 < sum(waits) < 25 * 3600


@on_sqlite
async def test_a_crm_that_stays_down_is_given_up_and_it_is_told(house: House) -> None:
    await house.ask()
    house.crm.down = "connection refused"
    for attempts, state in ((1, "waiting"), (2, "waiting"), (TRIES, "failed")):
        await house.database.run(_tried, attempts - 1)
        await house.job.run()
        row = await house.row()
        assert (row.state, row.problem, row.attempts) == (state, "connection refused", attempts)
        assert dict(await house.job.run()) == {}
    assert row.version == 3  # the receipt told of the first failure and of the end, not of every try
    assert await house.did() == [("write_back_failed", "U0JANA")]


def _tried(session: Session, attempts: int) -> None:
    """So often already, and now its time has come again."""
    session.execute(update(Writeback).values(attempts=attempts, retry_at=None))


@on_sqlite
async def test_what_trying_again_cannot_help_is_final(house: House) -> None:
    await house.ask()
    with closing(sqlite3.connect(house.file)) as crm, crm:
        crm.execute("DELETE FROM records")
    await house.job.run()
    assert ((await house.row()).state, (await house.row()).problem) == ("failed", "the CRM has no record of the account a1")
    house.crm.before = [RecordRefused("the CRM does not take these values: too long")]
    await house.ask("long")
    await house.job.run()
    assert (await house.row(2)).state == "failed"
    await house.ask("other")
    await WriteBack(house.database, None, house.clock).run()
    assert ((await house.row(3)).state, (await house.row(3)).problem) == ("failed", NOT_SET_UP)


@on_sqlite
async def test_a_drivers_surprise_is_tried_again(house: House) -> None:
    await house.ask()
    house.crm.before = [ValueError("unforeseen")]
    assert (await house.job.run())["waiting"] == 1
    assert (await house.row()).problem == "ValueError: unforeseen"
    with time_machine.travel(timedelta(seconds=6)):
        assert (await house.job.run())["written"] == 1


@on_sqlite
async def test_changes_of_one_account_are_made_in_the_order_in_which_they_were_asked_for(house: House) -> None:
    await house.ask("first", old={}, new={"outcome": "saved"})
    house.crm.down = "connection refused"
    await house.job.run()
    await house.ask("second", old={}, new={"outcome": "churned"})
    house.crm.down = ""
    assert dict(await house.job.run()) == {}
    with time_machine.travel(timedelta(seconds=6)):
        await house.job.run()
        await house.job.run()
    assert [change["outcome"] for change in house.crm.written] == ["saved", "churned"]


@on_sqlite
async def test_two_processes_that_are_at_it_write_once(house: House) -> None:
    """A lease that was lost in the middle: the second finds the values there, and counts them as written."""
    await house.ask()
    house.crm.before = [RecordChanged({**OLD, **NEW})]
    assert (await house.job.run())["written"] == 1


@on_sqlite
async def test_who_may_take_back_and_for_how_long(house: House) -> None:
    await house.ask()
    with pytest.raises(Refused, match="10 minutes"):
        await house.database.run(take_back, 1, JANA, house.clock())
    await house.job.run()
    with pytest.raises(Refused, match="managers"):
        await house.database.run(take_back, 1, OLIVER, house.clock())
    house.clock.move(minutes=10)
    with pytest.raises(Refused, match="10 minutes"):
        await house.database.run(take_back, 1, JANA, house.clock())
    house.clock.move(seconds=-1)
    await house.database.run(take_back, 1, LEAD, house.clock())
    with pytest.raises(AlreadyDone) as told:
        await house.database.run(take_back, 1, JANA, house.clock())
    assert told.value.who == LEAD.slack_id
    await house.job.run()
    assert await house.did() == [("written_back", "U0JANA"), ("write_back_undone", "U0HELENA")]


@on_sqlite
async def test_what_was_changed_since_is_not_taken_back(house: House) -> None:
    await house.ask()
    await house.job.run()
    house.somebody_writes(outcome="churned")
    await house.database.run(take_back, 1, JANA, house.clock())
    assert (await house.job.run())["refused"] == 1
    row = await house.row()
    assert (row.state, row.undone_by, row.found and row.found["outcome"]) == ("refused", "U0JANA", "churned")


@on_sqlite
async def test_the_receipt_loses_its_button_after_ten_minutes(house: House) -> None:
    await house.ask()
    await house.job.run()
    house.clock.move(minutes=9)
    assert dict(await house.job.run()) == {}
    house.clock.move(minutes=1)
    assert (await house.job.run())["tidied"] == 1
    row = await house.row()
    assert (row.state, row.undo_until) == ("written", None)
    assert (await house.receipt()).wanted_version == row.version == 3


@on_sqlite
async def test_a_preview_asks_for_nothing_until_it_is_confirmed_and_is_forgotten_after_a_day(house: House) -> None:
    values = {"account_id": "a1", "alert_id": None, "by": JANA.slack_id, "old": {}, "new": NEW}
    for seen in ({}, OLD):
        await house.database.run(offer, "view", {**values, "old": seen}, house.clock())
    assert dict(await house.job.run()) == {}
    with pytest.raises(Refused, match="Only whoever was shown"):
        await house.database.run(confirm, 1, LEAD, house.clock())
    for _ in range(2):
        await house.database.run(confirm, 1, JANA, house.clock())
    assert (await house.row()).old == OLD
    await house.database.run(offer, "view", {**values, "new": {"outcome": "churned"}}, house.clock())
    assert (await house.job.run())["written"] == 1
    assert house.stands() == {**OLD, **NEW}
    await house.database.run(offer, "another", values, house.clock())
    house.clock.move(days=1, seconds=1)
    await house.job.run()
    with pytest.raises(Refused, match="too old"):
        await house.database.run(confirm, 2, JANA, house.clock())
