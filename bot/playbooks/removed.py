"""Playbooks whose file is gone, or does not compile any more: the admins are told once that the plays stand still, and how to go on."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.delivery import outbox
from bot.delivery.keys import broken_key, dispatch_subject
from bot.delivery.kinds import REMOVED
from bot.errors import Finding
from bot.messages.catalog import Missing
from bot.playbooks.rulebook import Rulebook
from models import Dispatch, Play


def tell_removed(session: Session, gone: Mapping[str, int], channel: str, now: datetime) -> None:
    """`gone`: by name, how many plays run. A playbook without any is not worth a word."""
    for name, running in gone.items():
        if running:
            _tell(session, {"playbook": name, "running": running}, channel, now)


def tell_broken(session: Session, rulebook: Rulebook, channel: str, now: datetime) -> None:
    """Once for each playbook and what is wrong with it; the message says later that it is over."""
    names = {broken_key(name): name for name in (*rulebook.broken, *rulebook.playbooks)}
    told = {one.content["playbook"]: one for one in session.scalars(select(Dispatch).where(Dispatch.key.in_(names)))}
    for name, one in told.items():
        if name not in rulebook.broken:
            one.key, one.content, one.version = None, one.content | {"back_at": now.isoformat()}, one.version + 1
            outbox.refresh(session, dispatch_subject(one.id), one.version)
        elif one.content["problem"] != _problem(rulebook.broken[name][0]):
            one.key = None
    session.flush()
    for name in (name for name in rulebook.broken if name not in told or told[name].key is None):
        content = {"playbook": name, "running": _running(session, name), "missing": Missing.UNREADABLE.value}
        _tell(session, content | {"problem": _problem(rulebook.broken[name][0])}, channel, now, broken_key(name))


def _problem(finding: Finding) -> str:
    """Without the cure: that may name all signals there are, which change more often than what is wrong."""
    return f"{finding.place}: {finding.problem}"


def _running(session: Session, name: str) -> int:
    return session.scalar(select(func.count()).where(Play.playbook == name, Play.ended_at.is_(None))) or 0


def _tell(session: Session, content: Mapping[str, Any], channel: str, now: datetime, key: str | None = None) -> None:
    told = Dispatch(kind=REMOVED, key=key, recipient=channel, content={**content, "at": now.isoformat()}, created_at=now)
    session.add(told)
    session.flush()
    name = content["playbook"]
    outbox.enqueue(session, [outbox.New(f"removed:{name}:{now.isoformat()}", dispatch_subject(told.id), channel, now)], now)
