"""What people do in a room: accept, hand back or ask somebody else, close. Each holds the room's row: the first wins."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.alerts.lifecycle import Change
from bot.alerts.record import show_anew, trace_of
from bot.errors import AlreadyDone
from bot.messages import catalog as m
from bot.messages.catalog import RoomState
from bot.rooms import words
from bot.rooms.asking import Moments, answer_by
from bot.rooms.people import must_answer, must_take_part, owner_of
from bot.rooms.scene import Scene, Subject, load_subject
from bot.team.roles import Actor
from models import Alert, Room, Teammate


def accept(session: Session, room_id: int, actor: Actor, scene: Scene, now: datetime) -> None:
    """A double click changes nothing; whoever comes second is told who was first."""
    subject = load_subject(session, room_id, lock=True)
    room = subject.room
    must_be_open(room)
    must_answer(actor, room, scene.settings.rooms)
    if room.state == RoomState.ACCEPTED:
        if room.answered_by == actor.slack_id:
            return
        raise AlreadyDone("accepted", room.answered_by, room.answered_at)
    room.state, room.specialist = RoomState.ACCEPTED.value, actor.slack_id
    room.answered_by, room.answered_at = actor.slack_id, now
    _note(session, subject, m.Did.ROOM_ACCEPTED, actor, now, {})


def must_be_open(room: Room) -> None:
    if room.state in (RoomState.CLOSING, RoomState.CLOSED):
        raise AlreadyDone("closed", room.closed_by, room.closed_at)


def may_return(subject: Subject, actor: Actor, scene: Scene, session: Session) -> None:
    """Handing back is for those who may answer; once that was done, whoever takes part may ask somebody else."""
    must_be_open(subject.room)
    if subject.room.state == RoomState.RETURNED:
        may_close(subject, actor, scene, session)
    else:
        must_answer(actor, subject.room, scene.settings.rooms)


def may_close(subject: Subject, actor: Actor, scene: Scene, session: Session) -> None:
    must_be_open(subject.room)
    owner, _ = owner_of(session, subject.alert, subject.account)
    must_take_part(actor, subject.room, scene.settings.rooms, (owner, subject.alert.taken_by))


@dataclass(frozen=True)
class Return:
    """`instead`: who is asked now; None: whoever asked decides."""

    room_id: int
    why: str
    instead: str | None = None


def hand_back(session: Session, back: Return, actor: Actor, scene: Scene, moments: Moments) -> None:
    """The asker is told; with somebody `instead`, that person is invited and asked anew."""
    subject = load_subject(session, back.room_id, lock=True)
    room = subject.room
    may_return(subject, actor, scene, session)
    if room.state == RoomState.RETURNED and not back.instead:
        if room.answered_by == actor.slack_id:
            return
        raise AlreadyDone("handed back", room.answered_by, room.answered_at)
    if room.state != RoomState.RETURNED:
        _note(session, subject, m.Did.ROOM_RETURNED, actor, moments.now, {"note": back.why})
    if back.instead:
        _ask_instead(session, subject, back, actor, scene, moments)
        return
    room.state, room.answered_by, room.answered_at = RoomState.RETURNED.value, actor.slack_id, moments.now
    if room.asked_by != actor.slack_id:
        words.say(session, room, m.Word.RETURNED, room.asked_by, moments.now, who=actor.slack_id, note=back.why)


def _ask_instead(session: Session, subject: Subject, back: Return, actor: Actor, scene: Scene, moments: Moments) -> None:
    room, now = subject.room, moments.now
    assert back.instead is not None
    found = session.get(Teammate, back.instead)
    room.state, room.specialist = RoomState.ASKED.value, back.instead
    room.answer_by = answer_by(scene, room.urgency, found.timezone if found else None, now) if _is_known(room, scene) else None
    room.answered_by = room.answered_at = room.reminded_at = room.told_at = None
    room.done = {**room.done, "people": list(dict.fromkeys([*room.done.get("people", []), back.instead]))}
    room.retry_at = moments.machine
    words.show(session, room)
    detail = {"whom": back.instead, "note": back.why, "room": room.id}
    session.add(trace_of(subject.alert, Change({}, m.Did.ESCALATED.value, detail), actor.slack_id, now))
    if room.channel_id:
        words.say(session, room, m.Word.PASSED_ON, room.channel_id, now, who=actor.slack_id, note=back.why, due=room.answer_by)


def _is_known(room: Room, scene: Scene) -> bool:
    """An urgency may have left the settings since."""
    return room.urgency in scene.settings.rooms.urgencies


@dataclass(frozen=True)
class Closing:
    room_id: int
    outcome: m.RoomOutcome
    summary: str
    next_step: str


def close(session: Session, closing: Closing, actor: Actor, scene: Scene, moments: Moments) -> None:
    """From here on the room only says how it ended and goes to the archive."""
    subject = load_subject(session, closing.room_id, lock=True)
    room, now = subject.room, moments.now
    if room.closed_by == actor.slack_id and room.summary == closing.summary:
        return  # the same form, delivered a second time
    may_close(subject, actor, scene, session)
    room.state, room.closed_at, room.closed_by = RoomState.CLOSING.value, now, actor.slack_id
    room.outcome, room.summary, room.retry_at, room.attempts = closing.outcome.value, closing.summary, moments.machine, 0
    room.attempted_at = None
    room.done = {**room.done, "end": {"next_step": closing.next_step}}
    _note(session, subject, m.Did.ROOM_CLOSED, actor, now, {"outcome": closing.outcome.value, "note": closing.summary[:300]})


def _note(session: Session, subject: Subject, did: m.Did, actor: Actor, now: datetime, detail: dict[str, Any]) -> None:
    """A trace, the brief and the card brought up to date."""
    session.add(trace_of(subject.alert, Change({}, did.value, {"room": subject.room.id, **detail}), actor.slack_id, now))
    words.show(session, subject.room)
    show_anew(session, Alert.id == subject.alert.id)
