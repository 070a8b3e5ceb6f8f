"""Receipts of events: Slack sends an event again within minutes, so those of last week are of no use."""

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from models import Receipt

KEPT = timedelta(days=7)


def forget_receipts(session: Session, now: datetime) -> int:
    return int(session.execute(delete(Receipt).where(Receipt.received_at < now - KEPT)).rowcount)  # type: ignore[attr-defined]
