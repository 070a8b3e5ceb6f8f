"""Playbooks whose file is gone: the admins are told once that the plays stand still, and how to go on."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from bot.delivery import outbox
from bot.delivery.keys import dispatch_subject
from models import Dispatch


def tell_removed(session: Session, gone: Mapping[str, int], channel: str, now: datetime) -> None:
    """`gone`: by name, how many plays run. A playbook without any is not worth a word."""
    for name, running in gone.items():
        if not running:
            continue
        told = Dispatch(
            kind="removed", recipient=channel, content={"playbook": name, "running": running, "at": now.isoformat()}, created_at=now
        )
        session.add(told)
        session.flush()
        outbox.enqueue(session, [outbox.New(f"removed:{name}:{now.isoformat()}", dispatch_subject(told.id), channel, now)], now)
