"""What is said about a room outside of its brief: each word is a row of its own, written as it is decided.

room:<room>                 the brief
room:<room>:<word>:<n>      a word; n is the room's version at that time, so that a repetition is none
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.alerts.cards import cause_of
from bot.alerts.people import person
from bot.alerts.reasons import reasons_of
from bot.delivery import outbox
from bot.delivery.composed import Composed, Withheld
from bot.delivery.outbox import New
from bot.messages import catalog as m
from bot.messages.render import render
from bot.rooms.scene import Scene, Subject, load_subject
from models import Dispatch, Room

KIND = "room_word"
WHILE_ASKED = frozenset({m.Word.REMINDER, m.Word.OVERDUE, m.Word.PASSED_ON})


def brief_subject(room_id: int) -> str:
    return f"room:{room_id}"


def show(session: Session, room: Room) -> None:
    """Brings the brief up to date, whatever has changed."""
    room.version += 1
    outbox.refresh(session, brief_subject(room.id), room.version)


def say(session: Session, room: Room, word: m.Word, channel: str, now: datetime, **detail: Any) -> None:
    """`detail`: who, note, step, problem, due (a moment). Said once for a room's version and channel."""
    key = f"room:{room.id}:{word}:{room.version}:{channel}"
    if session.scalar(select(Dispatch.id).where(Dispatch.key == key)) is not None:
        return
    written = {name: value.isoformat() if isinstance(value, datetime) else value for name, value in detail.items()}
    content = {"room": room.id, "word": word.value, "whom": room.specialist, **written}
    dispatch = Dispatch(kind=KIND, key=key, account_id=room.account_id, recipient=channel, content=content, created_at=now)
    session.add(dispatch)
    session.flush()
    outbox.enqueue(session, [New(key, f"{KIND}:{dispatch.id}", channel, now)], now)


def word_composer(scene: Scene) -> Callable[[Session, Sequence[int]], Mapping[int, Composed | Withheld]]:
    def compose(session: Session, ids: Sequence[int]) -> Mapping[int, Composed | Withheld]:
        dispatches = session.scalars(select(Dispatch).where(Dispatch.id.in_(ids)))
        return {dispatch.id: _composed(session, dispatch, scene) for dispatch in dispatches}

    return compose


def _composed(session: Session, dispatch: Dispatch, scene: Scene) -> Composed | Withheld:
    content, subject = dispatch.content, load_subject(session, dispatch.content["room"])
    word, room = m.Word(content["word"]), subject.room
    if word in WHILE_ASKED and (room.state != m.RoomState.ASKED or room.specialist != content["whom"]):
        return Withheld("it was answered meanwhile")
    return Composed(1, render(_word(session, subject, word, content, scene)))


def _word(session: Session, subject: Subject, word: m.Word, content: Mapping[str, Any], scene: Scene) -> m.RoomWord:
    room, alert = subject.room, subject.alert
    due = content.get("due")
    return m.RoomWord(
        word=word,
        account=m.Account(subject.account.id, subject.account.name, subject.account.url),
        cause=cause_of(alert, reasons_of(session, [alert.id])[alert.id], scene.world),
        channel_id=room.channel_id,
        who=person(content.get("who")),
        whom=person(content["whom"]),
        need=room.need,
        note=content.get("note", ""),
        due=datetime.fromisoformat(due) if due else None,
        step=content.get("step", ""),
        problem=content.get("problem", ""),
        end=end_of(room) if word is m.Word.SUMMARY else None,
    )


def end_of(room: Room) -> m.RoomEnd | None:
    if room.closed_at is None:
        return None
    end = room.done.get("end", {})
    return m.RoomEnd(
        by=person(room.closed_by),
        at=room.closed_at,
        outcome=room.outcome or "",
        summary=room.summary or "",
        next_step=end.get("next_step", ""),
    )
