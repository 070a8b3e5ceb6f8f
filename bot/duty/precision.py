"""Playbooks whose cards are too often wrong lose them: their alerts become lines of the digest, until an admin restores them."""

from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.alerts.record import STAYSAIL
from bot.delivery import outbox
from bot.delivery.keys import demotion_key
from bot.errors import AlreadyDone, Refused
from bot.playbooks.precision import Precision
from bot.playbooks.verdicts import trailing
from bot.settings import Settings
from models import Dispatch, PlaybookStatus, Trace

DEMOTION = "demotion"


def judge(session: Session, settings: Settings, now: datetime) -> int:
    """Demotes every playbook whose last verdicts say so, and tells the admins. Returns how many."""
    least = settings.alerts.min_precision
    with_cards = session.scalars(select(PlaybookStatus).where(PlaybookStatus.demoted_at.is_(None))).all()
    found = trailing(session, with_cards)
    wrong = [status for status in with_cards if found[status.name].is_below(least)]
    return sum(_demote(session, status, found[status.name], settings, now) for status in wrong)


def _demote(session: Session, status: PlaybookStatus, precision: Precision, settings: Settings, now: datetime) -> bool:
    """False: another process was faster."""
    mine = (PlaybookStatus.name == status.name, PlaybookStatus.demoted_at.is_(None))
    if not session.execute(update(PlaybookStatus).where(*mine).values(demoted_at=now)).rowcount:  # type: ignore[attr-defined]
        return False
    figures = {"useful": precision.useful, "verdicts": precision.verdicts, "least": settings.alerts.min_precision}
    key, channel = demotion_key(status.name, now), settings.admin_channel
    content = {"playbook": status.name, **figures}
    told = Dispatch(kind=DEMOTION, key=key, recipient=channel, content=content, created_at=now)
    session.add_all([told, _trace(now, STAYSAIL, "demoted", status, figures)])
    session.flush()
    outbox.enqueue(session, [outbox.New(key, f"{DEMOTION}:{told.id}", channel, now)], now)
    return True


def restore(session: Session, name: str, who: str, now: datetime) -> None:
    """Its next alerts have cards again, and its verdicts are counted from here on. A second click of the same person changes nothing."""
    status = session.get(PlaybookStatus, name, with_for_update=True)
    if status is None:
        raise Refused(f"No playbook is called `{name}`, or no sweep has seen it yet.")
    if status.demoted_at is None:
        if status.restored_by in (None, who):
            return
        raise AlreadyDone("restored", status.restored_by, status.restored_at)
    key = demotion_key(name, status.demoted_at)
    status.demoted_at, status.restored_at, status.restored_by = None, now, who
    session.add(_trace(now, who, "restored", status, {}))
    told = session.scalar(select(Dispatch).where(Dispatch.key == key).with_for_update())
    if told:
        told.content = told.content | {"restored_at": now.isoformat(), "restored_by": who}
        told.version += 1
        outbox.refresh(session, f"{DEMOTION}:{told.id}", told.version)


def _trace(now: datetime, actor: str, what: str, status: PlaybookStatus, detail: dict[str, Any]) -> Trace:
    return Trace(at=now, actor=actor, what=what, playbook=status.name, playbook_version=status.version, detail=detail)
