"""What became of a change: told in the receipt, in the trace, and on the alert's card."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, exists, or_, select
from sqlalchemy.orm import Session, aliased

from bot.alerts.record import show
from bot.connectors.ports import Values
from bot.messages.catalog import WritebackState as State
from bot.write_back.asking import OFFERED_FOR, UNDO_FOR, changed
from models import Alert, Trace, Writeback

UNDER_WAY = (State.WAITING, State.UNDOING)
AT_ONCE = 50
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=5), timedelta(minutes=10)
TRIES = 150
"""With waits of 5, 10, 20 … seconds, at most ten minutes: about a day."""


@dataclass(frozen=True)
class Due:
    """A change to be made now: `old` is what must stand there (empty: whatever does), `new` what is to."""

    id: int
    account_id: str
    old: Values
    new: Values
    undoing: bool


@dataclass(frozen=True)
class Done:
    """It stands in the CRM."""


@dataclass(frozen=True)
class Conflict:
    """Something else stood there."""

    found: Values


@dataclass(frozen=True)
class Failed:
    """`final`: trying again cannot help."""

    problem: str
    final: bool = False


Result = Done | Conflict | Failed


def find_due(session: Session, machine_now: datetime) -> list[Due]:
    """Those whose time has come. An account's changes are made one after the other: a later one stands in the end."""
    earlier = aliased(Writeback)
    before = exists().where(earlier.account_id == Writeback.account_id, earlier.state.in_(UNDER_WAY), earlier.id < Writeback.id)
    ready = or_(Writeback.retry_at.is_(None), Writeback.retry_at <= machine_now)
    rows = select(Writeback).where(Writeback.state.in_(UNDER_WAY), ready, ~before).order_by(Writeback.retry_at.nulls_first(), Writeback.id)
    return [_due(row) for row in session.scalars(rows.limit(AT_ONCE))]


def _due(row: Writeback) -> Due:
    if row.state == State.UNDOING:
        return Due(row.id, row.account_id, {**row.old, **row.new}, {name: row.old.get(name) for name in row.new}, undoing=True)
    return Due(row.id, row.account_id, row.old, row.new, undoing=False)


def remember_old(session: Session, writeback_id: int, old: Values) -> None:
    """What stood there, before it is written over: undoing needs it, and a repeat after a crash must know it."""
    row = session.get(Writeback, writeback_id, with_for_update=True)
    if row is not None:
        row.old = dict(old)


def settle(session: Session, due: Due, result: Result, now: datetime, machine_now: datetime) -> State | None:
    """The new state; None when somebody else has settled it."""
    row = session.get(Writeback, due.id, with_for_update=True)
    if row is None or row.state != (State.UNDOING if due.undoing else State.WAITING):
        return None
    match result:
        case Done():
            _settle_done(row, now)
        case Conflict():
            row.state, row.found, row.problem = State.REFUSED, dict(result.found), None
        case Failed():
            _put_off(session, row, result, machine_now)
    if row.state not in UNDER_WAY:
        changed(session, row)
        _leave_trace(session, row, now)
    return State(row.state)


def _settle_done(row: Writeback, now: datetime) -> None:
    row.problem, row.retry_at = None, None
    if row.state == State.UNDOING:
        row.state = State.UNDONE
    else:
        row.state, row.written_at, row.undo_until = State.WRITTEN, now, now + UNDO_FOR


def _put_off(session: Session, row: Writeback, failed: Failed, machine_now: datetime) -> None:
    row.attempts += 1
    if failed.final or row.attempts >= TRIES:
        row.state, row.problem = State.FAILED, failed.problem
        return
    row.retry_at = machine_now + wait_after(row.attempts)
    if row.problem != failed.problem:
        row.problem = failed.problem
        changed(session, row)


def wait_after(attempts: int) -> timedelta:
    return min(FIRST_WAIT * 2.0 ** min(attempts - 1, 10), LONGEST_WAIT)


DID = {
    State.WRITTEN: "written_back",
    State.REFUSED: "write_back_refused",
    State.FAILED: "write_back_failed",
    State.UNDONE: "write_back_undone",
}


def _leave_trace(session: Session, row: Writeback, now: datetime) -> None:
    """Without the values: cards stand where everybody reads. A closed one shows it, too."""
    detail: dict[str, Any] = {"writeback": row.id, "fields": sorted(row.new), "undoing": row.undone_by is not None}
    what, actor = DID[State(row.state)], row.undone_by or row.by
    session.add(Trace(at=now, actor=actor, what=what, account_id=row.account_id, alert_id=row.alert_id, detail=detail))
    alert = session.get(Alert, row.alert_id, with_for_update=True) if row.alert_id is not None else None
    if alert is not None:
        show(session, alert)


def tidy(session: Session, now: datetime) -> int:
    """Takes the button off receipts whose ten minutes are over, and forgets previews that nobody confirmed. Returns how many."""
    over = session.scalars(select(Writeback).where(Writeback.state == State.WRITTEN, Writeback.undo_until <= now).with_for_update()).all()
    for row in over:
        row.undo_until = None
        changed(session, row)
    old = delete(Writeback).where(Writeback.state == State.OFFERED, Writeback.at < now - OFFERED_FOR)
    return len(over) + int(session.execute(old).rowcount)  # type: ignore[attr-defined]


def anything_to_do(session: Session, now: datetime, machine_now: datetime) -> bool:
    """A look without writing: most times there is nothing."""
    old = (Writeback.state == State.OFFERED) & (Writeback.at < now - OFFERED_FOR)
    over = (Writeback.state == State.WRITTEN) & (Writeback.undo_until <= now)
    return bool(find_due(session, machine_now)) or session.scalar(select(Writeback.id).where(or_(old, over)).limit(1)) is not None
