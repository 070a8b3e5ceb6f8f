"""What became of a room's step is written down; what failed for good is told to those who can do something about it."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.alerts.record import show_anew
from bot.messages import catalog as m
from bot.messages.catalog import RoomState
from bot.rooms import words
from bot.rooms.asking import Moments
from bot.rooms.deeds import Outcome
from bot.rooms.orders import Task, keep
from bot.rooms.scene import Scene
from bot.rooms.steps import STUCK_WAIT, Deed, Then, Verdict
from models import Alert, Room, Teammate

SHOWN_IN_BRIEF = frozenset({Deed.INVITE, Deed.CHART, Deed.CANVAS})


def finish(session: Session, task: Task, outcome: Outcome, scene: Scene, moments: Moments) -> None:
    room = _locked(session, task)
    if room is None:
        return
    if task.step.deed is Deed.CHANNEL:
        room.channel_id = outcome.gave
    keep(room, task.step, outcome.gave)
    room.retry_at = moments.machine
    room.problems = [*room.problems, *(_not_invited(session, who, why) for who, why in outcome.refused.items())]
    if task.step.deed is Deed.ARCHIVE:
        room.state = RoomState.CLOSED.value
    if task.step.deed in (Deed.CHANNEL, Deed.ARCHIVE):
        show_anew(session, Alert.id == room.alert_id)
    _show(session, room, task)


def _show(session: Session, room: Room, task: Task) -> None:
    """The brief tells of it, unless the room is being archived: then nothing more is written there."""
    if task.step.deed in SHOWN_IN_BRIEF and room.state not in (RoomState.CLOSING, RoomState.CLOSED):
        words.show(session, room)


def _not_invited(session: Session, who: str, why: str) -> str:
    known = session.get(Teammate, who)
    return f"{known.name if known else who} could not be invited: {why}."


def next_name(session: Session, task: Task, moments: Moments) -> None:
    """Another channel has this name: the next number is tried."""
    room = _locked(session, task)
    if room is None:
        return
    room.done = {**room.done, "number": room.done.get("number", 1) + 1}
    room.attempted_at, room.retry_at = None, moments.machine


def fail(session: Session, task: Task, verdict: Verdict, scene: Scene, moments: Moments) -> bool:
    """True: the room goes on without this step."""
    room = _locked(session, task)
    if room is None:
        return False
    if verdict.then is Then.GIVE_UP:
        _give_up(session, room, task, verdict, scene, moments)
        return True
    first = verdict.tell and not room.done.get("stuck")
    room.attempts += verdict.counts
    room.retry_at = moments.machine + timedelta(seconds=verdict.seconds)
    if verdict.clear:
        room.attempted_at = None
    if first:
        room.done = {**room.done, "stuck": verdict.problem}
        _tell(session, room, m.Word.STUCK, scene, moments, problem=verdict.problem)
    return False


def postpone(session: Session, room_id: int, machine_now: datetime) -> None:
    """Nothing is known of its step: it is tried again later."""
    room = session.get(Room, room_id, with_for_update=True)
    if room:
        room.retry_at = machine_now + timedelta(seconds=STUCK_WAIT)


def _give_up(session: Session, room: Room, task: Task, verdict: Verdict, scene: Scene, moments: Moments) -> None:
    """The brief names it; the admins learn of what they can cure."""
    what = WHAT.get(task.step.deed, task.step.deed.value) + (f" {task.step.about}" if task.step.about else "")
    gave = [*room.done.get("people", ())] if task.step.deed is Deed.INVITE else {"failed": verdict.problem}
    keep(room, task.step, gave)
    room.problems = [*room.problems, f"Missing: {what}. {verdict.problem}."]
    room.retry_at = moments.machine
    if task.step.deed is Deed.ARCHIVE:
        room.state = RoomState.CLOSED.value
        show_anew(session, Alert.id == room.alert_id)
    elif room.state != RoomState.CLOSING:
        words.show(session, room)
    if verdict.tell or task.step.deed is Deed.ARCHIVE:
        _tell(session, room, m.Word.GIVEN_UP, scene, moments, step=what, problem=verdict.problem)


WHAT = {
    Deed.INVITE: "the invitations",
    Deed.TOPIC: "the topic",
    Deed.BOOKMARK: "the bookmark",
    Deed.CHART: "the chart",
    Deed.CANVAS: "the canvas",
    Deed.PIN: "the pin",
    Deed.ARCHIVE: "the archiving",
}


def _tell(session: Session, room: Room, word: m.Word, scene: Scene, moments: Moments, **detail: str) -> None:
    """The admins; and whoever asked, when there is no room yet in which they would read it."""
    words.say(session, room, word, scene.settings.admin_channel, moments.now, **detail)
    if word is m.Word.STUCK:
        words.say(session, room, word, room.asked_by, moments.now, **detail)


def _locked(session: Session, task: Task) -> Room | None:
    return session.get(Room, task.room_id, with_for_update=True)
