"""Whether a delivery has anything to do."""

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from bot.delivery.outbox import is_behind
from bot.team import channels, directory
from bot.team.directory import FRESH, LONG_AGO
from jobs.reviews import anything_planned
from models import OutboxMessage, Room


def nothing_to_do(session: Session, now: datetime) -> bool:
    """Asked before Slack's client and the words of messages are loaded. False costs a pass that finds nothing, and nothing else."""
    if min(directory.newest(session), channels.newest(session) or LONG_AGO) <= now - FRESH or anything_planned(session):
        return False
    outbox = select(OutboxMessage.id).where(or_(is_behind(), OutboxMessage.dead_at.is_not(None)))
    rooms = select(Room.id).where(or_(Room.closed_at.is_(None), Room.retry_at.is_not(None)))
    return not session.scalar(select(or_(outbox.exists(), rooms.exists())))
