"""Which new plays touch nobody: those of a playbook that is only tried out, and the holdout, so that the effect can be measured.

The holdout is drawn in strata (the account's plan, or else a band of its ARR), by hash, before the first step. Within a stratum its share
is exact up to one account. Whoever was drawn once keeps the lot in every later play of the playbook.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import floor
from typing import Any

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from bot.alerts.record import STAYSAIL
from bot.bulk import add_all
from bot.playbooks.definition import Mode, Playbook
from bot.playbooks.engine import share_of
from models import Account, Play, PlaybookStatus, Trace

HOLDOUT, SHADOW = "holdout", "shadow"
BANDS = (10_000, 50_000, 250_000)


def silence(session: Session, playbook: Playbook, status: PlaybookStatus, now: datetime) -> None:
    """Of the plays that have just begun."""
    if playbook.holdout:
        _draw(session, playbook, now)
    if status.mode == Mode.live:
        return
    fresh = update(Play).where(*_begun(playbook.name, now), Play.silent.is_(None)).values(silent=SHADOW)
    if status.mode == Mode.canary:
        tried = select(Account.id).where(func.lower(Account.owner_email).in_(status.canary))
        fresh = fresh.where(Play.account_id.not_in(tried))
    session.execute(fresh, execution_options={"synchronize_session": False})


def _begun(playbook: str, now: datetime) -> tuple[Any, ...]:
    return Play.playbook == playbook, Play.started_at == now, Play.due_at == now, Play.step == 0, Play.ended_at.is_(None)


@dataclass(frozen=True)
class _New:
    play_id: int
    account_id: str
    target: str
    stratum: str


def _draw(session: Session, playbook: Playbook, now: datetime) -> None:
    begun = select(Play.id, Play.account_id, Play.contact_id, Account.plan, Account.arr).join(Account, Account.id == Play.account_id)
    new = [
        _New(play_id, account, f"{account}:{contact}", _stratum(plan, arr))
        for play_id, account, contact, plan, arr in session.execute(begun.where(*_begun(playbook.name, now), Play.stratum.is_(None)))
    ]
    if not new:
        return
    lots = _earlier_lots(session, playbook.name, new)
    counts = _counts(session, playbook.name)
    by_stratum: dict[str, list[_New]] = defaultdict(list)
    for play in new:
        if play.target not in lots:
            by_stratum[play.stratum].append(play)
    for stratum, plays in by_stratum.items():
        drawn, held = counts.get(stratum, (0, 0))
        plays.sort(key=lambda play: share_of(f"holdout:{playbook.name}:{play.target}"))
        start = share_of(f"stratum:{playbook.name}:{stratum}")
        wanted = floor(playbook.holdout * (drawn + len(plays)) + start) - held
        lots |= {play.target: at < wanted for at, play in enumerate(plays)}
    _write(session, playbook, new, lots, now)


def _earlier_lots(session: Session, playbook: str, new: Sequence[_New]) -> dict[str, bool]:
    drawn = select(Play.account_id, Play.contact_id, Play.silent).where(Play.playbook == playbook, Play.stratum.is_not(None))
    wanted = {play.target for play in new}
    rows = session.execute(drawn.order_by(Play.id))
    return {target: silent == HOLDOUT for account, contact, silent in rows if (target := f"{account}:{contact}") in wanted}


def _counts(session: Session, playbook: str) -> dict[str, tuple[int, int]]:
    """By stratum: how many were drawn for, and how many of them are held out."""
    target = Play.account_id + ":" + Play.contact_id
    held = func.count(target.distinct()).filter(Play.silent == HOLDOUT)
    statement = select(Play.stratum, func.count(target.distinct()), held).where(Play.playbook == playbook, Play.stratum.is_not(None))
    return {str(stratum): (drawn, out) for stratum, drawn, out in session.execute(statement.group_by(Play.stratum))}


def _write(session: Session, playbook: Playbook, new: Sequence[_New], lots: dict[str, bool], now: datetime) -> None:
    table: Any = Play.__table__
    changed = update(table).where(table.c.id == bindparam("play")).values(silent=bindparam("lot"), stratum=bindparam("group"))
    rows = [{"play": play.play_id, "lot": HOLDOUT if lots[play.target] else None, "group": play.stratum} for play in new]
    session.connection().execute(changed, rows)
    about = {"at": now, "actor": STAYSAIL, "what": "drawn", "playbook": playbook.name, "playbook_version": playbook.version}
    details = [{"group": HOLDOUT if lots[play.target] else "treated", "stratum": play.stratum, "share": playbook.holdout} for play in new]
    traces = [
        about | {"account_id": play.account_id, "play_id": play.play_id, "detail": detail}
        for play, detail in zip(new, details, strict=True)
    ]
    add_all(session, Trace, traces)


def _stratum(plan: str | None, arr: float | None) -> str:
    if plan:
        return f"plan {plan}"
    if arr is None:
        return "ARR unknown"
    return next((f"ARR under {band}" for band in BANDS if arr < band), f"ARR {BANDS[-1]} and more")
