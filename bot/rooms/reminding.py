"""Nobody has answered in time: the specialist is reminded, and after as long again the managers are told."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from bot.messages.catalog import RoomState, Word
from bot.rooms import words
from bot.rooms.scene import Scene
from models import Room, Teammate


def _late(now: datetime) -> ColumnElement[bool]:
    untold = or_(Room.reminded_at.is_(None), Room.told_at.is_(None))
    return and_(Room.state == RoomState.ASKED, Room.answer_by <= now, untold)


def anybody_late(session: Session, now: datetime) -> bool:
    return session.scalar(select(Room.id).where(_late(now)).limit(1)) is not None


def remind(session: Session, scene: Scene, now: datetime) -> int:
    """Once for each asking. How many were reminded or told of."""
    rooms = session.scalars(select(Room).where(_late(now)).order_by(Room.id).with_for_update(skip_locked=True)).all()
    return sum(_remind(session, room, scene, now) for room in rooms)


def _remind(session: Session, room: Room, scene: Scene, now: datetime) -> bool:
    if room.reminded_at is None:
        room.reminded_at = now
        words.say(session, room, Word.REMINDER, room.specialist, now, who=room.asked_by, due=room.answer_by)
        return True
    if not _is_long_ago(session, room, scene, now):
        return False
    room.told_at = now
    channel = scene.settings.manager_channel
    words.say(session, room, Word.OVERDUE, channel, now, who=room.asked_by, due=room.answer_by)
    return True


def _is_long_ago(session: Session, room: Room, scene: Scene, now: datetime) -> bool:
    """As much business time as they had to answer has passed since they were reminded."""
    urgency = scene.settings.rooms.urgencies.get(room.urgency)
    if urgency is None or room.reminded_at is None:
        return urgency is None
    specialist = session.get(Teammate, room.specialist)
    return scene.settings.hours.after(room.reminded_at, urgency.within, specialist.timezone if specialist else None) <= now
