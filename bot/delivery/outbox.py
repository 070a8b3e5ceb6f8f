"""The outbox: messages that should be seen, written in the transaction that decided them, claimed and settled by the worker.

A row is behind while `shown_version < wanted_version`. Claiming is one conditional UPDATE: whoever changed the row has it, for the
time of a lease. A claim marks a first posting as `uncertain` before anything leaves; only a clear answer takes the mark away.
So a process that dies in between leaves a row that is looked up in Slack before it is posted again. A letter cannot be looked up:
it becomes a dead letter, and only a person sends it again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import BindParameter, ColumnElement, Select, and_, bindparam, case, exists, func, literal, or_, select, update
from sqlalchemy.orm import Session

from bot.bulk import inserting
from bot.delivery.schemes import is_slack, queue
from bot.delivery.sender import Terms
from models import OutboxMessage
from models.base import Moment

LEASE = timedelta(seconds=30)
PER_CHANNEL = Terms.at_once
"""One channel alone may fill a round of Slack messages."""
Row = OutboxMessage


@dataclass(frozen=True)
class Waiting:
    """A row that could be sent now."""

    id: str
    channel: str
    posted: bool


@dataclass(frozen=True)
class Claimed:
    """A row that is ours until its lease ends. `uncertain`: an earlier attempt may have posted it, at `attempted_at` or later."""

    id: str
    subject: str
    channel: str
    channel_id: str | None
    ts: str | None
    attempts: int
    uncertain: bool
    attempted_at: datetime | None


@dataclass(frozen=True)
class New:
    key: str
    subject: str
    channel: str
    due_at: datetime


def enqueue(session: Session, messages: Sequence[New], now: datetime) -> None:
    """A message whose key stands already is left as it is."""
    if not messages:
        return
    rows = [
        {"id": uuid4().hex, "dedup_key": m.key, "subject": m.subject, "channel": m.channel, "due_at": m.due_at, "created_at": now}
        for m in messages
    ]
    adding, values = inserting(session, Row, rows)
    session.execute(adding.on_conflict_do_nothing(index_elements=["dedup_key"]), values)


_BEHIND = (Row.__table__.c.subject == bindparam("about"), Row.__table__.c.wanted_version < bindparam("version"))
_REFRESH = update(Row.__table__).where(*_BEHIND).values(wanted_version=bindparam("version"), attempts=0, retry_at=None)  # type: ignore[arg-type]


def refresh(session: Session, subject: str, version: int) -> None:
    """The message about `subject` is to show this version. However many changes come, one sending shows the last.

    Part of every click, hence built once and without the ORM, which would take a third of the click's time.
    """
    session.connection().execute(_REFRESH, {"about": subject, "version": version})


def is_behind() -> ColumnElement[bool]:
    return and_(Row.shown_version < Row.wanted_version, Row.dead_at.is_(None))


def _free(machine_now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    ready = or_(Row.retry_at.is_(None), Row.retry_at <= machine_now)
    return and_(ready, or_(Row.claimed_until.is_(None), Row.claimed_until <= machine_now))


def _due() -> Select[Any]:
    place = func.row_number().over(partition_by=(queue(), Row.ts.is_(None)), order_by=(Row.due_at, Row.id))
    due = (
        select(Row.id, Row.channel, Row.ts.is_not(None).label("posted"), Row.due_at, place.label("place"))
        .where(is_behind(), Row.due_at <= bindparam("now", type_=Moment), _free(bindparam("machine_now", type_=Moment)))
        .subquery()
    )
    chosen = select(due.c.id, due.c.channel, due.c.posted).where(due.c.place <= PER_CHANNEL)
    return chosen.order_by(due.c.posted.desc(), due.c.due_at, due.c.id)


_DUE = _due()
"""Built once: the worker asks several times for every message."""


def find_due(session: Session, now: datetime, machine_now: datetime) -> list[Waiting]:
    """Updates first (a person has just clicked), then posts in order of time, a share of each queue."""
    return [Waiting(*row) for row in session.execute(_DUE, {"now": now, "machine_now": machine_now})]


def claim(session: Session, ids: Sequence[str], worker: str, machine_now: datetime, lease: timedelta | None = None) -> list[Claimed]:
    """Those of the rows that were still free and are now ours, for the time of a lease (None: the usual one)."""
    free = (Row.id.in_(ids), is_behind(), _free(machine_now))
    rows = session.execute(
        select(Row.id, Row.subject, Row.channel, Row.channel_id, Row.ts, Row.attempts, Row.uncertain, Row.attempted_at)
        .where(*free)
        .with_for_update(skip_locked=True)
    )
    claimed = [Claimed(*row) for row in rows]
    values: dict[str, Any] = {
        "claimed_by": worker,
        "claimed_until": machine_now + (lease or LEASE),
        "attempts": Row.attempts + 1,
        "uncertain": Row.ts.is_(None),
        "attempted_at": func.coalesce(Row.attempted_at, machine_now),
    }
    chosen = [row.id for row in claimed]
    taking = update(Row).where(Row.id.in_(chosen), *free[1:]).values(values).returning(Row.id)
    won = set(session.scalars(taking.execution_options(synchronize_session=False)))
    return [row for row in claimed if row.id in won]


@dataclass(frozen=True)
class Shown:
    """A message stands in Slack, at this version."""

    id: str
    channel_id: str
    ts: str
    version: int


def settle_shown(session: Session, shown: Sequence[Shown], worker: str, machine_now: datetime) -> None:
    """One statement for all of them."""
    if not shown:
        return
    table = Row.__table__
    settled: dict[str, Any] = {name: bindparam(f"new_{name}") for name in ("channel_id", "ts", "shown_version")}
    values = {**settled, **_released(), "shown_at": machine_now, "attempts": 0, "problem": None}
    mine = (table.c.id == bindparam("row_id"), table.c.claimed_by == worker)
    rows = [{"row_id": m.id, "new_channel_id": m.channel_id, "new_ts": m.ts, "new_shown_version": m.version} for m in shown]
    session.connection().execute(update(table).where(*mine).values(values), rows)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Skipped:
    """A message that is not to be sent (any more): `why` in words. It counts as done."""

    id: str
    subject: str
    why: str


def settle_skipped(session: Session, skipped: Skipped, worker: str) -> bool:
    """False: it was no longer ours."""
    values = _released() | {"shown_version": Row.wanted_version, "problem": f"not sent: {skipped.why}"}
    return _changed(session, update(Row).where(Row.id == skipped.id, Row.claimed_by == worker).values(values))


@dataclass(frozen=True)
class Failed:
    """An attempt that failed. `retry_at` None: it is a dead letter now. `uncertain`: it may have left all the same.

    `end`: what its subject is told of it, if anything.
    """

    id: str
    problem: str
    uncertain: bool
    retry_at: datetime | None
    counts: bool = True
    subject: str = ""
    end: str = ""


def settle_failed(session: Session, failed: Failed, worker: str, machine_now: datetime) -> bool:
    """Whether it was given up: it was still ours, and nobody has changed meanwhile what it shows (a change counts the attempts anew)."""
    values = _released() | {"problem": failed.problem, "retry_at": failed.retry_at}
    if failed.uncertain:
        del values["uncertain"], values["attempted_at"]
    if failed.retry_at is None:
        values["dead_at"] = case((Row.attempts > 0, literal(machine_now, Moment)))
    if not failed.counts:
        values["attempts"] = Row.attempts - 1
    settling = update(Row).where(Row.id == failed.id, Row.claimed_by == worker).values(values).returning(Row.dead_at)
    return session.scalar(settling.execution_options(synchronize_session=False)) is not None


def _released() -> dict[str, Any]:
    return {"claimed_by": None, "claimed_until": None, "uncertain": False, "attempted_at": None, "retry_at": None}


def next_attempt(session: Session, now: datetime) -> datetime | None:
    """When, on the machine's clock, the next row that is due in business time becomes free."""
    waits_until = func.coalesce(Row.claimed_until, Row.retry_at, Row.created_at)
    return session.scalar(select(func.min(waits_until)).where(is_behind(), Row.due_at <= now))


def count_waiting(session: Session) -> int:
    return session.scalar(select(func.count()).where(is_behind())) or 0


def _changed(session: Session, statement: Any) -> bool:
    return bool(session.execute(statement).rowcount)  # type: ignore[attr-defined]


_ALIVE: dict[str, Any] = {"dead_at": None, "retry_at": None, "attempts": 0}


def resend(session: Session, row_id: str) -> bool:
    """Brings a dead letter back. False: it is not dead (any more).

    A person has decided it: outside of Slack, where nothing can be looked up, that answers the doubt whether it has left already.
    """
    doubt = {"uncertain": case((is_slack(), Row.uncertain), else_=False)}
    return _changed(session, update(Row).where(Row.id == row_id, Row.dead_at.is_not(None)).values(_ALIVE | doubt))


def waits(session: Session, subject: str) -> bool:
    """Whether it is still to leave."""
    return bool(session.scalar(select(exists().where(Row.subject == subject, is_behind()))))


def withdraw(session: Session, key: str, why: str) -> bool:
    """What waits for its time is not to leave any more. False: it is under way, has left or was given up."""
    idle = (Row.dedup_key == key, is_behind(), Row.claimed_by.is_(None), Row.uncertain.is_(False), Row.ts.is_(None))
    return _changed(session, update(Row).where(*idle).values(shown_version=Row.wanted_version, problem=f"not sent: {why}"))


def drop(session: Session, row_id: str, why: str) -> bool:
    """Gives a dead letter up: it counts as done. False: it is not dead (any more)."""
    values = _released() | {"dead_at": None, "attempts": 0, "shown_version": Row.wanted_version, "problem": why}
    return _changed(session, update(Row).where(Row.id == row_id, Row.dead_at.is_not(None)).values(values))


def probe_dead(session: Session) -> int:
    """Brings the oldest dead letter of every Slack channel back: perhaps its cause was cured. The rest follow when it arrives.

    Letters and webhooks stay dead until a person resends them: they may have arrived, and a late one may do harm.
    """
    place = func.row_number().over(partition_by=Row.channel, order_by=(Row.dead_at, Row.id))
    dead = select(Row.id, place.label("place")).where(Row.dead_at.is_not(None), is_slack()).subquery()
    oldest = session.scalars(select(dead.c.id).where(dead.c.place == 1)).all()
    return sum(resend(session, row_id) for row_id in oldest)


def revive(session: Session, arrived: Sequence[str]) -> None:
    """These messages have arrived: whatever was dead in their Slack channels gets another chance."""
    if session.scalar(select(Row.id).where(Row.dead_at.is_not(None)).limit(1)) is None:
        return
    channels = select(Row.channel).where(Row.id.in_(arrived))
    session.execute(update(Row).where(Row.dead_at.is_not(None), is_slack(), Row.channel.in_(channels)).values(_ALIVE))
