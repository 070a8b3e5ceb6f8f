"""Where plays stand after a batch: their new places and ends, and the traces of these."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from bot.playbooks.due import Due
from bot.playbooks.engine import ALERT, DONE, Advance
from models import Play, Reason

Moves = Sequence[tuple[Due, Advance]]


def about(play: Due, now: datetime) -> dict[str, Any]:
    name, version = play.playbook.edition
    ids = {"account_id": play.account_id, "play_id": play.play_id, "alert_id": None, "step": None}
    return {"at": now, "actor": "staysail", "playbook": name, "playbook_version": version} | ids


def ended(play: Due, then: Advance, now: datetime) -> dict[str, Any]:
    silent = {"silent": play.silent} if play.silent else {}
    return about(play, now) | {"what": "play_ended", "detail": {"reason": then.ended, "words": then.words, **silent}}


def settled(session: Session, moves: Moves) -> list[tuple[Due, Advance]]:
    """A play at its end waits for its cards: those that stand. A silent one has none."""
    waiting = [play.play_id for play, then in moves if then.waiting == ALERT and not play.silent]
    standing = (
        set(session.scalars(select(Reason.play_id).where(Reason.play_id.in_(waiting), Reason.ended_at.is_(None)))) if waiting else set()
    )
    return [
        (play, replace(then, waiting=None, ended=DONE) if then.waiting == ALERT and play.play_id not in standing else then)
        for play, then in moves
    ]


def write_places(session: Session, moves: Moves, now: datetime) -> None:
    if not moves:
        return
    table: Any = Play.__table__
    names = ("step", "progress", "due_at", "waiting", "ended_at", "end_reason")
    statement = update(table).where(table.c.id == bindparam("play")).values({name: bindparam(f"new_{name}") for name in names})
    session.connection().execute(statement, [_row(play, then, now) for play, then in moves])


def _row(play: Due, then: Advance, now: datetime) -> dict[str, Any]:
    return {
        "play": play.play_id,
        "new_step": then.place.step,
        "new_progress": then.place.as_json(),
        "new_due_at": None if then.ended else then.due_at,
        "new_waiting": None if then.ended else then.waiting,
        "new_ended_at": now if then.ended else None,
        "new_end_reason": then.ended,
    }
