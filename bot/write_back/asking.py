"""What somebody wants written to the CRM: offered with a preview, asked for, taken back.

    offered ──Write──► waiting ──► written ──Undo──► undoing ──► undone
                          ├──► refused   the record had changed; both versions are kept
                          └──► failed    the CRM was down for a day, or has no such record

Undoing may end as refused or failed, too; `undone_by` tells that it was the undoing.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.bulk import insert_into
from bot.connectors.ports import Values
from bot.delivery import outbox
from bot.delivery.keys import writeback_key, writeback_subject
from bot.delivery.outbox import New
from bot.errors import AlreadyDone, Refused
from bot.messages.catalog import WritebackState as State
from bot.team.roles import Actor
from models import Writeback

UNDO_FOR = timedelta(minutes=10)
OFFERED_FOR = timedelta(days=1)


def ask(  # noqa: PLR0913, PLR0917 - the facts of one row
    session: Session, key: str, account_id: str, alert_id: int | None, by: str, old: Values, new: Values, now: datetime
) -> Writeback:
    """Asks for `new` to be written if the record still is `old`. An empty `old`: nobody saw it, and whatever stands there then counts.

    The same key twice is the same change.
    """
    values = {"account_id": account_id, "alert_id": alert_id, "by": by, "old": dict(old), "new": dict(new), "at": now}
    row = _kept(session, key, values | {"state": State.WAITING})
    _tell(session, row, now)
    return row


def offer(session: Session, key: str, values: Mapping[str, Any], now: datetime) -> Writeback:
    """What a preview shows. `values`: account_id, alert_id, by, old, new. The same preview shown anew holds what was seen last."""
    row = _kept(session, key, {**values, "at": now, "state": State.OFFERED})
    if row.state == State.OFFERED:
        row.old, row.new, row.at = values["old"], values["new"], now
    return row


def confirm(session: Session, writeback_id: int, actor: Actor, now: datetime) -> Writeback:
    """Asks for what was offered. A form that is sent twice asks once."""
    row = session.get(Writeback, writeback_id, with_for_update=True)
    if row is None:
        raise Refused("This preview is too old: nothing was written.")
    if row.by != actor.slack_id:
        raise Refused("Only whoever was shown this preview may write it.")
    if row.state == State.OFFERED:
        row.state, row.at = State.WAITING, now
        _tell(session, row, now)
    return row


def take_back(session: Session, writeback_id: int, actor: Actor, now: datetime) -> Writeback:
    """Asks for the old values again, within ten minutes. A double click asks once."""
    row = session.get(Writeback, writeback_id, with_for_update=True)
    if row is None:
        raise Refused("This change is no longer there.")
    if row.by != actor.slack_id and not actor.is_manager:
        raise Refused("Only whoever had it written, managers and admins may take it back.")
    if row.state in (State.UNDOING, State.UNDONE):
        if row.undone_by == actor.slack_id:
            return row
        raise AlreadyDone("taken back", row.undone_by, None)
    if row.state != State.WRITTEN or row.undo_until is None or now >= row.undo_until:
        raise Refused("It can be taken back for 10 minutes, and they are over. Please change it in the CRM.")
    row.state, row.undone_by, row.attempts, row.retry_at, row.undo_until = State.UNDOING, actor.slack_id, 0, None, None
    changed(session, row)
    return row


def changed(session: Session, row: Writeback) -> None:
    """The receipt is to show it."""
    row.version += 1
    outbox.refresh(session, writeback_subject(row.id), row.version)


def _kept(session: Session, key: str, values: Mapping[str, Any]) -> Writeback:
    session.execute(insert_into(session, Writeback).values(key=key, **values).on_conflict_do_nothing(index_elements=["key"]))
    return session.scalars(select(Writeback).where(Writeback.key == key).with_for_update()).one()


def _tell(session: Session, row: Writeback, now: datetime) -> None:
    outbox.enqueue(session, [New(writeback_key(row.id), writeback_subject(row.id), row.by, now)], now)
